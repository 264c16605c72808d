"""The history of a training: a row for each epoch, a line of `history.jsonl` each; and what its
columns are called and mean: losses as their technique says it, and what is the same for all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

from studio.techniques import Technique


def _with_epoch(row: Mapping[str, float]) -> Mapping[str, float]:
    if not math.isfinite(row.get("epoch", math.nan)):
        raise ValueError("a row tells which epoch it is of")
    return row


# JSON has no word for what is no number: there it is null.
Number = Annotated[int | float, BeforeValidator(lambda value: math.nan if value is None else value)]
# `epoch`, `seconds`, `learning_rate`, losses by name, and where it was measured the similarity
# index with all that belongs to it.
Row = Annotated[Mapping[str, Number], AfterValidator(_with_epoch)]
INDEX, LOW, HIGH = "similarity", "similarity_low", "similarity_high"
FLOOR, CEILING = "similarity_floor", "similarity_ceiling"
FEATURE = "similarity_of_"  # and what is measured: the mean over the parts
_SHARED = {  # label and help
    "epoch": ("Epoch", ""),
    "seconds": ("Seconds", ""),
    INDEX: (
        "Similarity index",
        "How far the model's bands lie from people's: 0 would be the same. The lines say how far "
        "real songs lie from each other, and random notes from them.",
    ),
    LOW: ("Index, lower end", "The index lies above this in 39 of 40 samples."),
    HIGH: ("Index, upper end", "The index lies below this in 39 of 40 samples."),
    FLOOR: (
        "Real music against real music",
        "The index of people against other people: nothing can be told below it.",
    ),
    CEILING: ("Random notes", "The index of random notes in the band's place."),
}
_FEATURES = {  # what a feature of the index is called where its own name says little
    "pitch_classes": "Different notes of the scale in a bar",
    "kinds": "Different drums in a bar",
    "pitch": "How high",
    "range": "From lowest to highest",
    "step": "Size of steps",
    "duration": "How long notes are",
    "empty_bars": "Empty bars",
    "qualified_notes": "Notes of an eighth and longer",
    "tonal_distance": "How parts fit in harmony",
    "polyphony": "Notes at once",
    "entropy": "Variety of pitches",
    "groove": "Rhythm that comes again",
    "in_key": "Notes in the key",
    "notes": "How many notes",
}
_ROW: TypeAdapter[Row] = TypeAdapter(Row)


def row_of(epoch: int, seconds: float, values: Mapping[str, float]) -> dict[str, float]:
    """The row of an epoch, as many digits as are worth keeping."""
    return {
        "epoch": epoch,
        "seconds": round(seconds, 1),
        **{name: round(value, 5) for name, value in values.items()},
    }


def read_rows(path: Path) -> list[Row]:
    """The rows of a `history.jsonl`; broken lines are left out, a missing file has no rows."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    rows = []
    for line in lines:
        try:
            rows.append(_ROW.validate_json(line))
        except ValidationError:
            continue
    return rows


def line(row: Row, epochs: int) -> str:
    """A row as a line for people; the index's features and what is known stay out."""
    quiet = ("epoch", "seconds", "learning_rate")
    shown = {k: v for k, v in row.items() if k not in quiet and not k.startswith(FEATURE)}
    losses = "  ".join(f"{name} {value:.3f}" for name, value in shown.items())
    return f"epoch {row['epoch']}/{epochs}  {row['seconds']:.0f} s  {losses}"


def as_csv(rows: Sequence[Row]) -> str:
    """The rows as a table with one column a name, empty where a row lacks it."""
    import pandas as pd

    return str(pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))


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
    name = column.removeprefix(FEATURE)
    return _FEATURES.get(name, name.replace("_", " ").capitalize()), ""


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
