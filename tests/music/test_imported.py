"""What is believed of a file beside its metres: pickups that are not written, playing that keeps to
no grid, keys."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from helpers import BEAT, ROOT, line
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadKnob
from studio.music import midi
from studio.music.conductor import Conductor, KeyEvent, MetreEvent
from studio.music.free_time import heard_beats, is_free, on_heard_beats
from studio.music.melody import Melody, from_file, sample_melody, samples
from studio.music.midi import MidiFile
from studio.music.score import ChordMark, Clock, Metre, Note, Score, Track, map_notes

CASES = ROOT / "tests" / "cases"
WITH_PICKUP = [sample.id for sample in samples() if sample.pickup]
WITHOUT = [sample.id for sample in samples() if not sample.pickup]


def alone(notes: Sequence[Note], metre: Metre, **wanted: float | None) -> Melody:
    conductor = Conductor(metres=(MetreEvent(0, metre.beats, metre.unit),))
    return from_file(MidiFile(Score((Track("Melody", tuple(notes)),)), (), conductor), **wanted)  # type: ignore[arg-type]


def stripped(sample: str) -> tuple[tuple[Note, ...], Metre]:
    """A sample without the rests before it."""
    melody = sample_melody(sample)
    first = melody.tracks[0].notes[0].start_tick
    notes = tuple(
        Note(n.start_tick - first, n.pitch, n.duration_ticks) for n in melody.tracks[0].notes
    )
    return notes, melody.metre


def test_a_pickup_at_tick_0_is_heard_and_said() -> None:
    melody = from_file(midi.read_path(CASES / "pickup_at_tick_0.mid"))
    assert melody.score.tracks[0].notes[0].start_tick == 2 * BEAT
    assert any("a pickup of 1 beat" in line for line in melody.report)


def test_most_pickups_of_samples_are_heard() -> None:
    heard = 0
    for sample in WITH_PICKUP:
        notes, metre = stripped(sample)
        first = alone(notes, metre).score.tracks[0].notes[0].start_tick
        heard += first == sample_melody(sample).tracks[0].notes[0].start_tick
    assert heard >= 0.7 * len(WITH_PICKUP)


@pytest.mark.parametrize(
    ("beside", "heard"),
    [
        (Track("Bass", line([36] * 16)), True),
        (Track("Bass", line([0] + [36] * 16)), True),
        (Track("Drums", line([36] * 16), is_drum=True), False),
        (Track("Drums", line([0] + [36] * 16), is_drum=True), True),
    ],
)
def test_where_drums_begin_the_bars_are_counted(beside: Track, heard: bool) -> None:
    file = midi.read_path(CASES / "pickup_at_tick_0.mid")
    score = file.score.with_tracks([file.score.tracks[0], beside])
    report = from_file(replace(file, score=score), 0).report
    assert any("a pickup of" in line for line in report) == heard


def test_a_melody_that_begins_after_others_has_no_pickup_at_its_first_note() -> None:
    file = midi.read_path(CASES / "pickup_at_tick_0.mid")
    tune = map_notes(file.score.tracks[0], lambda n: replace(n, start_tick=n.start_tick + 7680))
    others = Track("Bass", line([36] * 16))
    melody = from_file(replace(file, score=file.score.with_tracks([tune, others])), 0)
    assert not any("pickup" in line for line in melody.report)


def test_chords_on_its_bar_lines_say_that_the_file_s_bars_are_right() -> None:
    file = midi.read_path(CASES / "pickup_at_tick_0.mid")
    marks = tuple(ChordMark(bar * 3 * BEAT, "CFGA"[bar % 4]) for bar in range(6))
    melody = from_file(replace(file, score=replace(file.score, chords=marks)))
    assert not any("pickup" in line for line in melody.report)


@pytest.mark.parametrize("sample", WITHOUT)
def test_a_tune_without_a_pickup_stays(sample: str) -> None:
    notes, metre = stripped(sample)
    assert alone(notes, metre).score.tracks[0].notes[0].start_tick == 0


@pytest.mark.parametrize(
    ("metre", "pickup", "first"),
    [
        ("4/4", 1, 3 * BEAT), ("4/4", 0.5, 1680), ("4/4", 0, 0), ("4/4", 3.5, 240),
        ("3/4", 1, 2 * BEAT), ("6/8", 1, 1200), ("6/8", 3, 720), ("2/2", 0.5, 1440),
    ],
)  # fmt: skip
def test_a_pickup_can_be_set(metre: str, pickup: float, first: int) -> None:
    beats, unit = (int(number) for number in metre.split("/"))
    notes = line([60, 62, 64, 65] * 8)
    melody = alone(notes, Metre(beats, unit), pickup=pickup)
    assert melody.score.tracks[0].notes[0].start_tick == first
    assert [n.pitch for n in melody.score.tracks[0].notes] == [n.pitch for n in notes]
    assert not any("pickup" in line for line in melody.report)


@pytest.mark.parametrize("pickup", [-1, 4, 99, float("nan")])
def test_a_pickup_that_cannot_be_is_refused(pickup: float) -> None:
    with pytest.raises(BadKnob, match="less than 4"):
        alone(line([60] * 8), Metre(), pickup=pickup)


def test_who_writes_rests_first_has_counted() -> None:
    notes, metre = stripped(WITH_PICKUP[0])
    beat = 4 * BEAT // metre.unit
    later = [Note(n.start_tick + beat, n.pitch, n.duration_ticks) for n in notes]
    assert alone(later, metre).score.tracks[0].notes[0].start_tick == beat


def played(bpm: float, seed: int, bends: float = 0.0, lead: float = 0.6) -> list[float]:
    """When 48 notes of a rhythm begin, played without a metronome, in seconds."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    rhythm = (1, 1, 1, 1, 0.5, 0.5, 1, 2) * 6
    now, beat, starts = lead, 0.0, []
    for length in rhythm:
        starts.append(now + rng.gauss(0, 0.012))
        now += length * 60 / bpm * (1 + bends * np.sin(beat / 16 * 2 * np.pi))
        beat += length
    return starts


