"""What training may set and what a composer may turn, for the GAN technique."""

from __future__ import annotations

from dataclasses import dataclass

from studio.techniques.contract import setting


@dataclass(frozen=True, slots=True)
class Settings:
    """Hyperparameters; DeepComposer offered the first three."""

    epochs: int = setting(60, 1, 2000, "How often the training music is gone through.")
    learning_rate: float = setting(
        0.0006, 0.00001, 0.01, "How far an update moves the weights at first; it falls to a tenth."
    )
    update_ratio: int = setting(2, 1, 10, "Critic updates for each update of the generator.")
    batch_size: int = setting(16, 1, 256, "Windows in one update.")
    warm_up: float = setting(
        0.5, 0.0, 1.0, "Share of the training in which the generator only copies, without a critic."
    )
    width: int = setting(64, 8, 256, "Channels of the networks, in multiples of eight.")
    dropout: float = setting(
        0.3, 0.0, 0.8, "Share of the generator's features that are left out at random in training."
    )
    seed: int = setting(0, 0, 2**31 - 1, "The same seed and data give the same weights on a CPU.")


# Quick is for minutes on two cores; Textbook is what DeepComposer's own form began with.
PRESETS: dict[str, dict[str, float | int]] = {
    "Quick": {"epochs": 40, "batch_size": 8, "width": 32, "warm_up": 0.6},
    "Best": {"epochs": 120},
    "Textbook": {"epochs": 10, "learning_rate": 0.001, "update_ratio": 5, "batch_size": 64},
}


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a composer may turn."""

    creative_risk: float = setting(
        1.0, 0.0, 2.0, "How freely rhythm and pitch are drawn: 0 takes the likeliest, 2 is daring."
    )
