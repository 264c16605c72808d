"""A tune for a band that plays on chords alone: the models need one to follow, and nobody hears it.

Chord tones in the beats of the metre, each as near as may be to the one before. Every fourth bar
comes to rest, and a phrase of four bars begins where the one before began: so chords that come back
bring the same tune, and the band its figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.music.roll import beat_steps
from studio.music.score import STEP_TICKS, Metre, Note, Track
from studio.music.theory import NO_CHORD, Chord, chord_tones

_FIRST, _LOW, _HIGH = 67, 60, 77  # G4, and where a voice is at ease
_PHRASE_BARS = 4


def guide(chords: Mapping[int, Chord], unit_ticks: int, bars: int, metre: Metre) -> Track:
    """A tune of `bars` bars on chords by unit; where none is known it rests, but for the end."""
    beat, bar_ticks = beat_steps(metre) * STEP_TICKS, metre.bar_ticks
    sounding = {unit: chord for unit, chord in chords.items() if chord.triad != NO_CHORD}
    home = sounding[max(sounding)] if sounding else Chord(0)
    notes: list[Note] = []
    for bar in range(bars):
        end, close = (bar + 1) * bar_ticks, bar == bars - 1
        comes_to_rest = close or bar % _PHRASE_BARS == _PHRASE_BARS - 1
        last = _FIRST if bar % _PHRASE_BARS == 0 or not notes else notes[-1].pitch
        for place, start in enumerate(range(bar * bar_ticks, end, beat)):
            chord = sounding.get(start // unit_ticks, home if close else None)
            if chord is None:
                continue
            tones = chord_tones(chord)[:3]
            near = [p for p in range(_LOW, _HIGH) if p % 12 == tones[(place + 1) % len(tones)]]
            last = _nearest(near, last)
            held = comes_to_rest and start % bar_ticks >= bar_ticks // 2
            notes.append(Note(start, last, end - start if held else min(beat, end - start)))
            if held:
                break
    return Track("Melody", tuple(notes))


def _nearest(pitches: Sequence[int], last: int) -> int:
    return min(pitches, key=lambda pitch: (abs(pitch - last), pitch))
