"""What every trainer does: hold networks and optimisers, and stop and go on between two steps."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from studio.ground.errors import BadModel
from studio.music.roll import Window
from studio.techniques.forms import Training
from studio.techniques.lazy import Module, Tensor, nn, torch
from studio.techniques.state import UNFIT, State, facts_of, facts_state, kept, numbered, under
from studio.techniques.together import agreed, average_gradients, join, process
from studio.techniques.weights import Array, weights_of
from studio.techniques.weights import Weights as ByName

if TYPE_CHECKING:
    from torch.optim import Optimizer

Draw: TypeAlias = Callable[[], Sequence[Window]]
_OLD_NAMES = {"kept/": "ema/"}  # in checkpoints of earlier versions


class Trainer(ABC):
    """Learns a step at a time.

    `state` is all that it is between two steps, as arrays by name; a fresh trainer of the same
    settings that is given it by `restore` goes on as this one would, on a CPU bit for bit. Restore
    it last: it sets torch's random numbers, too. `learning_rate` is the rate of the settings, from
    which a technique derives its own; it may be set between steps.

    A technique's own trainer puts its networks and optimisers into `networks` and `optimisers`, by
    name, and draws its chance from torch and `rng`; the rest is done here.
    """

    Settings: TypeAlias = Training
    Weights: TypeAlias = ByName  # arrays by name
    # Several processes may learn together: they meet, each has a number, and agree on what the
    # first one says.
    join, process, agreed = staticmethod(join), staticmethod(process), staticmethod(agreed)

    def __init__(self, settings: Training, device: str) -> None:
        torch.manual_seed(settings.seed)
        self.device = torch.device(device)
        self.learning_rate = settings.learning_rate
        self.rng = np.random.default_rng(settings.seed)
        self.networks: dict[str, Module] = {}
        self.optimisers: dict[str, Optimizer] = {}
        self.steps = 0

    @abstractmethod
    def step(self, draw: Draw, progress: float) -> dict[str, float]:
        """Learns from what `draw` gives, once or several times; `progress` 0-1 is the share of the
        training that is over. Returns the losses, by name."""

    @abstractmethod
    def held_out(self, windows: Sequence[Window]) -> dict[str, float]:
        """The losses on music that it does not learn from, `held_out_` before each name."""

    def weights(self) -> dict[str, Array]:
        """The weights of the network that plays, by name: of a running mean called `ema`, else of
        the first."""
        networks = self.networks
        return weights_of(networks["ema"] if "ema" in networks else next(iter(networks.values())))

    def opponent(self) -> dict[str, Array]:
        """The weights of the critic that the player learned against, by name; {} where none."""
        return weights_of(self.networks["critic"]) if "critic" in self.networks else {}

    def tensor(self, array: Array) -> Tensor:
        """The array where the networks are."""
        return torch.from_numpy(array).to(self.device)

    def set_rates(self, share: float = 1.0) -> None:
        """Sets the optimisers to a share of the learning rate, each group times its `pace`."""
        for optimiser in self.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = group.get("pace", 1.0) * self.learning_rate * share

    def state(self) -> State:
        """All that it is between two steps; copied."""
        rng = self.rng.bit_generator.state
        facts = {"steps": self.steps, "learning_rate": self.learning_rate, "rng": rng}
        state = facts_state("facts", facts) | kept("chance", {"cpu": torch.get_rng_state()})
        if self.device.type == "cuda":
            state |= kept("chance", {"cuda": torch.cuda.get_rng_state(self.device)})
        for name, network in self.networks.items():
            state |= kept(name, network.state_dict())
        for name, optimiser in self.optimisers.items():
            for number, moments in optimiser.state_dict()["state"].items():
                named = {key: torch.as_tensor(value) for key, value in moments.items()}
                state |= kept(f"{name}/{number}", named)
        return state

    def restore(self, state: ByName) -> None:
        """Goes on from a state; raises BadModel where it is one of other settings."""
        for old, new in _OLD_NAMES.items():
            state = {
                new + key.removeprefix(old) if key.startswith(old) else key: value
                for key, value in state.items()
            }
        facts = facts_of("facts", state)
        try:
            for name, network in self.networks.items():
                network.load_state_dict(under(name, state))
        except RuntimeError as error:
            raise BadModel(UNFIT) from error
        for name, optimiser in self.optimisers.items():  # whose rates stay as they are
            groups = optimiser.state_dict()["param_groups"]
            optimiser.load_state_dict({"state": numbered(name, state), "param_groups": groups})
        self.steps, self.learning_rate = facts["steps"], facts["learning_rate"]
        if "rng" in facts:  # of techniques that draw none an earlier version kept none
            self.rng.bit_generator.state = facts["rng"]
        chance = under("chance", state)
        torch.set_rng_state(chance["cpu"])
        if self.device.type == "cuda" and "cuda" in chance:
            torch.cuda.set_rng_state(chance["cuda"], self.device)


def descend(
    loss: Tensor, parameters: Iterable[Tensor], *optimisers: Optimizer, clip: float = math.inf
) -> None:
    """One update along the loss's gradient, shortened to length `clip`; of several processes that
    learn together, along the mean of theirs."""
    parameters = list(parameters)
    for optimiser in optimisers:
        optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    average_gradients(parameters)
    nn.utils.clip_grad_norm_(parameters, clip)
    for optimiser in optimisers:
        optimiser.step()


def average(ema: Module, network: Module, steps: int, most: float) -> None:
    """Moves a running mean of weights (EMA) towards the network's after `steps` updates: the mean
    of the first few, later one that forgets all but the share `most` with every step."""
    keep = min(most, (steps + 1) / (steps + 10))
    with torch.no_grad():
        torch._foreach_lerp_(list(ema.parameters()), list(network.parameters()), 1 - keep)


def has_bf16(device: torch.device) -> bool:
    """Whether half precision is quicker there: on a GPU, and on processors that multiply in it."""
    return device.type == "cuda" or (
        device.type == "cpu"
        and torch.backends.cpu.get_cpu_capability() != "DEFAULT"
        and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    )
