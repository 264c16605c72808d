"""The card of a model in training: a user's own, which takes its band and terms from the music set;
one that goes on from where another stopped; and what each says of the music that it learned from,
made true by the files themselves."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from studio.catalog import GENRES, Card
from studio.corpus.chords import PER_BEAT
from studio.corpus.layouts import LAYOUTS
from studio.corpus.sets import UNKNOWN_FOLLOWS, UNKNOWN_LICENCE, MusicSet
from studio.ground import files
from studio.ground.errors import BadKnob, BadMidi
from studio.music.instruments import Part
from studio.music.score import clean_text
from studio.techniques import Technique, technique

NAMELESS = "my-band"
_LONGEST_ID = 64
_BY_LAYOUT = {genre.layout: genre for genre in GENRES.values()}
# whose chords the planner thinks of, where neither the set nor a genre of the layout says
_HARMONIES = {"quartet": "artsong", "voices": "artsong", "band": "pop"}
_FEWEST, _MOST = 4, 16  # times that the music is gone through
_WINDOWS = 2100  # of thirty songs: what is thought of where nobody counted
_SLOWER = 4  # times: twice as quick forgets twice as much, and is no better on unseen rags
_SONGS, _HELD_OUT = "{songs}", "{held_out}"


def slug(name: str) -> str:
    """A name as an id has it; one without letters of the Latin alphabet is `NAMELESS`."""
    stem = files.file_stem(name, NAMELESS)
    return stem if re.search("[a-z]", stem) else NAMELESS


def own_card(
    name: str,
    technique_id: str,
    settings: Mapping[str, object],
    diagnosis: Mapping[str, Any],
    music: MusicSet,
) -> Card:
    """The card of a model before it learns from `music`, which `diagnosis` describes; `settings`
    are those other than the technique's own. In its `data`, `{songs}` and `{held_out}` stand for
    numbers that training finds.

    Raises BadKnob for a setting there is not or one out of range, BadModel for an unknown
    technique, BadMidi where no song is kept.
    """
    kind = technique(technique_id)
    chosen = kind.Settings.parse(settings)
    layout = str(diagnosis["layout"])
    parts = tuple(Part(**part) for part in diagnosis["parts"])
    if not parts:
        raise BadMidi(f"No song here can be laid out as {layout}: choose another layout or music.")
    title = clean_text(name) or NAMELESS.replace("-", " ").capitalize()
    stem = slug(name)[: _LONGEST_ID - 1 - len(technique_id)].strip("-")
    harmony = _harmony(layout, music)
    return Card(
        id=f"{stem}-{technique_id}",
        title=title,
        genre=music.name[:1].upper() + music.name[1:],  # models of one set can be compared
        technique=technique_id,
        description=f"{', '.join(part.name for part in parts)}, learned from {music.name}.",
        parts=parts,
        data=_data(music),
        licence=music.licence,
        follows=music.follows,
        layout=layout,
        harmony=harmony,
        per_beat=harmony in PER_BEAT,
        settings=asdict(chosen),
        parameters=0,
        reproduce=_command(stem, technique_id, chosen, layout, music),
        swings=layout in _BY_LAYOUT and _BY_LAYOUT[layout].swings,
    )


def _harmony(layout: str, music: MusicSet) -> str:
    """The set's own, where its chords change as often as the layout's do."""
    fits = music.harmony and (music.harmony in PER_BEAT) == LAYOUTS[layout].per_beat
    genre = _BY_LAYOUT.get(layout)
    own = genre.harmony if genre is not None else _HARMONIES[layout]
    return music.harmony if fits else own


def _data(music: MusicSet) -> str:
    name = music.name.replace("{", "(").replace("}", ")")  # a name is no place for numbers
    source = "files of the user's own" if music.kind == "upload" else music.source.rstrip(".")
    return f"{name}: {source}. {{songs}} songs were learned from, {{held_out}} held out."


def _command(stem: str, technique_id: str, chosen: Any, layout: str, music: MusicSet) -> str:
    """What trains it again; `--data` of a set that is not the user's names the set."""
    data = f"{music.kind}:{music.key}" if music.key else "YOUR-FILES"
    words = [f"tutti train --technique {technique_id} --data {data} --layout {layout}"]
    words += [f"--name {stem}"]
    for field in chosen.fields():
        value = getattr(chosen, field.name)
        if value != field.default:
            words.append(f"--{field.name.replace('_', '-')} {value:g}")
    return " ".join(words)


def fine_tuned(base: Card, changes: Mapping[str, object], windows: int | None = None) -> Card:
    """The card of a model that goes on from `base` before it learned more: its band and networks,
    a lower learning rate, and as many epochs as suit music of so many `windows`, as the data doctor
    counts them, where `changes` say nothing else.

    Raises BadKnob for a setting there is not, or one out of range.
    """
    kind = technique(base.technique)
    rate = float(base.settings["learning_rate"]) / _SLOWER
    gentle = {"learning_rate": rate, **kind.gentle}
    settings = asdict(kind.Settings.parse({**base.settings, **gentle, **changes}))
    if "epochs" not in changes:
        settings["epochs"] = _epochs(kind, settings["batch_size"], windows or _WINDOWS)
    command = f"tutti train --from {base.id} --data YOUR-FILES"
    return replace(base, settings=settings, shares="", measures={}, reproduce=command)


def _epochs(kind: Technique, batch: int, windows: int) -> int:
    """How often the music is gone through for the technique's updates, as `Loop` counts them."""
    steps = max(windows // (kind.bars_a_window * batch), 1)
    return min(max(round(kind.gentle_updates / steps), _FEWEST), _MOST)


def learned_before(card: Card, base: Card) -> Card:
    """The card with what the model learned from before it went on, and the terms of both."""
    return replace(
        card,
        data=f"Before: {base.data} Then: {card.data}",
        licence=f"{base.licence} Then: {card.licence}",
        follows=base.follows,
    )


def named(card: Card, name: str) -> Card:
    """The card under another name: its id and its title. Raises BadKnob for a name that is none."""
    if not Card.is_id(name):
        raise BadKnob(f"{name!r} is no name for a model: use small letters, digits and hyphens.")
    return replace(card, id=name, title=name.replace("-", " ").capitalize())


def learned_from(card: Card, files: Sequence[Path], songs: int, held_out: int) -> Card:
    """The card with numbers of songs in place of `{songs}` and `{held_out}`, where its text is of
    just these files: a shipped genre's own, byte for byte, or a set of the user's. Else the files'
    names are all that is known."""
    genre = GENRES.get(card.genre)
    own = set(genre.files.values()) if genre is not None else set()
    shipped = bool(own) and own == {_digest(file) for file in files}
    of_a_set = _SONGS in card.data and not (genre is not None and card.data == genre.data)
    if shipped or of_a_set:
        text = card.data.replace(_SONGS, str(songs)).replace(_HELD_OUT, str(held_out))
        return replace(card, data=text)
    return replace(
        card,
        data=f"{names(files)}: {songs} songs were learned from, {held_out} held out.",
        licence=UNKNOWN_LICENCE,
        follows=UNKNOWN_FOLLOWS,
    )


def names(files: Sequence[Path]) -> str:
    """Files as a sentence names them."""
    return " and ".join(path.name for path in files)


def _digest(path: Path) -> str:
    """SHA-256 of a file; of a folder none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
