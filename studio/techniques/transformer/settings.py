"""What training may set and what a composer may turn, for the Transformer technique."""

from __future__ import annotations

from dataclasses import dataclass

from studio.techniques.contract import setting


@dataclass(frozen=True, slots=True)
class Settings:
    """Hyperparameters."""

    epochs: int = setting(12, 1, 2000, "How often the training music is gone through.")
    learning_rate: float = setting(
        0.0008, 0.00001, 0.01, "How far an update moves the weights at most; in the last third it falls to 0."
    )
    batch_size: int = setting(8, 1, 256, "Passages of sixteen bars in one update.")
    width: int = setting(256, 64, 1024, "Features of an event, in multiples of 64.")
    layers: int = setting(4, 1, 16, "Layers of attention, one over the other.")
    dropout: float = setting(
        0.1, 0.0, 0.8, "Share of features that are left out at random in training."
    )
    any_key: float = setting(
        0.5, 0.0, 1.0, "Share of passages that are learned from in a key drawn at random."
    )
    sing: float = setting(
        0.2, 0.0, 1.0, "Share of passages whose melody and chords are learned, to extend a melody."
    )
    style: int = setting(7, 0, 15, "Which style it plays in, by number: 7 is a style of your own.")
    seed: int = setting(0, 0, 2**31 - 1, "The same seed and data give the same weights on a CPU.")
