"""All that the tests of old files take from inside of Tutti, and in the words that the old files
use: where a room's door or a type changes, this is the one place to follow.

The music itself is tested through the public API alone, see `golden_music.py`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from studio.catalog import Card, Model, pack, unpack
from studio.catalog import models as cards_in
from studio.composing import Edit, Recipe, Request, Rewrite
from studio.composing.band import Band
from studio.corpus.sets import find_set, music_of, sets, sets_folder
from studio.export import FORMATS, Material, open_piece
from studio.export.musicxml import full_score, lead_sheet
from studio.export.piece_file import pack_piece
from studio.ground import Settings
from studio.jobs.controls import controls_of
from studio.jobs.kinds.listen import Request as ListenRequest
from studio.jobs.kinds.rewrite import Request as RewriteRequest
from studio.jobs.kinds.stems import Request as StemsRequest
from studio.jobs.kinds.stems import stem_store
from studio.jobs.kinds.take_home import Request as TakeHomeRequest
from studio.jobs.kinds.take_home import find_file
from studio.jobs.kinds.think import Request as ThinkRequest
from studio.jobs.several import Request as SeveralRequest
from studio.jobs.workers import open_store
from studio.library import Library, take_folder
from studio.library.folder import score_in
from studio.music.melody import from_performance, melody_from_json
from studio.music.midi import read as read_midi
from studio.music.midi import write as write_midi
from studio.music.score import Score
from studio.sound import Mix, Mixdown
from studio.techniques import technique
from studio.training import Controls, RunFolder, RunSpec, events, inputs_of, train
from studio.training.resolve import RunInputs
from studio.training.rows import read_rows
from studio.training.run import Run
from studio.training.songs import read_training_set
from studio.training.spec import Start
from studio.ui.models.ears import ratings

__all__ = [
    "Controls", "Library", "Recipe", "RunFolder", "asked_again", "card_of", "cards_in",
    "change_of",
    "controls_of", "events", "find_file", "find_set", "from_performance", "full_score", "further",
    "heard", "inputs_in", "lead_sheet", "music_of", "newest", "open_piece", "open_store", "pack",
    "pack_piece", "plain", "ratings", "read_midi", "read_model", "read_rows", "rewrite_of",
    "run_from", "score_in", "sets", "sets_folder", "stem_store", "take_folder", "train",
    "under_names_of", "unpack", "write_bundle", "write_midi",
]  # fmt: skip

read_model = Model.read

# A payload of the old store, by the kind of job, as it is read today and said again.
asked_again: dict[str, Callable[[Any], dict[str, Any]]] = {
    "audition": lambda payload: SeveralRequest.from_json(payload).to_json(),
    "compose": lambda payload: Request.from_json(payload).to_json(),
    "extend": lambda payload: Request.from_json(payload).to_json(),
    "genres": lambda payload: SeveralRequest.from_json(payload).to_json(),
    "listen": lambda payload: ListenRequest.from_json(payload).to_json(),
    "regenerate": lambda payload: RewriteRequest.from_json(payload).to_json(),
    "stems": lambda payload: StemsRequest.from_json(payload).to_json(),
    "take_home": lambda payload: TakeHomeRequest.from_json(payload).to_json(),
    "think": lambda payload: ThinkRequest.from_json(payload).to_json(),
    "train": lambda payload: RunSpec.from_json(payload).to_json(),
}


def card_of(card: Card) -> dict[str, Any]:
    """A card as the old type had it: no old model has a critic that chooses."""
    told = asdict(card)
    if told.pop("choices") != 1:
        raise ValueError(f"{card.id} has a critic, and had none.")
    return told


def rewrite_of(rewrite: Rewrite) -> dict[str, Any]:
    """A rewrite, its numbers as the old types had them."""
    told: dict[str, Any] = rewrite.to_json()
    parts = {part: numbers(wishes) for part, wishes in told["parts"].items()}
    return {**told, "knobs": numbers(told["knobs"]), "parts": parts}


def change_of(change: Edit | Rewrite) -> dict[str, Any]:
    """An edit or a rewrite among them; the old type of edits had a program, 0, beside notes."""
    if isinstance(change, Rewrite):
        return rewrite_of(change)
    return {"notes": None, "program": 0, **change.to_json()}


def numbers(knobs: Mapping[str, Any]) -> dict[str, float]:
    """Knobs as the old types had them, whatever JSON made of 1.0."""
    return {name: float(value) for name, value in knobs.items()}


def newest(recipe: Mapping[str, Any]) -> dict[str, object]:
    """What was asked of the model last, as the recipe's file says it."""
    return Recipe.from_json(recipe).newest.to_json()


def write_bundle(
    score: Score, stems: Sequence[Path], target: Path, recipe: Mapping[str, Any] | None, mix: Mix
) -> Sequence[str]:
    """Everything of a piece as one zip, with these stems as its sound; what could not be made."""
    with tempfile.TemporaryDirectory() as folder:
        material = Material(score, recipe, mix, Mixdown(tuple(stems), 0, 1.0), Path(folder))
        return FORMATS["all"].write(material, target)


def inputs_in(run: RunFolder, data_dir: Path) -> RunInputs:
    """What a training that was left is made of, as its next process finds it."""
    return inputs_of(run.spec(), Settings(data_dir=data_dir), run.made_card())


def further(run: RunFolder, epoch: int, data_dir: Path) -> RunInputs:
    """What a new training is made of that goes on from an epoch of an earlier one."""
    spec = replace(run.spec(), name="Further", start=Start(run.path.name, epoch))
    return inputs_of(spec, Settings(data_dir=data_dir))


def run_from(inputs: RunInputs, folder: Path | None) -> Run:
    """A training, from where it was left on in `folder`."""
    songs = read_training_set(inputs.data[0], inputs.card.layout, inputs.only)
    run = Run(inputs, songs, folder, "cpu")
    run.go_on()
    return run


def under_names_of(before: Mapping[str, Any], technique_id: str, file: Path) -> bytes:
    """A file of weights as it would be under the names of weights that an older Tutti wrote."""
    names = [*technique(technique_id).current_names(before)]  # in the order of the old ones
    weights = load_tensors(file.read_bytes())
    return save_tensors({old: weights[name] for old, name in zip(before, names, strict=True)})


def heard(run: RunFolder, epoch: int, asked: Mapping[str, Any]) -> Score:
    """What a training plays as it was after an epoch, as its listen job `asked`."""
    band = Band.of(run.card(), run.weights(epoch), "", "cpu")
    return band.compose(Request(melody_from_json(asked["melody"]), "", asked["seed"])).score


def plain(value: Any) -> Any:
    """As JSON gives it back."""
    return json.loads(json.dumps(value))
