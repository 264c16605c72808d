"""Where a tune comes back, known chords are told."""

from __future__ import annotations

import numpy as np
import torch
from helpers import tune

from studio.chords.alike import KINDS, VOTES, alike, shares, votes
from studio.chords.inputs import CHORDS, UNKNOWN, rows, tune_of
from studio.music.score import Metre, Note

TICKS = 960


def inputs(notes: list[Note], units: int, known: dict[int, int]) -> torch.Tensor:
    given = np.full(units, UNKNOWN)
    for unit, triad in known.items():
        given[unit] = triad
    return torch.from_numpy(rows(tune_of(notes, Metre(), units, TICKS), 0, True, given)[None])


def twice(pitches: list[int]) -> list[Note]:
    """Each pitch fills a unit; then the same again."""
    return [Note(unit * TICKS, pitch, TICKS) for unit, pitch in enumerate(pitches * 2)]


def test_a_melody_that_comes_back_is_alike_and_another_is_not() -> None:
    like = alike(inputs(twice([60, 62, 64, 65, 67, 69, 71, 73]), 16, {}), torch.ones(1, 16))[0]
    assert like.shape == (KINDS, 16, 16)
    assert like[:, 3, 11].min() > 0.99
    assert like[:, 3, 10].max() < 0.01
    assert like.diagonal(dim1=1, dim2=2).abs().max() == 0
    assert torch.allclose(like, like.transpose(1, 2))


def test_what_lies_beyond_the_mask_is_like_nothing() -> None:
    mask = torch.cat([torch.ones(1, 8), torch.zeros(1, 8)], 1)
    like = alike(inputs(twice([60, 62, 64, 65, 67, 69, 71, 73]), 16, {}), mask)[0]
    assert like[:, 8:].max() == 0
    assert like[:, :, 8:].max() == 0


def test_a_known_chord_votes_where_its_melody_comes_back() -> None:
    asked = inputs(twice([60, 62, 64, 65, 67, 69, 71, 73]), 16, {3: 21})
    said = votes(asked, alike(asked, torch.ones(1, 16)))[0]
    assert said.shape == (16, VOTES)
    assert int(said[11, :CHORDS].argmax()) == 21
    assert said[11, 21] > 0.7
    assert said[[3, 10, 12], 21].max() < 0.01
    assert said[:, -CHORDS - 1 + 21].min() == 1  # the only chord that is known in the song


def test_nothing_known_votes_for_nothing() -> None:
    asked = inputs(list(tune(8).tracks[0].notes), 16, {})
    assert votes(asked, alike(asked, torch.ones(1, 16))).abs().max() == 0


def test_shares_leave_something_open() -> None:
    assert shares(torch.tensor([[1.0, 1.0], [0.0, 0.0]])).sum(-1).tolist()[1] == 0
    assert 0.5 < float(shares(torch.tensor([[1.0, 0.0]])).sum()) < 1
