"""Keys, triads and chord symbols."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.theory import (
    NO_CHORD,
    TRIADS,
    Key,
    parse_key,
    parse_triad,
    transpose_triad,
    triad_symbol,
    triad_tones,
)

KEYS = st.builds(Key, st.integers(0, 11), st.booleans())
SYMBOLS = st.integers(0, NO_CHORD)


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


@given(SYMBOLS, st.none() | KEYS)
def test_a_triad_is_what_its_symbol_says(triad: int, key: Key | None) -> None:
    assert parse_triad(triad_symbol(triad, key)) == triad


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
    assert triad_symbol(triad, key) == symbol
