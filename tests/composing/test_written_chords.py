"""Chords that somebody wrote are heard as they stand: no part denies them, the bass has its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from bands import compose
from helpers import BEAT, line, train_tiny
from hypothesis import given
from hypothesis import strategies as st

from studio.composing import Band, Recipe, load_band
from studio.composing.written_chords import on_written_chords
from studio.ground.assets import SHIPPED
from studio.music import midi
from studio.music.harmony import ChordPlan, chord_marks, chords_alone, read_chords
from studio.music.instruments import Part
from studio.music.score import Metre, Note, Score, Track
from studio.music.theory import Chord, Key, chord_tones, parse_chord, read_symbol

BAR = 4 * BEAT
BASS, KEYS = Part("Bass", 33, 1, 28, 55), Part("Keys", 4, 5, 45, 86)
KIT = Part("Drums", 0, 3, 35, 51, is_drum=True)
NOTHING = Track("Melody")
RICH = [
    "Bm7b5", "E7b9", "Csus4", "Fsus2", "C#dim7", "Caug", "Am/G", "G/B", "C5", "Cadd9", "Dm7/G",
    "F#m7b5/C", "Cmaj7#11", "G13b9", "A7alt", "Eb69", "Bb(b5)",
]  # fmt: skip


def plan_of(text: str) -> ChordPlan:
    """A plan of the chords of a chart, one a bar."""
    chords = read_chords(text, 99, Metre(), BAR)
    ordered = [chords.get(unit, Chord(0)) for unit in range(max(chords) + 1)]
    triads, sevenths, written = zip(*ordered, strict=True)
    return ChordPlan(Key(0), BAR, triads, sevenths, written)


def played(
    chart: str, bass: list[Note], keys: list[Note], melody: Track = NOTHING
) -> tuple[list[Note], list[Note]]:
    """What becomes of the notes of bass and keys."""
    tracks = [Track("Bass", tuple(bass), 33), Track("Keys", tuple(keys), 4)]
    one, two = on_written_chords(tracks, [BASS, KEYS], melody, plan_of(chart))
    return list(one.notes), list(two.notes)


def chord(start: int, *pitches: int, ticks: int = BAR) -> list[Note]:
    return [Note(start, pitch, ticks) for pitch in pitches]


def pitches(notes: list[Note]) -> list[int]:
    return [note.pitch for note in notes]


@pytest.mark.parametrize(
    ("symbol", "heard", "becomes"),
    [
        ("Csus4", (60, 64, 67), [60, 65, 67]),
        ("Csus2", (60, 64, 67), [60, 62, 67]),
        ("Bm7b5", (59, 62, 66, 69), [59, 62, 65, 69]),
        ("Cdim7", (60, 63, 67, 70), [60, 63, 66, 69]),
        ("Caug", (60, 64, 67), [60, 64, 68]),
        ("C5", (60, 64, 67), [60, 67]),
        ("Cadd9", (60, 64, 67, 72), [62, 64, 67, 72]),
        ("C7b9", (60, 64, 67, 70), [61, 64, 67, 70]),
        ("Cmaj7#11", (60, 64, 67, 71), [60, 64, 66, 71]),
        ("C7sus4", (60, 64, 67), [58, 65, 67]),
        ("C", (60, 64, 67), [60, 64, 67]),
        ("Cm7", (60, 63, 67), [58, 63, 67]),
        ("C7", (60, 64, 67), [58, 64, 67]),
        ("Cmaj7", (60, 64, 67), [59, 64, 67]),
        ("C6", (60, 64, 67), [60, 64, 69]),
        ("Cm6", (60, 63, 67), [60, 63, 69]),
        ("C7", (60, 70, 72), [64, 70, 72]),
        ("C7", (63, 67, 70), [64, 67, 70]),
        ("Cm7b5", (63, 66, 75), [58, 66, 75]),
        ("C", (60, 67, 72), [60, 67, 72]),
    ],
)  # fmt: skip
def test_a_voicing_becomes_the_chord(
    symbol: str, heard: tuple[int, ...], becomes: list[int]
) -> None:
    _, keys = played(symbol, chord(0, 36), chord(0, *heard))
    assert sorted(pitches(keys)) == becomes


def test_sevenths_of_an_earlier_recipe_stay_as_the_model_played_them() -> None:
    tracks = [Track("Keys", tuple(chord(0, 60, 64, 67)), 4)]
    assert on_written_chords(tracks, [KEYS], NOTHING, plan_of("C7"), voiced=False) == tracks


KINDS = ["maj7", "7", "6", "m7", "m6", "sus4", "dim7", "m7b5", "aug", "9", "add9", "m(maj7)"]


@pytest.mark.parametrize("model", ["pop-gan", "folk-transformer"])
def test_a_kind_of_chord_is_heard_in_nearly_all_of_its_bars(model: str) -> None:
    symbols = [root + kind for kind in KINDS for root in ("C", "F#")]
    tune, chart = chords_alone(" | ".join(symbols))
    parts = compose(load_band(SHIPPED / model, "cpu"), tune, seed=3, chords=chart).score.tracks[1:]
    notes = [note for part in parts if not part.is_drum for note in part.notes]
    heard = []
    for bar, text in enumerate(symbols):
        symbol, begin = read_symbol(text), bar * BAR
        assert symbol is not None
        makes = {symbol.tone(degree) for degree in symbol.degrees - {(1, 0), (5, 0)}}
        inside = [n for n in notes if n.start_tick < begin + BAR and n.end_tick > begin]
        heard.append(makes <= {note.pitch % 12 for note in inside})
    assert sum(heard) >= 0.9 * len(heard)


def test_the_bass_plays_its_own_tone_first_and_instead_of_the_root() -> None:
    bass, _ = played("C/E", [Note(i * BEAT, p, BEAT) for i, p in enumerate((36, 43, 48, 45))], [])
    assert pitches(bass) == [40, 43, 52, 45]
    assert pitches(played("G7/F", chord(0, 38), [])[0]) == [41]
    assert pitches(played("Bm7b5", chord(0, 42), [])[0]) == [41]


def test_a_held_note_changes_with_the_chord_and_an_early_one_is_of_the_next() -> None:
    held = Note(0, 66, 2 * BAR)
    early = Note(BAR - 240, 78, 240 + BAR)
    late = Note(0, 54, BAR + 120)
    _, keys = played("D | Bm7b5", [], [held, early, late])
    assert keys == [
        Note(0, 54, BAR), Note(0, 66, BAR), Note(BAR - 240, 77, 240 + BAR), Note(BAR, 69, BAR),
    ]  # fmt: skip


def test_a_tone_that_the_melody_has_is_not_sought_and_drums_stay() -> None:
    sung = Track("Melody", (Note(0, 74, BAR),))
    _, keys = played("Cadd9", [], chord(0, 60, 64, 67), sung)
    assert pitches(keys) == [60, 64, 67]
    kit = Track("Drums", (Note(0, 36, 30),), 0, True)
    assert on_written_chords([kit], [KIT], NOTHING, plan_of("C#dim7")) == [kit]


@given(
    st.lists(
        st.tuples(st.integers(0, 31), st.integers(45, 86), st.integers(1, 40), st.integers(1, 127)),
        max_size=30,
    ),
    st.lists(st.sampled_from([*RICH, "C", "Am7", "?", "N.C."]), min_size=2, max_size=2),
)
def test_no_note_denies_a_written_chord_and_other_bars_stay(
    rows: list[tuple[int, int, int, int]], symbols: list[str]
) -> None:
    notes = [Note(start * 120, pitch, length * 120, loud) for start, pitch, length, loud in rows]
    _, keys = played(" | ".join([*symbols, "C"]), [], notes)
    for bar, text in enumerate(symbols):
        symbol, chord = read_symbol(text), parse_chord(text)
        if symbol is None or chord is None:
            continue
        inside = [n for n in keys if n.start_tick < (bar + 1) * BAR and n.end_tick > bar * BAR]
        strange = {*chord_tones(chord.plain)} - {*symbol.tones}
        for note in inside:
            short = note.end_tick - bar * BAR <= 240 or (bar + 1) * BAR - note.start_tick <= 240
            assert short or note.pitch % 12 not in strange
    if not any(symbol in [*RICH, "Am7"] for symbol in symbols):
        assert keys == sorted(notes)


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Band:
    return load_band(train_tiny("gan", "pop", tmp_path_factory.mktemp("written")), "cpu")


TUNE = Score((Track("Melody", tuple(line([67] * 16))),), 100.0)


def test_a_piece_shows_keeps_and_replays_its_chords(band: Band, tmp_path: Path) -> None:
    piece = compose(band, TUNE, seed=4, chords="B-7(b5) | E7(b9) | C/E D\u00b0 | ?")
    symbols = [mark.symbol for mark in piece.score.chords]
    assert symbols[:4] == ["Bm7b5", "E7b9", "C/E", "Ddim"]
    recipe = Recipe.from_json(piece.recipe.to_json())
    assert recipe.chords == "B-7(b5) | E7(b9) | C/E D\u00b0 | ?"
    assert recipe.voiced
    assert "voiced" not in compose(band, TUNE, seed=4).recipe.to_json()
    assert midi.write(band.replay(recipe).score) == piece.midi
    read = midi.read(piece.midi).score
    assert [mark.symbol for mark in read.chords] == symbols
    assert chord_marks(read.chords, BAR) == read.chords


@pytest.mark.parametrize("symbol", RICH)
def test_a_band_plays_what_is_written(band: Band, symbol: str) -> None:
    piece = compose(band, TUNE, seed=1, chords=" | ".join([symbol] * 4))
    read, nearest = read_symbol(symbol), parse_chord(symbol)
    assert read is not None
    assert nearest is not None
    bass = piece.score.tracks[1].notes
    strange = {*chord_tones(nearest.plain)} - {*read.tones, read.bass_tone}
    parts = [note.pitch % 12 for track in piece.score.tracks[1:] for note in track.notes]
    assert parts
    assert not set(parts) & strange
    assert not bass or read.bass is None or bass[0].pitch % 12 == read.bass_tone
