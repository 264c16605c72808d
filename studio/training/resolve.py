"""From what is asked of a training to what it is made of: card, music, and what it goes on from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from studio.catalog import GENRES, Card, Model, find
from studio.corpus.diagnosis import as_json, check, diagnose, layout_like, narrowed
from studio.corpus.sets import (
    DIAGNOSIS,
    UNKNOWN_FOLLOWS,
    UNKNOWN_LICENCE,
    MusicSet,
    find_set,
    music_of,
    sets,
    sets_folder,
)
from studio.corpus.sources import Tell, gather, is_source
from studio.ground import Settings
from studio.ground.errors import BadKnob, BadMidi
from studio.techniques import technique
from studio.training.cards import fine_tuned, named, own_card
from studio.training.folder import RunFolder
from studio.training.rows import Row
from studio.training.spec import RunSpec


@dataclass(frozen=True, slots=True)
class RunInputs:
    """The model that `card` describes is to learn from the songs of `data` (`only` those of these
    names, where given), with drummers of `drums` in place of drums written by rule. It goes on from
    the weights of `base`; where those are of an epoch of an earlier run, `rows` are that run's
    until then, and epochs are counted on from them."""

    card: Card
    data: tuple[Path, ...]
    only: frozenset[str] | None = None
    drums: Path | None = None
    base: Model | None = None
    rows: tuple[Row, ...] = ()


def inputs_of(
    spec: RunSpec,
    settings: Settings,
    card: Card | None = None,
    tell: Tell = lambda _text, _share: None,
) -> RunInputs:
    """What a training is made of; its card is made anew where none is given. A set that Tutti knows
    is fetched first where it is not there yet, which `tell` hears of: what is done, and its share.

    Raises BadMidi for music that cannot be learned from, BadModel where what it goes on from is
    gone or for an unknown technique, BadKnob for a setting, preset, layout, set or name there is
    not.
    """
    base, rows = _before(spec, settings)
    if not spec.data:  # a set of the data folder, on whatever there was before
        music = music_of(sets_folder(settings.data_dir), spec.set)
        only = None if spec.only is None else frozenset(spec.only)
        card = card or _card(spec, base, music, settings)
        return RunInputs(card, (music,), only, None, base, tuple(rows))
    if spec.genre or base is not None:
        files = tuple(map(Path, spec.data))
        card = card or _known_card(spec, base, files)
        return RunInputs(card, files, None, Path(spec.drums) if spec.drums else None, base)
    chosen = {**_preset(spec), **spec.settings}
    known, files = _music(spec.data, sets_folder(settings.data_dir), tell)
    diagnosis = as_json(check(_one_or_more(files), spec.layout or known.layout or None))
    return RunInputs(card or own_card(spec.name, spec.technique, chosen, diagnosis, known), files)


def _known_card(spec: RunSpec, base: Model | None, files: tuple[Path, ...]) -> Card:
    """Of a shipped genre, or a model that goes on, with files of the user's own."""
    if base is None:
        card = GENRES[spec.genre].card(spec.technique, spec.settings)
    else:
        music = _one_or_more(files)
        layout = layout_like(music, base.card.layout)
        windows = sum(song.windows for song in check(music, layout).kept)
        card = replace(fine_tuned(base.card, spec.settings, windows), layout=layout)
    return named(card, spec.name) if spec.name else card


def _before(spec: RunSpec, settings: Settings) -> tuple[Model | None, list[Row]]:
    """The model that the training goes on from, and the rows of an earlier run up to there."""
    if spec.start is not None and not spec.data:
        run, epoch = RunFolder.of(settings.data_dir, spec.start.run), spec.start.epoch
        rows = [row for row in run.rows() if row["epoch"] <= epoch]
        return Model(run.card(), run.weights(epoch)), rows
    if spec.base:
        return Model.read(find(spec.base, settings.model_folders)), []
    return None, []


def _card(spec: RunSpec, base: Model | None, music: Path, settings: Settings) -> Card:
    """The card of the model that comes of it, under an id that no other model has."""
    folder = sets_folder(settings.data_dir)
    kind = technique(base.card.technique if base else spec.technique)
    layout = layout_like(music, base.card.layout) if base else spec.layout
    found = _diagnosis(folder / spec.set, music, layout)
    if spec.only is not None:
        found = narrowed(found, spec.only)
    mine = {} if base else {**_preset(spec), **spec.settings}
    card = own_card(spec.name, kind.id, mine, found, find_set(folder, spec.set))
    if base is not None:  # its band and networks, under our name and the music's terms
        before = _with_settings(spec, base.card, found["windows"])
        known = ("id", "title", "genre", "layout", "data", "licence", "follows")
        card = replace(before, **{name: getattr(card, name) for name in known})
    folders = settings.model_folders
    free = (id for id in Card.ids(card.id) if not any((each / id).exists() for each in folders))
    return replace(card, id=next(free))


def _with_settings(spec: RunSpec, card: Card, windows: int) -> Card:
    """The card of what the training goes on from, with other settings: gentle ones that suit so
    many windows after a whole training, its own after a part of one."""
    if spec.start is None:
        return fine_tuned(card, spec.settings, windows)
    chosen = technique(card.technique).Settings.parse({**card.settings, **spec.settings})
    return replace(card, settings=asdict(chosen), measures={})


def _preset(spec: RunSpec) -> Mapping[str, float | int]:
    presets = technique(spec.technique).presets
    found = {name.casefold(): values for name, values in presets.items()}
    if spec.preset and spec.preset.casefold() not in found:
        raise BadKnob(
            f"There is no preset called {spec.preset!r}: choose one of {', '.join(presets)}."
        )
    return found.get(spec.preset.casefold(), {})


def _music(data: Sequence[str], folder: Path, tell: Tell) -> tuple[MusicSet, tuple[Path, ...]]:
    """What is known of the music, and where it lies."""
    if len(data) == 1 and is_source(data[0]):
        known = (music for music in sets(folder) if f"{music.kind}:{music.key}" == data[0])
        music = next(known, None) or gather(folder, data[0], tell)
        return music, (music_of(folder, music.id),)
    files = tuple(map(Path, data))
    for file in files:
        if not file.exists():
            raise BadMidi(f"There is no {file.name}: give a zip or a folder of MIDI files.")
    name = " and ".join(file.stem for file in files)
    source = "files of the user's own"
    return MusicSet("", name, "upload", source, UNKNOWN_LICENCE, UNKNOWN_FOLLOWS), files


def _one_or_more(files: tuple[Path, ...]) -> Path | tuple[Path, ...]:
    return files if len(files) > 1 else files[0]


def _diagnosis(folder: Path, music: Path, layout: str) -> dict[str, Any]:
    """What the data doctor found in the set, or finds now; no layout: the one that it finds."""
    try:
        known: dict[str, Any] = json.loads((folder / DIAGNOSIS).read_text(encoding="utf-8"))
        if layout in ("", known["layout"]):
            return known
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return diagnose(music, layout or None)
