"""The one musical type that crosses a module's border: tracks of notes, in integer ticks.

Time is counted in ticks from the start of bar 1; a quarter note is `TICKS_PER_BEAT` ticks, which
sixteenths (120), triplet eighths (160) and thirty-seconds (60) divide. A pickup is written as
rests at the start of bar 1, so bars never shift.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from studio.ground.errors import BadScore
from studio.music.tempo import TEMPO_RANGE_BPM as TEMPO_RANGE_BPM
from studio.music.tempo import TICKS_PER_BEAT as TICKS_PER_BEAT
from studio.music.tempo import Clock as Clock
from studio.music.tempo import TempoMark as TempoMark
from studio.music.tempo import tempo_map

STEP_TICKS = TICKS_PER_BEAT // 4  # a sixteenth, the grid of the models
MAX_BARS, MAX_MINUTES = 256, 10  # of a melody, whichever comes first
ALWAYS_BARS = 64  # that a piece may have, however slow: older ones do
MAX_TITLE_CHARACTERS = 120

Rows = Iterable[Sequence[int]]  # notes as `Note.row` has them


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note: `start_tick` >= 0, `duration_ticks` >= 1, MIDI `pitch` 0-127, `velocity` 1-127."""

    start_tick: int
    pitch: int
    duration_ticks: int
    velocity: int = 80

    def __post_init__(self) -> None:
        if self.start_tick < 0 or self.duration_ticks < 1:
            raise BadScore("A note must start at tick 0 or later and last at least one tick.")
        if not 0 <= self.pitch <= 127 or not 1 <= self.velocity <= 127:
            raise BadScore("A note's pitch must be 0 to 127 and its velocity 1 to 127.")

    @property
    def row(self) -> list[int]:
        """[start_tick, pitch, duration_ticks, velocity], as pages and files have it: `Note(*row)`
        is the note again."""
        return [self.start_tick, self.pitch, self.duration_ticks, self.velocity]

    @property
    def end_tick(self) -> int:
        return self.start_tick + self.duration_ticks


@dataclass(frozen=True, slots=True)
class Track:
    """One part: a name, a General MIDI `program` 0-127 (no matter for drums), its notes sorted."""

    name: str
    notes: tuple[Note, ...] = ()
    program: int = 0
    is_drum: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.program <= 127:
            raise BadScore("A track's program must be 0 to 127.")
        object.__setattr__(self, "name", clean_text(self.name))
        object.__setattr__(self, "notes", tuple(sorted(self.notes)))

    @property
    def end_tick(self) -> int:
        return max((note.end_tick for note in self.notes), default=0)


