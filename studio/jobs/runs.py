"""What lies in a training's folder beside its checkpoints: `run.json`, with what was asked for and
the card of the model that comes of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.errors import BadModel
from studio.jobs.train import RUN_FILE, TrainRequest
from studio.machine import files

if TYPE_CHECKING:
    from studio.catalog.catalog import Card


def read_run(folder: Path) -> tuple[TrainRequest, Card | None]:
    """What was asked for, and the card from when the training began on; raises BadModel where the
    training is gone."""
    try:
        raw = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        card = raw.get("card")
        request = TrainRequest(**raw["request"])
        return request, _card(card) if card else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadModel("This training is not there any more: begin a new one.") from error


def card_of_run(folder: Path) -> Card:
    """The card of the model that a training makes; raises BadModel where it has not begun."""
    card = read_run(folder)[1]
    if card is None:
        raise BadModel("This training has not begun yet: wait until its first epoch.")
    return card


def write_run(folder: Path, request: TrainRequest, card: Card | None = None) -> None:
    """Writes both, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"request": request.payload(), "card": asdict(card) if card else None}
    write_json(folder / RUN_FILE, facts)


def write_json(path: Path, value: Any) -> None:
    """Writes a file so that a reader, or a crash, meets the old one or the new one."""
    files.write_whole(path, json.dumps(value, ensure_ascii=False) + "\n", durable=True)


def _card(raw: dict[str, Any]) -> Card:
    from studio.catalog.catalog import Card
    from studio.music.instruments import Part

    return Card(**{**raw, "parts": tuple(Part(**part) for part in raw["parts"])})
