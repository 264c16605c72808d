"""A piece that is played again from another recipe: what somebody edited or locked stays."""

from __future__ import annotations

from collections.abc import Sequence

from studio.composing import Band, Edit, Recipe
from studio.library import Content
from studio.music.score import Score
from studio.queue import JsonObject


def replayed(
    band: Band, new: Recipe, told: JsonObject, work: Content, locks: Sequence[str]
) -> tuple[Score, JsonObject]:
    """The piece of the recipe `new`, which is kept as it is `told`, with the parts that are locked
    as they are in `work`; and that recipe with them. Raises what `Band.replay` raises."""
    score = band.replay(new).score
    kept = [
        Edit.of_notes(work.score, name, [note.row for note in track.notes])
        for name, track in zip(work.score.part_names, work.score.tracks, strict=True)
        if name in locks and track != score.tracks[score.part_index(name)]
    ]
    for edit in kept:
        score = edit.applied(score)
    return score, Recipe.with_edits(told, kept) if kept else told
