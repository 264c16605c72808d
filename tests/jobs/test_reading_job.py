"""Gathering and looking through music, as jobs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from helpers import ROOT, chorale, write_songs
from jobs_tools import HERE, is_running, wait_until

from studio.corpus.sets import DIAGNOSIS, add_files, find_set, sets_folder
from studio.ground.errors import BadKnob, BadMidi
from studio.jobs.reading import HANDLERS, DiagnoseRequest, GatherRequest, read
from studio.queue import worker
from studio.queue.records import JsonObject
from studio.queue.store import Store
from studio.queue.worker import Handler


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    store = Store.in_folder(tmp_path)
    yield store
    store.close()


@pytest.fixture
def working(store: Store, tmp_path: Path) -> Iterator[None]:
    """A reading worker runs, with a reading reduced to its words."""
    stop = threading.Event()
    program = (str(HERE / "child_reading.py"),)
    handlers: dict[str, Handler] = {kind: partial(read, program=program) for kind in HANDLERS}
    options = {"worker_id": "w1", "stop": stop, "lease_seconds": 0.3}
    thread = threading.Thread(
        target=worker.run, args=(store, handlers, tmp_path), kwargs=options, daemon=True
    )
    store.register("w1", 1, {})
    thread.start()
    yield
    stop.set()
    thread.join(10)


def gathered(store: Store, key: str) -> str:
    job_id = store.submit("gather", GatherRequest("builtin", key).to_json(), "ada")
    wait_until(lambda: store.get(job_id).ended)
    return job_id


@pytest.mark.usefixtures("working")
def test_a_set_is_gathered_and_its_stages_are_told_but_not_too_often(store: Store) -> None:
    job_id = gathered(store, "chorales")
    assert store.get(job_id).result == {"set": "abc"}
    stages = [event.data for event in store.events(job_id) if event.kind == "stage"]
    assert stages[0]["share"] == 0.0
    assert stages[-1] == {"text": "Packing", "share": 1.0}
    assert len(stages) < 20


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize(("key", "sentence"), [("bad", "no music"), ("crash", "largest files")])
def test_what_cannot_be_read_is_told_in_a_sentence(store: Store, key: str, sentence: str) -> None:
    job = store.get(gathered(store, key))
    assert job.state == "failed"
    assert sentence in str(job.error)
    assert store.get(gathered(store, "chorales")).state == "done"


@pytest.mark.usefixtures("working")
def test_a_reading_can_be_cancelled_whatever_it_does(store: Store) -> None:
    job_id = store.submit("gather", GatherRequest("builtin", "long").to_json(), "ada")
    wait_until(lambda: any(event.kind == "pid" for event in store.events(job_id)))
    (pid,) = (e.data["pid"] for e in store.events(job_id) if e.kind == "pid")
    store.cancel(job_id)
    wait_until(lambda: store.get(job_id).ended)
    assert store.get(job_id).state == "cancelled"
    assert not is_running(pid)


# What the process does


def ignore(_kind: str, _data: JsonObject) -> None:
    pass


def test_a_diagnosis_is_kept_with_its_set(tmp_path: Path) -> None:
    from studio.jobs.reading_child import look

    songs = write_songs(tmp_path / "songs", [chorale(seed) for seed in range(4)])
    files = [(path.name, path.read_bytes()) for path in sorted(songs.iterdir())]
    folder = sets_folder(tmp_path)
    folder.mkdir()
    set_id = add_files(folder, files, "Mine").id
    found = look(tmp_path, DiagnoseRequest(set_id), ignore)
    assert json.loads((folder / set_id / DIAGNOSIS).read_text("utf-8")) == json.loads(
        json.dumps(found)
    )
    assert len(found["kept"]) == 4
    assert find_set(folder, set_id).files == 4


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    from studio.jobs.reading_child import gather, look

    for set_id in ("../../etc", "0" * 16, ""):
        with pytest.raises(BadMidi):
            look(tmp_path, DiagnoseRequest(set_id), ignore)
    with pytest.raises(BadKnob):
        gather(tmp_path, GatherRequest("elsewhere", "x"), ignore)
    with pytest.raises(BadKnob):
        gather(tmp_path, GatherRequest("builtin", "nonsense"), ignore)


@pytest.mark.parametrize(
    "module",
    [
        "studio.jobs.workers",
        "studio.jobs.reading",
        "studio.jobs.reading_child",
        "studio.jobs.train",
        "studio.jobs.kinds.listen",
        "studio.jobs.kinds.audition",
    ],
)
def test_who_only_waits_or_reads_does_not_load_torch(module: str) -> None:
    script = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=dict(os.environ))
    assert done.returncode == 0
