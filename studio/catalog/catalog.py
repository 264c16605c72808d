"""Models on disk: a folder each, with a card, weights, the training's history and the copy check.

`<id>/card.json`, `weights.safetensors` (fp16), `history.jsonl`, and where there is a copy check
`copies.safetensors` and `copies.json`. Nothing in it can run: weights are safetensors, the rest is
JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from studio.errors import BadModel, TuttiError
from studio.machine import assets
from studio.measures import CopyIndex
from studio.music.instruments import Part
from studio.techniques import technique

FORMAT = 1
_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,63}$")
_MAX_WEIGHT_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is: which technique and genre, which parts it adds, what it learned from."""

    id: str
    title: str
    genre: str
    technique: str
    description: str
    parts: tuple[Part, ...]
    data: str
    licence: str
    follows: str  # what the data's licence means for the user
    layout: str  # how the training songs are laid out, see studio.corpus.layouts
    harmony: str  # whose chords the planner thinks of, see studio.chords.inputs.STYLES
    per_beat: bool  # chords change by the beat, else by the half bar
    settings: dict[str, float | int]
    parameters: int
    reproduce: str
    swings: bool = False  # the band swings its eighths, whatever the melody does
    shares: str = ""  # the model beside it whose weights it plays with, where it has none
    measures: dict[str, float] = field(default_factory=dict)
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Model:
    """A model ready to be built: its card, weights by name, and the index of its training songs
    where there is one."""

    card: Card
    weights: dict[str, NDArray[Any]]
    copies: CopyIndex | None = None


def models(folders: Iterable[Path] = (assets.SHIPPED,)) -> tuple[tuple[Card, ...], tuple[str, ...]]:
    """The cards of all models in the folders, in id order, and a sentence for each broken one."""
    cards: dict[str, Card] = {}
    problems: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*/card.json")):
            try:
                card = read_card(path.parent)
                cards.setdefault(card.id, card)
            except BadModel as error:
                problems.append(str(error))
    return tuple(cards[id] for id in sorted(cards)), tuple(problems)


def is_id(name: str) -> bool:
    """Whether a model may be called so: small letters, digits and hyphens, up to 64."""
    return _ID.match(name) is not None


def find(id: str, folders: Sequence[Path] = (assets.SHIPPED,)) -> Path:
    """The folder of a model; raises BadModel, naming the models there are."""
    if is_id(id):
        for folder in folders:
            if (folder / id / "card.json").is_file():
                return folder / id
    names = ", ".join(card.id for card in models(folders)[0]) or "none"
    raise BadModel(f"There is no model called {id[:32]!r}: choose one of {names}.")


def read_card(folder: Path) -> Card:
    """A model's card; raises BadModel where it is missing, damaged or from a newer version."""
    try:
        raw = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        if raw["format"] > FORMAT:
            raise BadModel(f"The model {folder.name} needs a newer Tutti: update Tutti to use it.")
        raw["parts"] = tuple(Part(**part) for part in raw["parts"])
        card = Card(**raw)
        technique(card.technique).Settings.parse(card.settings)
        texts = (card.title, card.genre, card.description, card.data, card.licence, card.follows)
        if not all(isinstance(text, str) for text in texts) or type(card.parameters) is not int:
            raise _damaged(folder, "card")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, BadModel):
            raise
        raise _damaged(folder, "card") from error
    if card.id != folder.name or not card.parts or not (not card.shares or _ID.match(card.shares)):
        raise _damaged(folder, "card")
    return card


def weights_path(folder: Path, card: Card) -> Path:
    """Where a model's weights lie: its own, or those of the model whose it shares."""
    return (folder.parent / card.shares if card.shares else folder) / "weights.safetensors"


def read_model(folder: Path) -> Model:
    """Card, weights and copy check; raises BadModel where card or weights are missing, one of the
    three is damaged, or a weight is not a finite number."""
    card = read_card(folder)
    path = weights_path(folder, card)
    try:
        if path.stat().st_size > _MAX_WEIGHT_BYTES:
            raise _damaged(folder, "weights")
        weights = load_tensors(path.read_bytes())
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        if isinstance(error, TuttiError):
            raise
        raise _damaged(folder, "weights") from error
    if not all(np.isfinite(value).all() for value in weights.values()):
        raise _damaged(folder, "weights")
    checked = any((folder / name).exists() for name in CopyIndex.FILES)
    return Model(card, weights, CopyIndex.load(folder) if checked else None)


def write_model(
    folder: Path,
    card: Card,
    weights: Mapping[str, NDArray[Any]],
    history: Iterable[Mapping[str, float]],
    copies: CopyIndex | None = None,
) -> None:
    """Writes a model folder; the card last, so that a folder with a card is whole. A model that
    shares another's weights writes none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.json").unlink(missing_ok=True)
    own = folder / "weights.safetensors"
    own.unlink(missing_ok=True)
    if not card.shares:
        half = {name: np.ascontiguousarray(value, np.float16) for name, value in weights.items()}
        own.write_bytes(save_tensors(half))
    lines = [json.dumps(dict(event)) for event in history]
    (folder / "history.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in CopyIndex.FILES:  # those of an earlier training
        (folder / name).unlink(missing_ok=True)
    if copies is not None:
        copies.save(folder)
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n"
    (folder / "card.json").write_text(text, encoding="utf-8")


def _damaged(folder: Path, part: str) -> BadModel:
    return BadModel(f"The {part} of the model {folder.name} is missing or damaged: reinstall it.")
