"""The Transformer technique: a band written note by note, each knowing all that came before.

Enter at `player`. `network` is what is learned, one for all styles, and `trainer` how.

1. `sheet` puts a passage into rows of small whole numbers, one an event (`vocabulary`): what the
   piece is, how each part is to play, then bar by bar a row that says how far the end is, the
   next bar's chords and melody, and the parts' notes. So one step of the network is one note.
2. The trunk reads rows; half of its rotary positions turn with musical time. Five small heads
   then choose position, player, pitch, length and loudness, each knowing those before it, and the
   chord and melody at that place.
3. `decoding` does the same without torch: numba compiles loops that read each weight once for all
   takes. Torch's own steps spend most of their time between operations.
4. `generation` writes bar by bar, several takes at once, each with its own chance. When the rows
   that were learned from are full, it reads the last bars again, so that a bar costs the same
   wherever it stands. A note that stays from an earlier band takes its turn where the network
   would write past it: that is how bars are written anew and the rest is not touched.
5. What the user asks for becomes additions to the log odds: instruments' ranges, chords followed
   strictly or loosely, the scale, the close. Density, register and polyphony are told to the
   network, which learned with and without being told.
6. `extension` goes on with a melody: a chord for each half bar, then the notes on it.
7. `introspection` writes a piece again up to a note and tells what it was drawn from and what the
   network attended to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from studio.music.instruments import Part
from studio.techniques.base import Barwise, Commission, Technique
from studio.techniques.game import Game
from studio.techniques.losses import Loss
from studio.techniques.shapes import Shapes
from studio.techniques.transformer import settings as forms
from studio.techniques.transformer.settings import BARS, PRESETS
from studio.techniques.transformer.vocabulary import STYLES
from studio.techniques.weights import Weights

if TYPE_CHECKING:
    import numpy as np

    from studio.music.harmony import ChordPlan
    from studio.music.score import Note, Score
    from studio.techniques.introspection import Thought
    from studio.techniques.transformer.network import Network
    from studio.techniques.transformer.player import Player
    from studio.techniques.transformer.trainer import TransformerTrainer

_FEATURE_SECONDS = 0.125 / (4 * 256)  # of a passage, for a layer and a feature of width


def _part(label: str, asks: str) -> Loss:
    return Loss(label, f"The part of the note loss that asks {asks}.", detail=True)


class Transformer(Technique):
    """A decoder that foretells the next event of a song."""

    id, title = "transformer", "Transformer"
    description = (
        "Writes the band note by note, each knowing all that came before, and the chords and "
        "melody around it. Goes on with a melody, too."
    )
    losses = {
        "note_loss": Loss(
            "Note loss",
            "How surprised the model is by people's next note, in nats a note.",
            judges=True,
        ),
        "position_loss": _part("Position loss", "when"),
        "role_loss": _part("Player loss", "who plays"),
        "sound_loss": _part("Pitch loss", "which pitch or drum"),
        "duration_loss": _part("Length loss", "how long"),
        "loudness_loss": Loss(
            "Loudness loss",
            "How surprised the model is by how loud people play, in nats a note.",
            detail=True,
        ),
        "melody_loss": Loss(
            "Melody loss",
            "How surprised the model is by people's melodies, in nats a note.",
            detail=True,
        ),
        "chord_loss": Loss(
            "Chord loss", "How surprised the model is by the next chord, in nats.", detail=True
        ),
    }
    game = Game(
        "Transformer", "all notes before", "odds of the next note", "Surprise",
        "the note that people played",
        story="Nobody plays against it. It foretells the next note of people's songs, and is "
        "corrected by the one that they played: its loss says how surprised it was.",
    )  # fmt: skip
    Settings, Knobs = forms.Settings, forms.Knobs
    PartKnobs, ExtendKnobs = forms.PartKnobs, forms.ExtendKnobs
    presets = PRESETS
    window_bars = BARS
    branches = True
    styles = STYLES
    gentle = {"dropout": 0.1, "warm_up": 0.05}  # thirty rags are learned by heart in what follows

    def network(self, parts: Sequence[Part], settings: forms.Settings) -> Network:
        from studio.techniques.transformer.network import Network

        return Network(settings.width, settings.layers, settings.dropout)

    def build(
        self, parts: Sequence[Part], settings: forms.Settings, weights: Weights, device: str
    ) -> Player:
        from studio.techniques.transformer.player import Player

        return Player.of(settings, weights)

    def play(
        self, player: Player, parts: Sequence[Part], melody: Score, plan: ChordPlan,
        knobs: forms.Knobs, rng: np.random.Generator,
    ) -> Score:  # fmt: skip
        *_, scores = self.write(player, parts, Commission(melody, plan, knobs), [rng])
        return scores()[0]

    def write(
        self, player: Player, parts: Sequence[Part], commission: Commission,
        rngs: Sequence[np.random.Generator],
    ) -> Barwise:  # fmt: skip
        return player.write(parts, commission, rngs)

    def extend(
        self, player: Player, melody: Score, plan: ChordPlan, knobs: forms.ExtendKnobs,
        rng: np.random.Generator,
    ) -> tuple[Score, ChordPlan]:  # fmt: skip
        from studio.techniques.transformer.extension import extend

        return extend(player.weights, player.style, melody, plan, knobs, rng)

    def think(
        self, player: Player, parts: Sequence[Part], commission: Commission,
        rngs: Mapping[int, np.random.Generator], part: int, note: Note,
    ) -> Thought | None:  # fmt: skip
        return player.think(parts, commission, rngs, part, note)

    def trainer(
        self, parts: Sequence[Part], settings: forms.Settings, device: str,
        weights: Weights | None = None,
    ) -> TransformerTrainer:  # fmt: skip
        return self.shared_trainer([parts], settings, device, weights)

    def shared_trainer(
        self, bands: Sequence[Sequence[Part]], settings: forms.Settings, device: str,
        weights: Weights | None = None,
    ) -> TransformerTrainer:  # fmt: skip
        from studio.techniques.transformer.trainer import TransformerTrainer

        return TransformerTrainer(bands, settings, device, weights)

    def shapes(self, parts: Sequence[Part], settings: forms.Settings) -> Shapes:
        from studio.techniques.transformer.parameters import shapes
        from studio.techniques.transformer.vocabulary import roles_of

        roles_of(parts)
        return shapes(settings.width, settings.layers)

    def current_names(self, weights: Weights) -> Weights:
        from studio.techniques.transformer.parameters import with_current_names

        return with_current_names(weights)

    def seconds_a_sample(self, settings: forms.Settings) -> float:
        return float(_FEATURE_SECONDS * settings.layers * settings.width)
