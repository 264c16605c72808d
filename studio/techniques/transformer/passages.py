"""Training windows as sheets, and sheets as batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.music import roll
from studio.music.instruments import KIT, Part
from studio.music.roll import Window
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.sheet import (
    CONTEXT,
    Control,
    Floats,
    Notes,
    Sheet,
    controls_of,
    ordered,
    transposed,
)

_KIT_PLACES = np.full(roll.PITCHES, -1)
_KIT_PLACES[[drum - roll.LOW_PITCH for drum in KIT]] = np.arange(len(KIT))
_NO_CONTROL, _CONTROL = 0.3, 0.5  # how often no control is given, and else each
_KEYS = range(-5, 7)


def sheet_of(window: Window, parts: Sequence[Part], style: int) -> Sheet:
    """A window of whole bars as a sheet. Silence after the end of a piece is left out."""
    roles = v.roles_of(parts)
    melody = _notes(window.melody, window.loud_melody, v.MELODY_ROLE, False)
    by_part = [
        _notes(
            planes,
            None if window.loud_parts is None else window.loud_parts[i],
            roles[i],
            parts[i].is_drum,
        )
        for i, planes in enumerate(window.parts)
    ]
    notes = ordered(np.concatenate([np.zeros((0, 5), np.int64), *by_part]))
    bar = v.readable_bar(window.bar_steps)
    bars = window.melody.shape[1] // bar
    if not window.steps_after:
        last = max([*melody[:, 0].tolist(), *notes[:, 0].tolist()], default=0)
        bars = min(bars, last // bar + 1)
    return Sheet(
        style=style,
        bar_steps=bar,
        beat_steps=window.beat_steps,
        bars=bars,
        roles=roles,
        melody=melody,
        notes=notes,
        triads=np.asarray(window.triads),
        before=window.steps_before // bar,
        after=window.steps_after // bar,
    )


def _notes(
    planes: NDArray[np.uint8], loud: NDArray[np.uint8] | None, role: int, is_drum: bool
) -> Notes:
    """The notes of one part's planes (2, steps, PITCHES), as a sheet's."""
    step, pitch = np.nonzero(planes[roll.ONSET])
    steps = planes.shape[1]
    # a note ends where its sustain does, or where it is struck again
    over = ~planes[roll.SUSTAIN].astype(bool) | planes[roll.ONSET].astype(bool)
    stop = np.where(over, np.arange(steps)[:, None], steps)
    stop = np.minimum.accumulate(stop[::-1])[::-1]
    after = np.append(stop[1:], np.full((1, stop.shape[1]), steps), 0)
    length = after[step, pitch] - step
    sound = pitch
    if is_drum:
        sound = np.where(_KIT_PLACES[pitch] >= 0, _KIT_PLACES[pitch] + v.DRUM_PITCH, -1)
    result = np.stack(
        [step, sound, length, _loudness(loud, step, pitch), np.full_like(step, role)], 1
    )
    return result[sound >= 0].astype(np.int64)


def _loudness(
    loud: NDArray[np.uint8] | None, step: NDArray[np.int64], pitch: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Loudness classes about the part's middle; none where nobody's playing is known."""
    velocity = np.zeros(len(step)) if loud is None else loud[step, pitch].astype(float)
    known = velocity > 0
    if not known.any():
        return np.full(len(step), v.NO_LOUDNESS)
    classes = v.loudness_classes(velocity - np.median(velocity[known]))
    return np.where(known, classes, v.NO_LOUDNESS).astype(np.int64)


def as_song(sheet: Sheet) -> Sheet:
    """The sheet with its melody to be written, and no band."""
    none = np.zeros((0, 5), np.int64)
    return replace(sheet, mode=v.SING, roles=(), notes=none)


def in_some_key(sheet: Sheet, any_key: float, rng: np.random.Generator) -> Sheet:
    """The sheet in a key drawn at random, as often as `any_key` says."""
    if rng.random() >= any_key:
        return sheet
    return transposed(sheet, int(rng.choice(_KEYS)))


def some_controls(sheet: Sheet, rng: np.random.Generator) -> dict[int, Control]:
    """What the parts in fact do, told in part, so that a network plays with and without."""
    if rng.random() < _NO_CONTROL:
        return {}
    return {
        role: Control(*(fact if rng.random() < _CONTROL else None for fact in astuple(control)))
        for role, control in controls_of(sheet).items()
    }


def padded(rows: Sequence[v.Rows], contexts: Sequence[Floats]) -> tuple[Tensor, Tensor]:
    """Rows (batch, length, COLUMNS) and their contexts (batch, steps, CONTEXT)."""
    batch = np.tile(np.array(v.EMPTY), (len(rows), max(map(len, rows)), 1))
    batch[:, :, v.KIND] = v.PAD
    context = np.zeros((len(rows), max(map(len, contexts)), CONTEXT), np.float32)
    for i, (of_one, features) in enumerate(zip(rows, contexts, strict=True)):
        batch[i, : len(of_one)] = of_one
        context[i, : len(features)] = features
    return torch.from_numpy(batch), torch.from_numpy(context)
