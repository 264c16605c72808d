"""The card of a user's own model: its band as the set's songs play it, its terms those of the
set."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from studio.catalog import GENRES, Card
from studio.corpus.chords import PER_BEAT
from studio.corpus.layouts import LAYOUTS
from studio.corpus.sets import MusicSet
from studio.errors import BadMidi
from studio.music.instruments import Part
from studio.music.score import clean_text
from studio.techniques import technique

NAMELESS = "my-band"
_LONGEST_ID = 64
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")
_BY_LAYOUT = {genre.layout: genre for genre in GENRES.values()}
# whose chords the planner thinks of, where neither the set nor a genre of the layout says
_HARMONIES = {"quartet": "artsong", "band": "pop"}


def slug(name: str) -> str:
    """A name as an id has it: small letters, digits and hyphens, without accents; a name without
    letters of the Latin alphabet is `NAMELESS`."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = _NOT_IN_IDS.sub("-", plain).strip("-")
    return words if re.search("[a-z]", words) else NAMELESS


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
