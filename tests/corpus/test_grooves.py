"""Drums as people play them: takes on the grid, and put to songs whose drums a rule wrote."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import BEAT

from studio.corpus.grooves import Groove, read_grooves, read_performances, with_human_drums
from studio.corpus.windows import SongRolls
from studio.music import midi, roll
from studio.music.instruments import CLOSED_HAT, CRASH, KICK, RIDE, SNARE
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track

BAR = 4 * BEAT
BASS, DRUMS = 0, 1


def take(bars: int = 8, late_tick: int = BEAT // 2, lag: int = 0, loose: int = 0) -> list[Note]:
    """Kick and snare by turns on the beats, a hat on them and on an eighth that comes at
    `late_tick`; all of it `lag` ticks late and off by at most `loose`."""
    rng = random.Random(0)  # noqa: S311 - no secret
    notes = []
    for beat in range(4 * bars):
        drum = (KICK, SNARE)[beat % 2]
        for pitch, place in ((drum, 0), (CLOSED_HAT, 0), (CLOSED_HAT, late_tick)):
            start = beat * BEAT + place + lag + rng.randint(-loose, loose)
            notes.append(Note(max(start, 0), pitch, 10, 100))
    return notes


def library(folder: Path, **takes: tuple[list[Note], str, str]) -> Path:
    """A folder of takes by name: notes, style and kind."""
    rows = ["file,genre,beat_type"]
    for name, (notes, style, kind) in takes.items():
        score = Score((Track("Drums", tuple(notes), is_drum=True),))
        (folder / f"{name}.mid").write_bytes(midi.write(score))
        rows.append(f"{name}.mid,{style},{kind}")
    (folder / "manifest.csv").write_text("\n".join(rows))
    return folder


EVEN = [
    (step, pitch)
    for beat in range(32)
    for step, pitch in (
        (4 * beat, (KICK, SNARE)[beat % 2]),
        (4 * beat, CLOSED_HAT),
        (4 * beat + 2, CLOSED_HAT),
    )
]


def strokes(planes: np.ndarray) -> list[tuple[int, int]]:
    """Step and drum of each stroke of a roll."""
    return [(int(s), int(p) + roll.LOW_PITCH) for s, p in np.argwhere(planes[roll.ONSET])]


@pytest.mark.parametrize("late_tick", [BEAT // 2, 290, 2 * BEAT // 3, 3 * BEAT // 4])
@pytest.mark.parametrize("lag", [0, 25, -20])
def test_a_take_is_read_on_the_grid_even_and_on_the_click(
    late_tick: int, lag: int, tmp_path: Path
) -> None:
    folder = library(tmp_path, one=(take(late_tick=late_tick, lag=lag, loose=8), "rock", "beat"))
    [found] = read_grooves(folder, ["rock"])
    assert (found.style, found.bar_steps, found.bars) == ("rock", 16, 8)
    assert sorted(strokes(found.roll)) == sorted(EVEN)
    assert np.array_equal(found.roll[roll.ONSET], found.roll[roll.SUSTAIN])  # one step long


def test_only_beats_of_eight_bars_in_the_styles_asked_for(tmp_path: Path) -> None:
    folder = library(
        tmp_path,
        fill=(take(), "rock", "fill"),
        short=(take(7), "rock", "beat"),
        samba=(take(), "latin/samba", "beat"),
        indie=(take(), "rock/indie", "beat"),
        swing=(take(), "jazz/swing", "beat"),
    )
    read = [g.name for g in read_grooves(folder, ["rock*", "jazz/swing"])]
    assert read == ["indie.mid", "swing.mid"]
    assert read_grooves(folder, ["jazz"]) == []


def test_a_take_that_keeps_to_no_grid_is_left_out(tmp_path: Path) -> None:
    folder = library(tmp_path, free=(take(loose=200), "rock", "beat"))
    assert read_grooves(folder, ["rock"]) == []


def test_empty_bars_before_the_first_stroke_are_left_out_and_loudness_kept(tmp_path: Path) -> None:
    waits = [replace(n, start_tick=n.start_tick + 2 * BAR, velocity=61) for n in take()]
    [found] = read_performances(library(tmp_path, one=(waits, "rock", "beat")), ["rock"])
    assert found.track.notes[0].start_tick == 0
    assert {note.velocity for note in found.track.notes} == {61}
    assert found.metre == Metre()


# Put to songs


def played(name: str, hits: list[tuple[int, int]], bars: int, bar_steps: int = 16) -> Groove:
    notes = [Note(step * STEP_TICKS, pitch, STEP_TICKS) for step, pitch in hits]
    return Groove(name, "rock", roll.encode(notes, bars * bar_steps), bar_steps)


def beat_of(drum: int, bars: int = 8, shift: int = 0, bar_steps: int = 16) -> Groove:
    """The kick on two steps a bar, moved by `shift`, and `drum` on all even ones."""
    hits = [
        hit
        for bar in range(bars)
        for hit in (
            (bar * bar_steps + shift, KICK),
            (bar * bar_steps + bar_steps // 2 + shift, KICK),
            *((bar * bar_steps + step, drum) for step in range(0, bar_steps, 2)),
        )
    ]
    return played(f"{drum}-{shift}", hits, bars, bar_steps)


def song(bars: int = 12, bar_steps: int = 16, drum_steps: int = 2) -> SongRolls:
    """Melody and bass on the first and the middle step of each bar, snare by rule."""
    steps = bars * bar_steps
    halves = range(0, steps, bar_steps // 2)
    tune, low = (
        roll.encode([Note(s * STEP_TICKS, pitch, STEP_TICKS) for s in halves], steps)
        for pitch in (72, 40)
    )
    rule = [Note(s * STEP_TICKS, SNARE, STEP_TICKS) for s in range(0, steps, drum_steps)]
    parts = np.stack([low, roll.encode(rule, steps)])
    return SongRolls(tune, parts, np.zeros(steps, np.int64), bar_steps, name="song")


def drums_of(one: SongRolls, grooves: list[Groove], seed: int = 0) -> list[tuple[int, int]]:
    [result] = with_human_drums([one], DRUMS, grooves, np.random.default_rng(seed))
    return strokes(result.parts[DRUMS])


@pytest.mark.parametrize("bar_steps", [16, 12])
def test_a_groove_of_the_metre_replaces_the_rule_and_goes_round(bar_steps: int) -> None:
    groove = beat_of(RIDE, bar_steps=bar_steps)
    other = beat_of(CLOSED_HAT, bar_steps=28 - bar_steps)
    found = drums_of(song(13, bar_steps), [other, groove])
    looped = strokes(groove.roll) + [
        (step + 8 * bar_steps, pitch) for step, pitch in strokes(groove.roll)
    ]
    end = 12 * bar_steps
    assert sorted(h for h in found if h[0] < end) == sorted(h for h in looped if h[0] < end)
    assert sorted(h for h in found if h[0] >= end) == [(end, KICK), (end, CRASH)]


def test_nothing_but_the_drums_changes_and_the_song_given_stays() -> None:
    given = song()
    kept = given.parts.copy()
    [result] = with_human_drums([given], DRUMS, [beat_of(RIDE)], np.random.default_rng(0))
    assert np.array_equal(given.parts, kept)
    assert np.array_equal(result.parts[BASS], kept[BASS])
    assert result.melody is given.melody
    assert result.triads is given.triads


def test_without_a_groove_in_its_metre_a_song_keeps_its_drums() -> None:
    waltz, jig = song(bar_steps=12), replace(song(bar_steps=12), beat_steps=6)
    rng = np.random.default_rng(0)
    assert with_human_drums([waltz], DRUMS, [beat_of(RIDE)], rng)[0] is waltz
    assert with_human_drums([jig], DRUMS, [beat_of(RIDE, bar_steps=12)], rng)[0] is jig


def test_the_grooves_own_ending_closes_the_song_and_is_not_looped() -> None:
    hits = [*strokes(beat_of(RIDE).roll), (8 * 16, KICK), (8 * 16, RIDE), (8 * 16 + 2, SNARE)]
    found = drums_of(song(12), [played("ends", hits, 9)])
    end = 11 * 16
    assert [h for h in found if h[0] >= end] == [(end, KICK), (end, RIDE), (end + 2, SNARE)]
    assert (8 * 16 + 2, SNARE) not in found


def test_a_passage_of_a_longer_song_does_not_end() -> None:
    found = drums_of(replace(song(12), steps_after=160), [beat_of(RIDE)])
    assert len([h for h in found if h[0] >= 11 * 16]) == 10


def test_drums_wait_where_the_songs_own_wait() -> None:
    waits = song()
    waits.parts[DRUMS, :, : 2 * 16] = 0
    found = drums_of(waits, [beat_of(RIDE)])
    assert found[:2] == [(32, KICK), (32, RIDE)]


def test_a_groove_about_as_dense_is_taken() -> None:
    sparse = [played(f"s{i}", [(16 * b, KICK) for b in range(8)], 8) for i in range(12)]
    dense = [beat_of(RIDE) for _ in range(12)]
    for seed in range(5):
        busy = drums_of(song(drum_steps=2), sparse + dense, seed)
        calm = drums_of(song(drum_steps=16), sparse + dense, seed)
        assert RIDE in {pitch for _, pitch in busy}
        assert RIDE not in {pitch for _, pitch in calm}


def test_kick_and_bass_belong_together() -> None:
    off, on = beat_of(CLOSED_HAT, shift=3), beat_of(RIDE)
    assert all((0, RIDE) in drums_of(song(), [off, on, off], seed) for seed in range(5))


def test_within_a_groove_the_phrase_that_fits_the_bass_is_found() -> None:
    hits = [*strokes(beat_of(RIDE, 4, shift=3).roll)]
    hits += [(step + 64, pitch) for step, pitch in strokes(beat_of(SNARE, 4).roll)]
    assert (0, SNARE) in drums_of(song(5), [played("two phrases", hits, 8)])


def test_the_same_seed_plays_the_same() -> None:
    grooves = [beat_of(drum, shift=shift) for drum in (RIDE, CLOSED_HAT) for shift in range(8)]
    takes = [drums_of(song(), grooves, seed) for seed in (0, 0, 1, 2, 3, 4)]
    assert takes[0] == takes[1]
    assert any(other != takes[0] for other in takes[2:])
