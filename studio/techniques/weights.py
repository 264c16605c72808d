"""Weights by name: out of a network, and into one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.ground.errors import BadModel
from studio.techniques.lazy import Module, torch

Array: TypeAlias = NDArray[Any]
Weights: TypeAlias = Mapping[str, Array]

_UNFIT = "The weights of this model do not fit its card: reinstall the model."
COUNTER = "num_batches_tracked"  # of batch normalisation: no one reads it
Network = TypeVar("Network", bound=Module)


def filled(build: Callable[[], Network], weights: Weights, device: str) -> Network:
    """The network that `build` makes with the given weights, on the device and without gradients;
    raises BadModel where they do not fit."""
    try:
        network = build()
    except (RuntimeError, TypeError, ValueError) as error:
        raise BadModel(_UNFIT) from error
    fill(network, weights)
    return network.to(device).eval().requires_grad_(False)


def fill(network: Module, weights: Weights) -> None:
    """Gives the network its weights; raises BadModel where they do not fit."""
    try:
        state = {name: torch.from_numpy(np.array(value)).float() for name, value in weights.items()}
        network.load_state_dict(state)
    except (RuntimeError, TypeError, ValueError) as error:
        raise BadModel(_UNFIT) from error


def weights_of(network: Module) -> dict[str, Array]:
    """The weights and buffers of a network by name, as a model file has them; copied."""
    return {
        name: value.detach().cpu().numpy().copy()
        for name, value in network.state_dict().items()
        if not name.endswith(COUNTER)
    }


def answer(network: Module, *arrays: Array) -> NDArray[np.float32]:
    """What a network gives for arrays, on its device and without gradients."""
    device = next(network.parameters()).device
    with torch.inference_mode():
        found = network(*(torch.from_numpy(array).to(device) for array in arrays))
    result: NDArray[np.float32] = found.float().cpu().numpy()
    return result
