"""What the old files say when they are opened, as plain JSON: the same on every machine."""

from __future__ import annotations

import io
import json
import tempfile
import wave
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import doors
from golden_music import digest, digest_of, notes_of
from old_files import NAMES, OLD, data_folder, model_file, piece_files, recipes

Told = dict[str, Any]
EXPECTED = OLD / "expected.json"


def told_recipes() -> Told:
    """What each recipe asks for."""
    result: Told = {}
    for name, path in recipes().items():
        text = path.read_text(encoding="utf-8")
        recipe = doors.Recipe.from_json(text)
        edits = [doors.change_of(change) for change in recipe.edits]
        result[name] = {
            "melody": digest_of(notes_of(recipe.melody)),
            "model": [recipe.model, recipe.seed, recipe.knobs, recipe.bars],
            "chords": [recipe.chords, recipe.chord_risk],
            "parts": recipe.parts,
            "rewrites": [doors.rewrite_of(one) for one in recipe.rewrites],
            "edits": [[digest_of(edit), sorted(edit)] for edit in edits],
            "newest": digest_of(doors.newest(json.loads(text))),
        }
    return result


def told_pieces() -> Told:
    """What each piece file holds, as it is and packed again, and its MIDI."""
    result: Told = {}
    for name, path in piece_files().items():
        data = path.read_bytes()
        piece = doors.open_piece(data)
        again = doors.pack_piece(piece.score, piece.recipe, piece.mix)
        score = piece.score
        read = doors.read_midi(doors.write_midi(score)).score
        result[name] = {
            "title": score.title,
            "parts": [[track.name, track.program, len(track.notes)] for track in score.tracks],
            "score": digest_of(notes_of(score)),
            "recipe": digest_of(piece.recipe),
            "mix": piece.mix.to_json(),
            "members": members(data),
            "same again": members(again) == members(data),
            "midi": digest(doors.write_midi(score)),
            "midi read": digest_of(notes_of(read)),
        }
    return result


def told_exports() -> Told:
    """Sheet music, and what the bundle of a whole piece holds."""
    result: Told = {}
    for name in ("waltz", "mixed-band"):
        piece = doors.open_piece(piece_files()[name].read_bytes())
        with tempfile.TemporaryDirectory() as folder:
            stems = [Path(folder) / f"{i}.wav" for i, _ in enumerate(piece.score.tracks)]
            for stem in stems:
                _write_silence(stem)
            bundle = Path(folder) / "bundle.zip"
            remarks = doors.write_bundle(piece.score, stems, bundle, piece.recipe, piece.mix)
            held = members(bundle.read_bytes())
        of_pictures_and_sound = (".html", ".png", ".svg", ".wav", ".ogg", ".mp3", ".tutti")
        result[name] = {
            "lead sheet": digest(doors.lead_sheet(piece.score)),
            "full score": digest(doors.full_score(piece.score)),
            "bundle": {k: "" if k.endswith(of_pictures_and_sound) else v for k, v in held.items()},
            "remarks": list(remarks),
        }
    return result


def told_model_file() -> Told:
    """A model that came as a file: its card and files once it has taken its place."""
    data = model_file()
    with tempfile.TemporaryDirectory() as folder:
        first, second = (doors.unpack(data, Path(folder)) for _ in range(2))
        place = Path(folder) / first.id
        return {
            "card": doors.card_of(first),
            "second": second.id,
            "files": {path.name: digest(path.read_bytes()) for path in sorted(place.iterdir())},
            "packed again": members(doors.pack(place)) == members(data),
            "weights": _weights(doors.read_model(place).weights),
        }


def told_models() -> Told:
    """The user's own models."""
    result: Told = {}
    with data_folder() as folder:
        cards, problems = doors.cards_in([folder / "models"])
        for card in cards:
            model = doors.read_model(folder / "models" / card.id)
            result[card.id] = {
                "card": digest_of(doors.card_of(card)),
                "parts": [part.name for part in card.parts],
                "weights": _weights(model.weights),
                "copies": list(model.copies.songs) if model.copies else None,
                "history": _rows(folder / "models" / card.id / "history.jsonl"),
            }
    return {**result, "problems": list(problems)}


def told_runs() -> Told:
    """The trainings: what was asked for, rows, epochs that can be heard, how they are steered."""
    result: Told = {}
    with data_folder() as folder:
        store = doors.open_store(folder)
        for which in ("trained", "paused", "left"):
            run = doors.RunFolder.of(folder, NAMES[which])
            result[which] = {
                "request": run.spec().to_json(),
                "card": digest_of(doors.card_of(run.card())),
                "rows": [digest_of(row) for row in run.rows()],
                "epochs": {str(epoch): _weights(run.weights(epoch)) for epoch in run.epochs()},
                "controls": asdict(doors.controls_of(store, store.get(NAMES[which]))),
            }
        store.close()
        music = [asdict(one) for one in doors.sets(doors.sets_folder(folder))]
        zipped = doors.music_of(doors.sets_folder(folder), NAMES["set"]).read_bytes()
        found = doors.find_set(doors.sets_folder(folder), NAMES["set"])
    return {**result, "sets": music, "music": members(zipped), "set": found.name}


def members(data: bytes) -> dict[str, str]:
    """The files of a zip with the digests of what is in them, however it is packed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: digest(archive.read(name)) for name in archive.namelist()}


def _write_silence(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(3)
        file.setframerate(44_100)
        file.writeframes(bytes(2 * 3 * 4_410))


def _weights(weights: Any) -> str:
    rows = [[n, str(v.dtype), list(v.shape), digest(v.tobytes())] for n, v in weights.items()]
    return digest_of(sorted(rows))


def _rows(path: Path) -> list[str]:
    return [digest_of(row) for row in doors.read_rows(path)]


TELLERS: dict[str, Callable[[], Told]] = {
    "recipes": told_recipes,
    "piece files": told_pieces,
    "exports": told_exports,
    "a model file": told_model_file,
    "own models": told_models,
    "trainings": told_runs,
}
