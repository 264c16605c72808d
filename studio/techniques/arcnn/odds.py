"""What the network says of a piece of which some cells are hidden."""

from __future__ import annotations

from copy import copy

from studio.music.roll import HEARD_BARS, hearings
from studio.techniques.arcnn.network import Network
from studio.techniques.arcnn.symbols import HIDDEN, OUT, Cells, Mask
from studio.techniques.lazy import Tensor, nn, torch

EDGE = 8  # steps of OUT before and after a piece
NEVER = -1e9
_SHARED_BARS = 4  # of neighbouring parts: as far as convolutions see, and more
_AGAINST = 3.0  # nats: a passing note is still sung


class Odds:
    """Asks a network about pieces of one length. `place` (step,) as in `symbols.places`, with EDGE
    steps before and after; `legal` (step, voice, symbol) is what may be sung where, `against` what
    is sung there only where the network would hear nothing else. Where `bar_steps` is given, a
    piece of more than HEARD_BARS bars is heard in parts, for attention's work grows with their
    square. `looks` counts how often it was asked."""

    def __init__(
        self, network: Network, place: Cells, legal: Mask, against: Mask | None = None,
        bar_steps: int | None = None,
    ) -> None:  # fmt: skip
        self.network, self.looks = network, 0
        bar = bar_steps or len(legal)
        self.bar_parts = [*hearings(len(legal) // bar, HEARD_BARS, _SHARED_BARS)]
        self.bar_steps = bar
        self.device = next(network.parameters()).device
        self.place = torch.from_numpy(place)[None].to(self.device)
        self.illegal = torch.from_numpy(~legal).to(self.device)
        self.less = torch.zeros(()) if against is None else _AGAINST * torch.from_numpy(against)
        self.less = self.less.to(self.device)
        self.edge = torch.full((1, EDGE, legal.shape[1]), OUT, device=self.device)

    def without(self, voice: int, steps: slice, symbol: int) -> Odds:
        """The same, but that a voice may not sing a symbol in some steps."""
        other = copy(self)
        other.illegal = self.illegal.clone()
        other.illegal[steps, voice, symbol] = True
        return other

    def __call__(self, symbols: Tensor, struck: Tensor) -> tuple[Tensor, Tensor]:
        """Symbols and strokes (candidate, step, voice), hidden ones HIDDEN and 0, to logarithms of
        probability (candidate, step, voice, symbol), and the logit of a stroke (candidate, step,
        voice)."""
        self.looks += 1
        edge = self.edge.expand(len(symbols), -1, -1)
        whole = torch.cat([edge, symbols, edge], 1)
        anew = nn.functional.pad(struck.masked_fill(symbols == HIDDEN, 0), (0, 0, EDGE, EDGE))
        heard = [self._part(whole, anew, *bars) for bars in self.bar_parts]
        logits, strokes = (torch.cat(each, 1) for each in zip(*heard, strict=True))
        told = (logits - self.less).masked_fill(self.illegal, NEVER)
        return told.log_softmax(-1), strokes

    def _part(
        self, symbols: Tensor, struck: Tensor, bars: slice, own: slice
    ) -> tuple[Tensor, Tensor]:
        """What the network says of its `own` bars as it hears some, with what lies around them."""
        heard = slice(bars.start * self.bar_steps, bars.stop * self.bar_steps + 2 * EDGE)
        place = self.place[:, heard].expand(len(symbols), -1)
        with torch.inference_mode():
            logits, strokes = self.network(symbols[:, heard], struck[:, heard], place)
        first = EDGE + (own.start - bars.start) * self.bar_steps
        mine = slice(first, first + (own.stop - own.start) * self.bar_steps)
        return logits[:, mine], strokes[:, mine]


def narrowed(odds: Tensor, risk: float, nucleus: float) -> Tensor:
    """Only the likeliest symbols that make up the share `nucleus`, (Holtzman et al. 2020, arXiv
    1904.09751), at temperature `risk`: a high one chooses evenly among what is plausible, never
    beyond."""
    ordered, index = odds.sort(-1, descending=True)
    before = ordered.exp().cumsum(-1) - ordered.exp()
    beyond = torch.zeros_like(odds, dtype=torch.bool).scatter(-1, index, before >= nucleus)
    return (odds.masked_fill(beyond, NEVER) / risk).log_softmax(-1)
