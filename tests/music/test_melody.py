"""Melodies: a take keeps its notes, a file says what was kept, moved, cut or dropped."""

from __future__ import annotations

import math
import random
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from helpers import BEAT, line, note_events, track_chunk, tune
from helpers import header as midi_header
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadMidi, BadScore, TuttiError
from studio.music import midi
from studio.music.free_time import estimate_tempo_bpm
from studio.music.melody import (
    GRIDS_TICKS,
    as_take,
    from_file,
    from_performance,
    from_take,
    likeliest_melody,
    trimmed,
)
from studio.music.midi import MidiFile
from studio.music.score import MAX_BARS, Metre, Note, Score, TempoMark, Track, one_at_a_time


def take(*notes: tuple[float, float, int], **changes: Any) -> dict[str, Any]:
    """A take at 120 bpm (a beat is half a second) of (start, duration, pitch)."""
    rows = [
        {"start_seconds": start, "duration_seconds": duration, "pitch": pitch, "velocity": 90}
        for start, duration, pitch in notes
    ]
    played = {"tempo_bpm": 120.0, "metre": "4/4", "metronome": True, "notes": rows}
    return {**played, **changes}


@st.composite
def melodies(draw: st.DrawFn) -> Score:
    """Melodies as they come out of `from_file`: one track that begins in bar 1, up to 256 bars."""
    metre = draw(st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(2, 4)]))
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 60 * metre.bar_ticks), st.integers(0, 127),
                st.integers(1, 4 * metre.bar_ticks), st.integers(1, 127),
            ),
            max_size=30,
        )
    )  # fmt: skip
    first = Note(draw(st.integers(0, metre.bar_ticks - 1)), 60, 100)
    notes = (first, *(Note(*row) for row in rows))
    tempo_bpm = draw(st.floats(26, 300))  # slower ones would be cut after ten minutes
    key = draw(st.sampled_from([None, "G major", "E minor"]))
    track = one_at_a_time(Track("Melody", notes))
    return Score((track,), tempo_bpm, metre, key, title="Ein Lied")


@given(melodies())
def test_a_melody_comes_back_from_a_take_note_for_note(melody: Score) -> None:
    assert from_take(as_take(melody, "1", "sample")).score == melody


@given(melodies())
def test_a_melody_of_a_file_keeps_its_ticks_whatever_its_seconds_say(melody: Score) -> None:
    taken = as_take(melody, "1", "import")
    blurred = [{**note, "start_seconds": note["start_seconds"] + 1e-3} for note in taken["notes"]]
    assert from_take({**taken, "notes": blurred}).score == melody
    file = midi.read(midi.write(melody))
    assert from_take(as_take(from_file(file).score, "1", "import")).score == from_file(file).score


def test_a_note_cut_by_the_trim_ends_there() -> None:
    taken = as_take(tune(2), "1", "import")
    cut = trimmed(taken, {"start_seconds": 0.0, "end_seconds": 0.3})
    notes = from_take(cut).score.tracks[0].notes
    assert [note.start_tick for note in notes] == [0]
    assert notes[0].end_tick <= round(tune(2).clock.tick_at(0.3))


def test_a_take_keeps_its_performed_timing() -> None:
    played = from_take(take((0.013, 0.41, 60), (0.527, 0.39, 62))).score
    assert [(n.start_tick, n.duration_ticks) for n in played.tracks[0].notes] == [
        (round(0.013 * 960), round(0.423 * 960) - round(0.013 * 960)),
        (round(0.527 * 960), round(0.917 * 960) - round(0.527 * 960)),
    ]


