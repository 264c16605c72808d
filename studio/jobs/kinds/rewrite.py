"""The rewrite job: a version of a piece and some of its bars in, a version with those bars made
anew out; or other vetoes or another form in, and a version that keeps to them out.

Edits that are made while it works are not lost: it begins again with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from studio.composing import Recipe, Rewrite
from studio.ground.errors import BadKnob, TuttiError
from studio.ground.payload import Payload
from studio.jobs.forms import Fill, arranged
from studio.jobs.kinds import retrace
from studio.jobs.tools import Tools
from studio.jobs.vetoes import Veto, vetoed
from studio.library import Content, Library, Version
from studio.music.score import Score
from studio.queue import Context, JsonObject

KIND = "rewrite"
ATTEMPTS = 3  # of which the last is kept beside the edits that were made meanwhile


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """What a page asks for, of a version of a piece when that had `revision` (None: as it is now).

    `bars` from 0, `parts` by `Score.part_names`; no parts are all that are not locked.
    `chords` are all chord marks, [[tick, symbol], …], where they are to be others: no bars are then
    those in which they differ. No `seed` is the next one, or with other chords the one that the
    piece has. `vetoes`, where they are to be others, are all that the piece keeps to: what came
    before one stays; it is written in so many `looks`, where they are said and not 0. They are
    said where somebody watches, too. `form` is another one of as many bars, as `read_form` has it;
    `fill` a bar, from 0, and whether it is to be filled.
    """

    piece: str
    version: str
    bars: list[int] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    seed: int | None = None
    chords: list[list[int | str]] | None = None
    revision: int | None = None
    vetoes: tuple[Veto, ...] | None = None
    looks: int | None = None
    form: str | None = None
    fill: Fill | None = None


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """The new `version` and its `piece`. Raises BadKnob for bars and parts that cannot be made
    anew, BadScore where version or recipe are damaged, BadModel where the model is gone; then
    nothing has changed."""
    text = "Arranging the band" if _kind(request) == "form" else "Writing the bars anew"
    context.emit("stage", {"text": text, "share": 0.1})
    with Library.in_folder(context.data_dir) as library:
        owner, asked = context.job.owner, request
        piece = library.piece(request.piece, owner)
        if asked.revision is None:
            asked = replace(asked, revision=piece.revision)
        for attempt in range(ATTEMPTS):
            base = _base(library, asked)
            revision = library.piece(request.piece).revision
            work = library.opened(request.piece, base.id)
            if asked.vetoes is not None:
                score, recipe, label = vetoed(asked.vetoes, asked.looks, work, piece.locks, tools)
            elif _kind(asked) == "form":
                score, recipe, label = arranged(asked.form, asked.fill, work, piece.locks, tools)
            else:
                score, recipe, label = _anew(asked, work, piece.locks, tools)
            context.check()
            if _base(library, asked).id == base.id or attempt == ATTEMPTS - 1:
                break
        saved = library.save(
            request.piece,
            base.id,
            score,
            recipe,
            _kind(asked),
            revision,
            label=label,
            owner=owner,
        )
    watched = [None] * (asked.vetoes is not None) + [0] * (asked.looks is not None)
    for looks in watched:  # who strikes a note out, or covers it, waits for what comes of it
        with suppress(TuttiError, OSError):  # it can be asked for again
            retrace.keep(context, retrace.Request(request.piece, saved.id, looks), recipe, tools)
    return {"piece": request.piece, "version": saved.id}


def _kind(request: Request) -> Literal["veto", "form", "chord", "bars"]:
    if request.vetoes is not None and request.looks is None:
        return "veto"
    if request.form is not None or request.fill is not None:
        return "form"
    return "bars" if request.chords is None else "chord"


def _base(library: Library, request: Request) -> Version:
    return library.since(request.piece, request.version, request.revision or 0)


def _anew(
    request: Request, work: Content, locks: Sequence[str], tools: Tools
) -> tuple[Score, JsonObject, str]:
    """The piece with the bars made anew, its recipe, and what to call it."""
    recipe, score = Recipe.from_json(work.recipe), work.score
    band, last = tools.band(recipe.model), recipe.newest
    marks, bars = _marks(request), tuple(bar + 1 for bar in sorted(set(request.bars)))
    parts = _parts(request, score, locks)
    known = {part.name for part in band.card.parts}
    seed = last.seed if marks is not None else recipe.next_seed
    wanted = Rewrite(
        dict.fromkeys(parts, bars),
        seed if request.seed is None else request.seed,
        last.knobs,
        {name: wish for name, wish in last.parts.items() if name in known},
        marks,
        voiced=last.voiced or marks is not None,
    )
    new = band.rewrite(score, recipe, wanted)
    done = new.recipe.last_rewrite or wanted
    return (
        new.score,
        Recipe.with_edits(work.recipe, [done]),
        _label(done.bars, len(score.tracks) - 1),
    )


def _marks(request: Request) -> tuple[tuple[int, str], ...] | None:
    if request.chords is None:
        return None
    try:
        return tuple((int(tick), str(symbol)) for tick, symbol in request.chords)
    except (TypeError, ValueError) as error:
        raise BadKnob("These chords cannot be read: reload the page and try again.") from error


def _parts(request: Request, score: Score, locks: Sequence[str]) -> list[str]:
    """The parts that were asked for, but those that are locked; the melody is nobody's to write."""
    band = score.part_names[1:]
    wanted = [name for name in band if name in request.parts] if request.parts else list(band)
    free = [name for name in wanted if name not in locks]
    if wanted and not free:
        raise BadKnob("All of these parts are locked: unlock one to write it anew.")
    if not free:
        raise BadKnob("The melody is yours and is not written anew: choose parts of the band.")
    return free


def _label(bars: Mapping[str, Sequence[int]], of: int) -> str:
    """`Bar 3 of Keys`, `Bars 3-6`."""
    numbers = next(iter(bars.values()))
    if len(numbers) == 1:
        text = f"Bar {numbers[0]}"
    elif list(numbers) == list(range(numbers[0], numbers[-1] + 1)):
        text = f"Bars {numbers[0]}-{numbers[-1]}"
    else:
        text = f"{len(numbers)} bars"
    return text if len(bars) == of else f"{text} of {', '.join(bars)}"
