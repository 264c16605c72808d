"""A whole piece in one zip: every format there is, and the sound of each part."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from studio.export.format import Format, Material
from studio.export.zipping import add
from studio.ground import files
from studio.ground.errors import TuttiError


def write_bundle(material: Material, formats: Iterable[Format], target: Path) -> tuple[str, ...]:
    """Everything of a piece as one zip at `target`.

    Returns a sentence for each file that this machine or this piece does not allow. The same piece
    gives the same bytes. Raises SoundError where the stems are not those of the score or cannot be
    read, TuttiError where the disk is full; then there is no file.
    """
    material.wav()
    name = files.file_stem(material.score.title, "piece")
    remarks: list[str] = []
    try:
        with files.whole_file(target) as file, zipfile.ZipFile(file, "w") as archive:
            for format in formats:
                if format.inside is None or (format.needs_recipe and material.recipe is None):
                    continue
                try:
                    part = material.folder / "part"
                    remarks += format.write(material, part)
                except TuttiError as error:
                    remarks.append(str(error))
                    continue
                inside = format.inside.format(name=name, ending=format.ending)
                add(archive, f"{name}/{inside}", part)
            add_stems(archive, f"{name}/stems/", material)
    except OSError as error:
        raise TuttiError("The piece cannot be written: make room on the disk first.") from error
    return tuple(dict.fromkeys(remarks))


def add_stems(archive: zipfile.ZipFile, folder: str, material: Material) -> None:
    """Adds each part's sound as a WAV named after it."""
    for index, track in enumerate(material.score.tracks):
        path = material.sound().write_part(index, track.name, material.folder)
        add(archive, folder + path.name, path)
        path.unlink()
