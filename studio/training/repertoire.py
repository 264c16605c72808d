"""What the shared transformer learns from: the bands of all genres, and tunes that have none.

A song that any set holds out is learned from in no other, by its title: the public-domain tunes
stand in several sets under different bands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from studio.catalog import GENRES, Genre
from studio.corpus.chords import ChordSong, read_chord_songs
from studio.corpus.layouts import LAYOUTS, SLIPS, LaidOut, lay_out_all, steady_pieces
from studio.corpus.reading import read_songs
from studio.corpus.windows import SongRolls, Windows, song_rolls, split
from studio.ground.errors import BadModel
from studio.music.instruments import Part
from studio.music.roll import Window
from studio.music.score import Score, Track
from studio.techniques import technique
from studio.training.drummers import drummers
from studio.training.loop import with_waltzes

_KIND = technique("transformer")  # that can play all genres
_NOT_WORDS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class StyleCollection:
    """One collection: the `style` it teaches, its `file`, the `layout` of its songs, None for tunes
    without a band, its `share` of the passages drawn, and how the chords of tunes are read."""

    style: str
    file: str
    layout: str | None
    share: float
    tunes: str = "leadsheets"


SOURCES: tuple[StyleCollection, ...] = tuple(
    StyleCollection(genre.id, source.file, None, source.share, source.tunes)
    if source.tunes
    else StyleCollection(genre.id, source.file, source.layout or genre.layout, source.share)
    for genre in GENRES.values()
    if genre.shared is not None
    for source in genre.sources
)


@dataclass(frozen=True, slots=True)
class Repertoire:
    """Windows to learn from and held-out ones by source, the laid-out songs of each style with
    their titles, and the parts of each style's band."""

    sources: tuple[StyleCollection, ...]
    windows: list[Windows]
    held_out: list[Windows]
    learned: dict[str, list[LaidOut]]
    unseen: dict[str, list[LaidOut]]
    titles: dict[str, str]
    bands: list[tuple[Part, ...]]

    def draw(self, size: int, rng: np.random.Generator) -> list[Window]:
        """Passages from all sources, as often as their shares say."""
        shares = np.array([source.share for source in self.sources])
        chosen = rng.choice(len(shares), size, p=shares / shares.sum())
        return [self.windows[i].batch(1, rng)[0] for i in chosen.tolist()]

    @property
    def bars(self) -> float:
        """Bars of all passages without overlap, weighed as they are drawn: an epoch."""
        return float(sum(len(windows) for windows in self.windows))


@dataclass(frozen=True, slots=True)
class _Set:
    source: StyleCollection
    songs: list[LaidOut]
    held_out: list[LaidOut]
    by_rule: frozenset[str]


def read_repertoire(folder: Path, sources: Sequence[StyleCollection] = SOURCES) -> Repertoire:
    """Everything in a folder of the sources' files. Raises BadModel, naming a missing one."""
    sets: list[_Set] = []
    titles: dict[str, str] = {}
    for source in sources:
        found, names = _read(source, _find(folder, source.file))
        sets.append(found)
        titles |= names
    taken = {_plain(titles.get(song.name, song.name)) for one in sets for song in one.held_out}
    windows, held_out = [], []
    learned: dict[str, list[LaidOut]] = {}
    unseen: dict[str, list[LaidOut]] = {}
    for one in sets:
        songs = [s for s in one.songs if _plain(titles.get(s.name, s.name)) not in taken]
        windows.append(Windows(_rolls(one, songs, folder, waltzes=True), _KIND.window_bars))
        held_out.append(
            Windows(_rolls(one, one.held_out, folder, waltzes=False), _KIND.window_bars)
        )
        if one.source.layout:
            learned.setdefault(one.source.style, []).extend(songs)
            unseen.setdefault(one.source.style, []).extend(one.held_out)
    return Repertoire(
        tuple(sources), windows, held_out, learned, unseen, titles,
        [GENRES[style].parts if style in GENRES else () for style in _KIND.styles],
    )  # fmt: skip


def _find(folder: Path, name: str) -> Path:
    found = sorted(folder.rglob(name))
    if not found:
        raise BadModel(f"There is no {name} in {folder}: put it there.")
    return found[0]


def _read(source: StyleCollection, path: Path) -> tuple[_Set, dict[str, str]]:
    songs, _ = read_songs([path])  # named by their set
    titles = {song.name: song.title for song in songs}
    if source.layout is None:
        tunes = [_tune(tune, path) for tune in read_chord_songs(path, source.tunes)]
        learned, held_out = split(tunes)
        return _Set(source, learned, held_out, frozenset()), titles
    pieces, slipped = [], []
    for song in songs:
        found, reasons = lay_out_all(song, LAYOUTS[source.layout])
        if found:
            pieces.append(found)
        elif SLIPS in reasons:
            slipped += steady_pieces(song)
    training, unseen = split(pieces)
    return _Set(
        source,
        [piece for song in training for piece in song] + slipped,
        [piece for song in unseen for piece in song],
        frozenset(song.name for song in songs if song.facts.get("accompaniment")),
    ), titles


def _tune(tune: ChordSong, path: Path) -> LaidOut:
    """A melody with its chords and no band."""
    score = Score((Track("Melody", tune.notes),), metre=tune.metre)
    return LaidOut(f"{path.stem}/{tune.name}", score, tune.triads, tune.unit_ticks, tune.signature)


def _rolls(one: _Set, songs: Sequence[LaidOut], folder: Path, waltzes: bool) -> list[SongRolls]:
    style = one.source.style
    rolls = [replace(song_rolls(song), style=_KIND.styles.index(style)) for song in songs]
    rolls = [_played_by_people(song, one.by_rule) for song in rolls]
    if one.source.layout and GENRES[style].drummers:
        rolls = drummers(_find(folder, Genre.DRUMMERS), style, GENRES[style].parts, one.by_rule, 0)(
            rolls
        )
    return with_waltzes(rolls, one_in=6) if waltzes and one.source.layout else rolls


def _played_by_people(song: SongRolls, by_rule: frozenset[str]) -> SongRolls:
    """Without the dynamics that a program wrote."""
    if song.name not in by_rule or song.loud_parts is None:
        return song
    return replace(song, loud_parts=np.zeros_like(song.loud_parts))


def _plain(title: str) -> str:
    """A title to compare: without case, signs and the author's name."""
    words = _NOT_WORDS.sub(" ", title.rsplit("(", 1)[0].casefold()).strip()
    return words or title
