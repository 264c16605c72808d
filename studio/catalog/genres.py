"""The shipped genres: which parts they add, which data they learn from, and what follows.

Numbers of epochs are for about twenty minutes on one processor core.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from studio.catalog.catalog import Card
from studio.corpus.chords import PER_BEAT
from studio.corpus.grooves import JAZZ_STYLES, ROCK_STYLES
from studio.errors import BadKnob
from studio.music.instruments import (
    BASS_ACCENTS,
    JAZZ_KIT_ACCENTS,
    KEYS_ACCENTS,
    ROCK_KIT_ACCENTS,
    Part,
    kit_rows,
)
from studio.techniques import technique


@dataclass(frozen=True, slots=True)
class Genre:
    """`layout` of its songs, see `studio.corpus.layouts`; `harmony`, whose chords the planner
    thinks of; `files` it learns from, see `studio.catalog.files`; `drummers`, the styles of human
    drumming that stand in for drums arranged by rule; `settings` of each technique that are not
    its defaults; whether the band `swings`, whatever the melody does."""

    title: str
    description: str
    parts: tuple[Part, ...]
    layout: str
    harmony: str
    data: str
    licence: str
    follows: str
    files: tuple[str, ...]
    settings: Mapping[str, Mapping[str, float | int]]
    drummers: tuple[str, ...] = ()
    swings: bool = False


def card(genre: str, technique_id: str, changes: dict[str, Any]) -> Card:
    """The card of a shipped genre before training; `changes` are settings other than its own.

    Raises BadKnob for a genre or setting there is not, BadModel for an unknown technique.
    """
    if genre not in GENRES:
        raise BadKnob(f"There is no genre called {genre!r}: choose one of {', '.join(GENRES)}.")
    facts = GENRES[genre]
    kind = technique(technique_id)
    own = facts.settings.get(technique_id, {})
    return Card(
        id=f"{genre}-{technique_id}",
        title=facts.title,
        genre=genre,
        technique=technique_id,
        description=facts.description,
        parts=facts.parts,
        data=facts.data,
        licence=facts.licence,
        follows=facts.follows,
        layout=facts.layout,
        harmony=facts.harmony,
        per_beat=facts.harmony in PER_BEAT,
        settings=asdict(kind.Settings.parse({**own, **changes})),
        parameters=0,
        reproduce=_command(genre, technique_id, facts),
        swings=facts.swings,
    )


def _command(genre: str, technique_id: str, facts: Genre) -> str:
    songs = [name for name in facts.files if name != _DRUMMERS]
    words = [f"tutti train --genre {genre} --technique {technique_id}"]
    words += [f"--data {name}" for name in songs]
    words += [f"--drums {_DRUMMERS}"] if facts.drummers else []
    return " ".join(words)


_DRUMMERS = "groove_drums.zip"
_BASS, _CHORDS = (BASS_ACCENTS,), (KEYS_ACCENTS,)


def _drums(velocity: int, kit: Mapping[int, tuple[int, ...]]) -> Part:
    return Part("Drums", 0, 4, 36, 51, velocity, is_drum=True, accents=kit_rows(kit))


GENRES: dict[str, Genre] = {
    "pop": Genre(
        title="Pop",
        description="Bass and electric piano.",
        parts=(
            Part("Bass", 33, 1, 28, 55, 64, accents=_BASS),
            Part("Keys", 4, 5, 45, 86, 53, accents=_CHORDS),
        ),
        layout="pop",
        harmony="pop",
        data="POP909: human piano arrangements of Chinese pop songs, with chord labels "
        "(Wang et al. 2020). {songs} songs with a steady downbeat were learned from, {held_out} "
        "held out.",
        licence="MIT for arrangements and annotations; the songs themselves are commercial.",
        follows="Your music is yours. The model keeps no song, but it learned from arrangements "
        "of commercial ones: check that a result is not close to one before you publish it.",
        files=("pop909_quantised.zip",),
        settings={"gan": {"epochs": 10, "warm_up": 0.4}},
    ),
    "rock": Genre(
        title="Rock",
        description="Bass, guitar and drums.",
        parts=(
            Part("Bass", 34, 1, 28, 55, 74, accents=_BASS),
            Part("Guitar", 29, 4, 40, 76, 57, accents=_CHORDS),
            _drums(80, ROCK_KIT_ACCENTS),
        ),
        layout="rock",
        harmony="pop",
        data="Freedoom's music (human-written game rock, full band), public-domain tunes of "
        "OpenEWLD arranged by rule with MMA, whose drums were exchanged for human ones, and the "
        "Groove MIDI Dataset's drummers. Bass and guitar were learned for the larger part from "
        "rule-arranged examples. {songs} pieces were learned from, {held_out} held out.",
        licence="Freedoom: BSD-3-Clause. OpenEWLD: public-domain scores. MMA's patterns: "
        "GPL-2.0-or-later. Groove MIDI Dataset: CC BY 4.0 (Gillick et al. 2019).",
        follows="Your music is yours. If you publish these weights, name the sources; whether the "
        "patterns' GPL reaches weights is an open question.",
        files=("rock_freedoom.zip", "rock_band_arranged.zip", _DRUMMERS),
        settings={"gan": {"epochs": 40}},
        drummers=ROCK_STYLES,
    ),
    "jazz": Genre(
        title="Jazz",
        description="Bass, piano and drums.",
        parts=(
            Part("Bass", 32, 1, 28, 55, 64, accents=_BASS),
            Part("Keys", 0, 5, 45, 86, 69, accents=_CHORDS),
            _drums(86, JAZZ_KIT_ACCENTS),
        ),
        layout="jazz",
        harmony="jazz",
        data="Solos of the Weimar Jazz Database and tunes of OpenEWLD with their chords, arranged "
        "by rule with MMA; the drums were exchanged for those of the Groove MIDI Dataset's human "
        "drummers. Bass and piano were learned from rule-arranged examples. {songs} pieces were "
        "learned from, {held_out} held out.",
        licence="Weimar Jazz Database: Open Database License 1.0. OpenEWLD: public-domain scores. "
        "MMA's patterns: GPL-2.0-or-later. Groove MIDI Dataset: CC BY 4.0 (Gillick et al. 2019).",
        follows="Your music is yours. If you publish these weights, name the sources and share "
        "alike; whether the patterns' GPL reaches weights is an open question.",
        files=("jazz_band_arranged.zip", _DRUMMERS),
        settings={"gan": {"epochs": 10, "warm_up": 0.7}},
        drummers=JAZZ_STYLES,
        swings=True,
    ),
    "symphony": Genre(
        title="Symphony",
        description="Basses, strings, winds.",
        parts=(
            Part("Bass", 43, 1, 28, 55, 76),
            Part("Strings", 48, 4, 48, 88, 66),
            Part("Winds", 60, 4, 46, 91, 62),
        ),
        layout="symphony",
        harmony="artsong",
        data="OpenScore Orchestra: symphonies of Beethoven, Brahms, Haydn and others, the main "
        "theme as human analysts marked it (Hauptstimme). {songs} movements were learned from, "
        "{held_out} held out.",
        licence="Scores: CC0. Annotations of the theme: CC BY-SA.",
        follows="Your music is yours. If you publish these weights, credit Hauptstimme and share "
        "alike.",
        files=("openscore_orchestra.zip",),
        settings={"gan": {"epochs": 20}},
    ),
    "folk": Genre(
        title="Folk",
        description="Bass and steel guitar.",
        parts=(
            Part("Bass", 32, 1, 28, 55, 64, accents=_BASS),
            Part("Guitar", 25, 5, 40, 76, 60, accents=_CHORDS),
        ),
        layout="folk",
        harmony="folk",
        data="Public-domain tunes of OpenEWLD arranged by rule with MMA in country styles: bass "
        "and guitar were learned from rule-arranged examples. {songs} pieces were learned from, "
        "{held_out} held out.",
        licence="OpenEWLD: public-domain scores. MMA's patterns: GPL-2.0-or-later.",
        follows="Your music is yours. If you publish these weights, name the sources; whether the "
        "patterns' GPL reaches weights is an open question.",
        files=("country_band_arranged.zip",),
        settings={"gan": {"epochs": 60}},
    ),
    "bach": Genre(
        title="Bach",
        description="Alto, tenor and bass.",
        parts=(
            Part("Alto", 19, 1, 53, 77, 72),
            Part("Tenor", 19, 1, 46, 70, 72),
            Part("Bass", 19, 1, 36, 63, 74),
        ),
        layout="chorale",
        harmony="chorales",
        data="Johann Sebastian Bach's four-part chorales as distributed with music21. "
        "{songs} chorales were learned from, {held_out} held out.",
        licence="The music is in the public domain; some of the encodings may not be used "
        "commercially.",
        follows="Your music is yours. Because some encodings are for non-commercial use only, "
        "take care before you use this model commercially.",
        files=("bach_chorales.zip",),
        settings={"gan": {"epochs": 60}},
    ),
    "songwriter": Genre(
        title="Songwriter",
        description="Bass and piano.",
        parts=(
            Part("Bass", 32, 1, 28, 55, 60, accents=_BASS),
            Part("Keys", 0, 5, 45, 86, 58, accents=_CHORDS),
        ),
        layout="songwriter",
        harmony="folk",
        data="OpenScore Lieder: art songs for voice and piano by Schubert, Schumann, Wolf and many "
        "others. It stands where DeepComposer had Jonathan Coulton: his songs have no licensed "
        "MIDI here. With MIDI files of your own, training makes that model. {songs} songs were "
        "learned from, {held_out} held out.",
        licence="CC0.",
        follows="Your music is yours.",
        files=("openscore_lieder.zip",),
        settings={"gan": {"epochs": 6, "warm_up": 0.7}},
    ),
}
