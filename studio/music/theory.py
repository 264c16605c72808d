"""Pitch classes, keys, triads and chord symbols: the small arithmetic of Western tonal music.

A pitch class is an integer 0-11 with C = 0. A triad is an integer: 0-11 the major triad on that
pitch class, 12-23 the minor one, `NO_CHORD` = 24 silence or "N.C.". What may stand on a triad is
`PLAIN`, nothing, `MINOR_SEVENTH`, `MAJOR_SEVENTH` or `SIXTH`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from studio.ground.errors import BadKnob
from studio.music.chord_symbols import QUALITIES as QUALITIES
from studio.music.chord_symbols import ChordSymbol as ChordSymbol
from studio.music.chord_symbols import Degree as Degree
from studio.music.chord_symbols import described as described
from studio.music.chord_symbols import pitch_class_of
from studio.music.chord_symbols import read_symbol as read_symbol

NO_CHORD = 24
TRIADS = 24
PLAIN, MINOR_SEVENTH, MAJOR_SEVENTH, SIXTH = range(4)
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)

SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_BORROWED = frozenset({1, 3, 8, 10})  # lowered degrees, counted from the signature's major tonic
_ABOVE = {MINOR_SEVENTH: 10, MAJOR_SEVENTH: 11, SIXTH: 9}  # semitones above the root
_SUFFIXES = {
    False: {PLAIN: "", MINOR_SEVENTH: "7", MAJOR_SEVENTH: "maj7", SIXTH: "6"},
    True: {PLAIN: "m", MINOR_SEVENTH: "m7", MAJOR_SEVENTH: "m(maj7)", SIXTH: "m6"},
}  # by whether the triad is minor
_SILENT = frozenset({"N.C.", "N.C", "NC", "N", "n.c.", "n.c", "nc"})


class Chord(NamedTuple):
    """A triad and what stands on it, as the models know chords: `C` is Chord(0), `Am7` Chord(21,
    MINOR_SEVENTH). `written` is the symbol, in its normal form, where somebody wrote the chord: it
    may say more, and then this is the nearest."""

    triad: int
    seventh: int = PLAIN
    written: str = ""

    @property
    def plain(self) -> Chord:
        """The chord as the models know it."""
        return Chord(self.triad, self.seventh)


@dataclass(frozen=True, slots=True)
class Key:
    """A key: `tonic` is a pitch class, `minor` its mode; `flats` whether its signature is one of
    flats where it may be either (Gb or F# major), None for the commoner one."""

    tonic: int
    minor: bool = False
    flats: bool | None = field(default=None, compare=False)

    @staticmethod
    def of_signature(fifths: int, minor: bool = False) -> Key:
        """The key whose signature has so many sharps, or flats below 0; -7 to 7."""
        return Key((7 * fifths + 9 * minor) % 12, minor, fifths < 0)

    @property
    def signature(self) -> int:
        """Pitch class of the major key with the same signature: 0 for C major and A minor."""
        return (self.tonic + 3 * self.minor) % 12

    @property
    def fifths(self) -> int:
        """The sharps of its signature, -7 to 7, flats below 0: 6 for F# major, -6 for Gb major."""
        common = (7 * self.signature + 5) % 12 - 5
        flats = common < 0 if self.flats is None else self.flats
        if flats:
            return common - 12 if common > 4 else common
        return common + 12 if common < -4 else common

    @property
    def scale(self) -> frozenset[int]:
        """The seven pitch classes of the major or natural minor scale."""
        steps = MINOR_SCALE if self.minor else MAJOR_SCALE
        return frozenset((self.tonic + step) % 12 for step in steps)

    def __str__(self) -> str:
        return f"{pitch_class_name(self.tonic, self)} {'minor' if self.minor else 'major'}"


def parse_key(name: str) -> Key | None:
    """`G major`, `E minor`, `Gb:maj`, `Am` or `F#` as a Key; None where it is none of these."""
    match = re.match(r"^([A-G])([#b]*)[ :]*(.*)$", name.strip())
    if match is None:
        return None
    mode = match[3] if match[3] in ("m", "M") else match[3].lower()
    if mode not in ("", "M", "maj", "major", "m", "min", "minor"):
        return None
    flats = "b" in match[2] if match[2] else None
    return Key(pitch_class_of(match[1] + match[2]), mode in ("m", "min", "minor"), flats)


def read_key(text: str) -> Key:
    """A key as people write it, `E flat minor`, `F♯ major` or `c minor`; raises BadKnob for what is
    none."""
    plain = re.sub(r"[ -]*(?:flat\b|♭)", "b", text.strip(), flags=re.IGNORECASE)
    plain = re.sub(r"[ -]*(?:sharp\b|♯)", "#", plain, flags=re.IGNORECASE).replace("-", " ")
    key = parse_key(plain[:1].upper() + plain[1:])
    if key is None:
        raise BadKnob(f"{text[:20]!r} is no key: write it as G major or E flat minor.")
    return key


def pitch_class_name(pitch_class: int, key: Key | None = None) -> str:
    """The name that the key's own scale has for it, `Cb` in Gb major; else `Gb` in flat keys, `F#`
    in sharp ones, lowered degrees flat in both; C, Db, D, Eb, E, F, F#, G, Ab, A, Bb, B where no
    key is given."""
    if key is None:
        return "F#" if pitch_class % 12 == 6 else FLAT_NAMES[pitch_class % 12]
    degree = (pitch_class - key.signature) % 12
    if degree in MAJOR_SCALE:
        letter, alter = letter_of(key.fifths + (7 * degree + 1) % 12 - 1)
        return letter + "#" * alter + "b" * -alter
    lowered = degree in _BORROWED  # Bb in C, not A#
    names = FLAT_NAMES if lowered or key.fifths < 0 else SHARP_NAMES
    return names[pitch_class % 12]


def letter_of(fifths: int) -> tuple[str, int]:
    """Letter, and semitones by which it is altered, of a note so many fifths above C: Bb is -2."""
    return "FCGDAEB"[(fifths + 1) % 7], (fifths + 1) // 7


def chord_symbol(chord: Chord, key: Key | None = None) -> str:
    """`C`, `Am7`, `Fmaj7`, `G6`, as it was written, or `N.C.` for silence."""
    if chord.triad == NO_CHORD:
        return "N.C."
    name = pitch_class_name(chord.triad % 12, key)
    return chord.written or name + _SUFFIXES[chord.triad >= 12][chord.seventh]


def parse_chord(symbol: str) -> Chord | None:
    """The chord that a symbol names, silence for `N.C.`; None where it names none."""
    if symbol.strip() in _SILENT:
        return Chord(NO_CHORD)
    read = read_symbol(symbol)
    if read is None:
        return None
    sevenths = {(7, -1): MINOR_SEVENTH, (7, 0): MAJOR_SEVENTH, (7, -2): SIXTH, (6, 0): SIXTH}
    found = [kind for degree, kind in sevenths.items() if degree in read.degrees]
    triad = pitch_class_of(read.root) + 12 * ((3, -1) in read.degrees)
    return Chord(triad, found[0] if found else PLAIN, str(read))


def parse_triad(symbol: str) -> int:
    """The triad nearest to a chord symbol (`Am7/G` is A minor); NO_CHORD where it names none."""
    chord = parse_chord(symbol)
    return NO_CHORD if chord is None else chord.triad


def triad_tones(triad: int) -> tuple[int, ...]:
    """Root, third and fifth as pitch classes; empty for NO_CHORD."""
    if triad == NO_CHORD:
        return ()
    third = 3 if triad >= 12 else 4
    return tuple((triad + step) % 12 for step in (0, third, 7))


def chord_tones(chord: Chord) -> tuple[int, ...]:
    """Pitch classes: root, third or what stands in its place, fifth, and what stands above; empty
    for silence."""
    if symbol := read_symbol(chord.written):
        return symbol.tones
    tones = triad_tones(chord.triad)
    if chord.seventh == PLAIN or not tones:
        return tones
    return (*tones, (chord.triad + _ABOVE[chord.seventh]) % 12)


def transpose_triad(triad: int, semitones: int) -> int:
    """The triad moved by `semitones`, of the same mode."""
    if triad == NO_CHORD:
        return NO_CHORD
    return (triad % 12 + semitones) % 12 + 12 * (triad // 12)
