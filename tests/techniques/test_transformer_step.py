"""The decoding step without torch: it reads and chooses as the network does, and obeys what is
asked."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from studio.errors import BadModel
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding import arithmetic, attention, choosing, drawing
from studio.techniques.transformer.decoding.choice import (
    Ask,
    choose,
    chord_logits,
    distributions,
    draw_one,
    nothing_asked,
    warm_up,
)
from studio.techniques.transformer.decoding.packed import Packed, pack, shapes
from studio.techniques.transformer.decoding.step import advance, memory, prefill, share
from studio.techniques.transformer.network import Network
from studio.techniques.transformer.sheet import Floats

ROOM = Path(arithmetic.__file__).parent
NOTE_SIZES = (v.POSITIONS, len(v.ROLES), v.SOUNDS, len(v.DURATIONS), v.LOUDNESSES)


@pytest.fixture(scope="module")
def network() -> Network:
    """Two layers of two heads, with weights that all matter, as 16 bits hold them."""
    torch.manual_seed(3)
    network = Network(128, 2, 0.0).eval().requires_grad_(False)
    for name, weight in network.named_parameters():
        if not name.startswith(("tables", "chosen")):
            weight.normal_(float(name.endswith("gain")), 0.1)
        weight.copy_(weight.half().float())
    return network


@pytest.fixture(scope="module")
def packed(network: Network) -> Packed:
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
    known: Floats = network.read(torch.from_numpy(rows)[None])[0].numpy()
    return known


def fresh(ask: Ask) -> Ask:
    return Ask._make(column.copy() for column in ask)


def of_one(ask: Ask, sequence: int) -> Ask:
    return Ask._make(column[sequence : sequence + 1].copy() for column in ask)


def some_asks(rng: np.random.Generator, count: int) -> Ask:
    """Biases of all kinds, many of them forbidding; any last note; any cut."""

    def bias(*shape: int) -> Floats:
        kinds = rng.integers(0, 4, shape)
        found = rng.normal(0, 1, shape)
        found[kinds == 0], found[kinds == 1] = -np.inf, -1e9
        return found.astype(np.float32)

    ask = nothing_asked(count)
    last = np.stack([rng.integers(-1, size, count) for size in (32, v.NO_ROLE, v.SOUNDS)], 1)
    last[last[:, 0] < 0] = -1
    return ask._replace(
        context=(rng.random(ask.context.shape) < 0.3).astype(np.float32),
        earliest=rng.integers(0, v.POSITIONS, count),
        last=last,
        position_bias=bias(*ask.position_bias.shape),
        role_bias=bias(*ask.role_bias.shape),
        sound_bias=bias(*ask.sound_bias.shape),
        temperature=rng.choice([0.0, 0.5, 1.0, 2.0], (count, 5)).astype(np.float32),
        top_k=rng.choice([0, 1, 5], count),
        nucleus=rng.choice([0.0, 0.5, 0.9, 1.0], count).astype(np.float32),
        cut=rng.random((count, 5)) < 0.8,
        sing=rng.random(count) < 0.3,
    )


# Weights


def test_the_parameters_are_the_networks(network: Network) -> None:
    assert shapes(128, 2) == {name: tuple(w.shape) for name, w in network.state_dict().items()}


def test_half_precision_is_the_same(network: Network, packed: Packed) -> None:
    half = pack({name: value.half().numpy() for name, value in network.state_dict().items()})
    np.testing.assert_array_equal(half.ask, packed.ask)
    np.testing.assert_array_equal(half.tables, packed.tables)


@pytest.mark.parametrize("change", ["missing", "more", "shape", "none", "width"])
def test_weights_that_do_not_fit_are_refused(network: Network, change: str) -> None:
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    if change == "missing":
        del weights["blocks.1.gate.weight"]
    elif change == "more":
        weights["blocks.2.gate.weight"] = weights["blocks.1.gate.weight"]
    elif change == "shape":
        weights["sound.2.weight"] = weights["sound.2.weight"][:-1]
    elif change == "none":
        weights = {}
    else:
        weights["tables.0.weight"] = weights["tables.0.weight"][:, :100]
    with pytest.raises(BadModel):
        pack(weights)


# Reading


def test_reading_many_rows_at_once_is_the_networks_reading(
    network: Network, packed: Packed, rng: np.random.Generator
) -> None:
    rows = some_rows(rng, 300)
    known = read_by_torch(network, rows)
    mind = memory(packed, 2, 300)
    for first, last in ((0, 20), (20, 21), (21, 300)):
        state = prefill(packed, mind, 1, rows[first:last])
        assert_close(state, known[last - 1])
    assert mind.length.tolist() == [0, 300]


def test_reading_row_by_row_is_the_networks_reading(
    network: Network, packed: Packed, rng: np.random.Generator
) -> None:
    rows = [some_rows(rng, 40) for _ in range(4)]
    known = [read_by_torch(network, each) for each in rows]
    mind = memory(packed, 4, 40)
    states = np.zeros((4, 128), np.float32)
    # the third sequence begins with 13 rows at once, and goes on with single ones
    states[2] = prefill(packed, mind, 2, rows[2][:13])
    while (mind.length < 40).any():
        active = (mind.length < 40) & (rng.random(4) < 0.7)
        row = np.stack([rows[i][min(n, 39)] for i, n in enumerate(mind.length)])
        before = states.copy()
        advance(packed, mind, row, active, states)
        np.testing.assert_array_equal(states[~active], before[~active])
        for i in np.flatnonzero(active):
            assert_close(states[i], known[i][mind.length[i] - 1])


def test_after_single_rows_many_can_be_read(
    network: Network, packed: Packed, rng: np.random.Generator
) -> None:
    rows = some_rows(rng, 30)
    mind = memory(packed, 1, 30)
    states = np.zeros((1, 128), np.float32)
    for row in rows[:9]:
        advance(packed, mind, row[None], np.ones(1, bool), states)
    state = prefill(packed, mind, 0, rows[9:])
    assert_close(state, read_by_torch(network, rows)[-1])


def test_a_sequence_is_the_same_to_the_bit_alone_or_among_others(
    packed: Packed, rng: np.random.Generator
) -> None:
    rows = [some_rows(rng, 25) for _ in range(6)]
    together, alone = memory(packed, 6, 25), memory(packed, 6, 25)
    states, single = np.zeros((6, 128), np.float32), np.zeros((6, 128), np.float32)
    for place in range(25):
        row = np.stack([each[place] for each in rows])
        advance(packed, together, row, np.ones(6, bool), states)
        for i in range(6):
            advance(packed, alone, row, np.arange(6) == i, single)
    np.testing.assert_array_equal(states, single)
    ask, draws = some_asks(rng, 6), rng.random((6, 5))
    notes, each_note = np.zeros((6, 5), np.int64), np.zeros((6, 5), np.int64)
    choose(packed, states, np.ones(6, bool), ask, draws, notes)
    for i in range(6):
        choose(packed, states, np.arange(6) == i, ask, draws, each_note)
    np.testing.assert_array_equal(notes, each_note)


def test_what_one_sequence_read_can_be_shared(
    network: Network, packed: Packed, rng: np.random.Generator
) -> None:
    rows = some_rows(rng, 20)
    mind = memory(packed, 3, 20)
    prefill(packed, mind, 0, some_rows(rng, 20))
    prefill(packed, mind, 1, rows[:19])
    share(mind, 1, [0, 2])
    states = np.zeros((3, 128), np.float32)
    advance(packed, mind, np.stack([rows[19]] * 3), np.array([True, False, True]), states)
    known = read_by_torch(network, rows)[-1]
    assert_close(states[[0, 2]], np.stack([known, known]))


def test_a_full_memory_and_a_row_that_is_none_are_refused(
    packed: Packed, rng: np.random.Generator
) -> None:
    rows = some_rows(rng, 5)
    mind = memory(packed, 2, 4)
    active, states = np.array([False, True]), np.zeros((2, 128), np.float32)
    with pytest.raises(ValueError, match="memory"):
        prefill(packed, mind, 1, rows)
    with pytest.raises(ValueError, match="vocabulary"):
        prefill(packed, mind, 1, rows[:0])
    prefill(packed, mind, 1, rows[:3])
    for column in (0, 5, 9):
        for value in (-1, v.SIZES[column]):
            wrong = rows[:2].copy()
            wrong[1, column] = value
            with pytest.raises(ValueError, match="vocabulary"):
                prefill(packed, mind, 1, wrong[1:])
            with pytest.raises(ValueError, match="vocabulary"):
                advance(packed, mind, wrong, active, states)
    assert mind.length.tolist() == [0, 3]
    advance(packed, mind, rows[:2], active, states)
    with pytest.raises(ValueError, match="memory"):
        advance(packed, mind, rows[:2], active, states)
    assert mind.length.tolist() == [0, 4]


# Choosing


@pytest.mark.parametrize("sings", [False, True])
def test_the_odds_are_those_of_the_networks_heads(
    network: Network, packed: Packed, rng: np.random.Generator, sings: bool
) -> None:
    state = rng.normal(0, 1, 128).astype(np.float32)
    ask = nothing_asked(1)
    ask.context[:] = rng.random(ask.context.shape) < 0.3
    for bias in (ask.position_bias, ask.role_bias, ask.sound_bias):
        bias[:] = rng.normal(0, 1, bias.shape)
    ask.temperature[:], ask.sing[:] = 1.7, sings
    role = v.MELODY_ROLE if sings else 3
    chosen = np.array([6, role, 41, 7, 9])
    odds, kept = distributions(packed, state, ask, chosen)

    known = torch.from_numpy(state)
    around = network.context(torch.from_numpy(ask.context[0, 6]))
    biases = (ask.position_bias[0], ask.role_bias[0], ask.sound_bias[0, 6, 0 if sings else 3], 0, 0)
    heads = (network.position, network.role, network.sound, network.duration, network.loudness)
    chosen_by = (
        network.chosen_position, network.chosen_role, network.chosen_sound, network.chosen_duration
    )  # fmt: skip
    for i, (head, bias) in enumerate(zip(heads, biases, strict=True)):
        wanted = ((head(known) + torch.as_tensor(bias)) / 1.7).softmax(-1)
        if i == 1 and sings:
            assert not odds[i].any()
            assert not kept[i].any()
        else:
            assert_close(odds[i], wanted.numpy())
            assert kept[i].all()
        if i < 4:
            known = known + chosen_by[i].weight[chosen[i]]
        if i == 0:
            known = known + around


def test_a_chords_odds_are_those_of_the_networks_head(
    network: Network, packed: Packed, rng: np.random.Generator
) -> None:
    state = rng.normal(0, 1, 128).astype(np.float32)
    wanted = network.chord(torch.from_numpy(state)).numpy()
    assert_close(chord_logits(packed, state), wanted)


def test_a_bars_end_is_a_position_and_nothing_else(
    packed: Packed, rng: np.random.Generator
) -> None:
    ask = nothing_asked(2)
    ask.position_bias[0, : v.END] = -np.inf
    states = rng.normal(0, 1, (2, 128)).astype(np.float32)
    notes = np.full((2, 5), 77)
    choose(packed, states, np.array([True, False]), ask, rng.random((2, 5)), notes)
    assert notes.tolist() == [[v.END, -1, -1, -1, -1], [77] * 5]
    odds, _ = distributions(packed, states[0], of_one(ask, 0), notes[0])
    assert odds[0][v.END] == pytest.approx(1)
    assert not any(other.any() for other in odds[1:])


def openings(ask: Ask, s: int) -> NDArray[np.bool_]:
    """The promise in plain words: which (position, role, sound) may be chosen; a melody's role is
    the last."""
    allowed = np.zeros((v.LONGEST_BAR, v.NO_ROLE, v.SOUNDS), bool)
    last = tuple(ask.last[s].tolist())
    for position in range(v.LONGEST_BAR):
        for role in [v.MELODY_ROLE] if ask.sing[s] else range(len(v.ROLES)):
            bias = ask.sound_bias[s, position, 0 if ask.sing[s] else role] > -1e8
            bias &= np.array([(position, role, sound) > last for sound in range(v.SOUNDS)])
            bias &= bool(ask.sing[s] or ask.role_bias[s, role] > -1e8)
            bias &= bool(ask.position_bias[s, position] > -1e8 and position >= ask.earliest[s])
            allowed[position, role] = bias
    return allowed


def test_nothing_forbidden_is_chosen(packed: Packed, rng: np.random.Generator) -> None:
    forced = 0
    for _ in range(12):
        ask = some_asks(rng, 16)
        ask.role_bias[:4] = -np.inf  # these have nothing left but the bar's end
        ask.position_bias[2:6, v.END] = -np.inf
        states = rng.normal(0, 2, (16, 128)).astype(np.float32)
        notes = np.zeros((16, 5), np.int64)
        choose(packed, states, np.ones(16, bool), ask, rng.random((16, 5)), notes)
        for s, (position, role, sound, duration, loudness) in enumerate(notes.tolist()):
            allowed = openings(ask, s)
            may_end = ask.position_bias[s, v.END] > -1e8
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
def test_notes_go_up_however_likely_a_step_back_is(packed: Packed, sings: bool) -> None:
    ask = nothing_asked(1)
    role = v.MELODY_ROLE if sings else 4
    ask.sing[:] = sings
    ask.last[0] = 5, role, 60
    ask.position_bias[0, 5], ask.position_bias[0, :5] = 50, 90
    ask.role_bias[0, 4], ask.role_bias[0, :4] = 50, 90
    ask.sound_bias[0, :, :, 61], ask.sound_bias[0, :, :, :61] = 50, 90
    notes = np.zeros((1, 5), np.int64)
    states, active, draws = np.ones((1, 128), np.float32), np.ones(1, bool), np.full((1, 5), 0.5)
    choose(packed, states, active, ask, draws, notes)
    assert notes[0, :3].tolist() == [5, role, 61]
    ask.earliest[0] = 6
    choose(packed, states, active, ask, draws, notes)
    assert notes[0, 0] > 5


def test_a_place_with_nothing_left_to_play_is_passed_by(packed: Packed) -> None:
    ask = nothing_asked(1)
    ask.last[0] = 5, 4, 60
    ask.position_bias[0, 5] = 90
    ask.role_bias[0, 5:], ask.sound_bias[0, 5, 4, 61:] = -np.inf, -1e9
    notes = np.zeros((1, 5), np.int64)
    choose(packed, np.ones((1, 128), np.float32), np.ones(1, bool), ask, np.ones((1, 5)), notes)
    assert notes[0, 0] > 5


def test_where_all_is_forbidden_the_least_forbidden_is_chosen(packed: Packed) -> None:
    ask = nothing_asked(1)
    ask.position_bias[:] = -1e9
    ask.position_bias[0, 5] = -2e8
    ask.role_bias[:] = -np.inf
    ask.role_bias[0, 4] = -3e38
    ask.sound_bias[:] = -np.inf
    ask.last[0] = 5, 4, 91
    notes = np.zeros((1, 5), np.int64)
    states = np.ones((1, 128), np.float32)
    choose(packed, states, np.ones(1, bool), ask, np.full((1, 5), 0.5), notes)
    assert notes[0, :3].tolist() == [5, 4, 92]
    ask.last[0, 2] = v.SOUNDS - 1  # and no sound is higher
    choose(packed, states, np.ones(1, bool), ask, np.full((1, 5), 0.5), notes)
    assert notes[0, :2].tolist() == [5, 4]
    assert 0 <= notes[0, 2] < v.SOUNDS


def test_notes_fall_as_their_odds_say(packed: Packed, rng: np.random.Generator) -> None:
    """Pearson's chi-square over positions, and over the sounds of one role at one position."""
    together, rounds = 32, 120
    state = rng.normal(0, 1, 128).astype(np.float32)
    ask = some_asks(rng, 1)._replace(
        earliest=np.zeros(1, np.int64), last=np.full((1, 3), -1), sing=np.zeros(1, bool),
        cut=np.ones((1, 5), bool),
        temperature=np.full((1, 5), 1.3, np.float32), top_k=np.zeros(1, np.int64),
        nucleus=np.full(1, 0.9, np.float32),
    )  # fmt: skip
    ask.position_bias[0, v.END] = -np.inf
    many = Ask._make(np.repeat(column, together, 0) for column in ask)
    found = []
    for _ in range(rounds):
        notes = np.zeros((together, 5), np.int64)
        draws = rng.random((together, 5))
        choose(packed, np.tile(state, (together, 1)), np.ones(together, bool), many, draws, notes)
        found.append(notes)
    notes = np.concatenate(found)
    position, role = max(
        {tuple(p) for p in notes[:, :2].tolist()},
        key=lambda place: int((notes[:, :2] == place).all(1).sum()),
    )
    odds, kept = distributions(packed, state, ask, np.array([position, role, 0, 0, 0]))
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


