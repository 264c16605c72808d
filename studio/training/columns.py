"""What the columns of a training's rows are called and mean: losses as their technique says it, and
what is the same for all."""

from __future__ import annotations

from studio.techniques import Technique
from studio.training.rows import FEATURE

_SHARED = {  # label and help
    "epoch": ("Epoch", ""),
    "seconds": ("Seconds", ""),
    "similarity": (
        "Similarity index",
        "How far the model's bands lie from people's: 0 would be the same. Read it between its "
        "floor and its ceiling.",
    ),
    "similarity_low": ("Index, lower end", "The index lies above this in 39 of 40 samples."),
    "similarity_high": ("Index, upper end", "The index lies below this in 39 of 40 samples."),
    "similarity_floor": (
        "Real music against real music",
        "The index of people against other people: nothing can be told below it.",
    ),
    "similarity_ceiling": ("Random notes", "The index of random notes in the band's place."),
}


def label(column: str, kind: Technique | None = None) -> str:
    """What a column is called, also one that nobody describes."""
    return described(column, kind)[0]


def described(column: str, kind: Technique | None = None) -> tuple[str, str]:
    """What a column is called and what it means; no help where nobody says any."""
    if column in _SHARED:
        return _SHARED[column]
    loss = kind.loss_of(column) if kind else None
    if loss is not None:
        return loss.label, loss.help
    return column.removeprefix(FEATURE).replace("_", " ").capitalize(), ""


def losses_of(kind: Technique | None, found: list[str]) -> tuple[list[str], list[str]]:
    """Of the losses that there are, all in the technique's order, and those that a chart shows
    where nobody chose any: its own but for the details, and the one that judges on unseen music."""
    declared = list(kind.losses) if kind else []
    judge = kind.judged_by if kind else None
    leading = [name for name in declared if kind and not kind.losses[name].detail]
    leading += [judge] if judge else []
    first = [name for name in leading if name in found]
    rest = [name for name in found if name not in first]
    return first + rest, first
