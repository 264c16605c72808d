"""Where a melody comes from: a take played on the keyboard, a track of a MIDI file, or a sample,
our own transcriptions of tunes in the public domain.

A take is the JSON the keyboard sends: `tempo_bpm`, `metre`, `metronome` and `notes` with
`start_seconds`, `duration_seconds`, `pitch` and `velocity`; 0 seconds is the downbeat of bar 1.
Its timing is kept as it was played; the models see a quantised copy. Notes that come from a score
have their ticks beside the seconds, `start_tick` and `duration_ticks`, and keep them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np

from studio.ground import assets
from studio.ground.errors import BadMidi, BadScore
from studio.music import midi
from studio.music.file_parts import FilePartLine as FilePartLine
from studio.music.file_parts import part_lines as part_lines
from studio.music.file_parts import part_names
from studio.music.free_time import estimate_tempo_bpm
from studio.music.harmony import chords_text, left_out
from studio.music.imported import imported
from studio.music.melody_json import Row as Row
from studio.music.melody_json import melody_from_json as melody_from_json
from studio.music.melody_json import melody_to_json as melody_to_json
from studio.music.melody_json import tempos_json
from studio.music.midi import MidiFile
from studio.music.pickup import (
    PRESSED_EARLY_SECONDS,
    counted_from,
    early_ticks,
    marks_from,
)
from studio.music.pickup import bars_of_rest as bars_of_rest
from studio.music.pickup import from_bar as from_bar
from studio.music.pickup import pickup_of as pickup_of
from studio.music.pickup import with_pickup as with_pickup
from studio.music.score import (
    MAX_BARS,
    MAX_MINUTES,
    STEP_TICKS,
    TICKS_PER_BEAT,
    ChordMark,
    Metre,
    Note,
    Score,
    TempoMark,
    Track,
    map_notes,
    one_at_a_time,
    quantise_played,
)
from studio.music.tempo import main_tempo_bpm, tempo_map, within
from studio.music.tunes import is_called_tune
from studio.music.tunes import likeliest_melody as likeliest_melody

GRIDS_TICKS: dict[str, int | None] = {
    "off": None,
    "1/8": TICKS_PER_BEAT // 2,
    "1/16": TICKS_PER_BEAT // 4,
    "triplets": TICKS_PER_BEAT // 3,
}
SAMPLES = assets.ASSETS / "melodies"
_SHOWN_CHORDS = 4  # bars in the report
_WITH_RESTS = ("arranger", "extension", "import", "mended", "part")  # takes whose first bars stay


@dataclass(frozen=True, slots=True)
class Melody:
    """A score of one track that starts in bar 1, what was kept, moved, cut or dropped, and whether
    its bars are laid on beats that were heard, not on its file's."""

    score: Score
    report: tuple[str, ...] = ()
    is_free: bool = False


def from_take(take: Mapping[str, Any], quantise_to: str = "off", program: int = 0) -> Melody:
    """A take as a melody; raises BadScore where it has no notes or is not a take.

    Without a metronome the tempo is estimated from the playing and said in the report.
    """
    try:
        rows = [
            (
                float(note["start_seconds"]),
                float(note["duration_seconds"]),
                int(note["pitch"]),
                int(note["velocity"]),
                _ticks_of(note),
            )
            for note in take["notes"]
        ]
        tempo_bpm, metronome = float(take["tempo_bpm"]), bool(take["metronome"])
        beats, unit = (int(part) for part in str(take["metre"]).split("/"))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadScore("This take cannot be read: play it again.") from error
    if not np.isfinite([tempo_bpm, *(value for row in rows for value in row[:4])]).all():
        raise BadScore("This take cannot be read: play it again.")
    if not rows:
        raise BadScore("There is no melody yet: play one, choose a sample or import a file.")
    report: list[str] = []
    if not metronome:
        first = min(row[0] for row in rows)  # where a trimmed take begins, bar 1 begins
        rows = [(start - first, duration, pitch, v, None) for start, duration, pitch, v, _ in rows]
        tempo_bpm = estimate_tempo_bpm([row[0] for row in rows])
        report.append(f"Played without the metronome: the tempo was heard as {tempo_bpm:g} bpm.")
    ticks_per_second = tempo_bpm / 60 * TICKS_PER_BEAT
    notes = []
    metre = Metre(beats, unit)
    pickup = min(row[0] for row in rows) < -PRESSED_EARLY_SECONDS
    offset = metre.bar_ticks if pickup else 0
    for start, duration, pitch, velocity, ticks in rows:
        played = round(start * ticks_per_second), round((start + duration) * ticks_per_second)
        own = played if ticks is None else (ticks[0], ticks[0] + ticks[1])
        start_tick, end_tick = max(own[0] + offset, 0), own[1] + offset
        notes.append(Note(start_tick, pitch, max(end_tick - start_tick, 1), velocity))
    track = Track("Melody", tuple(notes), program)
    grid_ticks = GRIDS_TICKS.get(quantise_to)
    if grid_ticks is not None and metronome:  # a free take has no grid to move to
        track = quantise_played(track, grid_ticks)
    key = str(take["key"]) if take.get("key") else None
    score = Score((track,), tempo_bpm, metre, key, title=str(take.get("name") or ""))
    score = replace(score, tempos=_tempos_of(take, offset), chords=_chords_of(take, offset))
    by_hand = any(row[4] is None for row in rows)  # what comes from a score is where it is meant
    rests_stay = take.get("source") in _WITH_RESTS
    fitted, remarks = _fit(score, rests_stay, may_be_early=by_hand)
    return Melody(fitted, (*report, *remarks))


