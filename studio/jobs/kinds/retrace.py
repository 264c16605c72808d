"""The retrace job: a version of a piece in, the edits in which its model wrote the band out, or the
bars of it that were asked for last.

What a replay is drawn of lies in a file, for it can be told again; in sixteenths: `ticks`, where
each begins, and the end; `parts` [{"name", "low", "high"}], with the lowest and highest pitch that
it may sing; `known`, what stood there before, [part, start, end, pitch]; `edits`, in their order,
[look, part, start, end, pitch or None for a rest, whether it is struck anew, probability, [[pitch
or None, probability], …]]; `looks`, how many there may be, and `vetoes`, as the recipe has them;
and `since`, the parts that were edited after that.

Where it is asked for in so many looks, it has `fog`, too: what each look thought of all that it did
not know, `pitches` (0 for a rest) and `odds` (in 255ths), base64 of bytes (look, sixteenth, part,
option), and how many `looks` and `options` there are. Nothing of the piece changes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.composing import Recipe
from studio.ground import files
from studio.ground.payload import Payload
from studio.jobs.tools import Tools
from studio.jobs.vetoes import LOOKS_KNOB
from studio.library import Library
from studio.music.score import STEP_TICKS, Note, Track
from studio.music.swing import swing
from studio.queue import Context, JsonObject
from studio.techniques import Technique

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KIND, FOLDER = "retrace", "replays"
MOST = 100  # that are kept
_DIGITS = 4  # of a probability


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """What a page asks for: a version of a piece, or what it would be like written in so many
    `looks`, 0 for as many as it was."""

    piece: str
    version: str
    looks: int | None = None


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Raises BadKnob where no model wrote the piece, or not edit by edit, BadScore where version or
    recipe are damaged, BadModel where the model is gone or has learned on."""
    with Library.in_folder(context.data_dir) as library:
        library.piece(request.piece, context.job.owner)
        work = library.opened(request.piece, request.version)
    keep(context, request, work.recipe, tools)
    return asdict(request)


def path(data_dir: Path, request: Request) -> Path:
    """Where what was asked for lies."""
    name = hashlib.sha256(json.dumps(request.to_json()).encode()).hexdigest()
    return data_dir / FOLDER / f"{name[:32]}.json"


def keep(context: Context, request: Request, told: JsonObject, tools: Tools) -> None:
    """Puts the replay of a recipe there, and old ones away; raises as `run`."""
    text = json.dumps(replay(told, request.looks, tools), separators=(",", ":"))
    there = path(context.data_dir, request)
    there.parent.mkdir(exist_ok=True)
    files.write_whole(there, text)
    files.forget_oldest(there.parent.iterdir(), most=MOST)


def replay(told: JsonObject, looks: int | None, tools: Tools) -> JsonObject:
    """What is drawn of the edits in which a band wrote the piece of a recipe."""
    band, recipe = tools.writer(told), Recipe.from_json(told)
    if looks:
        recipe = recipe.with_knob(LOOKS_KNOB, looks)
    written = band.last_writing(recipe)
    edits, kept = written.edits(), written.kept
    bar_steps = recipe.melody.metre.bar_ticks // STEP_TICKS
    known = _known(kept, bar_steps) if kept else []
    ends = [edit.end_tick // STEP_TICKS for edit in edits] + [end for _, _, end, _ in known]
    fog = {} if looks is None else {"fog": _fog(written.fog())}
    return {
        **fog,
        "ticks": _ticks(max(ends, default=0), written.swings),
        "parts": [{"name": p.name, "low": p.low, "high": p.high} for p in band.card.parts],
        "known": known,
        "edits": [_edit(edit) for edit in edits],
        "looks": recipe.newest.knobs.get(LOOKS_KNOB),
        "vetoes": [list(veto) for veto in recipe.newest.vetoes],
        "since": [
            part.name
            for part in band.card.parts
            if any(one.part == part.name and one.notes is not None for one in recipe.edits_since)
        ],
    }


def _fog(looks: Sequence[Technique.Fog]) -> JsonObject:
    def packed(of: list[NDArray[np.uint8]]) -> str:
        return base64.b64encode(b"".join(one.tobytes() for one in of)).decode()

    return {
        "looks": len(looks),
        "options": looks[0].odds.shape[-1] if looks else 0,
        "pitches": packed([look.pitches for look in looks]),
        "odds": packed([look.odds for look in looks]),
    }


def _known(kept: Technique.EarlierBand, bar_steps: int) -> list[tuple[int, int, int, int]]:
    """The notes that stay, up to the bars that are written anew."""
    found = []
    for index, track in enumerate(kept.parts):
        anew = sorted(bar * bar_steps for part, bar in kept.rewritten if part == index)
        for note in track.notes:
            start, end = note.start_tick // STEP_TICKS, note.end_tick // STEP_TICKS
            if start - start % bar_steps not in anew:
                until = min([end, *(first for first in anew if first > start)])
                found.append((index, start, until, note.pitch))
    return found


def _edit(edit: Technique.Written) -> list[Any]:
    return [
        edit.look,
        edit.part,
        edit.start_tick // STEP_TICKS,
        edit.end_tick // STEP_TICKS,
        edit.pitch,
        edit.anew,
        round(edit.probability, _DIGITS),
        [[pitch, round(share, _DIGITS)] for pitch, share in edit.options],
    ]


def _ticks(steps: int, swung: bool) -> list[int]:
    """Where sixteenths begin in the piece: the model writes them even."""
    ticks = [step * STEP_TICKS for step in range(steps + 1)]
    if swung:
        even = Track("", tuple(Note(tick, 60, 1) for tick in ticks))
        ticks = [note.start_tick for note in swing(even).notes]
    return ticks
