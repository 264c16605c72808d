"""The sprite job: the keyboard's notes, rendered once for each soundfont and instrument."""

from __future__ import annotations

import hashlib
from pathlib import Path

from studio.errors import BadKnob
from studio.sound import Engine, Sprite


def sprite_path(data_dir: Path, sound: str, program: int) -> Path:
    """Where the sprite of an instrument lies; `sound` names what plays it."""
    digest = hashlib.sha256(sound.encode()).hexdigest()[:12]
    return data_dir / "sprites" / digest / f"{program}.wav"


def render(program: int, sound: str, synth: Engine, data_dir: Path) -> None:
    """Renders the sprite of a General MIDI program 0-127 unless it is there already."""
    if not 0 <= program <= 127:
        raise BadKnob("There is no such instrument: choose one from the list.")
    path = sprite_path(data_dir, sound, program)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    Sprite.of(synth, program).write(path)
