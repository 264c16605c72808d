"""Keys, triads and chord symbols."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadKnob
from studio.music.theory import (
    MAJOR_SEVENTH,
    MINOR_SEVENTH,
    NO_CHORD,
    PLAIN,
    SIXTH,
    TRIADS,
    Chord,
    Key,
    chord_symbol,
    chord_tones,
    parse_chord,
    parse_key,
    parse_triad,
    pitch_class_name,
    read_key,
    transpose_triad,
    triad_tones,
)

KEYS = st.builds(Key, st.integers(0, 11), st.booleans(), st.sampled_from((None, False, True)))
SYMBOLS = st.integers(0, NO_CHORD)
CHORDS = st.builds(Chord, st.integers(0, TRIADS - 1), st.integers(PLAIN, SIXTH), st.just(""))


@given(KEYS)
def test_a_key_is_what_its_name_says(key: Key) -> None:
    assert parse_key(str(key)) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [("C major", Key(0)), ("Gb:maj", Key(6)), ("E minor", Key(4, True)), ("Am", Key(9, True)),
     ("F#", Key(6)), ("B:min", Key(11, True)), (" D major ", Key(2)), ("Cb major", Key(11))],
)  # fmt: skip
def test_keys_are_read_in_the_ways_they_are_written(name: str, key: Key) -> None:
    assert parse_key(name) == key


@pytest.mark.parametrize("name", ["", "H major", "c major", "none", "C locrian", "D mixolydian"])
def test_what_is_no_key_is_none(name: str) -> None:
    assert parse_key(name) is None


@pytest.mark.parametrize(
    ("key", "signature", "scale"),
    [(Key(0), 0, {0, 2, 4, 5, 7, 9, 11}), (Key(9, True), 0, {0, 2, 4, 5, 7, 9, 11}),
     (Key(7), 7, {7, 9, 11, 0, 2, 4, 6}), (Key(2, True), 5, {2, 4, 5, 7, 9, 10, 0})],
)  # fmt: skip
def test_relatives_share_signature_and_scale(key: Key, signature: int, scale: set[int]) -> None:
    assert key.signature == signature
    assert key.scale == scale


@pytest.mark.parametrize(
    ("key", "name"),
    [(Key(10), "Bb major"), (Key(6, True), "F# minor"), (Key(3), "Eb major"), (Key(4), "E major")],
)
def test_keys_are_spelt_as_musicians_spell_them(key: Key, name: str) -> None:
    assert str(key) == name


@pytest.mark.parametrize(
    ("fifths", "minor", "name"),
    [(-6, False, "Gb major"), (6, False, "F# major"), (-6, True, "Eb minor"), (6, True, "D# minor"),
     (-7, False, "Cb major"), (7, False, "C# major"), (-7, True, "Ab minor"), (7, True, "A# minor"),
     (-5, False, "Db major"), (5, True, "G# minor"), (0, True, "A minor"), (-1, False, "F major")],
)  # fmt: skip
def test_a_signature_is_spelt_as_it_is_written(fifths: int, minor: bool, name: str) -> None:
    key = Key.of_signature(fifths, minor)
    assert str(key) == name
    read = parse_key(name)
    assert read is not None
    assert (read, read.fifths) == (key, fifths)


def test_two_spellings_of_a_key_are_one_key() -> None:
    assert Key(6, flats=True) == Key(6)
    assert (str(Key(6)), str(Key(3, minor=True))) == ("F# major", "D# minor")


@pytest.mark.parametrize(
    ("key", "scale"),
    [("Gb major", "Gb Ab Bb Cb Db Eb F"), ("F# major", "F# G# A# B C# D# E#"),
     ("Cb major", "Cb Db Eb Fb Gb Ab Bb"), ("Eb minor", "Gb Ab Bb Cb Db Eb F")],
)  # fmt: skip
def test_each_letter_stands_once_in_a_scale(key: str, scale: str) -> None:
    read = parse_key(key)
    assert read is not None
    assert {pitch_class_name(tone, read) for tone in read.scale} == set(scale.split())


@given(SYMBOLS, st.none() | KEYS)
def test_a_triad_is_what_its_symbol_says(triad: int, key: Key | None) -> None:
    assert parse_triad(chord_symbol(Chord(triad), key)) == triad


@given(CHORDS | st.just(Chord(NO_CHORD)), st.none() | KEYS)
def test_a_chord_is_what_its_symbol_says(chord: Chord, key: Key | None) -> None:
    symbol = chord_symbol(chord, key)
    assert (parse_chord(symbol) or Chord(-1)).plain == chord


@pytest.mark.parametrize(
    ("symbol", "chord"),
    [("Am7/G", Chord(21, MINOR_SEVENTH)), ("Fmaj7", Chord(5, MAJOR_SEVENTH)),
     ("G13", Chord(7, MINOR_SEVENTH)), ("C6", Chord(0, SIXTH)), ("Cadd9", Chord(0)),
     ("Am(maj7)", Chord(21, MAJOR_SEVENTH)), ("N.C.", Chord(NO_CHORD)), ("NC", Chord(NO_CHORD)),
     ("H", None), ("", None), ("am", None)],
)  # fmt: skip
def test_a_symbol_says_what_stands_on_the_triad(symbol: str, chord: Chord | None) -> None:
    read = parse_chord(symbol)
    assert (read and read.plain) == chord


@pytest.mark.parametrize(
    ("spellings", "chord"),
    [("CMaj7 CMA7 CMAJ7 Cmaj7 Cma7 CMa7 CM7 CΔ7 CΔ Cmajor7 C^7 C^ C:maj7 CMaj9 Cmaj(7) CMaj7/E",
      Chord(0, MAJOR_SEVENTH)),
     ("C69 C6/9 C6(9) C6add9 CMaj6 C6/9/E", Chord(0, SIXTH)),
     ("CmMaj7 CmM7 CmMA7 Cmma7 CminMaj7 C-Δ7 C-^7 Cm(Maj7)", Chord(12, MAJOR_SEVENTH)),
     ("Cm7 C-7 Cmin7 Cmi7 CMI7 CMin7 C:min7", Chord(12, MINOR_SEVENTH)),
     ("Cm6/9 Cm69 Cm6", Chord(12, SIXTH)),
     ("Cmaj CMaj Cma CMA CM C:maj CMadd9 Cadd9", Chord(0)),
     ("Cm C- Cmin CMI Cmadd9", Chord(12)),
     ("C7 C9 C13 C7b6 C7sus4", Chord(0, MINOR_SEVENTH))],
)  # fmt: skip
def test_a_chord_may_be_spelt_in_all_the_usual_ways(spellings: str, chord: Chord) -> None:
    read = {spelt: parse_chord(spelt) for spelt in spellings.split()}
    assert {spelt: one and one.plain for spelt, one in read.items()} == dict.fromkeys(read, chord)


@pytest.mark.parametrize(
    ("symbol", "tones"),
    [("C", (0, 4, 7)), ("Am7", (9, 0, 4, 7)), ("Fmaj7", (5, 9, 0, 4)), ("G7", (7, 11, 2, 5)),
     ("C6", (0, 4, 7, 9)), ("N.C.", ())],
)  # fmt: skip
def test_a_chord_spells_its_tones(symbol: str, tones: tuple[int, ...]) -> None:
    chord = parse_chord(symbol)
    assert chord is not None
    assert chord_tones(chord) == tones


@pytest.mark.parametrize(
    ("symbol", "triad"),
    [("C", 0), ("Am7/G", 21), ("Cmaj7", 0), ("F#m7b5", 18), ("Bb7", 10), ("D:min7", 14),
     ("G:maj", 7), ("Bdim", 23), ("Asus4", 9), ("N.C.", NO_CHORD), ("N", NO_CHORD),
     ("verse 2", NO_CHORD), ("", NO_CHORD)],
)  # fmt: skip
def test_a_chord_symbol_is_read_as_its_nearest_triad(symbol: str, triad: int) -> None:
    assert parse_triad(symbol) == triad


def test_triads_spell_root_third_and_fifth() -> None:
    assert triad_tones(0) == (0, 4, 7)
    assert triad_tones(21) == (9, 0, 4)
    assert triad_tones(NO_CHORD) == ()


@given(SYMBOLS, st.integers(-24, 24))
def test_transposing_a_triad_moves_its_tones_and_keeps_its_mode(triad: int, by: int) -> None:
    moved = transpose_triad(triad, by)
    assert triad_tones(moved) == tuple((tone + by) % 12 for tone in triad_tones(triad))
    assert transpose_triad(moved, -by) == triad
    assert moved == NO_CHORD or 0 <= moved < TRIADS


@pytest.mark.parametrize(
    ("triad", "key", "symbol"),
    [
        (10, Key(0), "Bb"),
        (3, Key(7), "Eb"),
        (6, Key(7), "F#"),
        (18, Key(2), "F#m"),
        (8, Key(9, minor=True), "Ab"),
        (10, Key(5), "Bb"),
    ],
)
def test_a_lowered_degree_is_spelt_flat_and_a_degree_of_a_sharp_key_sharp(
    triad: int, key: Key, symbol: str
) -> None:
    assert chord_symbol(Chord(triad), key) == symbol


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("E flat minor", "Eb minor"), ("e flat minor", "Eb minor"), ("Eb minor", "Eb minor"),
        ("E♭ minor", "Eb minor"), ("E-flat minor", "Eb minor"), ("Ebm", "Eb minor"),
        ("F sharp", "F# major"), ("F♯ major", "F# major"), ("G flat major", "Gb major"),
        ("b minor", "B minor"), ("bb major", "Bb major"), ("B flat", "Bb major"),
        ("am", "A minor"), ("A Minor", "A minor"), (" C ", "C major"), ("D maj", "D major"),
    ],
)  # fmt: skip
def test_a_key_is_read_as_people_write_it(text: str, name: str) -> None:
    assert str(read_key(text)) == name


@pytest.mark.parametrize("text", ["H minor", "Es-Dur", "minor", "E flat dorian", "C major 7", "7"])
def test_what_is_no_key_is_named(text: str) -> None:
    with pytest.raises(BadKnob, match=text[:20]):
        read_key(text)
