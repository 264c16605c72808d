"""The think job: a note of a version in, what the model thought as it wrote that note out.

The result is what a page draws: which note it is; `cut`, what narrowed the choices; `questions`,
[{"question", "options", "others", "cut_out"}]: the likeliest options, {"value", "tick",
"probability", "left", "taken"}, and the {"count", "share"} of the others and of what was cut out;
`attention` as the arranger draws it: `notes` [[part, start_tick, pitch, weight]], `chords` [[tick,
weight]], `bars` [[bar from 0, weight]]; and `shares` [[what, weight]], the largest first, which add
up to 1. Nothing of the piece changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from studio.composing import Recipe
from studio.ground.errors import BadKnob
from studio.ground.payload import Payload
from studio.jobs.tools import Tools
from studio.library import Library
from studio.music.score import STEP_TICKS, Note, Score, Track, read_notes
from studio.music.swing import swing
from studio.queue import Context, JsonObject
from studio.techniques import Thought

KIND = "think"
ASKED = ("position", "role", "pitch", "duration")
SHOWN = 8  # options of a question, of them
CUT_SHOWN = 2  # that the cut left out
_LEAST = 0.0005  # of the odds: what is less likely is not shown
_NEAR_TICKS = STEP_TICKS - 1  # by which a melody's own timing differs from what the model heard


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """What a page asks for: a note, [start_tick, pitch, duration_ticks, velocity], of a part, by
    `Score.part_names`, of a version of a piece."""

    piece: str
    version: str
    part: str
    note: list[int]


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Raises BadKnob for a note that no model wrote, BadScore where version or recipe are damaged,
    BadModel where the model is gone or has learned on."""
    with Library.in_folder(context.data_dir) as library:
        library.piece(request.piece, context.job.owner)
        work = library.opened(request.piece, request.version)
    [note] = read_notes([request.note])
    part = work.score.part_index(request.part)
    if part == 0:
        raise BadKnob("The melody is yours: choose a note of the band.")
    if note not in work.score.tracks[part].notes:
        raise BadKnob("This note is not in the piece any more: choose it again.")
    band = tools.writer(work.recipe)
    recipe = Recipe.from_json(work.recipe)
    thought = band.think(recipe, work.score.tracks[part].name, note)
    return {**asdict(request), **to_json(thought, work.score)}


def to_json(thought: Thought, score: Score) -> JsonObject:
    """What is drawn of a thought about a note of the piece `score`."""
    questions = [_question(thought, name) for name in ASKED]
    notes, chords, bars = _attention(thought, score)
    return {
        "cut": thought.cut,
        "questions": questions,
        "attention": {"notes": notes, "chords": chords, "bars": bars},
        "shares": _shares(thought),
    }


def _question(thought: Thought, name: str) -> JsonObject:
    """The likeliest options, the one that was taken, and the first of those that were cut out."""
    options = thought.options[name]
    left = [option for option in options if option.left]
    out = [option for option in options if not option.left and option.probability >= _LEAST]
    shown_out = out[:CUT_SHOWN]
    shown = left[: SHOWN - len(shown_out)]
    taken = next((option for option in options if option.taken), None)
    if taken is not None and taken not in shown:
        shown = [*shown[:-1], taken]
    likely = [option for option in shown if option.probability >= _LEAST or option.taken]
    return {
        "question": name,
        "options": [_option(thought, name, option) for option in (*likely, *shown_out)],
        "others": _together([option for option in left if option not in likely]),
        "cut_out": _together([option for option in options if not option.left]),
    }


def _together(options: Sequence[Thought.Option]) -> JsonObject:
    return {"count": len(options), "share": sum(option.probability for option in options)}


def _option(thought: Thought, name: str, option: Thought.Option) -> JsonObject:
    at = option.value if name == "position" and isinstance(option.value, int) else None
    tick = None if at is None else (thought.first + at) * STEP_TICKS
    return {**asdict(option), "tick": tick}


def _attention(
    thought: Thought, score: Score
) -> tuple[list[list[Any]], list[list[Any]], list[list[Any]]]:
    """What was looked at, as it lies in the piece now, each once."""
    notes: dict[tuple[str, int, int], float] = defaultdict(float)
    chords: dict[int, float] = defaultdict(float)
    bars: dict[int, float] = defaultdict(float)
    names = dict(zip([track.name for track in score.tracks], score.part_names, strict=True))
    for one in thought.seen:
        tick = max(one.step, 0) * STEP_TICKS
        if one.kind == "chord":
            chords[_chord_at(score, tick)] += one.weight
        elif one.kind == "bar":
            bars[tick // score.metre.bar_ticks] += one.weight
        elif one.pitch is not None:
            track = _track(score, one)
            note = track and _as_it_is(track, one, thought.swung)
            if track and note:
                notes[names[track.name], note.start_tick, note.pitch] += one.weight
    return (
        [[*place, weight] for place, weight in notes.items()],
        [[tick, weight] for tick, weight in sorted(chords.items())],
        [[bar, weight] for bar, weight in sorted(bars.items())],
    )


def _chord_at(score: Score, tick: int) -> int:
    """Where the chord that is in force at a tick begins."""
    return max((mark.start_tick for mark in score.chords if mark.start_tick <= tick), default=tick)


def _track(score: Score, one: Thought.Seen) -> Track | None:
    if one.kind == "melody":
        return score.tracks[0]
    return next((track for track in score.tracks[1:] if track.name == one.role), None)


def _as_it_is(track: Track, one: Thought.Seen, swung: bool) -> Note | None:
    """The note of the piece that the model heard as `one`: on a grid, even, and a melody's maybe an
    octave off; None where it is no longer there."""
    even = one.step * STEP_TICKS
    places = {even, _swung(even)} if swung else {even}

    def off(note: Note) -> int:
        return min(abs(note.start_tick - place) for place in places)

    same = [note for note in track.notes if (note.pitch - (one.pitch or 0)) % 12 == 0]
    near = [note for note in same if off(note) <= _NEAR_TICKS]
    return min(near, key=lambda note: (note.pitch != one.pitch, off(note)), default=None)


def _swung(tick: int) -> int:
    return swing(Track("", (Note(tick, 60, STEP_TICKS),))).notes[0].start_tick


def _shares(thought: Thought) -> list[list[Any]]:
    """How much of the attention went to what: parts by name, "Melody", "chords", "bars",
    "brief" for what the piece is and how each part is to play."""
    shares: dict[str, float] = defaultdict(float)
    for one in thought.seen:
        shares[_what(one)] += one.weight
    return _largest_first(shares.items())


def _what(one: Thought.Seen) -> str:
    if one.kind in ("note", "melody"):
        return one.role
    return {"chord": "chords", "bar": "bars"}.get(one.kind, "brief")


def _largest_first(shares: Iterable[tuple[str, float]]) -> list[list[Any]]:
    ordered: Sequence[tuple[str, float]] = sorted(shares, key=lambda one: -one[1])
    return [[what, weight] for what, weight in ordered]
