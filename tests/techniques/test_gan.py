"""The GAN technique's own parts: texture, planes, networks, decoding."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from studio.ground.errors import BadModel
from studio.music.instruments import KIT, Part
from studio.music.roll import PITCHES, beat_steps
from studio.music.score import STEP_TICKS, Metre
from studio.techniques.gan import Gan, planes, sampling, texture
from studio.techniques.gan.compose import form_of
from studio.techniques.gan.decode import decode, leanings
from studio.techniques.gan.network import NOISE, Critic, Generator, Models, _streams, binarise
from studio.techniques.weights import Weights

PARTS = st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=4)


def load(parts: list[Part], width: int, weights: Weights) -> Models:
    """The networks with their weights."""
    built: Models = Gan().build(parts, Gan.Settings(width=width), weights, "cpu")
    return built


def part(voices: int, is_drum: bool = False) -> Part:
    return Part("Drums" if is_drum else "Keys", 0, voices, 36, 84, is_drum=is_drum)


@st.composite
def textures(draw: st.DrawFn) -> tuple[list[Part], NDArray[np.int64]]:
    """Parts, and counts (part, 2, step) that they can play: no more is held than sounds, no drum is
    held."""
    parts = [part(voices, is_drum) for voices, is_drum in draw(PARTS)]
    steps = draw(st.integers(1, 20))
    counts = np.zeros((len(parts), 2, steps), np.int64)
    for index, one in enumerate(parts):
        sounding = 0
        for step in range(steps):
            begin = draw(st.integers(0, one.voices))
            most = 0 if one.is_drum else min(one.voices - begin, sounding)
            hold = draw(st.integers(0, most))
            counts[index, :, step] = begin, hold
            sounding = begin + hold
    return parts, counts


@given(textures())
def test_a_texture_comes_back(case: tuple[list[Part], NDArray[np.int64]]) -> None:
    parts, counts = case
    numbers = texture.encode_texture(counts, parts)
    assert numbers.shape == (len(parts), counts.shape[2])
    np.testing.assert_array_equal(texture.decode_texture(numbers, parts), counts)
    assert texture.one_hot(numbers, parts).sum() == numbers.size


@given(st.integers(1, 8))
def test_every_texture_of_a_part_has_its_own_number(voices: int) -> None:
    pairs = texture.classes(part(voices))
    assert len(set(pairs)) == len(pairs) == (voices + 1) * (voices + 2) // 2
    assert all(begin + hold <= voices for begin, hold in pairs)
    assert texture.classes(part(voices, True)) == [(begin, 0) for begin in range(voices + 1)]


def test_nothing_is_held_where_nothing_sounded() -> None:
    held_at_once = np.array([[texture.classes(part(2)).index((0, 2))]])
    np.testing.assert_array_equal(
        texture.decode_texture(held_at_once, [part(2)]), np.zeros((1, 2, 1))
    )


def test_the_past_is_what_was_played_then() -> None:
    present = np.eye(20, dtype=np.float32)
    past = texture.past_of(present, bar_steps=4).reshape(20, texture.LAGS, 20)
    for index, lag in enumerate(texture.lags(4)):
        for step in range(20):
            expected = present[step - lag] if step >= lag else np.zeros(20)
            np.testing.assert_array_equal(past[step, index], expected)


def test_the_recurrent_network_in_numpy_is_torchs_own() -> None:
    torch.manual_seed(0)
    prior = texture.TexturePrior([part(1), part(3)])
    weights = {name: value.detach().numpy() for name, value in prior.named_parameters()}
    steps = np.random.default_rng(0).normal(size=(2, 12, prior.gru.input_size)).astype(np.float32)
    with torch.no_grad():
        expected = prior.gru(torch.from_numpy(steps))[0].numpy()
    hidden = np.zeros((2, texture.HIDDEN), np.float32)
    for step in range(12):
        hidden = sampling._gru_step(weights, steps[:, step], hidden)
        np.testing.assert_allclose(hidden, expected[:, step], atol=1e-5)


def constant_prior(parts: list[Part], silence: float) -> texture.TexturePrior:
    """A prior whose log odds of silence are `silence` everywhere, the others' 0."""
    prior = texture.TexturePrior(parts)
    with torch.no_grad():
        for name, value in prior.heads.named_parameters():
            value.zero_()
            if name.endswith("bias"):
                value[0] = silence
    return prior


