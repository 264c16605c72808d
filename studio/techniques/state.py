"""What a trainer is at one moment as arrays by name, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from studio.ground.errors import BadModel
from studio.techniques.lazy import Tensor, torch
from studio.techniques.weights import Array, Weights

State: TypeAlias = dict[str, Array]

UNFIT = "This checkpoint is of a training with other settings: start the training anew."


def kept(name: str, values: Mapping[str, Tensor] | Mapping[int, Tensor]) -> State:
    """Tensors under a name, which their own follow; copied."""
    return {
        f"{name}/{key}": np.array(value.detach().cpu().numpy()) for key, value in values.items()
    }


def under(name: str, state: Weights) -> dict[str, Tensor]:
    """What is kept under a name, which is left out; copied."""
    return {
        key.removeprefix(f"{name}/"): torch.from_numpy(np.array(value))
        for key, value in state.items()
        if key.startswith(f"{name}/")
    }


def numbered(name: str, state: Weights) -> dict[int, dict[str, Tensor]]:
    """What is kept under a name and a number, in the numbers' order."""
    found: dict[int, dict[str, Tensor]] = {}
    for place, value in under(name, state).items():
        number, _, key = place.partition("/")
        found.setdefault(int(number), {})[key] = value
    return dict(sorted(found.items()))


def facts_state(name: str, facts: Any) -> State:
    """What JSON can say, as bytes."""
    text = json.dumps(facts, allow_nan=False)
    return {name: np.frombuffer(text.encode(), np.uint8).copy()}


def facts_of(name: str, state: Weights) -> Any:
    """What `facts_state` kept; raises BadModel where it is not there."""
    try:
        return json.loads(state[name].tobytes())
    except (KeyError, ValueError) as error:
        raise BadModel(UNFIT) from error
