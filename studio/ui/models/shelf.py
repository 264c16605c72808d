"""The models that there are, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.catalog import Card, find, models
from studio.ground.errors import BadModel
from studio.music.instruments import instrument_name
from studio.pictures import PICTURE_FILE
from studio.techniques import technique
from studio.training.curves import Row, read_rows, standing
from studio.ui import house

INDEX, LOW, HIGH = "similarity", "similarity_low", "similarity_high"
FLOOR, CEILING = "similarity_floor", "similarity_ceiling"


@dataclass(frozen=True, slots=True)
class Shelf:
    """All models, the user's own first, each kind in the order of genre and technique; a sentence
    for each that is broken."""

    own: tuple[Card, ...]
    shipped: tuple[Card, ...]
    problems: tuple[str, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        return self.own + self.shipped

    def get(self, id: str | None) -> Card | None:
        """The model of that id, where there is one."""
        return next((card for card in self.cards if card.id == id), None)


def read_shelf() -> Shelf:
    """What lies on disk at this moment."""
    cards, problems = models(house.settings().model_folders)
    ranked = sorted(cards, key=lambda card: (card.title.casefold(), card.technique, card.id))
    own = tuple(card for card in ranked if is_own(card))
    return Shelf(own, tuple(card for card in ranked if not is_own(card)), problems)


def folder_of(card: Card) -> Path:
    """Where a model lies; raises BadModel where it is gone."""
    return find(card.id, house.settings().model_folders)


def is_own(card: Card) -> bool:
    """Whether a model is the user's, not a shipped one."""
    return (own_folder() / card.id / "card.json").is_file()


def own_folder() -> Path:
    """Where the user's own models lie."""
    return house.settings().data_dir / "models"


def picture_of(card: Card) -> Path | None:
    """A model's picture, where it has one."""
    try:
        path = folder_of(card) / PICTURE_FILE
    except BadModel:
        return None
    return path if path.is_file() else None


def rows_of(card: Card) -> list[Row]:
    """The history of a model's training. Of a network that plays several styles, unseen music of
    its own style alone, where that was measured."""
    try:
        rows = read_rows(folder_of(card) / "history.jsonl")
    except BadModel:
        return []
    unseen = technique(card.technique).judged_by
    mine = f"{unseen}_{card.genre}"
    if unseen is None or not any(mine in row for row in rows):
        return rows
    return [
        {unseen if name == mine else name: value for name, value in row.items()
         if name == mine or not name.startswith(unseen)}
        for row in rows
    ]  # fmt: skip


def name(card: Card) -> str:
    """Title and technique, as text."""
    return f"{card.title} · {technique(card.technique).title}"


def names(cards: Sequence[Card]) -> dict[str, str]:
    """By id what each is called, with its id where two are called the same."""
    called = [name(card) for card in cards]
    return {
        card.id: text if called.count(text) == 1 else f"{text} ({card.id})"
        for card, text in zip(cards, called, strict=True)
    }


def way(card: Card) -> float | None:
    """How far a model has come from random notes (0) to real music (1: below the floor the index
    says nothing); None where its index was not measured."""
    known = card.measures
    if not {INDEX, FLOOR, CEILING} <= set(known) or known[CEILING] <= known[FLOOR]:
        return None
    return min((known[CEILING] - known[INDEX]) / (known[CEILING] - known[FLOOR]), 1.0)


def stands(card: Card) -> str:
    """Where a model's index stands, as a sentence; empty where it was not measured."""
    known = card.measures
    if not {INDEX, FLOOR, CEILING} <= set(known):
        return ""
    return standing(known[INDEX], known[FLOOR], known[CEILING])


def band_of(card: Card) -> str:
    """The parts with their instruments, as text."""
    parts = [f"{part.name} ({instrument_name(part.program, part.is_drum)})" for part in card.parts]
    return ", ".join(parts)
