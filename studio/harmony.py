"""The chord plan: a melody's key and a triad per unit (half a bar, or a beat), before any texture.

A hidden Markov model over the 24 triads, tied over keys: all twelve transpositions are tried with
Viterbi's exact search and the likeliest is kept (Rabiner 1989, "A tutorial on hidden Markov
models"; for melodies Simon, Morris and Basu 2008, "MySong"). The tables are counted from songs
whose chords are known and moved to the signature of C.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.errors import BadModel
from studio.score import TICKS_PER_BEAT, ChordMark, Metre, Note
from studio.theory import (
    NO_CHORD,
    TRIADS,
    Key,
    transpose_triad,
    triad_symbol,
    triad_tones,
)

Array = NDArray[np.float64]

TONIC, RELATIVE_TONIC = 0, 21  # C major and A minor, in the signature of C
_CLOSE = 4.0
_EVIDENCE = 0.5  # notes that follow each other are not independent witnesses
# An exact search holds a chord longer than people do (in pop it changes at .26 of the half bars,
# people at .63), so staying costs something: half as much inside a bar as at its start.
_STAYING = 0.7
_UNSEEN_BEATS, _UNSEEN_COUNT = 100.0, 2.0
_SAME = np.eye(TRIADS)
_TABLES = ("emission", "transition", "initial", "final", "closing")


@dataclass(frozen=True, slots=True)
class ChordPlan:
    """A key and a triad for each `unit_ticks` from the start of bar 1."""

    key: Key
    unit_ticks: int
    triads: tuple[int, ...]

    def triad_at(self, tick: int) -> int:
        """The triad in force at `tick`; past the end the last one, NO_CHORD in an empty plan."""
        if not self.triads:
            return NO_CHORD
        return self.triads[min(max(tick, 0) // self.unit_ticks, len(self.triads) - 1)]

    def marks(self) -> tuple[ChordMark, ...]:
        """Chord symbols where the chord changes."""
        return tuple(
            ChordMark(i * self.unit_ticks, triad_symbol(triad, self.key))
            for i, triad in enumerate(self.triads)
            if i == 0 or triad != self.triads[i - 1]
        )


@dataclass(frozen=True, slots=True)
class HarmonyTables:
    """Log probabilities learned from songs in the signature of C.

    `emission` (24, 12): a pitch class given a triad. `transition` (2, 24, 24): the next triad,
    first axis 1 where it begins a bar. `initial` and `final` (24,): first and last triad.
    `closing` (12,): the melody's last pitch class.
    """

    per_beat: bool  # a chord a beat, as in chorales; else a chord a half bar
    emission: Array
    transition: Array
    initial: Array
    final: Array
    closing: Array


def unit_ticks(metre: Metre, per_beat: bool) -> int:
    """Length of a chord: a beat, or half a bar where it halves into whole beats, else a bar."""
    beat = TICKS_PER_BEAT * 4 // metre.unit
    if per_beat:
        return beat
    halves = metre.beats > 2 and metre.beats % 2 == 0
    return metre.bar_ticks // 2 if halves else metre.bar_ticks


def melody_weights(notes: Iterable[Note], units: int, ticks: int) -> Array:
    """How much each pitch class is heard in each unit, `(units, 12)`, in quarter notes; an onset on
    a beat counts as much again as an eighth, for accented notes tell the chord."""
    weights = np.zeros((units, 12))
    for note in notes:
        first, last = note.start_tick // ticks, (note.end_tick - 1) // ticks
        for unit in range(first, min(last, units - 1) + 1):
            heard = min(note.end_tick, (unit + 1) * ticks) - max(note.start_tick, unit * ticks)
            weights[unit, note.pitch % 12] += heard / TICKS_PER_BEAT
        if first < units:
            accent = 0.5 if note.start_tick % TICKS_PER_BEAT == 0 else 0.25
            weights[first, note.pitch % 12] += accent
    return weights


def plan_chords(
    notes: Sequence[Note],
    bars: int,
    metre: Metre,
    tables: HarmonyTables,
    key: Key | None = None,
) -> ChordPlan:
    """The likeliest key and chords for `bars` bars under the given notes (all voices of a take);
    only the chords where the key is known."""
    close = _CLOSE if key else _CLOSE / 2
    key = key or find_key(notes, bars, metre, tables)
    ticks = unit_ticks(metre, tables.per_beat)
    weights, strong = _heard(notes, bars, metre, ticks)
    evidence = _evidence(weights, key.signature, tables)
    evidence[-1, RELATIVE_TONIC if key.minor else TONIC] += close  # a tune closes on its tonic
    _, path = viterbi(evidence, strong, tables)
    triads = tuple(transpose_triad(int(triad), key.signature) for triad in path)
    return ChordPlan(key, ticks, triads)


def find_key(notes: Sequence[Note], bars: int, metre: Metre, tables: HarmonyTables) -> Key:
    """The key whose chords explain the notes best, heard in half bars: in beats, every passing
    note would ask for a chord. Minor where the tune, or its harmony, ends on the relative tonic."""
    weights, strong = _heard(notes, bars, metre, unit_ticks(metre, per_beat=False))
    last = max(notes, key=lambda note: (note.start_tick, note.pitch)).pitch if notes else 0
    best_score, best_key = -np.inf, Key(0)
    for signature in range(12):
        score, path = viterbi(_evidence(weights, signature, tables), strong, tables)
        ending = (last - signature) % 12
        score += float(tables.closing[ending])
        if score > best_score:
            minor = ending == RELATIVE_TONIC % 12 or int(path[-1]) == RELATIVE_TONIC
            best_score, best_key = score, Key((signature + (9 if minor else 0)) % 12, minor)
    return best_key


def _heard(
    notes: Sequence[Note], bars: int, metre: Metre, ticks: int
) -> tuple[Array, NDArray[np.bool_]]:
    """Pitch-class weights (unit, 12) and which units begin a bar (unit,)."""
    units = max(bars, 1) * metre.bar_ticks // ticks
    return melody_weights(notes, units, ticks), np.arange(units) * ticks % metre.bar_ticks == 0


def _evidence(weights: Array, signature: int, tables: HarmonyTables) -> Array:
    evidence: Array = _EVIDENCE * np.roll(weights, -signature, axis=1) @ tables.emission.T
    return evidence


def viterbi(
    evidence: Array, strong: NDArray[np.bool_], tables: HarmonyTables
) -> tuple[float, NDArray[np.int_]]:
    """Log probability and states of the best path; `evidence` (units, 24), `strong` (units,)."""
    value = tables.initial + evidence[0]
    pointers: list[NDArray[np.int_]] = []
    for unit in range(1, len(evidence)):
        cost = _STAYING if strong[unit] else _STAYING / 2
        candidates = value[:, None] + tables.transition[int(strong[unit])] - cost * _SAME
        pointers.append(candidates.argmax(0))
        value = candidates.max(0) + evidence[unit]
    value = value + tables.final
    path = [int(value.argmax())]
    for pointer in reversed(pointers):
        path.append(int(pointer[path[-1]]))
    return float(value.max()), np.array(path[::-1])


def implied_triads(notes: Sequence[Note], units: int, ticks: int) -> tuple[int, ...]:
    """The triad each unit of a full texture spells: most sounding weight on its tones, the lowest
    note's pitch class counted as a likely root; NO_CHORD where nothing sounds."""
    weights = melody_weights(notes, units, ticks)
    lowest = np.full(units, 128)
    for note in notes:
        for unit in range(note.start_tick // ticks, min((note.end_tick - 1) // ticks + 1, units)):
            lowest[unit] = min(lowest[unit], note.pitch)
    template = np.full((TRIADS, 12), -0.6)
    for triad in range(TRIADS):
        template[triad, list(triad_tones(triad))] = (1.2, 1.0, 1.0)
    scores = weights @ template.T
    triads = []
    for unit in range(units):
        if not weights[unit].any():
            triads.append(NO_CHORD)
            continue
        bonus = np.zeros(TRIADS)
        bonus[[lowest[unit] % 12, lowest[unit] % 12 + 12]] = 0.4
        triads.append(int((scores[unit] + bonus).argmax()))
    return tuple(triads)


@dataclass(frozen=True, slots=True)
class HarmonyExample:
    """A song to count from: melody notes, its triads a unit, its signature's major tonic."""

    notes: tuple[Note, ...]
    metre: Metre
    triads: tuple[int, ...]
    signature: int


def fit(examples: Iterable[HarmonyExample], per_beat: bool) -> HarmonyTables:
    """Tables counted from songs.

    What was seldom counted leans on what is common: a rare triad sounds like others of its mode,
    and the next triad is as likely as it is anywhere.
    """
    emission = np.zeros((TRIADS, 12))
    transition = np.zeros((2, TRIADS, TRIADS))
    initial, final, closing = np.full(TRIADS, 0.5), np.full(TRIADS, 0.5), np.full(12, 0.5)
    for example in examples:
        ticks = unit_ticks(example.metre, per_beat)
        triads = [transpose_triad(t, -example.signature) for t in example.triads]
        weights = melody_weights(example.notes, len(triads), ticks)
        weights = np.roll(weights, -example.signature, axis=1)
        for unit, triad in enumerate(triads):
            if triad == NO_CHORD:
                continue
            emission[triad] += weights[unit]
            if unit and triads[unit - 1] != NO_CHORD:
                strong = int(unit * ticks % example.metre.bar_ticks == 0)
                transition[strong, triads[unit - 1], triad] += 1
        sounding = [triad for triad in triads if triad != NO_CHORD]
        if sounding:
            initial[sounding[0]] += 1
            final[sounding[-1]] += 1
        last = max(example.notes, key=lambda note: (note.start_tick, note.pitch))
        closing[(last.pitch - example.signature) % 12] += 1
    emission += _UNSEEN_BEATS * _by_mode(emission)
    anywhere = transition.sum((0, 1)) + 0.01
    transition += _UNSEEN_COUNT * anywhere / anywhere.sum()
    return HarmonyTables(
        per_beat,
        *(
            np.log(table / table.sum(-1, keepdims=True))
            for table in (emission, transition, initial, final, closing)
        ),
    )


def _by_mode(emission: Array) -> Array:
    """The mean profile of major and of minor triads, moved to each root; rows sum to 1."""
    profiles = np.zeros((TRIADS, 12))
    for mode in (0, 12):
        rooted = sum(np.roll(emission[mode + root], -root) for root in range(12)) + 1e-3
        for root in range(12):
            profiles[mode + root] = np.roll(rooted / rooted.sum(), root)
    return profiles


def save_tables(tables: HarmonyTables, path: Path) -> None:
    """The tables as JSON, four decimals."""
    arrays = {name: np.round(getattr(tables, name), 4).tolist() for name in _TABLES}
    path.write_text(json.dumps({"per_beat": tables.per_beat, **arrays}) + "\n", encoding="utf-8")


def load_tables(path: Path) -> HarmonyTables:
    """Tables written by `save_tables`; raises BadModel where the file is missing or damaged."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        tables = HarmonyTables(
            bool(raw["per_beat"]),
            *(np.array(raw[name], float) for name in _TABLES),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadModel(f"The chord tables {path.name} are damaged: reinstall the model.") from error
    arrays = [getattr(tables, name) for name in _TABLES]
    shapes = [(TRIADS, 12), (2, TRIADS, TRIADS), (TRIADS,), (TRIADS,), (12,)]
    if [a.shape for a in arrays] != shapes or not all(np.isfinite(a).all() for a in arrays):
        raise BadModel(f"The chord tables {path.name} are damaged: reinstall the model.")
    return tables
