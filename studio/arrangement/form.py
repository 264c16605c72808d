"""The form of a tune: its phrases, the sections that come and come back, and how intense each is.

Phrases are found by weighing three things at every bar line: whether the melody rests or holds
there, whether what follows has been heard before, and how people's phrases are long. Those that
are alike have one letter, and two short ones make a section.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from studio.ground.errors import BadKnob
from studio.music.score import STEP_TICKS, Note

PHRASE_BARS = 4
# what a phrase of so many bars costs, beside what speaks for the bar line where it begins
_COSTS = {1: 2.0, 2: 1.0, 3: 1.1, 4: 0.0, 5: 0.9, 6: 0.8, 7: 1.1, 8: 0.45}
_REST, _RETURN = 0.8, 0.8  # what a rest and a return speak for
_BY_RHYTHM, _ALIKE = 0.35, 0.45  # how bars are alike; two phrases that have one letter are
_SECTION_BARS, _LEAST_BARS = 8, 16  # two phrases make a section in a tune of so many
_MIDDLE, _STEP, _LAST = 0.5, 0.05, 0.15
_ENERGY, _AGAIN, _OPENING = 0.1, 0.06, -0.08
_WAITING = "INTRO"  # the section in which a band waits for the melody
_LEAST_SECTIONS, _MOST_AGAIN = 3, 3
_PHRASES = r"\+?[0-9]{1,3}(?:\+[0-9]{1,3})*"
_SECTION = re.compile(rf"([A-Za-z]+)'*({_PHRASES})(?::([01]?\.?[0-9]*))?$")


@dataclass(frozen=True, slots=True)
class Section:
    """`bars` of a tune, as `intense` as 0-1; those of one `name` are alike."""

    name: str
    bars: int
    intense: float = _MIDDLE


@dataclass(frozen=True, slots=True)
class Form:
    """The sections of a tune, one after another, and the bars, from 0, in which a phrase ends."""

    sections: tuple[Section, ...]
    ends: frozenset[int]

    @property
    def bars(self) -> int:
        return sum(section.bars for section in self.sections)

    @property
    def intensity(self) -> list[float]:
        """Of each bar, 0-1."""
        return [section.intense for section in self.sections for _ in range(section.bars)]

    @property
    def first_time(self) -> list[int | None]:
        """For each bar the one, from 0, that stands in its place where its section came first; None
        where that is the first, or was shorter."""
        begins: dict[str, tuple[int, int]] = {}
        found: list[int | None] = []
        for section in self.sections:
            first, bars = begins.setdefault(section.name, (len(found), section.bars))
            mine = first == len(found)
            found += [None if mine or b >= bars else first + b for b in range(section.bars)]
        return found

    @property
    def section_ends(self) -> set[int]:
        """The last bar of each section, from 0."""
        return {end - 1 for end in accumulate(section.bars for section in self.sections)}

    def from_bar(self, bar: int) -> Form:
        """The form without the bars before one, from 0."""
        kept, left = [], bar
        for section in self.sections:
            if left < section.bars:
                kept.append(replace(section, bars=section.bars - left))
            left = max(left - section.bars, 0)
        return Form(tuple(kept), frozenset(end - bar for end in self.ends if end >= bar))

    def later(self, bars: int) -> Form:
        """The form after so many bars in which nobody plays."""
        if not bars:
            return self
        ends = {bars - 1, *(end + bars for end in self.ends)}
        return Form((Section(_WAITING, bars, 0.0), *self.sections), frozenset(ends))

    def __str__(self) -> str:
        """Such as `A8:0.4 B3+5:0.6`, which `read_form` reads."""
        words, start = [], 0
        for section in self.sections:
            cuts = [end + 1 - start for end in sorted(self.ends) if 0 <= end - start < section.bars]
            bars = str(section.bars)
            if cuts != _phrase_cuts(section.bars):
                lengths = [after - before for before, after in pairwise([0, *cuts])]
                bars = "+" * (len(lengths) == 1) + "+".join(map(str, lengths))
            words.append(f"{section.name}{bars}:{section.intense:g}")
            start += section.bars
        return " ".join(words)


def read_form(text: str, bars: int | None = None) -> Form:
    """Sections as people write them: `A8 B8:0.8 A8`, a name, how many bars, and after a colon how
    intense. Phrases are of four bars, or as long as is said: `A3+5`, and `A+8` is one. What is
    missing of a tune of so many `bars`, where that is said, belongs to the last section, what is
    too much is left out. Raises BadKnob for what is no section."""
    sections: list[Section] = []
    phrases: list[list[int]] = []  # as they were said
    for word in text.split():
        match = _SECTION.match(word)
        intense = float(match[3]) if match and match[3] not in (None, "", ".") else _MIDDLE
        lengths = [int(one) for one in match[2].split("+") if one] if match else []
        if match is None or not all(lengths) or not 0 <= intense <= 1:
            raise BadKnob(
                f"{word[:40]!r} is no section: write a name, its bars and how intense it is from 0 "
                "to 1, such as B8:0.7."
            )
        room = None if bars is None else bars - sum(section.bars for section in sections)
        if room is None or room > 0:
            mine = sum(lengths) if room is None else min(sum(lengths), room)
            sections.append(Section(match[1].upper(), mine, intense))
            phrases.append(lengths if "+" in match[2] else [])
    if not sections:
        raise BadKnob("The form names no section: write some, such as A8 B8 A8, or leave it empty.")
    if bars is not None:
        last, missing = sections[-1], bars - sum(section.bars for section in sections)
        sections[-1] = Section(last.name, last.bars + missing, last.intense)
    return Form(tuple(sections), frozenset(_ends(sections, phrases)))


def form_of(melody: Sequence[Note], bars: int, bar_ticks: int) -> Form:
    """The form that a melody on the grid is heard in, of so many bars, 1 or more."""
    lines = _Lines.of(melody, bars, bar_ticks)
    phrases = _phrases(lines)
    letters = _letters(lines, phrases)
    sections = _sections(lines, phrases, letters)
    ends = {start - 1 for start in phrases[1:]} | {bars - 1}
    return Form(tuple(sections), frozenset(ends))


@dataclass(frozen=True, slots=True)
class _Lines:
    """A melody bar by bar: how surely it rests before each bar, 0-1, how much what begins there
    sounds like what began earlier, 0-1, how much happens, (bar,), and how alike two bars are, (bar,
    bar)."""

    rests: NDArray[np.float64]
    returns: NDArray[np.float64]
    energy: NDArray[np.float64]
    alike: NDArray[np.float64]

    @classmethod
    def of(cls, melody: Sequence[Note], bars: int, bar_ticks: int) -> _Lines:
        steps = bar_ticks // STEP_TICKS
        rhythm = np.zeros((bars, steps), bool)
        tune = np.zeros((bars, steps * 12), bool)
        pitches: list[list[int]] = [[] for _ in range(bars)]
        for note in melody:
            bar, tick = divmod(note.start_tick, bar_ticks)
            if bar < bars:
                rhythm[bar, tick // STEP_TICKS] = True
                tune[bar, tick // STEP_TICKS * 12 + note.pitch % 12] = True
                pitches[bar].append(note.pitch)
        alike = _BY_RHYTHM * _jaccard(rhythm) + (1 - _BY_RHYTHM) * _jaccard(tune)
        onsets = sorted({note.start_tick for note in melody})
        rests = np.array([_rest(onsets, bar * bar_ticks, bar_ticks) for bar in range(bars)])
        height = np.array([np.mean(one) if one else np.nan for one in pitches])
        energy = _standard(height) + _standard(rhythm.sum(1).astype(float))
        return cls(rests, _returns(alike), energy, alike)


def _jaccard(rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The share that each two rows have in common, 1 where both are empty, (row, row)."""
    counts = rows.astype(float)
    both = counts @ counts.T
    either = counts.sum(1)[:, None] + counts.sum(1)[None] - both
    share: NDArray[np.float64] = np.divide(both, either, out=np.ones_like(both), where=either > 0)
    return share


