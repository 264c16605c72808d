"""What the arranger asks for, as the browser tells it: one small class a kind of message.

`studio.ui.components.arranger` says when each comes; `outbox.js` sends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, Strict, TypeAdapter
from pydantic.dataclasses import dataclass

Whole = Annotated[int, Strict()]
Row = list[Whole]  # [start_tick, pitch, duration_ticks, velocity]


@dataclass(frozen=True, kw_only=True)
class _Message:
    """The `n`th of this browser tab, about a piece that had that revision."""

    n: Whole
    piece: str
    revision: Whole


@dataclass(frozen=True, kw_only=True)
class EditNotes(_Message):
    """The notes of a part are these, in that take."""

    kind: Literal["edit"]
    part: str
    notes: list[Row]
    take: Whole | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeInstrument(_Message):
    """A part plays on another instrument, a MIDI program."""

    kind: Literal["instrument"]
    part: str
    program: Whole
    take: Whole | None = None


@dataclass(frozen=True, kw_only=True)
class Mix(_Message):
    """Volume, pan, mute and solo of some parts; `Library.mix` reads them."""

    kind: Literal["mix"]
    mix: dict[str, dict[str, object]]


@dataclass(frozen=True, kw_only=True)
class Lock(_Message):
    """A part stays as it is when bars are rewritten, or does no longer."""

    kind: Literal["lock"]
    part: str
    locked: bool


@dataclass(frozen=True, kw_only=True)
class ShowTake(_Message):
    """Another take, from 1, is shown."""

    kind: Literal["take"]
    take: Whole


@dataclass(frozen=True, kw_only=True)
class RewriteBars(_Message):
    """A model writes these bars, from 0, of these parts anew."""

    kind: Literal["regenerate"]
    bars: list[Whole]
    parts: list[str]


@dataclass(frozen=True, kw_only=True)
class ChangeChord(_Message):
    """The chord at a tick is another one."""

    kind: Literal["chord"]
    tick: Whole
    symbol: str


@dataclass(frozen=True, kw_only=True)
class Think(_Message):
    """What did the model think as it wrote this note?"""

    kind: Literal["think"]
    part: str
    note: Row


Message = EditNotes | ChangeInstrument | Mix | Lock | ShowTake | RewriteBars | ChangeChord | Think
_READER: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def read_message(told: Mapping[str, object]) -> Message:
    """Raises ValueError for what is no message."""
    return _READER.validate_python(told)