def _tempos_of(take: Mapping[str, Any], offset: int) -> tuple[TempoMark, ...]:
    """The tempos of a take that came from a score whose tempo changes, after an upbeat's bar."""
    marks = tempo_map(take.get("tempos") or ())
    return tuple(m._replace(start_tick=m.start_tick + offset * (m.start_tick > 0)) for m in marks)


def _chords_of(take: Mapping[str, Any], offset: int) -> tuple[ChordMark, ...]:
    """The chords of a take that came from a file that names them."""
    marks = (ChordMark(int(tick), str(symbol)) for tick, symbol in take.get("chords") or ())
    return marks_from(tuple(marks), -offset)


def _ticks_of(note: Mapping[str, Any]) -> tuple[int, int] | None:
    """Where a note of a score begins and how long it is; None for one that was played."""
    start, duration = note.get("start_tick"), note.get("duration_ticks")
    return (start, duration) if type(start) is int and type(duration) is int else None


def from_performance(performance: Mapping[str, Any]) -> Melody:
    """The keyboard's last take, trimmed and quantised as its switches say; raises BadScore where
    there is none or nothing is left."""
    takes = performance.get("takes") or []
    if not takes:
        raise BadScore("There is no melody yet: play one, choose a sample or import a file.")
    take = trimmed(takes[-1], performance.get("trim"))
    return from_take(
        take, str(performance.get("quantise", "off")), int(performance.get("program", 0))
    )


def trimmed(take: Mapping[str, Any], trim: Mapping[str, Any] | None) -> dict[str, Any]:
    """The take with only the notes that begin between `start_seconds` and `end_seconds`."""
    if not trim:
        return dict(take)
    start, end = float(trim["start_seconds"]), float(trim["end_seconds"])
    inside = [note for note in take["notes"] if start <= note["start_seconds"] < end]
    notes = [
        note
        if note["start_seconds"] + note["duration_seconds"] <= end
        else {**note, "duration_seconds": end - note["start_seconds"], "duration_ticks": None}
        for note in inside
    ]
    if not notes:
        raise BadScore("Nothing is left between the trim handles: move them apart.")
    return {**take, "notes": notes}


def from_file(
    file: MidiFile,
    track_index: int | None = None,
    pickup: float | None = None,
    keep_grid: bool = False,
    trim: bool = False,
) -> Melody:
    """One track of a MIDI file as a melody, with an import report.

    `track_index` counts the score's tracks from 0 and is obeyed, drums too; None takes the
    likeliest melody. `pickup` and `keep_grid` as in `imported`. Bars of rest before the first note
    stay, so that what comes of it lines up with the song, unless it is to `trim` them. Raises
    BadMidi where the file then holds only drums or has no such track, BadKnob for a pickup of a bar
    or more.
    """
    tracks = file.score.tracks
    index = likeliest_melody(tracks) if track_index is None else track_index
    if not 0 <= index < len(tracks):
        count = len(tracks)
        raise BadMidi(
            "This MIDI file has one track: choose track 1."
            if count == 1
            else f"This MIDI file has {count} tracks: choose one from 1 to {count}."
        )
    track = tracks[index]
    report = []
    if track.is_drum:
        if track_index is None and not is_called_tune(track.name):
            raise BadMidi("This MIDI file holds only drums: choose one with a melody in it.")
        report.append("Guessed: the notes of this drum track are meant as pitches.")
    score, guesses, is_free = imported(file, track, pickup, keep_grid, trim)
    fitted, remarks = _fit(score, rests_stay=not trim)
    kept = len(fitted.tracks[0].notes)
    notes = f"{kept} note" if kept == 1 else f"{kept} notes"
    bars = "1 bar" if fitted.bars == 1 else f"{fitted.bars} bars"
    rests = bars_of_rest(fitted)
    if rests:
        before = f"Kept: {rests} {'bar' if rests == 1 else 'bars'} of rest before the first note"
        report.append(f"{before}, in which the band waits.")
    names = part_names(tracks)
    report.insert(0, f"Kept: {notes} of “{names[index]}”, {bars}.")
    others = [name for other, name in enumerate(names) if other != index]
    if others:
        shown = ", ".join(others[:4]) + (" and more" if len(others) > 4 else "")
        tracks_are, them = ("track", "it") if len(others) == 1 else ("tracks", "them")
        report.append(f"Dropped: the other {tracks_are} ({shown}); the band will replace {them}.")
    if fitted.chords:
        chart = chords_text(fitted, per_beat=False).split(" | ")
        more = " | …" if len(chart) > _SHOWN_CHORDS else "."
        said = f"Chords in the file: {' | '.join(chart[:_SHOWN_CHORDS])}{more}"
        report.append(f"{said} {left_out(fitted)}".rstrip())
    losses = file.sources[index].losses if file.sources else ()
    return Melody(fitted, (*report, *losses, *remarks, *guesses, *file.remarks), is_free)


