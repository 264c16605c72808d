"""The mix of stem files is the mix of the score: the same bytes, whatever it is made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from engines import ENGINES, opened

from studio.ground.errors import SoundError
from studio.music.score import Note, Score, Track
from studio.sound import Engine, Mix, Mixdown, StemStore, render
from studio.sound.meter import lufs_of
from studio.sound.mix import Strip, mixed
from studio.sound.mixdown import gain_of
from studio.sound.plain import PlainSynth
from studio.sound.wav import CHUNK_FRAMES, write_stem, write_wav

MELODY = Track("Melody", tuple(Note(i * 480, 72 + i, 460, 100) for i in range(8)), 73)
PAD = Track("Pad", tuple(Note(0, pitch, 1000) for pitch in (48, 55, 60, 64)), 89)  # rings long
DRUMS = Track("Drums", tuple(Note(i * 480, (36, 49)[i % 2], 100) for i in range(8)), 0, True)
BAND = Score((MELODY, PAD, DRUMS, Track("Empty")), tempo_bpm=180)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with opened(request.param) as synth:
        yield synth


def mixdown_of(score: Score, synth: Engine, folder: Path) -> Mixdown:
    store = StemStore(folder)
    names = store.names(score, "any")
    assert all(store.render(score, names, synth))
    assert store.mixdown(score, names) is None  # its loudness is not known yet
    mixdown = store.mix(score, names)
    assert store.mixdown(score, names) == mixdown
    return mixdown


def test_what_is_exported_is_what_is_rendered_byte_for_byte(engine: Engine, tmp_path: Path) -> None:
    parts = render(BAND, engine, tmp_path / "mix.wav", tmp_path / "parts")
    mixdown = mixdown_of(BAND, engine, tmp_path / "store")
    mixdown.write([Strip()] * 4, tmp_path / "exported.wav")
    assert (tmp_path / "exported.wav").read_bytes() == (tmp_path / "mix.wav").read_bytes()
    for index, part in enumerate(parts):
        path = mixdown.write_part(index, BAND.tracks[index].name, tmp_path)
        assert (path.name, path.read_bytes()) == (part.name, part.read_bytes())


def test_a_piece_without_notes_is_silence(tmp_path: Path) -> None:
    with PlainSynth() as synth:
        mixdown = mixdown_of(Score((Track("A"),)), synth, tmp_path)
    mixdown.write([Strip()], tmp_path / "mix.wav")
    assert not soundfile.read(tmp_path / "mix.wav")[0].any()


def noise(seed: int, frames: int) -> np.ndarray:
    steps = np.random.default_rng(seed).integers(-2000, 2000, (frames, 2))
    return (steps / 2.0**17).astype(np.float32)


def test_the_mix_of_set_stems_is_what_is_mixed_in_memory(tmp_path: Path) -> None:
    audio = [noise(seed, CHUNK_FRAMES + 1000 * seed) for seed in range(5)]
    paths = tuple(tmp_path / f"{index}.wav" for index in range(5))
    for stem, path in zip(audio, paths, strict=True):
        write_stem(stem, path)
    strips = [Strip(1.0), Strip(0.3, -0.7), Strip(mute=True), Strip(0.8, 1.0), Strip(0.0)]
    Mixdown(paths, CHUNK_FRAMES, gain_of(paths)).write(strips, tmp_path / "mix.wav")
    write_wav(mixed(audio, strips, gain_of(paths)), tmp_path / "expected.wav")
    assert (tmp_path / "mix.wav").read_bytes() == (tmp_path / "expected.wav").read_bytes()


def test_the_gain_is_the_same_however_the_mixer_is_set(tmp_path: Path) -> None:
    with PlainSynth() as synth:
        mixdown = mixdown_of(BAND, synth, tmp_path)
    mixdown.write(Mix().of("ABCD"), tmp_path / "all.wav")
    mixdown.write([Strip(), *[Strip(mute=True)] * 3], tmp_path / "melody.wav")
    alone = mixdown.write_part(0, "Melody", tmp_path)
    assert (tmp_path / "melody.wav").read_bytes() == alone.read_bytes()
    assert -16.5 < lufs_of(soundfile.read(tmp_path / "all.wav", dtype="float32")[0]) < -15.5


def test_stems_that_are_gone_or_of_another_kind_are_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "mono.wav", np.zeros(10), 44_100, "PCM_24")
    write_wav(np.zeros((10, 2), np.float32), tmp_path / "old.wav")
    (tmp_path / "broken.wav").write_bytes(b"RIFF....")
    for name in ("gone.wav", "broken.wav", "mono.wav", "old.wav"):
        mixdown = Mixdown((tmp_path / name,), 10, 1.0)
        with pytest.raises(SoundError, match="render the piece again"):
            mixdown.write([Strip()], tmp_path / "mix.wav")
        with pytest.raises(SoundError, match="render the piece again"):
            gain_of([tmp_path / name])
        assert not (tmp_path / "mix.wav").exists()


def test_a_broken_note_of_the_loudness_is_found_anew(tmp_path: Path) -> None:
    store = StemStore(tmp_path)
    with PlainSynth() as synth:
        known = mixdown_of(BAND, synth, tmp_path)
    names = store.names(BAND, "any")
    path = store.find_mix(store.mix_name(names))
    assert path is not None
    for damage in ("{", "[]", "{}", '{"gain": "loud"}', '{"gain": true}', '{"loudness": 8.0}'):
        path.write_text(damage)
        assert store.mixdown(BAND, names) is None
        assert store.mix(BAND, names) == known
    assert f"{known.gain}" in path.read_text()
    louder = replace(BAND, tempo_bpm=181)
    assert store.find_mix(store.mix_name(store.names(louder, "any"))) is None
    assert store.find_mix("../../secret") is None
