"""What a file says of its key is trusted as far as it goes: many programs write C major into every
file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import ROOT, line

from studio.catalog import Card
from studio.chords import Planner, load
from studio.composing.quantised_melody import QuantisedMelody
from studio.ground.assets import SHIPPED
from studio.music import midi
from studio.music.melody import from_file, sample_melody, samples
from studio.music.score import Score, Track, transpose
from studio.music.theory import Key, parse_key, read_key

CASES = ROOT / "tests" / "cases"
MAJOR = [sample.id for sample in samples() if "major" in sample.key]
# do re mi re alone may be in C, F or G
DO_RE_MI = Track("Melody", line([60, 62, 64, 62] * 8))
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


@pytest.mark.parametrize(
    ("name", "key"),
    [("key_c_by_default", "G major"), ("key_two_at_0", "G major"), ("key_mode_255", "Bb major"),
     ("key_g_flat", "Gb major")],
)  # fmt: skip
def test_the_key_of_a_file(planner: Planner, card: Card, name: str, key: str) -> None:
    melody = from_file(midi.read_path(CASES / f"{name}.mid")).score
    assert str(QuantisedMelody.of(melody).plan(planner, card).key) == key


@pytest.mark.parametrize("fifths", [-5, -3, -1, 1, 2, 4, 6])
@pytest.mark.parametrize("default", ["C major", "A minor"])
def test_a_key_that_programs_write_by_default_is_none(
    planner: Planner, card: Card, fifths: int, default: str
) -> None:
    melody = sample_melody("ode-to-joy")
    home = parse_key(melody.key or "")
    assert home is not None
    turn = (7 * fifths - home.signature) % 12
    turned = replace(melody, tracks=(transpose(melody.tracks[0], turn),), key=default)
    assert QuantisedMelody.of(turned).plan(planner, card).key == Key.of_signature(fifths)


@pytest.mark.parametrize("name", ["E flat minor", "B major", "F# minor", "G♭ major", "c minor"])
def test_a_key_that_is_set_is_kept_whatever_the_notes_say(
    planner: Planner, card: Card, name: str
) -> None:
    wanted = read_key(name)
    melody = QuantisedMelody.of(sample_melody("twinkle"))
    found = melody.plan(planner, card, key=wanted)
    assert (found.key, str(found.key)) == (wanted, str(wanted))
    assert all(each.key == wanted for each in melody.plans(planner, card, key=wanted, count=2))


@pytest.mark.parametrize("name", ["C major", "F major", "G major", "A minor", "D minor"])
def test_what_may_be_in_several_keys_is_in_the_one_that_is_set(
    planner: Planner, card: Card, name: str
) -> None:
    wanted = read_key(name)
    found = QuantisedMelody.of(Score((DO_RE_MI,))).plan(planner, card, key=wanted)
    assert found.key == wanted
    assert np.mean([triad % 12 in wanted.scale for triad in found.triads]) >= 0.9


def test_a_signature_that_is_told_is_kept(planner: Planner, card: Card) -> None:
    for signature in (5, 7):
        key = str(Key(signature))
        found = QuantisedMelody.of(Score((DO_RE_MI,), key=key)).plan(planner, card)
        assert found.key.signature == signature
        inside = [triad % 12 in found.key.scale for triad in found.triads]
        assert np.mean(inside) >= 0.9
