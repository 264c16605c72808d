"""Drums as people play them: performances of the Groove MIDI Dataset, put to songs whose own drums
were written by rule.

Gillick et al., Learning to Groove with Inverse Sequence Transformations, ICML 2019: drummers on an
electronic kit, to a click, each file with its style and metre in the manifest (`genre`,
`beat_type`). Fills stand where the drummers placed them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from studio.corpus.reading import Song, read_songs
from studio.corpus.windows import SongRolls
from studio.music import roll
from studio.music.instruments import CRASH, HIGH_TOM, KICK, LOW_TOM, MID_TOM, kit_track
from studio.music.score import (
    STEP_TICKS,
    TICKS_PER_BEAT,
    Metre,
    Track,
    grid_fit,
    map_notes,
    quantise,
)
from studio.music.swing import DOTTED_TICK, SWUNG_TICK, straighten_swing

# what the manifest calls the styles that suit a genre; `*` stands for anything
ROCK_STYLES = ("rock*", "punk", "pop*", "soul*", "country", "gospel")
JAZZ_STYLES = ("jazz", "jazz/swing", "jazz/mediumfast", "jazz/fast")

_LEAST_BARS = 8  # shorter ones are fills, or end before they settle
_PHRASE_BARS = 4
_BEAT_STEPS = TICKS_PER_BEAT // STEP_TICKS  # of a quarter: bars as long may count other beats
_NEAR = TICKS_PER_BEAT // 8
_LEAST_FIT, _LEAST_FIT_OF_TAKES = 0.5, 0.35
_MOST_BETWEEN, _MOST_TOMS = 0.15, 0.3
_FAST_BPM = 140
_GHOST_VELOCITY = 32
_LATE_TICKS = (280, 300, SWUNG_TICK, 340, DOTTED_TICK)
_AS_DENSE = 1.25
_LEAST_CHOICE = 12
_TRIES, _STARTS = 3, 3  # the more are tried, the better kick and bass agree and the fewer are used
_BASS = 0  # the first part of every layout that has drums


@dataclass(frozen=True, slots=True)
class DrumPerformance:
    """A drummer's take on the kit and the sixteenth grid, swing made even, from its first bar on;
    velocities as played."""

    name: str
    style: str
    metre: Metre
    track: Track


@dataclass(frozen=True, slots=True)
class Take:
    """All that a drummer played in one go, beats or nothing but a fill, from the bar of its first
    stroke on: swing made even, all else as it was played; `bars` whole ones."""

    style: str
    is_fill: bool
    bpm: float
    swung: bool
    bars: int
    bar_steps: int
    track: Track


@dataclass(frozen=True, slots=True)
class Groove:
    """A performance as a roll of whole bars: `roll` (2, steps, PITCHES) uint8 as in `music.roll`,
    strokes one step long; `bar_steps` sixteenths a bar; `loud` (steps, PITCHES) the velocities."""

    name: str
    style: str
    roll: NDArray[np.uint8]
    bar_steps: int
    loud: NDArray[np.uint8] | None = None

    @property
    def planes(self) -> NDArray[np.uint8]:
        """Onset, sustain and velocity, (3, steps, PITCHES)."""
        loud = np.zeros_like(self.roll[0]) if self.loud is None else self.loud
        return np.concatenate([self.roll, loud[None]])

    @property
    def bars(self) -> int:
        return int(self.roll.shape[1]) // self.bar_steps


def read_performances(path: Path, styles: Sequence[str]) -> list[DrumPerformance]:
    """The performances in `styles` that are beats of at least eight bars, in quarters, and close
    enough to a grid to be learned. A style is a name as in the manifest, or a pattern such as
    `rock*`.

    Raises BadMidi where `path` is no folder or zip of MIDI.
    """
    songs, _ = read_songs(path)
    found = [_performance(song) for song in songs if _is_wanted(song, styles)]
    return [performance for performance in found if performance is not None]


def read_takes(path: Path) -> list[Take]:
    """All takes in metres of quarters that keep to a grid; raises BadMidi where `path` is no folder
    or zip of MIDI."""
    songs, _ = read_songs(path)
    found = [_take(song) for song in songs if song.score.metre.unit == _BEAT_STEPS]
    return [take for take in found if take is not None]


def read_grooves(path: Path, styles: Sequence[str]) -> list[Groove]:
    """What `read_performances` finds, as rolls."""
    return [groove(performance) for performance in read_performances(path, styles)]


def groove(performance: DrumPerformance) -> Groove:
    """The performance as a roll, padded to whole bars."""
    bar_ticks = performance.metre.bar_ticks
    bars = performance.track.notes[-1].start_tick // bar_ticks + 1
    bar_steps = bar_ticks // STEP_TICKS
    notes, steps = performance.track.notes, bars * bar_steps
    planes, loud = roll.encode(notes, steps), roll.velocities(notes, steps)
    return Groove(performance.name, performance.style, planes, bar_steps, loud)


def with_human_drums(
    songs: Sequence[SongRolls],
    drum_part: int,
    grooves: Sequence[Groove],
    rng: np.random.Generator,
) -> list[SongRolls]:
    """The songs with the part `drum_part` played by a drummer; give it only songs whose drums were
    written by rule. A song without drums, or in a metre that no groove has, is left as it is."""
    return [_with_drummer(song, drum_part, grooves, rng) for song in songs]


def _with_drummer(
    song: SongRolls, drum_part: int, grooves: Sequence[Groove], rng: np.random.Generator
) -> SongRolls:
    strokes = song.parts[drum_part, roll.ONSET]
    fitting = [g for g in grooves if g.bar_steps == song.bar_steps]
    if not fitting or not strokes.any() or song.beat_steps != _BEAT_STEPS:
        return song
    struck = _bars_with(strokes, song.bar_steps)
    candidates = _as_dense(fitting, float(strokes.sum() / len(struck)), rng)
    first = int(struck[0])
    last = int(struck[-1]) if song.steps_after else max(_last_bar(song, drum_part), first)
    place = slice(first * song.bar_steps, (last + 1) * song.bar_steps)
    bass = song.parts[_BASS, roll.ONSET].any(axis=1)
    chosen, played = _with_the_bass(candidates, np.asarray(bass)[place], rng)
    if not song.steps_after:
        played[:, -song.bar_steps :] = _closing_bar(chosen)
    parts = song.parts.copy()
    parts[drum_part] = 0
    parts[drum_part, :, place] = played[:2]
    if song.loud_parts is None:
        return replace(song, parts=parts)
    loud = song.loud_parts.copy()
    loud[drum_part] = 0
    loud[drum_part, place] = played[2]
    return replace(song, parts=parts, loud_parts=loud)


def _last_bar(song: SongRolls, drum_part: int) -> int:
    """The last bar in which the melody or a part other than the drums begins a note."""
    others = np.delete(song.parts, drum_part, axis=0)[:, roll.ONSET].any(axis=0)
    return int(_bars_with(song.melody[roll.ONSET] | others, song.bar_steps)[-1])


def _as_dense(grooves: Sequence[Groove], density: float, rng: np.random.Generator) -> list[Groove]:
    """A few of those with about `density` strokes a bar, or of the nearest where fewer are."""
    distances = np.array([abs(np.log(max(_density(g), 1e-9) / density)) for g in grooves])
    near = max(int((distances <= np.log(_AS_DENSE)).sum()), min(_LEAST_CHOICE, len(grooves)))
    nearest = np.argsort(distances, kind="stable")[:near]
    return [grooves[i] for i in rng.choice(nearest, min(_TRIES, near), replace=False)]


def _with_the_bass(
    grooves: Sequence[Groove], bass: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Groove, NDArray[np.uint8]]:
    """The groove whose kick strikes most with the bass, and what it plays, looped, over as many
    steps as `bass` has. Each is tried from its beginning and from a few of its other phrases."""
    steps = np.arange(len(bass))
    found: list[tuple[float, Groove, NDArray[np.uint8]]] = []
    for groove in grooves:
        body = _body(groove)
        phrase = _PHRASE_BARS * groove.bar_steps
        phrases = -(-body.shape[1] // phrase)
        others = rng.choice(phrases, min(_STARTS, phrases), replace=False)
        for start in sorted({0, *others.tolist()}):
            played = body[:, (start * phrase + steps) % body.shape[1]]
            kick = played[roll.ONSET, :, KICK - roll.LOW_PITCH] > 0
            together = 2 * int((kick & bass).sum()) / max(int(kick.sum() + bass.sum()), 1)
            found.append((together, groove, played))
    _, chosen, played = max(found, key=lambda one: one[0])
    return chosen, played


def _body(groove: Groove) -> NDArray[np.uint8]:
    """What may be looped: without the bar that ends it, in whole phrases where there are any."""
    bars = groove.bars - int(_ends(groove))
    bars -= bars % _PHRASE_BARS if bars >= _PHRASE_BARS else 0
    return groove.planes[:, : bars * groove.bar_steps]


def _closing_bar(groove: Groove) -> NDArray[np.uint8]:
    """The groove's last bar where that ends it, else a stroke of kick and crash."""
    if _ends(groove):
        return groove.planes[:, -groove.bar_steps :]
    bar: NDArray[np.uint8] = np.zeros((3, groove.bar_steps, roll.PITCHES), np.uint8)
    bar[:2, 0, [KICK - roll.LOW_PITCH, CRASH - roll.LOW_PITCH]] = 1
    return bar


