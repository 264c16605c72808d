"""Networks with their weights in them, ready to play."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from studio.errors import BadModel
from studio.techniques.base import Weights

_UNFIT = "The weights of this model do not fit its card: reinstall the model."
Network = TypeVar("Network", bound=nn.Module)


def filled(build: Callable[[], Network], weights: Weights, device: str) -> Network:
    """The network that `build` makes with the given weights, on the device and without gradients;
    raises BadModel where they do not fit."""
    try:
        network = build()
    except (RuntimeError, TypeError, ValueError) as error:
        raise BadModel(_UNFIT) from error
    fill(network, weights)
    return network.to(device).eval().requires_grad_(False)


def fill(network: nn.Module, weights: Weights) -> None:
    """Gives the network its weights; raises BadModel where they do not fit."""
    try:
        state = {name: torch.from_numpy(np.array(value)).float() for name, value in weights.items()}
        network.load_state_dict(state)
    except (RuntimeError, TypeError, ValueError) as error:
        raise BadModel(_UNFIT) from error
