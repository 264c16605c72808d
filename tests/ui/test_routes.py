"""The server's addresses for stems and files taken home, and its engines."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from page_tools import own_studio
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from studio.jobs.kinds import retrace
from studio.library import Piece
from studio.music.melody import sample_melody
from studio.queue.records import JsonObject
from studio.ui import house, routes
from studio.ui.guard import COOKIE


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


Route = Callable[[Request], Awaitable[Response]]


def status(route: Route, name: str) -> int:
    scope = {"type": "http", "path_params": {"name": name}, "headers": []}
    answer = asyncio.wait_for(route(Request(scope)), 5)
    with ThreadPoolExecutor(1) as thread:  # a browser's tests leave this one a loop that runs
        return thread.submit(asyncio.run, answer).result().status_code


def test_a_stem_is_there_or_still_to_come(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_LOOKS", 1)
    name = "a" * 32
    assert status(routes.stem, name) == 202
    (data_dir / "stems").mkdir()
    (data_dir / "stems" / f"{name}.wav").write_bytes(b"RIFF")
    assert status(routes.stem, name) == 202  # what a browser plays is another file
    (data_dir / "stems" / f"{name}.ogg").write_bytes(b"OggS")
    assert status(routes.stem, name) == 200
    assert status(routes.stem, "../tutti.db") == 202  # no name of a stem: nothing is read


def test_a_stem_comes_the_moment_it_is_rendered(data_dir: Path) -> None:
    name = "b" * 32
    (data_dir / "stems").mkdir()
    later = threading.Timer(0.1, (data_dir / "stems" / f"{name}.ogg").write_bytes, [b"OggS"])
    later.start()
    began = time.monotonic()
    assert status(routes.stem, name) == 200
    assert time.monotonic() - began < 1.5
    later.join()


def test_how_loud_a_mix_is_is_there_or_still_to_come(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "_LOOKS", 1)
    name = "0" * 32
    assert status(routes.loudness, name) == 202
    (data_dir / "stems").mkdir()
    (data_dir / "stems" / f"{name}.json").write_text("{}")
    assert status(routes.loudness, name) == 200
    assert status(routes.loudness, "../recipe") == 202


def test_what_was_taken_home_is_its_owners_alone(data_dir: Path) -> None:
    store = house.store()
    job = store.submit("take_home", {}, "somebody")
    store.claim("w", 60.0)
    store.finish(job, "w", {"file": "tune.mid"})
    folder = data_dir / "take-home" / job
    folder.mkdir(parents=True)
    (folder / "tune.mid").write_bytes(b"MThd")
    (folder / "other").write_bytes(b"")

    def fetch(owner: str, name: str = "tune.mid") -> int:
        headers = [(b"cookie", f"{COOKIE}={owner}".encode())]
        path = {"job_id": job, "name": name}
        scope = {"type": "http", "path_params": path, "headers": headers}
        return routes.taken_home(Request(scope)).status_code

    assert fetch("somebody") == 200
    assert fetch("stranger") == 404
    assert fetch("somebody", "other") == 404


def test_the_house_has_three_engines_and_tells_of_the_one_that_ails(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.engines.cache_clear()
    assert len(house.engines()) == 3
    assert house.engines()[0] is house.engine()
    assert house.problem() is None
    monkeypatch.setattr(house.engines()[1], "_quick_deaths", 3)
    assert "nothing can be trained" in str(house.problem())
    house.engines.cache_clear()


def replayed(piece: str, version: str, owner: str) -> Response:
    headers = [(b"cookie", f"{COOKIE}={owner}".encode())]
    params = {"piece": piece, "version": version}
    scope = {"type": "http", "path_params": params, "headers": headers}
    answer = asyncio.wait_for(routes.replay(Request(scope)), 5)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer).result()


@pytest.fixture
def piece(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Piece:
    monkeypatch.setattr(routes, "_LOOKS", 2)
    return house.library().add("somebody", "Tune", sample_melody("twinkle"), {})


def test_a_replay_is_asked_of_a_worker_once(piece: Piece, data_dir: Path) -> None:
    store, asked = house.store(), retrace.Request(piece.id, piece.head)
    assert replayed(piece.id, piece.head, "somebody").status_code == 202
    assert replayed(piece.id, piece.head, "somebody").status_code == 202
    [job] = store.jobs("somebody")
    assert (job.kind, job.payload) == ("retrace", asked.to_json())
    store.claim("w", 60.0)
    (data_dir / retrace.FOLDER).mkdir()
    retrace.path(data_dir, asked).write_text('{"edits":[]}')
    store.finish(job.id, "w", {})
    answer = replayed(piece.id, piece.head, "somebody")
    assert isinstance(answer, FileResponse)
    assert Path(answer.path).read_text() == '{"edits":[]}'
    stranger = replayed(piece.id, piece.head, "stranger")
    assert b"no such piece" in bytes(stranger.body)
    assert len(store.jobs()) == 1


def test_why_there_is_no_replay_is_a_sentence_and_it_may_be_asked_again(
    piece: Piece, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, submit = house.store(), house.store().submit

    def fail(kind: str, payload: JsonObject, owner: str) -> str:
        job = submit(kind, payload, owner)
        store.claim("w", 60.0)
        store.fail(job, "w", "Bach has learned on since.")
        return job

    monkeypatch.setattr(store, "submit", fail)
    for times in (1, 2):
        assert b"learned on" in bytes(replayed(piece.id, piece.head, "somebody").body)
        assert len(store.jobs("somebody")) == times
