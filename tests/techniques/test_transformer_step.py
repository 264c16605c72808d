"""The decoding step without torch: it reads and chooses as the network does, and obeys what is
asked."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import torch
from helpers import ROOT
from numpy.typing import NDArray
from safetensors.numpy import load_file

from studio.ground import assets
from studio.ground.errors import BadModel
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding import (
    kernels,
    sampling_kernel,
    step,
)
from studio.techniques.transformer.decoding.prefill import prefill
from studio.techniques.transformer.decoding.sampling import (
    Limits,
    chord_logits,
    distributions,
    no_limits,
    sample,
    sample_logits,
    warm_up,
)
from studio.techniques.transformer.decoding.step import copy_cache, decode_step, empty_cache
from studio.techniques.transformer.decoding.weights import DecoderWeights, pack
from studio.techniques.transformer.network import Network
from studio.techniques.transformer.parameters import shapes, with_current_names
from studio.techniques.transformer.sheet import Floats

ROOM = Path(kernels.__file__).parent
NOTE_SIZES = (v.POSITIONS, len(v.ROLES), v.SOUNDS, len(v.DURATIONS), v.LOUDNESSES)


@pytest.fixture(scope="module")
def network() -> Network:
    """Two layers of two heads, with weights that all matter, as 16 bits hold them."""
    torch.manual_seed(3)
    network = Network(128, 2, 0.0).eval().requires_grad_(False)
    for name, weight in network.named_parameters():
        if not name.startswith(("column_embeddings", "choice_embeddings")):
            weight.normal_(float(name.endswith("gain")), 0.1)
        weight.copy_(weight.half().float())
    return network


@pytest.fixture(scope="module")
def weights(network: Network) -> DecoderWeights:
    return pack({name: value.numpy() for name, value in network.state_dict().items()})


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def assert_close(found: Floats, wanted: Floats) -> None:
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4)


def some_rows(rng: np.random.Generator, count: int) -> v.Rows:
    columns = [rng.integers(0, size, count) for size in v.SIZES]
    return np.stack([*columns, np.sort(rng.integers(0, 1000, count))], 1)


def read_by_torch(network: Network, rows: v.Rows) -> Floats:
    known: Floats = network(torch.from_numpy(rows)[None])[0].numpy()
    return known


def fresh(limits: Limits) -> Limits:
    return Limits._make(column.copy() for column in limits)


def of_one(limits: Limits, sequence: int) -> Limits:
    return Limits._make(column[sequence : sequence + 1].copy() for column in limits)


def some_limits(rng: np.random.Generator, count: int) -> Limits:
    """Biases of all kinds, many of them forbidding; any last note; any cut."""

    def bias(*shape: int) -> Floats:
        kinds = rng.integers(0, 4, shape)
        found = rng.normal(0, 1, shape)
        found[kinds == 0], found[kinds == 1] = -np.inf, -1e9
        return found.astype(np.float32)

    limits = no_limits(count)
    last = np.stack([rng.integers(-1, size, count) for size in (32, v.NO_ROLE, v.SOUNDS)], 1)
    last[last[:, 0] < 0] = -1
    return limits._replace(
        context=(rng.random(limits.context.shape) < 0.3).astype(np.float32),
        earliest=rng.integers(0, v.POSITIONS, count),
        last=last,
        position_bias=bias(*limits.position_bias.shape),
        role_bias=bias(*limits.role_bias.shape),
        sound_bias=bias(*limits.sound_bias.shape),
        temperature=rng.choice([0.0, 0.5, 1.0, 2.0], (count, 5)).astype(np.float32),
        top_k=rng.choice([0, 1, 5], count),
        top_p=rng.choice([0.0, 0.5, 0.9, 1.0], count).astype(np.float32),
        cut=rng.random((count, 5)) < 0.8,
        sing=rng.random(count) < 0.3,
    )


# Weights


def test_the_parameters_are_the_networks(network: Network) -> None:
    assert shapes(128, 2) == {name: tuple(w.shape) for name, w in network.state_dict().items()}


def test_weights_of_older_files_are_known_by_their_new_names(network: Network) -> None:
    shipped = load_file(assets.SHIPPED / "pop-transformer" / "weights.safetensors")
    assert "blocks.0.ask.weight" in shipped
    renamed = with_current_names(shipped)
    layers = sum(name.endswith("qkv.weight") for name in renamed)
    width = len(renamed["norm.gain"])
    assert {name: value.shape for name, value in renamed.items()} == shapes(width, layers)
    for old, new in (("blocks.1.answer.weight", "blocks.1.out.weight"),
                     ("tables.3.weight", "column_embeddings.3.weight"),
                     ("chosen_role.weight", "choice_embeddings.role.weight"),
                     ("role.2.bias", "heads.role.2.bias")):  # fmt: skip
        assert renamed[new] is shipped[old]
    assert with_current_names(renamed) == renamed
    assert [*with_current_names({"network/blocks.0.gate.weight": 0})] == [
        "network/blocks.0.gate_up.weight"
    ]


def test_a_weight_that_is_there_under_both_names_is_refused(network: Network) -> None:
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    weights["blocks.0.ask.weight"] = weights["blocks.0.qkv.weight"]
    with pytest.raises(BadModel):
        pack(weights)


def test_half_precision_is_the_same(network: Network, weights: DecoderWeights) -> None:
    half = pack({name: value.half().numpy() for name, value in network.state_dict().items()})
    np.testing.assert_array_equal(half.qkv, weights.qkv)
    np.testing.assert_array_equal(half.column_embeddings, weights.column_embeddings)


@pytest.mark.parametrize("change", ["missing", "more", "shape", "none", "width"])
def test_weights_that_do_not_fit_are_refused(network: Network, change: str) -> None:
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    if change == "missing":
        del weights["blocks.1.gate_up.weight"]
    elif change == "more":
        weights["blocks.2.gate_up.weight"] = weights["blocks.1.gate_up.weight"]
    elif change == "shape":
        weights["heads.sound.2.weight"] = weights["heads.sound.2.weight"][:-1]
    elif change == "none":
        weights = {}
    else:
        weights["column_embeddings.0.weight"] = weights["column_embeddings.0.weight"][:, :100]
    with pytest.raises(BadModel):
        pack(weights)


# Reading


def test_reading_many_rows_at_once_is_the_networks_reading(
    network: Network, weights: DecoderWeights, rng: np.random.Generator
) -> None:
    rows = some_rows(rng, 300)
    known = read_by_torch(network, rows)
    cache = empty_cache(weights, 2, 300)
    for first, last in ((0, 20), (20, 21), (21, 300)):
        state = prefill(weights, cache, 1, rows[first:last])
        assert_close(state, known[last - 1])
    assert cache.length.tolist() == [0, 300]


def test_reading_row_by_row_is_the_networks_reading(
    network: Network, weights: DecoderWeights, rng: np.random.Generator
) -> None:
    rows = [some_rows(rng, 40) for _ in range(4)]
    known = [read_by_torch(network, each) for each in rows]
    cache = empty_cache(weights, 4, 40)
    states = np.zeros((4, 128), np.float32)
    # the third sequence begins with 13 rows at once, and goes on with single ones
    states[2] = prefill(weights, cache, 2, rows[2][:13])
    while (cache.length < 40).any():
        active = (cache.length < 40) & (rng.random(4) < 0.7)
        row = np.stack([rows[i][min(n, 39)] for i, n in enumerate(cache.length)])
        before = states.copy()
        decode_step(weights, cache, row, active, states)
        np.testing.assert_array_equal(states[~active], before[~active])
        for i in np.flatnonzero(active):
            assert_close(states[i], known[i][cache.length[i] - 1])


def test_after_single_rows_many_can_be_read(
    network: Network, weights: DecoderWeights, rng: np.random.Generator
) -> None:
    rows = some_rows(rng, 30)
    cache = empty_cache(weights, 1, 30)
    states = np.zeros((1, 128), np.float32)
    for row in rows[:9]:
        decode_step(weights, cache, row[None], np.ones(1, bool), states)
    state = prefill(weights, cache, 0, rows[9:])
    assert_close(state, read_by_torch(network, rows)[-1])


def test_a_sequence_is_the_same_to_the_bit_alone_or_among_others(
    weights: DecoderWeights, rng: np.random.Generator
) -> None:
    rows = [some_rows(rng, 25) for _ in range(6)]
    together, alone = empty_cache(weights, 6, 25), empty_cache(weights, 6, 25)
    states, single = np.zeros((6, 128), np.float32), np.zeros((6, 128), np.float32)
    for place in range(25):
        row = np.stack([each[place] for each in rows])
        decode_step(weights, together, row, np.ones(6, bool), states)
        for i in range(6):
            decode_step(weights, alone, row, np.arange(6) == i, single)
    np.testing.assert_array_equal(states, single)
    limits, draws = some_limits(rng, 6), rng.random((6, 5))
    notes, each_note = np.zeros((6, 5), np.int64), np.zeros((6, 5), np.int64)
    sample(weights, states, np.ones(6, bool), limits, draws, notes)
    for i in range(6):
        sample(weights, states, np.arange(6) == i, limits, draws, each_note)
    np.testing.assert_array_equal(notes, each_note)


def test_what_one_sequence_read_can_be_shared(
    network: Network, weights: DecoderWeights, rng: np.random.Generator
) -> None:
    rows = some_rows(rng, 20)
    cache = empty_cache(weights, 3, 20)
    prefill(weights, cache, 0, some_rows(rng, 20))
    prefill(weights, cache, 1, rows[:19])
    copy_cache(cache, 1, [0, 2])
    states = np.zeros((3, 128), np.float32)
    decode_step(weights, cache, np.stack([rows[19]] * 3), np.array([True, False, True]), states)
    known = read_by_torch(network, rows)[-1]
    assert_close(states[[0, 2]], np.stack([known, known]))


def test_a_full_memory_and_a_row_that_is_none_are_refused(
    weights: DecoderWeights, rng: np.random.Generator
) -> None:
    rows = some_rows(rng, 5)
    cache = empty_cache(weights, 2, 4)
    active, states = np.array([False, True]), np.zeros((2, 128), np.float32)
    with pytest.raises(ValueError, match="cache"):
        prefill(weights, cache, 1, rows)
    with pytest.raises(ValueError, match="vocabulary"):
        prefill(weights, cache, 1, rows[:0])
    prefill(weights, cache, 1, rows[:3])
    for column in (0, 5, 9):
        for value in (-1, v.SIZES[column]):
            wrong = rows[:2].copy()
            wrong[1, column] = value
            with pytest.raises(ValueError, match="vocabulary"):
                prefill(weights, cache, 1, wrong[1:])
            with pytest.raises(ValueError, match="vocabulary"):
                decode_step(weights, cache, wrong, active, states)
    assert cache.length.tolist() == [0, 3]
    decode_step(weights, cache, rows[:2], active, states)
    with pytest.raises(ValueError, match="cache"):
        decode_step(weights, cache, rows[:2], active, states)
    assert cache.length.tolist() == [0, 4]


# Choosing


@pytest.mark.parametrize("sings", [False, True])
def test_the_odds_are_those_of_the_networks_heads(
    network: Network, weights: DecoderWeights, rng: np.random.Generator, sings: bool
) -> None:
    state = rng.normal(0, 1, 128).astype(np.float32)
    limits = no_limits(1)
    limits.context[:] = rng.random(limits.context.shape) < 0.3
    for bias in (limits.position_bias, limits.role_bias, limits.sound_bias):
        bias[:] = rng.normal(0, 1, bias.shape)
    limits.temperature[:], limits.sing[:] = 1.7, sings
    role = v.MELODY_ROLE if sings else 3
    chosen = np.array([6, role, 41, 7, 9])
    odds, kept = distributions(weights, state, limits, chosen)

    known = torch.from_numpy(state)
    around = network.context(torch.from_numpy(limits.context[0, 6]))
    biases = (
        limits.position_bias[0],
        limits.role_bias[0],
        limits.sound_bias[0, 6, 0 if sings else 3],
        0,
        0,
    )
    heads = [*network.heads.values()][:5]
    embeddings = [*network.choice_embeddings.values()]
    for i, (head, bias) in enumerate(zip(heads, biases, strict=True)):
        wanted = ((head(known) + torch.as_tensor(bias)) / 1.7).softmax(-1)
        if i == 1 and sings:
            assert not odds[i].any()
            assert not kept[i].any()
        else:
            assert_close(odds[i], wanted.numpy())
            assert kept[i].all()
        if i < 4:
            known = known + embeddings[i](torch.tensor(chosen[i]))
        if i == 0:
            known = known + around


def test_a_chords_odds_are_those_of_the_networks_head(
    network: Network, weights: DecoderWeights, rng: np.random.Generator
) -> None:
    state = rng.normal(0, 1, 128).astype(np.float32)
    wanted = network.heads["chord"](torch.from_numpy(state)).numpy()
    assert_close(chord_logits(weights, state), wanted)


def test_a_bars_end_is_a_position_and_nothing_else(
    weights: DecoderWeights, rng: np.random.Generator
) -> None:
    limits = no_limits(2)
    limits.position_bias[0, : v.END] = -np.inf
    states = rng.normal(0, 1, (2, 128)).astype(np.float32)
    notes = np.full((2, 5), 77)
    sample(weights, states, np.array([True, False]), limits, rng.random((2, 5)), notes)
    assert notes.tolist() == [[v.END, -1, -1, -1, -1], [77] * 5]
    odds, _ = distributions(weights, states[0], of_one(limits, 0), notes[0])
    assert odds[0][v.END] == pytest.approx(1)
    assert not any(other.any() for other in odds[1:])


def openings(limits: Limits, s: int) -> NDArray[np.bool_]:
    """The promise in plain words: which (position, role, sound) may be chosen; a melody's role is
    the last."""
    allowed = np.zeros((v.LONGEST_BAR, v.NO_ROLE, v.SOUNDS), bool)
    last = tuple(limits.last[s].tolist())
    for position in range(v.LONGEST_BAR):
        for role in [v.MELODY_ROLE] if limits.sing[s] else range(len(v.ROLES)):
            bias = limits.sound_bias[s, position, 0 if limits.sing[s] else role] > -1e8
            bias &= np.array([(position, role, sound) > last for sound in range(v.SOUNDS)])
            bias &= bool(limits.sing[s] or limits.role_bias[s, role] > -1e8)
            bias &= bool(
                limits.position_bias[s, position] > -1e8 and position >= limits.earliest[s]
            )
            allowed[position, role] = bias
    return allowed


def test_nothing_forbidden_is_chosen(weights: DecoderWeights, rng: np.random.Generator) -> None:
    forced = 0
    for _ in range(12):
        limits = some_limits(rng, 16)
        limits.role_bias[:4] = -np.inf  # these have nothing left but the bar's end
        limits.position_bias[2:6, v.END] = -np.inf
        states = rng.normal(0, 2, (16, 128)).astype(np.float32)
        notes = np.zeros((16, 5), np.int64)
        sample(weights, states, np.ones(16, bool), limits, rng.random((16, 5)), notes)
        for s, (position, role, sound, duration, loudness) in enumerate(notes.tolist()):
            allowed = openings(limits, s)
            may_end = limits.position_bias[s, v.END] > -1e8
            if not allowed.any() and not may_end:
                forced += 1
                continue
            if position == v.END:
                assert may_end
                continue
            assert allowed[position, role, sound]
            assert 0 <= duration < len(v.DURATIONS)
            assert 0 <= loudness < v.LOUDNESSES
    assert forced


@pytest.mark.parametrize("sings", [False, True])
def test_notes_go_up_however_likely_a_step_back_is(weights: DecoderWeights, sings: bool) -> None:
    limits = no_limits(1)
    role = v.MELODY_ROLE if sings else 4
    limits.sing[:] = sings
    limits.last[0] = 5, role, 60
    limits.position_bias[0, 5], limits.position_bias[0, :5] = 50, 90
    limits.role_bias[0, 4], limits.role_bias[0, :4] = 50, 90
    limits.sound_bias[0, :, :, 61], limits.sound_bias[0, :, :, :61] = 50, 90
    notes = np.zeros((1, 5), np.int64)
    states, active, draws = np.ones((1, 128), np.float32), np.ones(1, bool), np.full((1, 5), 0.5)
    sample(weights, states, active, limits, draws, notes)
    assert notes[0, :3].tolist() == [5, role, 61]
    limits.earliest[0] = 6
    sample(weights, states, active, limits, draws, notes)
    assert notes[0, 0] > 5


def test_a_place_with_nothing_left_to_play_is_passed_by(weights: DecoderWeights) -> None:
    limits = no_limits(1)
    limits.last[0] = 5, 4, 60
    limits.position_bias[0, 5] = 90
    limits.role_bias[0, 5:], limits.sound_bias[0, 5, 4, 61:] = -np.inf, -1e9
    notes = np.zeros((1, 5), np.int64)
    sample(weights, np.ones((1, 128), np.float32), np.ones(1, bool), limits, np.ones((1, 5)), notes)
    assert notes[0, 0] > 5


def test_where_all_is_forbidden_the_least_forbidden_is_chosen(weights: DecoderWeights) -> None:
    limits = no_limits(1)
    limits.position_bias[:] = -1e9
    limits.position_bias[0, 5] = -2e8
    limits.role_bias[:] = -np.inf
    limits.role_bias[0, 4] = -3e38
    limits.sound_bias[:] = -np.inf
    limits.last[0] = 5, 4, 91
    notes = np.zeros((1, 5), np.int64)
    states = np.ones((1, 128), np.float32)
    sample(weights, states, np.ones(1, bool), limits, np.full((1, 5), 0.5), notes)
    assert notes[0, :3].tolist() == [5, 4, 92]
    limits.last[0, 2] = v.SOUNDS - 1  # and no sound is higher
    sample(weights, states, np.ones(1, bool), limits, np.full((1, 5), 0.5), notes)
    assert notes[0, :2].tolist() == [5, 4]
    assert 0 <= notes[0, 2] < v.SOUNDS


def test_notes_fall_as_their_odds_say(weights: DecoderWeights, rng: np.random.Generator) -> None:
    """Pearson's chi-square over positions, and over the sounds of one role at one position."""
    together, rounds = 32, 120
    state = rng.normal(0, 1, 128).astype(np.float32)
    limits = some_limits(rng, 1)._replace(
        earliest=np.zeros(1, np.int64), last=np.full((1, 3), -1), sing=np.zeros(1, bool),
        cut=np.ones((1, 5), bool),
        temperature=np.full((1, 5), 1.3, np.float32), top_k=np.zeros(1, np.int64),
        top_p=np.full(1, 0.9, np.float32),
    )  # fmt: skip
    limits.position_bias[0, v.END] = -np.inf
    many = Limits._make(np.repeat(column, together, 0) for column in limits)
    found = []
    for _ in range(rounds):
        notes = np.zeros((together, 5), np.int64)
        draws = rng.random((together, 5))
        sample(weights, np.tile(state, (together, 1)), np.ones(together, bool), many, draws, notes)
        found.append(notes)
    notes = np.concatenate(found)
    position, role = max(
        {tuple(p) for p in notes[:, :2].tolist()},
        key=lambda place: int((notes[:, :2] == place).all(1).sum()),
    )
    odds, kept = distributions(weights, state, limits, np.array([position, role, 0, 0, 0]))
    there = notes[(notes[:, 0] == position) & (notes[:, 1] == role)]
    for column, mine in ((0, notes), (1, notes[notes[:, 0] == position]), (2, there)):
        counts = np.bincount(mine[:, column], minlength=len(odds[column]))
        shares = np.where(kept[column], odds[column], 0)
        expected = shares / shares.sum() * len(mine)
        assert not counts[expected == 0].any()
        likely = expected >= 5
        distance = ((counts - expected)[likely] ** 2 / expected[likely]).sum()
        freedom = likely.sum() - 1
        assert likely.sum() > 2
        assert distance < freedom + 4 * (2 * freedom) ** 0.5


