"""The history of a training: a row for each epoch, a line of `history.jsonl` each."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError


def _with_epoch(row: Mapping[str, float]) -> Mapping[str, float]:
    if not math.isfinite(row.get("epoch", math.nan)):
        raise ValueError("a row tells which epoch it is of")
    return row


# JSON has no word for what is no number: there it is null.
Number = Annotated[int | float, BeforeValidator(lambda value: math.nan if value is None else value)]
# `epoch`, `seconds`, `learning_rate`, losses by name, and where it was measured the similarity
# index with all that belongs to it.
Row = Annotated[Mapping[str, Number], AfterValidator(_with_epoch)]
FEATURE = "similarity_of_"  # and what is measured: the mean over the parts
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
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: value for name, value in row.items() if not math.isnan(value)})
    return text.getvalue()
