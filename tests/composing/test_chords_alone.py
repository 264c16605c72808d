"""A band on a chord chart without a melody, and a melody that is written on one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import line, train_tiny

import studio
from studio.composing import Band, Composition, Recipe, Request, Rewrite, load_band
from studio.composing.guide import guide
from studio.export.musicxml import full_score, lead_sheet
from studio.ground.errors import BadKnob, BadScore, TuttiError
from studio.library.facts import band_facts
from studio.music import midi
from studio.music.harmony import chords_alone, read_chords, unit_ticks
from studio.music.melody import melody_from_json, melody_to_json
from studio.music.score import Metre, Score, Track
from studio.music.theory import chord_tones, triad_tones
from studio.pictures import roll_png, roll_svg

CHART = "C | Am7 | Bm7b5 | E7(b9)"


@pytest.fixture(scope="module", params=["gan", "transformer", "textbook"])
def band(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Band:
    folder = tmp_path_factory.mktemp("alone")
    return load_band(train_tiny(request.param, "pop", folder), "cpu")


def on_chords(band: Band, text: str = CHART, bars: int | None = None, **more: Any) -> Composition:
    melody, chords = chords_alone(text, bars, more.pop("metre", "4/4"))
    return band.compose(Request(melody, band.card.id, more.pop("seed", 1), chords=chords, **more))


def test_a_band_plays_on_chords_alone(band: Band) -> None:
    piece = on_chords(band, bars=6)
    melody, *parts = piece.score.tracks
    assert melody == Track("Melody")
    assert piece.score.bars == 6
    assert any(part.notes for part in parts)
    assert piece.score.title == "Chords: C Am7 Bm7b5 E7b9"
    assert [mark.symbol for mark in piece.score.chords] == [
        "C", "Am7", "Bm7b5", "E7b9", "C", "Am7",
    ]  # fmt: skip
    again = band.replay(Recipe.from_json(piece.recipe.to_json()))
    assert again.midi == piece.midi
    assert again.recipe == piece.recipe


@pytest.mark.parametrize("metre", ["3/4", "6/8", "7/8", "2/2", "12/8"])
def test_in_every_metre(band: Band, metre: str) -> None:
    piece = on_chords(band, "Dm | G7 | C | %", metre=metre)
    assert (str(piece.score.metre), piece.score.bars) == (metre, 4)


def test_it_goes_where_every_piece_goes(band: Band, tmp_path: Path) -> None:
    piece = on_chords(band, bars=4)
    read = midi.read(piece.midi).score
    assert [mark.symbol for mark in read.chords] == ["C", "Am7", "Bm7b5", "E7b9"]
    assert band_facts(piece)["chords"] == "C | Am7 | Bm7b5 | E7b9"
    sheet = lead_sheet(piece.score).decode()
    assert sheet.count("<measure ") == 4
    assert sheet.count("<harmony>") == 4
    assert full_score(piece.score).decode().count("<harmony>") == 4
    assert roll_png(piece.score)
    assert roll_svg(piece.score)
    assert melody_from_json(melody_to_json(piece.recipe.melody)) == piece.recipe.melody
    anew = band.rewrite(
        piece.score, piece.recipe, Rewrite({"Keys": (2,)}, 5, piece.recipe.knobs, {}, None)
    )
    assert anew.score.tracks[0] == Track("Melody")
    assert band.replay(Recipe.from_json(anew.recipe.to_json())).midi == anew.midi


@pytest.mark.parametrize(
    ("chart", "key"),
    [("C | Am | F | G", "C major"), ("Am | F | C | E7 | Am", "A minor"), ("Eb | Cm | Ab | Bb7 | Eb",
     "Eb major"), ("F#m | D | A | C#7 | F#m", "F# minor")],
)  # fmt: skip
def test_the_key_is_that_of_the_chords(band: Band, chart: str, key: str) -> None:
    assert on_chords(band, chart).score.key == key
    assert on_chords(band, chart, key="G major").score.key == "G major"


def test_chords_are_free_where_they_are_left_open(band: Band) -> None:
    plans = [on_chords(band, "C | ? | ? | G", chord_risk=risk).score for risk in (0.0, 1.0)]
    for score in plans:
        assert (score.chords[0].symbol, score.chords[-1].symbol) == ("C", "G")
        assert score.bars == 4
    assert plans[0].chords != plans[1].chords


def test_a_melody_is_written_on_chords(tmp_path: Path) -> None:
    band = load_band(train_tiny("transformer", "pop", tmp_path), "cpu")
    melody, chords = chords_alone(CHART, 8)
    longer = band.extend(Request(melody, band.card.id, 3, chords=chords))
    notes = longer.melody.tracks[0].notes
    sung = {note.start_tick // 1920 for note in notes}
    assert longer.chords == "C | Am7 | Bm7b5 | E7b9 | C | Am7 | Bm7b5 | E7b9"
    assert 7 in sung
    assert all(bar in sung or bar - 1 in sung for bar in range(8))
    assert longer.melody.bars == 8
    piece = band.compose(Request(longer.melody, band.card.id, 3, chords=longer.chords))
    assert piece.score.tracks[0].notes == notes


def test_a_longer_melody_keeps_the_chords_that_were_written(tmp_path: Path) -> None:
    band = load_band(train_tiny("transformer", "pop", tmp_path), "cpu")
    tune = Score((Track("Melody", tuple(line([67] * 16))),))
    request = Request(tune, band.card.id, 3, {"extension_duration": 2}, CHART)
    longer = band.extend(request)
    assert longer.chords.startswith("C | Am7 | Bm7b5 | E7b9 | ")
    assert longer.chords.count("|") == 5


def test_a_guide_keeps_to_the_chords_and_comes_back_with_them() -> None:
    for metre in (Metre(4, 4), Metre(6, 8), Metre(5, 4), Metre(7, 8)):
        unit = unit_ticks(metre, per_beat=False)
        chords = read_chords("C | Am | F | G | C | Am | F | G | N.C. | ?", 10, metre, unit)
        track = guide(chords, unit, 10, metre)
        assert track.end_tick == 10 * metre.bar_ticks
        for note in track.notes:
            chord = chords.get(note.start_tick // unit)
            if chord is not None and chord_tones(chord):
                assert note.pitch % 12 in triad_tones(chord.triad)
        phrase = 4 * metre.bar_ticks
        first = [note.row[1:] for note in track.notes if note.start_tick < phrase]
        assert first == [n.row[1:] for n in track.notes if phrase <= n.start_tick < 2 * phrase]


@pytest.mark.parametrize(
    ("chart", "bars", "metre", "sentence"),
    [
        ("", None, "4/4", "There is no melody and no chord"),
        ("? | ?", 8, "4/4", "There is no melody and no chord"),
        ("Es | As", None, "4/4", "'Es' in bar 1"),
        ("C", 0, "4/4", "There can be 1 to 256 bars"),
        ("C", 257, "4/4", "There can be 1 to 256 bars"),
        ("C", 4, "waltz", "A metre is written as 3/4"),
        ("C", 4, "4/5", "A metre needs"),
    ],
)
def test_what_cannot_be_played_is_one_sentence(
    chart: str, bars: int | None, metre: str, sentence: str
) -> None:
    with pytest.raises(TuttiError, match=sentence):
        chords_alone(chart, bars, metre)


def test_no_melody_and_no_chords_is_what_it_was() -> None:
    for chords in ("", "?", "? | %"):
        with pytest.raises(BadScore, match="There is no melody yet"):
            Request(Score((Track("Melody"),)), "pop-gan", chords=chords).check()
    with pytest.raises(BadScore, match=r"250 bars \(10 minutes\)"):
        Request(Score((Track("Melody"),)), "pop-gan", chords="C |" * 251).check()
    with pytest.raises(BadKnob, match="Metre and tempo"):
        studio.compose(Score((Track("Melody"),)), metre="3/4")
