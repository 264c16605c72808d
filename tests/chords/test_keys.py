"""The key is found, also of eight bars, and where a tune moves to another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.chords import Planner, keys, load, plan
from studio.chords.inputs import UNKNOWN, tune_of
from studio.chords.keys import LONG, signature_odds, signatures, signatures_of
from studio.chords.planner import Answer, ask
from studio.music.melody import sample_melody, samples
from studio.music.score import Metre, Note, Score
from studio.music.theory import Key, parse_key, triad_tones

SAMPLES = [sample.id for sample in samples()]
TICKS = 960


@pytest.fixture(scope="module")
def planner() -> Planner:
    return load()


def raised(melody: Score, by: int) -> tuple[Note, ...]:
    """A tune, and once more `by` semitones higher."""
    notes = melody.tracks[0].notes
    length = melody.bars * melody.metre.bar_ticks
    again = [replace(n, start_tick=n.start_tick + length, pitch=n.pitch + by) for n in notes]
    return (*notes, *again)


@pytest.mark.parametrize("by", [1, 2, -3])
@pytest.mark.parametrize("sample", ["twinkle", "ode-to-joy", "jingle-bells"])
def test_a_tune_that_moves_takes_its_chords_along(planner: Planner, sample: str, by: int) -> None:
    melody = sample_melody(sample)
    first = parse_key(melody.key or "")
    assert first is not None
    found = plan(planner, raised(melody, by), 2 * melody.bars, melody.metre, style="pop")
    second = Key((first.tonic + by) % 12, first.minor)
    half = len(found.triads) // 2
    later = [second.scale.issuperset(triad_tones(triad)) for triad in found.triads[half:]]
    earlier = [first.scale.issuperset(triad_tones(triad)) for triad in found.triads[:half]]
    assert np.mean(earlier) >= 0.9
    assert np.mean(later) >= 0.9
    assert found.triads[-1] == second.tonic + 12 * second.minor


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_tune_in_one_key_stays_there(planner: Planner, sample: str) -> None:
    melody = sample_melody(sample)
    units = melody.bars * melody.metre.bar_ticks // TICKS
    tune = tune_of(melody.tracks[0].notes, melody.metre, units, TICKS)
    assert len(set(signatures(planner, tune, "pop", np.full(units, UNKNOWN)).tolist())) == 1


def test_chords_that_are_given_tell_the_key(planner: Planner) -> None:
    """Do re mi alone may be in C, F or G."""
    notes = [Note(i * 480, 60 + step, 480) for i, step in enumerate((0, 2, 4, 2) * 8)]
    tune = tune_of(notes, Score(()).metre, 16, TICKS)

    def leaning_to_g(tonic: int | None) -> float:
        given = np.full(16, UNKNOWN)
        if tonic is not None:
            given[:8] = [(tonic + step) % 12 for step in (0, 5, 7, 0) * 2]
        odds = signature_odds(planner, tune, "pop", given)
        return float(odds[7] - odds[5])

    assert leaning_to_g(7) > leaning_to_g(None) + 1 > leaning_to_g(5) + 2


def many_times(melody: Score, bars: int) -> tuple[Note, ...]:
    """A tune again and again."""
    length = melody.bars * melody.metre.bar_ticks
    return tuple(
        replace(note, start_tick=note.start_tick + length * again)
        for again in range(bars // melody.bars)
        for note in melody.tracks[0].notes
    )


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(5, 8), Metre(12, 8)])
def test_the_work_for_the_key_of_a_long_tune_by_the_beat_is_bounded(
    planner: Planner, metre: Metre, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []

    def counted(planner: Planner, batch: np.ndarray) -> Answer:
        heard.append(batch.shape[1])
        return ask(planner, batch)

    monkeypatch.setattr(keys, "ask", counted)
    notes = many_times(sample_melody("ode-to-joy"), 64)
    found = plan(planner, notes, 64, metre, style="chorales", per_beat=True)
    assert len(found.triads) * found.unit_ticks == 64 * metre.bar_ticks
    assert max(heard) <= LONG


@pytest.mark.parametrize("sample", ["twinkle", "ode-to-joy", "jingle-bells", "silent-night"])
def test_a_long_tune_by_the_beat_stands_in_its_key(planner: Planner, sample: str) -> None:
    melody = sample_melody(sample)
    bars = 64 // melody.bars * melody.bars
    found = plan(
        planner, many_times(melody, 64), bars, melody.metre, style="chorales", per_beat=True
    )
    assert len(found.triads) > LONG
    assert str(found.key) == melody.key
    assert found.triads[-1] == found.key.tonic


def test_a_long_tune_by_the_beat_takes_its_chords_along(planner: Planner) -> None:
    melody = sample_melody("jingle-bells")
    twice = replace(
        melody, tracks=(replace(melody.tracks[0], notes=many_times(melody, 2 * melody.bars)),)
    )
    bars = 4 * melody.bars
    found = plan(planner, raised(twice, 1), bars, melody.metre, style="chorales", per_beat=True)
    half = len(found.triads) // 2
    for key, part in ((Key(7), found.triads[:half]), (Key(8), found.triads[half:])):
        assert np.mean([key.scale.issuperset(triad_tones(triad)) for triad in part]) >= 0.9


def test_chords_given_by_the_beat_tell_a_long_tune_s_key(planner: Planner) -> None:
    """Do re mi alone is heard in C; the chord on each half bar's second beat says F."""
    notes = [Note(i * 480, 60 + step, 480) for i, step in enumerate((0, 2, 4, 2) * 64)]
    tune = tune_of(notes, Metre(), 256, 480)
    given = np.full(256, UNKNOWN)
    alone = signatures_of(planner, notes, tune, 480, "chorales", given)
    assert alone.tolist() == [0] * 256
    given[1::2] = (5, 10, 0, 5) * 32
    told = signatures_of(planner, notes, tune, 480, "chorales", given)
    assert told.tolist() == [5] * 256
