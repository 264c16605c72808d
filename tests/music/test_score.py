"""Score: values outside its ranges are refused, operations are pure and do what they say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from helpers import BEAT, line, scores, tracks
from hypothesis import example, given
from hypothesis import strategies as st

from studio.ground.errors import BadScore, TuttiError
from studio.music.score import (
    ChordMark,
    Metre,
    Note,
    Score,
    Track,
    clean_text,
    quantise,
    quantise_played,
    top_line,
    transpose,
)

GRIDS = st.sampled_from((60, 120, 160, 240, 480))


@pytest.mark.parametrize(
    "values",
    [(-1, 60, 1, 80), (0, -1, 1, 80), (0, 128, 1, 80), (0, 60, 0, 80), (0, 60, 1, 0),
     (0, 60, 1, 128)],
)  # fmt: skip
def test_a_note_outside_its_ranges_is_refused(values: tuple[int, int, int, int]) -> None:
    with pytest.raises(BadScore) as refused:
        Note(*values)
    assert isinstance(refused.value, TuttiError)


@pytest.mark.parametrize("tempo_bpm", [19.9, 300.1, float("nan"), float("inf"), -100.0])
def test_a_tempo_outside_its_range_is_refused(tempo_bpm: float) -> None:
    with pytest.raises(BadScore, match="20 to 300"):
        Score(tempo_bpm=tempo_bpm)


@pytest.mark.parametrize(("beats", "unit"), [(0, 4), (33, 4), (4, 3), (4, 0), (4, 64), (-3, 4)])
def test_a_metre_that_nobody_counts_is_refused(beats: int, unit: int) -> None:
    with pytest.raises(BadScore):
        Metre(beats, unit)


@pytest.mark.parametrize("program", [-1, 128])
def test_a_program_outside_general_midi_is_refused(program: int) -> None:
    with pytest.raises(BadScore):
        Track("Lead", program=program)


@pytest.mark.parametrize(
    ("metre", "ticks"),
    [(Metre(4, 4), 1920), (Metre(3, 4), 1440), (Metre(6, 8), 1440), (Metre(2, 4), 960)],
)
def test_a_bar_lasts_as_its_metre_says(metre: Metre, ticks: int) -> None:
    assert metre.bar_ticks == ticks


def test_bars_count_to_the_one_in_which_the_last_note_ends() -> None:
    assert Score().bars == 0
    assert Score((Track("A", (Note(0, 60, 1920),)),)).bars == 1
    assert Score((Track("A", (Note(0, 60, 1921),)),)).bars == 2
    assert Score((Track("A", (Note(0, 60, 1),)), Track("B", (Note(1920, 60, 1),)))).bars == 2


def test_time_in_seconds_follows_the_tempo() -> None:
    score = Score((Track("A", line([60] * 4)),), 120.0)
    assert score.duration_seconds == pytest.approx(2.0)
    assert replace(score, tempo_bpm=60.0).duration_seconds == pytest.approx(4.0)


def test_notes_and_chords_are_kept_sorted_and_the_tempo_to_two_decimals() -> None:
    track = Track("A", (Note(480, 60, 1), Note(0, 72, 1), Note(0, 48, 1)))
    assert [(note.start_tick, note.pitch) for note in track.notes] == [(0, 48), (0, 72), (480, 60)]
    score = Score((track,), 100.126, chords=(ChordMark(960, "G"), ChordMark(0, "C")))
    assert [mark.symbol for mark in score.chords] == ["C", "G"]
    assert score.tempo_bpm == 100.13


@given(st.text(max_size=200))
@example("a" * 119 + " b")
def test_a_cleaned_text_is_printable_short_and_stays_as_it_is(text: str) -> None:
    clean = clean_text(text)
    assert len(clean) <= 120
    assert clean == clean_text(clean)
    assert not set(clean) & {"\n", "\r", "\t", "\x00", "\u202e", "\u200b"}
    clean.encode("utf-8")


@pytest.mark.parametrize("text", ["Čeština", "旋律", "Ελληνικά", "לחן", "Sopran & Alt <b>"])
def test_a_name_in_any_script_is_kept(text: str) -> None:
    assert clean_text(text) == text


@given(tracks(), GRIDS)
def test_quantising_puts_every_note_on_the_grid_and_moves_none_far(track: Track, grid: int) -> None:
    before = replace(track)
    snapped = quantise(track, grid)
    assert track == before
    assert len(snapped.notes) == len(track.notes)
    assert all(n.start_tick % grid == 0 and n.end_tick % grid == 0 for n in snapped.notes)
    assert all(note.duration_ticks >= grid for note in snapped.notes)
    old = sorted((n.pitch, n.start_tick) for n in track.notes)
    new = sorted((n.pitch, n.start_tick) for n in snapped.notes)
    assert all(abs(a[1] - b[1]) <= grid // 2 for a, b in zip(old, new, strict=True))


@given(tracks(), GRIDS)
def test_quantising_twice_is_quantising_once(track: Track, grid: int) -> None:
    once = quantise(track, grid)
    assert quantise(once, grid) == once


@given(tracks(), st.integers(-127, 127))
def test_transposing_moves_every_pitch_or_refuses(track: Track, semitones: int) -> None:
    pitches = [note.pitch + semitones for note in track.notes]
    if min(pitches) < 0 or max(pitches) > 127:
        with pytest.raises(BadScore):
            transpose(track, semitones)
    else:
        assert sorted(n.pitch for n in transpose(track, semitones).notes) == sorted(pitches)


def test_the_top_line_is_the_highest_voice() -> None:
    chords = Track("Piano", tuple(Note(i * BEAT, p, BEAT) for i in range(2) for p in (60, 64, 67)))
    assert [note.pitch for note in top_line(chords).notes] == [67, 67]


def test_an_inner_voice_does_not_cut_a_held_melody_note() -> None:
    held = Note(0, 72, 4 * BEAT)
    inner = [Note(i * BEAT, 60, BEAT) for i in range(1, 4)]
    assert top_line(Track("Piano", (held, *inner))).notes == (held,)


def test_a_held_note_ends_where_the_next_one_begins() -> None:
    legato = Track("Lead", (Note(0, 60, 500), Note(480, 62, 480)))
    assert [note.duration_ticks for note in top_line(legato).notes] == [480, 480]


@given(tracks())
def test_a_top_line_plays_one_note_of_the_track_at_a_time(track: Track) -> None:
    notes = top_line(track).notes
    assert all(a.end_tick <= b.start_tick for a, b in pairwise(notes))
    known = {(note.start_tick, note.pitch, note.velocity) for note in track.notes}
    assert {(note.start_tick, note.pitch, note.velocity) for note in notes} <= known
    assert notes[0].pitch == max(
        n.pitch for n in track.notes if n.start_tick == track.notes[0].start_tick
    )


@given(scores())
def test_a_score_counts_its_own_notes(score: Score) -> None:
    assert score.note_count == sum(len(track.notes) for track in score.tracks)
    assert score.with_tracks(score.tracks) == score
    assert (score.bars - 1) * score.metre.bar_ticks < score.end_tick
    assert score.end_tick <= score.bars * score.metre.bar_ticks


@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.integers(50, 70), st.integers(1, 1500)), max_size=30
    ),
    st.sampled_from([120, 160, 240]),
)
def test_quantise_played_keeps_lengths_and_what_had_ended(
    rows: list[tuple[int, int, int]], grid: int
) -> None:
    track = Track("m", tuple(Note(*row) for row in rows))
    done = quantise_played(track, grid)
    assert quantise_played(done, grid) == done
    pairs = [(note, quantise_played(replace(track, notes=(note,)), grid).notes[0])
             for note in track.notes]  # fmt: skip
    for note, alone in pairs:
        assert abs(alone.start_tick - note.start_tick) <= grid / 2
        if note.duration_ticks >= grid:
            assert abs(alone.duration_ticks - note.duration_ticks) <= grid / 2
    assert sorted(n.start_tick for n in done.notes) == sorted(a.start_tick for _, a in pairs)
    assert all(n.duration_ticks % grid == 0 < n.duration_ticks for n in done.notes)


def test_a_quarter_played_early_stays_a_quarter() -> None:
    early = Track("m", (Note(480 - 72, 60, 408), Note(960 - 72, 62, 408), Note(1440 + 40, 64, 408)))
    assert quantise_played(early, 240).notes == (
        Note(480, 60, 480), Note(960, 62, 480), Note(1440, 64, 480),
    )  # fmt: skip
