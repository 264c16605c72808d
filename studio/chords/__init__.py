"""Chords under a melody: a network that sees the whole tune, and an exact search over its odds.

Enter at `plan`, or at `plans` for several to choose from, with the planner that `load` reads; what
is known beforehand are `Constraints`. How it learns is in `training`: its weights are assets, so
the network and its inputs change together with them.
"""

from studio.chords.chord_plans import Constraints, plan, plans
from studio.chords.planner import Planner, load

__all__ = ["Constraints", "Planner", "load", "plan", "plans"]
