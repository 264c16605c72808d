"""POP909 (Wang et al. 2020) as songs on a grid.

Its MIDI files are performances: bars and beats stand in text files beside them, as seconds. Notes
are moved to the nearest sixteenth of those beats, and bars begin where most annotated downbeats
are; `regularity` is the share of downbeats that are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from studio.ground.errors import BadMidi
from studio.music import midi
from studio.music.score import (
    STEP_TICKS,
    TICKS_PER_BEAT,
    ChordMark,
    Clock,
    Metre,
    Note,
    Score,
    Track,
)

_BEATS_A_BAR = 4
_STEPS_A_BEAT = TICKS_PER_BEAT // STEP_TICKS
_MARKS = {
    "maj": "", "min": "m", "min7": "m7", "sus4(b7)": "7sus4", "maj6": "6", "min6": "m6",
    "hdim7": "m7b5", "minmaj7": "m(maj7)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OnGrid:
    """A song in 4/4 with its chords as marks, and how regular its downbeats are (0-1)."""

    score: Score
    regularity: float


def on_grid(files: Mapping[str, bytes], number: str) -> OnGrid:
    """The song of that number from `files`, by their names in its folder; raises BadMidi where one
    is missing or makes no sense."""
    try:
        times, down = _beats(files["beat_midi.txt"])
        data = files[f"{number}.mid"]
        rows = [line.split("\t") for line in files["chord_midi.txt"].decode().splitlines()]
        chords = [(float(row[0]), row[2].strip()) for row in rows if len(row) == 3]
    except (KeyError, ValueError, IndexError) as error:
        raise BadMidi(f"Song {number} of POP909 is not as it should be: fetch it again.") from error
    first = Counter((np.flatnonzero(down) % _BEATS_A_BAR).tolist()).most_common(1)
    start = first[0][0] if first else 0
    to_tick = _grid(times, -start % _BEATS_A_BAR)
    score = midi.read(data).score
    tracks = tuple(_moved(track, score.clock, to_tick) for track in score.tracks)
    marks = tuple(ChordMark(max(to_tick(at), 0), _symbol(name)) for at, name in chords)
    tempo_bpm = 60 / float(np.median(np.diff(times)))
    return OnGrid(
        Score(tracks, tempo_bpm, Metre(), None, marks, f"POP909 {number}"),
        first[0][1] / int(down.sum()) if first else 0.0,
    )


def _beats(text: bytes) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Seconds of the beats, and which of them are downbeats."""
    rows = np.array([line.split() for line in text.decode().splitlines()], np.float64)
    if len(rows) < 2 * _BEATS_A_BAR or not (np.diff(rows[:, 0]) > 0).all():
        raise ValueError("no beats")
    return rows[:, 0], rows[:, 2] > 0


def _grid(times: NDArray[np.float64], beats_before: int) -> Callable[[float], int]:
    """From seconds to ticks on the sixteenth grid, going on evenly beyond the first and last
    beats."""
    indices = np.arange(len(times))
    step = float(np.median(np.diff(times)))

    def to_tick(seconds: float) -> int:
        before = float(min(seconds - times[0], 0)) / step
        after = float(max(seconds - times[-1], 0)) / step
        beat = float(np.interp(seconds, times, indices)) + before + after + beats_before
        return round(beat * _STEPS_A_BEAT) * STEP_TICKS

    return to_tick


def _moved(track: Track, clock: Clock, to_tick: Callable[[float], int]) -> Track:
    """The track with its notes at the ticks of their seconds, without what begins before bar 1."""
    notes = []
    for note in track.notes:
        tick = to_tick(clock.seconds_at(note.start_tick))
        if tick >= 0:
            end = to_tick(clock.seconds_at(note.end_tick))
            notes.append(Note(tick, note.pitch, max(end - tick, STEP_TICKS), note.velocity))
    return replace(track, notes=tuple(notes))


def _symbol(name: str) -> str:
    """A chord as its annotators write it (Harte 2005), such as `Db:min7/b3`, as we do."""
    root, _, quality = name.split("/")[0].partition(":")
    return "N.C." if root == "N" else root + _MARKS.get(quality, quality)
