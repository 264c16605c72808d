"""What is believed of a file: the melody that is kept, in the tempo, metre and key that hold while
it sounds, whatever the file says before it, after it and of other tracks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from studio.music.bars import Layout, layout_of, metre_of, spans_of
from studio.music.conductor import KeyEvent, MetreEvent
from studio.music.free_time import is_free, on_heard_beats, tells_grid
from studio.music.midi import MidiFile
from studio.music.pickup import marks_from, on_grid, pickup_ticks
from studio.music.score import (
    STEP_TICKS,
    TEMPO_RANGE_BPM,
    TICKS_PER_BEAT,
    ChordMark,
    Clock,
    Metre,
    Note,
    Score,
    TempoMark,
    Track,
    top_line,
)
from studio.music.tempo import MICROSECONDS_PER_MINUTE, changes, main_tempo_bpm, tempo_marks
from studio.music.theory import Key
from studio.music.upbeat import upbeat_ticks

_MOST_SHARPS = 7
_WHOLE = 0.75  # of a melody that a key must hold for to be the melody's
_FEW_CHORDS = 6
_HEARD_LATE = 0.05  # seconds by which people hear that music comes late
_AT_A_LINE = STEP_TICKS // 2  # ticks by which a first note may miss its bar line


@dataclass(frozen=True, slots=True)
class _Laid:
    """A melody in bars of its metre: `beside` are the notes of other tracks, none where they are
    not laid with it; `certain` is whether the file itself says where its bars are; `chords` those
    that it names, none where they are not laid with it."""

    notes: tuple[Note, ...]
    metre: Metre
    tempos: tuple[TempoMark, ...]
    remarks: tuple[str, ...]
    beside: tuple[Note, ...] = ()
    certain: bool = False
    chords: tuple[ChordMark, ...] = ()


def imported(
    file: MidiFile,
    track: Track,
    pickup: float | None = None,
    keep_grid: bool = False,
    trim: bool = False,
) -> tuple[Score, tuple[str, ...], bool]:
    """The track of a file as a score of its own, what was moved or guessed for it, and whether it
    was laid on beats that are heard. Where bars of other metres are filled up, all that follows
    comes later, and the tempos with it.

    `pickup` beats lie before the first bar line, 0 where the bars are as in the file; None hears
    them, but for a melody after whole bars of rest that stay, which `trim` takes away. What is
    played freely beside the file's grid is laid on the beats that are heard, unless `keep_grid`.
    Raises BadKnob for a pickup of a bar or more.
    """
    origin = file.conductor.origin_tick
    notes = _earlier(track.notes, origin)
    first, last = notes[0].start_tick, max(note.end_tick for note in notes)
    metres = [event._replace(tick=event.tick - origin) for event in file.conductor.metres]
    in_file = tempo_marks((tick - origin, bpm) for tick, bpm in file.conductor.tempos)
    clock = Clock.of(in_file[0].bpm, in_file)
    layout = layout_of(spans_of(metres), first, last)
    others = [other for other in file.score.tracks if other is not track]
    free = not keep_grid and is_free(notes) and all(not tells_grid(t.notes) for t in others)
    if free:
        chords = marks_from(file.score.chords, origin)
        laid = _laid_freely(notes, clock, layout.metre, chords)
    else:
        beside = _earlier([note for t in others if not t.is_drum for note in t.notes], origin)
        remarks = _metre_remarks(metres, layout, last)
        laid = _laid(notes, in_file, layout, beside, tuple(remarks))
        chords = _chords(file, layout)
        certain = laid.certain or _is_counted(track, others, chords, layout.metre.bar_ticks)
        laid = replace(laid, chords=chords, certain=certain)
    shift, heard = _shift(laid, pickup, trim or free)
    begins = laid.notes[0].start_tick + shift - first
    if begins >= STEP_TICKS and not (free or trim or heard or pickup or layout.padded):
        beats = f"{begins / laid.metre.beat_ticks:g}"
        heard = (f"Moved: {beats} beats later than in the file, so that bars begin on bar lines.",)
    tempos, silent = _moved(laid.tempos, lambda tick: tick + shift), 0
    if free and not trim:
        before = clock.seconds_at(first) - Clock.of(0, tempos).seconds_at(
            laid.notes[0].start_tick + shift
        )
        tempos, silent = _after_silence(tempos, before, laid.metre.bar_ticks)
        if not silent and before >= _HEARD_LATE:
            heard = (*heard, f"Moved: {before:.1f} seconds earlier than in the file.")
    later = shift + silent
    key, said = _key([k._replace(tick=k.tick - origin) for k in file.conductor.keys], first, last)
    score = Score(
        (replace(track, notes=_earlier(laid.notes, -later), is_drum=False),),
        laid.tempos[0].bpm,
        laid.metre,
        key,
        marks_from(laid.chords, -later),
        tempos=tempos,
    )
    return score, (*laid.remarks, *heard, *said), free


def _laid(
    notes: Sequence[Note], tempos: Sequence[TempoMark], layout: Layout, beside: tuple[Note, ...],
    remarks: tuple[str, ...],
) -> _Laid:  # fmt: skip
    """Notes in the bars of the file's time signatures."""
    moved = tuple(replace(note, start_tick=layout.moved(note.start_tick)) for note in notes)
    certain = len(set(layout.shifts)) > 1
    return _Laid(
        moved,
        layout.metre,
        _moved(tempos, layout.moved),
        remarks,
        () if certain else beside,
        certain,
    )