@pytest.mark.parametrize("how", [{"top_k": 1}, {"top_p": 0.0}, {"temperature": 0.0}])
def test_the_strictest_cut_leaves_the_likeliest(
    weights: DecoderWeights, rng: np.random.Generator, how: dict[str, float]
) -> None:
    limits = no_limits(8)
    limits.context[:] = rng.random(limits.context.shape) < 0.3
    limits.position_bias[:, v.END] = -np.inf
    for name, value in how.items():
        getattr(limits, name)[:] = value
    states = rng.normal(0, 1, (8, 128)).astype(np.float32)
    notes = np.zeros((8, 5), np.int64)
    sample(weights, states, np.ones(8, bool), limits, rng.random((8, 5)), notes)
    for s in range(8):
        odds, _ = distributions(
            weights,
            states[s],
            of_one(
                no_limits(8)._replace(context=limits.context, position_bias=limits.position_bias), s
            ),
            notes[s],
        )
        assert notes[s].tolist() == [int(each.argmax()) for each in odds]


def test_a_cut_leaves_no_more_than_it_says(
    weights: DecoderWeights, rng: np.random.Generator
) -> None:
    state = rng.normal(0, 1, 128).astype(np.float32)
    note = np.array([3, 2, 50, 5, 5])
    for top_k, top_p in ((4, 1.0), (0, 0.7), (12, 0.5)):
        limits = no_limits(1)
        limits.top_k[:], limits.top_p[:] = top_k, top_p
        for odds, kept in zip(*distributions(weights, state, limits, note), strict=True):
            assert odds.sum() == pytest.approx(1, abs=1e-5)
            assert odds[kept].min() >= odds[~kept].max()
            assert kept.sum() <= (top_k or 1000)
            # without its least likely, what is left has less than the top_p
            assert odds[kept].sum() - odds[kept].min() < top_p
            if kept.sum() != top_k:
                assert odds[kept].sum() >= top_p - 1e-5