@pytest.mark.parametrize("how", [{"top_k": 1}, {"nucleus": 0.0}, {"temperature": 0.0}])
def test_the_strictest_cut_leaves_the_likeliest(
    packed: Packed, rng: np.random.Generator, how: dict[str, float]
) -> None:
    ask = nothing_asked(8)
    ask.context[:] = rng.random(ask.context.shape) < 0.3
    ask.position_bias[:, v.END] = -np.inf
    for name, value in how.items():
        getattr(ask, name)[:] = value
    states = rng.normal(0, 1, (8, 128)).astype(np.float32)
    notes = np.zeros((8, 5), np.int64)
    choose(packed, states, np.ones(8, bool), ask, rng.random((8, 5)), notes)
    for s in range(8):
        odds, _ = distributions(
            packed,
            states[s],
            of_one(
                nothing_asked(8)._replace(context=ask.context, position_bias=ask.position_bias), s
            ),
            notes[s],
        )
        assert notes[s].tolist() == [int(each.argmax()) for each in odds]


def test_a_cut_leaves_no_more_than_it_says(packed: Packed, rng: np.random.Generator) -> None:
    state = rng.normal(0, 1, 128).astype(np.float32)
    note = np.array([3, 2, 50, 5, 5])
    for top_k, nucleus in ((4, 1.0), (0, 0.7), (12, 0.5)):
        ask = nothing_asked(1)
        ask.top_k[:], ask.nucleus[:] = top_k, nucleus
        for odds, kept in zip(*distributions(packed, state, ask, note), strict=True):
            assert odds.sum() == pytest.approx(1, abs=1e-5)
            assert odds[kept].min() >= odds[~kept].max()
            assert kept.sum() <= (top_k or 1000)
            # without its least likely, what is left has less than the nucleus
            assert odds[kept].sum() - odds[kept].min() < nucleus
            if kept.sum() != top_k:
                assert odds[kept].sum() >= nucleus - 1e-5


