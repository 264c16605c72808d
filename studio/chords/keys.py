"""In which signature a tune stands, and where it moves to another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.chords.inputs import UNKNOWN, Array, Triads, Tune, rows, shifted, tune_of
from studio.chords.planner import Floats, Planner, ask
from studio.music.harmony import unit_ticks
from studio.music.roll import HEARD_BARS
from studio.music.score import Note
from studio.music.theory import MAJOR_SCALE, TRIADS

WINDOW, _HOP = 16, 4  # units heard at once where a move is sought
LONG = 128  # units, beyond which the key of a plan by the beat is heard in half bars
_TURNS = (0, 3, 6, 9)  # transpositions in which each window is heard
_MOVE = 8.0  # nats that a move must earn
_NOTES = 0.5  # weight of each unit's own notes beside the windows
_SURE = 0.5  # weight of being sure of chords, over a window's length
_SCALES = np.array([np.isin(np.arange(12), [(k + s) % 12 for s in MAJOR_SCALE]) for k in range(12)])


def signature_odds(planner: Planner, tune: Tune, style: str | None, known: Triads) -> Floats:
    """Log odds (12,) of the signatures: what the network hears, the mean over all transpositions of
    the tune, and how sure it is of chords when the tune is moved from each of them to C. Of a long
    song it hears the beginning and the end."""
    anywhere = np.stack([rows(tune, s, False, shifted(known, s), style) for s in range(12)])
    in_c = np.stack([rows(tune, -s, True, shifted(known, -s), style) for s in range(12)])
    longest = HEARD_BARS * tune.units_a_bar
    if tune.units <= longest:
        return _odds(planner, anywhere, in_c)
    begin = _odds(planner, anywhere[:, :longest], in_c[:, :longest])
    return (begin + _odds(planner, anywhere[:, -longest:], in_c[:, -longest:])) / 2


def _odds(planner: Planner, anywhere: Array, in_c: Array) -> Floats:
    """The same of inputs (12, unit, INPUTS), moved by each semitone, and from each signature to
    C."""
    heard = _turned_back(ask(planner, anywhere).signatures, range(12))
    sure = ask(planner, in_c).chords[..., :TRIADS].max(-1).sum(-1)
    result: Floats = heard + _SURE * sure * min(WINDOW / anywhere.shape[1], 1)
    return result


def signatures_of(
    planner: Planner,
    notes: Sequence[Note],
    tune: Tune,
    ticks: int,
    style: str | None,
    known: Triads,
) -> NDArray[np.int64]:
    """`signatures` of a tune whose units last `ticks`, where it is `LONG` heard in half bars: two
    dozen hearings of hundreds of beats take seconds, as the network's work grows with their square.

    On held-out chorales, none of them so long, half bars tell the key as well as beats do.
    """
    half = unit_ticks(tune.metre, per_beat=False)
    beats = half // ticks
    if tune.units <= LONG or beats == 1:
        return signatures(planner, tune, style, known)
    groups = known.reshape(-1, beats)
    told = groups[np.arange(len(groups)), (groups != UNKNOWN).argmax(1)]  # the first, if any
    halves = tune_of(notes, tune.metre, len(groups), half)
    return np.repeat(signatures(planner, halves, style, told), beats)


def signatures(planner: Planner, tune: Tune, style: str | None, known: Triads) -> NDArray[np.int64]:
    """The signature of each unit, (unit,), as a major tonic: one for the whole tune, or several
    where it moves for good, as when the last chorus is sung a tone higher."""
    whole = np.full(tune.units, int(signature_odds(planner, tune, style, known).argmax()))
    if tune.units < 2 * WINDOW - 2 * _HOP:
        return whole
    odds = _windows(planner, tune, style, known) + _NOTES * _own_notes(tune)
    path = _steady(odds)
    return path if len(set(path.tolist())) > 1 else whole


def _windows(planner: Planner, tune: Tune, style: str | None, known: Triads) -> Floats:
    """Log odds (unit, 12) of the signatures by the windows that hold each unit, so weighed that a
    window's word counts once over its length."""
    starts = sorted({*range(0, tune.units - WINDOW + 1, _HOP), tune.units - WINDOW})
    crops = [slice(start, start + WINDOW) for start in starts]
    batch = [
        rows(tune, turn, False, shifted(known[crop], turn), style, crop, edges=False)
        for crop in crops
        for turn in _TURNS
    ]
    answers = ask(planner, np.stack(batch)).signatures.reshape(len(crops), len(_TURNS), 12)
    total, count = np.zeros((tune.units, 12)), np.zeros((tune.units, 1))
    for crop, answer in zip(crops, answers, strict=True):
        total[crop] += _turned_back(answer, _TURNS)
        count[crop] += 1
    return total / count / WINDOW


def _own_notes(tune: Tune) -> Floats:
    """Log odds (unit, 12) of the signatures by each unit's own notes: nineteen in twenty lie in the
    scale."""
    heard = tune.blocks[:, 8].astype(float)
    inside = heard @ _SCALES.T.astype(float)
    result: Floats = inside * np.log(0.95 / 7) + (heard.sum(1, keepdims=True) - inside) * np.log(
        0.05 / 5
    )
    return result


def _steady(odds: Floats) -> NDArray[np.int64]:
    """The likeliest signature of each unit when a move costs `_MOVE`, by Viterbi's search."""
    value, pointers = odds[0], []
    for row in odds[1:]:
        best = int(value.argmax())
        moves = value < value[best] - _MOVE
        pointers.append(np.where(moves, best, np.arange(12)))
        value = np.where(moves, value[best] - _MOVE, value) + row
    path = [int(value.argmax())]
    for pointer in reversed(pointers):
        path.append(int(pointer[path[-1]]))
    return np.array(path[::-1])


def _turned_back(logits: Floats, turns: range | tuple[int, ...]) -> Floats:
    """The mean (12,) of log odds heard in several transpositions, each moved back."""
    mean: Floats = np.mean([np.roll(row, -s) for s, row in zip(turns, logits, strict=True)], axis=0)
    return mean