def test_the_same_draws_give_the_same_notes(
    weights: DecoderWeights, rng: np.random.Generator
) -> None:
    limits, states = some_limits(rng, 8), rng.normal(0, 1, (8, 128)).astype(np.float32)
    limits.top_p[:], limits.top_k[:], limits.temperature[:] = 1, 0, 1
    results = []
    for seed in (1, 1, 2):
        notes = np.zeros((8, 5), np.int64)
        draws = np.random.default_rng(seed).random((8, 5))
        sample(weights, states, np.ones(8, bool), fresh(limits), draws, notes)
        results.append(notes.tolist())
    assert results[0] == results[1] != results[2]


def test_who_is_called_in_cuts_no_chord_short(
    weights: DecoderWeights, rng: np.random.Generator
) -> None:
    """A part that is called in is likelier than another, but for the one whose chord is begun."""
    state = rng.normal(0, 1, 128).astype(np.float32)
    keys, strings, drums = (v.ROLES.index(name) for name in ("Keys", "Strings", "Drums"))
    note = np.array([4, keys, 60, 3, 3])

    def odds(last: tuple[int, int, int], called: float) -> list[float]:
        limits = no_limits(1)
        limits.role_bias[:] = -np.inf
        limits.role_bias[0, [keys, strings, drums]] = 0, 0, called
        limits.last[0] = last
        found = distributions(weights, state, limits, note)[0][1]
        return [float(found[role]) for role in (keys, strings, drums)]

    begun, called = odds((4, keys, 50), 0), odds((4, keys, 50), 3)
    assert called[0] / called[2] == pytest.approx(begun[0] / begun[2], rel=1e-4)
    assert called[2] / called[1] == pytest.approx(np.exp(3) * begun[2] / begun[1], rel=1e-3)
    new, asked = odds((3, keys, 50), 0), odds((3, keys, 50), 3)
    assert asked[2] / asked[0] == pytest.approx(np.exp(3) * new[2] / new[0], rel=1e-3)


