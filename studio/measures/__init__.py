"""Numbers that say how a band sounds; each with its definition and units.

Enter at `evaluate`, all measures of a band beside people's: a new measure is one entry of
`MEASURES` in `evaluation.py`. `similarity` is the index over windows of two bars (`cut_windows`),
to be read between its `floor` and `ceiling`; `CopyIndex` finds the training passage that a band is
`Nearest` to.
"""

from studio.measures.copies import CopyIndex, Nearest
from studio.measures.evaluation import evaluate
from studio.measures.features import cut_windows
from studio.measures.similarity_index import ceiling, floor, similarity

__all__ = [
    "CopyIndex", "Nearest", "ceiling", "cut_windows", "evaluate", "floor", "similarity",
]  # fmt: skip
