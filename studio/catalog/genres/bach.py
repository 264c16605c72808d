"""Bach: three voices under a chorale tune."""

from __future__ import annotations

from studio.catalog.genre import Collection, Genre, SharedStyle
from studio.music.instruments import Part

GENRE = Genre(
    id="bach",
    title="Bach",
    description="Alto, tenor and bass.",
    parts=(
        Part("Alto", 19, 1, 53, 77, 72),
        Part("Tenor", 19, 1, 46, 70, 72),
        Part("Bass", 19, 1, 36, 63, 74),
    ),
    layout="chorale",
    harmony="chorales",
    data="Johann Sebastian Bach's four-part chorales as distributed with music21. {songs} "
    "chorales were learned from, {held_out} held out.",
    licence="The music is in the public domain; some of the encodings may not be used "
    "commercially.",
    follows="Your music is yours. Because some encodings are for non-commercial use only, "
    "take care before you use this model commercially.",
    sources=(
        Collection(
            "bach_chorales.zip",
            0.08,
            sha256="b79843c95b2e06a99489241b77ef0c69cb433272ea1a8fa0309ac8a7e4a03f0e",
        ),
    ),
    settings={"gan": {"epochs": 60}},
    shared=SharedStyle(
        style=5,
        description="Alto, tenor and bass. Voices that lead to the cadence.",
        data="This style: {songs} chorales were learned from, {held_out} held out.",
    ),
)
