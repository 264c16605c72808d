"""Stems and mix: one length, one gain, and the mix is the sum of the stems to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import SoundError
from studio.music.score import Note, Score, Track
from studio.sound import render
from studio.sound.engine import (
    MAX_GAIN,
    SAMPLE_RATE_HZ,
    Audio,
    Engine,
    accumulate,
    gain_of_few_bits,
    peak_of,
)
from studio.sound.loudness import (
    PEAK,
    TAIL_FRAMES,
    gain_for,
    parts_of,
    piece_frames,
    play_part,
    tail_frames,
)
from studio.sound.meter import measure
from studio.sound.plain import PlainSynth
from studio.sound.soundfonts import best
from studio.sound.synth import Synth, synth_status
from studio.sound.wav import write_wav

needs_fluidsynth = pytest.mark.skipif(
    synth_status().engine == PlainSynth.name, reason="libfluidsynth is not installed"
)
MELODY = Track("Melody", tuple(Note(i * 480, 72 + i, 460, 100) for i in range(8)), 73)
CHORDS = Track("Piano", tuple(Note(0, pitch, 3800) for pitch in (48, 55, 60, 64)), 0)
BASS = Track("Bass", (Note(0, 36, 1900), Note(1920, 43, 1900)), 33)
DRUMS = Track("Drums", tuple(Note(i * 480, (36, 38)[i % 2], 100) for i in range(8)), 0, True)
BAND = Score((MELODY, CHORDS, BASS, DRUMS), tempo_bpm=120)


def stems_of(score: Score, synth: Engine) -> Audio:
    """All stems in memory, (parts, frames, 2), as loud as in the mix."""
    audio = np.stack([play_part(score, track, place, synth) for track, place in parts_of(score)])
    mix = audio.sum(axis=0)
    gain = gain_for([mix])
    frames = piece_frames(score)
    return audio[:, : frames + tail_frames(mix[frames:], gain)] * np.float32(gain)


@pytest.fixture(
    scope="module", params=[pytest.param("fluidsynth", marks=needs_fluidsynth), "plain"]
)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with Synth(best((), "timgm6mb")) if request.param == "fluidsynth" else PlainSynth() as synth:
        yield synth


def test_every_stem_lasts_as_long_as_the_piece_and_its_tail(engine: Engine) -> None:
    stems = stems_of(BAND, engine)
    parts, frames, channels = stems.shape
    assert (parts, channels) == (4, 2)
    assert stems.dtype == np.float32
    tail_seconds = frames / SAMPLE_RATE_HZ - BAND.duration_seconds
    assert 0 <= tail_seconds <= TAIL_FRAMES / SAMPLE_RATE_HZ + 0.001
    assert np.abs(stems.sum(axis=0)[-1]).max() < 2**-12  # nothing is cut off


def test_no_part_is_silent_while_it_has_notes(engine: Engine) -> None:
    stems = stems_of(BAND, engine)
    for track, stem in zip(BAND.tracks, stems, strict=True):
        for note in track.notes:
            start = round(BAND.clock.seconds_at(note.start_tick) * SAMPLE_RATE_HZ)
            assert np.abs(stem[start : start + 4410]).max() > 0.01, (track.name, note)


def test_the_mix_is_the_sum_of_the_stems_in_any_order(engine: Engine) -> None:
    stems = stems_of(BAND, engine)
    total = np.zeros_like(stems[0])
    for stem in stems[::-1]:
        total += stem
    assert total.tobytes() == stems.sum(axis=0).tobytes()


def test_the_files_hold_what_is_rendered_in_memory(engine: Engine, tmp_path: Path) -> None:
    stems = stems_of(BAND, engine)
    write_wav(stems.sum(axis=0), tmp_path / "expected.wav")
    paths = render(BAND, engine, tmp_path / "mix.wav", tmp_path / "stems")
    assert (tmp_path / "mix.wav").read_bytes() == (tmp_path / "expected.wav").read_bytes()
    names = ["01-melody.wav", "02-piano.wav", "03-bass.wav", "04-drums.wav"]
    assert [path.name for path in paths] == names
    for path, stem in zip(paths, stems, strict=True):
        write_wav(stem, tmp_path / "expected.wav")
        assert path.read_bytes() == (tmp_path / "expected.wav").read_bytes()
        assert soundfile.info(path).frames == stems.shape[1]


def test_the_same_score_gives_the_same_bytes(engine: Engine) -> None:
    first = stems_of(BAND, engine).tobytes()
    assert stems_of(BAND, engine).tobytes() == first


def test_a_band_is_loud_and_does_not_clip(engine: Engine) -> None:
    lufs, peak = measure([stems_of(BAND, engine).sum(axis=0)])
    assert -17 <= lufs <= -15
    assert peak <= PEAK


def test_sixty_four_loud_parts_do_not_clip() -> None:
    score = Score(tuple(Track(f"{i}", (Note(0, 60, 480, 127),)) for i in range(64)))
    stems = stems_of(score, PlainSynth())
    lufs, peak = measure([stems.sum(axis=0)])
    assert -17.5 < lufs < -15
    assert peak <= PEAK
    assert stems[::-1].sum(axis=0).tobytes() == stems.sum(axis=0).tobytes()


def test_tempo_sets_the_length(engine: Engine) -> None:
    for tempo_bpm, seconds in ((120, 2.0), (60, 4.0)):
        score = Score((Track("Melody", (Note(1440, 60, 480),)),), tempo_bpm=tempo_bpm)
        mix = stems_of(score, engine).sum(axis=0)
        assert len(mix) >= seconds * SAMPLE_RATE_HZ
        onset_seconds = np.flatnonzero(np.abs(mix).max(axis=1) > 0.05)[0] / SAMPLE_RATE_HZ
        assert onset_seconds == pytest.approx(seconds * 3 / 4, abs=0.05)


@pytest.mark.parametrize("score", [Score(), Score((Track("Melody"),))])
def test_a_score_without_notes_is_a_sentence(score: Score, tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="no notes"):
        render(score, PlainSynth(), tmp_path / "mix.wav", tmp_path / "stems")
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_long_is_refused_before_it_is_played(tmp_path: Path) -> None:
    last = Note(480 * 60 * 25, 60, 480)
    with pytest.raises(SoundError, match="20 minutes"):
        render(Score((Track("Melody", (last,)),), 60), PlainSynth(), tmp_path / "mix.wav")


def test_a_part_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    score = Score((Track("../../Flûte / solo", (Note(0, 60, 480),)), Track("★", (Note(0, 60, 1),))))
    paths = render(score, PlainSynth(), tmp_path / "mix.wav", tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in paths] == [
        "01-flute-solo.wav",
        "02-part.wav",
    ]


@given(st.floats(1e-4, 100.0))
def test_the_gain_brings_a_peak_just_below_the_ceiling(peak: float) -> None:
    gain = gain_of_few_bits(PEAK / peak)
    assert peak * gain <= PEAK
    assert gain == MAX_GAIN or peak * gain > PEAK / 2
    assert gain * 64 == int(gain * 64) or gain == 2.0**-7


@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.floats(0.05, 2.0))
def test_gain_and_sum_commute(seed: int, parts: int, loud: float) -> None:
    rng = np.random.default_rng(seed)
    blocks = rng.uniform(-loud, loud, (parts, 64, 2)).astype(np.float32)
    stems = np.zeros_like(blocks)
    mix = np.zeros_like(blocks[0])
    for block, stem in zip(blocks, stems, strict=True):
        accumulate(stem, 0, block.copy())
        accumulate(mix, 0, block.copy())
    gain = gain_of_few_bits(PEAK / peak_of(mix))
    np.testing.assert_array_equal((stems * np.float32(gain)).sum(axis=0), mix * np.float32(gain))