def test_a_pickup_before_bar_1_is_rests_and_does_not_shift_the_bars() -> None:
    played = from_take(take((-0.5, 0.5, 67), (0.0, 1.0, 72), (2.0, 1.0, 72))).score
    starts = [note.start_tick for note in played.tracks[0].notes]
    assert starts == [3 * BEAT, 4 * BEAT, 8 * BEAT]
    waltz = from_take(take((-0.25, 0.25, 67), (0.0, 0.5, 72), metre="3/4")).score
    assert [n.start_tick for n in waltz.tracks[0].notes] == [3 * BEAT - BEAT // 2, 3 * BEAT]


def test_a_downbeat_pressed_a_little_early_is_no_pickup() -> None:
    played = from_take(take((-0.05, 0.5, 60), (0.5, 0.5, 62))).score
    assert [note.start_tick for note in played.tracks[0].notes] == [0, BEAT]


@pytest.mark.parametrize("grid", GRIDS_TICKS)
def test_quantising_never_changes_the_take(grid: str) -> None:
    recorded = take((0.013, 0.41, 60), (0.527, 0.39, 62), (1.77, 0.2, 64))
    before = deepcopy(recorded)
    score = from_take(recorded, grid).score
    assert recorded == before
    ticks = GRIDS_TICKS[grid]
    on_grid = [note.start_tick % ticks == 0 for note in score.tracks[0].notes] if ticks else []
    assert all(on_grid)
    assert from_take(recorded).score == from_take(before, "off").score


def test_a_take_without_a_metronome_says_the_tempo_it_heard() -> None:
    beats = [(i * 0.6, 0.5, 60) for i in range(16)]
    melody = from_take(take(*beats, metronome=False))
    assert melody.score.tempo_bpm == pytest.approx(100, rel=0.03)
    assert "without the metronome" in melody.report[0]
    assert f"{melody.score.tempo_bpm:g} bpm" in melody.report[0]


RHYTHMS = {
    "quarters": [1.0],
    "with eighths": [1, 1, 0.5, 0.5, 1],
    "with halves": [1, 1, 1, 1, 1, 1, 2],
    "dotted": [1.5, 0.5, 1, 1],
}


def onsets_seconds(rhythm: list[float], tempo_bpm: float, seed: int) -> list[float]:
    """40 onsets as a person plays them: 15 ms early or late."""
    rng, beat = random.Random(seed), 0.0  # noqa: S311 - no secret
    onsets = []
    for i in range(40):
        onsets.append(beat * 60 / tempo_bpm + rng.gauss(0, 0.015))
        beat += rhythm[i % len(rhythm)]
    return onsets


@pytest.mark.parametrize("rhythm", RHYTHMS.values(), ids=list(RHYTHMS))
@pytest.mark.parametrize("tempo_bpm", range(92, 137, 4))
def test_a_free_take_in_a_usual_tempo_is_heard_within_3_percent(
    rhythm: list[float], tempo_bpm: float
) -> None:
    for seed in range(3):
        heard = estimate_tempo_bpm(onsets_seconds(rhythm, tempo_bpm, seed))
        assert heard == pytest.approx(tempo_bpm, rel=0.03)


@pytest.mark.parametrize("rhythm", RHYTHMS.values(), ids=list(RHYTHMS))
@pytest.mark.parametrize("tempo_bpm", range(60, 161, 10))
def test_a_slow_or_fast_free_take_may_be_heard_in_half_or_double_time(
    rhythm: list[float], tempo_bpm: float
) -> None:
    heard = estimate_tempo_bpm(onsets_seconds(rhythm, tempo_bpm, 0))
    assert min(abs(heard / (tempo_bpm * level) - 1) for level in (0.5, 1, 2)) <= 0.03


@pytest.mark.parametrize("starts", [[], [0.0], [0.0, 0.7]])
def test_too_few_notes_to_hear_a_tempo_are_100_bpm(starts: list[float]) -> None:
    assert estimate_tempo_bpm(starts) == 100.0


BAD_TAKES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "no notes": take(),
    "no such tempo": take((0, 1, 60), tempo_bpm=0),
    "tempo is no number": take((0, 1, 60), tempo_bpm=math.nan),
    "endless tempo": take((0, 1, 60), tempo_bpm=math.inf),
    "no metre": take((0, 1, 60), metre="four"),
    "metre of nothing": take((0, 1, 60), metre="0/4"),
    "a start that is no number": take((math.nan, 1, 60)),
    "an endless note": take((0, math.inf, 60)),
    "a pitch above the keyboard": take((0, 1, 128)),
    "an endless pitch": take((0, 1, 60)) | {"notes": [{"start_seconds": 0, "duration_seconds": 1,
                                                      "pitch": math.inf, "velocity": 1}]},
    "notes that are none": take() | {"notes": [1, 2]},
    "a free take that is no number": take((math.nan, 1, 60), metronome=False),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_TAKES.values(), ids=list(BAD_TAKES))
