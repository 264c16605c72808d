"""One training step of the GAN technique: texture prior, critic and generator together.

First the generator learns by reconstruction alone (warm-up), then WGAN-GP takes over while the
weight of the reconstruction fades. What plays is a running mean (EMA) of the generator's weights.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import fields
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from studio.music.instruments import Part
from studio.music.roll import PITCHES, Window
from studio.techniques import wgan
from studio.techniques.gan.batch import Batch, busy_as
from studio.techniques.gan.network import Critic, Models, binarise
from studio.techniques.state import State, kept, numbered
from studio.techniques.together import average_report, share_of, whole_chance, whole_means
from studio.techniques.trainer import Draw, Trainer, average, descend
from studio.techniques.weights import Array, Weights, fill, weights_of

if TYPE_CHECKING:
    from studio.techniques.gan import Gan

_EMA = 0.999
_ONSET_WEIGHT = 4.0  # onsets are rare beside sustained steps
_RECONSTRUCTION = (10.0, 2.0)  # its weight beside the critic's word, first and last
_FEATURE_MATCHING = 1.0
_GRADIENT_CLIP = 10.0
_RECENT = 32  # windows that tell how busy people are


class GanTrainer(Trainer):
    """`step` learns from one batch of windows, or from several where the critic learns, too."""

    def __init__(
        self,
        parts: Sequence[Part],
        settings: Gan.Settings,
        device: str,
        weights: Weights | None = None,
    ) -> None:
        super().__init__(settings, device)
        self.settings = settings
        self.models = Models(parts, settings.width, settings.dropout).to(self.device)
        if weights is not None:
            fill(self.models, weights)
        self.ema = deepcopy(self.models).requires_grad_(False).eval()
        self.critic = Critic([part.is_drum for part in parts], settings.width).to(self.device)
        self.networks = {"models": self.models, "ema": self.ema, "critic": self.critic}
        learned = (
            (self.models.generator, 1.0, (0.5, 0.9)),
            (self.models.texture, 3.0, (0.9, 0.999)),
            (self.critic, 0.5, (0.5, 0.9)),
        )
        self._steps_of: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(
                [{"params": list(network.parameters()), "pace": pace}],
                pace * self.learning_rate,
                betas=betas,
                weight_decay=0.01,
            )
            for network, pace, betas in learned
        ]
        self.optimisers = {f"optimiser{i}": one for i, one in enumerate(self._steps_of)}
        self._recent: deque[Window] = deque(maxlen=_RECENT)

    def step(self, draw: Draw, progress: float) -> dict[str, float]:
        """Learns from batches that `draw` gives; `progress` 0-1 is the share of training done.

        Returns the losses of this step; the critic's are absent during the warm-up.
        """
        report: dict[str, float] = {}
        warm_up = self.settings.warm_up
        adversarial = progress >= warm_up
        self.set_rates(1 - 0.9 * progress)
        fading = (progress - warm_up) / max(1 - warm_up, 1e-9)
        with whole_chance():
            if adversarial:
                for _ in range(self.settings.update_ratio):
                    report |= self._learn_critic(self._batch(draw()))
            windows = draw()
            self._recent.extend(windows)
            batch = self._batch(windows)
            report |= self._learn_generator(batch, fading if adversarial else None)
            texture = _texture_loss(self.models, batch)
            self._descend(texture, self.models.texture, 1)
            report["texture_loss"] = texture.item()
        self.steps += 1
        average(self.ema, self.models, self.steps, _EMA)
        return average_report(report)

    def _batch(self, windows: Sequence[Window]) -> Batch:
        """What this process learns from, of what all do."""
        return Batch(share_of(windows), self.models.parts, self.device)

    def _learn_critic(self, batch: Batch) -> dict[str, float]:
        with torch.no_grad():
            fake = binarise(self.models.generator(batch.condition, batch.noise()))
        real_score = self.critic(batch.band, batch.condition)[0].mean()
        fake_score = self.critic(fake, batch.condition)[0].mean()
        penalty = gradient_penalty(self.critic, batch.band, fake, batch.condition)
        loss = fake_score - real_score + wgan.PENALTY_WEIGHT * penalty
        self._descend(loss, self.critic, 2)
        return {"critic_loss": loss.item(), "gradient_penalty": penalty.item()}

    def _learn_generator(self, batch: Batch, fading: float | None) -> dict[str, float]:
        logits = self.models.generator(batch.condition, batch.noise())
        reconstruction = reconstruction_loss(logits, batch.band)
        report = {"reconstruction_loss": reconstruction.item()}
        if fading is None:
            loss = reconstruction
        else:
            first, last = _RECONSTRUCTION
            weight = first * (last / first) ** fading
            score, fake_features = self.critic(binarise(logits), batch.condition)
            with torch.no_grad():
                _, real_features = self.critic(batch.band, batch.condition)
            matching = feature_matching(whole_means(real_features), whole_means(fake_features))
            loss = weight * reconstruction - score.mean() + _FEATURE_MATCHING * matching
            report["generator_loss"] = -score.mean().item()
        self._descend(loss, self.models.generator, 0)
        return report

    def _descend(self, loss: Tensor, network: nn.Module, number: int) -> None:
        descend(loss, network.parameters(), self._steps_of[number], clip=_GRADIENT_CLIP)

    @torch.no_grad()
    def held_out(self, windows: Sequence[Window]) -> dict[str, float]:
        """The averaged generator's and texture prior's losses on music they do not learn from."""
        batch = Batch(windows, self.models.parts, self.device)
        logits = self.ema.generator(batch.condition, batch.noise())
        return {
            "held_out_reconstruction_loss": reconstruction_loss(logits, batch.band).item(),
            "held_out_texture_loss": _texture_loss(self.ema, batch).item(),
        }

    def weights(self) -> dict[str, Array]:
        """The averaged weights, the texture prior as busy as the music last learned from."""
        busy_as(self.ema.texture, self._recent, self.models.parts)
        return weights_of(self.ema)

    def state(self) -> State:
        state = super().state()
        for number, window in enumerate(self._recent):
            values = {field.name: getattr(window, field.name) for field in fields(Window)}
            known = {name: torch.tensor(v) for name, v in values.items() if v is not None}
            state |= kept(f"recent/{number}", known)
        return state

    def restore(self, state: Weights) -> None:
        self._recent.clear()
        for known in numbered("recent", state).values():
            values = {n: v.numpy() if v.ndim else int(v) for n, v in known.items()}
            self._recent.append(Window(**values))  # type: ignore[arg-type]
        super().restore(state)


def _texture_loss(models: Models, batch: Batch) -> Tensor:
    """Cross-entropy in nats a step, summed over the parts."""
    logits = models.texture(batch.context, batch.past, batch.present)
    parts = [
        F.cross_entropy(part.flatten(0, 1), batch.texture[:, i].flatten())
        for i, part in enumerate(logits)
    ]
    return torch.stack(parts).sum()


def reconstruction_loss(logits: Tensor, band: Tensor) -> Tensor:
    """Binary cross-entropy in nats a step and part plane; both (batch, part, 2, step, pitch)."""
    weight = torch.tensor([_ONSET_WEIGHT, 1.0], device=logits.device).view(1, 1, 2, 1, 1)
    loss = F.binary_cross_entropy_with_logits(logits, band, reduction="none")
    return (loss * weight).mean() * PITCHES


def gradient_penalty(critic: Critic, real: Tensor, fake: Tensor, condition: Tensor) -> Tensor:
    """(|gradient| - 1)^2 of the critic, between real and fake bands."""
    share = torch.rand(len(real), 1, 1, 1, 1, device=real.device)
    return wgan.gradient_penalty(lambda band: critic(band, condition)[0], real, fake, share)


def feature_matching(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """Distance of the critic's mean features on real and fake bands (Salimans et al. 2016)."""
    distances = [(r.mean(0) - f.mean(0)).abs().mean() for r, f in zip(real, fake, strict=True)]
    return torch.stack(distances).sum()
