"""A piece as it is worked on: notes and instruments changed, bars put in from another score."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from studio.ground.errors import BadKnob, BadScore
from studio.music.midi import MAX_NOTES
from studio.music.score import ALWAYS_BARS, Rows, Score, Track, read_notes


def rows_of(score: Score, part: str) -> list[list[int]]:
    """The notes of a part as rows."""
    notes = score.tracks[score.part_index(part)].notes
    return [note.row for note in notes]


def with_notes(score: Score, part: str, notes: Rows) -> Score:
    """The piece with a part's notes replaced by others.

    A note that is held over the end of the last bar that there can be is cut there; one that begins
    after it is refused, as is what is no note, with BadScore: then nothing changes.
    """
    index = score.part_index(part)
    bars = max(score.most_bars, ALWAYS_BARS, score.bars)
    end = bars * score.metre.bar_ticks
    inside = []
    for note in read_notes(notes):
        if note.start_tick >= end:
            raise BadScore(f"A note lies after bar {bars}, where a piece ends: move it earlier.")
        inside.append(replace(note, duration_ticks=min(note.end_tick, end) - note.start_tick))
    track = replace(score.tracks[index], notes=tuple(inside))
    changed = _with_track(score, index, track)
    if changed.note_count > MAX_NOTES:
        raise BadScore(f"A piece can hold {MAX_NOTES:,} notes: delete some before you add more.")
    return changed


def with_program(score: Score, part: str, program: int) -> Score:
    """The piece with another instrument for a part; raises BadScore for a program not 0-127."""
    if type(program) is not int:
        raise BadScore("An instrument is a whole number from 0 to 127: choose one from the list.")
    index = score.part_index(part)
    return _with_track(score, index, replace(score.tracks[index], program=program))


def spliced(before: Score, after: Score, bars: Mapping[str, Collection[int]]) -> Score:
    """`before` with the notes that begin in some `bars` of its parts taken from the part of that
    name in `after`; the rest is untouched to the note. What comes in lets go where the next bar
    that stays begins.

    Raises BadScore for a part that `before` does not have, BadKnob for one that `after` has not.
    """
    tracks = list(before.tracks)
    there = {track.name: track for track in reversed(after.tracks)}
    for part, numbers in bars.items():
        index = before.part_index(part)
        name = before.tracks[index].name
        if name not in there:
            raise BadKnob(f"The band has no part called {name[:40]!r}: choose other parts.")
        tracks[index] = _with_bars(tracks[index], there[name], numbers, before.metre.bar_ticks)
    return before.with_tracks(tracks)


def _with_track(score: Score, index: int, track: Track) -> Score:
    return score.with_tracks((*score.tracks[:index], track, *score.tracks[index + 1 :]))


def _with_bars(track: Track, new: Track, bars: Collection[int], bar_ticks: int) -> Track:
    chosen = set(bars)
    stays = [note for note in track.notes if note.start_tick // bar_ticks not in chosen]
    comes = []
    for note in new.notes:
        following = note.start_tick // bar_ticks
        if following not in chosen:
            continue
        while following in chosen:
            following += 1
        end = min(note.end_tick, following * bar_ticks)
        comes.append(replace(note, duration_ticks=end - note.start_tick))
    return replace(track, notes=(*stays, *comes))
