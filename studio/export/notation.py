"""Notes as a reader of sheet music expects them: bars, at most two voices, chords, ties and rests.

Times here are ticks from the start of the piece, on the grid of the part: no start is moved by more
than a triplet thirty-second; ends give way where a third voice would be needed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from studio.export.grid import Grid, grid_of
from studio.export.metre_values import shape_of, triplet_shape, values
from studio.export.triplets import Span, spans_of
from studio.music.score import STEP_TICKS, Metre, Note

Bar = tuple[tuple["Sign", ...], ...]  # one or two voices, each of which fills the bar


@dataclass(frozen=True, slots=True)
class Sign:
    """A rest (no pitches), a note or a chord of one written value, in ticks from the bar's start;
    `tied_back` and `tied_on` say whether it goes on from the sign before and into the next;
    `triplet` is the one that it stands in."""

    start: int
    length: int
    pitches: tuple[int, ...] = ()
    tied_back: bool = False
    tied_on: bool = False
    triplet: Span | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """What begins and ends together, in ticks from the start of the piece."""

    start: int
    end: int
    pitches: tuple[int, ...]


def bars_of(notes: Sequence[Note], metre: Metre, bars: int) -> tuple[Bar, ...]:
    """A pitched part, written in `bars` bars at least."""
    return _in_bars(_two_voices(_on_grid(notes, grid_of(notes, metre))), metre, bars)


def drum_bars_of(notes: Sequence[Note], metre: Metre, bars: int) -> tuple[Bar, ...]:
    """A drum part in one voice: each hit lasts until the next, or the end of its beat: how long a
    drum was held says nothing."""
    grid = grid_of(notes, metre)
    starts: dict[int, set[int]] = defaultdict(set)
    for note in notes:
        starts[grid.nearest(note.start_tick)].add(note.pitch)
    shape = shape_of(metre)
    order = sorted(starts)
    sounds = []
    for start, following in zip(order, [*order[1:], 1 << 62], strict=True):
        end_of_beat = (start // shape.beat + 1) * shape.beat  # beats divide the bar
        end = min(following, end_of_beat)
        sounds.append(Sound(start, end, tuple(sorted(starts[start]))))
    return _in_bars((sounds, []), metre, bars)


def _on_grid(notes: Iterable[Note], grid: Grid) -> list[Sound]:
    """Notes on the grid, what begins and ends together as one; a pitch sounds once at a time."""
    ends: dict[int, dict[int, int]] = defaultdict(dict)  # start -> pitch -> end
    for note in notes:
        start = grid.nearest(note.start_tick)
        ends[start][note.pitch] = max(note.end_tick, start + 1, ends[start].get(note.pitch, 0))
    onsets = sorted(ends)
    struck_again: dict[int, int] = {}
    sounds: list[Sound] = []
    for start in reversed(onsets):
        together: dict[int, list[int]] = defaultdict(list)
        for pitch, end in sorted(ends[start].items()):
            end = min(end, struck_again.get(pitch, end))
            together[_plain_end(start, end, onsets, grid)].append(pitch)
            struck_again[pitch] = start
        sounds += (
            Sound(start, end, tuple(sorted(p))) for end, p in _alike(start, together, onsets)
        )
    return sorted(sounds, key=lambda sound: (sound.start, sound.end))


def _plain_end(start: int, end: int, onsets: Sequence[int], grid: Grid) -> int:
    """The end as a copyist would write it: people and bands let go a little before the next note or
    a little after it, and a sixteenth of that is no rest and no second voice. What ends between
    eighths is held to the next eighth, or the next note, unless the end is meant."""
    meant = grid.ends_are_meant and grid.nearest(end) > start
    if meant:
        end = held = grid.nearest(end)
    else:
        rough = min(STEP_TICKS, grid.beat_ticks)
        end = max((end + rough // 2) // rough * rough, start + 1)
        held = grid.held_to(end)
    following, at = bisect_right(onsets, start), bisect_left(onsets, end)
    under_a_line = at - following > 1 and end in onsets[at : at + 1]
    if at > following and end - onsets[at - 1] <= STEP_TICKS and not under_a_line:
        return onsets[at - 1]
    return min(held, onsets[at]) if at < len(onsets) else held


def _alike(
    start: int, together: Mapping[int, list[int]], onsets: Sequence[int]
) -> list[tuple[int, list[int]]]:
    """Notes of one start by their end; as one chord where the shortest is half as long as the
    longest at least, up to the next onset where one of them ends there or before."""
    if start + 2 * (min(together) - start) < max(together):
        return sorted(together.items())
    at = bisect_right(onsets, start)
    following = onsets[at] if at < len(onsets) else max(together)
    end = max((end for end in together if end <= following), default=min(together))
    return [(end, [pitch for pitches in together.values() for pitch in pitches])]


def _two_voices(sounds: Sequence[Sound]) -> tuple[list[Sound], list[Sound]]:
    """The sounds in two voices without overlaps, the higher one first."""
    voices: tuple[list[Sound], list[Sound]] = ([], [])
    by_start: dict[int, list[Sound]] = defaultdict(list)
    for sound in sounds:
        by_start[sound.start].append(sound)
    for start in sorted(by_start):
        free = [voice for voice in voices if not voice or voice[-1].end <= start]
        if not free:  # the younger gives way: a bass that is held stays under a moving line
            younger = max(voices, key=lambda voice: voice[-1].start)
            younger[-1] = replace(younger[-1], end=start)
            free = [younger]
        for voice, sound in zip(free, _joined(by_start[start], len(free)), strict=False):
            voice.append(sound)
    return _higher_first(voices)


def _joined(sounds: list[Sound], voices: int) -> list[Sound]:
    """Sounds of one start as at most `voices` chords; a chord ends with its shortest note."""
    long_first = sorted(sounds, key=lambda sound: -sound.end)
    kept, rest = long_first[: voices - 1], long_first[voices - 1 :]
    pitches = tuple(sorted(pitch for sound in rest for pitch in sound.pitches))
    return [*kept, Sound(rest[-1].start, rest[-1].end, pitches)] if rest else kept


def _higher_first(voices: tuple[list[Sound], list[Sound]]) -> tuple[list[Sound], list[Sound]]:
    """The voices exchanged, between places that no sound crosses, where the second lies higher."""
    upper: list[Sound] = []
    lower: list[Sound] = []
    island: tuple[list[Sound], list[Sound]] = ([], [])
    end = 0
    merged = sorted((s.start, i, s) for i, voice in enumerate(voices) for s in voice)
    for start, index, sound in [*merged, (1 << 62, 0, None)]:
        if start >= end and (island[0] or island[1]):
            first, second = island
            if not first or (second and _height(second) > _height(first)):
                first, second = second, first
            upper += first
            lower += second
            island = ([], [])
        if sound is not None:
            island[index].append(sound)
            end = max(end, sound.end)
    return upper, lower


def _height(sounds: list[Sound]) -> float:
    pitches = [pitch for sound in sounds for pitch in sound.pitches]
    return sum(pitches) / len(pitches)


def _in_bars(voices: Sequence[Sequence[Sound]], metre: Metre, bars: int) -> tuple[Bar, ...]:
    bar = metre.bar_ticks
    parts: list[dict[int, list[Sound]]] = [defaultdict(list) for _ in voices]
    for in_bars, sounds in zip(parts, voices, strict=True):
        for sound in sounds:
            for number in range(sound.start // bar, (sound.end - 1) // bar + 1):
                in_bars[number].append(sound)
    count = max([bars, 1, *(number + 1 for in_bars in parts for number in in_bars)])
    return tuple(
        tuple(
            _bar(in_bars.get(number, []), number * bar, metre)
            for index, in_bars in enumerate(parts)
            if index == 0 or number in in_bars
        )
        for number in range(count)
    )


def _bar(sounds: Sequence[Sound], bar_start: int, metre: Metre) -> tuple[Sign, ...]:
    """A voice in one bar, its silences as rests; a bar of silence is one rest."""
    bar = metre.bar_ticks
    if not sounds:
        return (Sign(0, bar),)
    inside = [replace(s, start=s.start - bar_start, end=s.end - bar_start) for s in sounds]
    filled: list[Sound] = []
    now = 0
    for sound in [*inside, Sound(bar, bar, ())]:
        if sound.start > now:
            filled.append(Sound(now, sound.start, ()))
        filled.append(sound)
        now = sound.end
    places = {tick for sound in inside for tick in (sound.start, sound.end)}
    return tuple(
        sign
        for span in spans_of(places, metre)
        for sound in filled
        if sound.start < span.end and sound.end > span.start
        for sign in _signs(sound, span, metre)
    )


def _signs(sound: Sound, span: Span, metre: Metre) -> Iterator[Sign]:
    """What is written of a sound, or of a silence, in a span of the bar."""
    first, last = max(sound.start, span.start), min(sound.end, span.end)
    silent = not sound.pitches
    if span.triplet:  # three notes are written as long as two
        first, last = ((tick - span.start) * 3 // 2 for tick in (first, last))
        cut = values(first, last, triplet_shape(span.third * 3 // 2), silent)
        cut = [(span.start + a * 2 // 3, span.start + b * 2 // 3) for a, b in cut]
    else:
        cut = values(first, last, shape_of(metre), silent)
    for start, end in cut:
        back, on = start > sound.start and not silent, end < sound.end and not silent
        yield Sign(start, end - start, sound.pitches, back, on, span if span.triplet else None)
