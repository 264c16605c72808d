"""The listen job: one melody, played by a model in training as it was after each kept epoch.

"heard" {"epoch", "take", "parts": [{"name", "colour", "is_drum", "notes": [[start_tick, pitch,
duration_ticks], …]}], "melody": [the same], "bars"} comes as soon as an epoch can be listened to;
the result is {"epochs"}. What was played once is kept in the run's folder, so that who asks again
waits for new epochs only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import composing
from studio.catalog import Card
from studio.composing import Band, Composition
from studio.ground import files
from studio.ground.errors import BadModel
from studio.ground.payload import Payload
from studio.jobs.growing import whole
from studio.jobs.takes import HEARD_FILE, WAV_FILE, forget_old_sound, write_sound
from studio.jobs.tools import Tools
from studio.library import band_facts, take_folder, write_band
from studio.music.melody import melody_from_json
from studio.music.score import Score, Track
from studio.pictures import part_colour
from studio.queue import Context, JsonObject, Store
from studio.training import RunFolder

KIND, CACHE = "listen", "heard"


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """The training that is heard, by its job's id; `melody` as `melody_to_json` writes it;
    which `epochs`, all that are kept where None."""

    run: str
    melody: JsonObject
    epochs: list[int] | None = None
    seed: int = 0


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Plays the melody at every epoch; raises JobError where the training is another's, BadModel
    where no epoch can be heard."""
    store = Store.in_folder(context.data_dir)
    try:
        store.get(request.run, context.job.owner)
    finally:
        store.close()
    folder = RunFolder.of(context.data_dir, request.run)
    card = folder.card()
    melody = melody_from_json(request.melody)
    wanted = folder.epochs() if request.epochs is None else request.epochs
    heard = []
    for take, epoch in enumerate(wanted, 1):
        share = (take - 1) / len(wanted)
        context.emit("stage", {"text": f"Listening to epoch {epoch}", "share": share})
        if epoch not in folder.epochs():  # a training that goes on thins them out
            continue
        weights = folder.weights(epoch)
        kept = folder.path / CACHE / _name(request) / f"{epoch}-{_digest(weights)}"
        if not (kept / WAV_FILE).exists():
            _play(card, weights, melody, request.seed, context, tools, kept)
        _link(kept, take_folder(context.data_dir, context.job.id, take))
        facts = json.loads((kept / HEARD_FILE).read_text(encoding="utf-8"))
        context.emit("heard", {"epoch": epoch, "take": take, **facts})
        heard.append(epoch)
    forget_old_sound(context.data_dir)
    if not heard:
        raise BadModel("No epoch of this training can be heard: wait for its next checkpoint.")
    return {"epochs": heard}


def _play(
    card: Card,
    weights: Mapping[str, Any],
    melody: Score,
    seed: int,
    context: Context,
    tools: Tools,
    kept: Path,
) -> None:
    """Composes and renders into the folder `kept`, which is there whole or not at all."""
    band = Band.of(card, weights, kept.name, tools.settings.device)
    piece = whole(context, band, composing.Request(melody, card.id, seed))
    part = kept.with_name(f"{kept.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(kept, ignore_errors=True)  # one whose sound was forgotten
    write_band(part, piece, band_facts(piece))
    text = json.dumps(heard_facts(piece), ensure_ascii=False) + "\n"
    files.write_whole(part / HEARD_FILE, text, durable=True)
    write_sound(piece, tools.synth, part)
    part.rename(kept)


def heard_facts(piece: Composition) -> JsonObject:
    """What a picture of the piece needs."""
    melody, *parts = piece.score.tracks
    return {
        "parts": [
            {
                "name": track.name,
                "colour": part_colour(number),
                "is_drum": track.is_drum,
                "notes": _notes(track),
            }
            for number, track in enumerate(parts, 1)
        ],
        "melody": _notes(melody),
        "bars": piece.score.bars,
    }


def _notes(track: Track) -> list[list[int]]:
    return [[n.start_tick, n.pitch, n.duration_ticks] for n in track.notes]


def _link(kept: Path, folder: Path) -> None:
    """The kept piece as a take of this job, its large files not doubled where the disk allows."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in kept.iterdir():
        target = folder / file.name
        target.unlink(missing_ok=True)
        try:
            os.link(file, target)
        except OSError:
            shutil.copyfile(file, target)
        os.utime(target)  # it was used now, so its sound is not forgotten next


def _name(request: Request) -> str:
    text = json.dumps([request.melody, request.seed], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _digest(weights: Mapping[str, Any]) -> str:
    found = hashlib.sha256()
    for name in sorted(weights):
        found.update(name.encode())
        found.update(weights[name].tobytes())
    return found.hexdigest()[:16]
