"""What each of several sequences has read: the KV cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.techniques.transformer.decoding.weights import DecoderWeights
from studio.techniques.transformer.sheet import Floats


class KVCache(NamedTuple):
    """Keys, already rotated, and values of the rows read so far, `length` (sequences,) of them.
    A sequence whose length is set to 0 has forgotten all."""

    keys: Floats  # (sequences, layers, longest, width)
    values: Floats
    length: NDArray[np.int64]


def empty_cache(weights: DecoderWeights, sequences: int, longest: int) -> KVCache:
    """Room for `sequences`, each of at most `longest` rows."""
    layers, width = weights.attention_norm.shape
    room = (sequences, layers, longest, width)
    keys, values = np.zeros(room, np.float32), np.zeros(room, np.float32)
    return KVCache(keys, values, np.zeros(sequences, np.int64))


def copy_cache(cache: KVCache, from_: int, to: Sequence[int]) -> None:
    """Lets the sequences `to` have read what `from_` has, and nothing else."""
    length = int(cache.length[from_])
    for sequence in to:
        cache.keys[sequence, :, :length] = cache.keys[from_, :, :length]
        cache.values[sequence, :, :length] = cache.values[from_, :, :length]
        cache.length[sequence] = length
