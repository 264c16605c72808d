"""One training step of the transformer: passages of songs, each foretold event by event."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

import numpy as np
import torch
from torch import Tensor

from studio.music.instruments import Part
from studio.music.roll import Window
from studio.techniques.losses import HELD_OUT
from studio.techniques.state import State, kept, under
from studio.techniques.together import process
from studio.techniques.trainer import Draw, Trainer, average, descend, has_bf16
from studio.techniques.transformer.network import NOTE_PARTS, Network, losses
from studio.techniques.transformer.parameters import with_current_names
from studio.techniques.transformer.passages import (
    as_song,
    in_some_key,
    padded,
    sheet_of,
    some_controls,
)
from studio.techniques.transformer.settings import Settings
from studio.techniques.transformer.sheet import Floats, Sheet, context, rows
from studio.techniques.transformer.vocabulary import Rows
from studio.techniques.weights import Weights, fill

WARM_UP = 200  # updates
_LAST_RATE, _FALLS = 0.005, 0.3  # the learning rate falls in the last third to nearly nothing
_LONGEST = 640  # rows of a passage that are learned from
_ROWS = 512  # of a batch, for each passage that the settings ask for
_WHOLE = 0.5  # of the passages are learned from in full: half as long is twice as quick
_TOGETHER = 12  # batches
_EMA = 0.998
_CLIP = 1.0
_DECAY, _MUON = 0.05, 4.0  # weight decay of matrices; how much faster those inside may move
_LOUDNESS, _CHORD, _SUNG = 0.3, 0.5, 1.0  # weights beside the notes' own choices


class TransformerTrainer(Trainer):
    """`step` learns from one batch of windows. The blocks' matrices
    are moved by Muon (Jordan et al. 2024), the rest by AdamW.

    `bands` are the parts of each style, by the window's style; one band alone is played in the
    style that the settings name. `weights` to go on from, where there are any.
    """

    def __init__(
        self,
        bands: Sequence[Sequence[Part]],
        settings: Settings,
        device: str,
        weights: Weights | None = None,
    ) -> None:
        super().__init__(settings, device)
        self.bands, self.settings = bands, settings
        self.network = Network(settings.width, settings.layers, settings.dropout).to(self.device)
        if weights is not None:
            fill(self.network, with_current_names(weights))
        self.ema = deepcopy(self.network).requires_grad_(False).eval()
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim <= 1]
        inner = [p for p in self.network.blocks.parameters() if p.ndim > 1]
        within = {id(p) for p in inner}
        outer = [p for p in matrices if id(p) not in within]
        self.networks = {"network": self.network, "ema": self.ema}
        self.optimisers = {
            "optimiser0": torch.optim.Muon(
                [{"params": inner, "pace": _MUON}],
                weight_decay=_DECAY,
                adjust_lr_fn="match_rms_adamw",
            ),
            "optimiser1": torch.optim.AdamW(
                [
                    {"params": outer, "weight_decay": _DECAY, "pace": 1.0},
                    {"params": others, "weight_decay": 0.0, "pace": 1.0},
                ],
                betas=(0.9, 0.97),
            ),
        }
        self.rng = np.random.default_rng([settings.seed, 1, process()])
        self._pool: list[tuple[Tensor, Tensor]] = []

    def step(self, draw: Draw, progress: float) -> dict[str, float]:
        """Learns from the batch that `draw` gives; `progress` 0-1 is the share of training done.
        Returns the negative log-likelihood of a note in nats, and of its choices."""
        self.set_rates(rate(self.steps, progress, self.settings.warm_up))
        if not self._pool:
            self._fill(draw)
        told, heard = self._pool.pop()
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=has_bf16(self.device)):
            found = losses(self.network, told, heard)
        optimisers = self.optimisers.values()
        descend(_total(found), self.network.parameters(), *optimisers, clip=_CLIP)
        self.steps += 1
        average(self.ema, self.network, self.steps, _EMA)
        return report(found)

    def _fill(self, draw: Draw) -> None:
        """Several batches of passages, those of like length together, so that little is padding."""
        found = []
        for window in (window for _ in range(_TOGETHER) for window in draw()):
            sheet = self._sheet(window)
            if not sheet.roles or self.rng.random() < self.settings.sing:
                sheet = as_song(sheet)
            sheet = in_some_key(sheet, self.settings.any_key, self.rng)
            longest = _LONGEST if self.rng.random() < _WHOLE else _LONGEST // 2
            written = rows(sheet, some_controls(sheet, self.rng))[: longest + 1]
            found.append((written, context(sheet)))
        found.sort(key=lambda one: len(one[0]))
        budget = self.settings.batch_size * _ROWS
        batches: list[list[tuple[Rows, Floats]]] = [[]]
        for one in found:
            if len(one[0]) * (len(batches[-1]) + 1) > budget and batches[-1]:
                batches.append([])
            batches[-1].append(one)
        for i in self.rng.permutation(len(batches)):
            told, heard = padded(*zip(*batches[i], strict=True))
            self._pool.append((told.to(self.device), heard.to(self.device)))

    def _sheet(self, window: Window) -> Sheet:
        style = window.style if len(self.bands) > 1 else self.settings.style
        parts = self.bands[window.style if len(self.bands) > 1 else 0]
        return sheet_of(window, parts[: len(window.parts)], style)

    @torch.no_grad()
    def held_out(self, windows: Sequence[Window]) -> dict[str, float]:
        """The averaged weights' figures on music they do not learn from, no control told."""
        totals: dict[str, tuple[Tensor, int]] = {}
        for first in range(0, len(windows), self.settings.batch_size):
            sheets = [self._sheet(w) for w in windows[first : first + self.settings.batch_size]]
            sheets = [s if s.roles else as_song(s) for s in sheets]
            told, heard = padded(
                [rows(s)[: _LONGEST + 1] for s in sheets], [context(s) for s in sheets]
            )
            with torch.autocast(self.device.type, torch.bfloat16, enabled=has_bf16(self.device)):
                found = losses(self.ema, told.to(self.device), heard.to(self.device))
            for name, (nats, count) in found.items():
                before = totals.get(name, (torch.zeros(()), 0))
                totals[name] = (before[0] + nats, before[1] + count)
        return {HELD_OUT + name: value for name, value in report(totals).items()}

    def state(self) -> State:
        """All that it is between two steps, passages that wait to be learned from included."""
        told, heard = zip(*self._pool, strict=True) if self._pool else ((), ())
        waiting = kept("told", dict(enumerate(told))) | kept("heard", dict(enumerate(heard)))
        return super().state() | waiting

    def restore(self, state: Weights) -> None:
        state = with_current_names(state)
        told, heard = under("told", state), under("heard", state)
        self._pool = [
            (told[n].to(self.device), heard[n].to(self.device)) for n in sorted(told, key=int)
        ]
        super().restore(state)


