"""What the similarity index counts of two parts at once, told for one pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.measures.tonal import centroid, chroma
from studio.music.score import TICKS_PER_BEAT, Note


def tonal_distance(one: Sequence[Note], other: Sequence[Note]) -> float:
    """Mean distance of two parts' tonal centroids over the beats in which both sound, 0 to 3; 0 for
    parts of the same pitch classes and for parts that never sound together. MuseGAN's TD."""
    end = max((note.end_tick for note in (*one, *other)), default=0)
    beats = -(-end // TICKS_PER_BEAT)
    a, b = (centroid(chroma(notes, beats, TICKS_PER_BEAT)) for notes in (one, other))
    distances = np.linalg.norm(a - b, axis=-1)
    together = distances[~np.isnan(distances)]
    return float(together.mean()) if len(together) else 0.0
