"""What pages ask of workers, as the store keeps it."""

from __future__ import annotations

from typing import Self

from pydantic import TypeAdapter, ValidationError

from studio.ground.errors import BadKnob, TuttiError
from studio.queue import JsonObject


class Payload:
    """A dataclass that goes through the store as JSON."""

    __slots__ = ()

    def to_json(self) -> JsonObject:
        """The job's payload."""
        payload: JsonObject = TypeAdapter(type(self)).dump_python(self, mode="json")
        return payload

    @classmethod
    def from_json(cls, payload: object) -> Self:
        """What `to_json` wrote; raises the error of ours that its fields raise, else BadKnob where
        it is damaged."""
        try:
            return TypeAdapter(cls).validate_python(payload)
        except ValidationError as error:
            causes = [one.get("ctx", {}).get("error") for one in error.errors()]
            ours = (cause for cause in causes if isinstance(cause, TuttiError))
            sentence = "This was asked for in a way that cannot be read: ask for it again."
            raise next(ours, BadKnob(sentence)) from error