def rate(done: int, progress: float, warm_up: float) -> float:
    """The share, 0-1, of the learning rate that an update takes after `done` others, `progress`
    0-1 being the share of the training that is over.

    It grows over 200 updates, or over the share `warm_up` of the training where that is shorter; a
    whole share leaves the 200 as they are, however short the training is.
    """
    warm = (done + 1) / WARM_UP
    if warm_up < 1:
        warm = max(warm, progress / warm_up if warm_up else 1.0)
    return min(1.0, warm) * min(1.0, max(1 - progress, _LAST_RATE) / _FALLS)


def report(found: dict[str, tuple[Tensor, int]]) -> dict[str, float]:
    """Nats a note: `note` is position, role, sound and duration together."""
    notes = max(found["role"][1], 1)
    sung = max(found["sung_sound"][1], 1)
    result = {f"{name}_loss": found[name][0].item() / notes for name in NOTE_PARTS}
    result = {"note_loss": sum(result.values()), **result}
    result["loudness_loss"] = found["loudness"][0].item() / max(found["loudness"][1], 1)
    names = ("sung_position", "sung_sound", "sung_duration")
    result["melody_loss"] = sum(found[name][0].item() for name in names) / sung
    result["chord_loss"] = found["chord"][0].item() / max(found["chord"][1], 1)
    return result


def _total(found: dict[str, tuple[Tensor, int]]) -> Tensor:
    """The loss a note, band and melody weighed by how much there is of each."""
    notes = found["role"][1] + found["sung_sound"][1]
    names = (*NOTE_PARTS, "sung_position", "sung_sound", "sung_duration")
    total = torch.stack([found[name][0] for name in names]).sum()
    total = total + _LOUDNESS * (found["loudness"][0] + found["sung_loudness"][0])
    return (total + _CHORD * found["chord"][0]) / max(notes, 1)