def _ends(groove: Groove) -> bool:
    """Whether the last bar is an ending: strokes on its first beat and none after it."""
    last = groove.roll[roll.ONSET, -groove.bar_steps :]
    return groove.bars > 1 and bool(last[0].any()) and not last[_BEAT_STEPS:].any()


def _density(groove: Groove) -> float:
    """Strokes a bar."""
    return float(groove.roll[roll.ONSET].sum()) / groove.bars


def _bars_with(onsets: NDArray[np.uint8], bar_steps: int) -> NDArray[np.int64]:
    """The bars in which anything begins; `onsets` (steps, …)."""
    steps = np.flatnonzero(onsets.reshape(len(onsets), -1).any(axis=1))
    return np.unique(steps // bar_steps)


def _is_wanted(song: Song, styles: Sequence[str]) -> bool:
    style = song.facts.get("genre", "")
    metre = song.score.metre
    return (
        song.facts.get("beat_type") == "beat"
        and any(fnmatchcase(style, pattern) for pattern in styles)
        and metre.unit == 4
        and song.score.bars >= _LEAST_BARS
    )


def _take(song: Song) -> Take | None:
    is_fill = song.facts.get("beat_type") != "beat"
    notes = tuple(note for track in song.score.tracks for note in track.notes)
    played = Track("Drums", notes, is_drum=True)
    played = played if is_fill else _on_the_click(played)
    even = _straight(played)
    if not notes or _fit(even, STEP_TICKS) < _LEAST_FIT_OF_TAKES:
        return None
    bar = song.score.metre.bar_ticks
    moved = _from_its_first_bar(even, bar)
    bars = -(-(max(note.start_tick for note in moved.notes) + STEP_TICKS) // bar)
    style = song.facts.get("genre", "")
    return Take(
        style, is_fill, song.score.tempo_bpm, even is not played, bars, bar // STEP_TICKS, moved
    )


def _performance(song: Song) -> DrumPerformance | None:
    """The song's drums on the grid, or None where they keep to none."""
    notes = [note for track in song.score.tracks for note in track.notes]
    played = _on_the_click(Track("Drums", tuple(notes), is_drum=True))
    track = _straight(played)
    if _fit(track, STEP_TICKS) < _LEAST_FIT:
        # in swing and at speed, sixteenths are hardly played, and eighths early and late are
        if track is played and song.score.tempo_bpm < _FAST_BPM:
            return None
        if _fit(track, 2 * STEP_TICKS) < _LEAST_FIT:
            return None
        track = quantise(track, 2 * STEP_TICKS)
    kit = kit_track(track.notes)
    if not kit.notes or (song.facts["genre"] in JAZZ_STYLES and not _keeps_swing(kit)):
        return None
    bar_ticks = song.score.metre.bar_ticks
    kit = _from_its_first_bar(kit, bar_ticks)
    if kit.notes[-1].start_tick // bar_ticks + 1 < _LEAST_BARS:
        return None
    return DrumPerformance(song.name, song.facts["genre"], song.score.metre, kit)


def _from_its_first_bar(track: Track, bar_ticks: int) -> Track:
    """The track without the bars before the one that its first stroke is meant for."""
    first = min(note.start_tick for note in track.notes) + STEP_TICKS // 2
    before = first // bar_ticks * bar_ticks
    return map_notes(track, lambda note: replace(note, start_tick=max(note.start_tick - before, 0)))


def _keeps_swing(track: Track) -> bool:
    """Whether a swung take is a model of its kind: few strokes between eighths, or its swing was
    not made even, and not played on the toms in place of ride and hi-hat."""
    between = np.mean([note.start_tick % (2 * STEP_TICKS) > 0 for note in track.notes])
    toms = np.mean([note.pitch in (LOW_TOM, MID_TOM, HIGH_TOM) for note in track.notes])
    return bool(between <= _MOST_BETWEEN and toms <= _MOST_TOMS)


def _on_the_click(track: Track) -> Track:
    """The track without its drummer's habit of being early or late: the median distance of the
    strokes near a beat from it."""
    places = [(n.start_tick + _NEAR) % TICKS_PER_BEAT - _NEAR for n in track.notes]
    lag = round(median([place for place in places if abs(place) <= _NEAR] or [0]))
    return map_notes(track, lambda note: replace(note, start_tick=max(note.start_tick - lag, 0)))


def _straight(track: Track) -> Track:
    """The track with swing made even, itself where it is even. Drummers swing the less the faster
    they play, so the place of the late eighth is sought: where the strokes then keep best to
    eighths and sixteenths together."""
    readings = [track, *(straighten_swing(track, late) for late in _LATE_TICKS)]
    return max(readings, key=lambda even: _fit(even, STEP_TICKS) + _fit(even, 2 * STEP_TICKS))


def _fit(track: Track, grid_ticks: int) -> float:
    """How well the strokes that are meant to be heard keep to a grid, see `grid_fit`."""
    return grid_fit([n for n in track.notes if n.velocity >= _GHOST_VELOCITY], grid_ticks)
