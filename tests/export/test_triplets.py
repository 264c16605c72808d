"""Sheet music as it was played: triplets, thirty-seconds, swing; a reader hears what was heard."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import music21
import pytest
from export_tools import Written, read_sheet
from helpers import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.export.musicxml import full_score, lead_sheet
from studio.music import midi
from studio.music.score import Metre, Note, Score, Track
from studio.music.swing import swing

TOLERANCE = 40  # a triplet thirty-second
BAR = 1920


def line(lengths: list[int], start: int = 0) -> tuple[Note, ...]:
    """One note after another; a length below 0 is a rest."""
    notes = []
    for index, length in enumerate(lengths):
        if length > 0:
            notes.append(Note(start, 60 + index % 7, length))
        start += abs(length)
    return tuple(notes)


def one_part(notes: tuple[Note, ...], metre: Metre | None = None) -> Score:
    return Score((Track("Melody", notes, 73),), metre=metre or Metre())


def whole_notes(heads: list[Written]) -> list[tuple[float, int, float]]:
    """Start, pitch and length of each note, what is tied together."""
    result: list[tuple[float, int, float]] = []
    for head in sorted(heads, key=lambda head: head.onset):
        before = [
            i for i, n in enumerate(result) if n[1] == head.pitch and sum(n[::2]) == head.onset
        ]
        if head.goes_on:
            start, pitch, length = result[before[-1]]
            result[before[-1]] = (start, pitch, length + head.length)
        else:
            result.append((head.onset, head.pitch, head.length))
    return result


def written(score: Score) -> list[tuple[str, int]]:
    """Note value and how many stand in the time of two, 0 for plain ones, of all but rests."""
    notes = read_sheet(full_score(score)).root.iter("note")
    return [
        (note.findtext("type", ""), int(note.findtext("time-modification/actual-notes", "0")))
        for note in notes
        if note.find("rest") is None and note.find("chord") is None
    ]


@pytest.mark.parametrize("name", ["xml_triplets", "xml_one_swung_bar"])
def test_music21_reads_each_note_where_it_was_played(name: str) -> None:
    score = midi.read_path(ROOT / "tests/cases" / f"{name}.mid").score
    read: Any = music21.converter.parseData(full_score(score).decode(), format="musicxml")
    found = [(n.offset * 480, n.pitch.midi, n.quarterLength * 480) for n in read.flatten().notes]
    assert found == [(n.start_tick, n.pitch, n.duration_ticks) for n in score.tracks[0].notes]
    assert not list(read.recurse().getElementsByClass(music21.expressions.TextExpression))


@pytest.mark.parametrize(
    ("lengths", "values"),
    [
        ([160] * 3 + [1440], [("eighth", 3)] * 3 + [("half", 0)]),
        ([320] * 3 + [960], [("quarter", 3)] * 3 + [("half", 0)]),
        ([80] * 6 + [1440], [("16th", 3)] * 6 + [("half", 0)]),
        ([60] * 8 + [1440], [("32nd", 0)] * 8 + [("half", 0)]),
        ([320, 160, 1440], [("quarter", 3), ("eighth", 3), ("half", 0)]),
        ([80] * 3 + [240, 1440], [("16th", 3)] * 3 + [("eighth", 0), ("half", 0)]),
        ([160, 80, 240, 1440], [("eighth", 3), ("16th", 3), ("eighth", 0), ("half", 0)]),
        ([180, 60, 240, 1440], [("16th", 0), ("32nd", 0), ("eighth", 0), ("half", 0)]),
        ([160, -160, 160, 1440], [("eighth", 3)] * 2 + [("half", 0)]),
    ],
)  # fmt: skip
def test_a_beat_is_written_as_a_musician_would(
    lengths: list[int], values: list[tuple[str, int]]
) -> None:
    score = one_part(line(lengths))
    assert written(score)[: len(values) - 1] == values[:-1]
    brackets = [t.get("type") for t in read_sheet(full_score(score)).root.iter("tuplet")]
    assert brackets == ["start", "stop"] * (len(brackets) // 2)


GRIDS = {480: (60, 80, 120, 160, 240, 480), 240: (60, 80, 120, 240), 120: (60, 120)}


@st.composite
def melodies(draw: st.DrawFn) -> Score:
    """Melodies whose beats each stand on a grid of thirty-seconds or of triplets, with a few rests
    where notes could begin as well."""
    metre = Metre(*draw(st.sampled_from([(4, 4), (3, 4), (2, 2), (5, 4), (6, 8), (7, 8), (9, 16)])))
    beat = min(480, BAR // metre.unit)
    places = [0]
    for start in range(0, 2 * metre.bar_ticks, beat):
        grid = draw(st.sampled_from(GRIDS[beat]))
        chosen = draw(st.lists(st.booleans(), min_size=beat // grid, max_size=beat // grid))
        places += [start + i * grid for i, taken in enumerate(chosen) if taken]
    spans = list(pairwise(sorted({*places, 2 * metre.bar_ticks})))
    silent = draw(st.sets(st.integers(0, len(spans) - 1), max_size=len(spans) // 6))
    shown = {start % 240 for index, (start, _) in enumerate(spans) if index not in silent}
    silent = {index for index in silent if spans[index][0] % 240 in shown}
    notes = [
        Note(start, 60 + index % 7, end - start)
        for index, (start, end) in enumerate(spans)
        if index not in silent
    ]
    return one_part(tuple(notes), metre)


@settings(max_examples=40)
@given(melodies())
def test_a_melody_on_any_grid_comes_back_as_it_was(score: Score) -> None:
    sheet = read_sheet(lead_sheet(score))
    if [words.text for words in sheet.root.iter("words")] != ["Swing"]:
        found = whole_notes(sheet.notes)
        assert found == [(n.start_tick, n.pitch, n.duration_ticks) for n in score.tracks[0].notes]
    assert all(filled == whole for _, filled, whole in sheet.fillings)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("is_drum", [False, True])
def test_what_is_played_by_hand_is_written_close_by(seed: int, is_drum: bool) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    metre = chance.choice([Metre(), Metre(3, 4), Metre(6, 8), Metre(7, 16)])
    notes = tuple(
        Note(chance.randrange(4 * BAR), chance.randrange(40, 80), chance.randrange(1, 900))
        for _ in range(60)
    )
    sheet = read_sheet(full_score(Score((Track("Part", notes, 0, is_drum),), metre=metre)))
    heads = {(head.onset, head.pitch) for head in sheet.notes if not head.goes_on}
    for note in notes:
        assert min(abs(h - note.start_tick) for h, p in heads if p == note.pitch) <= TOLERANCE
    assert all(filled == whole for _, filled, whole in sheet.fillings)


def test_eighths_played_by_hand_stay_eighths() -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    notes = tuple(
        Note(max(0, i * 240 + round(chance.gauss(0, 12))), 60 + i % 5, 200) for i in range(64)
    )
    assert set(written(one_part(notes))) == {("eighth", 0)}


def test_voices_of_a_staff_and_drums_have_triplets_of_their_own() -> None:
    triplets = line([160] * 12, start=0)
    held = (Note(0, 48, 960), Note(960, 47, 240), Note(1200, 48, 720))
    staff, drums = Track("Organ", (*triplets, *held), 19), Track("Drums", triplets, 0, True)
    sheet = read_sheet(full_score(Score((staff, drums))))
    lower = [
        n for n in sheet.root.findall("part[@id='P1']/measure/note") if n.findtext("voice") == "2"
    ]
    assert [n.findtext("type") for n in lower] == ["half", "eighth", "quarter"]
    assert not any(n.find("time-modification") is not None for n in lower)
    hits = [n for n in sheet.notes if n.part == "P2"]
    assert [n.onset for n in hits] == [i * 160 for i in range(12)]


def test_triplets_and_sixteenths_in_a_piece_that_swings_stay_what_they_are() -> None:
    swung = swing(Track("", line([240] * 32)))
    fill = line([160] * 3 + [120] * 4 + [480, 480], start=4 * BAR)
    sheet = read_sheet(lead_sheet(one_part((*swung.notes, *fill))))
    assert [words.text for words in sheet.root.iter("words")] == ["Swing"]
    played = [(note.start_tick, note.duration_ticks) for note in fill]
    assert [(n.onset, n.length) for n in sheet.notes][-len(fill) :] == played
    assert [(n.onset, n.length) for n in sheet.notes][:32] == [(i * 240, 240) for i in range(32)]
