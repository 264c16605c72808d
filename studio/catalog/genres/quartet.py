"""Quartet: second violin, viola and cello under a first violin."""

from __future__ import annotations

from studio.catalog.genre import Collection, Genre
from studio.music.instruments import Part

GENRE = Genre(
    id="quartet",
    title="Quartet",
    description="Second violin, viola and cello.",
    parts=(
        Part("Violin 2", 40, 1, 55, 88, 70),
        Part("Viola", 41, 1, 48, 81, 68),
        Part("Cello", 42, 1, 36, 69, 72),
    ),
    layout="voices",
    harmony="artsong",
    data="OpenScore String Quartets: Haydn, Mozart, Beethoven, Brahms, and many whom few know. "
    "{songs} quartets were learned from, {held_out} held out.",
    licence="CC0: the scores are free of rights.",
    follows="Your music is yours, and so are these weights.",
    sources=(
        Collection(
            "openscore_quartets.zip",
            0.0,
            sha256="ccbd6f3884f404ae8d15912985826596b9245ad45fcdcf58c7363c98d2f347a5",
        ),
    ),
    settings={"arcnn": {"epochs": 50}},
)
