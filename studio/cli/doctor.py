"""`tutti doctor`: what this machine has and lacks."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import studio
from studio.cli.options import say
from studio.ground.errors import TuttiError


def doctor() -> None:
    """What this machine has and lacks."""
    from studio.catalog import models as cards
    from studio.ground import Settings
    from studio.sound import synth_status
    from studio.techniques import techniques

    settings = Settings()
    status = synth_status(settings.soundfont_folders)
    known, left_out = techniques()
    found, problems = cards(settings.model_folders)
    lines = {
        "Tutti": studio.__version__,
        "Python": sys.version.split()[0],
        "Device": _device(settings.device),
        "Synth": status.engine,
        "Soundfonts": ", ".join(status.soundfonts),
        "Techniques": ", ".join(known),
        "Models": ", ".join(card.id for card in found),
        "Data": f"{settings.data_dir} ({_writable(settings.data_dir)})",
    }
    say(*(f"{name:<11} {value or 'none'}" for name, value in lines.items()))
    hints = [status.hint] if status.hint else []
    say(*(f"Note        {one}" for one in (*hints, *status.problems, *problems, *left_out)))


def _device(wanted: str) -> str:
    """The device that would be used, or why there is none: a doctor does not faint."""
    from studio.ground.device import choose_device, device_name

    try:
        return device_name(choose_device(wanted))
    except TuttiError as error:
        return str(error)


def _writable(folder: Path) -> str:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    fit = existing.is_dir() and os.access(existing, os.W_OK)
    return "writable" if fit else "not writable"