def _rest(onsets: Sequence[int], line: int, bar_ticks: int) -> float:
    """The longest time without a new note around a bar line, in bars, at most 1."""
    around = [onset for onset in onsets if line - 1.5 * bar_ticks <= onset <= line + bar_ticks]
    near = [
        after - before
        for before, after in pairwise(around)
        if line - bar_ticks / 2 <= after <= line + bar_ticks / 4
    ]
    return min(max(near, default=0) / bar_ticks, 1.0)


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """In standard deviations from the mean, 0 where there is nothing."""
    known = values[~np.isnan(values)]
    if not len(known) or not known.std():
        return np.zeros(len(values))
    standard: NDArray[np.float64] = np.nan_to_num((values - known.mean()) / known.std())
    return standard


def _phrases(lines: _Lines) -> list[int]:
    """The bars in which phrases begin, the first one first: the cheapest way to cut the tune."""
    bars = len(lines.rests)
    best, way = [0.0] + [np.inf] * bars, [0] * (bars + 1)
    for end in range(1, bars + 1):
        for length, cost in _COSTS.items():
            start = end - length
            if start < 0:
                continue
            told = _REST * lines.rests[start] + _RETURN * lines.returns[start] if start else 0.0
            if best[start] + cost - told < best[end]:
                best[end], way[end] = best[start] + cost - told, start
    cuts = [bars]
    while cuts[-1] > 0:
        cuts.append(way[cuts[-1]])
    return cuts[:0:-1]


