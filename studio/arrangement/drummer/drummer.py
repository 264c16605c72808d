"""The drummer on disk and in memory, and how drums are played: step by step, each drum drawn from
its odds, then its loudness and its timing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors

from studio.arrangement.drummer.bars import Bar
from studio.arrangement.drummer.cells import now_of, then_of, told_of
from studio.arrangement.drummer.strokes import DRUMS, LATEST, Strokes
from studio.arrangement.drummer.styles import ANY, STYLES
from studio.ground import assets
from studio.ground.device import prepare_torch
from studio.ground.errors import BadModel
from studio.music.instruments import CRASH, KICK, KIT

if TYPE_CHECKING:
    from torch import Tensor

    from studio.arrangement.drummer.network import Network

SHIPPED = assets.ASSETS / "drummer"
_BROKEN = "The drummer is missing or damaged: install Tutti again."
_HEAT, _HEAT_OF_FILL = 0.7, 1.0  # temperatures
_LEAST = 0.03  # odds below are none
_WITH_BASS, _WITHOUT_BASS = 0.8, -0.4  # on the kick, in nats
_SPREAD_LOUD, _SPREAD_LATE = 0.6, 0.5  # shares of people's
_LATE_UNIT = 0.5  # sixteenths
_QUIETEST = 0.05

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Drummer:
    """The network in memory."""

    network: Network

    def take(
        self, bars: Sequence[Bar], bar_steps: int, rng: np.random.Generator, style: str = "",
        bpm: float = 110.0, swung: bool = False, together: int = 1,
    ) -> Take:  # fmt: skip
        """Drums for so many bars of `bar_steps` sixteenths, in a style of STYLES or in none; so
        many short bars `together` are played as one. All timing is even: swing is for the caller to
        give back."""
        number = STYLES.index(style) if style in STYLES else ANY
        told = told_of(bars, bar_steps, number, bpm, swung, together)
        return Take(self.network, bars, bar_steps, rng, told, together * bar_steps)


class Take:
    """One take of the drummer, who goes on from where they are."""

    def __init__(
        self, network: Network, bars: Sequence[Bar], bar_steps: int, rng: np.random.Generator,
        told: NDArray[np.int64], back: int,
    ) -> None:  # fmt: skip
        import torch

        self._network, self._bars, self._bar_steps, self._rng = network, bars, bar_steps, rng
        self._back = back  # steps to what is a bar ago
        steps = len(bars) * bar_steps
        nothing = np.zeros((2, steps, DRUMS), np.float32)
        self._strokes = Strokes(np.zeros((steps, DRUMS), bool), *nothing)
        with torch.inference_mode():
            self._read = network.read(torch.from_numpy(told))[None]
        self._beside = network.beside.triu(1).numpy()
        self._state: Tensor | None = None
        self._step = 0

    def until(self, bars: int, bass: Mask | None = None, given: Mask | None = None) -> Strokes:
        """The strokes of the first bars, at most as many as there are. Where the `bass` begins
        notes, (step,), the kick rather strikes; strokes that are `given`, (step, drum), are struck
        as they are, as loud and as early or late as people would. Both reach as far as the bars."""
        end = min(bars, len(self._bars)) * self._bar_steps
        while self._step < end:
            if not self._bars[self._step // self._bar_steps].silent:
                self._strike(self._step, bass, given)
            self._step += 1
        return self._strokes.first(end)

    def _strike(self, step: int, bass: Mask | None, given: Mask | None) -> None:
        import torch

        bar, strokes = self._bars[step // self._bar_steps], self._strokes
        now = torch.from_numpy(now_of(strokes, step))[None, None]
        same = None if bar.like is None else bar.like * self._bar_steps + step % self._bar_steps
        then = torch.from_numpy(then_of(strokes, step, self._back, same))[None, None]
        with torch.inference_mode():
            features, self._state = self._network.follow(
                now, then, self._read[:, step : step + 1], self._state
            )
            logits = self._network.hits(features[0, 0]).numpy().copy()
        if bass is not None:
            logits[KIT.index(KICK)] += _WITH_BASS if bass[step] else _WITHOUT_BASS
        chance, noise = self._rng.random(DRUMS), self._rng.normal(size=(2, DRUMS))
        if given is not None:
            struck = given[step]
        elif bar.last:
            struck = _closing(step % self._bar_steps)
        else:
            struck = _drawn(logits, self._beside, chance, _HEAT_OF_FILL if bar.fill else _HEAT)
        if struck.any():
            strokes.struck[step] = struck
            with torch.inference_mode():
                touch = self._network.touches(
                    features[0, 0], torch.from_numpy(struck.astype(np.float32))
                )
            strokes.loud[step], strokes.late[step] = _touch(touch, noise, struck)


@cache
def load(folder: Path = SHIPPED) -> Drummer:
    """The drummer of a folder, read once; raises BadModel where it is missing or damaged."""
    import torch

    from studio.arrangement.drummer.network import Network

    prepare_torch()
    try:
        tensors = load_tensors((folder / "weights.safetensors").read_bytes())
        network = Network()
        network.load_state_dict(
            {name: torch.from_numpy(np.array(v)).float() for name, v in tensors.items()}
        )
    except (OSError, SafetensorError, ValueError, RuntimeError) as error:
        raise BadModel(_BROKEN) from error
    return Drummer(network.eval().requires_grad_(False))


def _drawn(logits: Floats, beside: Floats, chance: NDArray[np.float64], heat: float) -> Mask:
    """Each drum from its odds, which know those before it on the kit."""
    struck = np.zeros(DRUMS, bool)
    for drum in range(DRUMS):
        logit = (logits[drum] + float(struck @ beside[:, drum])) / heat
        odds = 1 / (1 + np.exp(-logit))
        struck[drum] = odds >= _LEAST and chance[drum] < odds
    return struck


def _closing(step: int) -> Mask:
    """What ends a piece: kick and crash on its last bar's first beat, then silence."""
    struck = np.zeros(DRUMS, bool)
    struck[[KIT.index(KICK), KIT.index(CRASH)]] = step == 0
    return struck


def _touch(
    touch: tuple[Tensor, Tensor, Tensor, Tensor], noise: NDArray[np.float64], struck: Mask
) -> tuple[Floats, Floats]:
    """Loudness and lateness (drum,) drawn from their means and spreads."""
    loud, loud_spread, late, late_spread = (one.numpy() for one in touch)
    loud = loud + _SPREAD_LOUD * np.exp(loud_spread) * noise[0]
    late = (late + _SPREAD_LATE * np.exp(late_spread) * noise[1]) * _LATE_UNIT
    return (
        np.where(struck, loud.clip(_QUIETEST, 1), 0).astype(np.float32),
        np.where(struck, late.clip(-LATEST, LATEST), 0).astype(np.float32),
    )