@dataclass(frozen=True, slots=True, order=True)
class ChordMark:
    """A chord symbol such as `Am7`, in force from `start_tick` until the next mark."""

    start_tick: int
    symbol: str


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature: `beats` of note value 1/`unit`."""

    beats: int = 4
    unit: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.beats <= 32 or self.unit not in (1, 2, 4, 8, 16, 32):
            raise BadScore("A metre needs 1 to 32 beats of a whole to a thirty-second note.")

    @property
    def bar_ticks(self) -> int:
        return self.beats * self.beat_ticks

    @property
    def beat_ticks(self) -> int:
        """How long the note value is that it counts."""
        return 4 * TICKS_PER_BEAT // self.unit

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


@dataclass(frozen=True, slots=True)
class Score:
    """Tracks that sound together, melody first, in one tempo (bpm, two decimals) and one metre.

    `key` is a name such as `G major` or `E minor`, or None where it is not known. Where the tempo
    changes, `tempos` are all of them, the first at tick 0, and `tempo_bpm` is the one to name.
    """

    tracks: tuple[Track, ...] = ()
    tempo_bpm: float = 100.0
    metre: Metre = field(default_factory=Metre)
    key: str | None = None
    chords: tuple[ChordMark, ...] = ()
    title: str = ""
    tempos: tuple[TempoMark, ...] = ()

    def __post_init__(self) -> None:
        low, high = TEMPO_RANGE_BPM
        if not low <= self.tempo_bpm <= high:
            raise BadScore(f"The tempo must be {low:.0f} to {high:.0f} beats a minute.")
        object.__setattr__(self, "tempo_bpm", round(float(self.tempo_bpm), 2))
        object.__setattr__(self, "title", clean_text(self.title))
        object.__setattr__(self, "chords", tuple(sorted(self.chords)))
        object.__setattr__(self, "tempos", tempo_map(self.tempos))

    @property
    def end_tick(self) -> int:
        return max((track.end_tick for track in self.tracks), default=0)

    @property
    def bars(self) -> int:
        """Bars from the first to the one in which the last note ends; 0 for an empty score."""
        return -(-self.end_tick // self.metre.bar_ticks)

    @property
    def most_bars(self) -> int:
        """How many bars a melody in these tempos can have."""
        return self.most_bars_from(0)

    def most_bars_from(self, tick: int) -> int:
        """As `most_bars`, of one that begins at a tick."""
        clock = self.clock
        end = clock.tick_at(clock.seconds_at(tick) + 60 * MAX_MINUTES)
        return min(max(round(end - tick) // self.metre.bar_ticks, 1), MAX_BARS)

    @property
    def longest(self) -> str:
        """`256 bars`, or `50 bars (10 minutes)`, for people."""
        most = self.most_bars
        return f"{most} bars" + f" ({MAX_MINUTES} minutes)" * (most < MAX_BARS)

    @property
    def clock(self) -> Clock:
        """How its ticks and seconds follow each other."""
        return Clock.of(self.tempo_bpm, self.tempos)

    @property
    def duration_seconds(self) -> float:
        return self.clock.seconds_at(self.end_tick)

    @property
    def note_count(self) -> int:
        return sum(len(track.notes) for track in self.tracks)

    def with_tracks(self, tracks: Iterable[Track]) -> Score:
        return replace(self, tracks=tuple(tracks))

    @property
    def part_names(self) -> tuple[str, ...]:
        """The parts' names, each once: a second Bass is `Bass 2`, and what has no name `Part 3`."""
        taken: set[str] = set()
        own = {track.name for track in self.tracks}
        names = []
        for number, track in enumerate(self.tracks, 1):
            name = plain = track.name or f"Part {number}"
            count = 1
            while name in taken or (count > 1 and name in own):
                count += 1
                name = f"{plain} {count}"
            taken.add(name)
            names.append(name)
        return tuple(names)

    def part_index(self, part: str) -> int:
        """Which track a part is, by `part_names`; raises BadScore for a name that is none."""
        names = self.part_names
        if part not in names:
            known = ", ".join(names[:12]) or "none"
            raise BadScore(f"This piece has no part called {part[:40]!r}: choose one of {known}.")
        return names.index(part)


def read_notes(rows: Rows) -> tuple[Note, ...]:
    """Notes as a page sends them; raises BadScore for what is no row of four whole numbers in a
    note's ranges."""
    try:
        return tuple(_note(*row) for row in rows)
    except TypeError as error:
        raise BadScore("These notes cannot be read: reload the page and try again.") from error


def _note(start_tick: int, pitch: int, duration_ticks: int, velocity: int) -> Note:
    if any(type(number) is not int for number in (start_tick, pitch, duration_ticks, velocity)):
        raise TypeError("a note is whole numbers")
    return Note(start_tick, pitch, duration_ticks, velocity)


def clean_text(text: str) -> str:
    """A title or name as Tutti keeps it: NFC, no control characters, at most 120 characters."""
    printable = "".join(c for c in text if unicodedata.category(c)[0] != "C")
    return unicodedata.normalize("NFC", printable).strip()[:MAX_TITLE_CHARACTERS].rstrip()


def map_notes(track: Track, change: Callable[[Note], Note]) -> Track:
    """The track with `change` applied to each note."""
    return replace(track, notes=tuple(change(note) for note in track.notes))


def transpose(track: Track, semitones: int) -> Track:
    """The track moved in pitch; raises BadScore where a note would leave 0-127."""
    return map_notes(track, lambda note: replace(note, pitch=note.pitch + semitones))


