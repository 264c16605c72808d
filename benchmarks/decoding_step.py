"""How quickly the transformer decodes on one core: the compiled step, and torch beside it.

    python -m benchmarks.decoding_step

A note is one `sample` and one `decode_step`, with 40 rows in the cache at first and 240 at last,
about what eight bars take; weights are random, sampling is Nucleus .95. Prints the median round and
the quickest. Seconds are the processor's, so that other work on the machine counts little.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch import Tensor

from benchmarks.surroundings import Quick, say_surroundings
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.prefill import prefill
from studio.techniques.transformer.decoding.sampling import no_limits, sample, warm_up
from studio.techniques.transformer.decoding.step import decode_step, empty_cache
from studio.techniques.transformer.decoding.weights import DecoderWeights, pack
from studio.techniques.transformer.network import Network, rotary, rotate
from studio.techniques.transformer.parameters import HEAD

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_BEFORE, _NOTES, _PREFIX = 40, 200, 300  # rows
_TOP_P = 0.95


def main(
    rounds: Annotated[int, typer.Option(help="Of 200 notes each.")] = 7,
    width: Annotated[int, typer.Option(help="Features of an event.")] = 256,
    layers: Annotated[int, typer.Option(help="Layers of attention.")] = 4,
    quick: Quick = False,
) -> None:
    """Prints notes a second for one band and for four at once, and the rest."""
    say_surroundings()
    rounds, width, layers = (1, 64, 1) if quick else (rounds, width, layers)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = Network(width, layers, 0.0).eval().requires_grad_(False)
    weights = pack({name: value.numpy() for name, value in network.state_dict().items()})
    rows = _rows(_PREFIX)
    began = time.process_time()
    warm_up()
    print(f"compiling, or loading what is kept: {time.process_time() - began:.2f} s")
    reading = [_seconds(lambda: prefill(weights, empty_cache(weights, 1, _PREFIX), 0, rows))]
    reading += [
        _seconds(lambda: prefill(weights, empty_cache(weights, 1, _PREFIX), 0, rows))
        for _ in range(4)
    ]
    print(f"reading {_PREFIX} rows at once: {1000 * statistics.median(reading):.0f} ms")
    times: dict[tuple[str, int], list[float]] = {}
    for _ in range(rounds):  # all in turn, so that a busy moment hits all alike
        for takes in (1, 4):
            times.setdefault(("compiled", takes), []).append(_compiled(weights, rows, takes))
    for _ in range(max(rounds // 3, 1)):
        for takes in (1, 4):
            times.setdefault(("torch", takes), []).append(_torch(network, rows, takes))
    for (name, takes), found in times.items():
        both = (min(found), statistics.median(found))
        quickest, middle = (f"{1e6 * value:6.0f}" for value in both)
        print(
            f"{name:>8}, {takes} at once: median {middle} µs a step, quickest {quickest}; "
            f"{takes / statistics.median(found):6.0f} notes/s"
        )
    one, four = (statistics.median(times["compiled", takes]) for takes in (1, 4))
    eager = statistics.median(times["torch", 1])
    print(
        f"four at once cost {four / one:.2f} times one; one is {eager / one:.1f} times torch's pace"
    )


def _rows(count: int) -> v.Rows:
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, size, count) for size in v.SIZES]
    return np.stack([*columns, np.arange(count)], 1)


def _seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def _compiled(weights: DecoderWeights, rows: v.Rows, takes: int) -> float:
    """Seconds a step of `takes` sequences."""
    cache = empty_cache(weights, takes, _BEFORE + _NOTES)
    states = np.stack([prefill(weights, cache, take, rows[:_BEFORE]) for take in range(takes)])
    limits = no_limits(takes)
    limits.top_p[:] = _TOP_P
    limits.position_bias[:, v.END] = -np.inf  # every choice a whole note
    draws = np.random.default_rng(0).random((_NOTES, takes, 5), np.float32)
    active, notes = np.ones(takes, bool), np.zeros((takes, 5), np.int64)
    read = np.repeat(rows[:_NOTES, None], takes, 1)
    began = time.process_time()
    for i in range(_NOTES):
        sample(weights, states, active, limits, draws[i], notes)
        decode_step(weights, cache, read[i], active, states)
    return (time.process_time() - began) / _NOTES


def _torch(network: Network, rows: v.Rows, takes: int) -> float:
    """The same with torch's own modules and a static cache of keys and values."""
    heads = network.norm.gain.shape[0] // HEAD
    cache = torch.zeros(2, len(network.blocks), takes, heads, _BEFORE + _NOTES, HEAD)
    read = torch.from_numpy(np.repeat(rows[:_NOTES, None], takes, 1))[:, :, None]
    around = torch.zeros(takes, network.context.weight.shape[1])
    state = torch.zeros(takes, network.norm.gain.shape[0])
    began = time.process_time()
    with torch.inference_mode():
        for i in range(_NOTES):
            _choose_by_torch(network, state, around)
            state = _advance_by_torch(network, cache, read[i], _BEFORE + i)
    return (time.process_time() - began) / _NOTES


def _advance_by_torch(network: Network, cache: Tensor, row: Tensor, place: int) -> Tensor:
    x = torch.stack([table(row[..., i]) for i, table in enumerate(network.column_embeddings)]).sum(
        0
    )
    turns = rotary(torch.full(row.shape[:2], float(place)), row[..., v.TIME].float())
    blocks: Any = network.blocks
    for block, (keys, values) in zip(blocks, cache.transpose(0, 1), strict=True):
        qkv = block.qkv(block.attention_norm(x)).view(len(x), 1, 3, -1, HEAD)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        keys[:, :, place : place + 1] = rotate(key, *turns)
        values[:, :, place : place + 1] = value
        attn = torch.nn.functional.scaled_dot_product_attention(
            rotate(query, *turns), keys[:, :, : place + 1], values[:, :, : place + 1]
        )
        x = x + block.out(attn.transpose(1, 2).reshape(x.shape))
        gate, up = block.gate_up(block.mlp_norm(x)).chunk(2, -1)
        x = x + block.down(torch.nn.functional.silu(gate) * up)
    hidden: Tensor = network.norm(x)[:, 0]
    return hidden


def _choose_by_torch(network: Network, state: Tensor, around: Tensor) -> None:
    chosen: Tensor
    for name in ("position", "role", "sound", "duration", "loudness"):
        odds = network.heads[name](state).softmax(-1)
        likely, order = odds.sort(-1, descending=True)
        likely = likely.masked_fill(likely.cumsum(-1) - likely > _TOP_P, 0)
        chosen = order.gather(-1, torch.multinomial(likely, 1))[:, 0]
        if name != "loudness":
            state = state + network.choice_embeddings[name](chosen)
        if name == "position":
            state = state + network.context(around)


def _alone() -> None:
    """Begins again with one thread, where libraries have already counted the cores."""
    if any(os.environ.get(name) != value for name, value in _ONE_THREAD.items()):
        command = [sys.executable, "-m", "benchmarks.decoding_step", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | _ONE_THREAD)  # noqa: S606


if __name__ == "__main__":
    _alone()
    typer.run(main)
