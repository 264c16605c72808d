"""Songwriter: the piano of an art song."""

from __future__ import annotations

from studio.catalog.genre import Collection, Genre, SharedStyle
from studio.music.instruments import BASS_ACCENTS, KEYS_ACCENTS, Part

GENRE = Genre(
    id="songwriter",
    title="Songwriter",
    description="Bass and piano.",
    parts=(
        Part("Bass", 32, 1, 28, 55, 60, accents=(BASS_ACCENTS,)),
        Part("Keys", 0, 5, 45, 86, 58, accents=(KEYS_ACCENTS,)),
    ),
    layout="songwriter",
    harmony="folk",
    data="OpenScore Lieder: art songs for voice and piano by Schubert, Schumann, Wolf and many "
    "others. It stands where DeepComposer had Jonathan Coulton: his songs have no licensed "
    "MIDI here. With MIDI files of your own, training makes that model. {songs} songs were "
    "learned from, {held_out} held out.",
    licence="CC0.",
    follows="Your music is yours.",
    sources=(
        Collection(
            "openscore_lieder.zip",
            0.08,
            sha256="2ec87c208b2ba7e6aca6672ead26005e9e489771694bb42763da92deb8ddcea4",
        ),
    ),
    settings={"gan": {"epochs": 6, "warm_up": 0.7}},
    arrangement={
        "drums": "pop",
        "feel": 0.6,
        "intensity": 0.4,
        "complexity": 0.35,
        "parted": True,
        "returns": True,
    },
    shared=SharedStyle(
        style=6,
        description="Bass and piano. The piano of an art song.",
        data="This style: {songs} art songs with piano were learned from, {held_out} held out.",
    ),
)
