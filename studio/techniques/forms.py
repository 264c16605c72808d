"""How settings and knobs describe themselves.

A `Form` is a frozen dataclass whose fields carry their help, range and default; from it grow the
page's form, the command line's options, the API's arguments and the contract tests.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, dataclass_transform

from studio.ground.errors import BadKnob

Number = float | int


@dataclass(frozen=True, slots=True)
class Field:
    """One setting or knob as a form shows it. `first`: among the few that are seen at once;
    `network`: it makes another network, so a model that goes on learning keeps it."""

    name: str
    label: str
    help: str
    default: Number
    low: Number
    high: Number
    step: Number
    options: tuple[str, ...] = ()  # the names of 0, 1 …, where it is a choice and no amount
    first: bool = False
    network: bool = False


def setting(
    default: Number, low: Number, high: Number, help: str, first: bool = False,
    network: bool = False,
) -> Any:  # fmt: skip
    """A field with its range and help; for `first` and `network` see `Field`."""
    known = {"low": low, "high": high, "help": help, "first": first, "network": network}
    return dataclasses.field(default=default, metadata=known)


def choice(default: int, options: tuple[str, ...], help: str) -> Any:
    """A field that is one of several, held as its place in `options`."""
    known = {"low": 0, "high": len(options) - 1, "help": help, "options": options}
    return dataclasses.field(default=default, metadata=known)


@dataclass_transform(frozen_default=True)
@dataclass(frozen=True)
class Form:
    """Settings or knobs: `class Knobs(Form): risk: float = setting(1.0, 0.0, 2.0, "…")`. One with
    no field asks for nothing."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)

    @classmethod
    def fields(cls) -> tuple[Field, ...]:
        """The fields as a form shows them: in the order in which the class names them, then those
        that it takes over as they are."""
        known = {field.name: field for field in dataclasses.fields(cls)}
        own = [name for name in inspect.get_annotations(cls) if name in known]
        return tuple(_shown(known[name]) for name in dict.fromkeys((*own, *known)))

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """From plain values, the others as they usually are; a choice may be given by name.

        Raises BadKnob for a name there is not, a value that is no number, or one out of range.
        """
        known = {field.name: field for field in cls.fields()}
        for name in values:
            if name not in known:
                names = ", ".join(known) or "none"
                raise BadKnob(f"There is no knob called {name!r}: this technique has {names}.")
        return cls(**{name: _number(known[name], value) for name, value in values.items()})


EPOCHS = "How many times it goes through all the music."


class Training(Form):
    """What every training may set; a technique's own Settings add to these, or say them anew."""

    epochs: int = setting(60, 1, 2000, EPOCHS, first=True)
    learning_rate: float = setting(
        0.001, 0.00001, 0.01, "How far an update moves the weights.", first=True
    )
    batch_size: int = setting(16, 1, 256, "Passages in one update.")
    seed: int = setting(0, 0, 2**31 - 1, "The same seed and data give the same weights on a CPU.")


class Extension(Form):
    """What may be asked of every continuation of a melody."""

    extension_duration: int = setting(8, 1, 32, "How many bars are added.")


def _shown(field: dataclasses.Field[Any]) -> Field:
    known: Any = field.metadata
    default: Number = field.default  # type: ignore[assignment]
    whole = isinstance(default, int)
    step = 1 if whole else round((known["high"] - known["low"]) / 100, 6)
    label = field.name.replace("_", " ").capitalize()
    return Field(field.name, label, default=default, step=step, **known)


def _number(field: Field, value: Any) -> Number:
    """The value as the field takes it."""
    whole = isinstance(field.default, int)
    if field.options and isinstance(value, str):
        value = _place(field, value)
    try:
        number = int(value) if whole else float(value)
        if whole and number != float(value):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        kind = "whole number" if whole else "number"
        raise BadKnob(f"{field.label} must be a {kind}, not {value!r}.") from None
    if not field.low <= number <= field.high:
        raise BadKnob(f"{field.label} must be from {field.low} to {field.high}.")
    return number


def _place(field: Field, name: str) -> int:
    """Which option is called `name`, in any case."""
    names = [option.casefold() for option in field.options]
    if name.casefold() not in names:
        raise BadKnob(f"{field.label} must be one of {', '.join(field.options)}.")
    return names.index(name.casefold())
