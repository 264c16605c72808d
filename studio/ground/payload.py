"""What pages ask of workers, and what lies in files, read from JSON and written as JSON."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from pydantic import TypeAdapter, ValidationError

from studio.ground.errors import BadKnob, TuttiError

T = TypeVar("T")


class Payload:
    """A dataclass that goes through the store as JSON."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """The job's payload."""
        payload: dict[str, Any] = adapter(type(self)).dump_python(self, mode="json")
        return payload

    @classmethod
    def from_json(cls, payload: object) -> Self:
        """What `to_json` wrote; raises the error of ours that its fields raise, else BadKnob where
        it is damaged."""
        return checked(cls, payload, BadKnob("This request cannot be read: ask for it again."))


def checked(kind: type[T], raw: object, damaged: TuttiError) -> T:
    """What JSON says, once it has passed a type's checks; raises the error of ours that it met on
    the way, else `damaged`."""
    try:
        return adapter(kind).validate_python(raw)
    except ValidationError as error:
        causes = [one.get("ctx", {}).get("error") for one in error.errors()]
        raise next((cause for cause in causes if isinstance(cause, TuttiError)), damaged) from error


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """What reads and writes a type, made when it is first needed."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


_adapters: dict[type, TypeAdapter[Any]] = {}
