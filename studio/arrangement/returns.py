"""Bars that come back in the rhythm of their first time, on the notes that they were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from studio.arrangement.form import Form
from studio.music.score import Note, Track

_FREE = 8  # bars of which one has the first time's rhythm

Groups = Sequence[Sequence[Note]]  # notes that begin together, in their order


def returned(track: Track, form: Form, bar_ticks: int) -> Track:
    """The part with sections that come back beginning in the rhythm of their first time, a bar of
    eight, and going on freely: so much of the rhythm comes back in people's accompaniments, and
    hardly any of the notes."""
    firsts, sources, start = form.first_time, dict[int, int](), 0
    for section in form.sections:
        for bar in range(start, start + -(-section.bars // _FREE)):
            first = firsts[bar]
            if first is not None:
                sources[bar] = first
        start += section.bars
    return in_rhythm_of(track, sources, bar_ticks)


def in_rhythm_of(track: Track, sources: Mapping[int, int], bar_ticks: int) -> Track:
    """The part with some bars, from 0, in the rhythm of others; where either is silent, nothing
    changes. Each onset takes the notes that were written nearest before it, as many as the onset
    has; where those are fewer than were written, one after the other."""
    by_bar: dict[int, list[Note]] = {}
    for note in track.notes:
        by_bar.setdefault(note.start_tick // bar_ticks, []).append(note)
    notes: list[Note] = []
    for bar, mine in by_bar.items():
        rhythm = by_bar.get(sources.get(bar, bar), [])
        if bar in sources and rhythm:
            notes += _on(_groups(rhythm), _groups(mine), (bar - sources[bar]) * bar_ticks)
        else:
            notes += mine
    return replace(track, notes=tuple(sorted(notes)))


def _groups(notes: Sequence[Note]) -> list[list[Note]]:
    found: dict[int, list[Note]] = {}
    for note in sorted(notes):
        found.setdefault(note.start_tick, []).append(note)
    return list(found.values())


def _on(rhythm: Groups, written: Groups, later: int) -> list[Note]:
    """What is `written` in a rhythm that stood so many ticks earlier."""
    found: list[Note] = []
    used: dict[int, int] = {}
    for group in rhythm:
        start = group[0].start_tick + later
        there = [place for place, one in enumerate(written) if one[0].start_tick <= start]
        place = there[-1] if there else 0
        source = written[place]
        begin, many = used.get(place, 0), min(len(group), len(source))
        used[place] = begin + many
        for i in range(many):
            note = source[(begin + i) % len(source)] if many < len(source) else source[i]
            beat = group[min(i, len(group) - 1)]
            found.append(replace(note, start_tick=start, duration_ticks=beat.duration_ticks))
    return found
