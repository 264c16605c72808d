"""The studio's own trainer on the benchmark's chorales."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.harmonise_writing import symbols_of
from benchmarks.jsb_data import Grid, to_white_keys, transposed
from studio.music.roll import ONSET, PITCHES, SUSTAIN, Window
from studio.techniques.arcnn.settings import Settings
from studio.techniques.arcnn.symbols import REST, Cells
from studio.techniques.arcnn.trainer import ARCNNTrainer
from studio.techniques.weights import Weights, weights_of

_BAR, _BEAT = 16, 4
_LOOKS = 12  # how often the chorales to choose by are looked at


def in_white_keys(grid: Grid) -> Cells:
    """A chorale in the key without accidentals, as the studio's cells."""
    return symbols_of(transposed(grid, to_white_keys(grid)))


def window_of(symbols: Cells) -> Window:
    """A whole chorale to learn from; the file does not tell a held note from a repeated one."""
    rolls = np.zeros((symbols.shape[1], 2, len(symbols), PITCHES), np.uint8)
    for voice, line in enumerate(symbols.T):
        sung = np.flatnonzero(line != REST)
        rolls[voice, SUSTAIN, sung, line[sung] - 1] = 1
        begins = sung[np.diff(line, prepend=-1)[sung] != 0]
        rolls[voice, ONSET, begins, line[begins] - 1] = 1
    chords = np.zeros(len(symbols), np.int64)
    return Window(rolls[0], rolls[1:], chords, _BAR, _BEAT, 0, 0)


def learned(
    train: Sequence[Cells], valid: Sequence[Cells], settings: Settings, seconds: float,
    tell: Callable[[str], None],
) -> Weights:  # fmt: skip
    """The weights that foretold the held-out chorales best, of those along so many seconds of the
    processor; looking is not counted."""
    windows, held_out = [window_of(one) for one in train], [window_of(one) for one in valid]
    share = np.array([len(one) for one in train], float)
    trainer = ARCNNTrainer(train[0].shape[1], settings, "cpu")
    rng = np.random.default_rng(settings.seed)

    def draw() -> list[Window]:
        chosen = rng.choice(len(windows), settings.batch_size, p=share / share.sum())
        return [windows[i] for i in chosen]

    found: list[tuple[float, Weights]] = []
    spent = 0.0
    while spent < seconds or not found:
        began = time.process_time()
        trainer.step(draw, min(spent / seconds, 1.0))
        spent += time.process_time() - began
        if spent >= seconds * (len(found) + 1) / _LOOKS:
            nats = trainer.held_out(held_out)["held_out_masked_loss"]
            found.append((nats, weights_of(trainer.ema)))
            tell(f"{spent:.0f} s, {trainer.steps} updates: {nats:.4f} nats a hidden cell")
    return min(found, key=lambda one: one[0])[1]
