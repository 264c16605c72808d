"""Tempo: ticks and seconds follow each other both ways, and the tempo that a melody has is heard
whatever a file's events say before and after it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from helpers import BEAT, CASES, line, scores, tempo_marks, tune, with_tempos
from hypothesis import given
from hypothesis import strategies as st

from studio.export import score_from_json, score_to_json
from studio.ground.errors import BadScore
from studio.music import midi
from studio.music.melody import (
    as_take,
    from_file,
    from_take,
    melody_from_json,
    melody_to_json,
)
from studio.music.score import Clock, Score, TempoMark, Track
from studio.music.tempo import main_tempo_bpm, tempo_map, within
from studio.music.tempo import tempo_marks as marks_of

SLOWING = (TempoMark(0, 500_000), TempoMark(4 * BEAT, 1_000_000))


def test_seconds_add_up_over_changes_of_tempo() -> None:
    clock = Clock.of(120.0, SLOWING)
    assert [clock.seconds_at(tick * BEAT) for tick in (0, 1, 4, 5, 8)] == [0, 0.5, 2, 3, 6]
    assert [clock.tick_at(s) / BEAT for s in (0, 0.5, 2, 3, 6)] == [0, 1, 4, 5, 8]
    assert clock.span(2 * BEAT, 5 * BEAT) == 2


@given(tempo_marks(), st.floats(20, 300), st.integers(0, 40_000))
def test_a_tick_is_found_again_by_its_seconds(
    marks: tuple[TempoMark, ...], tempo_bpm: float, tick: int
) -> None:
    clock = Clock.of(tempo_bpm, marks)
    assert clock.tick_at(clock.seconds_at(tick)) == pytest.approx(tick, abs=1e-3)
    assert clock.seconds_at(tick + 1) > clock.seconds_at(tick)


@given(st.floats(20, 300), st.integers(0, 40_000))
def test_one_tempo_is_counted_as_ever(tempo_bpm: float, tick: int) -> None:
    """To the last bit: stems are named by it."""
    assert Clock.of(tempo_bpm).seconds_at(tick) == tick * (60.0 / tempo_bpm / BEAT)


@pytest.mark.parametrize(
    ("events", "first", "last", "bpm", "tempos"),
    [
        ([], 0, 1920, 120.0, 1),
        ([(0, 60), (0, 144)], 0, 1920, 144.0, 1),  # the last at one tick counts
        ([(0, 144), (0, 60), (0, 144), (0, 72)], 0, 1920, 72.0, 1),
        ([(0, 60), (1920, 128)], 1920, 9600, 128.0, 1),  # a bar of setup
        ([(0, 40), (1920, 200), (3840, 96)], 3840, 9600, 96.0, 1),
        ([(960, 90)], 960, 1920, 90.0, 1),
        ([(480, 90)], 0, 9600, 90.0, 2),  # until it the standard's 120
        ([(0, 100), (4800, 80), (5760, 100)], 0, 19200, 100.0, 3),
        ([(0, 100), (9000, 60)], 0, 1920, 100.0, 1),  # after the melody
        ([(0, 100), (480, 100), (960, 100)], 0, 1920, 100.0, 1),
        ([(0, 1000)], 0, 1920, 300.0, 1),
        ([(0, 1)], 0, 1920, 20.0, 1),
        ([(tick, 80 + tick / 480) for tick in range(0, 9600, 480)], 0, 9600, 89.0, 20),
    ],
)
def test_the_tempo_of_a_melody_is_what_holds_longest_while_it_sounds(
    events: list[tuple[int, float]], first: int, last: int, bpm: float, tempos: int
) -> None:
    heard = within(marks_of(events), first, last)
    assert main_tempo_bpm(heard, last - first) == pytest.approx(bpm, abs=0.01)
    assert len(heard) == tempos


@pytest.mark.parametrize(
    "wrong",
    [[(480, 500_000)], [(0, 1)], [(0, 500_000), (0, 600_000)], [(0, 500_000.5)], [(0,)], [7]],
)
def test_what_is_no_map_of_tempos_is_refused(wrong: list[tuple[int, int]]) -> None:
    with pytest.raises(BadScore):
        tempo_map(wrong)


@pytest.mark.parametrize(("name", "bpm"), [("tempo_two_at_0", 144.0), ("tempo_setup_bar", 128.0)])
def test_a_setup_does_not_fool_the_tempo(name: str, bpm: float) -> None:
    file = midi.read_path(CASES / f"{name}.mid")
    for trim in (False, True):
        melody = from_file(file, trim=trim).score
        assert melody.tempo_bpm == pytest.approx(bpm, abs=0.01)
    assert not melody.tempos


@given(tempo_marks())
def test_a_melody_keeps_its_tempos_in_takes_recipes_and_the_library(
    tempos: tuple[TempoMark, ...],
) -> None:
    melody = with_tempos(tune(8), tempos)
    assert from_take(as_take(melody, "1", "import"), program=73).score == melody
    told = json.loads(json.dumps(melody_to_json(melody)))
    assert ("tempos" in told) == bool(melody.tempos)
    assert melody_from_json(told) == melody


@given(scores())
def test_a_piece_keeps_its_tempos_in_a_piece_file(score: Score) -> None:
    assert score_from_json(json.loads(json.dumps(score_to_json(score)))) == score


@given(scores(), st.integers(0, 6))
def test_an_imported_melody_sounds_when_the_file_says(score: Score, empty_bars: int) -> None:
    """Bars in front stay, and all lines up with the file; they are trimmed with the tempos that
    were theirs."""
    bar = score.metre.bar_ticks
    track = Track("Melody", tuple(replace(n, start_tick=n.start_tick + empty_bars * bar)
                                  for n in line([60, 64, 67])), 0)  # fmt: skip
    score = with_tempos(replace(score, tracks=(track,), chords=(), tempos=()), score.tempos)
    file = midi.read(midi.write(score))
    whole, melody = from_file(file).score, from_file(file, trim=True).score
    heard = [whole.clock.seconds_at(note.start_tick) for note in whole.tracks[0].notes]
    meant = [score.clock.seconds_at(note.start_tick) for note in track.notes]
    if score.duration_seconds <= 600:  # longer ones are cut
        assert heard == pytest.approx(meant, rel=1e-4, abs=1e-3)
    heard = [melody.clock.seconds_at(note.start_tick) for note in melody.tracks[0].notes]
    first = score.tracks[0].notes[0].start_tick // bar * bar
    meant = [score.clock.span(first, note.start_tick) for note in track.notes]
    assert heard == pytest.approx(meant, rel=1e-4, abs=1e-3)
