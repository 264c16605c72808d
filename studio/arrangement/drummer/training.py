"""Trains the drummer on people who played to a click.

python -m studio.arrangement.drummer.training --data groove_drums.zip --into assets/drummer
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor, nn

from studio.arrangement.drummer.bars import OPEN, bars_of
from studio.arrangement.drummer.cells import now_of, then_of, told_of
from studio.arrangement.drummer.network import TOLD, Network
from studio.arrangement.drummer.strokes import Strokes
from studio.arrangement.drummer.styles import ANY, style_of
from studio.corpus.grooves import Take, read_takes
from studio.ground import assets
from studio.ground.device import prepare_torch

_STEPS, _BATCH = 96, 48  # of a passage; passages
_RATE, _WARM_UP, _LEVEL, _LAST_RATE = 3e-3, 50, 0.4, 0.01
_LOUD, _LATE = 0.5, 0.3  # weights beside the odds
_HELD_OUT = 12  # every so manieth take
_LONGEST = 64  # bars of a take that count
_UNTOLD = 0.15  # of style, busy and loud: so that they need not be said
_FORGETS = 0.12  # of what was two and four bars ago
_SEEN = list(TOLD).index


@dataclass(frozen=True, slots=True)
class Lesson:
    """A take as the network sees it, a row a step."""

    now: NDArray[np.float32]
    then: NDArray[np.float32]
    told: NDArray[np.int64]
    strokes: Strokes
    bar_steps: int

    @classmethod
    def of(cls, take: Take) -> Lesson:
        """Of whole bars."""
        strokes = Strokes.of(take.track.notes, take.bars * take.bar_steps)
        bars = bars_of(strokes, take.bar_steps, take.is_fill)
        told = told_of(bars, take.bar_steps, style_of(take.style), take.bpm, take.swung)
        steps = range(len(told))
        return cls(
            np.stack([now_of(strokes, step) for step in steps]),
            np.stack([then_of(strokes, step, take.bar_steps) for step in steps]),
            told,
            strokes,
            take.bar_steps,
        )


Batch = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


def main(
    data: Annotated[Path, typer.Option(help="The Groove MIDI Dataset's zip.")],
    into: Annotated[Path, typer.Option(help="Where the drummer goes.")],
    updates: Annotated[int, typer.Option(min=1, help="Updates.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed, the same weights.")] = 0,
) -> None:
    """Trains the drummer; about ten minutes on one core."""
    prepare_torch()
    torch.manual_seed(seed)
    lessons = [Lesson.of(take) for take in read_takes(data)]
    order = np.random.default_rng(seed).permutation(len(lessons))
    unseen = [lessons[i] for i in order[::_HELD_OUT]]
    seen = [lessons[i] for place, i in enumerate(order) if place % _HELD_OUT]
    network = Network()
    began = time.monotonic()
    nats = (0.0, 0.0, 0.0)
    for update, nats in learn(network, seen, unseen, updates, seed):
        odds, loud, late = nats
        spent = time.monotonic() - began
        typer.echo(
            f"{update}/{updates}  {spent:.0f} s  odds {odds:.3f} loud {loud:.3f} late {late:.3f}"
        )
    names = ("nats a step", "loudness, nats a stroke", "timing, nats a stroke")
    told = {name: round(value, 3) for name, value in zip(names, nats, strict=True)}
    facts = {"learned from": len(seen), "held out": len(unseen), "updates": updates, "seed": seed}
    tensors = {name: value.numpy() for name, value in network.state_dict().items()}
    assets.write_network(into, tensors, {**CARD, **facts, "unseen takes": told})
    typer.echo(f"{into} is ready.")


def learn(
    network: Network, seen: Sequence[Lesson], unseen: Sequence[Lesson], updates: int, seed: int
) -> Iterator[tuple[int, tuple[float, float, float]]]:
    """Trains in place; yields now and then the update and what is foretold of unseen takes: nats a
    step, of loudness and of timing a stroke."""
    rng = np.random.default_rng([seed, 1])
    optimiser = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=0.02)
    weights = np.array([min(len(one.told) // one.bar_steps, _LONGEST) for one in seen], float)
    weights /= weights.sum()
    judged = batch_of([*unseen], np.random.default_rng(seed), hides=False)
    for update in range(updates):
        falls = (updates - update) / (updates * (1 - _LEVEL)) + _LAST_RATE
        for group in optimiser.param_groups:
            group["lr"] = _RATE * min(1.0, (update + 1) / _WARM_UP) * min(1.0, falls)
        chosen = rng.choice(len(seen), _BATCH, p=weights)
        network.train()
        odds, loud, late = losses(network, batch_of([seen[i] for i in chosen], rng))
        optimiser.zero_grad()
        (odds + _LOUD * loud + _LATE * late).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if update % 100 == 99 or update == updates - 1:
            network.eval()
            with torch.no_grad():
                odds, loud, late = losses(network, judged)
            yield update + 1, (odds.item(), loud.item(), late.item())


def losses(network: Network, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Nats a step of what is struck, and nats a stroke of how loud and how late it is."""
    now, then, told, struck, loud, late, real = batch
    features, _ = network(now, then, told)
    odds = nn.functional.binary_cross_entropy_with_logits(
        network.odds(features, struck), struck, reduction="none"
    ).sum(-1)
    touches = network.touches(features, struck)
    heard = struck * real[..., None]
    each = [
        (_gaussian(wanted, mean, spread) * heard).sum() / heard.sum()
        for wanted, mean, spread in ((loud, *touches[:2]), (2 * late, *touches[2:]))
    ]
    return (odds * real).sum() / real.sum(), each[0], each[1]


