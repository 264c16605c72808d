"""What training may set and what a composer may turn, for the textbook GAN."""

from __future__ import annotations

from dataclasses import dataclass

from studio.techniques.contract import setting


@dataclass(frozen=True, slots=True)
class Settings:
    """The hyperparameters of DeepComposer's GAN, with its values: it offered the first three."""

    epochs: int = setting(10, 1, 2000, "How often the training music is gone through.")
    learning_rate: float = setting(
        0.001, 0.00001, 0.01, "How far an update moves the weights, of generator and critic alike."
    )
    update_ratio: int = setting(5, 1, 10, "Critic updates for each update of the generator.")
    batch_size: int = setting(64, 1, 256, "Two-bar cuts in one update.")
    seed: int = setting(0, 0, 2**31 - 1, "The same seed and data give the same weights on a CPU.")


# Textbook is what DeepComposer's own form began with, and the defaults are just that.
PRESETS: dict[str, dict[str, float | int]] = {
    "Quick": {"epochs": 60, "update_ratio": 2, "batch_size": 16},
    "Best": {"epochs": 100},
    "Textbook": {},
}


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a composer may turn: DeepComposer's GAN had nothing at all."""

    creative_risk: float = setting(
        1.0, 0.0, 2.0, "How much noise the generator hears: 0 plays the same band for every seed."
    )
