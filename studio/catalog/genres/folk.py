"""Folk: bass and guitar for songs and dances."""

from __future__ import annotations

from studio.catalog.genre import Collection, Genre, SharedStyle
from studio.music.instruments import BASS_ACCENTS, KEYS_ACCENTS, Part

GENRE = Genre(
    id="folk",
    title="Folk",
    description="Bass and steel guitar.",
    parts=(
        Part("Bass", 32, 1, 28, 55, 64, accents=(BASS_ACCENTS,)),
        Part("Guitar", 25, 5, 40, 76, 60, accents=(KEYS_ACCENTS,)),
    ),
    layout="folk",
    harmony="folk",
    data="Public-domain tunes of OpenEWLD arranged by rule with MMA in country styles: bass and "
    "guitar were learned from rule-arranged examples. {songs} pieces were learned from, "
    "{held_out} held out.",
    licence="OpenEWLD: public-domain scores. MMA's patterns: GPL-2.0-or-later.",
    follows="Your music is yours. If you publish these weights, name the sources; whether the "
    "patterns' GPL reaches weights is an open question.",
    sources=(
        Collection(
            "country_band_arranged.zip",
            0.06,
            sha256="f13d87178d5ab8d4978075fb598ec2935603fbb223a00d46da85dd9f6b37a6e2",
        ),
        Collection("nottingham.zip", 0.03, tunes="folk"),
        Collection("openewld.zip", 0.02, tunes="leadsheets"),
    ),
    settings={"gan": {"epochs": 60}},
    arrangement={"parted": True, "returns": True},
    shared=SharedStyle(
        style=4,
        description="Bass and steel guitar. At home with dances and waltzes.",
        data="This style: the tunes of Nottingham and OpenEWLD, and {songs} of them with bass and "
        "guitar arranged by rule in country styles, were learned from, {held_out} held out.",
    ),
)
