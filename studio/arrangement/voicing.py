"""Chords as players voice them: neighbours that rub are parted.

People hardly strike two notes a second apart (3 % of neighbours in POP909's accompaniments); a
network that draws each key of the piano by itself does so four times as often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.score import Note, Track

SECOND = 2  # semitones
_OCTAVE = 12


def parted(track: Track, part: Part, plan: ChordPlan) -> Track:
    """The part without seconds among notes that are struck together, but for those of two tones of
    a chord that has them both, a seventh under its root: of two others, the one that is no tone of
    the chord, or else the lower one, goes down an octave, or is left out where no room is."""
    if part.is_drum or part.voices < 3:
        return track
    notes: list[Note] = []
    for _, group in groupby(sorted(track.notes), key=lambda note: note.start_tick):
        notes += _parted(list(group), part, plan)
    return replace(track, notes=tuple(sorted(notes)))


def _parted(chord: list[Note], part: Part, plan: ChordPlan) -> list[Note]:
    if len(chord) < 2:
        return chord
    tones = set(plan.tones_at(chord[0].start_tick))
    while pair := next((two for two in pairwise(chord) if _rubs(two, tones)), None):
        goes = pair[1] if pair[1].pitch % _OCTAVE not in tones else pair[0]
        rest = [note for note in chord if note is not goes]
        lower = replace(goes, pitch=goes.pitch - _OCTAVE)
        if lower.pitch >= part.low and all(abs(n.pitch - lower.pitch) > SECOND for n in rest):
            rest.append(lower)
        chord = sorted(rest, key=lambda note: note.pitch)
    return chord


def _rubs(pair: Sequence[Note], tones: set[int]) -> bool:
    low, high = (note.pitch for note in pair)
    both = {low % _OCTAVE, high % _OCTAVE} <= tones
    return 0 < high - low <= SECOND and not both
