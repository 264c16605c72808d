"""Opening the database, and what happens when it cannot be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from jobs_tools import ROOT, child

from studio.ground.errors import JobError
from studio.queue import database
from studio.queue.store import FILE_NAME, Store


def other_program(folder: Path) -> sqlite3.Connection:
    """A connection that holds the only write lock."""
    connection = sqlite3.connect(folder / FILE_NAME, check_same_thread=False, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_a_lock_of_a_second_is_not_noticed(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    other = other_program(tmp_path)
    unlock = threading.Timer(1.0, other.rollback)
    unlock.start()
    job_id = store.submit("compose", {}, "ada")
    assert unlock.finished.is_set()  # it did have to wait
    unlock.join()
    other.close()
    assert store.get(job_id).state == "queued"
    store.close()


def test_a_lock_that_stays_becomes_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    store = Store.in_folder(tmp_path)
    other = other_program(tmp_path)
    with pytest.raises(JobError, match=r"locked.*try again"):
        store.submit("compose", {}, "ada")
    assert store.jobs() == []  # reading goes on
    other.close()
    store.submit("compose", {}, "ada")
    store.close()


def test_a_reader_that_lingers_holds_no_writer_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    store = Store.in_folder(tmp_path)
    with store.database.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM jobs").scalar_one()
        store.submit("compose", {}, "ada")
        after = connection.exec_driver_sql("SELECT count(*) FROM jobs").scalar_one()
    assert (before, after) == (0, 0)  # it goes on seeing the state it began with
    assert len(store.jobs()) == 1
    store.close()


def test_a_full_disk_becomes_a_sentence_and_leaves_what_was(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    job_id = store.submit("compose", {}, "ada")
    with store.database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JobError, match="disk is not full"):
        store.submit("compose", {"notes": "x" * 100_000}, "ada")
    assert [job.id for job in store.jobs()] == [job_id]
    store.close()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    Store.in_folder(tmp_path).close()
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JobError, match="newer Tutti"):
        Store.in_folder(tmp_path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"MThd" * 1000)
    with pytest.raises(JobError, match="not a database"):
        Store.in_folder(tmp_path)


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(JobError, match="choose another data directory"):
        Store.in_folder(tmp_path / "file" / "data")


def test_everything_written_survives_a_killed_writer(tmp_path: Path) -> None:
    with child("child_writer.py", str(tmp_path)) as process:
        process.wait(20)
    store = Store.in_folder(tmp_path)
    (job,) = store.jobs()
    assert job.state == "running"  # what was not committed never happened
    assert [event.data["step"] for event in store.events(job.id)] == list(range(50))
    store.close()


def test_changes_are_noticed_once(tmp_path: Path) -> None:
    ours, theirs = Store.in_folder(tmp_path), Store.in_folder(tmp_path)
    with ours.changes() as changed:
        assert [changed(), changed()] == [True, False]
        theirs.submit("compose", {}, "ada")
        assert [changed(), changed()] == [True, False]
        theirs.jobs()
        assert not changed()
    ours.close()
    theirs.close()


def test_importing_the_store_is_light() -> None:
    code = (
        "import sys, studio.queue.store, studio.queue.engine;"
        "print([m for m in ('torch', 'streamlit', 'pandas', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
