"""The sample melodies: enough of them, of different kinds, and as their index says."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from studio.ground.errors import BadMidi
from studio.music import midi
from studio.music.melody import SAMPLES, Sample, as_take, from_take, sample_melody, samples
from studio.music.score import MAX_BARS, quantise

IDS = [sample.id for sample in samples()]


def test_there_are_melodies_of_every_kind() -> None:
    assert len(IDS) == len(set(IDS)) >= 8
    wanted = {"twinkle", "ode-to-joy", "new-world", "deck-the-halls", "we-wish-you"}
    assert wanted <= set(IDS)
    assert any(sample.metre == "3/4" for sample in samples())
    assert any(sample.pickup for sample in samples())
    assert any(sample.key.endswith("minor") for sample in samples())


def test_every_file_of_the_folder_is_in_the_index() -> None:
    assert {path.stem for path in SAMPLES.glob("*.mid")} == set(IDS)


@pytest.mark.parametrize("sample", samples(), ids=IDS)
def test_a_sample_is_what_its_index_says(sample: Sample) -> None:
    melody = sample_melody(sample.id)
    assert melody.title == sample.title
    assert str(melody.metre) == sample.metre
    assert melody.key == sample.key
    assert melody.bars == sample.bars <= MAX_BARS
    assert len(melody.tracks) == 1
    assert sample.origin
    first = melody.tracks[0].notes[0].start_tick
    assert (0 < first < melody.metre.bar_ticks) == sample.pickup


@pytest.mark.parametrize("id", IDS)
def test_a_sample_is_one_clean_voice(id: str) -> None:
    [track] = sample_melody(id).tracks
    notes = track.notes
    assert all(a.end_tick <= b.start_tick for a, b in pairwise(notes))
    assert quantise(track, 60) == track


@pytest.mark.parametrize("id", IDS)
def test_a_sample_survives_the_keyboard_and_a_file(id: str) -> None:
    melody = sample_melody(id)
    take = json.loads(json.dumps(as_take(melody, "1", "sample")))
    played = from_take(take, program=melody.tracks[0].program).score
    assert played.tracks[0].notes == melody.tracks[0].notes
    assert (played.tempo_bpm, played.metre, played.key) == (
        melody.tempo_bpm, melody.metre, melody.key,
    )  # fmt: skip
    assert midi.read(midi.write(melody)).score.tracks == melody.tracks


def test_a_sample_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(BadMidi, match="choose one of twinkle"):
        sample_melody("yesterday")
