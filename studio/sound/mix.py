"""How loud each part is: volume, pan, mute and solo by the part's name, as the arranger keeps them.

The browser plays a stem through a gain of `volume` over `PLAIN_VOLUME`, then the Web Audio API's
StereoPannerNode; what is exported is the same arithmetic. A stem stands at its place already: a pan
of 0 leaves it there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, field, replace
from dataclasses import dataclass as plain_dataclass
from typing import Annotated

import numpy as np
from pydantic import Field, StrictBool, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from studio.ground.errors import BadScore
from studio.music.midi import Fader
from studio.sound.engine import Audio

PLAIN_VOLUME = 0.8  # at which a stem sounds as it was rendered
_MOST_PARTS, _LONGEST_NAME = 256, 120


@dataclass(frozen=True, slots=True)
class Strip:
    """One part's settings: `volume` 0 to 1, `pan` -1 (left) to 1."""

    volume: Annotated[float, Field(strict=True, ge=0, le=1)] = PLAIN_VOLUME
    pan: Annotated[float, Field(strict=True, ge=-1, le=1)] = 0.0
    mute: StrictBool = False
    solo: StrictBool = False


@plain_dataclass(frozen=True, slots=True)
class Mix:
    """The settings by the part's name; a part that is not named is plain."""

    strips: dict[str, Strip] = field(default_factory=dict)

    @staticmethod
    def read(raw: object) -> Mix:
        """What `to_json` wrote; what is not told is plain, what is not known is passed over.

        Raises BadScore for numbers outside their ranges and for what is no mix at all.
        """
        try:
            strips = _STRIPS.validate_python(raw)
        except ValidationError as error:
            raise BadScore(
                "The mix of this piece is damaged: open the piece without it, or ask for it again."
            ) from error
        return Mix({name[:_LONGEST_NAME]: strip for name, strip in strips.items()})

    def of(self, parts: Sequence[str]) -> tuple[Strip, ...]:
        """The settings of each part."""
        return tuple(self.strips.get(name, Strip()) for name in parts)

    def faders(self, parts: Sequence[str]) -> tuple[Fader, ...]:
        """The settings of each part as MIDI has them; none where all are plain. Half the volume is
        half the amplitude, which General MIDI players take from the square of controller 7; what is
        not heard stands at 0, so that its notes stay."""
        strips = self.of(parts)
        soloed = any(strip.solo for strip in strips)
        heard = [not strip.mute and (strip.solo or not soloed) for strip in strips]
        if all(heard) and all(replace(strip, solo=False) == Strip() for strip in strips):
            return ()
        return tuple(
            Fader(
                round(100 * math.sqrt(strip.volume / PLAIN_VOLUME)) if sounds else 0,
                64 + round(strip.pan * (63 if strip.pan > 0 else 64)),
            )
            for strip, sounds in zip(strips, heard, strict=True)
        )

    def to_json(self) -> dict[str, dict[str, float | bool]]:
        """The settings as JSON, in the order of the names."""
        return {name: asdict(strip) for name, strip in self.strips.items()}


_STRIPS = TypeAdapter(Annotated[dict[str, Strip], Field(max_length=_MOST_PARTS)])


def mixed(stems: Sequence[Audio], strips: Sequence[Strip], gain: float = 1.0) -> Audio:
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
    total *= gain
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
