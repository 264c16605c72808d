"""Trains the studio's transformer on chorales for as long as it is given."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.jsb_data import KEYS, Grid, to_white_keys, transposed
from benchmarks.jsb_likelihood import batched, by_length, measured, notewise, surprises
from benchmarks.jsb_rows import Script, script
from studio.techniques.transformer.network import Network

_WARM_UP = 100  # updates
_LAST_RATE, _FALLS = 0.005, 0.4  # the rate falls in this last share of the time
_LOOKS = 30  # how often the music to choose by is looked at
_PATIENCE = 5  # looks without gain after which the rate begins to fall
_EMA = 0.998
_CLIP = 1.0
_DECAY, _MUON = 0.05, 4.0  # as the studio's trainer has them
_NUMBERS = ("seconds", "updates", "idle", "next_look", "falls_at", "figure")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is learned, and how. Some of the chorales (`own_key`) are read without accidentals, the
    rest in any key; `hidden` as `surprises` has it."""

    width: int = 192
    layers: int = 3
    dropout: float = 0.35
    hidden: float = 0.2
    rate: float = 0.0008
    batch_rows: int = 2048
    own_key: float = 0.1
    seed: int = 0


SMALL = Recipe(width=64, layers=1, dropout=0.0, hidden=0.0, rate=0.004, batch_rows=300)


class Training:
    """Network, optimisers and how far they are; `best` are the averaged weights that foretold the
    chorales to choose by best, of those looked at."""

    def __init__(
        self, learn: Sequence[Grid], choose: Sequence[Grid], recipe: Recipe, device: torch.device
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.learn, self.recipe, self.device = learn, recipe, device
        self.choose = [transposed(one, to_white_keys(one)) for one in choose]
        self.network = Network(recipe.width, recipe.layers, recipe.dropout).to(device)
        self.kept = deepcopy(self.network).requires_grad_(False)
        self.best = deepcopy(self.kept)
        self.figure = float("inf")
        self.seconds, self.updates, self.idle = 0.0, 0, 0
        self.next_look, self.falls_at = 0.0, float("inf")  # seconds of processor time
        self.optimisers = _optimisers(self.network, recipe.rate)
        self._keys = [to_white_keys(one) for one in learn]
        self._scripts: dict[tuple[int, int], Script] = {}
        self._told = [script(one) for one in self.choose]
        self._rng = np.random.default_rng(recipe.seed)
        self._pool: list[list[Script]] = []

    def run(self, seconds: float, say: Callable[[str], None], into: Path | None = None) -> None:
        """Learns until `seconds` of processor time are spent, those before a checkpoint included,
        or the rate has fallen: a busy machine takes longer, and learns no less. Now and then looks
        at the chorales to choose by, and writes a checkpoint."""
        began = time.process_time() - self.seconds
        falling = _FALLS * seconds
        self.falls_at = min(self.falls_at, seconds - falling)
        self.next_look = max(self.next_look, seconds / _LOOKS)
        nats: list[float] = []
        while self.seconds < self.falls_at + falling:
            rate = 1 - (self.seconds - self.falls_at) / falling
            nats.append(self.update(min(1.0, max(rate, _LAST_RATE))))
            self.seconds = time.process_time() - began
            if self.seconds < self.next_look and self.seconds < self.falls_at + falling:
                continue
            told = self.look()
            if self.idle >= _PATIENCE:
                self.falls_at = min(self.falls_at, self.seconds)
            self.seconds = time.process_time() - began
            self.next_look = self.seconds + seconds / _LOOKS
            if into is not None:
                self.save(into)
            say(
                f"{self.seconds:5.0f} s  {self.updates:5d} updates  learned {np.mean(nats):.4f} an "
                f"event  chosen by {told:.4f} a frame and voice, at best {self.figure:.4f}"
            )
            nats = []

    def update(self, rate: float) -> float:
        """Moves the weights once; `rate` 0-1 of the learning rate. Returns nats an event."""
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["initial_lr"] * rate * min(1.0, (self.updates + 1) / _WARM_UP)
        if not self._pool:
            self._pool = self._drawn()
        together = self._pool.pop()
        self.network.train()
        nats = surprises(self.network, batched(together, self.device), self.recipe.hidden)
        loss = nats.sum() / sum(len(one.rows) - 1 for one in together)
        self.network.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        for optimiser in self.optimisers:
            optimiser.step()
        self.updates += 1
        self._average()
        return loss.item()

    def look(self) -> float:
        """The averaged weights' figure on the chorales to choose by, all without accidentals."""
        told = notewise(measured(self.kept, self._told), self.choose)
        self.idle += 1
        if told < self.figure:
            self.figure, self.idle = told, 0
            self.best.load_state_dict(self.kept.state_dict())
        return told

    def save(self, into: Path) -> None:
        """Writes all that `load` needs."""
        told = {
            "networks": [one.state_dict() for one in (self.network, self.kept, self.best)],
            "optimisers": [one.state_dict() for one in self.optimisers],
            "numbers": {name: getattr(self, name) for name in _NUMBERS},
        }
        unfinished = into.with_name(into.name + ".part")
        torch.save(told, unfinished)
        unfinished.replace(into)

    def load(self, checkpoint: Path) -> None:
        """Goes on from a checkpoint, with other random numbers than a run without a stop."""
        told = torch.load(checkpoint, map_location=self.device, weights_only=True)
        networks = (self.network, self.kept, self.best)
        for one, state in zip(networks, told["networks"], strict=True):
            one.load_state_dict(state)
        for optimiser, state in zip(self.optimisers, told["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        for name in _NUMBERS:
            setattr(self, name, told["numbers"][name])
        torch.manual_seed(self.recipe.seed + self.updates)
        self._rng = np.random.default_rng([self.recipe.seed, self.updates])

    def _drawn(self) -> list[list[Script]]:
        """All chorales once, each in some key, as batches in some order."""
        found = []
        for i, chorale in enumerate(self.learn):
            own = self._rng.random() < self.recipe.own_key
            key = self._keys[i] if own else int(self._rng.choice(KEYS))
            if (i, key) not in self._scripts:
                self._scripts[i, key] = script(transposed(chorale, key))
            found.append(self._scripts[i, key])
        batches = by_length(found, self.recipe.batch_rows)
        return [batches[i] for i in self._rng.permutation(len(batches))]

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(_EMA, (self.updates + 1) / (self.updates + 10))
        torch._foreach_lerp_(
            list(self.kept.parameters()), list(self.network.parameters()), 1 - keep
        )


def _optimisers(network: Network, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the blocks' matrices, AdamW for the rest, as in the studio's trainer."""
    inner = [p for p in network.blocks.parameters() if p.ndim > 1]
    within = {id(p) for p in inner}
    outer = [p for p in network.parameters() if p.ndim > 1 and id(p) not in within]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [
        torch.optim.Muon(
            [{"params": inner, "initial_lr": _MUON * rate}],
            weight_decay=_DECAY,
            adjust_lr_fn="match_rms_adamw",
        ),
        torch.optim.AdamW(
            [
                {"params": outer, "weight_decay": _DECAY, "initial_lr": rate},
                {"params": others, "weight_decay": 0.0, "initial_lr": rate},
            ],
            betas=(0.9, 0.97),
        ),
    ]
