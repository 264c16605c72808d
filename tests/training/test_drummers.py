"""Human drums for songs that were arranged by rule: those only, and only for bands with drums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers import BEAT, tune, write_songs

from studio.catalog import GENRES
from studio.corpus.windows import SongRolls
from studio.ground.errors import BadKnob, BadModel
from studio.music import roll
from studio.music.score import Note, Score, Track
from studio.training.drummers import drummers

ROCK = GENRES["rock"].parts
DRUMS = next(number for number, part in enumerate(ROCK) if part.is_drum)
BARS = 12


@pytest.fixture
def grooves(tmp_path: Path) -> Path:
    """A drummer's twelve bars of rock, in eighths."""
    strokes = tuple(
        Note(i * BEAT // 2, 42 if i % 2 else (36, 38)[i // 2 % 2], 60, 90) for i in range(BARS * 8)
    )
    folder = write_songs(tmp_path / "g", [Score((*tune(1).tracks, Track("D", strokes, 0, True)))])
    row = "file,genre,beat_type\n000.mid,rock,beat\n"
    (folder / "manifest.csv").write_text(row)
    return folder


def song(name: str) -> SongRolls:
    steps = BARS * 16
    planes = np.zeros((len(ROCK), 2, steps, roll.PITCHES), np.uint8)
    planes[:, :, ::4, 20] = 1  # every part strikes its beats
    return SongRolls(planes[0], planes, np.zeros(steps, np.int64), 16, name=name)


def test_only_songs_arranged_by_rule_get_a_drummer(grooves: Path) -> None:
    prepare = drummers(grooves, "rock", ROCK, frozenset({"ruled.mid"}), 0)
    before = [song("ruled.mid"), song("human.mid")]
    ruled, human = prepare(before)
    assert np.array_equal(human.parts, before[1].parts)
    assert not np.array_equal(ruled.parts[DRUMS], before[0].parts[DRUMS])
    others = [number for number in range(len(ROCK)) if number != DRUMS]
    assert np.array_equal(ruled.parts[others], before[0].parts[others])


def test_where_no_manifest_tells_all_songs_get_one(grooves: Path) -> None:
    prepare = drummers(grooves, "rock", ROCK, frozenset(), 0)
    before = song("any.mid")
    [after] = prepare([before])
    assert not np.array_equal(after.parts[DRUMS], before.parts[DRUMS])
    [again] = prepare([before])
    assert np.array_equal(after.parts, again.parts)  # the same seed, the same drummers


def test_a_band_without_drums_takes_no_drummers(grooves: Path) -> None:
    with pytest.raises(BadKnob, match="without --drums"):
        drummers(grooves, "pop", GENRES["pop"].parts, frozenset(), 0)


def test_a_set_without_grooves_of_the_genre_is_one_sentence(grooves: Path) -> None:
    (grooves / "manifest.csv").unlink()
    with pytest.raises(BadModel, match="no grooves for rock"):
        drummers(grooves, "rock", ROCK, frozenset(), 0)
