"""Whole bars of rest before a melody: the band waits for it.

It is played to the melody without them, so that it is the same band whether they stay or not, and
all that comes of it is as many bars later. Where chords are given for some of them, it comes in
there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.music.harmony import ChordPlan, chart_text, read_chart
from studio.music.melody import bars_of_rest
from studio.music.score import STEP_TICKS, Note, Score, Track, map_notes
from studio.music.theory import NO_CHORD, PLAIN
from studio.techniques import Technique, Thought


def bars_before(melody: Score, chords: str) -> int:
    """How many bars nothing sounds in, nor is given a chord."""
    first = bars_of_rest(melody) if melody.tracks[0].notes else 0
    chart = read_chart(chords)[:first] if first else []
    sounding = (
        number
        for number, bar in enumerate(chart)
        if any(chord is not None and chord.triad != NO_CHORD for chord in bar)
    )
    return next(sounding, first)


def chart_from(chords: str, bars: int) -> str:
    """A chart without its first bars."""
    return chart_text(read_chart(chords)[bars:]) if bars and chords.strip() else chords


def later(track: Track, ticks: int) -> Track:
    """The track with its notes so much later."""
    if not ticks:
        return track
    return map_notes(track, lambda note: replace(note, start_tick=note.start_tick + ticks))


def plan_later(plan: ChordPlan, ticks: int) -> ChordPlan:
    """The plan after so much silence."""
    units = ticks // plan.unit_ticks
    return replace(
        plan,
        triads=(NO_CHORD,) * units + plan.triads,
        sevenths=(PLAIN,) * units + plan.sevenths,
        written=("",) * units + plan.written if plan.written else (),
    )


def thought_later(thought: Thought, ticks: int) -> Thought:
    """What was thought, in steps of the piece after so much silence."""
    steps = ticks // STEP_TICKS
    seen = [replace(one, step=one.step + steps) for one in thought.seen]
    return replace(thought, first=thought.first + steps, seen=seen)


def edits_later(edits: Sequence[Technique.Written], ticks: int) -> Sequence[Technique.Written]:
    """The edits so much later."""
    return [
        replace(one, start_tick=one.start_tick + ticks, end_tick=one.end_tick + ticks)
        for one in edits
    ]


def fog_later(looks: Sequence[Technique.Fog], ticks: int) -> Sequence[Technique.Fog]:
    """What looks thought, after so much that they knew to be silent."""
    before = ((ticks // STEP_TICKS, 0), (0, 0), (0, 0))
    return [
        replace(one, pitches=np.pad(one.pitches, before), odds=np.pad(one.odds, before))
        for one in looks
    ]


def note_earlier(note: Note, ticks: int) -> Note | None:
    """The note so much earlier, None where there is no such time."""
    start = note.start_tick - ticks
    return replace(note, start_tick=start) if start >= 0 else None
