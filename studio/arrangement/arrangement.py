"""How a piece is arranged beyond what its model plays: form, drums, touch, and who plays.

What a model wrote stays as it is, note for note; an arrangement lets parts enter and leave, adds a
drummer, and moves notes in time and loudness as people do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from studio.arrangement.drummer import STYLES, Bar, Strokes, Take
from studio.arrangement.drummer import load as load_drummer
from studio.arrangement.drummer.bars import LEVELS
from studio.arrangement.form import Form, form_of, read_form
from studio.arrangement.returns import returned
from studio.arrangement.voicing import parted
from studio.ground.errors import BadKnob
from studio.ground.payload import Payload, checked
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.roll import beat_steps
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track

_MIDDLE = 0.5
_LOUDER = 24  # steps of velocity between the least and the most intense bar
_DRUMS_FROM, _BASS_FROM = 0.2, 0.12  # how intense a bar is in which they play
_FILL = 0.15  # of the ends of phrases inside a section
_COMPOUND, _SHUFFLE = 6, (0, 2, 4, 5)  # sixteenths of a beat; where those of a swung one stand
_CHANCE = 5  # sets the drummer's apart from the band's

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Arrangement(Payload):
    """`drums` is a style of the drummer, empty where the model's own play or none; `feel` 0-1 how
    much of people's timing is in it; `form` as `read_form` has it, empty where it is heard;
    `intensity` and `complexity` 0-1, .5 as the form says; `fills` further bars, from 1, that are
    to be fills, and `no_fills` those that are to be none; `left_out` parts that do not play;
    `parted`: whether neighbours in chords that rub are parted, see `voicing`; `returns`: whether
    sections come back in the rhythm of their first time."""

    DRUMS: ClassVar = "Drums"  # what the drummer's part is called

    drums: str = ""
    feel: Share = 0.0
    form: str = ""
    intensity: Share = _MIDDLE
    complexity: Share = _MIDDLE
    fills: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()
    parted: bool = False
    no_fills: tuple[int, ...] = ()
    returns: bool = False

    @classmethod
    def usual(cls, values: Mapping[str, object]) -> Arrangement:
        """One with some values that are not its defaults; raises BadKnob for what is none."""
        broken = BadKnob("This arrangement has values that are none: leave them out.")
        names = [field.name for field in fields(cls)]
        if unknown := [name for name in values if name not in names]:
            known = ", ".join(names)
            raise BadKnob(f"An arrangement has no {unknown[0]!r}: it has {known}.")
        return checked(cls, dict(values), broken)

    def check(self, parts: Sequence[Part]) -> None:
        """Raises BadKnob for what a band of these parts cannot do."""
        if self.drums and self.drums not in STYLES:
            raise BadKnob(f"{self.drums!r} is no style of drums: choose {', '.join(STYLES)}.")
        for name, value in (
            ("Feel", self.feel), ("Intensity", self.intensity), ("Complexity", self.complexity)
        ):  # fmt: skip
            if not 0 <= value <= 1:
                raise BadKnob(f"{name} must be from 0 to 1.")
        names = self.names(parts)
        for part in self.left_out:
            if part not in names:
                known = ", ".join(names)
                raise BadKnob(f"This band has no part called {part[:40]!r}: it has {known}.")
        if len(set(self.left_out)) == len(names):
            raise BadKnob("Nobody is left to play: choose at least one part.")

    def names(self, parts: Sequence[Part]) -> list[str]:
        """All parts that may play, the drummer's last."""
        names = [part.name for part in parts]
        if self.drums and self.DRUMS not in names:
            names.append(self.DRUMS)
        return names

    def form_of(self, line: Score, bars: int, waits: int = 0) -> Form:
        """The form that is wanted of a tune of so many bars, before which the band `waits` some, or
        the one that is heard in its melody."""
        if self.form.strip():
            return read_form(self.form, bars + waits).from_bar(waits)
        return form_of(line.tracks[0].notes, bars, line.metre.bar_ticks)

    def fills_in(self, form: Form, seed: int) -> set[int]:
        """The bars, from 0, that a band of that seed is to fill; what ends it is no fill."""
        return _fills(form, self, np.random.default_rng([seed, _CHANCE]))

    def from_bar(self, bar: int) -> Arrangement:
        """The same of a band without the bars before one, from 0."""
        fills, none = (tuple(n - bar for n in bars) for bars in (self.fills, self.no_fills))
        return replace(self, fills=fills, no_fills=none)


