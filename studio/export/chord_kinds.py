"""Chord symbols as MusicXML tells them: a root, a kind with its text, a bass."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.music.theory import NO_CHORD, Chord, parse_chord

_SYMBOL = re.compile(r"^([A-G])([#b]{0,2})([^/]*)(?:/([A-G])([#b]{0,2}))?$")
_KINDS = {
    "": "major", "m": "minor", "7": "dominant-seventh", "maj7": "major-seventh",
    "m7": "minor-seventh", "m(maj7)": "minor-major-seventh", "6": "major-sixth",
    "m6": "minor-sixth", "dim": "diminished", "dim7": "diminished-seventh", "aug": "augmented",
    "+": "augmented", "m7b5": "half-diminished-seventh", "sus4": "suspended-fourth",
    "sus2": "suspended-second", "9": "dominant-ninth", "maj9": "major-ninth", "m9": "minor-ninth",
    "11": "dominant-11th", "m11": "minor-11th", "13": "dominant-13th", "m13": "minor-13th",
    "5": "power",
}  # fmt: skip
_NEAREST = {
    (False, 0): "major", (False, 1): "dominant-seventh", (False, 2): "major-seventh",
    (False, 3): "major-sixth", (True, 0): "minor", (True, 1): "minor-seventh",
    (True, 2): "minor-major-seventh", (True, 3): "minor-sixth",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChordKind:
    """`root` and `bass` such as `Bb`, `kind` in MusicXML's words, `text` as it was written."""

    root: str
    kind: str
    text: str
    bass: str | None = None


def harmony_of(symbol: str) -> ChordKind | Chord | None:
    """What a chord symbol says, its kind the nearest of MusicXML's; silence for `N.C.`, None where
    it names no chord."""
    chord = parse_chord(symbol)
    if chord is None or chord.triad == NO_CHORD:
        return chord
    match = _SYMBOL.match(symbol)
    if match is None:
        return None
    quality = match[3].strip()
    kind = _KINDS.get(quality) or _NEAREST[chord.triad >= 12, chord.seventh]
    bass = match[4] + match[5] if match[4] else None
    return ChordKind(match[1] + match[2], kind, quality, bass)
