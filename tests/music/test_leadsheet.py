"""Chords as people write them come in and go out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadKnob
from studio.music import midi
from studio.music.chart import read_chart
from studio.music.harmony import (
    ChordPlan,
    chord_marks,
    chords_text,
    left_out,
    read_chords,
    unit_ticks,
    with_chord,
    write_chords,
)
from studio.music.melody import from_file
from studio.music.score import ChordMark, Metre, Note, Score, Track
from studio.music.theory import MINOR_SEVENTH, NO_CHORD, PLAIN, SIXTH, Chord, Key, chord_symbol

FOUR, HALF_BAR = Metre(4, 4), 960
THREE = Metre(3, 4)


def fixed(text: str, bars: int = 99, metre: Metre = FOUR, ticks: int = HALF_BAR) -> dict[int, str]:
    """What a chart fixes, as symbols by unit."""
    chords = read_chords(text, bars, metre, ticks)
    return {unit: chord_symbol(chord) for unit, chord in chords.items()}


def bars_of(text: str) -> str:
    """What a chart says, a bar between strokes."""
    bars = [" ".join(chord_symbol(c) if c else "?" for c in bar) for bar in read_chart(text)]
    return " | ".join(bars)


def test_one_chord_lasts_the_bar_two_share_it_and_a_question_mark_is_free() -> None:
    assert fixed("C | F G | ? | Am7", 4) == {0: "C", 1: "C", 2: "F", 3: "G", 6: "Am7", 7: "Am7"}
    assert read_chords("Am7", 1, FOUR, HALF_BAR)[0].plain == Chord(21, MINOR_SEVENTH)


def test_silence_is_fixed_too() -> None:
    silence = Chord(NO_CHORD)
    assert read_chords("N.C. | ?", 4, FOUR, HALF_BAR) == {0: silence, 1: silence}


def test_bars_beyond_the_piece_are_ignored_and_none_are_needed() -> None:
    assert fixed("C | F | G", 1) == {0: "C", 1: "C"}
    assert fixed("", 4) == {}


@pytest.mark.parametrize(
    "text",
    ["C | F | G | Am", "C | F\nG | Am", "C | F |\nG | Am |\n", "| C | F |\r\n| G | Am ||",
     "C\nF\n\nG\nAm"],
)  # fmt: skip
def test_a_line_end_is_a_bar_line_too(text: str) -> None:
    assert fixed(text, 4, THREE, 1440) == dict(enumerate(["C", "F", "G", "Am"]))


def test_an_empty_bar_is_free() -> None:
    assert fixed("C | | F\n| | G", 9, THREE, 1440) == {0: "C", 2: "F", 4: "G"}


def test_where_a_chord_lasts_the_bar_the_sentence_says_so() -> None:
    with pytest.raises(BadKnob) as error:
        read_chords("C | F G", 4, Metre(3, 4), 1440)
    sentence = "Bar 2 has 2 chords: write one, for a chord lasts the whole bar here."
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("C | H", "bar 2 is no chord"), ("C F G", "Bar 1 has 3 chords"), ("<b>", "no chord")],
)
def test_what_is_no_chord_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadKnob, match=sentence):
        read_chords(text, 4, FOUR, HALF_BAR)


CHORDS = st.builds(Chord, st.integers(0, 23), st.integers(PLAIN, SIXTH), st.just(""))


@given(
    st.lists(CHORDS | st.just(Chord(NO_CHORD)), min_size=1, max_size=64),
    st.builds(Key, st.integers(0, 11), st.booleans()),
    st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8)]),
    st.booleans(),
)
def test_a_written_plan_reads_back(
    chords: list[Chord], key: Key, metre: Metre, per_beat: bool
) -> None:
    ticks = unit_ticks(metre, per_beat)
    in_bar = metre.bar_ticks // ticks
    whole = chords * in_bar  # whole bars
    triads, sevenths = [chord.triad for chord in whole], [chord.seventh for chord in whole]
    plan = ChordPlan(key, ticks, tuple(triads), tuple(sevenths))
    bars = len(whole) // in_bar
    read = read_chords(write_chords(plan, metre), bars, metre, ticks)
    assert {unit: chord.plain for unit, chord in read.items()} == dict(enumerate(whole))


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("Eb | % | Ab | %", "Eb | Eb | Ab | Ab"),
        ("C / / / | F / / / | G | C", "C C C C | F F F F | G | C"),
        ("C G | % | / Am", "C G | C G | G Am"),
        ("C | / | % | /", "C | C | C | C"),
        ("? | % | C", "? | ? | C"),
        ("C | | %", "C | ? | ?"),
        ("N.C. | C NC | n.c. | N", "N.C. | C N.C. | N.C. | N.C."),
        ("|| C | F || G | C ||", "C | F | G | C"),
        ("|: C | F :| G", "C | F | C | F | G"),
        ("C | |: F :||: G | Am :|", "C | F | F | G | Am | G | Am"),
        ("C | F :| G", "C | F | C | F | G"),
        ("|: C\nF :|\nG", "C | F | C | F | G"),
        ("Bm7b5 | E7(b9) | Am(maj7)/G# | C6/9", "Bm7b5 | E7b9 | Am(maj7)/G# | C69"),
        ("B\u266d | E\u266d | F\u266f\u00b07", "Bb | Eb | F#dim7"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_chart_is_read_as_players_read_it(text: str, bars: str) -> None:
    assert bars_of(text) == bars


@pytest.mark.parametrize(
    ("text", "symbols"),
    [("C / / / | F / G /", "C C F G"), ("C C | F F F F", "C C F F"), ("% | C", None),
     ("/ | C", None), ("C / / F", None), ("C / G", None)],
)  # fmt: skip
def test_a_slash_is_a_beat_and_chords_change_where_they_may(text: str, symbols: str | None) -> None:
    if symbols is None:
        with pytest.raises(BadKnob):
            fixed(text)
    else:
        assert list(fixed(text).values()) == symbols.split()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Es | As | B | Es", "'Es' in bar 1 is no chord: write German Es as Eb."),
        ("C | F | H7", "'H7' in bar 3 is no chord: write German H as B."),
        ("Fism | C", "'Fism' in bar 1 is no chord: write German Fis as F#."),
        ("C | Des7", "'Des7' in bar 2 is no chord: write German Des as Db."),
        ("C | As/C", "'As/C' in bar 2 is no chord: write German As as Ab."),
        ("|: C | F", "A '|:' has no ':|' after it: write both, or neither."),
        ("C | F |:", "A '|:' has no ':|' after it: write both, or neither."),
        ("Do | Fa", "'Do' in bar 1 is no chord: write it as C, Am or G7."),
        ("C | F : G", "':' in bar 2 is no chord: write it as C, Am or G7."),
        ("%", "'%' in bar 1 repeats no bar: begin with a chord, such as C."),
        ("C, F", "'C,' in bar 1 is no chord: write it as C, Am or G7."),
    ],
)  # fmt: skip
def test_what_is_no_chord_is_named_with_its_bar(text: str, sentence: str) -> None:
    with pytest.raises(BadKnob) as error:
        read_chart(text)
    assert str(error.value) == sentence


def test_a_mark_keeps_what_was_written_in_its_normal_form() -> None:
    tune = Score((Track("Melody", (Note(0, 60, 3840),)),), key="E major")
    piece = with_chord(with_chord(tune, 0, "B-7(b5)"), 1920, "B\u266d/D")
    assert [mark.symbol for mark in piece.chords] == ["Bm7b5", "Bb/D"]
    assert chords_text(piece, per_beat=False) == "Bm7b5 | Bb/D"
    with pytest.raises(BadKnob, match="'Hm' is no chord"):
        with_chord(tune, 0, "Hm")


@pytest.mark.parametrize(
    ("metre", "marks", "said"),
    [
        ("4/4", "C . F . G . C .", ""),
        ("4/4", "C F G . C . . .", "Tutti keeps two chords a bar: 1 of 4 is left out."),
        ("4/4", "C F G Am C F G Am", "Tutti keeps two chords a bar: 4 of 8 are left out."),
        ("4/4", "C C F . G G G C", "Tutti keeps two chords a bar: 1 of 4 is left out."),
        ("4/4", ". . . G C . . .", "Tutti keeps two chords a bar: 1 of 2 is left out."),
        ("3/4", "C F G C . .", "Tutti keeps one chord a bar: 2 of 4 are left out."),
        ("3/4", "C . . F . .", ""),
        ("6/8", "C F G . . . C . . . . .", "Tutti keeps two chords a bar: 1 of 4 is left out."),
    ],
)
def test_chords_that_change_too_fast_are_counted(metre: str, marks: str, said: str) -> None:
    beats, unit = (int(number) for number in metre.split("/"))
    time, names = Metre(beats, unit), marks.split()
    at = [ChordMark(i * time.beat_ticks, name) for i, name in enumerate(names) if name != "."]
    note = Note(0, 60, len(names) * time.beat_ticks)
    piece = Score((Track("Tune", (note,)),), 120.0, time, chords=tuple(at))
    assert left_out(piece) == said
    report = from_file(midi.read(midi.write(piece)), pickup=0).report
    assert any(said in line for line in report if line.startswith("Chords"))


@pytest.mark.parametrize(
    ("markers", "chords"),
    [
        ("0 C, 1 Am7/G, 2 F#m7b5, 3 Bbmaj7, 4 N.C., 5 G7sus4, 6 Eb6/9, 7 C7#9, 8 Faug", None),
        ("0 CMaj7, 1 D\u03947, 2 EMA7", "0 Cmaj7, 1 Dmaj7, 2 Emaj7"),
        ("0 C 7, 1 F M7", "0 C7, 1 Fmaj7"),
        ("0 C, 1 F, 2 G, 3 C", None),
        ("0 A, 1 D, 2 E, 4 A", None),
        ("0 Verse, 0 C, 1 Am, 2 F, 3 G, 4 Am, 5 F", "0 C, 1 Am, 2 F, 3 G, 4 Am, 5 F"),
        ("0 A, 0 Dm7, 1 G7, 2 Cmaj7, 8 B, 8 Em7, 9 A7", "0 Dm7, 1 G7, 2 Cmaj7, 8 Em7, 9 A7"),
        ("0 Chorus, 8 Bridge, 16 A, 24 End", ""), ("0 loopStart, 4 loopEnd", ""), ("", ""),
        ("0 A, 8 B, 16 A, 24 C", ""), ("0 A, 1 B, 2 C", ""), ("0 A, 4 A, 8 B, 12 A", ""),
        ("0 D, 8 G, 16 D", ""), ("0 A, 8 Coda", ""), ("0 D.S., 8 B section", ""),
        ("0 Verse 2, 8 Em breve, 16 Do", ""), ("0 A1, 8 A2, 16 B1", ""), ("0 A", ""),
        ("0 C", None), ("0 F, 2 G", None), ("0 C7", None),
    ],
)  # fmt: skip
def test_markers_are_chords_only_where_all_of_them_are(markers: str, chords: str | None) -> None:
    def marks(text: str) -> tuple[ChordMark, ...]:
        pairs = [one.split(maxsplit=1) for one in text.split(", ") if one]
        return tuple(ChordMark(int(bar) * 1920, symbol) for bar, symbol in pairs)

    symbols = [(mark.start_tick, mark.symbol) for mark in chord_marks(marks(markers), 1920)]
    wanted = marks(markers if chords is None else chords)
    if chords is None:
        wanted = tuple(ChordMark(m.start_tick, m.symbol.replace("6/9", "69")) for m in wanted)
    assert symbols == [(mark.start_tick, mark.symbol) for mark in wanted]
