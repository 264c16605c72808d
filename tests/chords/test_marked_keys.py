"""What a file says of its key is trusted as far as it goes: many programs write C major into every
file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.catalog import Card
from studio.chords import Planner, load
from studio.composing.quantised_melody import QuantisedMelody
from studio.ground.assets import SHIPPED
from studio.music.melody import sample_melody, samples
from studio.music.score import Score
from studio.music.theory import Key, parse_key

MAJOR = [sample.id for sample in samples() if "major" in sample.key]
CARDS = ["bach-gan", "pop-gan"]  # a chord a beat, a chord a half bar


@pytest.fixture(scope="module")
def planner() -> Planner:
    return load()


@pytest.fixture(params=CARDS)
def card(request: pytest.FixtureRequest) -> Card:
    return Card.read(SHIPPED / request.param)


def marked(sample: str, key: str | None) -> Score:
    return replace(sample_melody(sample), key=key)


@pytest.mark.parametrize("key", ["C major", "A minor", "D major", None])
def test_a_minor_tune_is_minor_whatever_its_file_says(
    planner: Planner, card: Card, key: str | None
) -> None:
    found = QuantisedMelody.of(marked("greensleeves", key)).plan(planner, card)
    assert found.key == Key(9, minor=True)
    assert found.triads[-1] == 21
    first = QuantisedMelody.of(marked("greensleeves", key)).plans(planner, card, count=2)[0]
    assert first == found


@pytest.mark.parametrize("sample", MAJOR)
def test_a_major_tune_marked_so_stays_major(planner: Planner, card: Card, sample: str) -> None:
    melody = sample_melody(sample)
    found = QuantisedMelody.of(melody).plan(planner, card)
    assert found.key == parse_key(melody.key or "")
    assert found.triads[-1] == found.key.tonic


def test_a_signature_that_is_told_is_kept(planner: Planner, card: Card) -> None:
    """Do re mi re alone may be in C, F or G."""
    notes = sample_melody("twinkle").tracks[0].notes
    steps = (60, 62, 64, 62) * 8
    track = replace(sample_melody("twinkle").tracks[0], notes=tuple(
        replace(notes[0], start_tick=i * 480, pitch=pitch, duration_ticks=480)
        for i, pitch in enumerate(steps)
    ))  # fmt: skip
    for signature in (0, 5, 7):
        key = str(Key(signature))
        found = QuantisedMelody.of(Score((track,), key=key)).plan(planner, card)
        assert found.key.signature == signature
        inside = [triad % 12 in found.key.scale for triad in found.triads]
        assert np.mean(inside) >= 0.9
