"""What a technique's weights look like from outside: a model file of somebody else's is measured by
it before anything is made of it. No network of the sizes asked for is ever built in memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import TypeAlias

from studio.ground.errors import BadModel
from studio.music.instruments import Part
from studio.techniques.forms import Form
from studio.techniques.lazy import Module, torch
from studio.techniques.weights import COUNTER

Shapes: TypeAlias = dict[str, tuple[int, ...]]

PROGRAM = "studio.techniques.shapes_child"
_SECONDS = 120.0  # torch alone takes two or three to load
_NO_NETWORK = "These parts and settings build no network."


def shapes_of(build: Callable[[], Module]) -> Shapes:
    """The names and shapes of the network's weights, which takes no memory: torch's `meta` device
    holds sizes and no numbers. Raises ValueError where there is no such network."""
    try:
        with torch.device("meta"):
            network = build()
    except (RuntimeError, TypeError) as error:
        raise ValueError(_NO_NETWORK) from error
    return {
        name: tuple(value.shape)
        for name, value in network.state_dict().items()
        if not name.endswith(COUNTER)
    }


def shapes_elsewhere(technique: str, parts: Sequence[Part], settings: Form) -> Shapes:
    """The same from a short process of its own, for those that are to stay without torch."""
    asked = {
        "technique": technique,
        "parts": list(map(asdict, parts)),
        "settings": asdict(settings),
    }
    return dict(_told(json.dumps(asked)))


@lru_cache(64)
def _told(asked: str) -> Shapes:
    try:
        done = subprocess.run(
            [sys.executable, "-m", PROGRAM], input=asked, capture_output=True, text=True,
            timeout=_SECONDS, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise BadModel("The model could not be measured just now: try again.") from error
    told = json.loads(done.stdout)
    if told is None:
        raise ValueError(_NO_NETWORK)
    return {name: tuple(shape) for name, shape in told.items()}
