"""All measures of a band at once; a new one is an entry of `MEASURES`."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from helpers import BEAT, line

from studio.ground.errors import BadScore
from studio.measures import evaluate
from studio.measures.evaluation import MEASURES
from studio.music.score import Metre, Note, Score, Track

MELODY = Track("Melody", line([60, 64, 67, 72] * 2))
BASS = Track("Bass", tuple(Note(bar * 4 * BEAT, 36, 4 * BEAT) for bar in range(2)), 33)
DRUMS = Track("Drums", tuple(Note(beat * BEAT, 36, 120) for beat in range(8)), is_drum=True)
PEOPLE = Score((MELODY, BASS, DRUMS), key="C major")


def test_people_agree_with_themselves() -> None:
    found = evaluate(PEOPLE, PEOPLE)
    assert list(found) == list(MEASURES)
    assert found["harmony agreement"] == pytest.approx(1.0)
    assert (found["clash"], found["in key"], found["empty bars"]) == (0.0, 1.0, 0.0)
    assert (found["notes a bar"], found["drums on eighths"]) == (5.0, 1.0)


def test_the_key_is_peoples_unless_a_signature_is_told() -> None:
    assert evaluate(PEOPLE, PEOPLE, signature=1)["in key"] == 1.0  # C is in D flat
    assert evaluate(PEOPLE, PEOPLE, signature=2)["in key"] == 0.0  # not in D
    assert math.isnan(evaluate(PEOPLE, replace(PEOPLE, key=None))["in key"])


def test_where_there_is_nothing_to_measure_there_is_no_number() -> None:
    alone = Score((MELODY, Track("Bass", (), 33)), key="C major")
    found = evaluate(alone, alone)
    nothing = {name for name, value in found.items() if math.isnan(value)}
    assert nothing == {"harmony agreement", "in key", "drums on eighths"}
    assert (found["empty bars"], found["notes a bar"]) == (1.0, 0.0)


def test_bands_that_cannot_be_compared_are_a_sentence() -> None:
    for other in (
        PEOPLE.with_tracks([MELODY]),
        PEOPLE.with_tracks([MELODY, DRUMS, BASS]),
        replace(PEOPLE, metre=Metre(3, 4)),
    ):
        with pytest.raises(BadScore):
            evaluate(other, PEOPLE)
    with pytest.raises(BadScore, match="no band"):
        evaluate(PEOPLE.with_tracks([MELODY]), PEOPLE.with_tracks([MELODY]))


def test_an_entry_is_a_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    def loudest(score: Score, people: Score, _: int | None) -> float:
        ours, theirs = (max(n.velocity for n in s.tracks[0].notes) for s in (score, people))
        return float(ours - theirs)

    monkeypatch.setitem(MEASURES, "loudest note", loudest)
    assert evaluate(PEOPLE, PEOPLE)["loudest note"] == 0.0
