"""Windows as the tensors that the networks take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.music.instruments import Part
from studio.music.roll import Window
from studio.techniques.gan import planes, texture
from studio.techniques.gan.network import NOISE
from studio.techniques.gan.sampling import find_busyness
from studio.techniques.gan.texture import TexturePrior


class Batch:
    """`condition` (batch, plane, step), `band` (batch, part, 2, step, pitch), `texture` (batch,
    part, step) class numbers, `present`, `past` and `context` (batch, step, feature)."""

    def __init__(
        self, windows: Sequence[Window], parts: Sequence[Part], device: torch.device
    ) -> None:
        rows = [_row(window, parts) for window in windows]
        arrays = [np.stack(column) for column in zip(*rows, strict=True)]
        tensors = [torch.from_numpy(array).to(device) for array in arrays]
        self.condition, self.band, self.texture, self.present, self.past, self.context = tensors

    def noise(self) -> Tensor:
        """Fresh noise (batch, NOISE)."""
        return torch.randn(len(self.band), NOISE, device=self.band.device)


def _row(window: Window, parts: Sequence[Part]) -> tuple[NDArray[np.generic], ...]:
    steps = window.melody.shape[1]
    place = (window.steps_before, window.steps_after)
    phase = planes.phase_planes(steps, window.bar_steps, window.beat_steps, *place)
    counts = planes.texture_of(window.parts, parts)
    numbers = texture.encode_texture(counts, parts)
    present = texture.one_hot(numbers, parts)
    condition = planes.condition(
        window.melody,
        phase,
        planes.chord_planes(window.triads),
        planes.texture_planes(counts, parts),
    )
    return (
        condition,
        window.parts.astype(np.float32),
        numbers,
        present,
        texture.past_of(present, window.bar_steps, window.beat_steps),
        texture.context_features(window.melody, phase, window.triads),
    )


def busy_as(prior: TexturePrior, windows: Sequence[Window], parts: Sequence[Part]) -> None:
    """Sets how busy the prior is by what people played in the windows of the commonest metre."""
    metres = Counter((window.bar_steps, window.beat_steps) for window in windows)
    if not metres:
        return
    metre = metres.most_common(1)[0][0]
    alike = [window for window in windows if (window.bar_steps, window.beat_steps) == metre]
    context = np.stack([_row(window, parts)[-1] for window in alike])
    counts = [planes.texture_of(window.parts, parts)[:, 0].sum(1) for window in alike]
    find_busyness(prior, context, *metre, parts, np.mean(counts, axis=0))