def test_a_note_that_is_none_has_no_odds(weights: DecoderWeights) -> None:
    for note in ([-1, 0, 0, 0, 0], [3, len(v.ROLES), 0, 0, 0], [0, 0, v.SOUNDS, 0, 0]):
        with pytest.raises(ValueError, match="note"):
            distributions(weights, np.zeros(128, np.float32), no_limits(1), np.array(note))


def test_one_choice_is_drawn_from_its_log_odds() -> None:
    logits = np.log(np.array([0.5, 0.2, 0.3], np.float32))
    assert [sample_logits(logits, 1, 0, 1, u) for u in (0, 0.49, 0.51, 0.69, 0.71, 1)] == [
        0, 0, 1, 1, 2, 2
    ]  # fmt: skip
    assert [sample_logits(logits, 1, 2, 1, u) for u in (0.6, 0.65)] == [0, 2]
    assert sample_logits(logits, 0, 0, 1, 0.99) == 0
    logits[0] = -1e9
    assert {sample_logits(logits, 1, 0, 1, u) for u in (0, 0.2, 0.5, 0.999)} == {1, 2}


# Compiled code


def test_what_is_kept_on_disk_names_what_it_was_compiled_from() -> None:
    """numba looks at a function's own file only: a change in another must change that file."""
    wanted = {
        name: hashlib.sha256((ROOM / f"{name}.py").read_text("utf-8").encode()).hexdigest()[:12]
        for name in ("kernels",)
    }
    for file in ("sampling_kernel", "step"):
        tree = ast.parse((ROOM / f"{file}.py").read_text("utf-8"))
        uses = {
            node.module.rpartition(".")[2]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
        }
        named = next(
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMPILED_IN"
        )
        assert named == {name: wanted[name] for name in wanted if name in uses}, file


