"""Reads one row for each of several sequences, in compiled loops that read each weight once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer.decoding.cache import KVCache
from studio.techniques.transformer.decoding.forward_kernel import forward, in_vocabulary
from studio.techniques.transformer.decoding.weights import DecoderWeights
from studio.techniques.transformer.sheet import Floats
from studio.techniques.transformer.vocabulary import Rows

FULL = "More rows than the cache was made for."
NO_ROW = "A row outside the vocabulary."


def decode_step(
    weights: DecoderWeights, cache: KVCache, rows: Rows, active: NDArray[np.bool_], states: Floats
) -> None:
    """Reads a row of `rows` (sequences, COLUMNS) for each sequence that is `active` (sequences,),
    and writes its hidden state into its row of `states` (sequences, width). Raises ValueError for
    rows that do not fit the cache or the vocabulary, before any is read."""
    sequences = np.flatnonzero(active)
    if not in_vocabulary(weights.offsets, rows, sequences):
        raise ValueError(NO_ROW)
    if (cache.length[sequences] >= cache.keys.shape[2]).any():
        raise ValueError(FULL)
    forward(weights, cache.keys, cache.values, cache.length, rows, sequences, states)