def _fit(
    score: Score, rests_stay: bool = False, may_be_early: bool = True
) -> tuple[Score, tuple[str, ...]]:
    """The score from its first sounding bar, if rests before it do not stay, at most as many bars
    as `Score.most_bars` says, in a metre with a sixteenth grid; a first note that `may_be_early`
    goes to its line."""
    remarks: list[str] = []
    track = one_at_a_time(score.tracks[0])
    if track != score.tracks[0]:
        fewer = len(score.tracks[0].notes) - len(track.notes)
        remarks.append(
            "Cut: notes that overlapped others of the same pitch"
            + (f", {fewer} of them wholly." if fewer else ".")
        )
    if score.metre.bar_ticks % STEP_TICKS:
        remarks.append(f"Moved: the metre {score.metre} was read as 4/4.")
        score = replace(score, metre=Metre())
    bar = score.metre.bar_ticks
    first = track.notes[0].start_tick + (early_ticks(score) if may_be_early else 0)
    empty_bars = first // bar
    if rests_stay and empty_bars < score.most_bars:
        empty_bars = 0
    if empty_bars:
        bars, were = ("bar", "was") if empty_bars == 1 else ("bars", "were")
        remarks.append(f"Moved: {empty_bars} empty {bars} before the first note {were} taken away.")
    shift = empty_bars * bar
    track = map_notes(track, partial(counted_from, shift))
    score = replace(score, chords=marks_from(score.chords, shift))
    most = score.most_bars_from(shift)
    last_tick = most * bar
    if track.end_tick > last_tick:
        kept = [n for n in track.notes if n.start_tick < last_tick]
        beyond = len(track.notes) - len(kept)
        notes = "1 note was" if beyond == 1 else f"{beyond} notes were"
        minutes = f" ({MAX_MINUTES} minutes)" * (most < MAX_BARS)
        remarks.append(f"Cut: after bar {most}{minutes}, {notes} left out.")
        cut = [replace(n, duration_ticks=min(n.end_tick, last_tick) - n.start_tick) for n in kept]
        track = replace(track, notes=tuple(cut))
    fitted = score.with_tracks([track])
    if score.tempos:
        last_tick = fitted.bars * bar
        tempos = within(score.tempos, shift, shift + last_tick)
        fitted = replace(fitted, tempo_bpm=main_tempo_bpm(tempos, last_tick), tempos=tempos)
    return fitted, tuple(remarks)


def as_take(melody: Score, take_id: str, source: str) -> dict[str, Any]:
    """A melody as a take for the keyboard: what `from_take` turns back into the same notes."""
    clock = melody.clock
    take = {
        "id": take_id,
        "source": source,
        "name": melody.title,
        "tempo_bpm": melody.tempo_bpm,
        "metre": str(melody.metre),
        "metronome": True,
        "key": melody.key,
        "notes": [
            {
                "start_seconds": clock.seconds_at(note.start_tick),
                "duration_seconds": clock.span(note.start_tick, note.end_tick),
                "pitch": note.pitch,
                "velocity": note.velocity,
                "start_tick": note.start_tick,
                "duration_ticks": note.duration_ticks,
            }
            for note in melody.tracks[0].notes
        ],
    }
    if melody.chords:
        take["chords"] = [[mark.start_tick, mark.symbol] for mark in melody.chords]
    return take | tempos_json(melody)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample melody as the list shows it."""

    id: str
    title: str
    origin: str
    key: str
    metre: str
    bars: int
    pickup: bool


@cache
def samples() -> tuple[Sample, ...]:
    """All sample melodies, in the order of the index."""
    rows = json.loads((SAMPLES / "index.json").read_text(encoding="utf-8"))
    return tuple(Sample(**row) for row in rows)


def sample_melody(id: str) -> Score:
    """The melody of a sample; raises BadMidi where there is no such sample."""
    for sample in samples():
        if sample.id == id:
            score = from_file(midi.read((SAMPLES / f"{id}.mid").read_bytes()), pickup=0).score
            return replace(score, title=sample.title)
    names = ", ".join(sample.id for sample in samples())
    raise BadMidi(f"There is no sample called {id!r}: choose one of {names}.")
