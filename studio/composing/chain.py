"""How a tune came to be the melody of a band: the tune that was there first, and all that models
and hands did to it since. A recipe keeps it to be read: a band is played to its melody again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from studio.ground.errors import BadScore
from studio.ground.payload import Payload, checked
from studio.music.melody import melody_from_json, melody_to_json
from studio.music.score import Score

Knobs = Mapping[str, int | float | str]  # values by name; a choice may be named
Melody = Annotated[
    Score, PlainValidator(melody_from_json), PlainSerializer(melody_to_json, when_used="json")
]  # a score of one track: pydantic reads and writes it as `melody_to_json` says


@dataclass(frozen=True, slots=True)
class Step:
    """What was done to a tune: `fix` and `extend` by the model that is called `title`, with its
    weights, seed, knobs, chords and key; `edit` by hand; `part`: that part of the model's band was
    taken for the melody. `count` notes were mended or bars added, and of the changes those were
    `taken_back` that are named, by their numbers from 1."""

    act: str  # a later Tutti may know others
    model: str = ""
    title: str = ""
    weights: str | None = None
    seed: int = 0
    knobs: Knobs = field(default_factory=dict)
    chords: str = ""
    key: str = ""
    count: int = 0
    taken_back: tuple[int, ...] = ()
    part: str = ""

    @property
    def sentence(self) -> str:
        """`3 notes mended by Bach · AR-CNN`; empty where nothing came of it."""
        match self.act:
            case "edit":
                return "edited by hand"
            case "part":
                return f"{self.part} of the band by {self.title} taken for the melody"
            case "fix":
                done = f"{_counted(self.count, 'note')} mended"
            case "extend":
                done = f"{_counted(self.count, 'bar')} more"
            case _:
                return ""
        return f"{done} by {self.title}" if self.count else ""


@dataclass(frozen=True, slots=True)
class Chain(Payload):
    """The `tune` that was there first, and what was done to it, in that order."""

    tune: Melody
    steps: tuple[Step, ...] = ()

    @classmethod
    def read(cls, raw: object) -> Chain | None:
        """What `to_json` wrote, None where that is nothing; raises BadScore where it is damaged."""
        damaged = BadScore("How this tune was made cannot be read: play it again.")
        return None if raw is None else checked(cls, raw, damaged)

    @classmethod
    def of(cls, tune: Score, before: Chain | None, step: Step) -> Chain:
        """The chain after one more step, which is the first where nothing was done `before`."""
        return (before or cls(tune)).then(step)

    def then(self, step: Step) -> Chain:
        """With one more step; what is edited twice was edited."""
        twice = step.act == "edit" and self.steps[-1:] and self.steps[-1].act == "edit"
        return self if twice else replace(self, steps=(*self.steps, step))

    def edited(self) -> Chain:
        """After a change by hand."""
        return self.then(Step("edit"))

    def taking_back(self, numbers: Iterable[int], left: int) -> Chain:
        """With other changes of the last mending taken back; so many are `left`."""
        last = max((i for i, step in enumerate(self.steps) if step.act == "fix"), default=None)
        if last is None:
            return self
        mended = replace(self.steps[last], taken_back=tuple(sorted(numbers)), count=left)
        return replace(self, steps=(*self.steps[:last], mended, *self.steps[last + 1 :]))

    def to_json(self) -> dict[str, object]:
        """As recipes and takes keep it, with a `text` for who reads no more of it."""
        return {"text": self.sentence, **Payload.to_json(self)}

    @property
    def sentence(self) -> str:
        """`Your tune, 3 notes mended by Bach · AR-CNN, 8 bars more by Pop · Transformer`."""
        first = "Your tune" if self.tune.tracks[0].notes else "Your chords"
        return ", ".join(filter(None, [first, *(step.sentence for step in self.steps)]))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
