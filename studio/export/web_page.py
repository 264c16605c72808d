"""A piece as one HTML page that anybody can open: it plays, shows the roll and says whose the notes
are. Nothing in it comes from elsewhere, and nothing in it may."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from string import Template

from studio.export.audio import MP3, OGG, can_encode, encoded
from studio.export.format import Material
from studio.music.score import Score
from studio.pictures import ROLL_LEFT, part_colour, roll_svg

_TEMPLATE = Path(__file__).with_suffix(".html")
# 0 best to 1 smallest: about 70 kbit/s, so that a minute is less than 1 MB with all around it
_QUALITY = {MP3: 0.6, OGG: 0.8}
_MIME = {MP3: "audio/mpeg", OGG: "audio/ogg"}


def web_page(material: Material) -> bytes:
    """The page, at most 1 MB for a minute; the same bytes for the same piece.

    Raises SoundError where the sound is not there or cannot be written, BadScore where the score is
    too large for a picture.
    """
    score = material.score
    kind = MP3 if can_encode(MP3) else OGG  # MP3 plays on old telephones, too
    title = escape(score.title or "A piece")
    filled = Template(_TEMPLATE.read_text("utf-8")).substitute(
        title=title,
        facts=escape(_facts(score)),
        seconds=f"{score.duration_seconds:.2f}",
        roll=roll_svg(replace(score, title="")).decode(),
        parts="".join(_parts(material)),
        making="".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in _making(material)),
        recipe=_recipe(material),
        mime=_MIME[kind],
        sound=base64.b64encode(encoded(material.wav(), kind, _QUALITY[kind])).decode(),
        times=json.dumps(_times(score)),
    )
    return filled.encode("utf-8", "replace")


def _facts(score: Score) -> str:
    bars = "1 bar" if score.bars == 1 else f"{score.bars} bars"
    return " · ".join(filter(None, (score.key, str(score.metre), f"{score.tempo_bpm:g} bpm", bars)))


def _parts(material: Material) -> Iterator[str]:
    """Who plays each part: the melody is the person's, where there was one to play to."""
    theirs = bool((material.recipe or {}).get("melody"))
    for index, track in enumerate(material.score.tracks):
        if not track.notes:
            continue
        who = "a person" if theirs and index == 0 else "Tutti"
        said = f"{track.name}, by {who}" if material.recipe else track.name
        yield f'<li style="--colour: {part_colour(index)}">{escape(said)}</li>'


def _making(material: Material) -> Iterator[tuple[str, str]]:
    recipe = material.recipe or {}
    told = recipe.get("chain")
    if isinstance(told, dict) and told.get("text"):
        yield "Melody", str(told["text"])
    if model := recipe.get("model"):
        yield "Band", f"written by the model {model}, seed {recipe.get('seed', 0)}"
    if chords := ", ".join(dict.fromkeys(mark.symbol for mark in material.score.chords)):
        yield "Chords", chords
    yield "Made with", "Tutti, an open studio that runs on one's own machine"


def _recipe(material: Material) -> str:
    if material.recipe is None:
        return ""
    told = escape(json.dumps(material.recipe, ensure_ascii=False))
    return f"<p>The recipe, with which a Tutti makes this band again:</p><pre>{told}</pre>\n"


def _times(score: Score) -> list[tuple[float, float]]:
    """When each bar line is reached, in seconds, and where it stands, a share of the width."""
    ticks = max(score.bars, 1) * score.metre.bar_ticks
    return [
        (round(score.clock.seconds_at(tick), 3), round(_share(tick / ticks), 5))
        for tick in range(0, ticks + 1, score.metre.bar_ticks)
    ]


def _share(along: float) -> float:
    return ROLL_LEFT + (1 - ROLL_LEFT) * along
