"""Songs whose chords are known, for the planner: melody, a triad and its seventh for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.corpus.reading import Song, read_songs
from studio.music.harmony import implied_triads, unit_ticks
from studio.music.score import STEP_TICKS, ChordMark, Metre, Note, Track, quantise
from studio.music.theory import (
    MAJOR_SCALE,
    MAJOR_SEVENTH,
    MINOR_SEVENTH,
    NO_CHORD,
    PLAIN,
    SIXTH,
    parse_chord,
    parse_key,
    triad_tones,
)

PER_BEAT = frozenset({"chorales"})  # styles whose chords change by the beat
_LEAST_NOTES, _LEAST_CHORDS = 16, 4
_MELODY_WEIGHT, _HOME_WEIGHT, _EDGE_WEIGHT = 0.3, 0.2, 0.03  # when the signature is sought
_LATE = 10  # ticks by which a mark may come late


@dataclass(frozen=True, slots=True)
class ChordSong:
    """Notes of the melody, and for each unit of `unit_ticks` its triad and seventh; `signature` is
    the major tonic with the same signature; `regular` the share of downbeats in their place."""

    name: str
    style: str
    notes: tuple[Note, ...]
    metre: Metre
    unit_ticks: int
    triads: tuple[int, ...]
    sevenths: tuple[int, ...]
    signature: int
    regular: float


def read_chord_songs(path: Path, style: str) -> list[ChordSong]:
    """The songs of a collection that have a melody and chords; the rest is passed over."""
    songs, _ = read_songs(path)
    found = [_chord_song(song, style) for song in songs]
    return [song for song in found if song is not None]


def _chord_song(song: Song, style: str) -> ChordSong | None:
    melody, harmony = _find(song, style)
    if melody is None or len(melody.notes) < _LEAST_NOTES:
        return None
    metre = song.score.metre
    ticks = unit_ticks(metre, per_beat=style in PER_BEAT)
    if ticks % STEP_TICKS:
        return None
    if style != "jazz":  # solos keep their triplets
        melody = quantise(melody, STEP_TICKS)
    units = -(-melody.end_tick // ticks)
    if harmony:
        triads = list(implied_triads(harmony, units, ticks))
        sevenths = _sounding_sevenths(harmony, triads, ticks)
    else:
        triads, sevenths = _marked(song.score.chords, units, ticks)
    if sum(triad != NO_CHORD for triad in triads) < _LEAST_CHORDS:
        return None
    named = parse_key(song.facts.get("key", ""))  # a file's own key is too often plain C
    signature = named.signature if named else estimated_signature(melody, triads)
    regular = float(song.facts.get("downbeat_regularity") or 1)
    return ChordSong(
        song.name, style, melody.notes, metre, ticks, tuple(triads), tuple(sevenths), signature,
        regular,
    )  # fmt: skip


def _find(song: Song, style: str) -> tuple[Track | None, tuple[Note, ...]]:
    """The melody, and the notes that spell the chords where no marks name them."""
    tracks = song.score.tracks
    if style in ("folk", "artsong", "chorales"):
        if len(tracks) < 2:
            return None, ()
        sounding = tracks[1:] if style == "folk" else tracks  # a folk tune's chords stand alone
        return tracks[0], tuple(note for track in sounding for note in track.notes)
    return next((track for track in tracks if "MELOD" in track.name.upper()), None), ()


def _marked(marks: Sequence[ChordMark], units: int, ticks: int) -> tuple[list[int], list[int]]:
    """The mark in force at each unit's start, or half-way where there is none."""
    starts = np.array([mark.start_tick for mark in marks])
    triads, sevenths = [NO_CHORD] * units, [PLAIN] * units
    for unit in range(units):
        for tick in (unit * ticks + _LATE, unit * ticks + ticks // 2 + _LATE):
            index = int(np.searchsorted(starts, tick, side="right")) - 1
            chord = parse_chord(marks[index].symbol) if index >= 0 else None
            if chord is not None and chord.triad != NO_CHORD:
                triads[unit], sevenths[unit] = chord.triad, chord.seventh
                break
    return triads, sevenths


def _sounding_sevenths(notes: Sequence[Note], triads: Sequence[int], ticks: int) -> list[int]:
    sevenths = []
    for unit, triad in enumerate(triads):
        start, end = unit * ticks, (unit + 1) * ticks
        above = {
            (note.pitch - triad) % 12
            for note in notes
            if note.start_tick < end and note.end_tick > start
        }
        kinds = ((10, MINOR_SEVENTH), (11, MAJOR_SEVENTH), (9, SIXTH))
        found = [kind for interval, kind in kinds if interval in above]
        sevenths.append(found[0] if found and triad != NO_CHORD else PLAIN)
    return sevenths


def estimated_signature(melody: Track, triads: Sequence[int]) -> int:
    """The major tonic with the signature of a tune whose chords are known: the scale that holds
    most of its chord tones and, weighed less, of its melody; its tonic chords, in major or minor,
    are common, and stand first and last.

    The weights are those that agree best (.951) with the keys that POP909's annotators wrote down.
    """
    heard = [triad for triad in triads if triad != NO_CHORD]
    tones, tunes, homes = np.zeros(12), np.zeros(12), np.zeros(12)
    for triad in heard:
        tones[list(triad_tones(triad))] += 1
        homes[_home(triad)] += 1
    for note in melody.notes:
        tunes[note.pitch % 12] += 1
    scale = np.array([np.isin(np.arange(12), [(k + s) % 12 for s in MAJOR_SCALE])
                      for k in range(12)])  # fmt: skip
    fit = scale @ (tones / tones.sum()) + _MELODY_WEIGHT * (scale @ (tunes / max(tunes.sum(), 1)))
    fit += _HOME_WEIGHT * homes / len(heard)
    fit[_home(heard[0])] += _EDGE_WEIGHT
    fit[_home(heard[-1])] += _EDGE_WEIGHT
    return int(fit.argmax())


def _home(triad: int) -> int:
    """The signature whose tonic chord, major or minor, a triad is."""
    return triad % 12 if triad < 12 else (triad % 12 + 3) % 12
