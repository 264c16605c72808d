"""Bands without a model, to stand beside the models: simple rules over a melody and a chord plan.

Each takes `parts` as a model's card lists them. Drums are not their business: see `retrieval`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.score import Note, Score, Track, one_at_a_time, top_line
from studio.music.theory import NO_CHORD, Key, triad_tones

_THIRD, _SIXTH = 2, 5  # steps of the scale


def block_chords(melody: Score, plan: ChordPlan, parts: Sequence[Part]) -> Score:
    """The plan as it stands: the bass holds each chord's root; parts of several voices strike the
    triad about the middle of their range at every unit, single voices share its fifth and third."""
    low = bass_index(parts)
    tracks, inner = [], 0
    for index, part in enumerate(parts):
        if part.is_drum:
            notes: list[Note] = []
        elif index == low:
            notes = [
                Note(start, _near(triad % 12, part.low + 8, part), end - start, part.velocity)
                for start, end, triad in _changes(plan)
            ]
        else:
            single = part.voices == 1
            notes = _struck(plan, part, (2, 1)[inner % 2 :][:1] if single else (0, 1, 2))
            inner += single
        tracks.append(as_track(part, notes))
    return melody.with_tracks([*melody.tracks[:1], *tracks])


def parallel_motion(melody: Score, key: Key, parts: Sequence[Part]) -> Score:
    """The melody's top line a third and a sixth lower in the scale of `key`, and octaves below in
    the bass; single voices take third and sixth by turns, the others both."""
    line = top_line(melody.tracks[0]).notes
    low = bass_index(parts)
    tracks, inner = [], 0
    for index, part in enumerate(parts):
        if part.is_drum:
            steps: tuple[int, ...] = ()
        elif index == low:
            steps = (0,)
        elif part.voices == 1:
            steps = ((_THIRD, _SIXTH)[inner % 2],)
            inner += 1
        else:
            steps = (_THIRD, _SIXTH)
        notes = [
            replace(note, pitch=folded(below(note.pitch, step, key), part), velocity=part.velocity)
            for step in steps
            for note in line
        ]
        tracks.append(as_track(part, notes))
    return melody.with_tracks([*melody.tracks[:1], *tracks])


def below(pitch: int, steps: int, key: Key) -> int:
    """The pitch so many steps of the scale lower; from outside the scale, of the next tone under
    it."""
    if not steps:
        return pitch
    while pitch % 12 not in key.scale:
        pitch -= 1
    for _ in range(steps):
        pitch -= 1
        while pitch % 12 not in key.scale:
            pitch -= 1
    return pitch


def bass_index(parts: Sequence[Part]) -> int:
    """Which pitched part reaches lowest."""
    return min((part.low, index) for index, part in enumerate(parts) if not part.is_drum)[1]


def folded(pitch: int, part: Part) -> int:
    """The pitch moved by octaves into the part's range, or as near as octaves come."""
    while pitch < part.low:
        pitch += 12
    while pitch > part.high:
        pitch -= 12
    return pitch


def as_track(part: Part, notes: Iterable[Note]) -> Track:
    """The part's track, each key struck once at a time."""
    track = Track(part.name, tuple(notes), part.program, part.is_drum)
    return one_at_a_time(track)


def _changes(plan: ChordPlan) -> list[tuple[int, int, int]]:
    """Start, end and triad of each chord, in ticks; silences are left out."""
    spans, unit = [], 0
    for triad, run in groupby(plan.triads):
        length = len(list(run))
        if triad != NO_CHORD:
            spans.append((unit * plan.unit_ticks, (unit + length) * plan.unit_ticks, triad))
        unit += length
    return spans


def _struck(plan: ChordPlan, part: Part, degrees: Sequence[int]) -> list[Note]:
    middle = (part.low + part.high) // 2
    return [
        Note(
            unit * plan.unit_ticks,
            _near(triad_tones(triad)[degree], middle, part),
            plan.unit_ticks,
            part.velocity,
        )
        for unit, triad in enumerate(plan.triads)
        if triad != NO_CHORD
        for degree in degrees
    ]


def _near(pitch_class: int, pitch: int, part: Part) -> int:
    """The pitch of that class nearest to `pitch`, in the part's range."""
    return folded(pitch + (pitch_class - pitch + 6) % 12 - 6, part)
