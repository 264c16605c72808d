"""Weights ready to play with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from studio.errors import BadModel
from studio.techniques.transformer.decoding.sampling import warm_up
from studio.techniques.transformer.decoding.weights import DecoderWeights, pack
from studio.techniques.transformer.settings import Settings
from studio.techniques.weights import Weights


@dataclass(frozen=True, slots=True)
class Player:
    """A network's weights, and the style that it plays in."""

    weights: DecoderWeights
    style: int


def load(settings: Settings, weights: Weights) -> Player:
    """Raises BadModel where the weights do not fit."""
    packed = _packed_once(weights)
    if packed.attention_norm.shape != (settings.layers, settings.width):
        raise BadModel("The weights of this model do not fit its card: reinstall the model.")
    warm_up()
    return Player(packed, settings.style)


_last_packed: list[tuple[str, DecoderWeights]] = []  # all styles share one network


def _packed_once(weights: Weights) -> DecoderWeights:
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode() + np.ascontiguousarray(weights[name]).tobytes())
    if not _last_packed or _last_packed[0][0] != digest.hexdigest():
        _last_packed[:] = [(digest.hexdigest(), pack(weights))]
    return _last_packed[0][1]
