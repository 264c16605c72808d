"""The shipped genres: which parts they add, which data they learn from, and what follows.

Numbers of epochs are for about twenty minutes on one processor core.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from studio.catalog import Card
from studio.corpus.chords import PER_BEAT
from studio.errors import BadKnob
from studio.techniques.contract import Part, choose
from studio.techniques.registry import technique

_POP_PARTS = (
    Part("Bass", 33, 1, 28, 55, 78),
    Part("Keys", 4, 5, 45, 86, 66),
)
_BACH_PARTS = (
    Part("Alto", 19, 1, 53, 77, 72),
    Part("Tenor", 19, 1, 46, 70, 72),
    Part("Bass", 19, 1, 36, 63, 74),
)


def card(genre: str, technique_id: str, changes: dict[str, Any]) -> Card:
    """The card of a shipped genre before training; `changes` are settings other than its own.

    Raises BadKnob for a genre or setting there is not, BadModel for an unknown technique.
    """
    if genre not in GENRES:
        raise BadKnob(f"There is no genre called {genre!r}: choose one of {', '.join(GENRES)}.")
    facts = GENRES[genre]
    settings = choose(technique(technique_id).settings, {**facts["settings"], **changes})
    return Card(
        id=f"{genre}-{technique_id}",
        title=facts["title"],
        genre=genre,
        technique=technique_id,
        description=facts["description"],
        parts=facts["parts"],
        data=facts["data"],
        licence=facts["licence"],
        follows=facts["follows"],
        layout=facts["layout"],
        harmony=facts["harmony"],
        per_beat=facts["harmony"] in PER_BEAT,
        settings=asdict(settings),
        parameters=0,
        reproduce=facts["reproduce"],
    )


GENRES: dict[str, dict[str, Any]] = {
    "pop": {
        "title": "Pop",
        "description": "Bass and electric piano, ballad style.",
        "parts": _POP_PARTS,
        "layout": "pop",
        "harmony": "pop",
        "data": "POP909: human piano arrangements of Chinese pop songs, with chord labels "
        "(Wang et al. 2020). 384 songs with a steady downbeat were learned from, 35 held out.",
        "licence": "MIT for arrangements and annotations; the songs themselves are commercial.",
        "follows": "Your music is yours. The model keeps no song, but it learned from arrangements "
        "of commercial ones: check that a result is not close to one before you publish it.",
        "settings": {"epochs": 10, "warm_up": 0.4},
        "reproduce": "tutti train --genre pop --technique gan --data pop909_quantised.zip",
    },
    "bach": {
        "title": "Bach",
        "description": "Alto, tenor and bass, as in a chorale.",
        "parts": _BACH_PARTS,
        "layout": "chorale",
        "harmony": "chorales",
        "data": "Johann Sebastian Bach's four-part chorales as distributed with music21. "
        "333 chorales were learned from, 31 held out.",
        "licence": "The music is in the public domain; some of the encodings may not be used "
        "commercially.",
        "follows": "Your music is yours. Because some encodings are for non-commercial use only, "
        "take care before you use this model commercially.",
        "settings": {"epochs": 60},
        "reproduce": "tutti train --genre bach --technique gan --data bach_chorales.zip",
    },
}