def test_a_bad_take_is_one_sentence(bad: dict[str, Any]) -> None:
    with pytest.raises(TuttiError) as refused:
        from_take(bad)
    assert str(refused.value).endswith(".")


def test_trimming_keeps_what_begins_between_the_handles() -> None:
    recorded = take((0.0, 0.5, 60), (0.5, 0.5, 62), (1.0, 2.0, 64), (2.0, 0.5, 65))
    before = deepcopy(recorded)
    cut = trimmed(recorded, {"start_seconds": 0.5, "end_seconds": 2.0})
    assert [(n["pitch"], n["duration_seconds"]) for n in cut["notes"]] == [(62, 0.5), (64, 1.0)]
    assert recorded == before
    assert trimmed(recorded, None) == recorded


def test_trimming_everything_away_is_one_sentence() -> None:
    with pytest.raises(BadScore, match="trim handles"):
        trimmed(take((0.0, 0.5, 60)), {"start_seconds": 1.0, "end_seconds": 2.0})


def test_a_performance_is_its_last_take_with_its_switches() -> None:
    takes = [take((0.0, 0.5, 40)), take((0.02, 0.5, 60), (0.52, 0.5, 62))]
    performance = {"takes": takes, "quantise": "1/8", "program": 40,
                   "trim": {"start_seconds": 0.3, "end_seconds": 9.0}}  # fmt: skip
    [track] = from_performance(performance).score.tracks
    assert track.notes == (Note(BEAT, 62, BEAT, 90),)
    assert track.program == 40


@pytest.mark.parametrize("performance", [{}, {"takes": []}, {"takes": None}])
def test_a_performance_without_a_take_is_one_sentence(performance: dict[str, Any]) -> None:
    with pytest.raises(BadScore, match="no melody yet"):
        from_performance(performance)


PIANO = Track("Piano", tuple(Note(i * BEAT, p, BEAT) for i in range(8) for p in (48, 52, 55)), 0)
LEAD = Track("Flute", line([72, 74, 76, 77, 79, 77, 76, 74]), 73)
BASS = Track("Bass", line([36, 36, 43, 43, 36, 36, 43, 43]), 33)
DRUMS = Track("Drums", line([36, 42, 38, 42]), 0, True)


@pytest.mark.parametrize(
    ("tracks", "likeliest"),
    [
        ((PIANO, LEAD, BASS, DRUMS), 1),
        ((DRUMS, BASS, replace(PIANO, name="MELODY"), LEAD), 2),
        ((DRUMS, BASS), 1),
        ((LEAD, LEAD), 0),
        ((replace(BASS, name="Lead vocal"), LEAD), 0),
    ],
)
def test_the_likeliest_melody(tracks: tuple[Track, ...], likeliest: int) -> None:
    assert likeliest_melody(tracks) == likeliest


def filed(score: Score) -> MidiFile:
    """The score as a file that was read."""
    return midi.read(midi.write(score))


def test_a_file_says_what_was_kept_and_dropped() -> None:
    file = replace(filed(Score((PIANO, LEAD, DRUMS))), remarks=("A bend was left out.",))
    melody = from_file(file)
    assert melody.score.tracks == (LEAD,)
    assert melody.report == (
        "Kept: 8 notes of “Flute”, 2 bars.",
        "Dropped: the other tracks (Piano, Drums); the band will replace them.",
        "A bend was left out.",
    )


def test_the_track_of_a_file_can_be_chosen() -> None:
    file = filed(Score((PIANO, LEAD, BASS)))
    assert from_file(file, 2).score.tracks == (BASS,)
    for outside in (-1, 3):
        with pytest.raises(BadMidi, match="has 3 tracks"):
            from_file(file, outside)