def test_a_part_rests_a_bar_at_most_and_closes_the_piece() -> None:
    """Even where the network would rather be silent for ever."""
    parts, bar_steps = [part(1), part(2)], 16
    prior = constant_prior(parts, 20.0)
    context = np.zeros((3, 8 * bar_steps, texture._CONTEXT), np.float32)
    chance = np.random.default_rng(0).random((3, 8 * bar_steps, 2))
    closing = 7 * bar_steps + 8
    drawn = sampling.sample_textures(prior, context, bar_steps, 4, parts, chance, closing=closing)
    sounding = drawn.sum(2) > 0
    longest = 0
    for row in sounding.reshape(-1, 8 * bar_steps):
        edges = np.flatnonzero(np.concatenate([[True], row, [True]]))
        longest = max(longest, int(np.diff(edges).max()) - 1)
    assert bar_steps <= longest < bar_steps + 4, "a bar, and what is left of the beat"
    assert drawn[:, :, 0, closing].all()


def test_held_notes_that_never_began_are_rests() -> None:
    """A prior that would hold for ever, where nothing has sounded yet."""
    parts = [part(2)]
    prior = constant_prior(parts, 0.0)
    biases = dict(prior.heads.named_parameters())
    with torch.no_grad():
        biases["0.bias"][texture.classes(parts[0]).index((0, 2))] = 20.0
    context = np.zeros((1, 64, texture._CONTEXT), np.float32)
    chance = np.random.default_rng(0).random((1, 64, 1))
    drawn = sampling.sample_textures(prior, context, 16, 4, parts, chance)
    assert drawn[0, 0, 0, :20].any()


def test_a_texture_does_not_depend_on_what_is_drawn_beside_it() -> None:
    torch.manual_seed(0)
    parts = [part(1), part(3), part(4, True)]
    prior = texture.TexturePrior(parts)
    rng = np.random.default_rng(0)
    context = rng.normal(size=(4, 32, texture._CONTEXT)).astype(np.float32)
    chance = rng.random((4, 32, 3))
    together = sampling.sample_textures(prior, context, 16, 4, parts, chance)
    alone = sampling.sample_textures(prior, context[2:3], 16, 4, parts, chance[2:3])
    np.testing.assert_array_equal(together[2:3], alone)


def test_a_quiet_prior_is_made_as_busy_as_people() -> None:
    parts = [part(1), part(4, True)]
    prior = constant_prior(parts, 2.5)
    context = np.zeros((16, 64, texture._CONTEXT), np.float32)
    wanted = np.array([20.0, 30.0])
    sampling.find_busyness(prior, context, 16, 4, parts, wanted)
    busyness = prior.busyness.numpy()
    assert busyness[0] > 0, "its rhythm was too quiet"
    chance = np.random.default_rng(1).random((16, 64, 2))
    drawn = sampling.sample_textures(prior, context, 16, 4, parts, chance)
    np.testing.assert_allclose(drawn[:, :, 0].sum(2).mean(0), wanted, rtol=0.2)


def test_phase_planes_know_bars_and_ends() -> None:
    phase = planes.phase_planes(32, 16)
    assert phase.shape == (planes.PHASE_PLANES, 32)
    assert np.flatnonzero(phase[0]).tolist() == [0, 16]
    assert np.flatnonzero(phase[1]).tolist() == list(range(0, 32, 4))
    assert phase[6].argmax() == 0
    assert phase[7].argmax() == 31
    inside = planes.phase_planes(16, 16, 4, before=16, after=0)
    np.testing.assert_allclose(inside, phase[:, 16:])


