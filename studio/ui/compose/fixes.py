"""What a model mended in the tune on the keyboard: each change is heard, taken back and made again,
whatever hands do to the tune meanwhile; and what else was done to the tune before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from studio.composing import Chain
from studio.ground.errors import TuttiError
from studio.music.melody import Row, as_take, from_performance, from_take
from studio.music.score import Note, Score
from studio.queue import JsonObject
from studio.ui import desk
from studio.ui.compose.tune import current

State = Literal["made", "undone", "lost"]


@dataclass(frozen=True, slots=True)
class Change:
    """A note of the melody that is another one now, is new (`before` is None) or is gone."""

    before: Row | None
    after: Row | None
    text: str
    options: str

    def state(self, notes: Iterable[Row]) -> State:
        """Whether the melody has it: `lost` where it has neither note, or both."""
        there = {row[:2] for row in notes}
        old, new = (row and row[:2] in there for row in (self.before, self.after))
        if new is not False and not old:
            return "made"
        return "undone" if old is not False and not new else "lost"

    def into(self, melody: Score, made: bool) -> Score:
        """The melody with it, or without."""
        gone, comes = (self.before, self.after) if made else (self.after, self.before)
        notes = {(note.start_tick, note.pitch): note for note in melody.tracks[0].notes}
        if gone:
            notes.pop(gone[:2], None)
        if comes:
            notes.setdefault(comes[:2], Note(*comes))
        track = replace(melody.tracks[0], notes=tuple(sorted(notes.values())))
        return melody.with_tracks([track])

    def heard(self, melody: Score, made: bool) -> list[JsonObject]:
        """The notes of its bar with it or without, as a take has them, from the bar line on."""
        row, bar = self.before or self.after or (0, 0, 0, 0), melody.metre.bar_ticks
        first = row[0] // bar * bar
        notes = as_take(self.into(melody, made), "", "")["notes"]
        line = melody.clock.seconds_at(first)
        return [
            {**note, "start_seconds": note["start_seconds"] - line}
            for note in notes
            if first <= note["start_tick"] < first + bar
        ]


def changes() -> tuple[Change, ...]:
    """Those of the tune on the keyboard, in their order; none where none was mended."""
    return _changes_of(_base())


def marks(score: Score) -> list[list[int]]:
    """Where in the melody of a piece the notes are that a model mended, as [start_tick, pitch];
    none where it is another melody than the keyboard's."""
    made, now = changes(), current()
    if not made or now is None or not score.tracks or _rows(score) != _rows(now.score):
        return []
    rows = _rows(score)
    return [[*one.after[:2]] for one in made if one.after and one.state(rows) == "made"]


def report() -> list[str]:
    """What must be known of how the tune was read."""
    known = _base().get(desk.MENDED)
    return [str(line) for line in known["report"]] if known else []


def toggle(place: int) -> None:
    """Takes a change back, or makes it again, as the tune is now."""
    with desk.PROBLEM.catch():
        melody, change = from_performance(desk.draft().performance).score, changes()[place]
        state = change.state(_rows(melody))
        if state != "lost":
            desk.amend(change.into(melody, state == "undone"))


def chain(melody: Score) -> Chain | None:
    """What was done to the tune on the keyboard, as it is now; None where it was just played, and
    where that cannot be read."""
    with suppress(TuttiError):
        base = _base()
        known = Chain.read(base.get(desk.CHAIN))
        if known is None:
            return None
        then, now, made = from_take(base).score, _rows(melody), _changes_of(base)
        states = [change.state(now) for change in made]
        for change, state in zip(made, states, strict=True):
            if state != "lost":
                then = change.into(then, state == "made")
        undone = [number for number, state in enumerate(states, 1) if state == "undone"]
        if made:
            known = known.taking_back(undone, len(made) - len(undone))
        as_it_was = _rows(then) == now and base["source"] != desk.ARRANGER
        return known if as_it_was else known.edited()
    return None


def named(melody: Score) -> JsonObject:
    """The same, for a take of that tune."""
    known = chain(melody)
    return {desk.CHAIN: known.to_json() if known else None}


def state_in(melody: Score, change: Change) -> State:
    """Whether a melody has a change; see `Change.state`."""
    return change.state(_rows(melody))


def _base() -> JsonObject:
    """The newest take that was not edited by hand, or names what was done before."""
    takes: list[JsonObject] = desk.draft().performance["takes"]
    whole = (
        each for each in reversed(takes) if each["source"] != desk.ARRANGER or desk.CHAIN in each
    )
    return next(whole, {})


def _changes_of(take: JsonObject) -> tuple[Change, ...]:
    known = take.get(desk.MENDED)
    return tuple(_read(raw) for raw in known["changes"]) if known else ()


def _read(raw: JsonObject) -> Change:
    return Change(_row(raw["before"]), _row(raw["after"]), raw["text"], raw["options"])


def _row(raw: Sequence[int] | None) -> Row | None:
    return None if raw is None else (raw[0], raw[1], raw[2], raw[3])


def _rows(melody: Score) -> list[Row]:
    return [(n.start_tick, n.pitch, n.duration_ticks, n.velocity) for n in melody.tracks[0].notes]
