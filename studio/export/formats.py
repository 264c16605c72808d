"""Every form in which a piece can be taken home. One entry each: then it stands on the panel, is
made by the job and lies in the zip of everything."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from studio.export.audio import MP3, OGG, convert
from studio.export.bundle import add_stems, write_bundle
from studio.export.format import DAW, FRIEND, GO_ON, PRINT, Format, Material
from studio.export.musicxml import full_score, lead_sheet
from studio.export.piece_file import ENDING, pack_piece, to_json
from studio.export.web_page import web_page
from studio.ground.errors import BadScore
from studio.music import midi
from studio.pictures import roll_png, roll_svg

_XML = "application/vnd.recordare.musicxml+xml"


def _document(make: Callable[[Material], bytes]) -> Callable[[Material, Path], Sequence[str]]:
    def write(material: Material, target: Path) -> Sequence[str]:
        target.write_bytes(make(material))
        return ()

    return write


def _midi(material: Material) -> bytes:
    parts = [track.name for track in material.score.tracks]
    return midi.write(material.score, material.mix.faders(parts))


def _recipe(material: Material) -> bytes:
    if material.recipe is None:
        raise BadScore("This piece came without a recipe: take it home as a piece file.")
    return to_json(material.recipe)


def _wav(material: Material, target: Path) -> Sequence[str]:
    shutil.copyfile(material.wav(), target)
    return ()


def _encoded(kind: str) -> Callable[[Material, Path], Sequence[str]]:
    def write(material: Material, target: Path) -> Sequence[str]:
        convert(material.wav(), target, kind)
        return ()

    return write


def _stems(material: Material, target: Path) -> Sequence[str]:
    with zipfile.ZipFile(target, "w") as archive:
        add_stems(archive, "", material)
    return ()


def _all(material: Material, target: Path) -> Sequence[str]:
    return write_bundle(material, FORMATS.values(), target)


FORMATS: dict[str, Format] = {
    "midi": Format(DAW, ".mid", "MIDI", "audio/midi", _document(_midi), at_once=True),
    "stems": Format(
        DAW, "-stems.zip", "A WAV for each part", "application/zip", _stems, sounds=True,
        inside=None,
    ),
    "wav": Format(DAW, ".wav", "WAV", "audio/wav", _wav, sounds=True, at_once=True),
    "page": Format(
        FRIEND, ".html", "Web page that plays", "text/html", _document(web_page), sounds=True
    ),
    "mp3": Format(FRIEND, ".mp3", "Sound, MP3", "audio/mpeg", _encoded(MP3), sounds=True),
    "ogg": Format(FRIEND, ".ogg", "Sound, OGG", "audio/ogg", _encoded(OGG), sounds=True),
    "png": Format(
        FRIEND, ".png", "Picture, PNG", "image/png", _document(lambda m: roll_png(m.score, True))
    ),
    "lead-sheet": Format(
        PRINT, "-lead-sheet.musicxml", "Lead sheet, MusicXML", _XML,
        _document(lambda m: lead_sheet(m.score)),
    ),
    "score": Format(
        PRINT, "-full-score.musicxml", "Full score, MusicXML", _XML,
        _document(lambda m: full_score(m.score)),
    ),
    "svg": Format(
        PRINT, ".svg", "Picture, SVG", "image/svg+xml", _document(lambda m: roll_svg(m.score)),
        at_once=True,
    ),
    "piece": Format(
        GO_ON, ENDING, "Piece file for another Tutti", "application/octet-stream",
        _document(lambda m: pack_piece(m.score, m.recipe, m.mix)), at_once=True,
    ),
    "recipe": Format(
        GO_ON, "-recipe.json", "Recipe", "application/json", _document(_recipe), at_once=True,
        needs_recipe=True, inside="recipe.json",
    ),
    "all": Format(
        GO_ON, ".zip", "Everything in one zip", "application/zip", _all, sounds=True, inside=None
    ),
}  # fmt: skip
