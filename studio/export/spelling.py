"""Pitches by letter: the harmonic chromatic scale of the key, so that a leading tone rises."""

from __future__ import annotations

from studio.music.theory import Key, letter_of

_FIRST = -5  # fifths from the tonic: from the lowered second to the raised fourth


def spelt(pitch: int, key: Key | None) -> tuple[str, int, int]:
    """Letter, semitones by which it is altered, and octave of a MIDI pitch, 60 being C4; in C major
    where no key is given. In A minor 68 is G, 1, 4."""
    tonic = key.fifths + 3 * key.minor if key is not None else 0
    first = tonic + _FIRST
    place = first + (pitch * 7 - first) % 12  # a fifth is 7 semitones, and 7 times 7 is 1 mod 12
    letter, alter = letter_of(place)
    return letter, alter, (pitch - alter) // 12 - 1