def on_120(starts: Sequence[float]) -> tuple[Note, ...]:
    """As a transcription writes it: on a grid of 120 bpm that nobody heard."""
    return tuple(
        Note(max(round(s * 960), 0), 60 + i % 7, 200) for i, s in enumerate(sorted(starts))
    )


@pytest.mark.parametrize("bends", [0.0, 0.05])
@pytest.mark.parametrize("bpm", [84, 92, 100, 113, 126])
def test_free_playing_is_laid_on_its_beats_and_sounds_the_same(bpm: float, bends: float) -> None:
    starts = played(bpm, round(bpm), bends)
    melody = alone(on_120(starts), Metre(), pickup=0)
    assert melody.score.tempo_bpm == pytest.approx(bpm, rel=0.08)
    assert any("Played freely: heard as" in line for line in melody.report)
    notes = melody.score.tracks[0].notes
    off = [abs((n.start_tick + BEAT // 4) % (BEAT // 2) - BEAT // 4) for n in notes]
    assert np.median(off) < 40  # the band is in step
    clock = melody.score.clock
    heard = np.diff([clock.seconds_at(n.start_tick) for n in notes])
    # but for a first note before the beat, which begins on it, as in takes
    assert heard[1:] == pytest.approx(np.diff(sorted(starts))[1:], abs=0.003)


def test_what_is_played_freely_over_a_band_in_time_stays_with_the_band() -> None:
    solo = on_120(played(92, 1))
    assert is_free(solo)
    band = Track("Chords", line([48, 53] * 12))
    few = Track("Bell", line([72, 74, 76]))
    freely = [
        any(
            "freely" in said
            for said in from_file(MidiFile(Score((Track("Solo", solo), *beside))), 0).report
        )
        for beside in ((), (band,), (few,), (Track("Left hand", solo),))
    ]
    assert freely == [True, False, True, True]


def test_the_file_s_grid_can_be_kept() -> None:
    file = midi.read_path(CASES / "free_time.mid")
    assert from_file(file).score.tempo_bpm == pytest.approx(93.7, abs=1)
    kept = from_file(file, keep_grid=True)
    assert kept.score.tempo_bpm == 120
    assert [n.start_tick for n in kept.score.tracks[0].notes] == [
        n.start_tick for n in file.score.tracks[0].notes
    ]
    assert not any("freely" in line for line in kept.report)


def test_chords_of_free_playing_are_on_the_beats_that_are_heard() -> None:
    """Written a little early or late, each where a bar begins."""
    file = midi.read_path(CASES / "free_time.mid")
    heard = from_file(file, pickup=0).score
    names, marks = ["C", "Am", "F", "G7"], list[ChordMark]()
    rng = random.Random(4)  # noqa: S311 - no secret
    for bar in range(heard.bars):
        at = heard.clock.seconds_at(bar * 4 * BEAT) + rng.uniform(-0.05, 0.05)
        first = file.score.clock.seconds_at(file.score.tracks[0].notes[0].start_tick)
        tick = round(file.score.clock.tick_at(max(at + first, 0)))
        marks.append(ChordMark(tick, names[bar % 4]))
    marked = replace(file, score=replace(file.score, chords=tuple(marks)))
    melody = from_file(marked, pickup=0)
    assert melody.score.tracks == heard.tracks
    assert [m.start_tick for m in melody.score.chords] == [b * 4 * BEAT for b in range(heard.bars)]
    assert any("Chords in the file: C | Am | F | G7" in line for line in melody.report)


@pytest.mark.parametrize("seconds", [1.3, 4.0, 6.1, 30.0])
def test_free_playing_lines_up_with_its_file_where_there_is_a_bar_before_it(seconds: float) -> None:
    file = midi.read_path(CASES / "free_time.mid")
    late = round(file.score.clock.tick_at(seconds))
    track = map_notes(file.score.tracks[0], lambda n: replace(n, start_tick=n.start_tick + late))
    moved = replace(file, score=file.score.with_tracks([track]))
    melody = from_file(moved).score
    heard = [melody.clock.seconds_at(note.start_tick) for note in melody.tracks[0].notes]
    meant = [file.score.clock.seconds_at(note.start_tick) for note in track.notes]
    assert heard == pytest.approx(meant, abs=5e-3)
    assert melody.tracks[0].notes[0].start_tick >= melody.metre.bar_ticks
    at_once = from_file(moved, trim=True).score
    assert at_once.tracks[0].notes == from_file(file, trim=True).score.tracks[0].notes


@pytest.mark.parametrize("grid", [480, 240, 160, 120, 80, 60])
@pytest.mark.parametrize("late", [0, 7, 100])
def test_what_keeps_to_a_grid_is_not_free(grid: int, late: int) -> None:
    rng = random.Random(grid)  # noqa: S311 - no secret
    places = sorted(rng.sample(range(200), 40))
    notes = [Note(max(p * grid + late + round(rng.gauss(0, grid / 20)), 0), 60, 50) for p in places]
    assert not is_free(notes)


def test_a_few_notes_tell_no_time() -> None:
    assert not is_free(on_120(played(92, 1))[:8])


@given(
    st.lists(st.floats(0, 60), min_size=12, max_size=60, unique_by=lambda s: round(s, 2)),
    st.floats(40, 200),
)
def test_whatever_is_heard_sounds_the_same(starts: list[float], bpm: float) -> None:
    clock = Clock.of(bpm)
    notes = tuple(Note(round(clock.tick_at(s)), 60, 100) for s in sorted(starts))
    laid, marks, _ = on_heard_beats(notes, clock)
    heard = Clock.of(0, marks)
    before = np.array([clock.seconds_at(n.start_tick) for n in notes])
    after = np.array([heard.seconds_at(n.start_tick) for n in laid])
    in_time = after > 0  # those a little before the first beat begin with it
    assert np.abs(np.diff(before[in_time]) - np.diff(after[in_time])).max(initial=0) < 0.005
    beats = heard_beats(before)
    assert (np.diff(beats) > 0.2).all()
    assert beats[0] <= before[0] + 0.1


@pytest.mark.parametrize(
    ("keys", "key", "said"),
    [
        ([], None, False),
        ([(0, -6, 0)], "Gb major", False),
        ([(0, 6, 0)], "F# major", False),
        ([(0, -3, 1)], "C minor", False),
        ([(0, 0, 0), (0, 1, 0)], "G major", False),
        ([(0, -2, 255)], "Bb major", False),
        ([(0, -2, -1)], "Bb major", False),
        ([(0, 12, 0)], None, False),
        ([(0, 2, 0), (28, 4, 0)], "D major", True),  # for the last bar alone
        ([(0, 2, 0), (16, 4, 0)], None, True),
        ([(0, 2, 0), (40, 4, 0)], "D major", False),  # after the melody
        ([(0, 0, 0), (0.02, 3, 0)], "A major", False),  # taken back at once
        ([(0, 1, 0), (31.5, 0, 0)], "G major", False),
    ],
)
def test_the_key_is_the_one_of_the_melody(
    keys: list[tuple[float, int, int]], key: str | None, said: bool
) -> None:
    events = tuple(KeyEvent(round(beat * BEAT), sharps, mode) for beat, sharps, mode in keys)
    track = Track("Melody", line([60, 62, 64, 65] * 8))
    melody = from_file(MidiFile(Score((track,)), (), Conductor(keys=events)))
    assert melody.score.key == key
    assert any("key changes" in line for line in melody.report) == said
