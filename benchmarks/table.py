"""Figures as a table one can read, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from benchmarks.interval import Figure
from benchmarks.measures import Measured

_NAME, _CELL, _COLUMNS = 40, 15, 6
_NONE = "-"


def table(columns: Sequence[Measured]) -> str:
    """A row a figure, a column a band, at most six side by side: the value, and half of its 95 %
    interval after the sign."""
    side_by_side = -(-len(columns) // -(-len(columns) // _COLUMNS))
    blocks = [columns[i : i + side_by_side] for i in range(0, len(columns), side_by_side)]
    return "\n\n".join(_block(block, _rows(columns)) for block in blocks)


def as_json(columns: Sequence[Measured]) -> dict[str, Any]:
    """Every figure as [value, low, high], and each band's four worst features."""
    return {
        column.name: {
            "figures": {n: [f.value, f.low, f.high] for n, f in column.figures.items()},
            "worst features": dict(column.worst),
        }
        for column in columns
    }


def _rows(columns: Sequence[Measured]) -> list[str]:
    return list(dict.fromkeys(name for column in columns for name in column.figures))


def _block(columns: Sequence[Measured], rows: Sequence[str]) -> str:
    names = [wrap(column.name, _CELL - 1) for column in columns]
    heads = zip_longest(*(reversed(name) for name in names), fillvalue="")
    lines = [" " * _NAME + "".join(f"{word:>{_CELL}}" for word in head) for head in heads][::-1]
    for row in rows:
        cells = [_cell(column.figures.get(row)) for column in columns]
        if any(cell != _NONE for cell in cells):
            lines.append(f"{row:<{_NAME}}" + "".join(f"{cell:>{_CELL}}" for cell in cells))
    lines += [
        f"least like people's, {column.name}: "
        + ", ".join(f"{name} {value:.2f}" for name, value in column.worst)
        for column in columns
        if column.worst
    ]
    return "\n".join(lines)


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return _NONE
    value = f"{figure.value:.3f}" if abs(figure.value) < 10 else f"{figure.value:.1f}"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} ±{(figure.high - figure.low) / 2:.3f}"