@pytest.mark.parametrize("bars", [1, 8, 15, 16, 64])
def test_a_piece_closes_in_its_last_bar_and_opens_where_it_is_long(bars: int) -> None:
    phase = planes.piece_planes(16 * bars, 16, 4)
    closing = np.flatnonzero(phase[7])
    assert closing.tolist() == list(range(16 * (bars - 1), 16 * bars))
    assert phase[7].argmax() == 16 * bars - 1
    assert (phase[6, 0] > 0.9) == (bars >= 16)
    assert np.flatnonzero(phase[0]).tolist() == list(range(0, 16 * bars, 16))


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
    critic = Critic([False, True], 8)
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
    models = Models([part(1), part(2)], 8)
    weights = {name: value.numpy() for name, value in models.state_dict().items()}
    loaded = load([part(1), part(2)], 8, weights)
    assert not loaded.training
    for name, value in loaded.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), weights[name])
    for voices, width in (((1, 3), 8), ((1, 2), 16), ((1,), 8), ((1, 2), 9)):
        with pytest.raises(BadModel, match="reinstall"):
            load([part(count) for count in voices], width, weights)


def decoded(player: Part, counts: list[tuple[int, int]], ceiling: int = 127) -> list[list[int]]:
    """What sounds at each step, for random odds on C major."""
    steps = len(counts)
    logits = np.random.default_rng(0).normal(size=(1, 2, steps, PITCHES)).astype(np.float32)
    silent = np.zeros((2, steps, PITCHES), np.uint8)
    lean = leanings([(0, 4, 7)] * steps, silent)
    drawn = np.array([counts]).transpose(0, 2, 1)
    no_chance = np.zeros((1, steps, PITCHES), np.float32)
    [notes] = decode(logits, no_chance, drawn, lean[None], [player], 0, np.full(steps, ceiling))
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


def test_chance_finds_other_notes_in_the_same_register() -> None:
    """Voicings differ from seed to seed, and none strays further than a third."""
    steps = 40
    logits = np.zeros((1, 2, steps, PITCHES), np.float32)
    logits[..., [36, 40, 43]] = 3.0  # C4 E4 G4
    drawn = np.array([[3] * steps, [0] * steps])[None]
    lean = np.zeros((steps, PITCHES), np.float32)
    keys = Part("Keys", 0, 3, 36, 84)
    chords = set()
    for scale in (0.0, 2.0):
        chance = np.random.default_rng(0).gumbel(size=(1, steps, PITCHES)).astype(np.float32)
        [notes] = decode(logits, scale * chance, drawn, lean[None], [keys], 0, np.full(steps, 127))
        found = {tuple(n.pitch for n in notes if n.start_tick == s * 120) for s in range(steps)}
        assert all(57 <= pitch <= 70 for chord in found for pitch in chord)
        if scale == 0.0:
            assert found == {(60, 64, 67)}
        chords |= found
    assert len(chords) > steps / 2


def test_a_single_voice_stays_under_the_melody() -> None:
    sounding = decoded(Part("Alto", 0, 1, 48, 84), [(1, 0)] * 16, ceiling=60)
    assert all(48 <= pitch < 60 for [pitch] in sounding)


def test_under_a_melody_that_leaves_no_room_a_voice_crosses_it_rather_than_fall_silent() -> None:
    sounding = decoded(Part("Alto", 0, 1, 48, 84), [(1, 0)] * 4, ceiling=48)
    assert all(48 <= pitch <= 84 for [pitch] in sounding)


def test_drums_strike_the_kit_as_often_as_the_texture_says() -> None:
    counts = np.array([3, 0, 1, 4] * 4)
    logits = np.random.default_rng(0).normal(size=(1, 2, 16, PITCHES)).astype(np.float32)
    drawn = np.stack([counts, np.zeros(16, np.int64)])[None]
    no_lean = np.zeros((16, PITCHES), np.float32)
    kit = Part("Drums", 0, 4, 36, 51, is_drum=True)
    moved = [
        decode(logits, no_lean[None], drawn, no_lean[None], [kit], shift, np.full(16, 60))
        for shift in (0, 5)
    ]
    assert moved[0] == moved[1], "a kit does not follow the key"
    [notes] = moved[0]
    assert {note.pitch for note in notes} <= set(KIT)
    assert {note.duration_ticks for note in notes} == {STEP_TICKS}
    strokes = [sum(note.start_tick == step * STEP_TICKS for note in notes) for step in range(16)]
    assert strokes == counts.tolist()


