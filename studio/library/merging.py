"""What two tabs did to one piece, put together note by note. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from studio.composing import Edit
from studio.ground.errors import BadScore
from studio.music.score import Note, Score, Track


@dataclass(frozen=True, slots=True)
class Merge:
    """The piece with both tabs' changes, and one tab's as edits of the other's recipe."""

    score: Score
    edits: tuple[Edit, ...]


def merged(seen: Score, before: Score, mine: Score, theirs: Score) -> Merge | None:
    """`theirs` with what turned `before` into `mine`, where it was done on the notes of `seen`.

    `seen` is what a tab showed, `mine` what it saves on top of `before`, the version that took the
    place of `seen` (often the same); `theirs` is the piece now. None where both changed the same
    note, the same instrument, or the parts themselves: that is for a person to decide.
    """
    names = mine.part_names
    if any(score.part_names != names for score in (seen, before, theirs)):
        return None
    score, edits = theirs, list[Edit]()
    for index, name in enumerate(names):
        base, own, other = (each.tracks[index] for each in (seen, mine, theirs))
        if own == before.tracks[index]:
            continue
        notes = _notes(base, own, other)
        program = _program(base.program, own.program, other.program)
        if notes is None or program is None:
            return None
        try:
            if notes != other.notes:
                rows = [n.row for n in notes]
                edits.append(Edit.of_notes(score, name, rows))
                score = edits[-1].applied(score)
            if program != other.program:
                edits.append(Edit(name, program=program))
                score = edits[-1].applied(score)
        except BadScore:  # together there are too many notes
            return None
    return Merge(score, tuple(edits))


def _notes(base: Track, own: Track, other: Track) -> tuple[Note, ...] | None:
    """The notes of `other` with what `own` changed; None where both changed one note."""
    old, mine, theirs = Counter(base.notes), Counter(own.notes), Counter(other.notes)
    if mine - old == theirs - old and old - mine == old - theirs:
        return other.notes
    both_took, both_gave = (old - mine) & (old - theirs), (mine - old) & (theirs - old)
    if both_took.total() > both_gave.total():  # else it is one change that both have
        return None
    gone, come = (old - mine) - both_took, (mine - old) - both_gave
    return tuple(sorted((theirs - gone + come).elements()))


def _program(base: int, own: int, other: int) -> int | None:
    if base in (own, other) or own == other:
        return other if own == base else own
    return None
