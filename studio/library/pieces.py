"""What lies in a piece's folder: MIDI, recipe, picture, sound, the score itself and its facts.

The score lies there beside the MIDI because a MIDI file drops parts without notes and the title:
bars can only be written anew in what is whole.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studio.composing.performance import Composition
from studio.errors import BadScore
from studio.export.score_json import score_from_json, score_to_json
from studio.machine import files
from studio.measures.asked import playing
from studio.music.harmony import write_chords
from studio.music.score import Score
from studio.pictures import part_colour, roll_png
from studio.queue import JsonObject
from studio.sound.engine import Engine
from studio.sound.stems import write_mix

MIDI_FILE, RECIPE_FILE, PICTURE_FILE, WAV_FILE = "song.mid", "recipe.json", "roll.png", "mix.wav"
SCORE_FILE, FACTS_FILE = "score.json", "facts.json"
HEARD_FILE = "heard.json"  # in the folder of a piece that was played to hear a training
MIXES_KEPT = 100
HEARD_KEPT = 72  # of these: three melodies at all of a training's epochs
_GONE = "This piece is not there any more: generate it again."


def pieces_folder(data_dir: Path, job_id: str, take: int = 1) -> Path:
    """Where the files of a composed piece lie; of a job's later takes, from 2, in it."""
    folder = data_dir / "pieces" / job_id
    return folder if take == 1 else folder / f"take-{take}"


def write_piece(piece: Composition, folder: Path, facts: JsonObject) -> None:
    """Writes all but picture and sound; a repeated attempt overwrites with the same."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MIDI_FILE).write_bytes(piece.midi)
    _write_json(folder / RECIPE_FILE, piece.recipe)
    _write_json(folder / SCORE_FILE, score_to_json(piece.score))
    _write_json(folder / FACTS_FILE, facts)


def write_picture(piece: Composition, folder: Path) -> None:
    """Draws the piece; a page that looks meanwhile sees none or the whole picture."""
    files.write_whole(folder / PICTURE_FILE, roll_png(piece.score))


def read_score(folder: Path) -> Score:
    """The score of a piece; raises BadScore where it is gone."""
    try:
        return score_from_json(json.loads((folder / SCORE_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadScore(_GONE) from error


def read_recipe(folder: Path) -> dict[str, Any]:
    """The recipe of a piece; raises BadScore where it is gone."""
    try:
        recipe: dict[str, Any] = json.loads((folder / RECIPE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadScore(_GONE) from error
    return recipe


def read_facts(folder: Path) -> JsonObject | None:
    """The facts of a piece, or None where there is no piece."""
    try:
        facts: JsonObject = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return facts


def write_sound(piece: Composition, synth: Engine, folder: Path) -> float:
    """Renders the mix; returns the seconds it took."""
    began = time.perf_counter()
    write_mix(piece.score, synth, folder / WAV_FILE)
    return time.perf_counter() - began


def forget_old_sound(data_dir: Path) -> None:
    """Deletes the mixes of all but the newest pieces: they are large, and a piece's MIDI and recipe
    stay, from which its sound can be made again. What only lets a training be heard takes nothing
    from the others' place."""
    mixes = list((data_dir / "pieces").rglob(WAV_FILE))
    heard = [path for path in mixes if path.with_name(HEARD_FILE).exists()]
    kept = list((data_dir / "runs").glob(f"*/heard/*/*/{WAV_FILE}"))
    composed = list(set(mixes) - set(heard))
    for paths, most in ((composed, MIXES_KEPT), (heard, HEARD_KEPT), (kept, HEARD_KEPT)):
        files.forget_oldest(paths, most=most)


def summary(piece: Composition) -> JsonObject:
    """What the page says about a piece: facts beside the thing they are about. How a part plays
    that something was asked of is measured in all bars that were written."""
    score = piece.score
    written = piece.recipe.get("bars") or score.bars
    return {
        "title": score.title,
        "bars": score.bars,
        "written": written,
        "key": score.key,
        "chords": write_chords(piece.plan, score.metre),
        "tempo_bpm": score.tempo_bpm,
        "metre": str(score.metre),
        "model": piece.recipe["model"],
        "seed": piece.recipe["seed"],
        "device": piece.device,
        "seconds": round(piece.seconds, 3),
        "parts": _parts(score),
        "asked": _measured(score, piece.recipe.get("parts", {}), written),
        "nearest": asdict(piece.nearest) if piece.nearest else None,
    }


def _parts(score: Score) -> list[JsonObject]:
    return [
        {
            "name": track.name,
            "program": track.program,
            "is_drum": track.is_drum,
            "notes": len(track.notes),
            "colour": part_colour(index),
        }
        for index, track in enumerate(score.tracks)
    ]


def _measured(
    score: Score, asked: Mapping[str, Mapping[str, float]], written: int
) -> list[JsonObject]:
    """What was asked of each part, where something was, beside what it plays."""
    rows = []
    for track in score.tracks[1:]:
        wishes = {name: value for name, value in asked.get(track.name, {}).items() if value}
        if not wishes:
            continue
        got = asdict(playing(track, range(written), score.metre.bar_ticks))
        rows.append({"name": track.name, "asked": wishes, "got": got})
    return rows


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, indent=None if path.name == SCORE_FILE else 2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
