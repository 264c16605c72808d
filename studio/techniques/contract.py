"""What every technique brings, and how its settings and knobs describe themselves.

Two frozen dataclasses, `Settings` (what training may set) and `Knobs` (what a composer may turn),
are the source of the page's forms, the command line's options, the API's arguments and the
contract tests: each field carries its help, range and default.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.errors import BadKnob
from studio.music.instruments import KIT

ACCENTS = 16  # sixteenths of a 4/4 bar


@dataclass(frozen=True, slots=True)
class Part:
    """One part a model adds: General MIDI `program`, at most `voices` notes at once, a pitch range
    `low`-`high` (inclusive) and a middle `velocity`. Drums play the kit of `music.instruments`:
    their pitches are drums, and never move. `accents`: how much louder each sixteenth of a 4/4 bar
    is played, sixteen numbers; of drums, a row for each drum of the kit; none where it is flat."""

    name: str
    program: int
    voices: int
    low: int
    high: int
    velocity: int = 72
    is_drum: bool = False
    accents: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "accents", tuple(tuple(row) for row in self.accents))
        rows = len(KIT) if self.is_drum else 1
        whole = all(len(row) == ACCENTS and set(map(type, row)) <= {int} for row in self.accents)
        if len(self.accents) not in (0, rows) or not whole:
            raise ValueError(f"The accents of {self.name} are not sixteen whole numbers a row.")
        numbers = (self.program, self.voices, self.low, self.high, self.velocity)
        if not isinstance(self.name, str) or any(type(number) is not int for number in numbers):
            raise TypeError("A part has a name and whole numbers.")
        in_range = 0 <= self.program <= 127 and 1 <= self.voices <= 12
        if not (in_range and 0 <= self.low <= self.high <= 127 and 1 <= self.velocity <= 127):
            raise ValueError(f"The part {self.name} is outside the ranges of a score.")


@dataclass(frozen=True, slots=True)
class Field:
    """One setting or knob as a form shows it."""

    name: str
    label: str
    help: str
    default: float | int
    low: float | int
    high: float | int
    step: float | int
    options: tuple[str, ...] = ()  # the names of 0, 1 …, where it is a choice and no amount


def setting(default: float | int, low: float | int, high: float | int, help: str) -> Any:
    """A dataclass field with its range and help."""
    return dataclasses.field(default=default, metadata={"low": low, "high": high, "help": help})


def choice(default: int, options: tuple[str, ...], help: str) -> Any:
    """A dataclass field that is one of several, held as its place in `options`."""
    metadata = {"low": 0, "high": len(options) - 1, "help": help, "options": options}
    return dataclasses.field(default=default, metadata=metadata)


def fields(kind: type[Any]) -> tuple[Field, ...]:
    """The fields of a Settings or Knobs class, in order."""
    result = []
    for field in dataclasses.fields(kind):
        low, high = field.metadata["low"], field.metadata["high"]
        step = 1 if isinstance(field.default, int) else round((high - low) / 100, 6)
        label = field.name.replace("_", " ").capitalize()
        help_text = field.metadata["help"]
        options = field.metadata.get("options", ())
        result.append(Field(field.name, label, help_text, field.default, low, high, step, options))  # type: ignore[arg-type]
    return tuple(result)


def choose(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """An instance of a Settings or Knobs class from plain values; a choice may be given by name.

    Raises BadKnob for a name it does not have, a value that is no number, or one out of range.
    """
    known = {field.name: field for field in fields(kind)}
    chosen: dict[str, float | int] = {}
    for name, value in values.items():
        field = known.get(name)
        if field is None:
            names = ", ".join(known) or "none"
            raise BadKnob(f"There is no knob called {name!r}: this technique has {names}.")
        whole = isinstance(field.default, int)
        if field.options and isinstance(value, str):
            value = _place(field, value)
        try:
            number = int(value) if whole else float(value)
            if whole and number != float(value):
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            kind_name = "whole number" if whole else "number"
            raise BadKnob(f"{field.label} must be a {kind_name}, not {value!r}.") from None
        if not field.low <= number <= field.high:
            raise BadKnob(f"{field.label} must be from {field.low} to {field.high}.")
        chosen[name] = number
    return kind(**chosen)


def _place(field: Field, name: str) -> int:
    """Which option is called `name`, in any case."""
    names = [option.casefold() for option in field.options]
    if name.casefold() not in names:
        raise BadKnob(f"{field.label} must be one of {', '.join(field.options)}.")
    return names.index(name.casefold())
