"""WGAN-GP and nothing else (Gulrajani et al. 2017, arXiv 1704.00028, algorithm 1).

The critic learns to score people's bands above the generator's; the generator learns to be scored
high. The difference of the two mean scores is an estimate of the Wasserstein distance between
people's music and the generator's, as long as the critic's gradient has length 1: the penalty
sees to that. Nothing tells the generator which notes people played to this very melody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.music.roll import Window
from studio.techniques.base import Weights
from studio.techniques.filled import fill
from studio.techniques.state import (
    State,
    chance_state,
    facts_of,
    facts_state,
    fill_chance,
    fill_network,
    fill_optimiser,
    network_state,
    optimiser_state,
)
from studio.techniques.textbook.cuts import random_cuts
from studio.techniques.textbook.network import NOISE, Critic, Generator, weights_of
from studio.techniques.textbook.settings import Settings

PENALTY_WEIGHT = 10.0  # lambda in the paper
_BETAS = (0.5, 0.9)


class TextbookTrainer:
    """Holds networks and optimisers; all chance comes from `settings.seed`."""

    def __init__(
        self, tracks: int, settings: Settings, device: torch.device, weights: Weights | None = None
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.device = device
        self.generator = Generator(tracks).to(device)
        if weights is not None:
            fill(self.generator, weights)
        self.critic = Critic(tracks).to(device)
        self.learning_rate = settings.learning_rate
        rate = self.learning_rate
        self._generator_step = torch.optim.Adam(self.generator.parameters(), rate, _BETAS)
        self._critic_step = torch.optim.Adam(self.critic.parameters(), rate, _BETAS)
        self._rng = np.random.default_rng(settings.seed)
        self._steps = 0

    def step(self, draw: Callable[[], Sequence[Window]], progress: float) -> dict[str, float]:
        """`update_ratio` updates of the critic, then one of the generator, each on a fresh batch
        from `draw`; `progress` changes nothing. Returns the losses of the last of each."""
        report: dict[str, float] = {}
        for optimiser in (self._generator_step, self._critic_step):
            optimiser.param_groups[0]["lr"] = self.learning_rate
        for _ in range(self.settings.update_ratio):
            report |= self._learn_critic(*self._cuts(draw(), self._rng))
        melody, band = self._cuts(draw(), self._rng)
        report["generator_loss"] = self._learn_generator(melody)
        self._steps += 1
        self.generator.density.lerp_(band.mean((0, 2, 3)), 1 / self._steps)  # the mean so far
        return report

    def _learn_critic(self, melody: Tensor, band: Tensor) -> dict[str, float]:
        with torch.no_grad():
            made = self._play(melody, self._rng)
        distance = self.critic(band, melody).mean() - self.critic(made, melody).mean()
        share = torch.from_numpy(self._rng.random((len(band), 1, 1, 1), np.float32))
        penalty = gradient_penalty(self.critic, band, made, melody, share.to(self.device))
        loss = -distance + PENALTY_WEIGHT * penalty
        _descend(self._critic_step, loss)
        return {"critic_loss": loss.item(), "gradient_penalty": penalty.item()}

    def _learn_generator(self, melody: Tensor) -> float:
        loss = -self.critic(self._play(melody, self._rng), melody).mean()
        _descend(self._generator_step, loss)
        return float(loss.item())

    @torch.no_grad()
    def held_out(self, windows: Sequence[Window]) -> dict[str, float]:
        """The critic's estimate of the Wasserstein distance on music that neither network learns
        from; the same cuts and noise each time."""
        rng = np.random.default_rng(self.settings.seed)
        melody, band = self._cuts(windows, rng)
        self.generator.eval()
        made = self._play(melody, rng)
        self.generator.train()
        distance = self.critic(band, melody).mean() - self.critic(made, melody).mean()
        return {"held_out_wasserstein": distance.item()}

    def weights(self) -> dict[str, NDArray[Any]]:
        """The generator's weights by name."""
        return dict(weights_of(self.generator))

    def state(self) -> State:
        """All that it is between two steps."""
        rng = self._rng.bit_generator.state
        facts = {"steps": self._steps, "learning_rate": self.learning_rate, "rng": rng}
        return {
            **facts_state("facts", facts),
            **network_state("generator", self.generator),
            **network_state("critic", self.critic),
            **optimiser_state("generator_step", self._generator_step),
            **optimiser_state("critic_step", self._critic_step),
            **chance_state(self.device),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Goes on from a state; raises BadModel where it is one of other settings."""
        facts = facts_of("facts", state)
        fill_network("generator", self.generator, state)
        fill_network("critic", self.critic, state)
        fill_optimiser("generator_step", self._generator_step, state)
        fill_optimiser("critic_step", self._critic_step, state)
        self._steps, self.learning_rate = facts["steps"], facts["learning_rate"]
        self._rng.bit_generator.state = facts["rng"]
        fill_chance(self.device, state)

    def _cuts(self, windows: Sequence[Window], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        melody, band = random_cuts(windows, rng)
        return torch.from_numpy(melody).to(self.device), torch.from_numpy(band).to(self.device)

    def _play(self, melody: Tensor, rng: np.random.Generator) -> Tensor:
        """What the generator plays, (batch, track, step, pitch), shades between 0 and 1."""
        noise = torch.from_numpy(rng.standard_normal((len(melody), *NOISE), np.float32))
        return torch.sigmoid(self.generator(melody, noise.to(self.device)))


def gradient_penalty(
    critic: Callable[[Tensor, Tensor], Tensor],
    real: Tensor,
    made: Tensor,
    melody: Tensor,
    share: Tensor,
) -> Tensor:
    """Mean of (|gradient| - 1)^2, the gradient of the critic's score for the point that lies
    `share` (batch, 1, 1, 1), 0-1, of the way from the made band to the real one."""
    between = (share * real + (1 - share) * made).requires_grad_()
    scores = critic(between, melody)
    (gradient,) = torch.autograd.grad(scores.sum(), between, create_graph=True)
    penalty: Tensor = ((gradient.flatten(1).norm(dim=1) - 1) ** 2).mean()
    return penalty


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
