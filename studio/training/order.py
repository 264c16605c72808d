"""A training as a person orders it, in a few words: music, technique, settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.corpus.diagnosis import as_json, check
from studio.corpus.sets import UNKNOWN_FOLLOWS, UNKNOWN_LICENCE, MusicSet, music_of, sets
from studio.corpus.sources import Tell, gather, is_source
from studio.errors import BadKnob, BadMidi
from studio.techniques import technique
from studio.training.inputs import RunInputs
from studio.training.user_card import own_card


@dataclass(frozen=True, slots=True)
class Order:
    """`data` are zips or folders of MIDI files, or one set's name, such as `builtin:chorales`;
    `settings` those that are neither the technique's defaults nor the preset's."""

    name: str
    data: tuple[str, ...]
    technique: str = "gan"
    preset: str = ""
    settings: Mapping[str, Any] | None = None
    layout: str = ""


def plan_of(order: Order, sets_folder: Path, tell: Tell) -> RunInputs:
    """The plan of an order; a set that is named is gathered first, where it is not there yet.

    Raises BadMidi for music that cannot be learned from, BadKnob for a setting, preset, layout or
    set there is not, BadModel for an unknown technique.
    """
    chosen = _preset(order) | dict(order.settings or {})
    music, files = _music(order.data, sets_folder, tell)
    one_or_more = files if len(files) > 1 else files[0]
    diagnosis = as_json(check(one_or_more, order.layout or music.layout or None))
    card = own_card(order.name, order.technique, chosen, diagnosis, music)
    return RunInputs(card, files)


def _preset(order: Order) -> dict[str, float | int]:
    presets = technique(order.technique).presets
    found = {name.casefold(): values for name, values in presets.items()}
    if order.preset and order.preset.casefold() not in found:
        raise BadKnob(
            f"There is no preset called {order.preset!r}: choose one of {', '.join(presets)}."
        )
    return dict(found.get(order.preset.casefold(), {}))


def _music(data: Sequence[str], sets_folder: Path, tell: Tell) -> tuple[MusicSet, tuple[Path, ...]]:
    """What is known of the music, and where it lies."""
    if len(data) == 1 and is_source(data[0]):
        music = _gathered(data[0], sets_folder, tell)
        return music, (music_of(sets_folder, music.id),)
    files = tuple(Path(word) for word in data)
    for file in files:
        if not file.exists():
            raise BadMidi(f"There is no {file.name}: give a zip or a folder of MIDI files.")
    name = " and ".join(file.stem for file in files)
    source = "files of the user's own"
    return MusicSet("", name, "upload", source, UNKNOWN_LICENCE, UNKNOWN_FOLLOWS), files


def _gathered(name: str, folder: Path, tell: Tell) -> MusicSet:
    for music in sets(folder):
        if f"{music.kind}:{music.key}" == name:
            return music
    return gather(folder, name, tell)
