"""The engines that sound is tested with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from studio.sound.engine import Engine
from studio.sound.plain import PlainSynth
from studio.sound.soundfonts import best
from studio.sound.synth import Synth, synth_status

needs_fluidsynth = pytest.mark.skipif(
    synth_status().engine == PlainSynth.name, reason="libfluidsynth is not installed"
)
ENGINES = [pytest.param("fluidsynth", marks=needs_fluidsynth), "plain"]


@contextmanager
def opened(name: str) -> Iterator[Engine]:
    """One of ENGINES."""
    with Synth(best((), "timgm6mb")) if name == "fluidsynth" else PlainSynth() as synth:
        yield synth
