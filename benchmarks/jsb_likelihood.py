"""How probable the studio's transformer finds a chorale, event by event, in nats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from benchmarks.jsb_data import KEYS, Grid, transposed
from benchmarks.jsb_rows import (
    BAR,
    FINE,
    FIRST,
    FREE,
    LENGTHS,
    MAY_END,
    NOT_THIS,
    ROLES,
    Script,
    script,
)
from studio.music.roll import PITCHES
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.network import Network

CHOICES = ("position", "role", "sound", "duration")
FORGETTING = (1.0, 0.98, 0.95, 0.9, 0.8, 0.5, 0.0)  # see `over_keys`
_ROWS = 8192  # of a batch that is measured

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Scripts side by side: rows (batch, length, COLUMNS), and their limits and surroundings."""

    rows: Tensor
    limits: Tensor
    around: Tensor


def batched(scripts: Sequence[Script], device: torch.device) -> Batch:
    """Scripts of any lengths as one batch."""
    size = (len(scripts), max(len(one.rows) for one in scripts))
    rows = np.tile(np.array(v.EMPTY), (*size, 1))
    rows[..., v.KIND] = v.PAD
    limits = np.zeros((*size, scripts[0].limits.shape[1]), np.int64)
    around = np.zeros((*size, scripts[0].around.shape[1]), np.float32)
    for i, one in enumerate(scripts):
        n = len(one.rows)
        rows[i, :n], limits[i, :n], around[i, :n] = one.rows, one.limits, one.around
    told = (torch.from_numpy(array).to(device) for array in (rows, limits, around))
    return Batch(*told)


def by_length(scripts: Iterable[Script], rows: int) -> list[list[Script]]:
    """Scripts in batches of about as many rows, those of like length together."""
    batches: list[list[Script]] = [[]]
    for one in sorted(scripts, key=lambda one: len(one.rows)):
        if batches[-1] and len(one.rows) * (len(batches[-1]) + 1) > rows:
            batches.append([])
        batches[-1].append(one)
    return batches


def surprises(network: Network, batch: Batch, hidden: float = 0.0) -> Tensor:
    """Negative log-likelihood of each event's CHOICES, (batch, length - 1, 4); 0 where there is
    none. `hidden` is the share of the rows' columns that are kept from the network."""
    read = batch.rows[:, :-1]
    if hidden:
        none = torch.tensor(v.EMPTY, device=read.device)
        keep = torch.rand(read.shape, device=read.device) >= hidden
        keep[..., [v.KIND, v.TIME]] = True
        read = torch.where(keep, read, none)
    hidden_states = network(read)
    target = batch.rows[:, 1:]
    result = torch.zeros((*target.shape[:2], len(CHOICES)), device=hidden_states.device)

    event = target[..., v.KIND] != v.PAD
    row, limits, state = target[event], batch.limits[:, 1:][event], hidden_states[event]
    places = torch.arange(v.POSITIONS, device=row.device)
    legal = (places >= limits[:, FIRST, None]) & (places < BAR)
    legal[:, FINE] = limits[:, MAY_END] > 0
    legal[:, v.END] = True
    position = _nats(network.heads["position"](state), row[:, v.POSITION], legal)

    note = row[:, v.KIND] == v.NOTE
    around = batch.around[:, 1:][event][note]
    row, limits = row[note], limits[note]
    embeddings = network.choice_embeddings
    state = state[note] + embeddings["position"](row[:, v.POSITION]) + network.context(around)
    legal = torch.zeros((len(row), len(v.ROLES)), dtype=torch.bool, device=row.device)
    legal[:, list(ROLES)] = limits[:, FREE:] > 0
    role = _nats(network.heads["role"](state), row[:, v.ROLE], legal)
    state = state + embeddings["role"](row[:, v.ROLE])
    sounds = torch.arange(v.SOUNDS, device=row.device)
    legal = (sounds < PITCHES) & (sounds != limits[:, NOT_THIS, None])
    sound = _nats(network.heads["sound"](state), row[:, v.SOUND], legal)
    state = state + embeddings["sound"](row[:, v.SOUND])
    lengths = torch.arange(len(v.DURATIONS), device=row.device)
    legal = lengths < limits[:, LENGTHS, None]
    duration = _nats(network.heads["duration"](state), row[:, v.DURATION], legal)

    of_notes = torch.zeros((len(note), len(CHOICES) - 1), device=row.device)
    of_notes[note] = torch.stack([role, sound, duration], -1)
    result[event] = torch.cat([position[:, None], of_notes], -1)
    return result


def _nats(logits: Tensor, wanted: Tensor, legal: Tensor) -> Tensor:
    """What choosing `wanted` among what is legal costs."""
    among = logits.float().masked_fill(~legal, -torch.inf)
    return functional.cross_entropy(among, wanted, reduction="none")


@torch.no_grad()
def measured(network: Network, scripts: Sequence[Script]) -> list[Floats]:
    """The surprises (events, 4) of each script, in their order."""
    device = next(network.parameters()).device
    places = {id(one): i for i, one in enumerate(scripts)}
    result: list[Floats] = [np.zeros(0)] * len(scripts)
    network.eval()
    for together in by_length(scripts, _ROWS):
        nats = surprises(network, batched(together, device)).double().cpu().numpy()
        for one, told in zip(together, nats, strict=True):
            result[places[id(one)]] = told[: len(one.rows) - 1]
    return result


def notewise(nats: Sequence[Floats], chorales: Sequence[Grid]) -> float:
    """Nats a frame and voice."""
    return sum(float(one.sum()) for one in nats) / sum(one.size for one in chorales)


def in_every_key(network: Network, chorales: Sequence[Grid]) -> list[Floats]:
    """The surprises (KEYS, events) of each chorale when it is read in each key."""
    keys = [measured(network, [script(transposed(one, key)) for one in chorales]) for key in KEYS]
    return [np.stack([nats.sum(-1) for nats in one]) for one in zip(*keys, strict=True)]


def over_keys(nats: Floats, forgetting: float) -> Floats:
    """The surprise of each event to the readings in all keys together; `nats` (keys, events).

    Each reading's word weighs as much as it foretold the events before: p(event) is the weighted
    mean of theirs, which is as proper a probability as each of them. Weights start alike; with a
    `forgetting` of 1 they are Bayes' for one key that is not known, below that older events count
    less (a fixed power of the weights after each), at 0 all keys weigh the same for ever.
    """
    weights = np.full(len(nats), -np.log(len(nats)))
    result = np.empty(nats.shape[1])
    for event, told in enumerate(nats.T):
        joint = weights - told
        result[event] = -np.logaddexp.reduce(joint)
        weights = forgetting * (joint + result[event])
        weights -= np.logaddexp.reduce(weights)
    return result
