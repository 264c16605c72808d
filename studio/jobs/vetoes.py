"""A piece written another way: up to what was vetoed as before, or in more looks or fewer."""

from __future__ import annotations

from collections.abc import Sequence

from studio.composing import Recipe
from studio.ground.errors import BadKnob
from studio.jobs.replayed import replayed
from studio.jobs.tools import Tools
from studio.library import Content
from studio.music.score import Score
from studio.queue import JsonObject

Veto = tuple[str, int, int, int | None]  # part, ticks from and to, and the pitch not to sound

LOOKS_KNOB = "sampling_iterations"  # how often a model looks at a piece that it writes
_TOLD = ("vetoes", "knobs", "rewrites", "edits")  # where a recipe has them


def vetoed(
    vetoes: tuple[Veto, ...], looks: int | None, work: Content, locks: Sequence[str], tools: Tools
) -> tuple[Score, JsonObject, str]:
    """The piece that keeps to these vetoes, written in so many looks where that is said, its
    recipe, and what to call it. What was edited since it was written stays, and so do parts that
    are locked. Raises BadKnob for a veto in such a part, and what `Tools.writer` and `Band.replay`
    raise."""
    band, recipe = tools.writer(work.recipe), Recipe.from_json(work.recipe)
    edited = {one.part for one in recipe.edits_since if one.notes is not None}
    for part, *_ in set(vetoes) - set(recipe.newest.vetoes):
        if part in locks:
            raise BadKnob(f"{part} is locked: unlock it to veto a note of it.")
        if part in edited:
            raise BadKnob(f"{part} was edited since the model wrote it: undo that, then veto.")
    new = recipe.with_vetoes(vetoes)
    new = new.with_knob(LOOKS_KNOB, looks) if looks else new
    written = new.to_json()
    told = {name: value for name, value in work.recipe.items() if name not in _TOLD}
    told |= {name: written[name] for name in _TOLD if name in written}
    label = f"Written anew in looks: {looks}" if looks else _label(vetoes, recipe)
    return *replayed(band, new, told, work, locks), label


def _label(vetoes: Sequence[Veto], recipe: Recipe) -> str:
    """`Veto in Tenor, bar 3`, or that one was taken back."""
    before = recipe.newest.vetoes
    changed = [one for one in (*vetoes, *before) if (one in vetoes) != (one in before)]
    if not changed:
        return ""
    part, start, *_ = changed[0]
    label = f"Veto in {part}, bar {start // recipe.melody.metre.bar_ticks + 1}"
    return label if changed[0] in vetoes else f"{label}, taken back"