def test_the_critic_hears_no_harmony_in_drums() -> None:
    torch.manual_seed(0)
    condition = torch.rand(1, planes.condition_planes(2), 128)
    band = torch.zeros(1, 2, 2, 128, PITCHES)
    band[:, 1, 1, :, 14] = 1.0  # only the second part sounds
    for drums, heard in (([False, True], False), ([False, False], True)):
        streams = _streams(band, condition, Critic(drums, 8).pitched)
        assert bool(streams[:, -3:].any()) is heard


def phrases(*numbers: int) -> NDArray[np.uint8]:
    """A melody's roll of four-bar phrases of 4/4, the same number the same tune."""
    melody = np.zeros((2, 64 * len(numbers), PITCHES), np.uint8)
    for place, number in enumerate(numbers):
        tune = np.random.default_rng(number).integers(30, 50, 16)
        melody[0, 64 * place + 4 * np.arange(16), tune] = 1
    return melody


def test_phrases_that_come_back_are_drawn_as_before() -> None:
    form = form_of(phrases(1, 2, 1, 1), 16)
    assert form.source.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 0, 1, 2, 3]
    drawn = form.spread(np.arange(form.bars * 16 * 3).reshape(form.bars, 16, 3))
    assert drawn.shape == (256, 3)
    np.testing.assert_array_equal(drawn[128:192], drawn[:64])
    assert not np.array_equal(drawn[64:128], drawn[:64])


@pytest.mark.parametrize("bars", [1, 3, 4, 5, 7, 11])
def test_any_length_has_a_form(bars: int) -> None:
    form = form_of(phrases(1, 1, 1)[:, : 12 * bars], 12)
    assert form.bars == bars
    assert (form.source <= np.arange(bars)).all()


def test_a_compound_metre_has_two_beats_a_bar() -> None:
    phase = planes.phase_planes(12, 12, beat_steps(Metre(6, 8)))
    assert np.flatnonzero(phase[1]).tolist() == [0, 6]
    waltz = planes.phase_planes(12, 12, beat_steps(Metre(3, 4)))
    assert np.flatnonzero(waltz[1]).tolist() == [0, 4, 8]


def test_the_last_chord_is_closed_by_all_and_its_root_by_the_bass() -> None:
    silent = np.zeros((2, 32, PITCHES), np.uint8)
    chords = [(7, 11, 2, 5)] * 24 + [(0, 4, 7)] * 8  # G7, then C in the last bar
    keys, bass = (leanings(chords, silent, 24, is_bass) for is_bass in (False, True))
    pitch_classes = np.arange(PITCHES) % 12
    assert set(pitch_classes[keys[24] == keys[24].max()]) == {0, 4, 7}
    assert set(pitch_classes[bass[24] == bass[24].max()]) == {0}
    np.testing.assert_array_equal(keys[:24], leanings(chords, silent)[:24])
    by_pitch_class = {pitch % 12: float(keys[0, pitch]) for pitch in range(24, 36)}
    wanted = sorted(by_pitch_class, key=lambda pc: -by_pitch_class[pc])[:4]
    assert set(wanted) == {7, 11, 2, 5}, "the seventh belongs to the chord"


def test_leanings_favour_chord_tones_and_shun_the_clash() -> None:
    melody = np.zeros((2, 1, PITCHES), np.uint8)
    melody[1, 0, 60 - 24] = 1  # C4 sounds over C major
    [lean] = leanings([(0, 4, 7)], melody)
    by_pitch_class = {pitch % 12: float(lean[pitch - 24]) for pitch in range(48, 60)}
    assert by_pitch_class[4] == by_pitch_class[7] == max(by_pitch_class.values())
    assert sorted(by_pitch_class, key=lambda pc: by_pitch_class[pc])[:3] in ([1, 6, 11], [6, 1, 11])