def _gaussian(wanted: Tensor, mean: Tensor, spread: Tensor) -> Tensor:
    """Nats of a normal distribution, but for what is the same for all."""
    nats: Tensor = 0.5 * ((wanted - mean) / spread.exp()) ** 2 + spread
    return nats


def batch_of(lessons: Sequence[Lesson], rng: np.random.Generator, hides: bool = True) -> Batch:
    """A passage of each, of whole bars and filled up with nothing; `hides` some of what is told."""
    columns = zip(*(_cut(lesson, rng, hides) for lesson in lessons), strict=True)
    now, then, told, struck, loud, late, real = (torch.from_numpy(np.stack(c)) for c in columns)
    return now, then, told, struck, loud, late, real


def _cut(lesson: Lesson, rng: np.random.Generator, hides: bool) -> list[NDArray[Any]]:
    bar = lesson.bar_steps
    bars, most = len(lesson.told) // bar, _STEPS // bar
    first = int(rng.integers(max(bars - most, 0) + 1)) * bar
    cut = slice(first, min(first + most * bar, len(lesson.told)))
    told, then = lesson.told[cut].copy(), lesson.then[cut].copy()
    if hides:
        for thing, nothing in (("loud", OPEN), ("busy", OPEN), ("style", ANY)):
            if rng.random() < _UNTOLD:
                told[:, _SEEN(thing)] = nothing
        if rng.random() < _FORGETS:
            then[:, then.shape[1] // 3 :] = 0
    strokes, real = lesson.strokes, np.ones(len(told), np.float32)
    rows: list[NDArray[Any]] = [
        lesson.now[cut], then, told, strokes.struck[cut].astype(np.float32), strokes.loud[cut],
        strokes.late[cut], real,
    ]  # fmt: skip
    missing = _STEPS - len(told)
    return [np.pad(row, ((0, missing), *[(0, 0)] * (row.ndim - 1))) for row in rows]


CARD: dict[str, object] = {
    "title": "Drummer",
    "description": "Plays drums in a style, as full and as loud as it is asked to, with fills, and "
    "with people's touch and timing; gives touch and timing to other people's drums.",
    "data": "The Groove MIDI Dataset: people on an electronic kit, to a click (Gillick et al. "
    "2019, Learning to Groove with Inverse Sequence Transformations, ICML).",
    "licence": "CC BY 4.0, Google LLC.",
    "follows": "Your music is yours. If you publish these weights, name the source.",
    "reproduce": "python -m studio.arrangement.drummer.training --data groove_drums.zip --into "
    "assets/drummer",
}


if __name__ == "__main__":
    typer.run(main)
