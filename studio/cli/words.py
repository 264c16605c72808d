"""Words of the command line that typer does not know: knobs by name, what parts are asked for,
which bars are meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from studio.catalog import Card, find
from studio.ground import Settings
from studio.ground.errors import BadKnob
from studio.music.score import MAX_BARS
from studio.techniques import Field, technique


def knob_fields(model: str) -> tuple[Field, ...]:
    """The knobs of a model's technique; raises BadModel where there is no such model."""
    return technique(_technique_of(model)).Knobs.fields()


def extend_fields(model: str) -> tuple[Field, ...]:
    """The knobs of a model's technique when it goes on with a melody; none where it cannot."""
    kind = technique(_technique_of(model))
    return kind.ExtendKnobs.fields() if kind.can("extend") else ()


def mend_fields(model: str) -> tuple[Field, ...]:
    """The knobs of a model's technique when it mends a melody; none where it cannot."""
    kind = technique(_technique_of(model))
    return kind.MendKnobs.fields() if kind.can("mend") else ()


def _technique_of(model: str) -> str:
    return Card.read(find(model, Settings().model_folders)).technique


def knobs(
    arguments: Sequence[str], command: str, known: Iterable[Field] = ()
) -> dict[str, float | str]:
    """`--creative-risk 1.2` or `--creative-risk=1.2` as knobs or settings by name; where some are
    `known` there are no others, and a choice may be named. Raises BadKnob."""
    options = {field.name: field.options for field in known}
    chosen: dict[str, float | str] = {}
    words = [part for word in arguments for part in word.split("=", 1)]
    if len(words) % 2:
        raise BadKnob(f"{words[-1]} needs a value: write it as --NAME VALUE.")
    for option, value in zip(words[::2], words[1::2], strict=True):
        if not option.startswith("--"):
            raise BadKnob(f"{option} is not an option: see tutti {command} --help.")
        name = option[2:].replace("-", "_")
        if options and name not in options:
            names = ", ".join(options)
            raise BadKnob(f"There is no knob called {name!r}: this technique has {names}.")
        try:
            chosen[name] = float(value)
        except ValueError:
            if not options.get(name):
                raise BadKnob(f"{option} needs a number, not {value!r}.") from None
            chosen[name] = value
    return chosen


def wishes(texts: Iterable[str]) -> dict[str, dict[str, float]]:
    """What parts are asked for by name, from `Bass density=8 register=40` and the like; raises
    BadKnob."""
    result: dict[str, dict[str, float]] = {}
    for text in texts:
        words = text.split()
        name = " ".join(word for word in words if "=" not in word)
        if not name:
            raise BadKnob(f"{text!r} names no part: write it as 'Bass density=8'.")
        asked = result.setdefault(name, {})
        for knob, value in (word.split("=", 1) for word in words if "=" in word):
            try:
                asked[knob.replace("-", "_")] = float(value)
            except ValueError:
                raise BadKnob(f"{knob} of {name} needs a number, not {value!r}.") from None
    return result


def arrangement(**values: object) -> dict[str, object]:
    """What of an arrangement is not as usual: `drums` may be `none`, `fills` are bars as
    `bar_numbers` reads them."""
    chosen = {name: value for name, value in values.items() if value is not None}
    if chosen.get("drums") == "none":
        chosen["drums"] = ""
    if "fills" in chosen:
        chosen["fills"] = bar_numbers(str(chosen["fills"]))
    return chosen


def bar_numbers(text: str) -> list[int]:
    """`3`, `3-4` or `1,3-4` as bars from 1; raises BadKnob."""
    bars: set[int] = set()
    for span in text.split(","):
        first, is_range, last = span.partition("-")
        try:
            low, high = int(first), int(last if is_range else first)
        except ValueError:
            raise BadKnob(f"{text!r} names no bars: write them as 3, 3-4 or 1,3-4.") from None
        if not 1 <= low <= high <= MAX_BARS:
            raise BadKnob(f"{span!r} names no bars: they count from 1 to {MAX_BARS}.")
        bars.update(range(low, high + 1))
    return sorted(bars)
