"""The jobs of the Compose page: bands and takes, melodies that go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import scribe
from desk import OWNER, Desk, open_desk
from helpers import scores, tune
from hypothesis import given

import studio
from studio.composing import Composition, Recipe, Request
from studio.export.score_json import score_from_json, score_to_json
from studio.ground.errors import BadKnob, BadScore, JobError
from studio.jobs import growing
from studio.jobs.kinds.compose import Request as ComposeRequest
from studio.jobs.place import Place
from studio.library import Library, band_facts
from studio.library.folder import MIDI_FILE, RECIPE_FILE, facts_in, read, score_in
from studio.measures.copies import Nearest
from studio.music.harmony import ChordPlan
from studio.music.melody import melody_from_json
from studio.music.midi import write
from studio.music.score import Score
from studio.music.theory import Key
from studio.queue.context import Cancelled
from studio.queue.records import JsonObject


@pytest.mark.parametrize("near", [None, Nearest("Tune (Somebody)", 12, 5, 0.43)])
def test_the_result_carries_what_the_copy_check_found(near: Nearest | None) -> None:
    plan = ChordPlan(Key(0), 960, (0, 7, 0))
    piece = Composition(tune(), plan, Recipe(tune(), "pop-gan", 1, {}), "CPU", 0.1, near)
    kept = json.loads(json.dumps(band_facts(piece)))["nearest"]
    assert (Nearest(**kept) if kept else None) == near


@given(scores())
def test_a_score_is_the_same_after_a_round_through_its_file(score: Score) -> None:
    assert score_from_json(json.loads(json.dumps(score_to_json(score)))) == score


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with open_desk(tmp_path, monkeypatch) as desk:
        yield desk


def request(bars: int = 4, **changes: Any) -> JsonObject:
    usual = {"model": scribe.MODEL, "seed": 3, "knobs": {}}
    return Request(tune(bars), **{**usual, **changes}).to_json()


def again(desk: Desk, job_id: str, take: int = 1) -> bytes:
    """The MIDI that the recipe of a piece gives."""
    return studio.replay(desk.folder(job_id, take) / RECIPE_FILE).composition.midi


# A band that grows


def test_the_bars_that_are_told_add_up_to_the_piece(desk: Desk) -> None:
    job_id, result = desk.run("compose", request(4))
    kinds = [kind for kind, _ in desk.said]
    assert kinds == ["stage", "begun", "bars", "bars", "bars", "kept", "composed"]
    begun = desk.said[1][1]
    assert [part["name"] for part in begun["parts"]] == ["Bass", "Keys", "Drums"]
    assert (begun["of"], begun["bar_ticks"]) == (4, 1920)
    told = [data for kind, data in desk.said if kind == "bars"]
    assert [(data["bars"], data["of"]) for data in told] == [(1, 4), (2, 4), (3, 4)]
    notes: list[dict[tuple[int, int], list[int]]] = [{}, {}, {}]
    for data in told:
        for part, rows in zip(notes, data["notes"], strict=True):
            part.update({(row[0], row[1]): row for row in rows})
    score = score_in(desk.folder(job_id))
    for part, track in zip(notes, score.tracks[1:], strict=True):
        whole = [n for n in track.notes if n.start_tick < 3 * 1920]
        assert sorted(part) == [(n.start_tick, n.pitch) for n in whole]
    assert result["written"] == result["bars"] == 4


def test_bars_are_not_told_more_often_than_a_page_can_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "TELL_SECONDS", 3600.0)
    desk.run("compose", request(8))
    assert [data["bars"] for kind, data in desk.said if kind == "bars"] == [1]


def test_a_band_that_comes_whole_tells_no_bars(desk: Desk) -> None:
    desk.run("compose", request(4, model="bach-gan"))
    assert [kind for kind, _ in desk.said] == ["stage", "kept", "composed"]


def test_cancel_keeps_what_is_there_and_its_recipe_gives_it_again(desk: Desk) -> None:
    def stop(kind: str, data: JsonObject) -> None:
        if kind == "bars" and data["bars"] == 2:
            desk.store.cancel(desk.store.jobs(OWNER)[0].id)

    with pytest.raises(Cancelled):
        desk.run("compose", request(6), stop)
    job = desk.store.jobs(OWNER)[0]
    assert job.state == "cancelled"
    folder = desk.folder(job.id)
    written = read(folder)[1]["bars"]
    assert 2 <= written < 6
    score = score_in(folder)
    assert score.tracks[0] == tune(6).tracks[0]
    assert all(track.notes for track in score.tracks[1:])
    assert max(track.end_tick for track in score.tracks[1:]) == written * 1920
    facts = facts_in(folder)
    assert (facts["written"], facts["bars"]) == (written, 6)
    assert again(desk, job.id) == (folder / MIDI_FILE).read_bytes()


@pytest.mark.parametrize("takes", [1, 4])
def test_what_is_cancelled_when_it_is_written_is_kept_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, takes: int
) -> None:
    def late(piece: Composition) -> JsonObject:  # the last moment before anything is said of it
        desk.store.cancel(desk.store.jobs(OWNER)[0].id)
        return band_facts(piece)

    monkeypatch.setattr("studio.jobs.place.band_facts", late)
    with pytest.raises(Cancelled):
        desk.run("compose", request(4, takes=takes))
    job = desk.store.jobs(OWNER)[0]
    for take in range(1, takes + 1):
        facts = facts_in(desk.folder(job.id, take))
        assert facts["written"] == facts["bars"] == 4


def test_a_job_that_changes_hands_writes_nothing_on_its_way_out(desk: Desk) -> None:
    def leave(kind: str, data: JsonObject) -> None:
        if kind == "bars":
            raise Cancelled

    with pytest.raises(Cancelled):
        desk.run("compose", request(6), leave)
    assert not desk.folder(desk.store.jobs(OWNER)[0].id).exists()
    assert Library(desk.store).pieces(OWNER) == []


def test_a_piece_whose_rest_fails_keeps_what_is_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(kind: str, data: JsonObject) -> None:
        if kind == "bars" and data["bars"] == 3:
            raise BadScore("The rest does not come.")

    with pytest.raises(BadScore, match="does not come"):
        desk.run("compose", request(6), fail)
    folder = desk.folder(desk.store.jobs(OWNER)[0].id)
    assert read(folder)[1]["bars"] == 3
    assert (folder / MIDI_FILE).is_file()


# Takes


def test_four_takes_are_four_pieces_with_recipes_of_their_own(desk: Desk) -> None:
    job_id, result = desk.run("compose", request(4, takes=4))
    assert result["takes"] == 4
    midis = set()
    for take in range(1, 5):
        folder = desk.folder(job_id, take)
        facts = facts_in(folder)
        assert facts["seed"] == read(folder)[1]["seed"] == 2 + take
        midis.add((folder / MIDI_FILE).read_bytes())
        assert again(desk, job_id, take) == (folder / MIDI_FILE).read_bytes()
    assert len(midis) == 4


def test_a_band_is_kept_and_whole_when_it_is_told_of(desk: Desk) -> None:
    def look(kind: str, data: JsonObject) -> None:
        if kind == "composed":
            job = desk.store.jobs(OWNER)[0].id
            assert all((desk.folder(job, take) / MIDI_FILE).is_file() for take in range(1, 5))
            assert len(Library(desk.store).versions(job)) == 4

    desk.run("compose", request(2, takes=4), look)
    assert [kind for kind, _ in desk.said] == ["stage", "kept", "composed"]


def test_what_was_stopped_is_in_the_library_as_far_as_it_is(desk: Desk) -> None:
    def stop(kind: str, data: JsonObject) -> None:
        if kind == "bars" and data["bars"] == 2:
            desk.store.cancel(desk.store.jobs(OWNER)[0].id)

    with pytest.raises(Cancelled):
        desk.run("compose", request(6), stop)
    [piece] = Library(desk.store).pieces(OWNER)
    opened = Library(desk.store).opened(piece.id)
    assert opened.score == score_in(desk.folder(piece.id))
    assert 2 <= opened.facts["written"] < 6


# The place where a band goes


def placed(bars: int, place: Place, **changes: Any) -> JsonObject:
    usual: dict[str, Any] = {"model": scribe.MODEL, "seed": 3}
    return ComposeRequest(tune(bars), **{**usual, **changes}, place=place).to_json()


def test_another_band_is_the_next_take_of_the_piece_with_its_mix(desk: Desk) -> None:
    shelf = Library(desk.store)
    first, _ = desk.run("compose", placed(4, Place()))
    shelf.mix(first, {"Keys": {"mute": True}, "Bass": {"volume": 0.3}})
    job, _ = desk.run("compose", placed(4, Place(first), seed=4, takes=2))
    assert ("kept", {"piece": first}) in desk.said
    [piece] = shelf.pieces(OWNER)
    roots = shelf.versions(first)
    assert [(root.label, root.parent, root.job, root.take) for root in roots] == [
        ("Pop", None, first, 1), ("Pop", None, job, 1), ("Pop", None, job, 2)
    ]  # fmt: skip
    assert piece.head == roots[1].id
    assert [shelf.opened(first, root.id).recipe["seed"] for root in roots] == [3, 4, 5]
    assert piece.mix["Keys"]["mute"] is True
    assert piece.mix["Bass"]["volume"] == 0.3
    found = shelf.of_job(OWNER, job)
    assert found is not None
    assert found.id == first


def test_a_band_plays_on_the_instruments_that_were_chosen_and_its_recipe_says_so(
    desk: Desk,
) -> None:
    chosen = {"Melody": 56, "Keys": 11, "Drums": 3, "Kazoo": 5}
    job, _ = desk.run("compose", placed(4, Place(instruments=chosen)))
    work = Library(desk.store).opened(job)
    programs = {track.name: track.program for track in work.score.tracks}
    assert (programs["Melody"], programs["Keys"], programs["Drums"]) == (56, 11, 0)
    assert "Kazoo" not in programs
    assert [edit["part"] for edit in work.recipe["edits"]] == ["Melody", "Keys"]
    assert again(desk, job) == write(work.score)


def test_a_strangers_piece_takes_no_band(desk: Desk) -> None:
    theirs = Library(desk.store).add("somebody else", "Theirs", tune(2))
    with pytest.raises(JobError, match="no such piece"):
        desk.run("compose", placed(2, Place(theirs.id)))
    assert len(Library(desk.store).versions(theirs.id)) == 1


def test_the_sound_of_a_band_is_asked_for_as_soon_as_it_is_kept(desk: Desk) -> None:
    job, _ = desk.run("compose", placed(2, Place(sound="plain")))
    [wanted] = [each for each in desk.store.jobs(OWNER) if each.kind == "stems"]
    head = Library(desk.store).piece(job).head
    assert wanted.payload == {"piece": job, "version": head, "sound": "plain"}


@pytest.mark.parametrize("takes", [0, 5])
def test_too_many_takes_are_one_sentence(desk: Desk, takes: int) -> None:
    with pytest.raises(BadKnob, match="1 to 4 takes"):
        desk.run("compose", request(2, takes=takes))


# Asked and measured


def test_what_was_asked_of_a_part_is_measured(desk: Desk) -> None:
    parts = {"Bass": {"density": 8.0, "register": 0.0}, "Keys": {"density": 0.0}}
    _, result = desk.run("compose", request(4, parts=parts))
    [row] = result["asked"]
    assert (row["name"], row["asked"]) == ("Bass", {"density": 8.0})
    assert row["got"]["density"] == 8.0
    assert 28 <= row["got"]["register"] <= 55
    assert row["got"]["polyphony"] == 1.0


# A melody that goes on


def longer(bars: int, added: int, **changes: Any) -> JsonObject:
    usual: dict[str, Any] = {"model": scribe.MODEL, "seed": 1}
    usual["knobs"] = {"extension_duration": added}
    return Request(tune(bars), **{**usual, **changes}).to_json()


def test_a_melody_goes_on_with_chords_of_its_own(desk: Desk) -> None:
    _, result = desk.run("extend", longer(4, 3, chords="C | F | G | C"))
    melody = melody_from_json(result["melody"])
    assert melody.bars == 7
    assert melody.tracks[0].notes[:16] == tune(4).tracks[0].notes
    assert result["added"] == 3
    assert result["chords"].startswith("C | F | G | C | ")
    assert result["chords"].count("|") == 6


@pytest.mark.parametrize(
    ("payload", "word"),
    [(longer(245, 8), r"up to 250 bars \(10 minutes\)"),
     (longer(4, 4, model="bach-gan"), "cannot go on"),
     (longer(4, 0), "Extension duration must be"), (longer(4, 4, seed=-1), "seed must be")],
    ids=["too long", "cannot", "nothing", "seed"],
)  # fmt: skip
def test_what_cannot_go_on_is_one_sentence(desk: Desk, payload: JsonObject, word: str) -> None:
    with pytest.raises(BadKnob, match=word):
        desk.run("extend", payload)
