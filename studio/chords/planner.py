"""The planner on disk and in memory, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors

from studio.chords.inputs import CHORDS
from studio.ground import assets
from studio.ground.device import prepare_torch
from studio.ground.errors import BadModel
from studio.music.roll import hearings
from studio.music.theory import TRIADS

if TYPE_CHECKING:
    from studio.chords.network import PlannerNet

Floats = NDArray[np.float64]
SHIPPED = assets.ASSETS / "planner"


@dataclass(frozen=True, slots=True)
class Planner:
    """The network in memory, and how songs move from triad to triad, (2, TRIADS, TRIADS)."""

    net: PlannerNet
    transition: Floats


@dataclass(frozen=True, slots=True)
class Answer:
    """Log probabilities of chords (batch, unit, CHORDS), of the seventh that each chord would have
    (batch, unit, CHORDS, SEVENTHS) and of signatures (batch, 12)."""

    chords: Floats
    sevenths: Floats
    signatures: Floats


@cache
def load(folder: Path = SHIPPED) -> Planner:
    """The planner of a folder, read once; raises BadModel where it is missing or damaged."""
    import torch

    from studio.chords.network import PlannerNet

    prepare_torch()
    try:
        tensors = load_tensors((folder / "weights.safetensors").read_bytes())
        transition = tensors.pop("transition").astype(float)
        net = PlannerNet()
        net.load_state_dict({k: torch.from_numpy(np.array(v)).float() for k, v in tensors.items()})
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise BadModel("The chord planner is missing or damaged: install Tutti again.") from error
    if transition.shape != (2, TRIADS, TRIADS) or not np.isfinite(transition).all():
        raise BadModel("The chord planner is missing or damaged: install Tutti again.")
    return Planner(net.eval().requires_grad_(False), transition)


def ask_by_parts(
    planner: Planner, inputs: NDArray[np.float32], longest: int, shared: int
) -> tuple[Floats, Floats]:
    """What the network says of chords and sevenths, as in an `Answer`, of a tune of any length
    (unit, INPUTS): it is heard in parts, as `hearings` has them, for the network's work grows with
    their square."""
    chords, sevenths = [], []
    for heard, own in hearings(len(inputs), longest, shared):
        answer = ask(planner, inputs[None, heard])
        mine = slice(own.start - heard.start, own.stop - heard.start)
        chords.append(answer.chords[0, mine])
        sevenths.append(answer.sevenths[0, mine])
    return np.concatenate(chords), np.concatenate(sevenths)


def ask(planner: Planner, batch: NDArray[np.float32]) -> Answer:
    """What the network says of inputs (batch, unit, INPUTS), all units of them real."""
    import torch
    from torch.nn import functional as F  # noqa: N812

    inputs = torch.from_numpy(batch)
    with torch.inference_mode():
        answers = planner.net(inputs, torch.ones(inputs.shape[:2]))
        return Answer(*(F.log_softmax(answer, -1).double().numpy() for answer in answers))


def told_by_like_places(inputs: NDArray[np.float32]) -> Floats:
    """The share (unit, TRIADS) of each triad among those known where the melody of a tune's inputs
    (unit, INPUTS) is alike; shares sum to less where little is."""
    import torch

    from studio.chords.alike import WIDE, alike, votes

    batch = torch.from_numpy(inputs[None])
    said = votes(batch, alike(batch, torch.ones(batch.shape[:2])))[0]
    first = WIDE * (CHORDS + 1)
    return said[:, first : first + TRIADS].double().numpy()