def test_compiled_code_needs_no_folder_to_write_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_LOCATOR_CLASSES", "UserProvidedCacheLocator")
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")

    def twice(x: float) -> float:
        return 2 * x

    assert kernels.entry(twice)(4.0) == 8.0


def test_a_process_that_compiles_computes_as_those_that_load(tmp_path: Path) -> None:
    code = """
import hashlib
import numpy as np
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.step import empty_cache
from studio.techniques.transformer.decoding.step import decode_step
from studio.techniques.transformer.decoding.weights import pack
from studio.techniques.transformer.parameters import shapes
rng = np.random.default_rng(0)
weights = pack({
    name: np.ones(shape) if name.endswith("gain") else rng.normal(0, 0.1, shape)
    for name, shape in shapes(128, 2).items()
})
cache, states = empty_cache(weights, 1, 20), np.zeros((1, 128), np.float32)
for time in range(20):
    row = np.array([[*rng.integers(0, v.SIZES), time]])
    decode_step(weights, cache, row, np.ones(1, bool), states)
print(hashlib.sha256(states.tobytes()).hexdigest())
"""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    compiling, loading = (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
            env=environment,
        ).stdout
        for _ in range(2)
    )  # fmt: skip
    assert [*tmp_path.rglob("*.nbc")]
    assert compiling == loading


def test_warming_up_leaves_nothing_to_compile(
    weights: DecoderWeights, rng: np.random.Generator
) -> None:
    warm_up()
    entries: list[Any] = [
        step.in_vocabulary,
        step.forward,
        sampling_kernel.sample_notes,
        sampling_kernel.sample_once,
    ]
    before = [len(entry.signatures) for entry in entries]
    assert all(before)
    cache, states = empty_cache(weights, 4, 4), np.zeros((4, 128), np.float32)
    decode_step(weights, cache, some_rows(rng, 4), np.ones(4, bool), states)
    notes = np.zeros((4, 5), np.int64)
    draws = rng.random((4, 5), np.float32)
    sample(weights, states, np.ones(4, bool), no_limits(4), draws, notes)
    sample_logits(np.zeros(25, np.float32), 0.9, 5, 0.9, float(draws[0, 0]))
    assert [len(entry.signatures) for entry in entries] == before
