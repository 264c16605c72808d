"""From what a page asks for to what is trained: music, card, and what it goes on from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from studio.catalog.catalog import Card, Model, find, read_model
from studio.corpus.diagnosis import diagnose, layout_like, narrowed
from studio.corpus.sets import find_set, music_of
from studio.jobs.gathering import DIAGNOSIS_FILE, sets_folder
from studio.jobs.runs import card_of_run, read_run, write_run
from studio.jobs.train import TrainRequest, run_folder
from studio.machine import Settings
from studio.techniques import technique
from studio.training.fine_tuning import fine_tuned
from studio.training.inputs import RunInputs
from studio.training.rows import Row, read_rows
from studio.training.snapshots import epoch_weights
from studio.training.user_card import own_card

HISTORY_FILE = "history.jsonl"
_LONGEST_ID = 64


def plan_of(folder: Path, settings: Settings) -> RunInputs:
    """What is trained in a run's folder. The card is made once and kept there, so that a training
    that goes on is still the same.

    Raises BadMidi where the set is gone, BadModel where what it goes on from is, BadKnob for a
    setting out of range.
    """
    request, card = read_run(folder)
    base, rows = _before(request, settings)
    music = music_of(sets_folder(settings.data_dir), request.set)
    if card is None:
        card = _card(request, base, settings)
        write_run(folder, request, card)
    only = None if request.only is None else frozenset(request.only)
    return RunInputs(card, (music,), only, None, base, rows)


def _before(request: TrainRequest, settings: Settings) -> tuple[Model | None, tuple[Row, ...]]:
    """The model that the training goes on from, and the rows of an earlier run up to there."""
    if request.start is not None:
        folder = run_folder(settings.data_dir, str(request.start["run"]))
        epoch = int(request.start["epoch"])
        rows = tuple(row for row in read_rows(folder / HISTORY_FILE) if row["epoch"] <= epoch)
        return Model(card_of_run(folder), epoch_weights(folder, epoch)), rows
    if request.base:
        return read_model(find(request.base, settings.model_folders)), ()
    return None, ()


def _card(request: TrainRequest, base: Model | None, settings: Settings) -> Card:
    """The card of the model that comes of it, under an id that no other model has."""
    sets = sets_folder(settings.data_dir)
    kind = technique(base.card.technique if base else request.technique)
    music = music_of(sets, request.set)
    layout = layout_like(music, base.card.layout) if base else request.layout
    found = _diagnosis(sets / request.set, music, layout)
    if request.only is not None:
        found = narrowed(found, request.only)
    mine = {} if base else request.settings
    card = own_card(request.name, kind.id, mine, found, find_set(sets, request.set))
    if base is not None:  # its band and networks, under our name and the music's terms
        before = _with_settings(request, base.card, found["windows"])
        known = ("id", "title", "genre", "layout", "data", "licence", "follows")
        card = replace(before, **{name: getattr(card, name) for name in known})
    return replace(card, id=_free_id(card.id, settings.model_folders))


def _with_settings(request: TrainRequest, card: Card, windows: int) -> Card:
    """The card of what the training goes on from, with other settings: gentle ones that suit so
    many windows after a whole training, its own after a part of one."""
    if request.start is None:
        return fine_tuned(card, request.settings, windows)
    chosen = technique(card.technique).Settings.parse({**card.settings, **request.settings})
    return replace(card, settings=asdict(chosen), measures={})


def _diagnosis(folder: Path, music: Path, layout: str) -> dict[str, Any]:
    """What the data doctor found in the set, or finds now; no layout: the one that it finds."""
    try:
        known: dict[str, Any] = json.loads((folder / DIAGNOSIS_FILE).read_text(encoding="utf-8"))
        if layout in ("", known["layout"]):
            return known
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return diagnose(music, layout or None)


def _free_id(id: str, folders: Sequence[Path]) -> str:
    """The id, with a number behind it where another model is called so."""
    number, free = 1, id
    while any((folder / free).exists() for folder in folders):
        number += 1
        free = f"{id[: _LONGEST_ID - 1 - len(str(number))]}-{number}"
    return free