def test_the_same_draws_give_the_same_notes(packed: Packed, rng: np.random.Generator) -> None:
    ask, states = some_asks(rng, 8), rng.normal(0, 1, (8, 128)).astype(np.float32)
    ask.nucleus[:], ask.top_k[:], ask.temperature[:] = 1, 0, 1
    results = []
    for seed in (1, 1, 2):
        notes = np.zeros((8, 5), np.int64)
        draws = np.random.default_rng(seed).random((8, 5))
        choose(packed, states, np.ones(8, bool), fresh(ask), draws, notes)
        results.append(notes.tolist())
    assert results[0] == results[1] != results[2]


def test_who_is_called_in_cuts_no_chord_short(packed: Packed, rng: np.random.Generator) -> None:
    """A part that is called in is likelier than another, but for the one whose chord is begun."""
    state = rng.normal(0, 1, 128).astype(np.float32)
    keys, strings, drums = (v.ROLES.index(name) for name in ("Keys", "Strings", "Drums"))
    note = np.array([4, keys, 60, 3, 3])

    def odds(last: tuple[int, int, int], called: float) -> list[float]:
        ask = nothing_asked(1)
        ask.role_bias[:] = -np.inf
        ask.role_bias[0, [keys, strings, drums]] = 0, 0, called
        ask.last[0] = last
        found = distributions(packed, state, ask, note)[0][1]
        return [float(found[role]) for role in (keys, strings, drums)]

    begun, called = odds((4, keys, 50), 0), odds((4, keys, 50), 3)
    assert called[0] / called[2] == pytest.approx(begun[0] / begun[2], rel=1e-4)
    assert called[2] / called[1] == pytest.approx(np.exp(3) * begun[2] / begun[1], rel=1e-3)
    new, asked = odds((3, keys, 50), 0), odds((3, keys, 50), 3)
    assert asked[2] / asked[0] == pytest.approx(np.exp(3) * new[2] / new[0], rel=1e-3)


