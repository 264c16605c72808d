"""Writes a model's own picture into its folder."""

from __future__ import annotations

from pathlib import Path

from studio.machine import files
from studio.pictures import PICTURE_FILE, BadPicture, small_png


def keep(data: bytes, model_folder: Path) -> None:
    """Writes the picture into a model's folder, whole or not at all; raises BadPicture."""
    try:
        files.write_whole(model_folder / PICTURE_FILE, small_png(data))
    except OSError as error:
        raise BadPicture("The picture could not be written: make room on the disk.") from error
