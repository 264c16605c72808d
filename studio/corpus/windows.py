"""Training windows: laid-out songs as rolls in the signature of C, cut into eight-bar windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.corpus.laid_out import LaidOut
from studio.music import roll
from studio.music.roll import WINDOW_STEPS, Window, beat_steps, to_c
from studio.music.score import STEP_TICKS, Track
from studio.music.theory import transpose_triad

T = TypeVar("T")
_LEAST_DYNAMICS = 2.0  # standard deviation of velocities; less is no playing, but a default


@dataclass(frozen=True, slots=True)
class SongRolls(Window):
    """One song in the signature of C, all of it or a passage of a longer piece, padded to whole
    bars: a window as long as the song."""

    name: str = field(kw_only=True)

    @property
    def steps(self) -> int:
        return int(self.melody.shape[1])


def song_rolls(song: LaidOut) -> SongRolls:
    """The song as rolls, moved to the signature of C and padded to whole bars, a short one to
    a window; drums are not pitches, so they stay where they are."""
    bar_steps = song.score.metre.bar_ticks // STEP_TICKS
    steps = max(song.score.bars * bar_steps, WINDOW_STEPS)
    shift = to_c(song.signature)
    rolls = [
        roll.encode(track.notes if track.is_drum else roll.moved(track.notes, shift), steps)
        for track in song.score.tracks
    ]
    unit_steps = song.unit_ticks // STEP_TICKS
    triads = [transpose_triad(triad, shift) for triad in song.triads]
    by_step = np.repeat(np.array(triads), unit_steps)[:steps]
    by_step = np.pad(by_step, (0, steps - len(by_step)), mode="edge")
    loud = [_dynamics(track, 0 if track.is_drum else shift, steps) for track in song.score.tracks]
    return SongRolls(
        rolls[0],
        np.array(rolls[1:], np.uint8).reshape(-1, 2, steps, roll.PITCHES),
        by_step,
        bar_steps,
        beat_steps(song.score.metre),
        song.steps_before,
        song.steps_after,
        loud_melody=loud[0],
        loud_parts=np.array(loud[1:], np.uint8).reshape(-1, steps, roll.PITCHES),
        name=song.name,
    )


def _dynamics(track: Track, shift: int, steps: int) -> NDArray[np.uint8]:
    """How loud each onset is; silence where the file has no dynamics."""
    if np.std([note.velocity for note in track.notes] or [0]) < _LEAST_DYNAMICS:
        return np.zeros((steps, roll.PITCHES), np.uint8)
    return roll.velocities(roll.moved(track.notes, shift) if shift else track.notes, steps)


def window_starts(song: SongRolls, length: int = WINDOW_STEPS) -> list[int]:
    """Steps at which a window of `length` steps may begin: melody and every part have something
    to say in it; the first and the last window of a song are among them."""
    starts = []
    last = song.steps - length
    for start in sorted({*range(0, last + 1, song.bar_steps), last}) if last >= 0 else ():
        window = slice(start, start + length)
        melody_notes = int(song.melody[roll.ONSET, window].sum())
        part_notes = song.parts[:, roll.ONSET, window].sum(axis=(1, 2))
        if melody_notes >= 8 and part_notes.min(initial=4) >= 4:
            starts.append(start)
    return starts


def cut(song: SongRolls, start: int, length: int = WINDOW_STEPS) -> Window:
    """The window of `length` steps at `start`; notes that sound in from before get an onset at its
    edge."""
    window = _taken(song, slice(start, start + length))
    window.melody[roll.ONSET, 0] |= window.melody[roll.SUSTAIN, 0]
    window.parts[:, roll.ONSET, 0] |= window.parts[:, roll.SUSTAIN, 0]
    after = song.steps - start - length + song.steps_after
    return replace(window, steps_before=song.steps_before + start, steps_after=after)


def as_waltz(song: SongRolls) -> SongRolls:
    """A song in 4/4 as one in 3/4: the last beat of each bar is left out, and a note that reaches
    over the gap is struck again. Where no waltzes are at hand, this teaches what three beats are.
    """
    beat = song.bar_steps // 4
    waltz = _taken(song, np.arange(song.steps) % song.bar_steps < 3 * beat)
    for planes in (waltz.melody, *waltz.parts):
        sounding = planes[roll.SUSTAIN]
        begins = np.zeros_like(sounding)
        begins[1:] = sounding[1:] & ~sounding[:-1]
        begins[0] = sounding[0]
        planes[roll.ONSET] |= begins & sounding
    return replace(
        waltz,
        bar_steps=3 * beat,
        beat_steps=beat,
        steps_before=song.steps_before // 4 * 3,
        steps_after=song.steps_after // 4 * 3,
    )


def _taken(song: SongRolls, steps: slice | NDArray[np.bool_]) -> SongRolls:
    """Some steps of a song, its planes copied."""
    return replace(
        song,
        melody=song.melody[:, steps].copy(),
        parts=song.parts[:, :, steps].copy(),
        triads=song.triads[steps],
        loud_melody=None if song.loud_melody is None else song.loud_melody[steps],
        loud_parts=None if song.loud_parts is None else song.loud_parts[:, steps],
    )


class Windows:
    """All windows of some songs, of `WINDOW_STEPS` or of so many `bars` (a shorter song is one
    window); `batch` draws from them."""

    def __init__(self, songs: Sequence[SongRolls], bars: int | None = None) -> None:
        self.songs = songs
        self.lengths = [
            min(bars * song.bar_steps, song.steps) if bars else WINDOW_STEPS for song in songs
        ]
        self.index = [
            (s, start)
            for s, song in enumerate(songs)
            for start in window_starts(song, self.lengths[s])
        ]

    def __len__(self) -> int:
        return len(self.index)

    def batch(self, size: int, rng: np.random.Generator) -> list[Window]:
        """`size` windows drawn with replacement."""
        return [
            cut(self.songs[song], start, self.lengths[song])
            for song, start in (self.index[i] for i in rng.integers(0, len(self.index), size))
        ]


def split(songs: Sequence[T]) -> tuple[list[T], list[T]]:
    """Training and held-out songs: every twelfth is held out."""
    training = [song for i, song in enumerate(songs) if i % 12]
    held_out = [song for i, song in enumerate(songs) if i % 12 == 0]
    return training, held_out
