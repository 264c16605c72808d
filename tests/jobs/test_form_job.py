"""A band of the library in another form: what the model wrote and hands changed stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scribe
from desk import OWNER, Desk, open_desk
from helpers import tune
from test_compose_job import request
from test_rewrite_job import edit, replayed

from studio.arrangement import Arrangement
from studio.composing import Recipe
from studio.composing import Request as Composing
from studio.ground.errors import BadKnob
from studio.jobs.kinds.rewrite import Request
from studio.library import Content, Library, Piece
from studio.music.midi import write
from studio.music.score import Note, Score

BAR = 1920
FORM = "A4:0.4 B4:0.6"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with open_desk(tmp_path, monkeypatch) as desk:
        yield desk


def begin(
    desk: Desk, model: str = scribe.MODEL, melody: Score | None = None, **values: object
) -> tuple[Library, Piece]:
    wanted = Arrangement.usual({"drums": "pop", "feel": 0.5, "form": FORM, **values})
    asked = Composing(melody or tune(8), model, 3, {}, arrangement=wanted)
    job, _ = desk.run("compose", asked.to_json())
    shelf = Library(desk.store)
    return shelf, shelf.piece(job, OWNER)


def arranged(desk: Desk, shelf: Library, piece: Piece, **asked: object) -> Content:
    version = shelf.piece(piece.id).head
    _, result = desk.run("rewrite", {"piece": piece.id, "version": version, **asked})
    return shelf.opened(piece.id, result["version"])


def played(work: Content, part: str) -> list[Note]:
    track = work.score.tracks[work.score.part_index(part)]
    return list(track.notes)


def pitches(work: Content, part: str) -> list[tuple[int, int]]:
    return sorted((round(note.start_tick / 120), note.pitch) for note in played(work, part))


def loudness(work: Content, part: str, bars: range) -> float:
    loud = [n.velocity for n in played(work, part) if n.start_tick // BAR in bars]
    return sum(loud) / len(loud)


def test_another_form_is_the_same_band_louder_and_softer_and_a_version(desk: Desk) -> None:
    shelf, piece = begin(desk)
    before = shelf.opened(piece.id)
    after = arranged(desk, shelf, piece, form="A4:0.3 B4:1")
    assert (after.version.kind, after.version.label) == ("form", "Form: A4:0.3 B4:1")
    assert after.version.text == after.version.label
    assert after.version.parent == before.version.id
    assert after.recipe["arrangement"]["form"] == "A4:0.3 B4:1"
    assert played(after, "Melody") == played(before, "Melody")
    assert pitches(after, "Keys") == pitches(before, "Keys")
    assert loudness(after, "Keys", range(4)) < loudness(before, "Keys", range(4))
    assert loudness(after, "Keys", range(4, 8)) > loudness(before, "Keys", range(4, 8))
    assert replayed(desk, after) == write(after.score)
    back = arranged(desk, shelf, piece, form=FORM)
    assert back.score == before.score


def test_parts_leave_in_a_soft_section(desk: Desk) -> None:
    shelf, piece = begin(desk)
    after = arranged(desk, shelf, piece, form="A3:0.1 B5:0.6")
    assert after.version.label == "Form: A3:0.1 B5"
    assert {note.start_tick // BAR for note in played(after, "Drums")} <= set(range(3, 8))


def test_what_was_edited_written_anew_or_locked_stays(desk: Desk) -> None:
    shelf, piece = begin(desk, "bach-gan")
    names = [part["name"] for part in shelf.opened(piece.id).facts["parts"]]
    by_hand, other, locked = names[1:4]
    rows = [[30, 60, 77, 3], [BAR + 7, 62, 5000, 127]]
    edit(shelf, piece.id, by_hand, rows)
    desk.run("rewrite", Request(piece.id, shelf.piece(piece.id).head, [2], [other]).to_json())
    shelf.lock(piece.id, locked, True, OWNER)
    before = shelf.opened(piece.id)
    after = arranged(desk, shelf, piece, form="A4:0.2 B4:1")
    assert played(after, by_hand) == played(before, by_hand)
    assert played(after, locked) == played(before, locked)
    assert pitches(after, other) == pitches(before, other)
    assert played(after, other) != played(before, other)
    assert replayed(desk, after) == write(after.score)


def test_a_fill_comes_and_goes(desk: Desk) -> None:
    shelf, piece = begin(desk)
    before = shelf.opened(piece.id)
    told = Recipe.from_json(before.recipe).fills
    assert told is not None
    assert 3 in told  # a section ends
    assert 1 not in told
    filled = arranged(desk, shelf, piece, fill=[1, True])
    assert filled.version.text == "Fill in bar 2 · Form"
    assert Recipe.from_json(filled.recipe).fills == told | {1}
    plain = arranged(desk, shelf, piece, fill=[3, False])
    assert plain.version.label == "No fill in bar 4"
    assert Recipe.from_json(plain.recipe).fills == told - {3} | {1}
    assert played(plain, "Drums") != played(filled, "Drums") != played(before, "Drums")
    assert pitches(plain, "Keys") == pitches(before, "Keys")
    arranged(desk, shelf, piece, fill=[3, True])
    again = arranged(desk, shelf, piece, fill=[1, False])
    assert again.score == before.score
    assert again.recipe["arrangement"] == before.recipe["arrangement"]


def test_a_band_that_waits_has_its_bars_where_the_piece_has_them(desk: Desk) -> None:
    melody = tune(8)
    notes = tuple(replace(n, start_tick=n.start_tick + 2 * BAR) for n in melody.tracks[0].notes)
    late = melody.with_tracks([replace(melody.tracks[0], notes=notes)])
    shelf, piece = begin(desk, melody=late, form="INTRO2 A4:0.4 B4:0.6")
    before = shelf.opened(piece.id)
    assert before.recipe["arrangement"]["form"] == "INTRO2:0 A4:0.4 B4:0.6"
    told = Recipe.from_json(before.recipe).fills
    assert told is not None
    assert 5 in told
    after = arranged(desk, shelf, piece, fill=[6, True])
    assert after.version.label == "Fill in bar 7"
    assert Recipe.from_json(after.recipe).fills == told | {6}
    assert {n.start_tick // BAR for n in played(after, "Drums")} <= set(range(2, 10))
    assert replayed(desk, after) == write(after.score)
    after = arranged(desk, shelf, piece, form="INTRO1:0 A1+4:0.9 B4:0.6")
    assert after.recipe["arrangement"]["form"] == "INTRO2:0 A4:0.9 B4:0.6"
    assert replayed(desk, after) == write(after.score)


@pytest.mark.parametrize(
    ("values", "asked", "said"),
    [
        ({}, {"form": "A8;B8"}, "is no section"),
        ({}, {"form": " "}, "names no section"),
        ({"left_out": ["Drums"]}, {"fill": [1, True]}, "Nobody fills this bar"),
        ({"drums": ""}, {"fill": [1, True]}, "Nobody fills this bar"),
    ],
)
def test_what_cannot_be_changes_nothing(
    desk: Desk, values: dict[str, Any], asked: dict[str, object], said: str
) -> None:
    shelf, piece = begin(desk, scribe.MODEL, **values)
    with pytest.raises(BadKnob, match=said):
        arranged(desk, shelf, piece, **asked)
    assert shelf.piece(piece.id).head == piece.head


def test_a_band_that_is_not_arranged_has_no_form(desk: Desk) -> None:
    job, _ = desk.run("compose", request(4))
    shelf = Library(desk.store)
    with pytest.raises(BadKnob, match="has no form"):
        arranged(desk, shelf, shelf.piece(job), form="A4")


def test_a_form_has_as_many_bars_as_before(desk: Desk) -> None:
    shelf, piece = begin(desk)
    assert (
        arranged(desk, shelf, piece, form="A4 B99").recipe["arrangement"]["form"].endswith("B4:0.5")
    )
    assert arranged(desk, shelf, piece, form="A2").recipe["arrangement"]["form"] == "A8:0.5"
