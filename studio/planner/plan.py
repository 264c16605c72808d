"""Plans the chords of a melody: key first, then the tune moved to C, then the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from torch.nn import functional as F  # noqa: N812

from studio.errors import BadModel
from studio.harmony import ChordPlan, unit_ticks
from studio.planner.inputs import UNKNOWN, Tune, rows, shifted, tune_of
from studio.planner.network import PlannerNet
from studio.planner.search import RELATIVE_TONIC, best_path, perturbed
from studio.score import Metre, Note
from studio.theory import TRIADS, Key, transpose_triad

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Planner:
    """The network in memory, and how songs move from triad to triad, (2, TRIADS, TRIADS)."""

    net: PlannerNet
    transition: Floats


def load(folder: Path) -> Planner:
    """Reads `weights.safetensors`; raises BadModel where it is missing or damaged."""
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


def plan(
    planner: Planner,
    notes: Sequence[Note],
    bars: int,
    metre: Metre,
    *,
    style: str | None = None,
    per_beat: bool = False,
    key: Key | None = None,
    known: Mapping[int, int] | None = None,
    risk: float = 0.0,
    rng: np.random.Generator | None = None,
) -> ChordPlan:
    """Key and chords for `bars` bars under all voices of a melody.

    `style` is one of `inputs.STYLES`; chords last half a bar, or a beat. `known` fixes triads by
    unit, and the others follow them; `risk` 0 gives the likeliest plan, 1 adventurous ones, drawn
    with `rng`.
    """
    ticks = unit_ticks(metre, per_beat)
    units = max(bars, 1) * metre.bar_ticks // ticks
    tune = tune_of(notes, metre, units, ticks)
    key_known = key is not None
    if key is None:
        key = Key(int(_signature_odds(planner, tune, style).argmax()))
    shift = -key.signature
    fixed = {unit: transpose_triad(t, shift) for unit, t in (known or {}).items() if unit < units}
    odds = _chord_odds(planner, tune, shift, style, fixed)
    if rng is not None:
        odds = perturbed(odds, risk, rng)
    strong = np.arange(units) * ticks % metre.bar_ticks == 0
    path = best_path(odds, strong, planner.transition, key.minor if key_known else None, fixed)
    if not key_known and path[-1] == RELATIVE_TONIC:
        key = Key((key.tonic + 9) % 12, minor=True)
    triads = tuple(int(triad) for triad in shifted(path, -shift))
    return ChordPlan(key, ticks, triads)


def _signature_odds(planner: Planner, tune: Tune, style: str | None) -> Floats:
    """Log probabilities of the twelve signatures, the mean over all transpositions of the tune."""
    unknown = np.full(tune.units, UNKNOWN)
    batch = np.stack([rows(tune, s, False, unknown, style) for s in range(12)])
    _, logits = _ask(planner, batch)
    turned = [np.roll(row, -s) for s, row in enumerate(logits)]
    mean: Floats = np.mean(turned, axis=0)
    return mean


def _chord_odds(
    planner: Planner, tune: Tune, shift: int, style: str | None, fixed: Mapping[int, int]
) -> Floats:
    known = np.full(tune.units, UNKNOWN)
    for unit, triad in fixed.items():
        known[unit] = triad
    odds, _ = _ask(planner, rows(tune, shift, True, known, style)[None])
    result: Floats = odds[0, :, :TRIADS]
    return result


def _ask(planner: Planner, batch: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Log probabilities of chords (batch, unit, CHORDS) and of signatures (batch, 12)."""
    inputs = torch.from_numpy(batch)
    with torch.inference_mode():
        chords, _, signatures = planner.net(inputs, torch.ones(inputs.shape[:2]))
        return (
            F.log_softmax(chords, -1).double().numpy(),
            F.log_softmax(signatures, -1).double().numpy(),
        )
