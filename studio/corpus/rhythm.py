"""How training music stands on the sixteenth grid: free time, swing, strummed chords."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from studio.score import STEP_TICKS, TICKS_PER_BEAT, Note, Track, map_notes

TRIPLET_TICKS = TICKS_PER_BEAT // 3
SWUNG_TICK = 2 * TRIPLET_TICKS  # where a swung eighth begins in its beat
DOTTED_TICK = 3 * STEP_TICKS  # where it begins when it is written as a dotted rhythm
_HALF_BEAT = TICKS_PER_BEAT // 2
_NEAR = 34  # ticks by which people miss the place they mean
_LEAST_FIT, _MOST_LOOSE = 0.5, 0.3
_OTHER_GRIDS = (TRIPLET_TICKS, TRIPLET_TICKS // 4, STEP_TICKS // 2)
_STRUM_TICKS = 60  # from string to string at most


def grid_fit(notes: Iterable[Note], grid_ticks: int) -> float:
    """How well onsets keep to a grid: 1 where all stand on it, about 0 where they fall anywhere
    (the length of the mean of the onsets laid on a circle)."""
    starts = np.array([note.start_tick for note in notes])
    return float(np.abs(np.exp(2j * np.pi * starts / grid_ticks).mean())) if len(starts) else 1.0


def off_the_grid(tracks: Sequence[Track]) -> str | None:
    """Why these tracks cannot be learned on a sixteenth grid, or None where most of them can."""
    loose = [track for track in tracks if grid_fit(track.notes, STEP_TICKS) < _LEAST_FIT]
    notes = [note for track in loose for note in track.notes]
    if len(notes) <= _MOST_LOOSE * sum(len(track.notes) for track in tracks):
        return None
    if any(grid_fit(notes, grid) >= _LEAST_FIT for grid in _OTHER_GRIDS):
        return "it moves in triplets or thirty-seconds, which a sixteenth grid cannot hold"
    return "its notes keep to no beat: record it to a metronome or quantise it"


def is_swung(notes: Iterable[Note], late_tick: int = SWUNG_TICK) -> bool:
    """Whether the off-beat eighths come as late in the beat as `late_tick`, and are no triplets."""
    swung, straight, middle = _off_beats(notes, late_tick)
    return swung >= 4 and swung >= 0.6 * (swung + straight) and middle < swung / 2


def straighten_swing(track: Track, late_tick: int = SWUNG_TICK) -> Track:
    """The track with swung eighths made even: what comes before `late_tick` in each beat becomes
    its first half, the rest its second. Swing is 2:1 (`SWUNG_TICK`), or 3:1 (`DOTTED_TICK`)."""

    def straight(tick: int) -> int:
        beat, place = divmod(tick, TICKS_PER_BEAT)
        if place < late_tick:
            place = round(place * _HALF_BEAT / late_tick)
        else:
            place = _HALF_BEAT + round(
                (place - late_tick) * _HALF_BEAT / (TICKS_PER_BEAT - late_tick)
            )
        return beat * TICKS_PER_BEAT + place

    def even(note: Note) -> Note:
        start = straight(note.start_tick)
        end = max(straight(note.end_tick), start + 1)
        return replace(note, start_tick=start, duration_ticks=end - start)

    return map_notes(track, even)


def straighten_song(
    tracks: Sequence[Track], late_ticks: Sequence[int] = (SWUNG_TICK,)
) -> list[Track]:
    """The tracks of one song, straightened where they swing, at the first of `late_ticks` that
    fits. A track with few off-beats goes with the others; one that plays even eighths against
    their swing is left alone."""
    everything = [note for track in tracks for note in track.notes]
    together = next((late for late in late_ticks if is_swung(everything, late)), None)

    def straightened(track: Track) -> Track:
        late = next((late for late in late_ticks if is_swung(track.notes, late)), None)
        if late is None and together is not None:
            swung, straight, _ = _off_beats(track.notes, together)
            late = together if swung >= straight else None
        return track if late is None else straighten_swing(track, late)

    return [straightened(track) for track in tracks]


def unstrum(track: Track) -> Track:
    """The track with each strummed chord struck at once: notes that follow within half a sixteenth
    while the one before still sounds begin with the first."""
    notes: list[Note] = []
    first, last, sounds_until = 0, -_STRUM_TICKS, 0
    for note in track.notes:
        if note.start_tick - last >= _STRUM_TICKS or sounds_until <= note.start_tick:
            first = note.start_tick
        last, sounds_until = note.start_tick, note.end_tick
        notes.append(replace(note, start_tick=first, duration_ticks=note.end_tick - first))
    return replace(track, notes=tuple(notes))


def let_go(track: Track, most_ticks: int) -> Track:
    """The track with each note of more than `most_ticks` ended where the next one begins: a string
    or key that nobody let go."""
    starts = sorted({note.start_tick for note in track.notes})

    def end(note: Note) -> Note:
        if note.duration_ticks <= most_ticks:
            return note
        following = bisect_right(starts, note.start_tick)
        until = starts[following] if following < len(starts) else note.end_tick
        return replace(note, duration_ticks=min(until - note.start_tick, most_ticks))

    return map_notes(track, end)


def _off_beats(notes: Iterable[Note], late_tick: int) -> tuple[int, int, int]:
    """How many onsets stand on the late eighth, on the even one (or, in plain swing, on the last
    sixteenth), and on the triplet between."""
    places = np.array([note.start_tick % TICKS_PER_BEAT for note in notes])
    even = np.abs(places - _HALF_BEAT) <= _NEAR
    if late_tick == SWUNG_TICK:
        even |= np.abs(places - DOTTED_TICK) <= 8
    late = (np.abs(places - late_tick) <= _NEAR) & ~even
    middle = np.abs(places - TRIPLET_TICKS) <= _NEAR
    return int(late.sum()), int(even.sum()), int(middle.sum())
