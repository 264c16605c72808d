"""Writes a model's own picture into its folder."""

from __future__ import annotations

from pathlib import Path

from studio.machine.files import write_whole
from studio.pictures.model_picture import FILE_NAME, BadPicture, small

__all__ = ["FILE_NAME", "BadPicture", "keep"]


def keep(data: bytes, model_folder: Path) -> None:
    """Writes the picture into a model's folder, whole or not at all; raises BadPicture."""
    try:
        write_whole(model_folder / FILE_NAME, small(data))
    except OSError as error:
        raise BadPicture("The picture could not be written: make room on the disk.") from error
