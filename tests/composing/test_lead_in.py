"""A melody that begins after bars of rest: the band waits, and is the one that it is without them,
so many bars later."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import shift, train_tiny, tune

import studio
from studio.composing import Band, Recipe, Request, Rewrite, load_band
from studio.composing.lead_in import bars_before, later
from studio.music.score import Note, Score, TempoMark
from studio.techniques import technique

BAR, LEAD = 1920, 5
MELODY = replace(tune(6), tempos=(TempoMark(0, 500_000), TempoMark(BAR, 600_000)))
MARKS = (TempoMark(0, 400_000), TempoMark(LEAD * BAR, 500_000), TempoMark(6 * BAR, 600_000))
LATE = replace(MELODY, tracks=(shift(MELODY.tracks[0], LEAD * BAR),), tempos=MARKS)


@pytest.fixture(scope="module", params=["gan pop", "transformer pop", "arcnn bach"])
def band(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Band:
    technique_id, genre = request.param.split()
    return load_band(train_tiny(technique_id, genre, tmp_path_factory.mktemp("late")), "cpu")


def ask(band: Band, melody: Score, **more: object) -> Request:
    return Request(melody, band.card.id, 3, **more)  # type: ignore[arg-type]


def parts_later(piece: Score) -> list[tuple[Note, ...]]:
    return [later(track, LEAD * BAR).notes for track in piece.tracks[1:]]


def notes(piece: Score) -> list[tuple[Note, ...]]:
    return [track.notes for track in piece.tracks[1:]]


@pytest.mark.parametrize("chords", ["", "Am | F G7"])
def test_the_band_is_the_same_only_later(band: Band, chords: str) -> None:
    early = band.compose(ask(band, MELODY, chords=chords))
    rests = "? | N.C. | ? | ? | ? | " if chords else ""
    piece = band.compose(ask(band, LATE, chords=rests + chords))
    assert notes(piece.score) == parts_later(early.score)
    assert piece.score.tracks[0] == LATE.tracks[0]
    assert (piece.score.tempos, piece.score.tempo_bpm) == (LATE.tempos, LATE.tempo_bpm)
    first, *others = piece.score.chords
    assert (first.start_tick, first.symbol) == (0, "N.C.")
    assert others == [replace(m, start_tick=m.start_tick + LEAD * BAR) for m in early.score.chords]
    assert piece.plan.end_tick == piece.score.bars * BAR
    assert early.recipe.to_json().get("waits") is None
    told = json.loads(json.dumps(piece.recipe.to_json()))
    assert told["waits"] is True
    assert band.replay(Recipe.from_json(told)).midi == piece.midi


def test_takes_and_what_grows_are_later_too(band: Band) -> None:
    early = band.takes(ask(band, MELODY, takes=2, chord_risk=0.5))
    late = band.takes(ask(band, LATE, takes=2, chord_risk=0.5))
    assert [notes(one.score) for one in late] == [parts_later(one.score) for one in early]
    assert [band.replay(one.recipe).midi for one in late] == [one.midi for one in late]
    grown = list(band.stream(ask(band, LATE)))
    assert grown[-1].midi == band.compose(ask(band, LATE)).midi
    stopped = band.compose(ask(band, LATE, bars=LEAD + 2))
    assert max(track.end_tick for track in stopped.score.tracks[1:]) <= (LEAD + 2) * BAR
    if technique(band.card.technique).can("write"):
        assert stopped.recipe.bars == grown[1].recipe.bars == LEAD + 2
    assert band.replay(stopped.recipe).midi == stopped.midi


def test_where_chords_are_given_the_band_comes_in(band: Band) -> None:
    assert bars_before(LATE, "") == bars_before(LATE, "? | N.C.") == LEAD
    assert bars_before(LATE, "? | N.C. | C") == 2
    piece = band.compose(ask(band, LATE, chords="? | ? | ? | C | G"))
    assert min(track.notes[0].start_tick for track in piece.score.tracks[1:] if track.notes) < (
        LEAD * BAR
    )
    assert all(n.start_tick >= 3 * BAR for track in piece.score.tracks[1:] for n in track.notes)


def test_a_silent_bar_can_be_written_anew(band: Band) -> None:
    piece = band.compose(ask(band, LATE))
    name = piece.score.tracks[-1].name
    chords = (
        (0, "N.C."),
        (4 * BAR, "C"),
        *((m.start_tick, m.symbol) for m in piece.score.chords[1:]),
    )
    anew = band.rewrite(piece.score, piece.recipe, Rewrite({name: (5,)}, 7, {}, {}, chords))
    outside = [note for note in anew.score.tracks[-1].notes if note.start_tick // BAR != 4]
    assert tuple(outside) == piece.score.tracks[-1].notes
    assert band.replay(Recipe.from_json(anew.recipe.to_json())).midi == anew.midi


def test_what_is_told_of_a_piece_is_told_where_it_stands(band: Band) -> None:
    early, late = (band.compose(ask(band, melody)).recipe for melody in (MELODY, LATE))
    kind = technique(band.card.technique)
    if kind.can("retrace"):
        before, now = band.retrace(early), band.retrace(late)
        assert [one.start_tick + LEAD * BAR for one in before] == [one.start_tick for one in now]
        fog = band.denoise(late)[0]
        assert not fog.odds[: LEAD * 16].any()
        assert np.array_equal(fog.pitches[LEAD * 16 :], band.denoise(early)[0].pitches)
        last, by = now[-1], LEAD * BAR
        name = band.card.parts[last.part].name
        veto = (name, last.start_tick, last.end_tick, last.pitch)
        kept = band.replay(late.with_vetoes((veto,))).score
        sooner = replace(early, vetoes=((name, veto[1] - by, veto[2] - by, last.pitch),))
        assert notes(kept) == parts_later(band.replay(sooner).score)
        assert notes(kept) != notes(band.replay(late).score)
    if kind.can("think"):
        part = band.replay(early).score.tracks[1]
        note = part.notes[0]
        there = replace(note, start_tick=note.start_tick + LEAD * BAR)
        thought = band.think(late, part.name, there)
        assert thought.first == band.think(early, part.name, note).first + LEAD * 16
        assert thought.options == band.think(early, part.name, note).options
    if kind.can("extend"):
        two = {"extension_duration": 2}
        brief = band.extend(ask(band, MELODY, knobs=two))
        longer = band.extend(ask(band, LATE, knobs=two))
        added = later(brief.melody.tracks[0], LEAD * BAR).notes[len(MELODY.tracks[0].notes) :]
        assert longer.melody.tracks[0].notes == (*LATE.tracks[0].notes, *added)
        assert longer.chords == "N.C. | " * LEAD + brief.chords
    plans = [band.plans(band.card, ask(band, melody))[0] for melody in (MELODY, LATE)]
    assert plans[1].triads[LEAD * 2 :] == plans[0].triads or band.card.per_beat


def test_a_file_lines_up_with_the_song_unless_it_is_trimmed(band: Band, tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    studio.Piece(band.compose(ask(band, LATE))).save_midi(path)
    whole, report = studio.read_melody(path, track=0)
    assert whole.tracks[0].notes == LATE.tracks[0].notes
    assert whole.tempos == LATE.tempos
    assert any("5 bars of rest" in line for line in report)
    trimmed, _ = studio.read_melody(path, track=0, trim=True)
    assert trimmed.tracks[0].notes == MELODY.tracks[0].notes
    assert trimmed.tempos == MELODY.tempos
