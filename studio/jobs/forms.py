"""A piece in another form: the same notes of the model, but parts enter, leave and rise with other
sections, or the drummer fills other bars."""

from __future__ import annotations

from collections.abc import Sequence

from studio.composing import Recipe
from studio.jobs.replayed import replayed
from studio.jobs.tools import Tools
from studio.library import Content
from studio.music.score import Score
from studio.queue import JsonObject

_LONGEST = 60  # signs of a form in a label
Fill = tuple[int, bool]  # a bar, from 0, and whether it is filled


def arranged(
    form: str | None, fill: Fill | None, work: Content, locks: Sequence[str], tools: Tools
) -> tuple[Score, JsonObject, str]:
    """The piece in that form, or with that fill, its recipe, and what to call it. What was edited
    by hand stays, and so do parts that are locked. Raises BadKnob for what is no form, and what
    `Tools.writer` and `Band.replay` raise."""
    band, recipe = tools.writer(work.recipe), Recipe.from_json(work.recipe)
    new = recipe if form is None else recipe.with_form(form)
    new = new if fill is None else new.with_fill(*fill)
    told = {**work.recipe, "arrangement": new.to_json()["arrangement"]}
    label = _fill_label(*fill) if fill else _form_label(recipe, new)
    return *replayed(band, new, told, work, locks), label


def _fill_label(bar: int, filled: bool) -> str:
    return f"{'Fill' if filled else 'No fill'} in bar {bar + 1}"


def _form_label(before: Recipe, after: Recipe) -> str:
    """`Form: A8 B8 A8`; where sections are only more intense or less, `Form: A8 B8:0.8 A8`."""
    old, new = (recipe.form.sections if recipe.form else () for recipe in (before, after))
    words = []
    for place, section in enumerate(new):
        was = old[place].intense if len(old) == len(new) else section.intense
        intense = "" if was == section.intense else f":{section.intense:g}"
        words.append(f"{section.name}{section.bars}{intense}")
    text = " ".join(words)
    return f"Form: {text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}"
