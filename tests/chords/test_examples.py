"""What the planner learns from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.chords.examples import IGNORED, draw, example, left_hand
from studio.chords.inputs import CHORDS, INPUTS, UNKNOWN
from studio.chords.training import learnt_from
from studio.corpus.chords import ChordSong, estimated_signature
from studio.music.score import Metre, Note, Track
from studio.music.theory import NO_CHORD, triad_tones

TICKS = 960


def song(triads: tuple[int, ...], style: str = "pop", signature: int = 0) -> ChordSong:
    """A unit's melody is its chord's third."""
    notes = tuple(
        Note(unit * TICKS, 60 + triad_tones(triad)[1], TICKS)
        for unit, triad in enumerate(triads)
        if triad != NO_CHORD
    )
    plain = (0,) * len(triads)
    return ChordSong("song", style, notes, Metre(), TICKS, triads, plain, signature, 1.0)


def test_a_left_hand_plays_the_song_s_chords_and_rests_where_there_is_none() -> None:
    for seed in range(6):
        notes = left_hand(song((0, NO_CHORD, 21)), np.random.default_rng(seed))
        for unit, tones in ((0, {0, 4, 7}), (1, set()), (2, {9, 0, 4})):
            heard = {n.pitch % 12 for n in notes if n.start_tick // TICKS == unit}
            assert heard <= tones
            assert bool(heard) == bool(tones)
        assert max(note.pitch for note in notes) < 72


def test_a_batch_asks_for_what_is_not_given() -> None:
    songs = {"pop": [example(song((0, 5, 7, 0, 21, 14, 7, 0) * 4))]}
    batch = draw(songs, np.random.default_rng(0), 16)
    assert batch.inputs.shape[1:] == (16, INPUTS)
    given = batch.inputs[..., -CHORDS - 1 :].argmax(-1) != UNKNOWN
    assert given.any()
    assert (batch.triads[given] == IGNORED).all()
    assert (batch.triads[~given] != IGNORED).all()
    in_c = batch.signatures == IGNORED
    assert set(batch.chosen[in_c].flatten().tolist()) == {0, 5, 7, 21, 14}
    assert len(set(batch.signatures[~in_c].tolist())) > 6


def test_spelt_harmony_teaches_no_sevenths() -> None:
    songs = {"chorales": [example(song((0, 5, 7, 0) * 4, "chorales"))]}
    assert (draw(songs, np.random.default_rng(0), 16).sevenths == IGNORED).all()


def test_songs_for_tuning_are_neither_learnt_nor_held_out() -> None:
    one = song((0, 5, 7, 0, 0, 0, 0, 0))
    named = [replace(one, name=str(i)) for i in range(300)]
    learnt = {s.name for s in learnt_from(named)}
    held_out = {str(i) for i in range(0, 300, 12)}
    seen = [str(i) for i in range(300) if str(i) not in held_out]
    assert learnt == {name for i, name in enumerate(seen, 1) if i % 24}


@pytest.mark.parametrize(
    ("triads", "signature"),
    [((0, 5, 7, 0), 0), ((7, 0, 2, 7), 7), ((0, 9, 2, 7, 0, 5, 7, 0), 0), ((21, 14, 4, 21), 0)],
)
def test_a_signature_is_told_from_chords(triads: tuple[int, ...], signature: int) -> None:
    melody = Track("Melody", song(triads).notes)
    assert estimated_signature(melody, triads) == signature
