"""The compose job: a melody and a model in, a folder with MIDI, WAV, picture and recipe out."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from studio.catalog import find
from studio.composing import Band, Composition, compose, load_band, melody_from_json
from studio.jobs.records import JsonObject
from studio.leadsheet import write_chords
from studio.planning import hear, plans_for
from studio.plots import part_colour, roll_picture
from studio.score import Score
from studio.settings import Settings
from studio.sound.engine import Engine
from studio.sound.stems import write_mix

MIDI_FILE, RECIPE_FILE, PICTURE_FILE, WAV_FILE = "song.mid", "recipe.json", "roll.png", "mix.wav"
MIXES_KEPT = 100


@dataclass(frozen=True, slots=True)
class Request:
    """What a page asks for; `melody` as `composing.melody_to_json` writes it."""

    melody: dict[str, Any]
    model: str
    seed: int
    knobs: dict[str, float]
    chords: str = ""
    chord_risk: float = 0.0

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)


def pieces_folder(data_dir: Path, job_id: str) -> Path:
    """Where the files of a composed piece lie."""
    return data_dir / "pieces" / job_id


class Bands:
    """Models kept in memory; one whose files changed is read again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: dict[Path, tuple[int, Band]] = {}

    def get(self, model_id: str) -> Band:
        """The model, loaded if need be; raises BadModel."""
        folder = find(model_id, self._settings.model_folders)
        stamp = (folder / "card.json").stat().st_mtime_ns
        known = self._loaded.get(folder)
        if known is None or known[0] != stamp:
            known = (stamp, load_band(folder, self._settings.device))
            self._loaded[folder] = known
        return known[1]


def play(request: Request, bands: Bands) -> Composition:
    """Composes what was asked for."""
    melody = melody_from_json(request.melody)
    return compose(
        bands.get(request.model),
        melody,
        request.seed,
        request.knobs,
        request.chords,
        request.chord_risk,
    )


def other_chords(piece: Composition, request: Request, bands: Bands) -> list[str]:
    """The chord plans to choose from beside the one that the piece has, as text."""
    band, melody = bands.get(request.model), melody_from_json(request.melody)
    plans = plans_for(band.planner, band.card, hear(melody), seed=request.seed)
    texts = [write_chords(plan, melody.metre) for plan in plans]
    played = write_chords(piece.plan, melody.metre)
    return [text for text in texts if text != played]


def write_piece(piece: Composition, folder: Path) -> None:
    """Writes MIDI, recipe and picture; a repeated attempt overwrites with the same."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MIDI_FILE).write_bytes(piece.midi)
    recipe = json.dumps(piece.recipe, indent=2, ensure_ascii=False) + "\n"
    (folder / RECIPE_FILE).write_text(recipe, encoding="utf-8")
    (folder / PICTURE_FILE).write_bytes(roll_picture(piece.score))


def write_sound(piece: Composition, synth: Engine, folder: Path) -> float:
    """Renders the mix; returns the seconds it took."""
    began = time.perf_counter()
    write_mix(piece.score, synth, folder / WAV_FILE)
    return time.perf_counter() - began


def forget_old_sound(data_dir: Path) -> None:
    """Deletes the mixes of all but the newest pieces: they are large, and a piece's MIDI and recipe
    stay, from which its sound can be made again."""
    mixes = sorted(
        (data_dir / "pieces").glob(f"*/{WAV_FILE}"), key=lambda path: -path.stat().st_mtime
    )
    for path in mixes[MIXES_KEPT:]:
        path.unlink(missing_ok=True)


def summary(piece: Composition) -> JsonObject:
    """What the page says about a piece: facts beside the thing they are about."""
    score = piece.score
    return {
        "title": score.title,
        "bars": score.bars,
        "key": score.key,
        "chords": write_chords(piece.plan, score.metre),
        "tempo_bpm": score.tempo_bpm,
        "metre": str(score.metre),
        "model": piece.recipe["model"],
        "seed": piece.recipe["seed"],
        "device": piece.device,
        "seconds": round(piece.seconds, 3),
        "parts": _parts(score),
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
