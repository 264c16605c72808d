"""A whole piece in one zip: MIDI, mix, stems, sheet music, pictures, recipe and piece file."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.errors import BadScore, TuttiError
from studio.export.audio import MP3, OGG, convert, write_mix_of
from studio.export.mix import Mix, strips_of
from studio.export.musicxml import full_score, lead_sheet
from studio.export.names import file_stem
from studio.export.piece_file import ENDING, pack_piece, to_json
from studio.export.zipping import add
from studio.machine import files
from studio.music import midi
from studio.music.score import Score
from studio.pictures import roll_png, roll_svg


def write_bundle(
    score: Score,
    stems: Sequence[Path],
    target: Path,
    recipe: Mapping[str, Any] | None = None,
    mix: Mix | None = None,
) -> tuple[str, ...]:
    """Everything of a piece as one zip at `target`; `stems` are WAV files in the score's order.

    Returns a sentence for each file that this machine or this piece does not allow. The same piece
    gives the same bytes. Raises BadScore where the stems are not those of the score, SoundError
    where a stem cannot be read, TuttiError where the disk is full; then there is no file.
    """
    if len(stems) != len(score.tracks):
        raise BadScore("The stems are not those of this piece: render it again.")
    name = file_stem(score.title, "piece")
    remarks: list[str] = []
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            files.whole_file(target) as file,
            zipfile.ZipFile(file, "w") as archive,
        ):
            for ending, make in _documents(score, recipe, mix):
                try:
                    add(archive, f"{name}/{name}{ending}", make())
                except TuttiError as error:
                    remarks.append(str(error))
            if recipe is not None:
                add(archive, f"{name}/recipe.json", to_json(recipe))
            remarks += _add_sound(archive, name, score, stems, mix, Path(folder))
    except OSError as error:
        raise TuttiError("The piece cannot be written: make room on the disk first.") from error
    return tuple(dict.fromkeys(remarks))


def _documents(
    score: Score, recipe: Mapping[str, Any] | None, mix: Mix | None
) -> list[tuple[str, Callable[[], bytes]]]:
    """Endings of the files that are made in memory, each with what makes it."""
    return [
        (".mid", lambda: midi.write(score)),
        ("-lead-sheet.musicxml", lambda: lead_sheet(score)),
        ("-full-score.musicxml", lambda: full_score(score)),
        (".png", lambda: roll_png(score)),
        (".svg", lambda: roll_svg(score)),
        (ENDING, lambda: pack_piece(score, recipe, mix)),
    ]


def _add_sound(
    archive: zipfile.ZipFile,
    name: str,
    score: Score,
    stems: Sequence[Path],
    mix: Mix | None,
    folder: Path,
) -> list[str]:
    """Adds the mix as WAV, OGG and MP3 and each stem; `folder` holds what is on its way."""
    parts = [track.name for track in score.tracks]
    wav = folder / "mix.wav"
    write_mix_of(stems, strips_of(parts, mix), wav)
    add(archive, f"{name}/{name}.wav", wav)
    remarks = []
    for kind in (OGG, MP3):
        small = folder / f"mix.{kind}"
        try:
            convert(wav, small, kind)
        except TuttiError as error:
            remarks.append(str(error))
            continue
        add(archive, f"{name}/{name}.{kind}", small)
    for number, (part, stem) in enumerate(zip(parts, stems, strict=True), start=1):
        add(archive, f"{name}/stems/{number:02d}-{file_stem(part, 'part')}.wav", stem)
    return remarks
