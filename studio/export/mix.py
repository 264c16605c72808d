"""How loud each part is: volume, pan, mute and solo by the part's name, as the arranger keeps them.

The browser plays a stem through a gain of `volume` over `PLAIN_VOLUME`, then the Web Audio API's
StereoPannerNode; what is exported is the same arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from studio.errors import BadScore
from studio.sound.engine import Audio

PLAIN_VOLUME = 0.8  # at which a stem sounds as it was rendered
_DAMAGED = "The mix of this piece is damaged: open the piece without it, or ask for it again."

Mix = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Strip:
    """One part's settings: `volume` 0 to 1, `pan` -1 (left) to 1."""

    volume: float = PLAIN_VOLUME
    pan: float = 0.0
    mute: bool = False
    solo: bool = False

    def to_json(self) -> dict[str, float | bool]:
        return {"volume": self.volume, "pan": self.pan, "mute": self.mute, "solo": self.solo}


def read_mix(raw: Any) -> dict[str, Strip]:
    """The settings by the part's name; what is not told is plain, what is not known is passed over.

    Raises BadScore for numbers outside their ranges and for what is no mix at all.
    """
    if not isinstance(raw, Mapping) or len(raw) > 256:
        raise BadScore(_DAMAGED)
    return {str(name)[:120]: _strip(settings) for name, settings in raw.items()}


def strips_of(parts: Sequence[str], mix: Mix | None) -> tuple[Strip, ...]:
    """The settings of each part, plain where the mix does not name it."""
    known = read_mix(mix or {})
    return tuple(known.get(name, Strip()) for name in parts)


def mixed(stems: Sequence[Audio], strips: Sequence[Strip]) -> Audio:
    """The stems' sum as they are set, (frames, 2) in -1 to 1; a shorter stem ends in silence.

    A muted part is silent; where any part is soloed, only soloed ones sound. As in a browser, what
    is louder than full scale is clipped.
    """
    frames = max((len(stem) for stem in stems), default=0)
    total = np.zeros((frames, 2), np.float32)
    soloed = any(strip.solo for strip in strips)
    for stem, strip in zip(stems, strips, strict=True):
        if strip.mute or (soloed and not strip.solo):
            continue
        into = total[: len(stem)]
        into += stem if strip == Strip(solo=strip.solo) else _panned(stem, strip)
    return np.clip(total, -1.0, 1.0, out=total)


def _panned(stem: Audio, strip: Strip) -> Audio:
    """Volume, then equal-power pan as the Web Audio API 1.1 defines it for a stereo source: one
    channel stays, the other moves over to it."""
    gain = strip.volume / PLAIN_VOLUME
    angle = (strip.pan + 1 if strip.pan <= 0 else strip.pan) * math.pi / 2
    left, right = math.cos(angle), math.sin(angle)
    # rows: what the left and the right channel give
    matrix = [[1.0, 0.0], [left, right]] if strip.pan <= 0 else [[left, right], [0.0, 1.0]]
    panned: Audio = stem @ (np.array(matrix) * gain).astype(np.float32)
    return panned


def _strip(raw: Any) -> Strip:
    if not isinstance(raw, Mapping):
        raise BadScore(_DAMAGED)
    volume, pan = raw.get("volume", PLAIN_VOLUME), raw.get("pan", 0.0)
    mute, solo = raw.get("mute", False), raw.get("solo", False)
    if any(type(number) not in (int, float) for number in (volume, pan)):
        raise BadScore(_DAMAGED)
    if not (0 <= volume <= 1 and -1 <= pan <= 1 and type(mute) is type(solo) is bool):
        raise BadScore(_DAMAGED)
    return Strip(float(volume), float(pan), mute, solo)