def arranged(
    tracks: Sequence[Track], parts: Sequence[Part], line: Score, form: Form, wanted: Arrangement,
    plan: ChordPlan, take: Take | None, bars: int,
) -> list[Track]:  # fmt: skip
    """The tracks of a band so far, `bars` of them, in the order of its `parts` and even, as they
    are `wanted` under the melody `line`; the drummer's, who goes on with a `take`, come last or in
    the place of the model's drums."""
    if wanted.returns:
        tracks = [t if t.is_drum else returned(t, form, line.metre.bar_ticks) for t in tracks]
    if wanted.parted:
        tracks = [parted(track, part, plan) for track, part in zip(tracks, parts, strict=True)]
    bar_ticks = line.metre.bar_ticks
    intense = [one + wanted.intensity - _MIDDLE for one in form.intensity]
    played = [
        _entering(_louder(track, intense, bar_ticks), _from(part, parts), intense, bar_ticks)
        for track, part in zip(tracks, parts, strict=True)
    ]
    names = [part.name for part in parts]
    if take is not None:
        strokes = _strokes(played, parts, take, line.metre, wanted, bars)
        strokes = strokes.within_bars(bar_ticks // STEP_TICKS)
        drums = Track(Arrangement.DRUMS, strokes.notes(wanted.feel), is_drum=True)
        if Arrangement.DRUMS in names:
            played[names.index(Arrangement.DRUMS)] = drums
        else:
            played.append(drums)
        if wanted.feel:
            lean = wanted.feel * strokes.lean
            played = [track if track.is_drum else _leaning(track, lean) for track in played]
    out = set(wanted.left_out)
    return [track for track in played if track.name not in out]


def begin(
    parts: Sequence[Part], line: Score, form: Form, wanted: Arrangement, seed: int, swung: bool
) -> Take | None:
    """The drummer at the beginning of a piece; None where nobody drums, or as the model has it."""
    own = any(part.is_drum for part in parts)
    if not wanted.drums and not (own and wanted.feel):
        return None
    rng = np.random.default_rng([seed, _CHANCE])
    bars = _bars(form, line.tracks[0].notes, line.metre.bar_ticks, wanted, rng)
    kit, steps = load_drummer(), line.metre.bar_ticks // STEP_TICKS
    if not wanted.drums or beat_steps(line.metre) != _COMPOUND:
        return kit.take(bars, steps, rng, wanted.drums, line.tempo_bpm, swung)
    steps = steps // _COMPOUND * len(_SHUFFLE)
    return kit.take(bars, steps, rng, wanted.drums, line.tempo_bpm, True, 2 if steps == 8 else 1)


def _strokes(
    played: Sequence[Track], parts: Sequence[Part], take: Take, metre: Metre, wanted: Arrangement,
    bars: int,
) -> Strokes:  # fmt: skip
    """What the drummer strikes in the bars so far, or how people would strike what the model's
    drums do. A beat of three eighths is played as a swung one of two."""
    steps = bars * metre.bar_ticks // STEP_TICKS
    if wanted.drums:
        bass = _bass(played, parts, steps)
        if beat_steps(metre) != _COMPOUND:
            return take.until(bars, bass=bass)
        if bass is not None:
            bass = bass.reshape(-1, _COMPOUND)[:, _SHUFFLE].ravel()
        return take.until(bars, bass=bass).spread(_SHUFFLE, _COMPOUND)
    own = next(track for track in played if track.is_drum)
    return take.until(bars, given=Strokes.of(own.notes, steps).struck)


def _bars(
    form: Form, melody: Sequence[Note], bar_ticks: int, wanted: Arrangement,
    rng: np.random.Generator,
) -> list[Bar]:  # fmt: skip
    """What the drummer is asked for, bar by bar."""
    first = min((note.start_tick for note in melody), default=0)
    begins = first // bar_ticks
    if first % bar_ticks > bar_ticks / 2:  # an upbeat
        begins += 1
    fills = _fills(form, wanted, rng)
    found = []
    for bar, (intense, like) in enumerate(zip(form.intensity, form.first_time, strict=True)):
        loud = intense + wanted.intensity - _MIDDLE
        busy = loud + wanted.complexity - _MIDDLE
        last = bar == form.bars - 1 and form.bars > 1
        found.append(
            Bar(
                _level(busy), _level(loud), bar in fills and bar >= begins, last,
                like if like is not None and like >= begins else None,
                bar < min(begins, form.bars - 1) or loud < _DRUMS_FROM,
            )
        )  # fmt: skip
    return found


def _fills(form: Form, wanted: Arrangement, rng: np.random.Generator) -> set[int]:
    """The bars, from 0, that are to be filled."""
    chance, last = rng.random(form.bars), form.bars - 1
    fills = form.section_ends | {bar for bar in form.ends if chance[bar] < _FILL}
    fills |= {number - 1 for number in wanted.fills}
    fills -= {number - 1 for number in wanted.no_fills}
    return {bar for bar in fills if 0 <= bar < form.bars and (bar < last or not last)}


def _level(share: float) -> int:
    return int(np.clip(share * LEVELS, 0, LEVELS - 1))


def _from(part: Part, parts: Sequence[Part]) -> float:
    """How intense a bar is in which a part plays: one always does."""
    if part.is_drum:
        return _DRUMS_FROM
    pitched = [one for one in parts if not one.is_drum]
    lowest = min(pitched, key=lambda one: one.low)
    return _BASS_FROM if part is lowest and len(pitched) > 1 else -1.0


def _entering(track: Track, least: float, intense: Sequence[float], bar_ticks: int) -> Track:
    """The part without the bars that are not intense enough for it."""
    notes = [n for n in track.notes if _at(n, intense, bar_ticks) >= least]
    return track if len(notes) == len(track.notes) else replace(track, notes=tuple(notes))


def _louder(track: Track, intense: Sequence[float], bar_ticks: int) -> Track:
    """The part as loud as its bars are intense."""

    def turned(note: Note) -> Note:
        by = round((_at(note, intense, bar_ticks) - _MIDDLE) * _LOUDER)
        return replace(note, velocity=min(max(note.velocity + by, 1), 127))

    return replace(track, notes=tuple(turned(note) for note in track.notes))


def _at(note: Note, intense: Sequence[float], bar_ticks: int) -> float:
    return intense[min(note.start_tick // bar_ticks, len(intense) - 1)]


def _bass(played: Sequence[Track], parts: Sequence[Part], steps: int) -> NDArray[np.bool_] | None:
    """Where the lowest part begins notes, (step,)."""
    pitched = [(part.low, index) for index, part in enumerate(parts) if not part.is_drum]
    found = np.zeros(steps, bool)
    if not pitched:
        return None
    for note in played[min(pitched)[1]].notes:
        step = note.start_tick // STEP_TICKS
        if step < steps:
            found[step] = True
    return found if found.any() else None


def _leaning(track: Track, lean: NDArray[np.float32]) -> Track:
    """The part as early and late as the drums are, `lean` (step,) in sixteenths; where they are
    silent, on the grid. What ends where another note begins still does."""

    def at(tick: int) -> int:
        step = tick // STEP_TICKS
        return max(tick + (round(float(lean[step]) * STEP_TICKS) if step < len(lean) else 0), 0)

    def moved(note: Note) -> Note:
        start = at(note.start_tick)
        return replace(
            note, start_tick=start, duration_ticks=max(at(note.end_tick) - start, STEP_TICKS // 4)
        )

    return replace(track, notes=tuple(moved(note) for note in track.notes))
