"""From a melody and a model to a band, and what is done to a band afterwards.

Enter at `load_band`: a `Band` composes, streams, extends, rewrites, replays and thinks. What it is
asked for is a `Request` or a `Rewrite`, what comes is a `Composition`, and its `Recipe` gives it
again. Change what a band plays in `performance`, what a recipe may say in `recipe`: every recipe
that was ever written gives the same bytes.
"""

from studio.composing.band import Band, load_band
from studio.composing.performance import Composition
from studio.composing.recipe import Edit, Recipe, Rewrite, with_edits
from studio.composing.request import Request

__all__ = [
    "Band", "Composition", "Edit", "Recipe", "Request", "Rewrite", "load_band", "with_edits",
]  # fmt: skip
