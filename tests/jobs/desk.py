"""A worker by hand, for the jobs of the worker that composes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import scribe

from studio.composing import Composition
from studio.ground.errors import JobError, TuttiError
from studio.jobs import growing, handlers
from studio.jobs.kinds import audition, listen
from studio.jobs.takes import WAV_FILE
from studio.jobs.tools import Tools
from studio.library import Library, take_folder
from studio.library.library import FOLDER
from studio.queue.context import Cancelled, Context
from studio.queue.records import JsonObject
from studio.queue.store import Store
from studio.queue.worker import Handler
from studio.sound.plain import PlainSynth

OWNER, WORKER = "somebody", "w1"


class Desk:
    """A worker by hand: `run` does a job as the worker would, and says what it said."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.store = data_dir, Store.in_folder(data_dir)
        self.said: list[tuple[str, JsonObject]] = []

    def run(
        self,
        kind: str,
        payload: JsonObject,
        heard: Callable[[str, JsonObject], None] = lambda kind, data: None,
    ) -> tuple[str, JsonObject]:
        """The job's id and result; `heard` is told each event, and may cancel the job."""
        job_id = self.store.submit(kind, payload, OWNER)
        job = self.store.claim(WORKER, 60.0, handlers.HANDLERS)
        assert job is not None
        self.said = []

        def check() -> None:
            if self.store.get(job_id).cancel_requested:
                raise Cancelled

        def emit(kind: str, data: JsonObject) -> None:
            check()
            self.said.append((kind, json.loads(json.dumps(data))))
            heard(kind, data)

        handler: Handler = handlers.HANDLERS[kind]
        try:
            result = handler(Context(job, self.data_dir, emit, check))
        except Cancelled:
            self.store.release(job_id, WORKER)
            raise
        except TuttiError as error:
            self.store.fail(job_id, WORKER, str(error))
            raise
        self.store.finish(job_id, WORKER, result)
        return job_id, json.loads(json.dumps(result))

    def folder(self, job_id: str, take: int = 1) -> Path:
        """Where a take lies: as a version of the library, or beside it."""
        with suppress(JobError):
            known = {v.take: v.id for v in Library(self.store).versions(job_id)}
            return self.data_dir / FOLDER / job_id / known[take]
        return take_folder(self.data_dir, job_id, take)


def plain(data_dir: Path) -> Tools:
    """The tools of a worker that has no soundfont."""
    tools = Tools(data_dir)
    tools.synth = PlainSynth()
    return tools


@contextmanager
def open_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A worker whose studio has a model that writes bar by bar; it tells every bar, and renders no
    sound."""
    monkeypatch.setenv("TUTTI_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(growing, "TELL_SECONDS", 0.0)
    monkeypatch.setattr(growing, "TELL_REST", 0.0)

    def silent(piece: Composition, synth: object, folder: Path) -> float:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / WAV_FILE).write_bytes(b"RIFF")
        return 0.1

    for module in (listen, audition):
        monkeypatch.setattr(module, "write_sound", silent)
    scribe.hire(monkeypatch, tmp_path / "models")
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()
