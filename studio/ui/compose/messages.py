"""What the arranger asks for, as the browser tells it: one small class a kind of message.

`studio.ui.components.arranger` says when each comes; `outbox.js` sends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field, Strict, TypeAdapter

Whole = Annotated[int, Strict()]
Row = list[Whole]  # [start_tick, pitch, duration_ticks, velocity]


class _Message(BaseModel, frozen=True):
    """The `n`th of this browser tab, about a piece that had that revision."""

    n: Whole
    piece: str
    revision: Whole


class EditNotes(_Message, frozen=True):
    """The notes of a part are these, in that take."""

    kind: Literal["edit"]
    part: str
    notes: list[Row]
    take: Whole | None = None


class ChangeInstrument(_Message, frozen=True):
    """A part plays on another instrument, a MIDI program."""

    kind: Literal["instrument"]
    part: str
    program: Whole
    take: Whole | None = None


class Mix(_Message, frozen=True):
    """Volume, pan, mute and solo of some parts; `Library.mix` reads them."""

    kind: Literal["mix"]
    mix: dict[str, dict[str, object]]


class Lock(_Message, frozen=True):
    """A part stays as it is when bars are rewritten, or does no longer."""

    kind: Literal["lock"]
    part: str
    locked: bool


class ShowTake(_Message, frozen=True):
    """Another take, from 1, is shown."""

    kind: Literal["take"]
    take: Whole


class RewriteBars(_Message, frozen=True):
    """A model writes these bars, from 0, of these parts anew; with `looks`, somebody watches."""

    kind: Literal["regenerate"]
    bars: list[Whole]
    parts: list[str]
    looks: Whole | None = None


class KeepRhythm(_Message, frozen=True):
    """A part goes on in the rhythm of a bar, from 0, in other `bars`, or in all that follow; or in
    a tapped one, each tap [ticks from a bar line, ticks held, velocity 1-127]."""

    kind: Literal["rhythm"]
    part: str
    bar: Whole
    bars: list[Whole] = []
    taps: list[tuple[Whole, Whole, Whole]] = []


class ChangeChord(_Message, frozen=True):
    """The chord at a tick is another one."""

    kind: Literal["chord"]
    tick: Whole
    symbol: str


class ChangeForm(_Message, frozen=True):
    """The band is arranged in another form, as `read_form` has it."""

    kind: Literal["form"]
    form: str


class Fill(_Message, frozen=True):
    """A drummer fills this bar, from 0, or does not."""

    kind: Literal["fill"]
    bar: Whole
    fill: bool


class Think(_Message, frozen=True):
    """What did the model think as it wrote this note?"""

    kind: Literal["think"]
    part: str
    note: Row


class Veto(_Message, frozen=True):
    """The model keeps to these vetoes, all that the piece is to have, and to no others; where
    `looks` is said, it writes the piece in so many."""

    kind: Literal["veto"]
    vetoes: tuple[tuple[str, Whole, Whole, Whole | None], ...]
    looks: Whole | None = None


class Go(_Message, frozen=True):
    """Back to a place where one has been, or to it again; see `timeline`."""

    kind: Literal["go"]
    place: str


Message = (
    EditNotes
    | ChangeInstrument
    | Mix
    | Lock
    | ShowTake
    | RewriteBars
    | KeepRhythm
    | ChangeChord
    | ChangeForm
    | Fill
    | Think
    | Veto
    | Go
)
_READER: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def read_message(told: Mapping[str, object]) -> Message:
    """Raises ValueError for what is no message."""
    return _READER.validate_python(told)
