"""A rhythm that a part goes on with: when notes begin, how long and how loud they are is one bar's,
or tapped; what they are is what the part plays in each bar itself, or the bar's chords moved by the
nearest way.

The pitches of a bar that has none of its own come from those of the bar with the rhythm: common
tones stay, others go to the nearest tone of the chord. A bass is on the root where it was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from studio.arrangement import read_form
from studio.ground.errors import BadKnob
from studio.music.score import STEP_TICKS, TICKS_PER_BEAT, Note, Score, Track, grid_fit
from studio.music.theory import chord_tones, parse_chord, read_symbol

Tap = tuple[int, int, int]  # ticks from a bar line, how long, and how loud 1-127

_EARLY = 54  # ticks by which people, and Feel, are before the beat that they mean
_TOGETHER = 30  # ticks within which the notes of one stroke begin
_TRIPLETS = TICKS_PER_BEAT // 3
_OCTAVE, _FAR = 12, 24
_LOW, _MIDDLE, _HIGH = 48, 60, 72
_MOSTLY = 0.8
_OUTSIDE, _SOUNDS, _SECOND, _LEAVES = 100, 50, 3, 1  # what speaks against a pitch, in semitones


@dataclass(frozen=True, slots=True)
class _Harmony:
    """What sounds in a chord: its `tones`, its `root`, and what lies lowest, as pitch classes."""

    tones: frozenset[int] = frozenset()
    root: int | None = None
    bass: int | None = None

    @classmethod
    def of(cls, symbol: str) -> _Harmony:
        """Of a chord symbol; nothing of silence and of what is none."""
        chord, read = parse_chord(symbol), read_symbol(symbol)
        tones = chord_tones(chord) if chord else ()
        return cls(frozenset(tones), tones[0], read.bass_tone) if tones and read else cls()


@dataclass(frozen=True, slots=True)
class _Chords:
    """The chords of a piece, from which ticks on."""

    ticks: tuple[int, ...]
    chords: tuple[_Harmony, ...]

    @classmethod
    def of(cls, score: Score) -> _Chords:
        marks = score.chords
        return cls(tuple(m.start_tick for m in marks), tuple(_Harmony.of(m.symbol) for m in marks))

    def at(self, tick: int) -> _Harmony:
        """The one in force where a note begins, maybe a little before it."""
        place = bisect_right(self.ticks, tick + _EARLY) - 1
        return self.chords[place] if place >= 0 else _Harmony()

    def held(self, tick: int, ticks: int) -> _Harmony:
        """The next one where a note anticipates it, and sounds longer in it; else as `at`."""
        place = bisect_right(self.ticks, tick + _EARLY)
        if place < len(self.ticks) and 2 * (self.ticks[place] - tick) < ticks:
            return self.chords[place]
        return self.at(tick)


@dataclass(frozen=True, slots=True)
class _Stroke:
    """Notes that begin together, low to high, in the bar of the rhythm. `origin` is the tick at
    which their pitches were played, `place` 0-1 how high the stroke lies in its bar."""

    notes: tuple[Note, ...]
    origin: int
    place: float = 0.5


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a piece: its notes in time, and by the bar, from 0, that they belong to; the lowest
    and highest pitch that it may play, at least an octave apart; whether it is the piece's bass."""

    name: str
    track: Track
    bars: Mapping[int, Sequence[Note]]
    low: int
    high: int
    is_bass: bool

    @classmethod
    def of(cls, score: Score, index: int) -> _Part:
        track = score.tracks[index]
        bars: dict[int, list[Note]] = defaultdict(list)
        for note in track.notes:  # one that is a little before the bar line is meant behind it
            bars[(note.start_tick + _EARLY) // score.metre.bar_ticks].append(note)
        pitches = [note.pitch for note in track.notes] or [_MIDDLE]
        low, high = min(pitches), max(pitches)
        room = max(_OCTAVE - (high - low), 0)  # to move in, but not where instruments end
        low, high = low - room * (low >= _LOW), high + room * (high <= _HIGH)
        pitched = [each for each in score.tracks[1:] if each.notes and not each.is_drum]
        lowest = min(pitched, key=_height, default=None)
        is_bass = track is lowest and _is_low_line(track)
        return cls(score.part_names[index], track, bars, low, high, is_bass)

    def heard(self, bar: int, tick: int, chords: _Chords) -> tuple[list[int], list[int]]:
        """The pitches that the part plays in a bar at a tick, low to high: those that begin or
        sound there, or those of the nearest stroke in the same chord; and all of the bar's in that
        chord."""
        here = self.bars.get(bar, ())
        around = [*self.bars.get(bar - 1, ()), *here]
        mine = [n for n in here if chords.at(n.start_tick) == chords.at(tick)]
        found = [n for n in around if abs(n.start_tick - tick) <= _TOGETHER]
        found = found or [n for n in around if n.start_tick <= tick < n.end_tick]
        if not found and mine:
            near = min(mine, key=lambda n: abs(n.start_tick - tick)).start_tick
            found = [n for n in mine if abs(n.start_tick - near) <= _TOGETHER]
        return sorted({n.pitch for n in found}), sorted({n.pitch for n in mine})


def _height(track: Track) -> float:
    return sum(note.pitch for note in track.notes) / len(track.notes)


def _is_low_line(track: Track) -> bool:
    """Whether notes of a part mostly come alone, and low."""
    strokes = len({note.start_tick for note in track.notes})
    return _height(track) < _MIDDLE and strokes > _MOSTLY * len(track.notes)


def in_rhythm(
    score: Score, part: str, bar: int, bars: Iterable[int] = (), taps: Sequence[Tap] = (),
    form: str = "",
) -> list[list[int]]:  # fmt: skip
    """The notes of a part, as rows, with the rhythm of a `bar` in other `bars`, from 1; without
    them, in all that follow in the section, where the piece has a `form` as `read_form` reads it.
    `taps` take the place of the bar's own rhythm, which it gets, too, where no `bars` are named.
    Drums are copied, and notes of other bars stay.

    Raises BadScore for a part there is not, BadKnob for the melody, a bar that the piece has not or
    that is empty, taps that are none, and where there is no bar to go to.
    """
    index = score.part_index(part)
    if index == 0:
        raise BadKnob("The melody is yours and keeps its rhythm: choose a part of the band.")
    chosen = set(bars)
    if wrong := [number for number in sorted({bar, *chosen}) if not 1 <= number <= score.bars]:
        raise BadKnob(f"There is no bar {wrong[0]}: the piece has {score.bars}.")
    ends = read_form(form, score.bars).section_ends if form else {score.bars - 1}
    last = min(end + 1 for end in ends if end + 1 >= bar)
    chosen = chosen or {*range(bar + (not taps), last + 1)}
    if not chosen:
        where = "the piece" if last == score.bars else "its section"
        raise BadKnob(f"Bar {bar} ends {where}: choose the bars that its rhythm is to go to.")
    own, ticks = _Part.of(score, index), score.metre.bar_ticks
    strokes = _tapped(own, bar, ticks, taps) if taps else _strokes(own, bar)
    targets = {number - 1 for number in chosen if number != bar or taps}
    comes = _comes(own, strokes, bar - 1, targets, score)
    stays = [note for b, notes in own.bars.items() if b not in targets for note in notes]
    return [note.row for note in sorted([*stays, *comes])]


def _comes(
    part: _Part, strokes: Sequence[_Stroke], bar: int, targets: Collection[int], score: Score
) -> Iterator[Note]:
    """The strokes of a bar in others. What sounds lets go where a bar that stays begins."""
    ticks, chords = score.metre.bar_ticks, _Chords.of(score)
    for target in sorted(targets):
        sounding: list[Note] = []  # what rings on from the bar before may be struck anew
        until = target + 1
        while until in targets:
            until += 1
        for stroke in strokes:
            shift = (target - bar) * ticks
            start = stroke.notes[0].start_tick + shift
            sounding = [note for note in sounding if note.end_tick > start + _TOGETHER]
            busy = [note.pitch for note in sounding]
            pitches = _pitches(part, stroke, target, shift, chords, busy)
            for note, pitch in zip(stroke.notes, pitches, strict=True):
                start = max(note.start_tick + shift, 0)
                length = min(note.duration_ticks, until * ticks - start)
                sounding.append(Note(start, pitch, length, note.velocity))
                yield sounding[-1]


def _strokes(part: _Part, bar: int) -> list[_Stroke]:
    """What begins together in a bar."""
    together: list[list[Note]] = []
    for note in part.bars.get(bar - 1, ()):
        if together and note.start_tick - together[-1][0].start_tick <= _TOGETHER:
            together[-1].append(note)
        else:
            together.append([note])
    if not together:
        raise BadKnob(f"Bar {bar} of {part.name} is empty: choose one in which it plays.")
    heights = [sum(n.pitch for n in notes) / len(notes) for notes in together]
    low, wide = min(heights), max(heights) - min(heights)
    return [
        _Stroke(
            tuple(sorted(notes, key=lambda n: (n.pitch, n))),
            notes[0].start_tick,
            (height - low) / wide if wide else 0.5,
        )
        for notes, height in zip(together, heights, strict=True)
    ]


def _tapped(part: _Part, bar: int, ticks: int, taps: Sequence[Tap]) -> list[_Stroke]:
    """Taps as strokes of what the part plays nearest to each, in the bar if it plays there."""
    begin, known = (bar - 1) * ticks, part.bars.get(bar - 1) or part.track.notes
    if not known:
        raise BadKnob(f"{part.name} plays nothing: write a note of it first.")
    found = []
    for tick, length, loud in folded(taps, ticks):
        start = begin + tick
        near = min(known, key=lambda n: abs(n.start_tick - start)).start_tick
        pitches = sorted({n.pitch for n in known if abs(n.start_tick - near) <= _TOGETHER})
        found.append(_Stroke(tuple(Note(start, p, length, loud) for p in pitches), near))
    return found


def _pitches(
    part: _Part, stroke: _Stroke, bar: int, shift: int, chords: _Chords, busy: Sequence[int]
) -> list[int]:
    """What each note of a stroke becomes in another bar, `shift` ticks later, where some pitches
    are `busy` sounding."""
    notes, first = stroke.notes, stroke.notes[0]
    if part.track.is_drum:
        return [note.pitch for note in notes]
    start, length = max(first.start_tick + shift, 0), first.duration_ticks
    then, now = chords.at(stroke.origin), chords.at(start)
    held_then, held_now = chords.held(stroke.origin, length), chords.held(start, length)
    wanted = _voices([note.pitch for note in notes], stroke.place, *part.heard(bar, start, chords))
    apart = all(high.pitch - low.pitch > 2 for low, high in pairwise(notes))
    found: list[int] = []
    for voice, (note, pitch) in enumerate(zip(notes, wanted, strict=True)):
        tone, allowed = note.pitch % _OCTAVE, frozenset(range(_OCTAVE))
        if part.is_bass and voice == 0 and now.bass is not None and tone in (then.root, then.bass):
            allowed = frozenset({now.bass})
            pitch = pitch if pitch % _OCTAVE in allowed else note.pitch
        elif now.tones and tone in (*then.tones, then.bass):
            allowed = now.tones
        elif held_now.tones and tone in (*held_then.tones, held_then.bass):
            allowed = held_now.tones

        def against(one: int, pitch: int = pitch) -> tuple[float, int]:
            cost = abs(one - pitch) + _OUTSIDE * (not part.low <= one <= part.high)
            cost += _SOUNDS * (one in busy) + _OUTSIDE**2 * (one in found)
            cost += _SECOND * (apart and any(abs(one - other) <= 2 for other in found))
            return cost + _LEAVES * (one % _OCTAVE not in (held_now.tones or {one % _OCTAVE})), one

        near = range(max(pitch - _FAR, 0), min(pitch + _FAR, 127) + 1)
        found.append(min((one for one in near if one % _OCTAVE in allowed), key=against))
    return found


def _voices(
    pitches: Sequence[int], place: float, heard: Sequence[int], around: Sequence[int]
) -> list[int]:
    """As many pitches as a stroke has, low to high: of those that are `heard` the outer ones first,
    of one voice that at its `place`; where they are too few, of those `around`, and those that the
    stroke had."""
    count = len(pitches)
    if len(heard) >= count:
        gaps = max(count - 1, 1)
        places = [place] if count == 1 else [i / gaps for i in range(count)]
        return [heard[round(p * (len(heard) - 1))] for p in places]
    more = [*(p for p in around if p not in heard), *pitches]
    return sorted([*heard, *more[: count - len(heard)]])


def folded(taps: Iterable[Tap], bar_ticks: int) -> list[Tap]:
    """What was tapped for some bars as the rhythm of one: what is struck, on sixteenths or
    triplets, in at least half of them, or else in most, as long and as loud as it is on average.
    What is struck and not held lasts until the next. Raises BadKnob for what is no rhythm."""
    taps = [*taps]
    if not taps or any(tick < 0 or ticks < 0 or not 1 <= loud <= 127 for tick, ticks, loud in taps):
        raise BadKnob("These taps are no rhythm: tap it again.")
    struck: dict[int, dict[int, Tap]] = defaultdict(dict)  # by place and bar
    onsets = [Note(tick % bar_ticks, _MIDDLE, 1) for tick, *_ in taps]
    grid = max((STEP_TICKS, _TRIPLETS), key=lambda grid: grid_fit(onsets, grid))
    for tap in sorted(taps):
        bar, tick = divmod(tap[0], bar_ticks)
        place = (tick + grid // 2) // grid * grid
        if place >= bar_ticks:  # a little before the bar line
            bar, place = bar + 1, 0
        struck[place].setdefault(bar, tap)
    bars = {bar for in_bars in struck.values() for bar in in_bars}
    often = min(len(bars) / 2, max(map(len, struck.values())))
    places = [place for place in sorted(struck) if len(struck[place]) >= often]
    found = []
    for place, end in pairwise([*places, bar_ticks]):
        together = struck[place].values()
        ticks, loud = (round(sum(tap[i] for tap in together) / len(together)) for i in (1, 2))
        found.append((place, ticks if ticks > _TOGETHER else end - place, loud))
    return found
