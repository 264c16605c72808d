"""Which techniques there are: whatever the files and folders of this package hold."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from inspect import isabstract
from types import ModuleType

import studio.techniques
from studio.ground.errors import BadModel
from studio.techniques.base import Technique
from studio.techniques.forms import Form, Training
from studio.techniques.losses import Loss


@cache
def techniques() -> tuple[dict[str, Technique], tuple[str, ...]]:
    """The techniques by id, in the order of their titles, and a sentence for each file that is left
    out because of an error in it."""
    found: dict[str, Technique] = {}
    left_out: list[str] = []
    for file in pkgutil.iter_modules(studio.techniques.__path__):
        try:
            for kind in _kinds(import_module(f"studio.techniques.{file.name}")):
                one = kind()
                _check(one, found)
                found[one.id] = one
        except Exception as error:  # noqa: BLE001 whatever a file does wrong, the others play on
            left_out.append(f"The technique {file.name} is left out: {_why(error)}.")
    return dict(sorted(found.items(), key=lambda item: item[1].title)), tuple(left_out)


def technique(id: str) -> Technique:
    """The technique of that id; raises BadModel where this version does not have it."""
    known, _ = techniques()
    if id not in known:
        raise BadModel(
            f"This version of Tutti has no technique called {id!r}: update Tutti to use this model."
        )
    return known[id]


def _kinds(module: ModuleType) -> list[type[Technique]]:
    """The techniques that a file itself holds."""
    return [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Technique)
        and kind.__module__ == module.__name__
        and (hasattr(kind, "id") or not isabstract(kind))
    ]


def _check(kind: Technique, others: dict[str, Technique]) -> None:
    """Raises ValueError, with what is missing, for a technique that nobody could use."""
    for name in ("id", "title", "description"):
        if not isinstance(getattr(kind, name, None), str):
            raise ValueError(f"it has no {name}")
    if kind.id in others:
        raise ValueError(f"there is a technique called {kind.id!r} already")
    losses = getattr(kind, "losses", None)
    if not losses or not all(isinstance(loss, Loss) for loss in losses.values()):
        raise ValueError("it does not say what its losses are")
    if sum(loss.judges for loss in losses.values()) > 1:
        raise ValueError("more than one of its losses judges")
    if not (issubclass(kind.Settings, Training) and issubclass(kind.Knobs, Form)):
        raise ValueError("its Settings are no Training, or its Knobs no Form")
    for preset in kind.presets.values():
        kind.Settings.parse(preset)


def _why(error: Exception) -> str:
    """What went wrong, as the end of a sentence."""
    if isinstance(error, SyntaxError):
        return f"{error.msg} in line {error.lineno}"
    text = " ".join(str(error).split()).rstrip(".")
    return text if isinstance(error, ValueError) and text else f"{type(error).__name__}: {text}"
