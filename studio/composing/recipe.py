"""Recipes: what gives a piece again, as JSON: melody, model, knobs, chords and seed, and what was
done to the piece since.

The library keeps recipes as they were written, whatever Tutti wrote them: see `Recipe.with_edits`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from studio.arrangement import Arrangement, Form, read_form
from studio.composing.chain import Chain, Knobs, Melody, Step
from studio.composing.edits import rows_of, with_notes, with_program
from studio.composing.request import Chosen, Request, Veto, Wishes, next_seed
from studio.composing.rhythms import Tap, in_rhythm
from studio.ground.errors import BadKnob, BadScore
from studio.ground.payload import adapter, checked
from studio.music.melody import Row, melody_to_json
from studio.music.score import Rows, Score

FORMAT = 2
EDITS_FORMAT = 3  # of a piece that was edited; one that was not stays readable for an older Tutti
_DAMAGED = "This is no recipe, or a damaged one: export it again."


@dataclass(frozen=True, slots=True)
class Edit:
    """Other notes, as rows, or another instrument for a part of a piece."""

    part: str
    notes: tuple[Row, ...] | None = None
    program: int | None = None

    def __post_init__(self) -> None:
        if (self.notes is None) == (self.program is None):
            raise ValueError("An edit is of a part's notes or of its instrument.")

    @classmethod
    def of_notes(cls, score: Score, part: str, rows: Rows) -> Edit:
        """Other notes for a part of a piece, as far as the piece may go; raises BadScore for what
        is no note."""
        notes = rows_of(with_notes(score, part, rows), part)
        return cls(part, tuple((start, pitch, ticks, loud) for start, pitch, ticks, loud in notes))

    @classmethod
    def of_rhythm(
        cls, score: Score, part: str, bar: int, bars: Iterable[int] = (),
        taps: Sequence[Tap] = (), form: str = "",
    ) -> Edit:  # fmt: skip
        """The rhythm of a part's bar kept in others, or a tapped one in its place, as `in_rhythm`
        has it; raises as that, and as `of_notes`."""
        return cls.of_notes(score, part, in_rhythm(score, part, bar, bars, taps, form))

    def applied(self, score: Score) -> Score:
        """The piece with it; raises BadScore where it does not fit."""
        if self.program is not None:
            return with_program(score, self.part, self.program)
        return with_notes(score, self.part, self.notes or ())

    def to_json(self) -> dict[str, object]:
        """As a recipe's "edits" keep it."""
        if self.notes is None:
            return {"part": self.part, "program": self.program}
        return {"part": self.part, "notes": [list(row) for row in self.notes]}


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Bars of a piece, edited or not, that are written anew, counted from 1, by the part's name;
    `chords` are all its chord marks where they were changed for it; `voiced` and `vetoes` as in a
    `Recipe`.

    With `marks_plan` the piece takes key and chord marks from the plan that the bars were written
    on, as `studio.rewrite` has always done; else it keeps its own.
    """

    bars: Mapping[str, tuple[int, ...]]
    seed: int
    knobs: Knobs
    parts: Wishes
    chords: tuple[tuple[int, str], ...] | None = None
    marks_plan: bool = False
    voiced: bool = False
    vetoes: tuple[Veto, ...] = ()

    def to_json(self) -> dict[str, object]:
        """As a recipe's "rewrites" keep it, or its "edits" where it keeps the piece's marks."""
        hidden = {"marks_plan", "chords"} if self.marks_plan else {"marks_plan"}
        hidden |= {name for name in ("voiced", "vetoes") if not getattr(self, name)}
        told: dict[str, object] = adapter(Rewrite).dump_python(self, mode="json", exclude=hidden)
        return told


def _told(raw: object) -> object:
    """A change as "edits" have it, ready to be checked: what marks its plan stands in a box."""
    if isinstance(raw, Mapping) and "rewrite" in raw:
        return _marking(raw["rewrite"])
    return raw


def _marking(raw: object) -> object:
    return {**raw, "marks_plan": True} if isinstance(raw, Mapping) else raw


Change = Annotated[Edit | Rewrite, BeforeValidator(_told)]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a piece came of: a request with all its knobs, `weights` and `technique` of the model
    that played; the `rewrites` in the order they were done, then the `edits`, of which some are
    rewrites, too. `bars`: where it was stopped; `voiced`: whether the sixths and sevenths of its
    chords are heard in any case, as they are since recipes say so; `chain`: how the melody came to
    be, where it was not just played; `chosen`: which takes a critic chose, see `Request`; `waits`:
    whether the band is silent in bars of rest before the melody; `arrangement`: with the form that
    was heard."""

    melody: Melody
    model: str
    seed: int
    knobs: Knobs
    weights: str | None = None
    technique: str | None = None
    chords: str = ""
    chord_risk: float = 0.0
    parts: Wishes = field(default_factory=dict)
    bars: Annotated[int, Field(ge=1)] | None = None
    rewrites: tuple[Annotated[Rewrite, BeforeValidator(_marking)], ...] = ()
    edits: tuple[Change, ...] = ()
    key: str = ""
    voiced: bool = False
    vetoes: tuple[Veto, ...] = ()
    chain: Chain | None = None
    chosen: tuple[Chosen, ...] = ()
    waits: bool = False
    arrangement: Arrangement | None = None

    @classmethod
    def read(cls, path: Path) -> Recipe:
        """The recipe in a file; raises BadScore where it cannot be opened, and as `from_json`."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise BadScore(f"{path.name} cannot be opened: check its name and place.") from error
        return cls.from_json(text)

    def write(self, path: Path) -> None:
        """Writes the recipe as a file, which `read` reads."""
        text = json.dumps(self.to_json(), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def from_json(cls, raw: object) -> Recipe:
        """A `recipe.json`, as text or read; raises BadScore where it is damaged or too new."""
        try:
            raw = json.loads(raw) if isinstance(raw, str) else raw
        except (ValueError, RecursionError) as error:
            raise BadScore(_DAMAGED) from error
        if isinstance(raw, Mapping) and isinstance(raw.get("format"), int | float):
            if raw["format"] > EDITS_FORMAT:
                raise BadScore("This recipe needs a newer Tutti: update Tutti to play it.")
            return checked(cls, raw, BadScore(_DAMAGED))
        raise BadScore(_DAMAGED)

    def to_json(self) -> dict[str, object]:
        """What `recipe.json` holds."""
        told: dict[str, object] = {
            "format": EDITS_FORMAT if self.edits else FORMAT,
            "melody": melody_to_json(self.melody),
            "model": self.model,
            "weights": self.weights,
            "technique": self.technique,
            "knobs": dict(self.knobs),
            "parts": {name: dict(wishes) for name, wishes in self.parts.items()},
            "chords": self.chords,
            "chord_risk": self.chord_risk,
            "seed": self.seed,
            "bars": self.bars,
        }
        if self.key:
            told["key"] = self.key
        if self.voiced:
            told["voiced"] = True
        if self.vetoes:
            told["vetoes"] = [list(veto) for veto in self.vetoes]
        if self.chain:
            told["chain"] = self.chain.to_json()
        if self.chosen:
            told["chosen"] = [list(one) for one in self.chosen]
        if self.waits:
            told["waits"] = True
        if self.arrangement:
            told["arrangement"] = self.arrangement.to_json()
        if self.rewrites:
            told["rewrites"] = [rewrite.to_json() for rewrite in self.rewrites]
        if self.edits:
            told["edits"] = [_boxed(change) for change in self.edits]
        return told

    @property
    def request(self) -> Request:
        """What was asked for first."""
        return Request(
            self.melody, self.model, self.seed, self.knobs, self.chords, self.chord_risk,
            self.parts, bars=self.bars, key=self.key, voiced=self.voiced,
            vetoes=self.vetoes, chain=self.chain, choices=1, chosen=self.chosen,
            waits=self.waits, arrangement=self.arrangement,
        )  # fmt: skip

    @property
    def form(self) -> Form | None:
        """The form that the band is arranged in; None where it is not."""
        text = self.arrangement.form if self.arrangement else ""
        return read_form(text) if text.strip() else None

    @property
    def fills(self) -> set[int] | None:
        """The bars, from 0, that a drummer fills; None where none drums."""
        wanted, form = self.arrangement, self.form
        if not wanted or not form or not wanted.drums or Arrangement.DRUMS in wanted.left_out:
            return None
        waits = self.request.lead_in
        fills = wanted.from_bar(waits).fills_in(form.from_bar(waits), self.seed)
        return {waits + bar for bar in fills}

    def with_form(self, text: str) -> Recipe:
        """The recipe of the same band in another form, of as many bars; raises BadKnob for what is
        none, and where the band is not arranged."""
        wanted, form = self._arranged()
        waits = self.request.lead_in
        new = read_form(text, form.bars).from_bar(waits).later(waits)
        return replace(self, arrangement=replace(wanted, form=str(new)))

    def with_fill(self, bar: int, fill: bool) -> Recipe:
        """The recipe of the same band, which fills a bar, from 0, or does not; raises BadKnob where
        nobody could."""
        wanted, _ = self._arranged()
        number = bar + 1
        fills, none = ({*bars} - {number} for bars in (wanted.fills, wanted.no_fills))
        for more, less in (((), ()), ((number,), ()), ((), (number,))):
            new = replace(
                wanted, fills=tuple(sorted({*fills, *more})),
                no_fills=tuple(sorted({*none, *less})),
            )  # fmt: skip
            found = replace(self, arrangement=new)
            if found.fills is not None and (bar in found.fills) == fill:
                return found
        raise BadKnob("Nobody fills this bar: choose one in which a drummer plays.")

    def _arranged(self) -> tuple[Arrangement, Form]:
        if self.arrangement is None or self.form is None:
            raise BadKnob("This band has no form: generate another one.")
        return self.arrangement, self.form

    @property
    def next_seed(self) -> int:
        """The seed of another try, after that of what was asked last."""
        return next_seed(self.newest.seed)

    def part_chain(self, part: str, title: str) -> Chain:
        """What was done until a part of the piece, whose model is called `title`, went on as a
        melody."""
        step = Step(
            "part", self.model, title, self.weights, self.newest.seed, self.knobs, self.chords,
            self.key, part=part,
        )  # fmt: skip
        return Chain.of(self.melody, self.chain, step)

    @property
    def last_rewrite(self) -> Rewrite | None:
        """The rewrite that was done last."""
        return next((change for _, change in self.rewritten()), None)

    @property
    def newest(self) -> Recipe | Rewrite:
        """What was asked of the model last, with its seed, knobs and parts."""
        return self.last_rewrite or self

    def then(self, change: Edit | Rewrite) -> Recipe:
        """The recipe of the piece after one more change."""
        if isinstance(change, Rewrite) and change.marks_plan and not self.edits:
            return replace(self, rewrites=(*self.rewrites, change))
        return replace(self, edits=(*self.edits, change))

    @staticmethod
    def with_edits(recipe: Mapping[str, Any], changes: Iterable[Edit | Rewrite]) -> dict[str, Any]:
        """A recipe as it was written, maybe by another Tutti, of the piece after some more changes.
        Where a part was edited twice with nothing written anew in between, the later edit
        counts."""
        kept: list[Mapping[str, Any]] = [*recipe.get("edits", ())]
        for change in changes:
            edit = _boxed(change)
            kept = [one for i, one in enumerate(kept) if not _replaces(edit, kept, i)]
            kept.append(edit)
        return {**recipe, "format": EDITS_FORMAT, "edits": kept}

    def before(self, part: str, bar: int) -> tuple[Recipe, Rewrite] | None:
        """The last change that wrote a bar of a part anew, counted from 1, and the recipe of the
        piece before it; None where the bar is as it was first written."""
        changes = (one for one in self.rewritten() if bar in one[1].bars.get(part, ()))
        return next(changes, None)

    def rewritten(self) -> Iterator[tuple[Recipe, Rewrite]]:
        """The changes that wrote bars anew, the last one first, and the recipe of the piece before
        each."""
        for i, change in reversed([*enumerate(self.edits)]):
            if isinstance(change, Rewrite):
                yield replace(self, edits=self.edits[:i]), change
        for i, change in reversed([*enumerate(self.rewrites)]):
            yield replace(self, rewrites=self.rewrites[:i], edits=()), change

    @property
    def edits_since(self) -> tuple[Edit, ...]:
        """What was edited after the model wrote what it was asked for last."""
        last = next(self.rewritten(), None)
        of_edits = last is not None and len(last[0].rewrites) == len(self.rewrites)
        later = self.edits[len(last[0].edits) + 1 :] if last and of_edits else self.edits
        return tuple(one for one in later if isinstance(one, Edit))

    def with_vetoes(self, vetoes: tuple[Veto, ...]) -> Recipe:
        """With these vetoes on what was asked of the model last."""
        return self._asking(vetoes=vetoes)

    def with_knob(self, name: str, value: float) -> Recipe:
        """With another value of a knob for what was asked of the model last."""
        return self._asking(knobs={**self.newest.knobs, name: value})

    def _asking(self, **values: Any) -> Recipe:
        last = next(self.rewritten(), None)
        if last is None:
            return replace(self, **values)
        before, new = last[0], replace(last[1], **values)
        first = len(before.rewrites)
        if first < len(self.rewrites):
            later = self.rewrites[first + 1 :]
            return replace(self, rewrites=(*before.rewrites, new, *later))
        later_edits = self.edits[len(before.edits) + 1 :]
        return replace(self, edits=(*before.edits, new, *later_edits))


def _boxed(change: Edit | Rewrite) -> dict[str, object]:
    """A change as "edits" have it."""
    told = change.to_json()
    return {"rewrite": told} if isinstance(change, Rewrite) and change.marks_plan else told


def _replaces(edit: Mapping[str, object], kept: Sequence[Mapping[str, object]], place: int) -> bool:
    """Whether nothing of the edit at a place is left to see after `edit`."""
    same = "part" in edit and _subject(edit) == _subject(kept[place])
    return same and all("part" in later for later in kept[place:])


def _subject(edit: Mapping[str, object]) -> tuple[object, bool]:
    return edit.get("part"), "notes" in edit
