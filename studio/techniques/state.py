"""What a trainer is at one moment as arrays by name, and back: networks, optimisers, chance."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from studio.errors import BadModel
from studio.music.roll import Window
from studio.techniques.lazy import Module, Tensor, torch
from studio.techniques.weights import Array, Weights

if TYPE_CHECKING:
    from torch import device
    from torch.optim import Optimizer

State: TypeAlias = dict[str, Array]

_UNFIT = "This checkpoint is of a training with other settings: start the training anew."


def network_state(name: str, network: Module) -> State:
    """The weights and buffers of a network, copied."""
    return {f"{name}/{key}": _array(value) for key, value in network.state_dict().items()}


def fill_network(name: str, network: Module, state: Weights) -> None:
    """Gives a network its weights and buffers again; raises BadModel where they do not fit."""
    try:
        network.load_state_dict(
            {key: torch.from_numpy(np.array(value)) for key, value in _under(name, state).items()}
        )
    except RuntimeError as error:
        raise BadModel(_UNFIT) from error


def optimiser_state(name: str, optimiser: Optimizer) -> State:
    """The moments and counters of an optimiser, by the number of the parameter; copied."""
    return {
        f"{name}/{number}/{key}": _array(torch.as_tensor(value))
        for number, kept in optimiser.state_dict()["state"].items()
        for key, value in kept.items()
    }


def fill_optimiser(name: str, optimiser: Optimizer, state: Weights) -> None:
    """Gives an optimiser its moments again; its learning rates stay as they are."""
    kept: dict[int, dict[str, Tensor]] = {}
    for place, value in _under(name, state).items():
        number, _, key = place.partition("/")
        kept.setdefault(int(number), {})[key] = torch.from_numpy(np.array(value))
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": kept, "param_groups": groups})


def facts_state(name: str, facts: Any) -> State:
    """What JSON can say, as bytes."""
    text = json.dumps(facts, allow_nan=False)
    return {name: np.frombuffer(text.encode(), np.uint8).copy()}


def facts_of(name: str, state: Weights) -> Any:
    """What `facts_state` kept; raises BadModel where it is not there."""
    try:
        return json.loads(state[name].tobytes())
    except (KeyError, ValueError) as error:
        raise BadModel(_UNFIT) from error


def chance_state(where: device) -> State:
    """Where torch's own random numbers are, of the processor and of the GPU where one learns."""
    kept = {"chance/cpu": _array(torch.get_rng_state())}
    if where.type == "cuda":
        kept["chance/cuda"] = _array(torch.cuda.get_rng_state(where))
    return kept


def fill_chance(where: device, state: Weights) -> None:
    """Goes on with torch's random numbers from where they were."""
    torch.set_rng_state(torch.from_numpy(np.array(state["chance/cpu"])))
    if where.type == "cuda" and "chance/cuda" in state:
        torch.cuda.set_rng_state(torch.from_numpy(np.array(state["chance/cuda"])), where)


def windows_state(name: str, windows: Iterable[Window]) -> State:
    """Some windows, whole."""
    kept: State = {}
    for number, window in enumerate(windows):
        for field in fields(Window):
            value = getattr(window, field.name)
            if value is not None:
                kept[f"{name}/{number}/{field.name}"] = np.array(value)
    return kept


def windows_of(name: str, state: Weights) -> list[Window]:
    """The windows that `windows_state` kept, in their order."""
    found: dict[int, dict[str, Any]] = {}
    for place, value in _under(name, state).items():
        number, _, key = place.partition("/")
        found.setdefault(int(number), {})[key] = np.array(value) if value.ndim else int(value)
    return [Window(**found[number]) for number in sorted(found)]


def tensors_state(name: str, tensors: Sequence[Tensor]) -> State:
    """A list of tensors."""
    return {f"{name}/{number}": _array(value) for number, value in enumerate(tensors)}


def tensors_of(name: str, state: Weights, where: device) -> list[Tensor]:
    """The tensors that `tensors_state` kept, in their order."""
    found = _under(name, state)
    return [
        torch.from_numpy(np.array(found[number])).to(where) for number in sorted(found, key=int)
    ]


def _array(value: Tensor) -> Array:
    return np.array(value.detach().cpu().numpy())


def _under(name: str, state: Weights) -> dict[str, Array]:
    """What is kept under a name, which is left out."""
    return {
        key.removeprefix(f"{name}/"): value
        for key, value in state.items()
        if key.startswith(f"{name}/")
    }
