"""Stems and mix: one length, one gain, and the mix is the sum of the stems to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import SoundError
from studio.music.score import Note, Score, Track
from studio.sound.encode import write_wav
from studio.sound.engine import MAX_GAIN, PEAK, SAMPLE_RATE_HZ, Engine, accumulate, gain_for
from studio.sound.plain import PlainSynth
from studio.sound.soundfonts import best
from studio.sound.stems import TAIL_SECONDS, render_stems, write_mix, write_stems
from studio.sound.synth import Synth, synth_status

needs_fluidsynth = pytest.mark.skipif(
    synth_status().engine == PlainSynth.name, reason="libfluidsynth is not installed"
)
MELODY = Track("Melody", tuple(Note(i * 480, 72 + i, 460, 100) for i in range(8)), 73)
CHORDS = Track("Piano", tuple(Note(0, pitch, 3800) for pitch in (48, 55, 60, 64)), 0)
BASS = Track("Bass", (Note(0, 36, 1900), Note(1920, 43, 1900)), 33)
DRUMS = Track("Drums", tuple(Note(i * 480, (36, 38)[i % 2], 100) for i in range(8)), 0, True)
BAND = Score((MELODY, CHORDS, BASS, DRUMS), tempo_bpm=120)


@pytest.fixture(
    scope="module", params=[pytest.param("fluidsynth", marks=needs_fluidsynth), "plain"]
)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with Synth(best((), "timgm6mb")) if request.param == "fluidsynth" else PlainSynth() as synth:
        yield synth


def test_every_stem_lasts_as_long_as_the_piece_and_its_tail(engine: Engine) -> None:
    stems = render_stems(BAND, engine)
    parts, frames, channels = stems.audio.shape
    assert (parts, channels, stems.sample_rate_hz) == (4, 2, SAMPLE_RATE_HZ)
    assert stems.audio.dtype == np.float32
    tail_seconds = frames / SAMPLE_RATE_HZ - BAND.duration_seconds
    assert 0 <= tail_seconds <= TAIL_SECONDS + 0.001
    assert np.abs(stems.mix()[-1]).max() < 2**-12  # nothing is cut off


def test_no_part_is_silent_while_it_has_notes(engine: Engine) -> None:
    stems = render_stems(BAND, engine)
    for track, stem in zip(BAND.tracks, stems.audio, strict=True):
        for note in track.notes:
            start = round(note.start_tick * BAND.seconds_per_tick * SAMPLE_RATE_HZ)
            assert np.abs(stem[start : start + 4410]).max() > 0.01, (track.name, note)


def test_the_mix_is_the_sum_of_the_stems_in_any_order(engine: Engine) -> None:
    stems = render_stems(BAND, engine)
    total = np.zeros_like(stems.audio[0])
    for stem in stems.audio[::-1]:
        total += stem
    assert total.tobytes() == stems.mix().tobytes()


def test_the_files_hold_what_is_rendered_in_memory(engine: Engine, tmp_path: Path) -> None:
    stems = render_stems(BAND, engine)
    write_wav(stems.mix(), tmp_path / "expected.wav")
    write_mix(BAND, engine, tmp_path / "mix.wav")
    assert (tmp_path / "mix.wav").read_bytes() == (tmp_path / "expected.wav").read_bytes()
    paths = write_stems(BAND, engine, tmp_path)
    names = ["01-melody.wav", "02-piano.wav", "03-bass.wav", "04-drums.wav"]
    assert [path.name for path in paths] == names
    for path, stem in zip(paths, stems.audio, strict=True):
        write_wav(stem, tmp_path / "expected.wav")
        assert path.read_bytes() == (tmp_path / "expected.wav").read_bytes()
        assert soundfile.info(path).frames == stems.audio.shape[1]


def test_the_same_score_gives_the_same_bytes(engine: Engine) -> None:
    first = render_stems(BAND, engine).audio.tobytes()
    assert render_stems(BAND, engine).audio.tobytes() == first


def test_a_band_is_loud_and_does_not_clip(engine: Engine) -> None:
    peak = np.abs(render_stems(BAND, engine).mix()).max()
    assert 0.9 <= peak <= PEAK


def test_sixty_four_loud_parts_do_not_clip() -> None:
    score = Score(tuple(Track(f"{i}", (Note(0, 60, 480, 127),)) for i in range(64)))
    stems = render_stems(score, PlainSynth())
    assert 0.4 < np.abs(stems.mix()).max() <= PEAK
    assert stems.audio[::-1].sum(axis=0).tobytes() == stems.mix().tobytes()


def test_tempo_sets_the_length(engine: Engine) -> None:
    for tempo_bpm, seconds in ((120, 2.0), (60, 4.0)):
        score = Score((Track("Melody", (Note(1440, 60, 480),)),), tempo_bpm=tempo_bpm)
        mix = render_stems(score, engine).mix()
        assert len(mix) >= seconds * SAMPLE_RATE_HZ
        onset_seconds = np.flatnonzero(np.abs(mix).max(axis=1) > 0.05)[0] / SAMPLE_RATE_HZ
        assert onset_seconds == pytest.approx(seconds * 3 / 4, abs=0.05)


@pytest.mark.parametrize("score", [Score(), Score((Track("Melody"),))])
def test_a_score_without_notes_is_a_sentence(score: Score, tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="no notes"):
        render_stems(score, PlainSynth())
    with pytest.raises(SoundError, match="no notes"):
        write_mix(score, PlainSynth(), tmp_path / "mix.wav")
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_long_is_refused_before_it_is_played(tmp_path: Path) -> None:
    last = Note(480 * 60 * 25, 60, 480)
    with pytest.raises(SoundError, match="20 minutes"):
        write_mix(Score((Track("Melody", (last,)),), 60), PlainSynth(), tmp_path / "mix.wav")
    tracks = tuple(Track(f"{i}", (Note(480 * 60 * 10, 60, 480),)) for i in range(64))
    with pytest.raises(SoundError, match="write them to a folder"):
        render_stems(Score(tracks, 60), PlainSynth())


def test_a_part_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    score = Score((Track("../../Flûte / solo", (Note(0, 60, 480),)), Track("★", (Note(0, 60, 1),))))
    paths = write_stems(score, PlainSynth(), tmp_path)
    assert [path.relative_to(tmp_path).name for path in paths] == [
        "01-fl-te-solo.wav",
        "02-part.wav",
    ]


@given(st.floats(1e-4, 100.0))
def test_the_gain_brings_a_peak_just_below_the_ceiling(peak: float) -> None:
    gain = gain_for(peak)
    assert peak * gain <= PEAK
    assert gain == MAX_GAIN or peak * gain > PEAK / 2
    assert gain * 32 == int(gain * 32) or gain in (2.0**-6, 2.0**-7)


@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.floats(0.05, 2.0))
def test_gain_and_sum_commute(seed: int, parts: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    blocks = rng.uniform(-1, 1, (parts, 64, 2)).astype(np.float32)
    stems = np.zeros_like(blocks)
    mix = np.zeros_like(blocks[0])
    for block, stem in zip(blocks, stems, strict=True):
        accumulate(stem, 0, block.copy(), level)
        accumulate(mix, 0, block.copy(), level)
    gain = gain_for(float(np.abs(mix).max()))
    np.testing.assert_array_equal((stems * np.float32(gain)).sum(axis=0), mix * np.float32(gain))
