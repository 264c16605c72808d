"""What an earlier Tutti wrote opens, says the same, and goes on: recipes, pieces, models, a data
folder with jobs, library, drafts and trainings. `old/README.md` says what there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import doors
import pytest
import telling
import telling_of_store
from learning import LEFT, going_on, kept_losses
from machine_kind import machine_kind, one_thread
from old_files import NAMES, data_folder, recipes

import studio

EXPECTED: dict[str, Any] = json.loads(telling.EXPECTED.read_text(encoding="utf-8"))
TELLERS = {**telling.TELLERS, **telling_of_store.TELLERS}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    one_thread()


@pytest.fixture
def folder() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture
def store(folder: Path) -> Iterator[Any]:
    store = doors.open_store(folder)
    yield store
    store.close()


def test_nothing_is_expected_that_nobody_tells() -> None:
    assert set(EXPECTED) == set(TELLERS)


@pytest.mark.parametrize("what", TELLERS)
def test_what_was_written_says_what_it_said(what: str) -> None:
    assert doors.plain(TELLERS[what]()) == EXPECTED[what]


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_gives_its_melody_and_itself(name: str) -> None:
    recipe = json.loads(recipes()[name].read_text(encoding="utf-8"))
    piece = studio.replay(recipes()[name], device="cpu")
    assert doors.plain(piece.composition.recipe.to_json()) == recipe
    melody = piece.composition.recipe.melody.tracks[0]
    edited = any(edit.get("part") == melody.name for edit in recipe.get("edits", ()))
    assert edited == (piece.score.tracks[0] != melody)


def test_the_store_goes_on(store: Any) -> None:
    first = store.claim("w2", 60.0, {"train"})
    assert (first.id, first.attempt) == (NAMES["paused"], 2)
    assert store.events(first.id) == []  # those of the attempt before do not count
    assert store.append(first.id, "w2", "stage", {"text": "again", "share": 0.0}) > 1
    waits = store.claim("w2", 60.0, {"compose"})
    assert (waits.id, waits.payload["seed"]) == (NAMES["waits"], 77)
    store.finish(waits.id, "w2", {})
    assert store.get(waits.id).state == "done"
    assert store.save_draft(NAMES["owner"], "compose", {}) == 3
    new = store.submit("compose", {}, NAMES["owner"])
    assert store.jobs(NAMES["owner"])[0].id == new


def test_the_library_goes_on(store: Any) -> None:
    library = doors.Library(store)
    before = library.piece(NAMES["piece"])
    work = library.opened(before.id)
    fewer = work.score.with_tracks(work.score.tracks[:-1])
    saved = library.save(before.id, before.head, fewer, work.recipe, "bars", before.revision)
    assert (saved.parent, saved.revision) == (before.head, before.revision + 1)
    assert library.opened(before.id).score == fewer
    assert library.opened(before.id, before.head).score == work.score
    assert library.of_job(NAMES["owner"], NAMES["takes"]) == library.piece(NAMES["takes"])
    assert len(library.versions(NAMES["takes"])) == 4
    assert library.undelete(NAMES["deleted"]).deleted_at is None


def test_what_a_worker_wrote_beside_the_library_is_kept(store: Any, folder: Path) -> None:
    library = doors.Library(store)
    [job] = [job.id for job in store.jobs(NAMES["owner"]) if job.kind == "audition"]
    assert library.of_job(NAMES["owner"], job) is not None
    versions = library.versions(job)
    told = [(one.kind, one.label, one.take) for one in versions]
    assert told == [("band", "Take 1", 1), ("band", "Take 2", 2)]
    for take, version in enumerate(versions, 1):
        place, work = doors.take_folder(folder, job, take), library.opened(job, version.id)
        assert work.score == doors.score_in(place)
        assert work.recipe == json.loads((place / "recipe.json").read_text(encoding="utf-8"))
        assert work.facts == json.loads((place / "facts.json").read_text(encoding="utf-8"))


def test_what_was_asked_of_every_job_can_be_asked_again(store: Any) -> None:
    jobs = [job for owner in ("owner", "other") for job in store.jobs(NAMES[owner])]
    assert {job.kind for job in jobs} - set(doors.asked_again) == {"diagnose", "gather", "sprite"}
    for job in jobs:
        if job.kind in doors.asked_again:
            again = doors.plain(doors.asked_again[job.kind](job.payload))
            assert job.payload.items() <= again.items(), job


def test_what_a_training_said_is_understood(store: Any) -> None:
    said = store.events(NAMES["trained"])
    assert {event.kind for event in said} >= {"stage", "began", "history", "epoch", "checkpoint"}
    for event in said:
        understood = doors.events.from_json(event.kind, event.data)
        assert understood is not None
        assert doors.plain(doors.events.to_json(understood)) == [event.kind, event.data]


def test_stems_of_the_rule_of_loudness_before_are_rendered_anew(store: Any, folder: Path) -> None:
    head = doors.Library(store).opened(NAMES["piece"]).score
    names = doors.stem_store(folder).names(head, NAMES["sound"])
    [before] = [job for job in store.jobs(NAMES["owner"]) if job.kind == "stems"]
    assert len(names) == len(before.result["stems"]) == len(head.tracks)
    assert not set(names) & set(before.result["stems"])


@pytest.mark.parametrize("which", LEFT)
def test_a_training_goes_on_as_it_would_have(which: str) -> None:
    found, kept = going_on(which), kept_losses()
    wanted = kept[which]
    if kept["kind"] == machine_kind():
        assert found == wanted
    assert found["steps"].keys() == wanted["steps"].keys()
    for name, values in wanted["steps"].items():
        assert found["steps"][name] == pytest.approx(values, rel=0.01, abs=0.01), name
    assert len(found["epochs"]) == len(wanted["epochs"]) == 3
    for row, kept_row in zip(found["epochs"], wanted["epochs"], strict=True):
        assert row == pytest.approx(kept_row, rel=0.05, abs=0.05)


def test_a_training_goes_on_from_an_epoch_of_an_earlier_one(folder: Path) -> None:
    trained = doors.RunFolder.of(folder, NAMES["trained"])
    run = doors.run_from(doors.further(trained, 1, folder), None)
    assert (run.epoch, run.rows) == (1, trained.rows()[:1])
    run.loop.advance()


def test_an_epoch_of_a_training_is_heard_as_before(store: Any, folder: Path) -> None:
    [job] = [job for job in store.jobs(NAMES["owner"]) if job.kind == "listen"]
    trained = doors.RunFolder.of(folder, job.payload["run"])
    for take, epoch in enumerate(job.result["epochs"], 1):
        before = doors.score_in(doors.take_folder(folder, job.id, take))
        score = doors.heard(trained, epoch, job.payload)
        assert score.part_names == before.part_names
        if kept_losses()["kind"] == machine_kind():
            assert score == before
