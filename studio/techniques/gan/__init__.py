"""The GAN technique: one melody in, a whole band out, as DeepComposer's first technique did it.

Enter at `compose`. `network` and `texture` are what is learned, `trainer` how.

A band comes in five steps:

1. The melody is heard in the key of C on a grid of sixteenths, with the chord plan beside it.
2. The texture prior, a small recurrent network that looks back a step, a beat, a bar and two
   bars, draws how many notes each part begins and holds on each sixteenth (`sampling`). Seeds
   differ here. It is as busy as the people were whom it learned from. Where a phrase of the
   melody comes back, the same random numbers are drawn, so that the band answers itself; every
   part closes on the last chord, the bass on its root.
3. The U-Net generator reads melody, chords, place in the bar and in the piece, and the texture,
   for the whole piece in one pass, and gives odds for every pitch, or for every drum of the kit.
   Pitch is a channel, not an axis: convolutions run over time only, so any length is one pass.
4. `decode` takes as many of the likeliest pitches as the texture asks for, moved by chance within
   a third, leaning towards chord tones and away from clashes with the melody.
5. `techniques/dynamics` gives them people's accents and lets them follow the melody's loudness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.music.instruments import Part
from studio.techniques.base import Technique
from studio.techniques.forms import EPOCHS, Form, Training, setting
from studio.techniques.game import Game
from studio.techniques.losses import Loss
from studio.techniques.weights import Weights
from studio.techniques.wgan import GAME, UPDATE_RATIO

if TYPE_CHECKING:
    import numpy as np

    from studio.music.harmony import ChordPlan
    from studio.music.score import Score
    from studio.techniques.gan.network import Models
    from studio.techniques.gan.trainer import GanTrainer

# Processor seconds for a window: without the critic, and for each of its updates, at this width.
_ALONE, _UPDATE, _WIDTH = 0.0115, 0.0177, 64


class Gan(Technique):
    """A U-Net over piano rolls, taught by reconstruction, then by a critic."""

    id, title = "gan", "GAN"
    description = "A generator plays a band to your melody; a critic taught it what bands play."
    losses = {
        **{name: replace(loss, late=True) for name, loss in GAME.items()},
        "reconstruction_loss": Loss(
            "Reconstruction loss",
            "How far the generator is from the very notes that people played, in nats a step.",
            unseen="With a critic it may rise while the music gets better.",
        ),
        "texture_loss": Loss(
            "Texture loss",
            "How surprised the model is by when people begin and hold notes, in nats a step.",
            detail=True,
            silent="every output has the same rhythm",
        ),
    }

    game = Game(
        "Generator", "melody and chords", "band", "Critic", "people's bands", learns=True,
        story="The critic is shown people's bands and the generator's, and learns to tell them "
        "apart. The generator learns to be taken for people. Where one gets better, so must the "
        "other: that is why their losses pull against each other. At first the generator only "
        "copies what people played; the critic joins when that is done, so its curves begin late.",
    )  # fmt: skip

    class Settings(Training):
        """DeepComposer offered the first three."""

        epochs: int = setting(60, 1, 2000, EPOCHS, first=True)
        learning_rate: float = setting(
            0.0006, 0.00001, 0.01,
            "How far an update moves the weights at first; it falls to a tenth.", first=True,
        )  # fmt: skip
        update_ratio: int = setting(2, 1, 10, UPDATE_RATIO, first=True)
        batch_size: int = setting(16, 1, 256, "Passages of eight bars in one update.")
        warm_up: float = setting(
            0.5, 0.0, 1.0,
            "Share of the training in which the generator copies what people played, before the "
            "critic joins.",
        )  # fmt: skip
        width: int = setting(
            64,
            8,
            256,
            "How many features the networks have, in multiples of eight: more can learn more, and "
            "take longer.",
            network=True,
        )
        dropout: float = setting(
            0.3, 0.0, 0.8,
            "Share of the generator's features that are left out at random while it learns, so "
            "that it does not learn by heart.",
        )  # fmt: skip

    class Knobs(Form):
        creative_risk: float = setting(
            1.0, 0.0, 2.0,
            "How freely rhythm and pitch are drawn: 0 takes the likeliest, 2 is daring.",
        )  # fmt: skip

    # Quick is for minutes on two cores; Textbook is what DeepComposer's own form began with
    presets = {
        "Quick": {"epochs": 40, "batch_size": 8, "width": 32, "warm_up": 0.6},
        "Best": {"epochs": 120},
        "Textbook": {"epochs": 10, "learning_rate": 0.001, "update_ratio": 5, "batch_size": 64},
    }
    gentle = {"dropout": 0.1}
    gentle_updates = 160  # the critic begins anew, and is of use after a hundred

    def network(self, parts: Sequence[Part], settings: Settings) -> Models:
        from studio.techniques.gan.network import Models

        return Models(parts, settings.width, settings.dropout)

    def play(
        self, player: Models, parts: Sequence[Part], melody: Score, plan: ChordPlan, knobs: Knobs,
        rng: np.random.Generator,
    ) -> Score:  # fmt: skip
        from studio.techniques.gan.compose import compose

        return compose(player, parts, melody, plan, knobs.creative_risk, rng)

    def trainer(
        self, parts: Sequence[Part], settings: Settings, device: str, weights: Weights | None = None
    ) -> GanTrainer:
        from studio.techniques.gan.trainer import GanTrainer

        return GanTrainer(parts, settings, device, weights)

    def seconds_a_sample(self, settings: Settings) -> float:
        size = 0.7 + 0.3 * (settings.width / _WIDTH) ** 2  # 0.78 was measured at half the width
        critic = (1 - settings.warm_up) * settings.update_ratio * _UPDATE
        return float(size * (_ALONE + critic))

    def work(self, settings: Settings, progress: float) -> float:
        critic = settings.update_ratio * _UPDATE  # learns in what comes after the warm-up alone
        done = progress * _ALONE + max(progress - settings.warm_up, 0.0) * critic
        return float(done / (_ALONE + (1 - settings.warm_up) * critic))
