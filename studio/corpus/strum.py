"""A plain accompaniment by rule for tunes that have none: three or four chords, bass and strum.

Chords are found on the tune alone: those of its key, by how many of the heard notes they hold, with
a cost for each change (Viterbi's search). What is made of them is what a village player does:
root and fifth by turns on the strong beats, the chord between them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.music.harmony import melody_weights, unit_ticks
from studio.music.score import TICKS_PER_BEAT, ChordMark, Metre, Note, Score, Track
from studio.music.theory import NO_CHORD, Chord, Key, chord_symbol, triad_tones

_IN, _OUT = 1.0, -0.8  # a heard quarter that is in the chord, or not
_CHANGE = -0.5
_HOME, _NEAR = 0.3, 0.15  # how much likelier the tonic is, and its dominant and subdominant
_BASS_LOW, _CHORD_LOW = 40, 52
_BASS_VELOCITY, _CHORD_VELOCITY = 70, 58
_BASS_PROGRAM, _GUITAR_PROGRAM = 32, 25


def accompanied(score: Score, key: Key) -> Score:
    """A tune of one track with a bass and a guitar under it, its chords as marks."""
    tune = score.tracks[0]
    ticks = unit_ticks(score.metre, per_beat=False)
    units = score.bars * score.metre.bar_ticks // ticks
    triads = chords_under(tune.notes, key, units, ticks)
    marks = [
        ChordMark(unit * ticks, chord_symbol(Chord(triad), key))
        for unit, triad in enumerate(triads)
        if unit == 0 or triad != triads[unit - 1]
    ]
    bass, chords = _strummed(triads, ticks, score.metre)
    tracks = (tune, Track("Bass", bass, _BASS_PROGRAM), Track("Guitar", chords, _GUITAR_PROGRAM))
    return Score(tracks, score.tempo_bpm, score.metre, str(key), tuple(marks), score.title)


def chords_under(notes: Sequence[Note], key: Key, units: int, ticks: int) -> tuple[int, ...]:
    """The likeliest triad for each unit of `ticks`, of those that stand in the key."""
    home = key.tonic + 12 * key.minor
    triads = _triads_of(key)
    near = {(key.tonic + 5) % 12, (key.tonic + 7) % 12}
    fit = np.full((len(triads), 12), _OUT)
    liking = np.zeros(len(triads))
    for row, triad in enumerate(triads):
        fit[row, list(triad_tones(triad))] = _IN
        liking[row] = _HOME if triad == home else _NEAR * (triad % 12 in near)
    heard = melody_weights(notes, units, ticks) * (2 * TICKS_PER_BEAT / ticks)
    scores = heard @ fit.T + liking
    scores[-1, triads.index(home)] += 10  # it ends at home
    change = _CHANGE * (1 - np.eye(len(triads)))
    best, back = scores[0], []
    for row in scores[1:]:
        reached = best[:, None] + change
        back.append(reached.argmax(0))
        best = reached.max(0) + row
    path = [int(best.argmax())]
    for step in reversed(back):
        path.append(int(step[path[-1]]))
    return tuple(triads[i] for i in reversed(path))


def _triads_of(key: Key) -> list[int]:
    """Tonic, second, subdominant, dominant and the relative of a major key; tonic, third,
    subdominant, both dominants, sixth and seventh of a minor one."""
    tonic = key.tonic
    if key.minor:
        return [
            tonic + 12, (tonic + 3) % 12, (tonic + 5) % 12 + 12, (tonic + 7) % 12 + 12,
            (tonic + 7) % 12, (tonic + 8) % 12, (tonic + 10) % 12,
        ]  # fmt: skip
    return [
        tonic, (tonic + 2) % 12 + 12, (tonic + 5) % 12, (tonic + 7) % 12, (tonic + 9) % 12 + 12,
    ]  # fmt: skip


def _strummed(
    triads: Sequence[int], ticks: int, metre: Metre
) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
    """Bass and chords of the whole tune."""
    bass: list[Note] = []
    chords: list[Note] = []
    fifth, last = False, NO_CHORD
    strong, weak, length = _figure(metre)
    for bar in range(len(triads) * ticks // metre.bar_ticks):
        start = bar * metre.bar_ticks
        for at in strong:
            triad = triads[(start + at) // ticks]
            root, _, above = triad_tones(triad)
            fifth = triad == last and not fifth
            last = triad
            pitch = _lifted(above if fifth else root, _BASS_LOW)
            bass.append(Note(start + at, pitch, length, _BASS_VELOCITY))
        for at in weak:
            tones = triad_tones(triads[(start + at) // ticks])
            pitches = sorted(_lifted(tone, _CHORD_LOW) for tone in tones)
            chords += [Note(start + at, pitch, length, _CHORD_VELOCITY) for pitch in pitches]
    return tuple(bass), tuple(chords)


def _figure(metre: Metre) -> tuple[list[int], list[int], int]:
    """Ticks of a bar on which the bass and the chords are struck, and how long they sound."""
    eighth = TICKS_PER_BEAT // 2
    bar = metre.bar_ticks
    if metre.unit >= 8 and metre.beats % 3 == 0:  # jigs: bass, rest, chord in each three
        beat = 3 * bar // metre.beats
        starts = list(range(0, bar, beat))
        return starts, [start + 2 * beat // 3 for start in starts], beat // 3
    if metre.beats == 3:
        return [0], [bar // 3, 2 * bar // 3], bar // 3
    if bar <= 2 * TICKS_PER_BEAT:  # 2/4 is counted in eighths
        return list(range(0, bar, 2 * eighth)), list(range(eighth, bar, 2 * eighth)), eighth
    step = TICKS_PER_BEAT
    return list(range(0, bar, 2 * step)), list(range(step, bar, 2 * step)), step


def _lifted(pitch_class: int, low: int) -> int:
    return low + (pitch_class - low) % 12
