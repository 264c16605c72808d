"""Pop: what a piano plays under a sung tune."""

from __future__ import annotations

from studio.catalog.genre import Collection, Genre, SharedStyle
from studio.music.instruments import BASS_ACCENTS, KEYS_ACCENTS, Part

GENRE = Genre(
    id="pop",
    title="Pop",
    description="Bass and electric piano.",
    parts=(
        Part("Bass", 33, 1, 28, 55, 64, accents=(BASS_ACCENTS,)),
        Part("Keys", 4, 5, 45, 86, 53, accents=(KEYS_ACCENTS,)),
    ),
    layout="pop",
    harmony="pop",
    data="POP909: human piano arrangements of Chinese pop songs, with chord labels (Wang et al. "
    "2020). {songs} songs with a steady downbeat were learned from, {held_out} held out.",
    licence="MIT for arrangements and annotations; the songs themselves are commercial.",
    follows="Your music is yours. The model keeps no song, but it learned from arrangements of "
    "commercial ones: check that a result is not close to one before you publish it.",
    sources=(
        Collection(
            "pop909_quantised.zip",
            0.30,
            sha256="c255d246027d6b2f733827125d0557557c7263f043cbbe654beba81895033d58",
        ),
    ),
    settings={"gan": {"epochs": 10, "warm_up": 0.4}},
    arrangement={"drums": "pop", "feel": 0.6, "complexity": 0.35, "parted": True, "returns": True},
    shared=SharedStyle(
        style=0,
        description="Bass and electric piano. Broken chords and fills that answer the tune.",
        data="This style: {songs} human piano arrangements of POP909 were learned from, "
        "{held_out} held out.",
    ),
)
