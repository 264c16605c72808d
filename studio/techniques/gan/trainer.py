"""One training step of the GAN technique: texture prior, critic and generator together.

First the generator learns by reconstruction alone (warm-up), then WGAN-GP takes over while the
weight of the reconstruction fades. The weights kept are a running mean (EMA) of the generator's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from studio.music.roll import Window
from studio.techniques.base import Weights
from studio.techniques.contract import Part
from studio.techniques.filled import fill
from studio.techniques.gan import losses
from studio.techniques.gan.batch import Batch, DrawBatch, busy_as
from studio.techniques.gan.models import Models
from studio.techniques.gan.network import Critic, binarise
from studio.techniques.gan.settings import Settings
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
    windows_of,
    windows_state,
)
from studio.techniques.together import (
    average_gradients,
    average_report,
    share_of,
    whole_chance,
    whole_means,
)

_EMA = 0.999
_RECONSTRUCTION = (10.0, 2.0)  # its weight beside the critic's word, first and last
_FEATURE_MATCHING = 1.0
_GRADIENT_CLIP = 10.0
_RECENT = 32  # windows that tell how busy people are


class GanTrainer:
    """Holds networks and optimisers; `step` learns from one batch of windows."""

    def __init__(
        self,
        parts: Sequence[Part],
        settings: Settings,
        device: torch.device,
        weights: Weights | None = None,
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.device = device
        self.models = Models(parts, settings.width, settings.dropout).to(device)
        if weights is not None:
            fill(self.models, weights)
        self.kept = deepcopy(self.models).requires_grad_(False).eval()
        self.critic = Critic([part.is_drum for part in parts], settings.width).to(device)
        self.learning_rate = settings.learning_rate
        networks = (
            (self.models.generator.parameters(), 1.0, (0.5, 0.9)),
            (self.models.texture.parameters(), 3.0, (0.9, 0.999)),
            (self.critic.parameters(), 0.5, (0.5, 0.9)),
        )
        self._optimisers = [
            torch.optim.AdamW(
                [{"params": list(parameters), "pace": pace}],
                pace * self.learning_rate,
                betas=betas,
                weight_decay=0.01,
            )
            for parameters, pace, betas in networks
        ]
        self._generator_step, self._texture_step, self._critic_step = self._optimisers
        self._steps = 0
        self._recent: deque[Window] = deque(maxlen=_RECENT)

    def step(self, draw: DrawBatch, progress: float) -> dict[str, float]:
        """Learns from batches that `draw` gives; `progress` 0-1 is the share of training done.

        Returns the losses of this step; the critic's are absent during the warm-up.
        """
        report: dict[str, float] = {}
        warm_up = self.settings.warm_up
        adversarial = progress >= warm_up
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["pace"] * self.learning_rate * (1 - 0.9 * progress)
        fading = (progress - warm_up) / max(1 - warm_up, 1e-9)
        with whole_chance():
            if adversarial:
                for _ in range(self.settings.update_ratio):
                    report |= self._learn_critic(self._batch(draw()))
            windows = draw()
            self._recent.extend(windows)
            batch = self._batch(windows)
            report |= self._learn_generator(batch, fading if adversarial else None)
            report["texture_loss"] = self._learn_texture(batch)
        self._steps += 1
        self._average()
        return average_report(report)

    def _batch(self, windows: Sequence[Window]) -> Batch:
        """What this process learns from, of what all do."""
        return Batch(share_of(windows), self.models.parts, self.device)

    def _learn_critic(self, batch: Batch) -> dict[str, float]:
        with torch.no_grad():
            fake = binarise(self.models.generator(batch.condition, batch.noise()))
        real_score = self.critic(batch.band, batch.condition)[0].mean()
        fake_score = self.critic(fake, batch.condition)[0].mean()
        penalty = losses.gradient_penalty(self.critic, batch.band, fake, batch.condition)
        loss = fake_score - real_score + losses.PENALTY_WEIGHT * penalty
        _descend(self._critic_step, loss)
        return {"critic_loss": loss.item(), "gradient_penalty": penalty.item()}

    def _learn_generator(self, batch: Batch, fading: float | None) -> dict[str, float]:
        logits = self.models.generator(batch.condition, batch.noise())
        reconstruction = losses.reconstruction_loss(logits, batch.band)
        report = {"reconstruction_loss": reconstruction.item()}
        if fading is None:
            loss = reconstruction
        else:
            first, last = _RECONSTRUCTION
            weight = first * (last / first) ** fading
            score, fake_features = self.critic(binarise(logits), batch.condition)
            with torch.no_grad():
                _, real_features = self.critic(batch.band, batch.condition)
            matching = losses.feature_matching(
                whole_means(real_features), whole_means(fake_features)
            )
            loss = weight * reconstruction - score.mean() + _FEATURE_MATCHING * matching
            report["generator_loss"] = -score.mean().item()
        _descend(self._generator_step, loss)
        return report

    def _learn_texture(self, batch: Batch) -> float:
        loss = _texture_loss(self.models, batch)
        _descend(self._texture_step, loss)
        return loss.item()

    @torch.no_grad()
    def _average(self) -> None:
        keep = min(_EMA, (self._steps + 1) / (self._steps + 10))
        pairs = zip(self.kept.parameters(), self.models.parameters(), strict=True)
        for kept, current in pairs:
            kept.lerp_(current, 1 - keep)

    @torch.no_grad()
    def held_out(self, windows: Sequence[Window]) -> dict[str, float]:
        """The kept generator's and texture prior's losses on music they do not learn from."""
        batch = Batch(windows, self.models.parts, self.device)
        logits = self.kept.generator(batch.condition, batch.noise())
        return {
            "held_out_reconstruction_loss": losses.reconstruction_loss(logits, batch.band).item(),
            "held_out_texture_loss": _texture_loss(self.kept, batch).item(),
        }

    def weights(self) -> dict[str, NDArray[Any]]:
        """The kept weights by name, the texture prior as busy as the music last learned from."""
        busy_as(self.kept.texture, self._recent, self.models.parts)
        return {name: value.cpu().numpy() for name, value in self.kept.state_dict().items()}

    def _networks(self) -> dict[str, nn.Module]:
        return {"models": self.models, "kept": self.kept, "critic": self.critic}

    def state(self) -> State:
        """All that it is between two steps."""
        state = facts_state("facts", {"steps": self._steps, "learning_rate": self.learning_rate})
        for name, network in self._networks().items():
            state |= network_state(name, network)
        for number, optimiser in enumerate(self._optimisers):
            state |= optimiser_state(f"optimiser{number}", optimiser)
        return state | windows_state("recent", self._recent) | chance_state(self.device)

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Goes on from a state; raises BadModel where it is one of other settings."""
        facts = facts_of("facts", state)
        for name, network in self._networks().items():
            fill_network(name, network, state)
        for number, optimiser in enumerate(self._optimisers):
            fill_optimiser(f"optimiser{number}", optimiser, state)
        self._recent = deque(windows_of("recent", state), maxlen=_RECENT)
        self._steps, self.learning_rate = facts["steps"], facts["learning_rate"]
        fill_chance(self.device, state)


def _texture_loss(models: Models, batch: Batch) -> Tensor:
    """Cross-entropy in nats a step, summed over the parts."""
    logits = models.texture(batch.context, batch.past, batch.present)
    parts = [
        nn.functional.cross_entropy(part.flatten(0, 1), batch.texture[:, i].flatten())
        for i, part in enumerate(logits)
    ]
    return torch.stack(parts).sum()


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    parameters = optimiser.param_groups[0]["params"]
    average_gradients(parameters)
    nn.utils.clip_grad_norm_(parameters, _GRADIENT_CLIP)
    optimiser.step()
