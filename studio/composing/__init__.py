"""From a melody and a model to a band, and what is done to a band afterwards.

Enter at `load_band`: a `Band` composes, streams, extends, mends, rewrites, replays and thinks. What
it is asked for is a `Request` or a `Rewrite`, what comes is a `Composition`, and its `Recipe` gives
it again, whose `Chain` tells how the melody came to be. Change what a band plays in `performance`,
what a recipe may say in `recipe`: every recipe that was ever written gives the same bytes.
"""

from studio.composing.band import Band, load_band
from studio.composing.chain import Chain
from studio.composing.performance import Composition
from studio.composing.recipe import Edit, Recipe, Rewrite
from studio.composing.request import Request

__all__ = [
    "Band", "Chain", "Composition", "Edit", "Recipe", "Request", "Rewrite", "load_band",
]  # fmt: skip
