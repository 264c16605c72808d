"""What a model is made of before it learns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.catalog import Card, Model
from studio.training.rows import Row


@dataclass(frozen=True, slots=True)
class RunInputs:
    """The model that `card` describes is to learn from the songs of `data` (`only` those of these
    names, where given), with drummers of `drums` in place of drums written by rule. It goes on from
    the weights of `base`; where those are of an epoch of an earlier run, `rows` are that run's
    until then, and epochs are counted on from them."""

    card: Card
    data: tuple[Path, ...]
    only: frozenset[str] | None = None
    drums: Path | None = None
    base: Model | None = None
    rows: tuple[Row, ...] = ()
