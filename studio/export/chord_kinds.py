"""Chord symbols as MusicXML tells them: a root, a kind with its text, degrees, a bass."""

from __future__ import annotations

from dataclasses import dataclass

from studio.music.theory import (
    NO_CHORD,
    QUALITIES,
    Chord,
    Degree,
    described,
    parse_chord,
    read_symbol,
)

_KINDS = {
    "major": "", "minor": "m", "dominant-seventh": "7", "major-seventh": "maj7",
    "minor-seventh": "m7", "minor-major-seventh": "m(maj7)", "major-sixth": "6",
    "minor-sixth": "m6", "diminished": "dim", "diminished-seventh": "dim7", "augmented": "aug",
    "half-diminished-seventh": "m7b5", "suspended-fourth": "sus4", "suspended-second": "sus2",
    "dominant-ninth": "9", "major-ninth": "maj9", "minor-ninth": "m9", "dominant-11th": "11",
    "major-11th": "maj11", "minor-11th": "m11", "dominant-13th": "13", "major-13th": "maj13",
    "minor-13th": "m13", "power": "5",
}  # fmt: skip
_DEGREES = {kind: QUALITIES[quality] for kind, quality in _KINDS.items()}
# MusicXML's thirteenths have the eleventh that players leave out, and nobody takes it away in print
_THIRTEENTHS = {"13": "dominant-13th", "maj13": "major-13th"}
_DEGREES |= {kind: _DEGREES[kind] | {(11, 0)} for kind in _THIRTEENTHS.values()}


@dataclass(frozen=True, slots=True)
class ChordKind:
    """`root` and `bass` such as `Bb`, `kind` in music21's words, which are nearly MusicXML's, and
    `text` as it is written; `degrees` that differ from the kind: "alter", "add" or "subtract", and
    what."""

    root: str
    kind: str
    text: str
    degrees: tuple[tuple[str, Degree], ...] = ()
    bass: str | None = None


def harmony_of(symbol: str) -> ChordKind | Chord | None:
    """What a chord symbol says; silence for `N.C.`, None where it names no chord."""
    chord, read = parse_chord(symbol), read_symbol(symbol)
    if chord is None or chord.triad == NO_CHORD or read is None:
        return chord
    if kind := _THIRTEENTHS.get(read.quality):
        return ChordKind(read.root, kind, read.quality, (), read.bass)
    kind, changes = described(read.degrees, _DEGREES)
    degrees = tuple((how, _told(how, degree)) for how, degree in changes)
    return ChordKind(read.root, kind, read.quality, degrees, read.bass)


def _told(how: str, degree: Degree) -> Degree:
    """A second fifth beside an altered one is added as a thirteenth: a chord has one fifth."""
    return (13, -1) if (how, degree) == ("add", (5, 1)) else degree
