"""The game of a generator against a critic: WGAN-GP (Gulrajani et al. 2017, arXiv 1704.00028).

The critic learns to score people's music above the generator's; the generator learns to be scored
high. The difference of the two mean scores is an estimate of the Wasserstein distance between both,
as long as the critic's gradient has length 1: the penalty sees to that.
"""

from __future__ import annotations

from collections.abc import Callable

from studio.techniques.lazy import Tensor, torch
from studio.techniques.losses import Loss

PENALTY_WEIGHT = 10.0  # lambda in the paper
UPDATE_RATIO = (
    "How often the critic learns for each time the generator does: more makes a sharper critic."
)
GAME = {
    "critic_loss": Loss(
        "Critic loss",
        "The critic tells people's bands from made ones; the further below 0, the easier it finds "
        "that.",
        good="level",
        critic=True,
    ),
    "generator_loss": Loss(
        "Generator loss",
        "How badly the critic rates what the generator plays. It may rise for a while, for the "
        "critic learns, too; it must not run away.",
        good="level",
    ),
    "gradient_penalty": Loss(
        "Gradient penalty",
        "How far the critic's gradient is from length 1: what keeps the critic from being so sure "
        "of itself that the generator learns nothing from it.",
        good="small",
    ),
}


def gradient_penalty(
    score: Callable[[Tensor], Tensor], real: Tensor, made: Tensor, share: Tensor
) -> Tensor:
    """Mean of (|gradient| - 1)^2, the gradient of the critic's `score` (batch,) for the point that
    lies `share` (batch, 1, ...), 0-1, of the way from what was made to what is real."""
    between = (share * real + (1 - share) * made).requires_grad_()
    (gradient,) = torch.autograd.grad(score(between).sum(), between, create_graph=True)
    penalty: Tensor = ((gradient.flatten(1).norm(dim=1) - 1) ** 2).mean()
    return penalty
