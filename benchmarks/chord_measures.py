"""Measures of a chord plan, by itself and against its melody.

Yeh et al. 2021, "Automatic melody harmonization with triad chords: a comparative study". Those of
a progression take successive triads; those of melody and chords take a ChordPlan. For scale: on the
human chords of POP909, each annotated chord once, the progression measures are 1.10 (distance) and
1.91 (entropy); melody against them .86, .57 and 1.32. A plan by half bars counts a held chord
again: its distance is lower (.81 there), so compare like with like.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from studio.measures.tonal import CIRCLES, centroid
from studio.music.harmony import ChordPlan
from studio.music.score import STEP_TICKS, Note, Track, top_line
from studio.music.theory import NO_CHORD, TRIADS, triad_tones

# by interval in semitones from chord tone up to melody: unisons, thirds, fifths and sixths please
_CONSONANCE = {0: 1, 3: 1, 4: 1, 7: 1, 8: 1, 9: 1, 5: 0}
_STEP = 2  # semitones a non-chord tone may move to resolve
_TRIAD_POINTS = np.array(
    [centroid(np.isin(np.arange(12), triad_tones(t)).astype(float)) for t in range(TRIADS)]
)


def chord_histogram_entropy(triads: Sequence[int]) -> float:
    """CHE: entropy of how often each triad comes, in nats: 0 for one chord, ln 25 = 3.22 at most.
    Silence (NO_CHORD) counts as a chord, as in the source."""
    shares = np.bincount(triads, minlength=TRIADS + 1) / len(triads) if triads else np.zeros(1)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum()) + 0.0


def chord_tonal_distance(triads: Sequence[int]) -> float:
    """CTD: mean distance of successive triads' tonal centroids, 0 for one held chord to about 2;
    silences are skipped. 0 for fewer than two chords."""
    points = _TRIAD_POINTS[[triad for triad in triads if triad != NO_CHORD]]
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).mean()) if len(points) > 1 else 0.0


def chord_tone_ratio(melody: Sequence[Note], plan: ChordPlan) -> float:
    """CTnCTR: share of the melody's sounding time, 0 to 1, that is a chord tone, or a proper
    non-chord tone: one whose next different note is at most two semitones away and a tone of the
    same chord. 1 where no chord sounds under the melody."""
    line = top_line(Track("", tuple(melody))).notes
    total = good = 0
    for index, note in enumerate(line):
        following = next((n for n in line[index + 1 :] if n.pitch != note.pitch), None)
        near = following and abs(following.pitch - note.pitch) <= _STEP
        for triad in _triads_under(note, plan):
            tones = triad_tones(triad)
            resolves = near and following and following.pitch % 12 in tones
            total += 1
            good += bool(note.pitch % 12 in tones or resolves)
    return good / total if total else 1.0


def pitch_consonance(melody: Sequence[Note], plan: ChordPlan) -> float:
    """PCS: consonance of melody and chord tones, -1 to 1, weighted by time: each pair counts 1 for
    a unison, third, fifth or sixth above the chord tone, 0 for a fourth, else -1. 0 where no chord
    sounds under the melody."""
    scores = [
        _CONSONANCE.get((note.pitch - tone) % 12, -1)
        for note in top_line(Track("", tuple(melody))).notes
        for triad in _triads_under(note, plan)
        for tone in triad_tones(triad)
    ]
    return sum(scores) / len(scores) if scores else 0.0


def melody_chord_distance(melody: Sequence[Note], plan: ChordPlan) -> float:
    """MCTD: mean distance of the melody note's tonal centroid from the chord's, weighted by time; 0
    to 3: 1.0 to 1.2 for a chord tone, 1.7 to 2.4 for others. 0 where no chord sounds under the
    melody."""
    distances = [
        float(np.linalg.norm(CIRCLES[note.pitch % 12] - _TRIAD_POINTS[triad]))
        for note in top_line(Track("", tuple(melody))).notes
        for triad in _triads_under(note, plan)
    ]
    return sum(distances) / len(distances) if distances else 0.0


def ends_on_tonic(plan: ChordPlan) -> bool:
    """Whether the last chord is the key's tonic triad, or in minor its major (a Picardy third)."""
    sounding = [triad for triad in plan.triads if triad != NO_CHORD]
    if not sounding:
        return False
    root, minor = sounding[-1] % 12, sounding[-1] >= TRIADS // 2
    return root == plan.key.tonic and (plan.key.minor or not minor)


def _triads_under(note: Note, plan: ChordPlan) -> Iterator[int]:
    """The triad in force at each sixteenth of a note; silences are left out."""
    for tick in range(note.start_tick, note.end_tick, STEP_TICKS):
        triad = plan.triad_at(tick)
        if triad != NO_CHORD:
            yield triad
