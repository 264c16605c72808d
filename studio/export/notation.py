"""Notes as a reader of sheet music expects them: bars, at most two voices, chords, ties and rests.

Times here are whole steps from the start of the piece: sixteenths, or thirty-seconds where those
are the beats. Every start survives within half a step; ends give way where a third voice would be
needed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from studio.export.metre_values import Shape, shape_of, step_ticks, values
from studio.music.score import STEP_TICKS, Metre, Note

Bar = tuple[tuple["Sign", ...], ...]  # one or two voices, each of which fills the bar


@dataclass(frozen=True, slots=True)
class Sign:
    """A rest (no pitches), a note or a chord of one written value, in steps from the bar's start;
    `tied_back` and `tied_on` say whether it goes on from the sign before and into the next."""

    start: int
    length: int
    pitches: tuple[int, ...] = ()
    tied_back: bool = False
    tied_on: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    """What begins and ends together, in steps from the start of the piece."""

    start: int
    end: int
    pitches: tuple[int, ...]


def bars_of(notes: Sequence[Note], metre: Metre, bars: int) -> tuple[Bar, ...]:
    """A pitched part, written in `bars` bars at least."""
    return _in_bars(_two_voices(_on_grid(notes, step_ticks(metre))), metre, bars)


def drum_bars_of(notes: Sequence[Note], metre: Metre, bars: int) -> tuple[Bar, ...]:
    """A drum part in one voice: each hit lasts until the next, or the end of its beat: how long a
    drum was held says nothing."""
    starts: dict[int, set[int]] = defaultdict(set)
    for note in notes:
        starts[_nearest(note.start_tick, step_ticks(metre))].add(note.pitch)
    shape = shape_of(metre)
    order = sorted(starts)
    sounds = []
    for start, following in zip(order, [*order[1:], 1 << 62], strict=True):
        end_of_beat = (start // shape.beat + 1) * shape.beat  # beats divide the bar
        end = min(following, end_of_beat)
        sounds.append(Sound(start, end, tuple(sorted(starts[start]))))
    return _in_bars((sounds, []), metre, bars)


def _on_grid(notes: Iterable[Note], ticks: int) -> list[Sound]:
    """Notes on the grid, what begins and ends together as one; a pitch sounds once at a time."""
    ends: dict[int, dict[int, int]] = defaultdict(dict)  # start -> pitch -> end
    for note in notes:
        start, end = _nearest(note.start_tick, ticks), _nearest(note.end_tick, ticks)
        ends[start][note.pitch] = max(end, start + 1, ends[start].get(note.pitch, 0))
    onsets = sorted(ends)
    eighth = 2 * STEP_TICKS // ticks
    struck_again: dict[int, int] = {}
    sounds: list[Sound] = []
    for start in reversed(onsets):
        together: dict[int, list[int]] = defaultdict(list)
        for pitch, end in sorted(ends[start].items()):
            end = min(end, struck_again.get(pitch, end))
            together[_plain_end(start, end, onsets, eighth)].append(pitch)
            struck_again[pitch] = start
        sounds += (
            Sound(start, end, tuple(sorted(p))) for end, p in _alike(start, together, onsets)
        )
    return sorted(sounds, key=lambda sound: (sound.start, sound.end))


def _plain_end(start: int, end: int, onsets: Sequence[int], eighth: int) -> int:
    """The end as a copyist would write it: people and bands let go a little before the next note or
    a little after it, and a sixteenth of that is no rest and no second voice. What ends between
    eighths is held to the next eighth, or the next note."""
    at = bisect_left(onsets, end)
    if end - onsets[at - 1] <= eighth // 2 and onsets[at - 1] > start:
        return onsets[at - 1]
    held = -(-end // eighth) * eighth
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
    shape = shape_of(metre)
    bar = shape.bar
    written: list[dict[int, list[Sign]]] = [defaultdict(list) for _ in voices]
    for signs, sounds in zip(written, voices, strict=True):
        for sound in sounds:
            for number in range(sound.start // bar, (sound.end - 1) // bar + 1):
                first, last = max(sound.start, number * bar), min(sound.end, (number + 1) * bar)
                for start, end in values(first - number * bar, last - number * bar, shape):
                    back = number * bar + start > sound.start
                    on = number * bar + end < sound.end
                    signs[number].append(Sign(start, end - start, sound.pitches, back, on))
    count = max([bars, 1, *(number + 1 for signs in written for number in signs)])
    return tuple(
        tuple(
            _with_rests(signs.get(number, []), shape)
            for index, signs in enumerate(written)
            if index == 0 or number in signs
        )
        for number in range(count)
    )


def _with_rests(signs: list[Sign], shape: Shape) -> tuple[Sign, ...]:
    """The signs and what is silent between them; a bar of silence is one rest."""
    if not signs:
        return (Sign(0, shape.bar),)
    filled: list[Sign] = []
    now = 0
    for sign in [*signs, Sign(shape.bar, 0)]:
        if sign.start > now:
            rests = values(now, sign.start, shape, silent=True)
            filled += [Sign(start, end - start) for start, end in rests]
        now = sign.start + sign.length
        if sign.length:
            filled.append(sign)
    return tuple(filled)


def _nearest(tick: int, ticks: int) -> int:
    return (tick + ticks // 2) // ticks
