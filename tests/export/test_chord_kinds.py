"""What a chord is in MusicXML, as another program reads it."""

from __future__ import annotations

from typing import Any

import pytest

from studio.export import chord_kinds
from studio.export.musicxml import lead_sheet
from studio.music.chord_symbols import QUALITIES, read_symbol
from studio.music.score import ChordMark, Note, Score, Track

MORE = (
    "C7b9 C7#9 C7b5 C7#5 C9#11 C13b9 C13#11 Cmaj7#11 Cmaj7#5 Cadd9 Cmadd9 Cadd11 Cadd4 Cadd2 Cm9b5 "
    "C7sus4b9 Cmaddb6 C7(no3) C7b5b9 C7#5#9 C7b9b13 C7b9#9 C(b5) Cm#5 C6#11 C69#11 Caugadd9 C/E "
    "Am/F# Bbmaj7/A C/F# Ebb7 F##m7 C7add13 Cm7add11 Cdim9 Cdim7b9 Csus2add11 Bm7b5/F Eb(no5)"
)


def test_another_program_reads_every_tone_and_the_bass() -> None:
    import music21

    symbols = [f"{root}{quality}" for quality in QUALITIES for root in ("C", "F#")] + MORE.split()
    marks = tuple(ChordMark(i * 480, symbol) for i, symbol in enumerate(symbols))
    tune = Score((Track("Melody", (Note(0, 60, 480 * len(symbols)),)),), chords=marks)
    read: Any = music21.converter.parseData(lead_sheet(tune).decode(), format="musicxml")
    found = list(read.recurse().getElementsByClass(music21.harmony.ChordSymbol))
    assert len(found) == len(symbols)
    for text, there in zip(symbols, found, strict=True):
        symbol = read_symbol(text)
        assert symbol is not None
        tones = {pitch.pitchClass for pitch in there.pitches}
        if symbol.quality in ("13", "maj13"):  # MusicXML counts the eleventh in
            tones.discard((symbol.tones[0] + 5) % 12)
        assert tones == {*symbol.tones, symbol.bass_tone}, text
        assert there.root().pitchClass == symbol.tones[0], text
        assert there.bass().pitchClass == symbol.bass_tone, text
        assert there.chordKindStr == symbol.quality


@pytest.mark.parametrize(
    ("symbol", "kind", "degrees"),
    [
        ("Bm7b5", "half-diminished-seventh", ()),
        ("C°7", "diminished-seventh", ()),
        ("G13", "dominant-13th", ()),
        ("Csus", "suspended-fourth", ()),
        ("C7sus4", "dominant-seventh", (("add", (4, 0)), ("subtract", (3, 0)))),
        ("Am7add11", "minor-seventh", (("add", (11, 0)),)),
        ("E7(b9)", "dominant-seventh", (("add", (9, -1)),)),
        ("C+", "augmented", ()),
        ("E5", "power", ()),
    ],
)
def test_a_kind_is_the_nearest_and_degrees_say_the_rest(
    symbol: str, kind: str, degrees: tuple[tuple[str, tuple[int, int]], ...]
) -> None:
    told = chord_kinds.harmony_of(symbol)
    assert isinstance(told, chord_kinds.ChordKind)
    assert (told.kind, told.degrees) == (kind, degrees)
