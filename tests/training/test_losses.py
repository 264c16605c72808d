"""The losses of WGAN-GP have known answers for critics with known gradients."""

from __future__ import annotations

import math
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from studio.music.roll import PITCHES
from studio.techniques.gan.network import Critic
from studio.techniques.gan.trainer import feature_matching, gradient_penalty, reconstruction_loss

SHAPE = (3, 2, 2, 8, PITCHES)  # (batch, part, plane, step, pitch)
CELLS = math.prod(SHAPE[1:])


class LinearCritic(nn.Module):
    """Its score is the sum of all cells times `slope`: a gradient of known length."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, band: Tensor, condition: Tensor) -> tuple[Tensor, list[Tensor]]:
        return self.slope * band.flatten(1).sum(1), []


class SquareCritic(nn.Module):
    """Its score is half the squared length of the band: the gradient is the band itself."""

    def forward(self, band: Tensor, condition: Tensor) -> tuple[Tensor, list[Tensor]]:
        return band.flatten(1).square().sum(1) / 2, []


def penalty(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    torch.manual_seed(0)
    return gradient_penalty(cast(Critic, critic), real, fake, torch.zeros(len(real), 1, 8))


@pytest.mark.parametrize(("length", "expected"), [(1.0, 0.0), (0.0, 1.0), (3.0, 4.0)])
def test_the_penalty_is_the_squared_distance_of_the_gradient_from_1(
    length: float, expected: float
) -> None:
    critic = LinearCritic(length / math.sqrt(CELLS))
    found = penalty(critic, torch.rand(SHAPE), torch.rand(SHAPE))
    assert found.item() == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_the_penalty_is_taken_between_real_and_fake() -> None:
    """Where both are the same point, the gradient is taken there; else on the line between."""
    point = torch.zeros(SHAPE)
    point[:, 0, 0, 0, 0] = 1.0
    assert penalty(SquareCritic(), point, point).item() == pytest.approx(0.0, abs=1e-6)
    between = penalty(SquareCritic(), point, torch.zeros(SHAPE)).item()
    assert 0 < between < 1
    opposite = penalty(SquareCritic(), 3 * point, 2 * point).item()
    assert 1 < opposite < 4


def test_the_penalty_teaches_the_critic() -> None:
    critic = LinearCritic(1.0)
    slope = torch.tensor(2.0 / math.sqrt(CELLS), requires_grad=True)
    critic.slope = cast(float, slope)
    penalty(critic, torch.rand(SHAPE), torch.rand(SHAPE)).backward()  # type: ignore[no-untyped-call]
    assert slope.grad is not None
    # d (|s| sqrt(n) - 1)^2 / ds = 2 (2 - 1) sqrt(n)
    assert slope.grad.item() == pytest.approx(2 * math.sqrt(CELLS), rel=1e-4)


def test_reconstruction_of_a_coin_toss_is_ln_2_a_cell() -> None:
    loss = reconstruction_loss(torch.zeros(SHAPE), torch.randint(0, 2, SHAPE).float())
    assert loss.item() == pytest.approx(math.log(2) * PITCHES * (4 + 1) / 2, rel=1e-5)


def test_a_sure_and_right_generator_loses_nothing() -> None:
    band = torch.randint(0, 2, SHAPE).float()
    assert reconstruction_loss(40 * (band - 0.5), band).item() < 1e-5
    assert reconstruction_loss(-40 * (band - 0.5), band).item() > 1000


def test_a_wrong_onset_weighs_four_times_a_wrong_sustain() -> None:
    silence = torch.full(SHAPE, -20.0)
    onset, sustain = torch.zeros(SHAPE), torch.zeros(SHAPE)
    onset[:, :, 0, 3, 40] = 1
    sustain[:, :, 1, 3, 40] = 1
    missed_onset = reconstruction_loss(silence, onset)
    missed_sustain = reconstruction_loss(silence, sustain)
    assert (missed_onset / missed_sustain).item() == pytest.approx(4, rel=1e-3)


def test_features_that_agree_in_the_mean_match() -> None:
    real = [torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.zeros(2, 3)]
    swapped = [torch.tensor([[3.0, 4.0], [1.0, 2.0]]), torch.zeros(2, 3)]
    assert feature_matching(real, swapped).item() == 0.0
    moved = [real[0] + torch.tensor([1.0, -1.0]), torch.full((2, 3), 0.5)]
    assert feature_matching(real, moved).item() == pytest.approx(1.5)
