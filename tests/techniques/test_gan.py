"""The GAN technique's own parts: texture, planes, networks, decoding."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.errors import BadModel
from studio.roll import PITCHES
from studio.techniques.contract import Part
from studio.techniques.gan import planes, texture
from studio.techniques.gan.decode import decode, leanings
from studio.techniques.gan.models import Models, load
from studio.techniques.gan.network import NOISE, Critic, Generator, binarise

PARTS = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@st.composite
def textures(draw: st.DrawFn) -> tuple[list[int], NDArray[np.int64]]:
    """Voices a part, and counts (part, 2, step) that can be played: no more is held than sounds."""
    voices = draw(PARTS)
    steps = draw(st.integers(1, 20))
    counts = np.zeros((len(voices), 2, steps), np.int64)
    for part, most in enumerate(voices):
        sounding = 0
        for step in range(steps):
            begin = draw(st.integers(0, most))
            hold = draw(st.integers(0, min(most - begin, sounding)))
            counts[part, :, step] = begin, hold
            sounding = begin + hold
    return voices, counts


@given(textures())
def test_a_texture_comes_back(case: tuple[list[int], NDArray[np.int64]]) -> None:
    voices, counts = case
    numbers = texture.encode_texture(counts, voices)
    assert numbers.shape == (len(voices), counts.shape[2])
    np.testing.assert_array_equal(texture.decode_texture(numbers, voices), counts)
    assert texture.one_hot(numbers, voices).sum() == numbers.size


@given(st.integers(1, 8))
def test_every_texture_of_a_part_has_its_own_number(voices: int) -> None:
    pairs = texture.classes(voices)
    assert len(set(pairs)) == len(pairs) == (voices + 1) * (voices + 2) // 2
    assert all(begin + hold <= voices for begin, hold in pairs)


def test_nothing_is_held_where_nothing_sounded() -> None:
    held_at_once = np.array([[texture.classes(2).index((0, 2))]])
    np.testing.assert_array_equal(texture.decode_texture(held_at_once, [2]), np.zeros((1, 2, 1)))


def test_the_past_is_what_was_played_then() -> None:
    present = np.eye(20, dtype=np.float32)
    past = texture.past_of(present, bar_steps=4).reshape(20, texture.LAGS, 20)
    for index, lag in enumerate(texture.lags(4)):
        for step in range(20):
            expected = present[step - lag] if step >= lag else np.zeros(20)
            np.testing.assert_array_equal(past[step, index], expected)


def test_the_recurrent_network_in_numpy_is_torchs_own() -> None:
    torch.manual_seed(0)
    prior = texture.TexturePrior([1, 3])
    weights = {name: value.detach().numpy() for name, value in prior.named_parameters()}
    steps = np.random.default_rng(0).normal(size=(12, prior.gru.input_size)).astype(np.float32)
    with torch.no_grad():
        expected = prior.gru(torch.from_numpy(steps)[None])[0][0].numpy()
    hidden = np.zeros(texture.HIDDEN, np.float32)
    for step, answer in zip(steps, expected, strict=True):
        hidden = texture._gru_step(weights, step, hidden)
        np.testing.assert_allclose(hidden, answer, atol=1e-5)


def test_a_part_rests_a_bar_at_most_and_closes_the_piece() -> None:
    """Even where the network would rather be silent for ever."""
    voices, bar_steps = [1, 2], 16
    prior = texture.TexturePrior(voices)
    with torch.no_grad():
        for name, value in prior.heads.named_parameters():
            value.zero_()
            if name.endswith("bias"):
                value[0] = 20.0  # class 0 is silence
    context = np.zeros((8 * bar_steps, texture._CONTEXT), np.float32)
    rng = np.random.default_rng(0)
    drawn = texture.sample_texture(prior, context, bar_steps, voices, 1.0, rng)
    sounding = drawn.sum(1).reshape(2, 8, bar_steps).any(2)
    assert (sounding[:, 1:] | sounding[:, :-1]).all()
    assert drawn[:, 0, 7 * bar_steps].all()


def test_phase_planes_know_bars_and_ends() -> None:
    phase = planes.phase_planes(32, 16)
    assert phase.shape == (planes.PHASE_PLANES, 32)
    assert np.flatnonzero(phase[0]).tolist() == [0, 16]
    assert np.flatnonzero(phase[1]).tolist() == list(range(0, 32, 4))
    assert phase[6].argmax() == 0
    assert phase[7].argmax() == 31
    inside = planes.phase_planes(16, 16, before=16, after=0)
    np.testing.assert_allclose(inside, phase[:, 16:])


def test_chord_planes_hold_tones_and_root() -> None:
    chords = planes.chord_planes([0, 21, 24])
    assert np.flatnonzero(chords[:12, 0]).tolist() == [0, 4, 7]
    assert np.flatnonzero(chords[12:, 0]).tolist() == [0]
    assert np.flatnonzero(chords[:12, 1]).tolist() == [0, 4, 9]
    assert np.flatnonzero(chords[12:, 1]).tolist() == [9]
    assert not chords[:, 2].any()


@pytest.mark.parametrize("steps", [1, 8, 16, 100, 128, 1024])
def test_the_generator_answers_at_any_length(steps: int) -> None:
    torch.manual_seed(0)
    generator = Generator(3, 8).eval()
    condition = torch.zeros(2, planes.condition_planes(3), steps)
    with torch.inference_mode():
        assert generator(condition, torch.zeros(2, NOISE)).shape == (2, 3, 2, steps, PITCHES)


def test_the_critic_has_one_word_a_window() -> None:
    critic = Critic(2, 8)
    band = torch.zeros(3, 2, 2, 128, PITCHES)
    scores, features = critic(band, torch.zeros(3, planes.condition_planes(2), 128))
    assert scores.shape == (3,)
    assert len(features) == 4


def test_binarising_gives_0_or_1_and_lets_the_gradient_through() -> None:
    logits = torch.tensor([-4.0, -0.1, 0.1, 4.0], requires_grad=True)
    cells = binarise(logits)
    torch.testing.assert_close(cells.detach(), torch.tensor([0.0, 0.0, 1.0, 1.0]))
    cells.sum().backward()  # type: ignore[no-untyped-call]
    probability = torch.sigmoid(logits.detach())
    assert logits.grad is not None
    torch.testing.assert_close(logits.grad, probability * (1 - probability))


def test_weights_come_back_and_others_are_refused() -> None:
    torch.manual_seed(0)
    models = Models([1, 2], 8)
    weights = {name: value.numpy() for name, value in models.state_dict().items()}
    loaded = load([1, 2], 8, weights, "cpu")
    assert not loaded.training
    for name, value in loaded.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), weights[name])
    for voices, width in (([1, 3], 8), ([1, 2], 16), ([1], 8), ([1, 2], 9)):
        with pytest.raises(BadModel, match="reinstall"):
            load(voices, width, weights, "cpu")


def decoded(part: Part, counts: list[tuple[int, int]], ceiling: int = 127) -> list[list[int]]:
    """What sounds at each step, for random odds on C major."""
    steps = len(counts)
    logits = np.random.default_rng(0).normal(size=(1, 2, steps, PITCHES)).astype(np.float32)
    silent = np.zeros((2, steps, PITCHES), np.uint8)
    lean = leanings(np.zeros(steps, np.int64), silent)
    drawn = np.array([counts]).transpose(0, 2, 1)
    [notes] = decode(logits, drawn, lean, [part], 0, np.full(steps, ceiling))
    return [
        sorted(n.pitch for n in notes if n.start_tick <= step * 120 < n.end_tick)
        for step in range(steps)
    ]


def test_as_many_notes_sound_as_the_texture_says() -> None:
    counts = [(3, 0), (0, 3), (1, 2), (0, 0), (2, 0), (0, 1)]
    sounding = decoded(Part("Keys", 0, 3, 48, 84), counts)
    assert [len(pitches) for pitches in sounding] == [3, 3, 3, 0, 2, 1]
    assert all(48 <= pitch <= 84 for pitches in sounding for pitch in pitches)
    for pitches in sounding:
        assert all(b - a > 1 for a, b in pairwise(pitches))


def test_a_single_voice_stays_under_the_melody() -> None:
    sounding = decoded(Part("Alto", 0, 1, 48, 84), [(1, 0)] * 16, ceiling=60)
    assert all(48 <= pitch < 60 for [pitch] in sounding)


def test_under_a_melody_that_leaves_no_room_a_voice_crosses_it_rather_than_fall_silent() -> None:
    sounding = decoded(Part("Alto", 0, 1, 48, 84), [(1, 0)] * 4, ceiling=48)
    assert all(48 <= pitch <= 84 for [pitch] in sounding)


def test_leanings_favour_chord_tones_and_shun_the_clash() -> None:
    melody = np.zeros((2, 1, PITCHES), np.uint8)
    melody[1, 0, 60 - 24] = 1  # C4 sounds over C major
    [lean] = leanings(np.zeros(1, np.int64), melody)
    by_pitch_class = {pitch % 12: float(lean[pitch - 24]) for pitch in range(48, 60)}
    assert by_pitch_class[4] == by_pitch_class[7] == max(by_pitch_class.values())
    assert sorted(by_pitch_class, key=lambda pc: by_pitch_class[pc])[:3] in ([1, 6, 11], [6, 1, 11])
