"""The losses: Wasserstein with gradient penalty, and reconstruction, which makes it listenable."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from studio.music.roll import PITCHES
from studio.techniques import wgan
from studio.techniques.gan.network import Critic

_ONSET_WEIGHT = 4.0  # onsets are rare beside sustained steps


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
