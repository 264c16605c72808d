"""AR-CNN: voices written and mended cell by cell, in any order, as DeepComposer's second technique
did it for one melody.

Enter at `player`. `network` is what is learned, `trainer` how.

1. `symbols`: music as cells, a voice in a sixteenth, in the signature of C.
2. The network sees all cells but those that are hidden and gives the odds of what stands there. It
   learned with any cells hidden (`masks`), so it can write in any order, and mend what stands.
3. `writing` fills the hidden cells of several candidates beat by beat, then writes the notes anew
   that break a rule of voice leading (`rules`); `ranking` chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.music.instruments import Part
from studio.techniques.arcnn import settings as forms
from studio.techniques.base import Barwise, Commission, Technique
from studio.techniques.game import Game
from studio.techniques.losses import Loss
from studio.techniques.weights import Weights

if TYPE_CHECKING:
    import numpy as np

    from studio.music.harmony import ChordPlan
    from studio.music.score import Score
    from studio.techniques.arcnn.network import Network
    from studio.techniques.arcnn.trainer import ARCNNTrainer
    from studio.techniques.changes import Change, Fog, Written


class ARCNN(Technique):
    """A convolutional network that foretells hidden cells from all others."""

    id, title = "arcnn", "AR-CNN"
    description = "Adds and mends notes one by one, in any order, each knowing all the others."
    losses = {
        "masked_loss": Loss(
            "Masked nats",
            "How surprised the model is by what people wrote where it cannot see it, in nats a "
            "hidden sixteenth of a voice.",
            judges=True,
        ),
        "stroke_loss": Loss(
            "Stroke loss",
            "How surprised the model is by whether a pitch is held or sung again, in nats.",
            detail=True,
        ),
    }
    game = Game(
        "AR-CNN", "a piece with holes", "odds of what stood there", "Surprise",
        "the notes that people wrote",
        story="Nobody plays against it. Cells of people's music are hidden from it, a few or "
        "nearly all, and it says what stood there: its loss says how surprised it was by the "
        "answer. Since it never knows which cells are missing, it learns to write in any order.",
    )  # fmt: skip
    Settings, Knobs, MendKnobs = forms.Settings, forms.Knobs, forms.MendKnobs
    presets = {
        "Quick": {"epochs": 60, "width": 64, "layers": 2},
        "Best": {"epochs": 500},
        "Textbook": {"epochs": 10, "batch_size": 64},
    }
    window_bars, harmonises = 16, True

    def network(self, parts: Sequence[Part], settings: forms.Settings) -> Network:
        from studio.techniques.arcnn.trainer import network_of

        if reason := self.unfit(parts):
            raise ValueError(reason)
        return network_of(len(parts) + 1, settings)

    def unfit(self, parts: Sequence[Part]) -> str:
        if any(part.is_drum for part in parts):
            return "An AR-CNN has no voice for drums: choose music without them, or a GAN."
        return ""

    def remark(self, melody: Score) -> str:
        from studio.techniques.arcnn.soprano import remark

        return remark([note.pitch for note in melody.tracks[0].notes])

    def play(
        self, player: Network, parts: Sequence[Part], melody: Score, plan: ChordPlan,
        knobs: forms.Knobs, rng: np.random.Generator,
    ) -> Score:  # fmt: skip
        *_, scores = self.write(player, parts, Commission(melody, plan, knobs), [rng])
        return scores()[0]

    def write(
        self, player: Network, parts: Sequence[Part], commission: Commission,
        rngs: Sequence[np.random.Generator],
    ) -> Barwise:  # fmt: skip
        from studio.techniques.arcnn.player import write

        return write(player, parts, commission, rngs)

    def mend(
        self, player: Network, parts: Sequence[Part], melody: Score, plan: ChordPlan,
        knobs: forms.MendKnobs, rng: np.random.Generator,
    ) -> tuple[Change, ...]:  # fmt: skip
        from studio.techniques.arcnn.player import mend

        return mend(player, parts, melody, plan, knobs, rng)

    def retrace(
        self, player: Network, parts: Sequence[Part], commission: Commission,
        rng: np.random.Generator,
    ) -> Sequence[Written]:  # fmt: skip
        from studio.techniques.arcnn.player import retrace

        return retrace(player, parts, commission, rng)

    def denoise(
        self, player: Network, parts: Sequence[Part], commission: Commission,
        rng: np.random.Generator,
    ) -> Sequence[Fog]:  # fmt: skip
        from studio.techniques.arcnn.player import denoise

        return denoise(player, parts, commission, rng)

    def trainer(
        self, parts: Sequence[Part], settings: forms.Settings, device: str,
        weights: Weights | None = None,
    ) -> ARCNNTrainer:  # fmt: skip
        from studio.techniques.arcnn.trainer import ARCNNTrainer

        return ARCNNTrainer(len(parts) + 1, settings, device, weights)

    def seconds_a_sample(self, settings: forms.Settings) -> float:
        return float(0.0104 * (settings.width / 128) ** 1.5 * (2 + settings.layers) / 5)
