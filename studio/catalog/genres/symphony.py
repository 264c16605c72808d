"""Symphony: an orchestra in three parts."""

from __future__ import annotations

from studio.catalog.genre import Collection, Genre, SharedStyle
from studio.music.instruments import Part

GENRE = Genre(
    id="symphony",
    title="Symphony",
    description="Basses, strings, winds.",
    parts=(
        Part("Bass", 43, 1, 28, 55, 76),
        Part("Strings", 48, 4, 48, 88, 66),
        Part("Winds", 60, 4, 46, 91, 62),
    ),
    layout="symphony",
    harmony="artsong",
    data="OpenScore Orchestra: symphonies of Beethoven, Brahms, Haydn and others, the main theme "
    "as human analysts marked it (Hauptstimme). {songs} movements were learned from, "
    "{held_out} held out.",
    licence="Scores: CC0. Annotations of the theme: CC BY-SA.",
    follows="Your music is yours. If you publish these weights, credit Hauptstimme and share "
    "alike.",
    sources=(
        Collection(
            "openscore_orchestra.zip",
            0.12,
            sha256="982962c5d25b56b873b9ac4d07e4fd2817435ada868ae6894c9882763931a83e",
        ),
        Collection("openscore_quartets.zip", 0.05, layout="quartet"),
    ),
    settings={"gan": {"epochs": 20}},
    shared=SharedStyle(
        style=3,
        description="Basses, strings, winds. Parts that move in lines of their own.",
        data="This style: {songs} movements of symphonies and quartets were learned from, "
        "{held_out} held out.",
    ),
)
