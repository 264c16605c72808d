"""How the network learns: cells of real music are hidden, and it says what stood there."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from studio.music.roll import Window
from studio.techniques.arcnn import masks
from studio.techniques.arcnn.network import Network
from studio.techniques.arcnn.settings import Settings
from studio.techniques.arcnn.symbols import (
    HIDDEN,
    OUT,
    REST,
    SYMBOLS,
    Cells,
    Mask,
    places,
    repeated,
    window_cells,
)
from studio.techniques.lazy import Tensor, nn, torch
from studio.techniques.losses import HELD_OUT
from studio.techniques.together import average_report, process, share_of
from studio.techniques.trainer import Draw, Trainer, average, descend, has_bf16
from studio.techniques.weights import Weights, fill

EDGE = 8  # steps of OUT before and after a piece
_LENGTHS, _SHARES = (96, 128, 192, 256), (0.3, 0.4, 0.2, 0.1)  # of cuts, in sixteenths
_DECAY = 0.1  # of matrices: a few hundred chorales are soon known by heart
_PACE = 8.0  # tables and what begins at 0 have farther to go than an update of the others goes
_SLOW = ("before", "down", "blocks", "up", "after", "norm")  # the rest are tables
_WARM_UP, _FALLS, _LAST_RATE = 60, 0.7, 0.01  # updates; the share over which the rate falls; to
_EVEN = 0.67  # from here on all samples count alike, however much of them is hidden
_EMA, _CLIP = 0.998, 1.0
_STRATA = 4  # how many amounts are hidden of each held-out passage


@dataclass(frozen=True, slots=True)
class Sample:
    """A cut of a piece: symbols and strokes, what is hidden, (step, voice), and the places of its
    steps in the bar, (step,)."""

    symbols: Cells
    struck: Cells
    hidden: Mask
    place: Cells


class ARCNNTrainer(Trainer):
    """AdamW and a running mean of the weights, which is what plays."""

    def __init__(
        self, voices: int, settings: Settings, device: str, weights: Weights | None = None
    ) -> None:
        super().__init__(settings, device)
        self.settings = settings
        self.network = network_of(voices, settings).to(self.device)
        if weights is not None:
            fill(self.network, weights)
        self.fresh = weights is None
        self.ema = deepcopy(self.network).requires_grad_(False).eval()
        named = dict(self.network.named_parameters())
        slow = [one for name, one in named.items() if name.split(".")[0] in _SLOW]
        tables = [one for name, one in named.items() if name.split(".")[0] not in _SLOW]
        self.networks = {"network": self.network, "ema": self.ema}
        groups = [
            {"params": slow, "pace": 1.0, "weight_decay": _DECAY},
            {"params": tables, "pace": _PACE, "weight_decay": 0.0},
        ]
        adam = torch.optim.AdamW(groups, betas=(0.9, 0.98))
        self.optimisers = {"optimiser": adam}
        self.rng = np.random.default_rng([settings.seed, process()])

    def step(self, draw: Draw, progress: float) -> dict[str, float]:
        falls = max(min(1.0, (1 - progress) / _FALLS), _LAST_RATE)
        self.set_rates(min(1.0, (self.steps + 1) / _WARM_UP) * falls)
        length = int(self.rng.choice(_LENGTHS, p=_SHARES))
        samples = [self.sample(window, length) for window in share_of(draw())]
        if self.fresh and not self.steps:
            self.begin(samples)
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=has_bf16(self.device)):
            nats, strokes, hidden = self.nats(self.network, samples)
        weight = hidden ** (-1.0 if progress > _EVEN else -0.5)
        total = ((nats + strokes) * weight).sum() / (hidden * weight).sum()
        descend(total, self.network.parameters(), *self.optimisers.values(), clip=_CLIP)
        self.steps += 1
        average(self.ema, self.network, self.steps, _EMA)
        return average_report(self.report(nats, strokes, hidden))

    @torch.no_grad()
    def held_out(self, windows: Sequence[Window]) -> dict[str, float]:
        """Nats a hidden cell when any number of cells is hidden, the same cells each time."""
        rng, samples = np.random.default_rng(self.settings.seed), []
        for window in windows:
            symbols, struck, place = framed(window)
            within = symbols != OUT
            order = rng.permutation(np.flatnonzero(within))
            for stratum in range(_STRATA):
                hidden = np.zeros(symbols.shape, bool)
                many = int(np.ceil((stratum + rng.random()) / _STRATA * len(order)))
                hidden.flat[rng.permutation(order)[: max(many, 1)]] = True
                samples.append(Sample(symbols, struck, hidden, place))
        found = []
        for first in range(0, len(samples), self.settings.batch_size):
            some = samples[first : first + self.settings.batch_size]
            with torch.autocast(self.device.type, torch.bfloat16, enabled=has_bf16(self.device)):
                found.append(self.nats(self.ema, some))
        told = self.report(*(torch.cat(column) for column in zip(*found, strict=True)))
        return {HELD_OUT + name: value for name, value in told.items()}

    def sample(self, window: Window, length: int) -> Sample:
        """A cut of a window, at times in another key, with some of it hidden."""
        symbols, struck, place = framed(window)
        if self.rng.random() < self.settings.any_key:
            symbols = transposed(symbols, int(self.rng.integers(-6, 6)))
        first = int(self.rng.integers(max(len(symbols) - length, 0) + 1))
        cut = slice(first, first + length)
        symbols, struck, place = symbols[cut], struck[cut], place[cut]
        within = np.flatnonzero((symbols != OUT).all(1))
        hidden = np.zeros(symbols.shape, bool)
        hidden[within] = masks.hidden(len(within), symbols.shape[1], self.rng)
        return Sample(symbols, struck, hidden, place)

    def nats(self, network: Network, samples: Sequence[Sample]) -> tuple[Tensor, Tensor, Tensor]:
        """Of each sample the nats of all its hidden symbols, those of their strokes, and how many
        are hidden."""
        length = max(len(sample.symbols) for sample in samples)

        def stacked(cells: Sequence[Cells | Mask], outside: int) -> Tensor:
            rows = []
            for one in cells:
                margin = [(0, length - len(one)), *[(0, 0)] * (one.ndim - 1)]
                rows.append(np.pad(one, margin, constant_values=outside))
            return self.tensor(np.stack(rows))

        symbols = stacked([one.symbols for one in samples], OUT)
        struck = stacked([one.struck for one in samples], 0)
        hidden = stacked([one.hidden for one in samples], False)
        same = stacked([repeated(one.symbols) for one in samples], False)
        place = stacked([one.place for one in samples], 0)
        logits, strokes = network(
            symbols.masked_fill(hidden, HIDDEN), struck.masked_fill(hidden, 0), place
        )
        wanted = symbols.clamp(max=SYMBOLS - 1)
        each = nn.functional.cross_entropy(logits.flatten(0, 2), wanted.flatten(), reduction="none")
        stroke = nn.functional.binary_cross_entropy_with_logits(
            strokes, struck.float(), reduction="none"
        )
        count = hidden.sum((1, 2)).float()
        return (
            (each.view_as(symbols) * hidden).sum((1, 2)),
            (stroke * (hidden & same)).sum((1, 2)),
            count,
        )

    def report(self, nats: Tensor, strokes: Tensor, hidden: Tensor) -> dict[str, float]:
        """The mean over samples, whatever is hidden of them, a hidden cell."""
        return {
            "masked_loss": (nats / hidden).mean().item(),
            "stroke_loss": (strokes / hidden).mean().item(),
        }

    def begin(self, samples: Sequence[Sample]) -> None:
        """Tells a fresh network how often each voice sings each pitch."""
        cells = np.concatenate([sample.symbols for sample in samples])
        for network in (self.network, self.ema):
            bias = network.head.bias.data.view(-1, SYMBOLS + 1)
            for voice, line in enumerate(cells.T):
                counts = np.bincount(line[line < SYMBOLS], minlength=SYMBOLS) + 0.5
                bias[voice, :SYMBOLS] = torch.from_numpy(np.log(counts / counts.sum()))


def network_of(voices: int, settings: Settings) -> Network:
    """A fresh network for so many voices, the melody included."""
    return Network(voices, settings.width, 2 * settings.width, settings.layers, settings.dropout)


def framed(window: Window) -> tuple[Cells, Cells, Cells]:
    """Symbols and strokes (step, voice) and places (step,) of a window; where the piece begins or
    ends in it, OUT stands there instead of silence."""
    symbols, struck = window_cells(window)
    sung = np.flatnonzero((symbols != REST).any(1))
    first = int(sung[0]) if window.steps_before == 0 and len(sung) else 0
    last = int(sung[-1]) + 1 if window.steps_after == 0 and len(sung) else len(symbols)
    before = EDGE if window.steps_before == 0 else 0
    after = EDGE if window.steps_after == 0 else 0
    margin = ((before, after), (0, 0))
    place = places(
        last - first + before + after, window.bar_steps,
        (window.steps_before + first - before) % window.bar_steps,
    )  # fmt: skip
    return (
        np.pad(symbols[first:last], margin, constant_values=OUT),
        np.pad(struck[first:last], margin),
        place,
    )


def transposed(symbols: Cells, semitones: int) -> Cells:
    """The music in another key, as far as the roll reaches."""
    sung = (symbols != REST) & (symbols < SYMBOLS)
    if not sung.any():
        return symbols
    low, high = 1 - int(symbols[sung].min()), SYMBOLS - 1 - int(symbols[sung].max())
    return np.where(sung, symbols + min(max(semitones, low), high), symbols)
