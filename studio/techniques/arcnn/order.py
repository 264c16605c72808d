"""In which order hidden cells are written: the metre's, which does not look at what is written.

An order that takes the surest cells first prefers notes that stand still (masked diffusion as in
MaskGIT, Chang et al. 2022, arXiv 2202.04200); one that knows beats and voices alone does not.
"""

from __future__ import annotations

import numpy as np

from studio.techniques.arcnn.masks import written_order
from studio.techniques.arcnn.symbols import Cells, Mask

FINE_STAGE = 5  # from here on sixteenths


def ranks(place: Cells, bar_steps: int, beat_steps: int, voices: int) -> Cells:
    """The stage in which each cell is written, (step, voice), from 0: the first beats of the bars,
    the middle ones, the others, the eighths between, the sixteenths; of each the outer voices
    first. No two cells of a stage stand in one step."""
    middle = bar_steps // 2 // beat_steps * beat_steps
    level = np.full(len(place), 5)
    level[place % 2 == 0] = 4
    level[place % beat_steps == 0] = 2
    level[(place % beat_steps == 0) & (place > middle)] = 3
    level[place == middle] = 1
    level[place == 0] = 0
    level[(place % 4 == 1) & (level == 5)] = 6
    lines = written_order(voices)
    turn = np.argsort(
        [*lines[1:], lines[0]]
    )  # the bass first, the melody, where it is asked for, last
    found: Cells = level[:, None] * voices + turn[None]
    return found


def stages(hidden: Mask, rank: Cells, looks: int) -> list[Mask]:
    """The hidden cells in at most so many portions, in their order and evenly."""
    used = [mask for stage in np.unique(rank) if (mask := hidden & (rank == stage)).any()]
    if not used or looks < 1:
        return []
    groups = np.array_split(np.arange(len(used)), min(looks, len(used)))
    return [np.logical_or.reduce([used[i] for i in group]) for group in groups]
