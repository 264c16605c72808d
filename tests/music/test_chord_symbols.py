"""Chord symbols: what players read, in one normal form; nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.music.chord_symbols import QUALITIES, ChordSymbol, pitch_class_of, read_symbol
from studio.music.theory import chord_symbol, chord_tones, parse_chord

# as it is typed: normal form, tones, and a bass that is not the root
KNOWN = """
C              C           C E G
CM             C           C E G
Cmaj           C           C E G
C:maj          C           C E G
Cm             Cm          C Eb G
Cmin           Cm          C Eb G
C-             Cm          C Eb G
Ami            Am          A C E
A minor        Am          A C E
B♭             Bb          Bb D F
E♭m            Ebm         Eb Gb Bb
F♯             F#          F# A# C#
Gbmaj7         Gbmaj7      Gb Bb Db F
C𝄪m            C##m        D F A
B𝄫             Bbb         A C# E
Fx7            F##7        G B D F
Cb             Cb          B D# F#
E#m            E#m         F Ab C
C7             C7          C E G Bb
Cdom7          C7          C E G Bb
Cm7            Cm7         C Eb G Bb
C-7            Cm7         C Eb G Bb
CMI7           Cm7         C Eb G Bb
Cmaj7          Cmaj7       C E G B
CM7            Cmaj7       C E G B
CMa7           Cmaj7       C E G B
CΔ             Cmaj7       C E G B
C∆7            Cmaj7       C E G B
C^7            Cmaj7       C E G B
C△9            Cmaj9       C E G B D
C7M            Cmaj7       C E G B
Cj7            Cmaj7       C E G B
C⁷             C7          C E G Bb
Cm(maj7)       Cm(maj7)    C Eb G B
CmM7           Cm(maj7)    C Eb G B
Cm/maj7        Cm(maj7)    C Eb G B
C-Δ7           Cm(maj7)    C Eb G B
CminMaj9       Cm(maj9)    C Eb G B D
C°             Cdim        C Eb Gb
Co             Cdim        C Eb Gb
Cdim           Cdim        C Eb Gb
C-b5           Cdim        C Eb Gb
C°7            Cdim7       C Eb Gb A
Cdim7          Cdim7       C Eb Gb A
C°M7           Cdim(maj7)  C Eb Gb B
D°             Ddim        D F Ab
Bm7b5          Bm7b5       B D F A
B-7(b5)        Bm7b5       B D F A
Bmin7♭5        Bm7b5       B D F A
Bm7-5          Bm7b5       B D F A
Bø             Bm7b5       B D F A
BØ7            Bm7b5       B D F A
Bhalf-dim7     Bm7b5       B D F A
B:hdim7        Bm7b5       B D F A
Dø9            Dm9b5       D F Ab C E
C+             Caug        C E G#
Caug           Caug        C E G#
C(#5)          Caug        C E G#
C+5            Caug        C E G#
C+7            C7#5        C E G# Bb
C7+            C7#5        C E G# Bb
C7aug5         -
Caug7          C7#5        C E G# Bb
C7+5           C7#5        C E G# Bb
CM7#5          Cmaj7#5     C E G# B
C+M7           Cmaj7#5     C E G# B
Csus           Csus4       C F G
Csus4          Csus4       C F G
Csus2          Csus2       C D G
Asus4          Asus4       A D E
Esus           Esus4       E A B
C7sus          C7sus4      C F G Bb
C7sus4         C7sus4      C F G Bb
C7(sus4)       C7sus4      C F G Bb
Gsus7          G7sus4      G C D F
C9sus          C9sus4      C F G Bb D
C13sus4        C13sus4     C F G Bb D A
C7b9sus4       C7sus4b9    C F G Bb Db
C7sus2         C7sus2      C D G Bb
C5             C5          C G
Bb5            Bb5         Bb F
C6             C6          C E G A
Cm6            Cm6         C Eb G A
C6/9           C69         C E G A D
C69            C69         C E G A D
C6(9)          C69         C E G A D
C6add9         C69         C E G A D
Cm6/9          Cm69        C Eb G A D
C9             C9          C E G Bb D
C7/9           C9          C E G Bb D
C7(9)          C9          C E G Bb D
Cm9            Cm9         C Eb G Bb D
Cmaj9          Cmaj9       C E G B D
C11            C11         C E G Bb D F
Cm11           Cm11        C Eb G Bb D F
C13            C13         C E G Bb D A
Cm13           Cm13        C Eb G Bb D F A
Cmaj13         Cmaj13      C E G B D A
C7(13)         C7add13     C E G Bb A
Cadd9          Cadd9       C E G D
C(add9)        Cadd9       C E G D
C(9)           Cadd9       C E G D
Cmadd9         Cmadd9      C Eb G D
Cm(add9)       Cmadd9      C Eb G D
Cadd2          Cadd2       C E G D
Cadd4          Cadd4       C E G F
Cadd11         Cadd11      C E G F
Am7add11       Am7add11    A C E G D
Am7(11)        Am7add11    A C E G D
C(#11)         Cadd#11     C E G F#
Cm(b6)         Cmaddb6     C Eb G Ab
C7b9           C7b9        C E G Bb Db
C7(b9)         C7b9        C E G Bb Db
C7-9           C7b9        C E G Bb Db
E7#9           E7#9        E G# B D G
E7(♯9)         E7#9        E G# B D G
C7b5           C7b5        C E Gb Bb
C(b5)          C(b5)       C E Gb
C7#11          C7#11       C E G Bb F#
C7#4           C7#11       C E G Bb F#
Fmaj7#11       Fmaj7#11    F A C E B
FΔ#11          Fmaj7#11    F A C E B
C9#11          C9#11       C E G Bb D F#
C7b13          C7b13       C E G Bb Ab
C7(b9,b13)     C7b9b13     C E G Bb Db Ab
C13b9          C13b9       C E G Bb Db A
C7(b9,13)      C13b9       C E G Bb Db A
C13#11         C13#11      C E G Bb D F# A
C7#5#9         C7#5#9      C E G# Bb D#
C7alt          C7alt       C E Gb G# Bb Db D#
Calt           C7alt       C E Gb G# Bb Db D#
C7(no3)        C7(no3)     C G Bb
C(omit5)       C(no5)      C E
C/E            C/E         C E G        E
C/C            C           C E G
Am7/G          Am7/G       A C E G      G
D/F#           D/F#        D F# A       F#
C7/B♭          C7/Bb       C E G Bb     Bb
Am/F♯          Am/F#       A C E        F#
C6/9/E         C69/E       C E G A D    E
Ebmaj7/D       Ebmaj7/D    Eb G Bb D    D
F#m7b5/A       F#m7b5/A    F# A C E     A
Cm/B           Cm/B        C Eb G       B
"""
ROWS = [(line[:15].strip(), *line[15:].split(maxsplit=1)) for line in KNOWN.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_symbol_is_read_as_players_read_it(row: tuple[str, ...]) -> None:
    symbol = read_symbol(row[0])
    if row[1] == "-":
        assert symbol is None
        return
    assert symbol is not None
    tones, _, bass = row[2].partition("  ")
    assert str(symbol) == row[1]
    assert set(symbol.tones) == {pitch_class_of(name) for name in tones.split()}
    assert symbol.tones[0] == pitch_class_of(tones.split()[0])
    assert symbol.bass_tone == pitch_class_of(bass.strip() or symbol.root)


NONE = """
H Hm H7 Es As Eses Fis Cis Des Ges Ees Bes Ais am c Do Do7 Re Mi Fa Sol La Si X R % / ? | - # b
Amoll Adur C2 C4 C3 C8 C10 C15 Cfoo Chello Bridge Coda Chorus Verse Dal End Add9 Cadd Cadd7 C/ C/H
C/5 C/e C/EE C// /C Csus9 C-5 Cmm Cmmaj C5maj Cdim6 Cdim5 Cdim#5 Csus4sus2 C7sus4no3 Cmalt Cno3no3
C((b9)) C(b9 C7b9) Cb5b5x C#### Cbbb C7b4 C7#13 C7#6 Csus24 Ccsus major C77 C6maj7x C+- N.C.x A1 A2
B' C. C, C; C=7 C7?
"""


@pytest.mark.parametrize("text", NONE.split())
def test_anything_else_is_no_symbol(text: str) -> None:
    assert read_symbol(text) is None


@given(st.text(max_size=60))
def test_any_text_is_a_symbol_or_none(text: str) -> None:
    symbol = read_symbol(text)
    assert symbol is None or read_symbol(str(symbol)) == symbol


NAMES = st.sampled_from([letter + sign for letter in "CDEFGAB" for sign in ("", "#", "b", "##")])
HEADS = st.sampled_from(
    [*QUALITIES, "-", "M", "ma7", "Δ", "Δ9", "-Δ7", "mi", "MIN7", "°", "o7", "ø", "ø9", "+", "aug7",
     "+M7", "6/9", "7M", "j7", "7sus", "m/maj7"],
)  # fmt: skip
MORE = st.lists(
    st.sampled_from(
        ["b5", "#5", "(b9)", "#9", "#11", "(b13)", "♭9", "+9", "-5", "add9", "add2", "(add11)",
         "add13", "sus4", "sus2", "(no3)", "(no5)", "(9)", "(13)", "alt"]
    ),
    max_size=3,
)  # fmt: skip


@given(NAMES, HEADS, MORE, st.none() | NAMES)
@example("D", "o", [], None)
@example("E", "7sus4", ["add9", "(no5)"], "Bb")
def test_what_the_grammar_says_reads_back_as_itself(
    root: str, head: str, more: list[str], bass: str | None
) -> None:
    symbol = read_symbol(root + head + "".join(more) + (f"/{bass}" if bass else ""))
    if symbol is None:  # a combination that makes no sense
        assert more or root + head == "Do"
        return
    assert read_symbol(str(symbol)) == symbol
    assert symbol.tones[0] == pitch_class_of(root)
    chord = parse_chord(str(symbol))
    assert chord is not None
    assert chord_symbol(chord) == str(symbol)
    assert chord_tones(chord) == symbol.tones


@given(NAMES, NAMES, HEADS, MORE)
def test_another_root_moves_all_tones_alike(
    root: str, other: str, head: str, more: list[str]
) -> None:
    quality = head + "".join(more)
    one, two = read_symbol(f"{root}:{quality}"), read_symbol(f"{other}:{quality}")
    if one is None or two is None:
        assert one == two
        return
    by = pitch_class_of(other) - pitch_class_of(root)
    assert two.tones == tuple((tone + by) % 12 for tone in one.tones)


def test_a_symbol_of_hostile_length_is_none() -> None:
    assert read_symbol("C" + "(b9)" * 100_000) is None
    assert isinstance(read_symbol("C" + " " * 30), ChordSymbol)
