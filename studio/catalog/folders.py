"""Which models there are: a folder each, Tutti's own and the user's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from studio.catalog.card import FILE, Card
from studio.ground import assets
from studio.ground.errors import BadModel


def models(
    folders: Iterable[Path] = (assets.SHIPPED,),
) -> tuple[tuple[Card, ...], tuple[str, ...]]:
    """The cards of all models in the folders, in id order, and a sentence for each broken one."""
    cards: dict[str, Card] = {}
    problems: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob(f"*/{FILE}")):
            try:
                card = Card.read(path.parent)
                cards.setdefault(card.id, card)
            except BadModel as error:
                problems.append(str(error))
    return tuple(cards[id] for id in sorted(cards)), tuple(problems)


def find(id: str, folders: Sequence[Path] = (assets.SHIPPED,)) -> Path:
    """The folder of a model; raises BadModel, naming the models there are."""
    if Card.is_id(id):
        for folder in folders:
            if (folder / id / FILE).is_file():
                return folder / id
    names = ", ".join(card.id for card in models(folders)[0]) or "none"
    raise BadModel(f"There is no model called {id[:32]!r}: choose one of {names}.")
