"""Rock: bass, guitar and a beat."""

from __future__ import annotations

from studio.catalog.genre import Collection, Genre, SharedStyle, drums
from studio.corpus.grooves import ROCK_STYLES
from studio.music.instruments import BASS_ACCENTS, KEYS_ACCENTS, ROCK_KIT_ACCENTS, Part

GENRE = Genre(
    id="rock",
    title="Rock",
    description="Bass, guitar and drums.",
    parts=(
        Part("Bass", 34, 1, 28, 55, 74, accents=(BASS_ACCENTS,)),
        Part("Guitar", 29, 4, 40, 76, 57, accents=(KEYS_ACCENTS,)),
        drums(80, ROCK_KIT_ACCENTS),
    ),
    layout="rock",
    harmony="pop",
    data="Freedoom's music (human-written game rock, full band), public-domain tunes of OpenEWLD "
    "arranged by rule with MMA, whose drums were exchanged for human ones, and the Groove "
    "MIDI Dataset's drummers. Bass and guitar were learned for the larger part from "
    "rule-arranged examples. {songs} pieces were learned from, {held_out} held out.",
    licence="Freedoom: BSD-3-Clause. OpenEWLD: public-domain scores. MMA's patterns: "
    "GPL-2.0-or-later. Groove MIDI Dataset: CC BY 4.0 (Gillick et al. 2019).",
    follows="Your music is yours. If you publish these weights, name the sources; whether the "
    "patterns' GPL reaches weights is an open question.",
    sources=(
        Collection(
            "rock_freedoom.zip",
            0.06,
            sha256="44273ea0351c932a1cbdf55dc7a434b7a3038abfd59b884d3157c6342063d9ea",
        ),
        Collection(
            "rock_band_arranged.zip",
            0.08,
            sha256="3922e4b2c1ca44c2970f66e5a4ee3a7d0f6890d79901982dbb0ed90c38458a83",
        ),
    ),
    settings={"gan": {"epochs": 40}},
    drummers=ROCK_STYLES,
    arrangement={
        "drums": "rock",
        "feel": 0.6,
        "intensity": 0.6,
        "complexity": 0.4,
        "parted": True,
        "returns": True,
    },
    shared=SharedStyle(
        style=1,
        description="Bass, guitar and drums. A beat with fills under held chords.",
        data="This style: {songs} pieces of Freedoom and of rule-arranged tunes whose drums were "
        "exchanged for human ones were learned from, {held_out} held out; bass and guitar "
        "are for the larger part rule-arranged.",
    ),
)
