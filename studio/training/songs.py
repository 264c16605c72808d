"""The songs of a training: laid out, every twelfth held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.corpus.layouts import LAYOUTS, LaidOut, lay_out_all
from studio.corpus.reading import Refusal, read_songs, same_files
from studio.corpus.windows import split
from studio.ground.errors import BadModel
from studio.training.cards import names


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Laid-out songs of one collection, every twelfth held out, what was refused, the songs'
    titles by name, and which of them were arranged by rule, as their manifest says."""

    songs: list[LaidOut]
    held_out: list[LaidOut]
    refusals: list[Refusal]
    titles: dict[str, str]
    by_rule: frozenset[str] = frozenset()


def read_training_set(
    data: Path | Sequence[Path], layout: str, only: frozenset[str] | None = None
) -> TrainingSet:
    """The songs of a zip or folder, or of several, that the layout can use, `only` those of these
    names where it is given; the pieces of one song are all learned from or all held out. Raises
    BadModel where fewer than two songs are left."""
    found, refusals = read_songs(data)
    songs: list[list[LaidOut]] = []
    for song in found:
        if only is not None and song.name not in only:
            continue
        pieces, reasons = lay_out_all(song, LAYOUTS[layout])
        if pieces:
            songs.append(pieces)
        else:
            refusals.append(Refusal(song.name, reasons[0]))
    if len(songs) < 2:
        where = names([data] if isinstance(data, Path) else data)
        if songs:
            raise BadModel(
                f"{where} holds only one song that can be learned from, and one more is needed to "
                "listen to: add music."
            )
        raise BadModel(f"{where} holds no songs that the {layout} layout can learn from.")
    training, held_out = split(songs)  # all of them: who is held out must not hang on who is twice
    twins, names_here = same_files(found), {song[0].name for song in songs}
    training, held_out = (
        [song for song in some if twins.get(song[0].name) not in names_here]
        for some in (training, held_out)
    )
    if not training:
        raise BadModel("All files here are one and the same song: add another one.")
    return TrainingSet(
        [piece for song in training for piece in song],
        [piece for song in held_out for piece in song],
        refusals,
        {song.name: song.title for song in found},
        frozenset(song.name for song in found if song.facts.get("accompaniment")),
    )
