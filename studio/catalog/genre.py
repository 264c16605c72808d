"""What is known of a genre: all of it in one place, one file a genre in `genres/`.

Numbers of epochs are for about twenty minutes on one processor core.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import ClassVar

from studio.catalog.card import Card
from studio.corpus.chords import PER_BEAT
from studio.music.instruments import Part, kit_rows
from studio.techniques import technique

_DRUMMERS_SHA256 = "801c24be12daad89491ced033b62e99ac4b574139f8f12b75e4ff15913ecf32b"


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection to learn from: its `file`, its `share` of what the shared transformer hears, the
    `layout` of its songs where it is not the genre's; of tunes without a band how their chords are
    read (`tunes`, see `studio.corpus.chords`). `sha256` of the file: a card says what a model
    learned from only where it was this one, byte for byte; None where only the shared transformer
    learns from it."""

    file: str
    share: float
    layout: str | None = None
    tunes: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class SharedStyle:
    """The genre as one of the styles of the shared transformer: its number, and what its card
    says."""

    style: int
    description: str
    data: str


@dataclass(frozen=True, slots=True)
class Genre:
    """`layout` of its songs, see `studio.corpus.layouts`; `harmony`, whose chords the planner
    thinks of; `drummers`, the styles of human drumming that stand in for drums arranged by rule;
    `settings` of each technique that are not its defaults; whether the band `swings`, whatever the
    melody does; how it is usually arranged, values of an `arrangement`; `shared` where the shared
    transformer knows it."""

    DRUMMERS: ClassVar = "groove_drums.zip"  # the file of those human drummers

    id: str
    title: str
    description: str
    parts: tuple[Part, ...]
    layout: str
    harmony: str
    data: str
    licence: str
    follows: str
    sources: tuple[Collection, ...]
    settings: Mapping[str, Mapping[str, float | int]]
    drummers: tuple[str, ...] = ()
    swings: bool = False
    arrangement: Mapping[str, str | float] = field(default_factory=dict)
    shared: SharedStyle | None = None

    @property
    def files(self) -> dict[str, str]:
        """What a model of this genre alone learns from, by name, with the SHA-256 of each; the
        drummers last."""
        songs = {source.file: source.sha256 for source in self.sources if source.sha256}
        return songs | ({Genre.DRUMMERS: _DRUMMERS_SHA256} if self.drummers else {})

    def card(self, technique_id: str, changes: Mapping[str, float | int]) -> Card:
        """The card of a model before training; `changes` are settings other than the genre's own.

        Raises BadKnob for a setting there is not, BadModel for an unknown technique.
        """
        kind = technique(technique_id)
        own = self.settings.get(technique_id, {})
        return Card(
            id=f"{self.id}-{technique_id}",
            title=self.title,
            genre=self.id,
            technique=technique_id,
            description=self.description,
            parts=self.parts,
            data=self.data,
            licence=self.licence,
            follows=self.follows,
            layout=self.layout,
            harmony=self.harmony,
            per_beat=self.harmony in PER_BEAT,
            settings=asdict(kind.Settings.parse({**own, **changes})),
            parameters=0,
            reproduce=self._command(technique_id),
            swings=self.swings,
        )

    def _command(self, technique_id: str) -> str:
        words = [f"tutti train --genre {self.id} --technique {technique_id}"]
        words += [f"--data {name}" for name in self.files if name != Genre.DRUMMERS]
        words += [f"--drums {Genre.DRUMMERS}"] if self.drummers else []
        return " ".join(words)


def drums(velocity: int, kit: Mapping[int, tuple[int, ...]]) -> Part:
    """The drums of a band, accented as people play that kit."""
    return Part("Drums", 0, 4, 36, 51, velocity, is_drum=True, accents=kit_rows(kit))
