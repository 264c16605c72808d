"""The card of a model: what it is, and what it learned from. `card.json` is believed only as far as
every value is what it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, field
from itertools import count
from pathlib import Path
from typing import Annotated

from pydantic import Field, FiniteFloat, TypeAdapter
from pydantic.dataclasses import dataclass

from studio.ground.errors import BadModel
from studio.music.instruments import Part
from studio.techniques import technique

FORMAT = 1
FILE = "card.json"
_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,63}$")


@dataclass(frozen=True, slots=True, config={"extra": "forbid"})
class Card:
    """What a model is: which technique and genre, which parts it adds, what it learned from."""

    id: str
    title: str
    genre: str
    technique: str
    description: str
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    data: str
    licence: str
    follows: str  # what the data's licence means for the user
    layout: str  # how the training songs are laid out, see studio.corpus.layouts
    harmony: str  # whose chords the planner thinks of, see studio.chords
    per_beat: bool  # chords change by the beat, else by the half bar
    settings: dict[str, int | FiniteFloat]
    parameters: int
    reproduce: str
    swings: bool = False  # the band swings its eighths, whatever the melody does
    shares: str = ""  # the model beside it whose weights it plays with, where it has none
    choices: int = 1  # among how many takes its critic chooses, where it has one
    measures: dict[str, FiniteFloat] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def name(self) -> str:
        """What it is called among those of all techniques: `Bach · AR-CNN`."""
        return f"{self.title} · {technique(self.technique).title}"

    @staticmethod
    def is_id(name: str) -> bool:
        """Whether a model may be called so: small letters, digits and hyphens, up to 64."""
        return _ID.match(name) is not None

    @staticmethod
    def ids(wanted: str) -> Iterator[str]:
        """The id, then others with -2, -3 … behind it for where it is taken."""
        yield wanted
        for number in count(2):
            yield f"{wanted[: 63 - len(str(number))]}-{number}"

    @staticmethod
    def parse(data: bytes) -> Card:
        """The card that is JSON; raises ValueError where it is none, KeyError or BadKnob for
        settings that its technique has not, BadModel for a technique that is not known here."""
        card = _CARD.validate_json(data, strict=True)
        technique(card.technique).Settings.parse(card.settings)
        return card

    @staticmethod
    def read(folder: Path) -> Card:
        """A model's card; raises BadModel where it is missing, damaged or from a newer version."""
        try:
            data = (folder / FILE).read_bytes()
            if is_newer(data):
                raise BadModel(
                    f"The model {folder.name} needs a newer Tutti: update Tutti to use it."
                )
            card = Card.parse(data)
        except BadModel:
            raise
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise damaged(folder, "card") from error
        if card.id != folder.name or not (not card.shares or _ID.match(card.shares)):
            raise damaged(folder, "card")
        return card

    def text(self) -> str:
        """The card as its file holds it; one without a critic says nothing of choices."""
        told = asdict(self)
        if self.choices == 1:
            del told["choices"]
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"

    def weights(self, folder: Path) -> Path:
        """Where the weights of the model in a folder lie: there, or with the model whose it
        shares."""
        return (folder.parent / self.shares if self.shares else folder) / "weights.safetensors"


_CARD = TypeAdapter(Card)


def is_newer(data: bytes) -> bool:
    """Whether a card was written by a later Tutti; raises what `json` raises for what is none."""
    raw = json.loads(data)
    return type(raw["format"]) is int and raw["format"] > FORMAT


def damaged(folder: Path, part: str) -> BadModel:
    """The error for a part of a model that cannot be used."""
    return BadModel(f"The {part} of the model {folder.name} is missing or damaged: reinstall it.")
