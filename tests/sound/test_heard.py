"""What is heard of a piece, by the measures of the field: loud, not too loud, wide, and in mono."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from engines import ENGINES, needs_fluidsynth, opened
from helpers import line

from benchmarks.mix import Heard, heard, true_peak_db
from studio.composing import Request, load_band
from studio.ground import assets
from studio.music.melody import sample_melody
from studio.music.score import Note, Score, Track, map_notes
from studio.sound import Engine, render
from studio.sound.plain import PlainSynth
from studio.sound.soundfonts import best
from studio.sound.synth import Synth

MELODY = Track("Melody", line([60, 62, 64, 65, 67, 65, 64, 62] * 2), 73)
BASS = Track("Bass", line([36, 43, 41, 43], 4.0), 33)
KEYS = Track("Keys", tuple(Note(960 * i, p, 900, 60) for i in range(8) for p in (52, 55, 60)), 0)
HITS = [(240 * i, 42, 60) for i in range(32)] + [(480 * i, (36, 38)[i % 2], 110) for i in range(16)]
DRUMS = Track("Drums", tuple(Note(at, p, 60, loud) for at, p, loud in sorted(HITS)), 0, True)
BAND = Score((MELODY, BASS, KEYS, DRUMS), 120.0)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with opened(request.param) as synth:
        yield synth


def listened(score: Score, engine: Engine, folder: Path) -> Heard:
    render(score, engine, folder / "mix.wav")
    return heard(*soundfile.read(folder / "mix.wav"))


def is_well_mixed(mix: Heard) -> bool:
    return (
        0.2 <= mix.width <= 0.5
        and -17 <= mix.lufs <= -15
        and mix.peak_db < -1
        and mix.mono_lu > -1.5
    )


@pytest.mark.parametrize("model", ["pop-gan", "rock-gan"])
def test_a_shipped_band_is_well_mixed(model: str, engine: Engine, tmp_path: Path) -> None:
    band = load_band(assets.SHIPPED / model, "cpu")
    score = band.compose(Request(sample_melody("when-the-saints"), model, 1)).score
    mix = listened(score, engine, tmp_path)
    assert is_well_mixed(mix), mix


def test_a_band_of_any_length_is_as_loud(tmp_path: Path) -> None:
    tracks = (replace(t, notes=tuple(
        replace(n, start_tick=n.start_tick + 7680 * lap) for lap in range(8) for n in t.notes
    )) for t in BAND.tracks)  # fmt: skip
    with PlainSynth() as synth:
        short = listened(BAND, synth, tmp_path)
        long = listened(Score(tuple(tracks), 120.0), synth, tmp_path)
    assert is_well_mixed(short), short
    assert is_well_mixed(long), long
    assert long.lufs == pytest.approx(short.lufs, abs=0.3)


@pytest.mark.parametrize("track", [MELODY, BASS, KEYS, DRUMS], ids=lambda track: track.name)
def test_a_part_alone_is_as_loud_as_a_band(track: Track, engine: Engine, tmp_path: Path) -> None:
    mix = listened(Score((track,)), engine, tmp_path)
    assert -17 <= mix.lufs <= -15
    assert mix.peak_db < -1


@pytest.mark.parametrize("ticks", [30, 480, 4800])
@pytest.mark.parametrize("velocity", [1, 64, 127])
def test_one_note_is_a_sound_that_is_not_too_loud(
    ticks: int, velocity: int, engine: Engine, tmp_path: Path
) -> None:
    score = Score((Track("Melody", (Note(0, 60, ticks, velocity),), 0),))
    render(score, engine, tmp_path / "mix.wav")
    audio, _ = soundfile.read(tmp_path / "mix.wav")
    assert true_peak_db(audio) < -1
    assert velocity == 1 or np.abs(audio).max() > 0.1


@needs_fluidsynth
def test_what_no_kit_has_is_silence(tmp_path: Path) -> None:
    score = Score((Track("Drums", (Note(0, 3, 480),), 0, True),))
    with Synth(best((), "timgm6mb")) as synth:
        render(score, synth, tmp_path / "mix.wav")
    assert not soundfile.read(tmp_path / "mix.wav")[0].any()


def test_the_melody_is_in_front(engine: Engine, tmp_path: Path) -> None:
    stems = render(BAND, engine, tmp_path / "mix.wav", tmp_path / "stems")
    melody, *others = (heard(*soundfile.read(path)).lufs for path in stems)
    assert all(melody > other + 1 for other in others)


def test_a_part_that_is_played_softer_is_softer_but_stays(engine: Engine, tmp_path: Path) -> None:
    soft = map_notes(KEYS, lambda note: replace(note, velocity=note.velocity // 2))
    levels = []
    for keys in (KEYS, soft):
        score = replace(BAND, tracks=(MELODY, BASS, keys, DRUMS))
        paths = render(score, engine, tmp_path / "mix.wav", tmp_path / "stems")
        levels.append(heard(*soundfile.read(paths[2])).lufs)
    assert 0.5 < levels[0] - levels[1] < 6
