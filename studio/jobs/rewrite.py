"""The rewrite job: a piece and some of its bars in, the piece with those bars written anew out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from studio.composing import Asked, Composition
from studio.jobs.compose import Bands, PartWishes
from studio.jobs.pieces import pieces_folder, read_recipe, read_score
from studio.jobs.records import JsonObject
from studio.recipes import with_rewrite
from studio.reshaping import rewrite


@dataclass(frozen=True, slots=True)
class RewriteRequest:
    """What a page asks for: the job and the take whose piece is changed, the compose job that the
    piece began as (`root`), the bars, counted from 1, by the part's name."""

    piece: str
    take: int
    root: str
    bars: dict[str, list[int]]
    seed: int
    knobs: dict[str, float]
    parts: PartWishes = field(default_factory=dict)

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)

    def rewritten(self) -> dict[str, list[int]]:
        """The bars by part, counted from 0."""
        return {name: [bar - 1 for bar in bars] for name, bars in self.bars.items()}


def play(request: RewriteRequest, bands: Bands, data_dir: Path) -> Composition:
    """The piece as it becomes, with a recipe that gives it again; raises BadScore where the piece
    is gone, BadKnob for a part or bar that it does not have."""
    folder = pieces_folder(data_dir, request.piece, request.take)
    score, recipe = read_score(folder), read_recipe(folder)
    band = bands.get(recipe["model"])
    asked = Asked(request.knobs, request.parts)  # on the chords that the piece has
    new = rewrite(band, score, request.rewritten(), request.seed, asked)
    return replace(new, recipe=with_rewrite(recipe, request.bars, new.recipe))
