"""Pitches by letter: the harmonic chromatic scale of the key, so that a leading tone rises."""

from __future__ import annotations

from studio.music.theory import Key, pitch_class_name

_LETTERS = "FCGDAEB"  # by fifths
_FIRST = -5  # fifths from the tonic: from the lowered second to the raised fourth


def spelt(pitch: int, key: Key | None) -> tuple[str, int, int]:
    """Letter, semitones by which it is altered, and octave of a MIDI pitch, 60 being C4; in C major
    where no key is given. In A minor 68 is G, 1, 4."""
    tonic = _fifths(pitch_class_name(key.tonic, key)) if key is not None else 0
    first = tonic + _FIRST
    place = first + (pitch * 7 - first) % 12  # a fifth is 7 semitones, and 7 times 7 is 1 mod 12
    letter, alter = _LETTERS[(place + 1) % 7], (place + 1) // 7
    return letter, alter, (pitch - alter) // 12 - 1


def _fifths(name: str) -> int:
    """Fifths above C of a name such as `Eb`."""
    return _LETTERS.index(name[0]) - 1 + 7 * (name.count("#") - name.count("b"))