def test_empty_bars_before_the_first_note_stay_or_are_trimmed_whole() -> None:
    late = Track("Lead", (Note(2 * 4 * BEAT + 3 * BEAT, 60, BEAT), Note(3 * 4 * BEAT, 62, BEAT)))
    whole = from_file(filed(Score((late,))))
    assert [note.start_tick for note in whole.score.tracks[0].notes] == [11 * BEAT, 12 * BEAT]
    assert "Kept: 2 bars of rest before the first note, in which the band waits." in whole.report
    taken = from_take(as_take(whole.score, "1", "import")).score
    assert taken.tracks[0].notes == whole.score.tracks[0].notes
    melody = from_file(filed(Score((late,))), trim=True)
    assert [note.start_tick for note in melody.score.tracks[0].notes] == [3 * BEAT, 4 * BEAT]
    assert "Moved: 2 empty bars" in melody.report[1]


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4)])
def test_a_long_melody_is_cut_after_256_bars_and_says_so(metre: Metre) -> None:
    melody = from_file(filed(replace(tune(262, metre), tempo_bpm=120)))
    assert melody.score.bars == MAX_BARS
    assert melody.score.tracks[0].end_tick == MAX_BARS * metre.bar_ticks
    left_out = 6 * metre.beats
    assert f"Cut: after bar 256, {left_out} notes were left out." in melody.report
    whole = replace(tune(256, metre), tempo_bpm=120)
    exactly = from_file(filed(whole))
    assert exactly.score == whole
    assert len(exactly.report) == 1


def test_a_melody_is_cut_after_ten_minutes_in_its_tempos() -> None:
    slow = from_file(filed(replace(tune(55), tempo_bpm=20)))
    assert slow.score.bars == 50
    assert "Cut: after bar 50 (10 minutes), 20 notes were left out." in slow.report
    marks = (TempoMark(0, 3_000_000), TempoMark(25 * 4 * BEAT, 1_500_000))  # 20, then 40 bpm
    faster = from_file(filed(replace(tune(80), tempo_bpm=20, tempos=marks)))
    assert faster.score.bars == 75
    assert faster.score.duration_seconds == pytest.approx(600)


def test_a_note_across_the_last_bar_line_ends_there() -> None:
    held = Track("Lead", (Note(0, 60, BEAT), Note(255 * 4 * BEAT, 62, 9 * BEAT)))
    melody = from_file(filed(Score((held,), 120)))
    assert melody.score.tracks[0].notes[-1].duration_ticks == 4 * BEAT


def test_a_metre_without_a_grid_of_sixteenths_is_read_as_4_4() -> None:
    melody = from_file(filed(tune(4, Metre(5, 32))))
    assert melody.score.metre == Metre(4, 4)
    assert "Moved: the metre 5/32 was read as 4/4." in melody.report


def test_a_file_of_drums_alone_has_no_melody() -> None:
    file = midi.read(midi_header() + track_chunk(note_events(36, channel=9)))
    with pytest.raises(BadMidi, match="only drums"):
        from_file(file)


def test_a_trimmed_take_without_a_grid_begins_on_a_downbeat() -> None:
    notes = [(beat * 0.5, 0.4, 60 + beat) for beat in range(12)]
    played = take(*notes, metronome=False)
    whole = from_take(played).score.tracks[0].notes
    kept = trimmed(played, {"start_seconds": 1.4, "end_seconds": 9.0})
    cut = from_take(kept).score.tracks[0].notes
    assert cut[0].start_tick == 0
    assert [note.pitch for note in cut] == [note.pitch for note in whole[3:]]


def test_notes_that_stand_on_each_other_are_cut_and_the_report_says_so() -> None:
    melody = from_take(take((0.0, 1.0, 60), (0.5, 1.0, 60)))
    assert [note.duration_ticks for note in melody.score.tracks[0].notes] == [480, 960]
    assert any("overlapped" in line for line in melody.report)