def quantise(track: Track, grid_ticks: int) -> Track:
    """A copy with onsets and ends on the nearest multiple of `grid_ticks`, no note shorter."""

    def snap(note: Note) -> Note:
        start = _nearest(note.start_tick, grid_ticks)
        end = max(_nearest(note.end_tick, grid_ticks), start + grid_ticks)
        return replace(note, start_tick=start, duration_ticks=end - start)

    return map_notes(track, snap)


def quantise_played(track: Track, grid_ticks: int) -> Track:
    """A copy with onsets on the nearest multiple of `grid_ticks` and lengths of whole multiples, at
    least one: a note that was played early is no shorter for it. What had ended as another note
    began still has."""
    starts = [note.start_tick for note in track.notes]

    def snap(note: Note) -> Note:
        start = _nearest(note.start_tick, grid_ticks)
        length = max(_nearest(note.duration_ticks, grid_ticks), grid_ticks)
        later = bisect_left(starts, note.end_tick)
        room = _nearest(starts[later], grid_ticks) - start if later < len(starts) else 0
        length = min(length, room) if room > 0 else length
        return replace(note, start_tick=start, duration_ticks=length)

    return map_notes(track, snap)


def _nearest(tick: int, grid_ticks: int) -> int:
    return (tick + grid_ticks // 2) // grid_ticks * grid_ticks


def grid_fit(notes: Iterable[Note], grid_ticks: int) -> float:
    """How well onsets keep to a grid: 1 where all stand on it, about 0 where they fall anywhere
    (the length of the mean of the onsets laid on a circle)."""
    starts = np.array([note.start_tick for note in notes])
    return float(np.abs(np.exp(2j * np.pi * starts / grid_ticks).mean())) if len(starts) else 1.0


def one_at_a_time(track: Track) -> Track:
    """The track with each note ended where its pitch begins again, and one of two that begin
    together: a key is pressed once at a time, and MIDI can say no more."""
    result: list[Note] = []
    last: dict[int, int] = {}
    for note in track.notes:
        index = last.get(note.pitch)
        if index is not None and result[index].end_tick > note.start_tick:
            earlier = result[index]
            if earlier.start_tick == note.start_tick:
                result[index] = max(earlier, note)
                continue
            shorter = note.start_tick - earlier.start_tick
            result[index] = replace(earlier, duration_ticks=shorter)
        last[note.pitch] = len(result)
        result.append(note)
    return replace(track, notes=tuple(result))


def top_line(track: Track) -> Track:
    """The highest voice: at each onset the highest note, cut where the next onset begins."""
    tops: dict[int, Note] = {}
    for note in track.notes:
        if note.start_tick not in tops or note.pitch > tops[note.start_tick].pitch:
            tops[note.start_tick] = note
    line: list[Note] = []
    for note in (tops[tick] for tick in sorted(tops)):
        if line and line[-1].end_tick > note.start_tick:
            if line[-1].pitch > note.pitch and line[-1].end_tick >= note.end_tick:
                continue  # an inner voice moving under a held melody note
            line[-1] = replace(line[-1], duration_ticks=note.start_tick - line[-1].start_tick)
        line.append(note)
    return replace(track, notes=tuple(line))


@dataclass(frozen=True, slots=True)
class Playing:
    """`density` in notes a bar of four quarters; `register`, the mean MIDI pitch, and `polyphony`,
    how many notes begin together on average: both None for drums and where nothing is played."""

    density: float
    register: float | None
    polyphony: float | None


def playing(track: Track, bars: Collection[int], bar_ticks: int) -> Playing:
    """How a part plays in the bars, counted from 0; a note belongs to the bar it begins in."""
    notes = [note for note in track.notes if note.start_tick // bar_ticks in bars]
    quarters = len(bars) * bar_ticks / (4 * TICKS_PER_BEAT)
    density = len(notes) / quarters if quarters else 0.0
    if track.is_drum or not notes:
        return Playing(density, None, None)
    onsets = len({note.start_tick for note in notes})
    return Playing(density, sum(note.pitch for note in notes) / len(notes), len(notes) / onsets)
