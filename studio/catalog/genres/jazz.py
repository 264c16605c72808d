"""Jazz: a walking bass, comping and a ride cymbal."""

from __future__ import annotations

from studio.catalog.genre import Collection, Genre, SharedStyle, drums
from studio.corpus.grooves import JAZZ_STYLES
from studio.music.instruments import BASS_ACCENTS, JAZZ_KIT_ACCENTS, KEYS_ACCENTS, Part

GENRE = Genre(
    id="jazz",
    title="Jazz",
    description="Bass, piano and drums.",
    parts=(
        Part("Bass", 32, 1, 28, 55, 64, accents=(BASS_ACCENTS,)),
        Part("Keys", 0, 5, 45, 86, 69, accents=(KEYS_ACCENTS,)),
        drums(86, JAZZ_KIT_ACCENTS),
    ),
    layout="jazz",
    harmony="jazz",
    data="Solos of the Weimar Jazz Database and tunes of OpenEWLD with their chords, arranged by "
    "rule with MMA; the drums were exchanged for those of the Groove MIDI Dataset's human "
    "drummers. Bass and piano were learned from rule-arranged examples. {songs} pieces were "
    "learned from, {held_out} held out.",
    licence="Weimar Jazz Database: Open Database License 1.0. OpenEWLD: public-domain scores. "
    "MMA's patterns: GPL-2.0-or-later. Groove MIDI Dataset: CC BY 4.0 (Gillick et al. 2019).",
    follows="Your music is yours. If you publish these weights, name the sources and share alike; "
    "whether the patterns' GPL reaches weights is an open question.",
    sources=(
        Collection(
            "jazz_band_arranged.zip",
            0.12,
            sha256="1d1845084a15bcf0bb5607d69e96c0a48e1de68ef6c97865e1c28d7cfcfbaefa",
        ),
    ),
    settings={"gan": {"epochs": 10, "warm_up": 0.7}},
    drummers=JAZZ_STYLES,
    swings=True,
    arrangement={"drums": "jazz", "feel": 0.6, "complexity": 0.4},
    shared=SharedStyle(
        style=2,
        description="Bass, piano and drums. Swings; the bass walks.",
        data="This style: {songs} rule-arranged pieces whose drums were exchanged for human ones "
        "were learned from, {held_out} held out.",
    ),
)