def _is_counted(
    track: Track, others: Sequence[Track], chords: Sequence[ChordMark], bar_ticks: int
) -> bool:
    """Whether a file's bars are those of its music: others begin before the melody, drums not after
    it, or most of its chords begin on bar lines."""
    first = track.notes[0].start_tick
    at = [t.notes[0].start_tick - STEP_TICKS * t.is_drum for t in others if t.notes]
    on_lines = sum(mark.start_tick % bar_ticks == 0 for mark in chords)
    return min(at, default=first) < first - _AT_A_LINE or 2 * on_lines > max(
        len(chords), _FEW_CHORDS
    )


def _chords(file: MidiFile, layout: Layout) -> tuple[ChordMark, ...]:
    """The chords that a file names, on the grid."""
    marks = marks_from(file.score.chords, file.conductor.origin_tick)
    return tuple(ChordMark(on_grid(layout.moved(m.start_tick)), m.symbol) for m in marks)


def _laid_freely(
    notes: Sequence[Note], clock: Clock, metre: Metre, chords: Sequence[ChordMark]
) -> _Laid:
    """Notes, and what chords the file names, in bars of the beats that are heard."""
    laid, heard, on_beats = on_heard_beats(notes, clock, chords)
    bpm = main_tempo_bpm(heard, max(note.end_tick for note in laid))
    remark = f"Played freely: heard as {bpm:.0f} bpm, its bars laid where its beats are."
    return _Laid(laid, metre, heard, (remark,), chords=on_beats)


def _after_silence(
    tempos: tuple[TempoMark, ...], seconds: float, bar_ticks: int
) -> tuple[tuple[TempoMark, ...], int]:
    """Tempos after so much silence, which lasts as many bars as there is room for, and the ticks of
    these; what is shorter than half a bar, or no tempo would fit, is left out."""
    first = tempos[0].quarter_microseconds
    ticks = round(seconds * 1e6 / first * TICKS_PER_BEAT / bar_ticks) * bar_ticks
    quarter = round(seconds * 1e6 * TICKS_PER_BEAT / ticks) if ticks > 0 else 0
    low, high = TEMPO_RANGE_BPM
    if not low <= MICROSECONDS_PER_MINUTE / max(quarter, 1) <= high:
        return tempos, 0
    later = (mark._replace(start_tick=mark.start_tick + ticks) for mark in tempos)
    return changes((TempoMark(0, quarter), *later)), ticks


def _shift(laid: _Laid, pickup: float | None, trim: bool) -> tuple[int, tuple[str, ...]]:
    """By how much all comes later for the bar lines to be right, and what is said of it."""
    metre, first = laid.metre, laid.notes[0].start_tick
    bar, beat = metre.bar_ticks, metre.beat_ticks
    if pickup is not None:
        begin, long = on_grid(first), pickup_ticks(metre, pickup)
        return -(begin + long) % bar if pickup else 0, ()
    counted = first >= bar - _AT_A_LINE and not trim
    if laid.certain or counted or min(first % bar, -first % bar) > _AT_A_LINE:
        return 0, ()  # who writes rests first has counted
    upbeat = upbeat_ticks(top_line(Track("", laid.notes)).notes, metre, laid.beside)
    if not upbeat:
        return 0, ()
    beats = f"{upbeat / beat:g} {'beat' if upbeat <= beat else 'beats'}"
    return bar - upbeat, (
        f"Heard: a pickup of {beats}, so that bars begin later than in the file.",
    )


def _earlier(notes: Sequence[Note], ticks: int) -> tuple[Note, ...]:
    return tuple(replace(note, start_tick=note.start_tick - ticks) for note in notes)


def _moved(marks: Sequence[TempoMark], moved: Callable[[int], int]) -> tuple[TempoMark, ...]:
    """Marks at other ticks, the first still at tick 0."""
    found = {moved(m.start_tick) * (m.start_tick > 0): m.quarter_microseconds for m in marks}
    return changes(TempoMark(*mark) for mark in sorted(found.items()))


def _metre_remarks(events: Sequence[MetreEvent], layout: Layout, last: int) -> list[str]:
    metre = layout.metre
    remarks = [
        f"Moved: the metre {event.beats}/{event.unit} was read as 4/4."
        for event in events
        if metre_of(event.beats, event.unit) is None and event.tick < last
    ][:1]
    if layout.padded:
        *more, one = (str(other) for other in layout.padded[:4])
        names = f"{', '.join(more)} and {one}" if more else one
        remarks.append(
            f"Moved: the bars of {names} were filled up with rests to bars of {metre}; "
            "what follows comes later than in the file."
        )
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
    # what a program writes first and takes back at once is no change
    times = {name: held for name, held in times.items() if held >= TICKS_PER_BEAT} or times
    longest = max(times, key=lambda name: times[name])
    key = longest if times[longest] >= _WHOLE * (last_tick - first_tick) else None
    kept = f"{key} is kept" if key else "it was heard in the notes"
    return key, (f"The key changes ({', '.join(times)}): {kept}.",) * (len(times) > 1)
