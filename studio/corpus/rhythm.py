"""How training music stands on the sixteenth grid: free time, swing, strummed chords."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from studio.music.score import STEP_TICKS, Note, Track, grid_fit, map_notes
from studio.music.swing import SWUNG_TICK, TRIPLET_TICKS, is_swung, off_beats, straighten_swing

_LEAST_FIT, _MOST_LOOSE = 0.5, 0.3
_OTHER_GRIDS = (TRIPLET_TICKS, TRIPLET_TICKS // 4, STEP_TICKS // 2)
_STRUM_TICKS = 60  # from string to string at most


def off_the_grid(tracks: Sequence[Track]) -> str | None:
    """Why these tracks cannot be learned on a sixteenth grid, or None where most of them can."""
    loose = [track for track in tracks if grid_fit(track.notes, STEP_TICKS) < _LEAST_FIT]
    notes = [note for track in loose for note in track.notes]
    if len(notes) <= _MOST_LOOSE * sum(len(track.notes) for track in tracks):
        return None
    if any(grid_fit(notes, grid) >= _LEAST_FIT for grid in _OTHER_GRIDS):
        return "it moves in triplets or thirty-seconds, which a sixteenth grid cannot hold"
    return "its notes keep to no beat: record it to a metronome or quantise it"


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
            swung, straight, _ = off_beats(track.notes, together)
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
