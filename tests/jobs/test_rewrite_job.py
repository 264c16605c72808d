"""Bars of a piece in the library made anew, and one melody in all genres."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scribe
from desk import OWNER, Desk, open_desk
from helpers import tune
from test_compose_job import request

from studio.composing import Band, Composition, Edit, Recipe, performance
from studio.composing.edits import rows_of, with_notes
from studio.composing.quantised_melody import QuantisedMelody
from studio.ground.errors import BadKnob, BadModel, BadScore
from studio.jobs import handlers
from studio.jobs.kinds import genres, rewrite
from studio.jobs.kinds.rewrite import Request as RewriteRequest
from studio.jobs.kinds.stems import stem_store
from studio.jobs.place import Place
from studio.jobs.tools import Tools
from studio.library import Content, Library, Piece
from studio.library.folder import MIDI_FILE, SCORE_FILE
from studio.music.harmony import chords_alone, with_chord
from studio.music.melody import melody_to_json
from studio.music.midi import write
from studio.music.score import Note, Score
from studio.queue.context import Cancelled
from studio.queue.records import JsonObject
from studio.sound.plain import PlainSynth

BAR = 1920
GAN = "bach-gan"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with open_desk(tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture(params=[GAN, scribe.MODEL])
def model(request: pytest.FixtureRequest) -> str:
    """One that plays all at once, and one that writes bar by bar."""
    return str(request.param)


def begin(desk: Desk, model: str, bars: int = 4) -> tuple[Library, Piece]:
    job, _ = desk.run("compose", request(bars, model=model))
    shelf = Library(desk.store)
    return shelf, shelf.piece(job, OWNER)


def edit(shelf: Library, piece: str, part: str, rows: list[list[int]], version: str = "") -> str:
    """A tab saves other notes of a part."""
    work = shelf.opened(piece, version or None)
    score = with_notes(work.score, part, rows)
    recipe = Recipe.with_edits(work.recipe, [Edit.of_notes(score, part, rows)])
    revision = shelf.piece(piece).revision
    return shelf.save(piece, work.version.id, score, recipe, "edit", revision).id


def outside(score: Score, index: int, bars: tuple[int, ...]) -> list[Note]:
    return [n for n in score.tracks[index].notes if n.start_tick // BAR not in bars]


def replayed(desk: Desk, work: Content) -> bytes:
    recipe = Recipe.from_json(work.recipe)
    return handlers.tools(desk.data_dir).band(recipe.model).replay(recipe).midi


def test_bars_are_made_anew_and_edits_stay_to_the_note(desk: Desk, model: str) -> None:
    shelf, piece = begin(desk, model)
    names = [part["name"] for part in shelf.opened(piece.id).facts["parts"]]
    edited = edit(shelf, piece.id, names[1], [[30, 127, 77, 3], [BAR + 7, 1, 5000, 127]])
    before = shelf.opened(piece.id)
    wanted = RewriteRequest(piece.id, edited, [2], [names[1], names[2], "Melody"])
    _, result = desk.run("rewrite", wanted.to_json())
    after = shelf.opened(piece.id)
    assert after.version.id == result["version"]
    assert (after.version.parent, after.version.kind) == (edited, "bars")
    assert after.version.label == f"Bar 3 of {names[1]}, {names[2]}"
    for index in range(len(names)):
        bars = (2,) if index in (1, 2) else ()
        assert outside(after.score, index, bars) == outside(before.score, index, bars)
    assert after.score != before.score
    assert after.recipe["edits"][-1]["seed"] == before.recipe["seed"] + 1
    assert replayed(desk, after) == write(after.score)
    _, again = desk.run("rewrite", RewriteRequest(piece.id, after.version.id, [0]).to_json())
    assert shelf.opened(piece.id, again["version"]).recipe["edits"][-1]["seed"] == 5
    assert replayed(desk, shelf.opened(piece.id)) == write(shelf.opened(piece.id).score)


def test_a_band_that_was_stopped_is_written_on(desk: Desk) -> None:
    def stop(kind: str, data: JsonObject) -> None:
        if kind == "bars":
            desk.store.cancel(desk.store.jobs(OWNER)[0].id)

    with pytest.raises(Cancelled):
        desk.run("compose", request(4), stop)
    shelf = Library(desk.store)
    [piece] = shelf.pieces(OWNER)
    assert shelf.opened(piece.id).facts["written"] < 3
    wanted = RewriteRequest(piece.id, piece.head, [2, 3], ["Bass"])
    _, result = desk.run("rewrite", wanted.to_json())
    after = shelf.opened(piece.id, result["version"])
    assert {note.start_tick // BAR for note in after.score.tracks[1].notes} >= {0, 2, 3}
    assert replayed(desk, after) == write(after.score)


def test_an_edited_melody_is_what_the_band_hears(desk: Desk, model: str) -> None:
    shelf, piece = begin(desk, model)
    rows = rows_of(shelf.opened(piece.id).score, "Melody")
    edited = edit(shelf, piece.id, "Melody", [[s, p + 7, d, v] for s, p, d, v in rows[:8]])
    with pytest.raises(BadKnob, match="melody ends in bar 2"):
        desk.run("rewrite", RewriteRequest(piece.id, edited, [3]).to_json())
    assert shelf.piece(piece.id).head == edited
    _, result = desk.run("rewrite", RewriteRequest(piece.id, edited, [1]).to_json())
    after = shelf.opened(piece.id, result["version"])
    assert len(after.score.tracks[0].notes) == 8
    assert replayed(desk, after) == write(after.score)


def test_locked_parts_and_the_melody_are_left_alone(desk: Desk) -> None:
    shelf, piece = begin(desk, scribe.MODEL)
    shelf.lock(piece.id, "Keys", True)
    before = shelf.opened(piece.id).score
    desk.run("rewrite", RewriteRequest(piece.id, piece.head, [0, 1, 2, 3]).to_json())
    after = shelf.opened(piece.id)
    same = [a == b for a, b in zip(before.tracks, after.score.tracks, strict=True)]
    assert same == [True, False, True, False]
    assert after.version.label == "Bars 1-4 of Bass, Drums"
    for parts, why in ((["Keys"], "locked"), (["Melody"], "melody is yours")):
        with pytest.raises(BadKnob, match=why):
            desk.run("rewrite", RewriteRequest(piece.id, piece.head, [0], parts).to_json())


def test_a_changed_chord_makes_its_bars_anew_and_no_others(desk: Desk, model: str) -> None:
    shelf, piece = begin(desk, model)
    before = shelf.opened(piece.id)
    tick = next(mark.start_tick for mark in before.score.chords if mark.start_tick >= BAR)
    marked = with_chord(before.score, tick, "Bb7")
    marks: list[list[int | str]] = [[mark.start_tick, mark.symbol] for mark in marked.chords]
    _, result = desk.run("rewrite", RewriteRequest(piece.id, piece.head, chords=marks).to_json())
    after = shelf.opened(piece.id, result["version"])
    assert (after.version.kind, after.score.chords) == ("chord", marked.chords)
    assert "Bb7" in after.facts["chords"]
    later = [m.start_tick for m in marked.chords if m.start_tick > tick] or [4 * BAR]
    bars = tuple(range(tick // BAR, -(-later[0] // BAR)))
    assert after.recipe["edits"][-1]["bars"]["Bass"] == [bar + 1 for bar in bars]
    assert after.recipe["edits"][-1]["seed"] == before.recipe["seed"]
    for index in range(len(after.score.tracks)):
        assert outside(after.score, index, bars) == outside(before.score, index, bars)
    assert replayed(desk, after) == write(after.score)
    with pytest.raises(BadKnob, match="No bar was chosen"):  # the chords that it has
        desk.run("rewrite", RewriteRequest(piece.id, result["version"], chords=marks).to_json())


def test_a_changed_chord_is_heard_put_in_and_read_once(
    desk: Desk, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = begin(desk, model)[1]
    marks: list[list[int | str]] = [[0, "Bb7"], [BAR, "C"]]
    done: Counter[str] = Counter()

    def count(owner: Any, name: str, what: Callable[..., str | None]) -> None:
        real = getattr(owner, name)

        def counted(*words: Any, **more: Any) -> Any:
            done.update([word] if (word := what(*words)) else [])
            return real(*words, **more)

        monkeypatch.setattr(owner, name, counted)

    count(QuantisedMelody, "of", lambda *_: "heard")
    count(performance, "spliced", lambda *_: "put in")
    count(Path, "read_text", lambda path, *_: "read" if path.name == SCORE_FILE else None)
    desk.run("rewrite", RewriteRequest(piece.id, piece.head, chords=marks).to_json())
    assert done == {"heard": 1, "put in": 1, "read": 1}


def test_an_edit_made_meanwhile_is_in_the_new_version(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, piece = begin(desk, scribe.MODEL)
    real, edits = Band.rewrite, [[[30, 60, 60, 60]], [[40, 61, 60, 60]]]

    def slow(*words: Any) -> Composition:
        if edits:
            edit(shelf, piece.id, "Keys", edits.pop(0))
        return real(*words)

    monkeypatch.setattr(Band, "rewrite", slow)
    wanted = RewriteRequest(piece.id, piece.head, [2], ["Bass"])
    _, result = desk.run("rewrite", wanted.to_json())
    after = shelf.opened(piece.id, result["version"])
    assert rows_of(after.score, "Keys") == [[40, 61, 60, 60]]
    assert shelf.piece(piece.id).head == after.version.id
    assert replayed(desk, after) == write(after.score)


def test_one_who_never_stops_editing_loses_nothing_either(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, piece = begin(desk, scribe.MODEL)
    real = Band.rewrite
    saved: list[str] = []

    def slow(*words: Any) -> Composition:
        saved.append(edit(shelf, piece.id, "Keys", [[30, 60 + len(saved), 60, 60]]))
        return real(*words)

    monkeypatch.setattr(Band, "rewrite", slow)
    wanted = RewriteRequest(piece.id, piece.head, [2], ["Bass"])
    _, result = desk.run("rewrite", wanted.to_json())
    assert len(saved) == rewrite.ATTEMPTS
    assert rows_of(shelf.opened(piece.id, saved[-1]).score, "Keys") == [[30, 62, 60, 60]]
    assert result["version"] in {version.id for version in shelf.versions(piece.id)}


def test_an_older_version_that_was_opened_again_is_what_counts(desk: Desk) -> None:
    shelf, piece = begin(desk, scribe.MODEL)
    edit(shelf, piece.id, "Keys", [])
    wanted = RewriteRequest(piece.id, piece.head, [0], ["Bass"])  # the version before the edit
    _, result = desk.run("rewrite", wanted.to_json())
    after = shelf.opened(piece.id, result["version"])
    assert after.version.parent == piece.head
    assert rows_of(after.score, "Keys")


def test_what_cannot_be_is_a_sentence_and_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, piece = begin(desk, scribe.MODEL)
    work = shelf.opened(piece.id)

    def refused(kind: type[Exception], why: str, recipe: JsonObject, **more: Any) -> None:
        own = shelf.add(OWNER, "Own", work.score, recipe)
        usual: dict[str, Any] = {"bars": [0], "parts": ["Bass"]}
        with pytest.raises(kind, match=why):
            desk.run("rewrite", RewriteRequest(own.id, own.head, **usual | more).to_json())
        assert shelf.piece(own.id).head == own.head
        assert shelf.opened(own.id).score == work.score  # it still opens
        assert len(shelf.versions(own.id)) == 1

    refused(BadModel, "no model called 'gone-gan'", {**work.recipe, "model": "gone-gan"})
    refused(BadScore, "newer Tutti", {**work.recipe, "format": 99})
    refused(BadScore, "no recipe, or a damaged one", {})
    refused(BadKnob, "No bar was chosen", work.recipe, bars=[])
    refused(BadKnob, "melody ends in bar 4", work.recipe, bars=[99])
    refused(BadKnob, "chords cannot be read", work.recipe, chords=[["a"]])
    refused(BadKnob, "seed", work.recipe, seed=-1)


def test_a_cancelled_job_saves_nothing(desk: Desk) -> None:
    shelf, piece = begin(desk, scribe.MODEL)

    def stop(kind: str, data: JsonObject) -> None:
        desk.store.cancel(desk.store.jobs(OWNER)[0].id)

    wanted = RewriteRequest(piece.id, piece.head, [0], ["Bass"])
    with pytest.raises(Cancelled):
        desk.run("rewrite", wanted.to_json(), stop)
    assert len(shelf.versions(piece.id)) == 1


# All genres at once


def test_one_melody_in_all_genres_is_one_piece_with_a_take_each(desk: Desk) -> None:
    models = [scribe.MODEL, "gone-gan", GAN, GAN]
    shelf, kept = Library(desk.store), []

    def look(kind: str, data: JsonObject) -> None:
        if kind == "composed":  # each is there when it is told of
            kept.append(len(shelf.versions(desk.store.jobs(OWNER)[0].id)))

    place = Place(instruments={"Melody": 73}, sound="plain")
    wanted = genres.Request(models, melody_to_json(tune(2)), 7, place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tools, "synth", PlainSynth())
        job, result = desk.run("genres", wanted.to_json(), look)
    assert result["takes"] == [{"take": 1, "model": scribe.MODEL}, {"take": 2, "model": GAN}]
    kinds = [kind for kind, _ in desk.said if kind != "stage"]
    assert kinds == ["kept", "composed", "left out", "composed", "played"]
    assert kept == [1, 2]
    [piece] = shelf.pieces(OWNER)
    stems = stem_store(desk.data_dir)
    roots = shelf.versions(piece.id)
    assert [root.label for root in roots] == ["Pop", "Bach"]
    for take, root in enumerate(roots, 1):
        work = shelf.opened(piece.id, root.id)
        assert work.recipe["seed"] == 7
        assert write(work.score) == (desk.folder(job, take) / MIDI_FILE).read_bytes()
        assert work.score.tracks[0] == replace(tune(2).tracks[0], program=73)
        assert stems.mixdown(work.score, stems.names(work.score, "plain")) is not None


def test_all_genres_play_on_chords_alone_in_the_key_that_is_set(desk: Desk) -> None:
    tune, chart = chords_alone("C Dm Em F | Am")  # four chords a bar are too many for some
    models, melody = [scribe.MODEL, GAN], melody_to_json(tune)
    wanted = genres.Request(models, melody, 7, chords=chart, key="A minor")
    _, result = desk.run("genres", wanted.to_json())
    assert result["takes"] == [{"take": 1, "model": GAN}]
    assert ("left out", scribe.MODEL) in [(kind, data.get("model")) for kind, data in desk.said]
    shelf = Library(desk.store)
    [piece] = shelf.pieces(OWNER)
    opened = shelf.opened(piece.id)
    assert (opened.recipe["key"], opened.recipe["chords"]) == ("A minor", chart)
    assert (opened.score.key, opened.score.chords[-1].symbol) == ("A minor", "Am")


@pytest.mark.parametrize(
    ("change", "error"),
    [({"models": []}, BadKnob), ({"models": [f"m{i}" for i in range(17)]}, BadKnob),
     ({"models": ["gone-gan"]}, BadModel), ({"melody": {}}, BadScore)],
    ids=str,
)  # fmt: skip
def test_genres_that_cannot_be_are_a_sentence(
    desk: Desk, change: dict[str, Any], error: type[Exception]
) -> None:
    wanted = genres.Request(
        **{"melody": melody_to_json(tune(1)), "seed": 1, "models": [GAN], **change}
    )
    with pytest.raises(error):
        desk.run("genres", wanted.to_json())
    assert Library(desk.store).pieces(OWNER) == []
