"""What is believed of a file: the melody that is kept, in the tempo, metre and key that hold while
it sounds, whatever the file says before it, after it and of other tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from studio.music.bars import Layout, layout_of, metre_of, spans_of
from studio.music.conductor import KeyEvent, MetreEvent
from studio.music.midi import MidiFile
from studio.music.score import Note, Score, TempoMark, Track
from studio.music.tempo import changes, tempo_marks
from studio.music.theory import Key

_MOST_SHARPS = 7
_WHOLE = 0.75  # of a melody that a key must hold for to be the melody's


def imported(file: MidiFile, track: Track) -> tuple[Score, tuple[str, ...]]:
    """The track of a file as a score of its own, and what was moved or guessed for it. Where bars
    of other metres are filled up, all that follows comes later, and the tempos with it."""
    origin = file.conductor.origin_tick
    notes = [replace(note, start_tick=note.start_tick - origin) for note in track.notes]
    metres = [event._replace(tick=event.tick - origin) for event in file.conductor.metres]
    first, last = notes[0].start_tick, max(note.end_tick for note in notes)
    layout = layout_of(spans_of(metres), first, last)
    tempos = tempo_marks((tick - origin, bpm) for tick, bpm in file.conductor.tempos)
    key, said = _key([k._replace(tick=k.tick - origin) for k in file.conductor.keys], first, last)
    score = Score(
        (replace(track, notes=tuple(_moved(note, layout) for note in notes), is_drum=False),),
        tempos[0].bpm,
        layout.metre,
        key,
        tempos=_moved_tempos(tempos, layout),
    )
    return score, (*_metre_remarks(metres, layout, last), *said)


def _moved(note: Note, layout: Layout) -> Note:
    return replace(note, start_tick=layout.moved(note.start_tick))


def _moved_tempos(marks: Sequence[TempoMark], layout: Layout) -> tuple[TempoMark, ...]:
    moved = {layout.moved(m.start_tick) * (m.start_tick > 0): m for m in marks}
    return changes(mark._replace(start_tick=tick) for tick, mark in sorted(moved.items()))


def _metre_remarks(events: Sequence[MetreEvent], layout: Layout, last: int) -> list[str]:
    metre = layout.metre
    remarks = [
        f"Moved: the metre {event.beats}/{event.unit} was read as 4/4."
        for event in events
        if metre_of(event.beats, event.unit) is None and event.tick < last
    ][:1]
    if layout.padded:
        names = " and ".join(str(other) for other in layout.padded[:4])
        remarks.append(f"Moved: the bars of {names} were filled up with rests to bars of {metre}.")
    elif layout.others:
        remarks.append(f"The metre changes: bars are counted in {metre} all the way.")
    return remarks


def _key(
    events: Sequence[KeyEvent], first_tick: int, last_tick: int
) -> tuple[str | None, tuple[str, ...]]:
    """The key that a file names for a melody: of several at one tick the last counts, and of those
    that follow each other the one that holds for most of it. A mode that is none is heard in the
    notes, as planners do under a major key."""
    named = {
        event.tick: Key.of_signature(event.sharps, event.mode == 1)
        for event in sorted(events, key=lambda event: event.tick)
        if abs(event.sharps) <= _MOST_SHARPS
    }
    ticks = sorted(named)
    times: dict[str, int] = {}
    for tick, end in pairwise([*ticks, max([last_tick, *ticks])]):
        sounding = min(end, last_tick) - max(tick, first_tick)
        if sounding > 0:
            times[str(named[tick])] = times.get(str(named[tick]), 0) + sounding
    if not times:
        return None, ()
    longest = max(times, key=lambda name: times[name])
    if times[longest] >= _WHOLE * (last_tick - first_tick):
        return longest, ()
    names = ", ".join(times)
    return None, (f"The key changes ({names}): it was heard in the notes.",) * (len(times) > 1)