def _returns(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """The likeness of two bars from each on to the most alike two before them, 0-1, (bar,)."""
    after = np.pad(alike[1:, 1:], ((0, 1), (0, 1)), constant_values=1.0)
    pairs = (alike + after) / 2
    earlier = np.tril(np.ones(alike.shape, bool), -2)  # that do not overlap
    found: NDArray[np.float64] = np.where(earlier, pairs, 0.0).max(1, initial=0.0)
    return found


def _letters(lines: _Lines, phrases: Sequence[int]) -> list[int]:
    """A number for each phrase, the same for those that are alike."""
    ends = [*phrases[1:], len(lines.rests)]
    found: list[int] = []
    for place, (start, end) in enumerate(zip(phrases, ends, strict=True)):
        scores = []
        for other in range(place):
            bars = min(end - start, ends[other] - phrases[other])
            same = [lines.alike[phrases[other] + k, start + k] for k in range(bars)]
            scores.append((float(np.mean(same)), -other))
        best = max(scores, default=(0.0, 0))
        found.append(found[-best[1]] if best[0] >= _ALIKE else max(found, default=-1) + 1)
    return found


def _sections(lines: _Lines, phrases: Sequence[int], letters: Sequence[int]) -> list[Section]:
    bars = len(lines.rests)
    groups: list[list[int]] = []  # of phrases
    ends = [*phrases[1:], bars]
    for place in range(len(phrases)):
        first = groups[-1][0] if groups else place
        fits = groups and ends[place] - phrases[first] <= _SECTION_BARS
        if fits and bars >= _LEAST_BARS:
            groups[-1].append(place)
        else:
            groups.append([place])
    names: dict[int, str] = {}
    times: dict[str, int] = {}
    sections = []
    for number, group in enumerate(groups):
        name = names.setdefault(letters[group[0]], _name(len(names)))
        start, end = phrases[group[0]], ends[group[-1]]
        intense = _MIDDLE + _ENERGY * float(np.clip(lines.energy[start:end].mean(), -1, 1))
        intense += _AGAIN * min(times.get(name, 0), _MOST_AGAIN)
        if len(groups) >= _LEAST_SECTIONS:
            intense += _LAST * (number == len(groups) - 1) + _OPENING * (number == 0)
        times[name] = times.get(name, 0) + 1
        rounded = round(min(max(intense, 0.1), 1.0) / _STEP) * _STEP
        sections.append(Section(name, end - start, round(rounded, 2)))
    return sections


def _name(number: int) -> str:
    """A, B, … Z, AA, AB, …"""
    high, low = divmod(number, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)


def _phrase_cuts(bars: int) -> list[int]:
    """After how many bars phrases end in a section of which nothing else is said."""
    return [*range(PHRASE_BARS, bars, PHRASE_BARS), bars]


def _ends(sections: Sequence[Section], phrases: Sequence[Sequence[int]]) -> list[int]:
    """The last bars of the phrases of sections that somebody wrote."""
    ends: list[int] = []
    start = 0
    for section, lengths in zip(sections, phrases, strict=True):
        cuts = list(accumulate(lengths)) or _phrase_cuts(section.bars)
        ends += [start + cut - 1 for cut in cuts if cut < section.bars]
        start += section.bars
        ends.append(start - 1)
    return ends
