"""The sprite job: the keyboard's notes, rendered once for each soundfont and instrument."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from studio.ground.errors import BadKnob
from studio.ground.payload import Payload
from studio.jobs.tools import Tools
from studio.queue import Context, JsonObject
from studio.sound import Sprite

KIND = "sprite"


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """A General MIDI program 0-127; `sound` names what plays it."""

    program: int
    sound: str


def sprite_path(data_dir: Path, sound: str, program: int) -> Path:
    """Where the sprite of an instrument lies."""
    digest = hashlib.sha256(sound.encode()).hexdigest()[:12]
    return data_dir / "sprites" / digest / f"{program}.ogg"


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Renders the sprite unless it is there already; raises BadKnob for no instrument."""
    if not 0 <= request.program <= 127:
        raise BadKnob("There is no such instrument: choose one from the list.")
    path = sprite_path(context.data_dir, request.sound, request.program)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        Sprite.of(tools.synth, request.program).write(path)
    return {}