def test_a_note_that_is_none_has_no_odds(packed: Packed) -> None:
    for note in ([-1, 0, 0, 0, 0], [3, len(v.ROLES), 0, 0, 0], [0, 0, v.SOUNDS, 0, 0]):
        with pytest.raises(ValueError, match="note"):
            distributions(packed, np.zeros(128, np.float32), nothing_asked(1), np.array(note))


def test_one_choice_is_drawn_from_its_log_odds() -> None:
    logits = np.log(np.array([0.5, 0.2, 0.3], np.float32))
    assert [draw_one(logits, 1, 0, 1, u) for u in (0, 0.49, 0.51, 0.69, 0.71, 1)] == [
        0, 0, 1, 1, 2, 2
    ]  # fmt: skip
    assert [draw_one(logits, 1, 2, 1, u) for u in (0.6, 0.65)] == [0, 2]
    assert draw_one(logits, 0, 0, 1, 0.99) == 0
    logits[0] = -1e9
    assert {draw_one(logits, 1, 0, 1, u) for u in (0, 0.2, 0.5, 0.999)} == {1, 2}


# Compiled code


def test_what_is_kept_on_disk_names_what_it_was_compiled_from() -> None:
    """numba looks at a function's own file only: a change in another must change that file."""
    wanted = {
        name: hashlib.sha256((ROOM / f"{name}.py").read_text("utf-8").encode()).hexdigest()[:12]
        for name in ("arithmetic", "drawing")
    }
    for file in ("drawing", "attention", "choosing"):
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

    assert arithmetic.entry(twice)(4.0) == 8.0


def test_warming_up_leaves_nothing_to_compile(packed: Packed, rng: np.random.Generator) -> None:
    warm_up()
    entries: list[Any] = [
        attention.fits, attention.read_each, choosing.choose_each, drawing.draw_once
    ]  # fmt: skip
    before = [len(entry.signatures) for entry in entries]
    assert all(before)
    mind, states = memory(packed, 4, 4), np.zeros((4, 128), np.float32)
    advance(packed, mind, some_rows(rng, 4), np.ones(4, bool), states)
    notes = np.zeros((4, 5), np.int64)
    draws = rng.random((4, 5), np.float32)
    choose(packed, states, np.ones(4, bool), nothing_asked(4), draws, notes)
    draw_one(np.zeros(25, np.float32), 0.9, 5, 0.9, float(draws[0, 0]))
    assert [len(entry.signatures) for entry in entries] == before
