"""A part goes on with a rhythm: one bar's, or a tapped one, on the chords of other bars."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from helpers import BEAT, tune
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.catalog import find
from studio.composing import Edit, Recipe, Request, load_band
from studio.composing.rhythms import folded, in_rhythm
from studio.ground.assets import SHIPPED
from studio.ground.errors import BadKnob, BadScore
from studio.music.score import ChordMark, Metre, Note, Score, Track
from studio.music.theory import chord_tones, parse_chord, read_symbol

BAR = 4 * BEAT
SYMBOLS = ("C", "Am7", "Fmaj7", "G7", "Dm", "E7b9", "Bm7b5", "Csus4", "G/B", "C/D", "F#dim7")
Row = tuple[int, int, int, int]


def piece(
    *parts: Track, chords: str = "C F G C", bars: int = 4, metre: Metre | None = None
) -> Score:
    """A melody of whole bars and a band, a chord a bar."""
    metre = metre or Metre()
    melody = Track(
        "Melody", tuple(Note(b * metre.bar_ticks, 72, metre.bar_ticks) for b in range(bars))
    )
    marks = (ChordMark(b * metre.bar_ticks, word) for b, word in enumerate(chords.split()))
    return Score((melody, *parts), metre=metre, chords=tuple(marks))


def keys(*notes: tuple[int, int, int]) -> Track:
    """A part of notes: start, pitch and length."""
    return Track("Keys", tuple(Note(*note) for note in notes), 4)


def part_of(score: Score, name: str = "Keys", bar_ticks: int = BAR, bar: int = 1) -> list[Row]:
    """What a part plays in a bar, ticks from its beginning."""
    notes = score.tracks[score.part_index(name)].notes
    inside = [n for n in notes if n.start_tick // bar_ticks == bar - 1]
    return [(n.start_tick % bar_ticks, n.pitch, n.duration_ticks, n.velocity) for n in inside]


def kept(score: Score, part: str = "Keys", bar: int = 1, **more: object) -> Score:
    return Edit.of_rhythm(score, part, bar, **more).applied(score)  # type: ignore[arg-type]


def rhythm(rows: list[Row]) -> list[tuple[int, int, int]]:
    return sorted((start, ticks, loud) for start, _, ticks, loud in rows)


def tones_at(score: Score, tick: int) -> set[int]:
    """Pitch classes of the chord there, and what is written below it."""
    symbol = [mark.symbol for mark in score.chords if mark.start_tick <= tick][-1]
    chord, read = parse_chord(symbol), read_symbol(symbol)
    assert chord is not None
    assert read is not None
    return {*chord_tones(chord), read.bass_tone}


def test_a_silent_bar_gets_the_chord_by_the_nearest_way() -> None:
    score = piece(keys((0, 60, 480), (0, 64, 480), (0, 67, 480), (960, 60, 240), (960, 64, 240)))
    found = kept(score)
    assert part_of(found, bar=1) == part_of(score, bar=1)
    second = part_of(found, bar=2)
    assert [row[1] for row in second[:3]] == [60, 65, 69]  # C stays, the others go up
    assert rhythm(second) == rhythm(part_of(score, bar=1))


def test_a_part_keeps_its_own_voicing_where_it_plays() -> None:
    own = [(BAR, pitch, BAR) for pitch in (57, 65, 72)]
    score = piece(keys(*((t, p, 240) for t in (0, 720, 1440) for p in (60, 64, 67)), *own))
    second = part_of(kept(score), bar=2)
    assert [row[1] for row in second] == [57, 65, 72] * 3
    assert [row[0] for row in second[::3]] == [0, 720, 1440]


def test_the_bass_is_on_the_root_or_what_is_written_below_the_chord() -> None:
    bass = Track("Bass", (Note(0, 36, 720), Note(720, 43, 240), Note(960, 36, 480)), 33)
    score = piece(bass, keys((0, 60, BAR)), chords="C F G/B Am/D")
    found = kept(score, "Bass")
    lows = [[row[1] for row in part_of(found, "Bass", bar=bar)] for bar in (2, 3, 4)]
    assert [[pitch % 12 for pitch in bar[::2]] for bar in lows] == [[5, 5], [11, 11], [2, 2]]
    assert all(bar[1] % 12 in tones_at(score, BAR * (i + 1)) for i, bar in enumerate(lows))
    assert all(31 <= pitch <= 48 for bar in lows for pitch in bar)


def test_a_note_that_comes_before_its_chord_goes_to_the_next_one() -> None:
    pushed = [(BAR - 240, pitch, 720) for pitch in (65, 69)]  # F, before the bar of F
    score = piece(keys((0, 60, 240), *pushed), chords="C F G C", bars=4)
    third = part_of(kept(score, bars=[2]), bar=2)
    assert third[0][1] % 12 in tones_at(score, BAR)
    assert {row[1] % 12 for row in third[1:]} <= tones_at(score, 2 * BAR)


def test_drums_are_copied_and_people_s_timing_with_them() -> None:
    strokes = tuple(
        Note(max(t - 13, 0), p, 120, 60 + t % 50) for t, p in ((0, 36), (480, 42), (720, 38))
    )
    early = Note(BAR - 20, 49, 120, 110)  # the crash of bar 2, a little too soon
    score = piece(Track("Drums", (*strokes, early), is_drum=True))
    found = kept(score, "Drums", bars=[3])
    assert part_of(found, "Drums", bar=3) == part_of(score, "Drums", bar=1)[:-1]
    again = kept(score, "Drums", bar=2, bars=[4])
    assert part_of(again, "Drums", bar=3) == [(BAR - 20, 49, 120, 110)]
    assert kept(score, "Drums", bar=1, bars=[1]) == score


def test_what_sounds_ends_where_a_bar_begins_that_stays() -> None:
    score = piece(keys((480, 60, 2 * BAR), (3 * BAR, 60, 480)))
    found = kept(score, bars=[3])
    assert part_of(found, bar=3) == [(480, 59, BAR - 480, 80)]
    assert part_of(found, bar=4) == part_of(score, bar=4)


def test_taps_take_the_place_of_the_bar_s_own_rhythm() -> None:
    score = piece(keys((0, 60, BAR), (0, 64, BAR), (BAR, 65, 480)))
    taps = [(0, 240, 100), (720, 120, 70), (960, 480, 90)]
    found = kept(score, taps=taps)
    for bar in range(1, 5):
        assert [(t, ticks, v) for t, _, ticks, v in part_of(found, bar=bar)[::2]] == taps
    assert [row[1] for row in part_of(found, bar=1)] == [60, 64] * 3
    assert kept(score, bars=[2], taps=taps).tracks[1].notes[:2] == score.tracks[1].notes[:2]
    silent = kept(score, bar=4, taps=taps)  # on the chord that the part played last
    assert [row[1] % 12 for row in part_of(silent, bar=4)] == [4] * 3


def test_a_rhythm_goes_on_to_the_end_of_its_section() -> None:
    score = piece(keys((0, 60, 480), (2 * BAR, 67, BAR)), bars=6, chords="C F G C F C")
    form = "INTRO1:0 A4:0.5 A9"  # of the last section there is only a bar
    found = kept(score, bar=3, form=form)
    bars = [bar for bar in range(1, 7) if part_of(found, bar=bar) != part_of(score, bar=bar)]
    assert bars == [4, 5]
    for bar, where in ((1, "its section"), (5, "its section"), (6, "the piece")):
        with pytest.raises(BadKnob, match=f"Bar {bar} ends {where}"):
            kept(found, bar=bar, form=form)


def test_what_was_played_is_folded_into_one_bar() -> None:
    late = [0, 7, -9]
    played = [(b * BAR + t + late[b], 200, 80 + b) for b in range(3) for t in (0, 480, 720)]
    slip, soon = (2 * BAR + 1200, 100, 80), (3 * BAR - 20, 200, 90)  # that is for the bar behind
    assert folded([*played, slip], BAR) == [(0, 200, 81), (480, 200, 81), (720, 200, 81)]
    assert folded([*played[:3], *played[6:], soon], BAR)[0] == (0, 200, 84)
    triplets = folded([(t, 100, 80) for t in (0, 322, 480, 801, 960)], BAR)
    assert [tap[0] for tap in triplets] == [0, 320, 480, 800, 960]


def test_what_is_struck_and_not_held_lasts_until_the_next() -> None:
    struck = [(0, 0, 90), (720, 20, 80), (960, 240, 70)]
    assert folded(struck, BAR) == [(0, 720, 90), (720, 240, 80), (960, 240, 70)]
    wild = [(bar * BAR + bar * 240, 100, 80) for bar in range(5)]
    assert [tap[0] for tap in folded(wild, BAR)] == [0, 240, 480, 720, 960]
    sevens = [(bar * 1680 + tick, 100, 80) for bar in range(2) for tick in (0, 160, 320, 480)]
    assert [tap[0] for tap in folded(sevens, 1680)] == [0, 160, 320, 480]
    assert folded([(480, 0, 90)], 7 * 240) == [(480, 7 * 240 - 480, 90)]


@pytest.mark.parametrize(
    ("part", "bar", "more", "words"),
    [
        ("Melody", 1, {}, "The melody is yours"),
        ("Keys", 2, {}, "Bar 2 of Keys is empty"),
        ("Keys", 0, {}, "no bar 0"),
        ("Keys", 5, {}, "no bar 5"),
        ("Keys", 1, {"bars": [2, 9]}, "no bar 9"),
        ("Keys", 4, {}, "Bar 4 ends the piece"),
        ("Keys", 1, {"taps": [(-1, 120, 80)]}, "taps"),
        ("Keys", 1, {"taps": [(0, -1, 80)]}, "taps"),
        ("Keys", 1, {"taps": [(0, 120, 0)]}, "taps"),
        ("Horn", 1, {"taps": [(0, 120, 80)]}, "plays nothing"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    part: str, bar: int, more: dict[str, object], words: str
) -> None:
    score = piece(keys((0, 60, 480), (3 * BAR, 60, 480)), Track("Horn"))
    with pytest.raises(BadKnob, match=words):
        kept(score, part, bar, **more)
    with pytest.raises(BadScore, match="no part called"):
        kept(score, "Kazoo")


def test_a_piece_of_one_bar_has_nowhere_to_go_but_can_be_tapped() -> None:
    score = piece(keys((0, 60, 480)), chords="C", bars=1)
    with pytest.raises(BadKnob, match="Bar 1 ends the piece"):
        kept(score)
    assert rhythm(part_of(kept(score, taps=[(480, 240, 99)]))) == [(480, 240, 99)]


def test_without_chords_a_part_keeps_its_pitches() -> None:
    score = replace(piece(keys((0, 60, 240), (240, 61, 240), (BAR, 70, 480))), chords=())
    assert [row[1] for row in part_of(kept(score), bar=2)] == [70, 70]
    assert [row[1] for row in part_of(kept(score), bar=3)] == [60, 61]


@st.composite
def pieces(draw: st.DrawFn) -> tuple[Score, int]:
    """A band of keys, bass and drums in any metre, a chord a bar, and a bar in which all play."""
    metre = draw(st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(7, 8), Metre(6, 8), Metre(5, 4)]))
    bars = draw(st.integers(2, 6))
    steps = metre.bar_ticks // 120

    def part(name: str, program: int, low: int, high: int, voices: int) -> Track:
        notes = []
        for bar in range(bars):
            begins = draw(st.sets(st.integers(0, steps - 1), min_size=bar == 0, max_size=5))
            steps_on = [*sorted(begins), steps]
            for step, end in pairwise(steps_on):
                chosen = draw(st.sets(st.integers(low, high), min_size=1, max_size=voices))
                start, ticks = bar * metre.bar_ticks + step * 120, (end - step) * 120
                notes += [Note(start, p, ticks, draw(st.integers(1, 127))) for p in chosen]
        return Track(name, tuple(notes), program, is_drum=name == "Drums")

    words = " ".join(draw(st.lists(st.sampled_from(SYMBOLS), min_size=bars, max_size=bars)))
    band = part("Bass", 33, 28, 50, 1), part("Keys", 4, 51, 79, 4), part("Drums", 0, 36, 51, 3)
    return piece(*band, chords=words, bars=bars, metre=metre), bars


@settings(max_examples=60)
@given(pieces(), st.sampled_from(["Bass", "Keys", "Drums"]))
def test_every_bar_has_the_rhythm_on_tones_of_its_chord(made: tuple[Score, int], part: str) -> None:
    score, bars = made
    ticks, index = score.metre.bar_ticks, score.part_index(part)
    found = kept(score, part)
    first = part_of(score, part, ticks)
    own = [note.pitch for note in score.tracks[index].notes]
    others = [track for i, track in enumerate(found.tracks) if i != index]
    assert others == [track for i, track in enumerate(score.tracks) if i != index]
    assert part_of(found, part, ticks) == first
    for bar in range(1, bars):
        new = part_of(found, part, ticks, bar + 1)
        assert rhythm(new) == rhythm(first)
        if part == "Drums":
            assert new == first
            continue
        mark = score.chords[bar]
        for start in {row[0] for row in first}:
            then = [row[1] for row in first if row[0] == start]
            now = [row[1] for row in new if row[0] == start]
            assert len(set(now)) == len(then)
            in_chord = sum(p % 12 in tones_at(score, 0) for p in then)
            assert sum(p % 12 in tones_at(score, mark.start_tick) for p in now) >= in_chord
            if max(own) - min(own) > 15:  # there is room for four voices
                assert all(min(own) <= p <= max(own) for p in now)
    assert kept(score, part, bars=[1]) == score
    once = kept(score, part, bars=[2]).tracks[index].notes
    old = score.tracks[index].notes
    outside = [[n for n in notes if n.start_tick // ticks != 1] for notes in (once, old)]
    assert outside[0] == outside[1]


def test_its_recipe_gives_it_again() -> None:
    band = load_band(find("pop-gan", (SHIPPED,)), "cpu")
    piece = band.compose(Request(tune(8), "pop-gan", 5))
    edit = Edit.of_rhythm(piece.score, "Keys", 2, [3, 4, 5])
    done = piece.edited(edit)
    assert done.score != piece.score
    told = Recipe.from_json(done.recipe.to_json())
    assert band.replay(told).midi == done.midi
    assert piece.in_rhythm("Keys", 2, [3, 4, 5]) == done
    rows = in_rhythm(done.score, "Keys", 2, [3, 4, 5])
    assert rows == [note.row for note in done.score.tracks[done.score.part_index("Keys")].notes]
