"""A piece as it is worked on: notes and instruments changed, bars put in from another score, chords
changed. Pure; what the models do is in `studio.composing.replays`.

Parts are named as `part_names` says, notes are rows of [start_tick, pitch, duration_ticks,
velocity], as pages and recipes have them, and bars are counted from 0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from studio.composing.recipe import EDITS_FORMAT
from studio.errors import BadKnob, BadScore
from studio.music.harmony import unit_ticks
from studio.music.midi import MAX_NOTES
from studio.music.score import MAX_BARS, ChordMark, Note, Score, Track
from studio.music.theory import chord_symbol, parse_chord, parse_key

Rows = Iterable[Sequence[int]]


def part_names(score: Score) -> tuple[str, ...]:
    """The parts' names, each once: a second Bass is `Bass 2`, and what has no name `Part 3`."""
    taken: set[str] = set()
    own = {track.name for track in score.tracks}
    names = []
    for number, track in enumerate(score.tracks, 1):
        name = plain = track.name or f"Part {number}"
        count = 1
        while name in taken or (count > 1 and name in own):
            count += 1
            name = f"{plain} {count}"
        taken.add(name)
        names.append(name)
    return tuple(names)


def part_index(score: Score, part: str) -> int:
    """Which track a part is; raises BadScore for a name that is none."""
    names = part_names(score)
    if part not in names:
        known = ", ".join(names[:12]) or "none"
        raise BadScore(f"This piece has no part called {part[:40]!r}: choose one of {known}.")
    return names.index(part)


def rows_of(score: Score, part: str) -> list[list[int]]:
    """The notes of a part as rows."""
    notes = score.tracks[part_index(score, part)].notes
    return [n.row for n in notes]


def with_notes(score: Score, part: str, notes: Rows) -> Score:
    """The piece with a part's notes replaced by others.

    A note that is held over the end of bar 64 (of the piece, where it is longer) is cut there; one
    that begins after it is refused, as is what is no note, with BadScore: then nothing changes.
    """
    index = part_index(score, part)
    bars = max(MAX_BARS, score.bars)
    end = bars * score.metre.bar_ticks
    inside = []
    for note in read_notes(notes):
        if note.start_tick >= end:
            raise BadScore(f"A note lies after bar {bars}, where a piece ends: move it earlier.")
        inside.append(replace(note, duration_ticks=min(note.end_tick, end) - note.start_tick))
    track = replace(score.tracks[index], notes=tuple(inside))
    changed = _with_track(score, index, track)
    if changed.note_count > MAX_NOTES:
        raise BadScore(f"A piece can hold {MAX_NOTES:,} notes: delete some before you add more.")
    return changed


def read_notes(rows: Rows) -> tuple[Note, ...]:
    """Notes as a page sends them; raises BadScore for what is no row of four whole numbers in a
    note's ranges."""
    try:
        notes = tuple(_note(*row) for row in rows)
    except TypeError as error:
        raise BadScore("These notes cannot be read: reload the page and try again.") from error
    return notes


def with_program(score: Score, part: str, program: int) -> Score:
    """The piece with another instrument for a part; raises BadScore for a program not 0-127."""
    if type(program) is not int:
        raise BadScore("An instrument is a whole number from 0 to 127: choose one from the list.")
    index = part_index(score, part)
    return _with_track(score, index, replace(score.tracks[index], program=program))


def with_chord(score: Score, tick: int, symbol: str) -> Score:
    """The piece with a chord changed, or one more, from `tick` until the next; raises BadKnob for
    what is no chord or lies outside of the piece."""
    if parse_chord(symbol) is None:
        raise BadKnob(f"{symbol[:20]!r} is no chord: write it as C, Am or G7.")
    if type(tick) is not int or not 0 <= tick < max(score.end_tick, 1):
        raise BadKnob("There is no such place in this piece: choose a chord within it.")
    others = [mark for mark in score.chords if mark.start_tick != tick]
    return replace(score, chords=(*others, ChordMark(tick, symbol)))


def changed_bars(before: Score, after: Score) -> tuple[int, ...]:
    """The bars in which other chords are in force."""
    bars = range(max(before.bars, after.bars))
    return tuple(bar for bar in bars if _chords_in(before, bar) != _chords_in(after, bar))


def chords_text(score: Score, per_beat: bool) -> str:
    """The chords that a piece is marked with as `music.harmony` reads them: a question mark where
    it has none, for what is not marked is Tutti's to choose, and silence only where it is
    marked. Chords change by the beat, else as `harmony.unit_ticks` says."""
    ticks = unit_ticks(score.metre, per_beat)
    in_bar = max(score.metre.bar_ticks // ticks, 1)
    key = parse_key(score.key or "")
    bars = []
    for bar in range(score.bars):
        symbols = []
        for unit in range(bar * in_bar, (bar + 1) * in_bar):
            marks = [mark for mark in score.chords if mark.start_tick <= unit * ticks]
            chord = parse_chord(marks[-1].symbol) if marks else None
            symbols.append(chord_symbol(chord, key) if chord else "?")
        bars.append(symbols[0] if len(set(symbols)) == 1 else " ".join(symbols))
    return " | ".join(bars)


def spliced(before: Score, after: Score, bars: Collection[int], parts: Collection[str]) -> Score:
    """`before` with the notes that begin in `bars` taken from `after` in `parts`; the rest is
    untouched to the note. What comes in lets go where the next bar that stays begins.

    Raises BadScore for a part that `before` does not have, BadKnob for one that `after` has not.
    """
    indices = {part_index(before, part) for part in parts}
    there = {track.name: track for track in reversed(after.tracks)}
    missing = [before.tracks[i].name for i in sorted(indices) if before.tracks[i].name not in there]
    if missing:
        raise BadKnob(f"The band has no part called {missing[0][:40]!r}: choose other parts.")
    tracks = [
        _with_bars(track, there[track.name], bars, before.metre.bar_ticks)
        if i in indices
        else track
        for i, track in enumerate(before.tracks)
    ]
    return before.with_tracks(tracks)


def edited_recipe(recipe: Mapping[str, Any], edits: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The recipe of a piece that was edited: {"part", "notes"}, {"part", "program"}, and what
    `composing.replays` wrote anew, in the order it was done. Where a part was edited twice with
    nothing written anew in between, the later edit counts."""
    kept: list[dict[str, Any]] = []
    for edit in (*recipe.get("edits", ()), *edits):
        kept = [one for i, one in enumerate(kept) if not _replaces(edit, kept, i)]
        kept.append(dict(edit))
    return {**recipe, "format": EDITS_FORMAT, "edits": kept}


def _replaces(edit: Mapping[str, Any], kept: Sequence[Mapping[str, Any]], place: int) -> bool:
    """Whether nothing of the edit at a place is left to see after `edit`."""
    same = "part" in edit and _subject(edit) == _subject(kept[place])
    return same and all("part" in later for later in kept[place:])


def _subject(edit: Mapping[str, Any]) -> tuple[Any, bool]:
    return edit.get("part"), "notes" in edit


def _note(start_tick: int, pitch: int, duration_ticks: int, velocity: int) -> Note:
    if any(type(number) is not int for number in (start_tick, pitch, duration_ticks, velocity)):
        raise TypeError("a note is whole numbers")
    return Note(start_tick, pitch, duration_ticks, velocity)


def _with_track(score: Score, index: int, track: Track) -> Score:
    return score.with_tracks((*score.tracks[:index], track, *score.tracks[index + 1 :]))


def _chords_in(score: Score, bar: int) -> list[tuple[int, str]]:
    """The chords in force in a bar, the first from its beginning."""
    first = bar * score.metre.bar_ticks
    end = first + score.metre.bar_ticks
    until = [mark for mark in score.chords if mark.start_tick < end]
    inside = [(mark.start_tick, mark.symbol) for mark in until if mark.start_tick > first]
    held = [mark for mark in until if mark.start_tick <= first]
    return [(first, held[-1].symbol), *inside] if held else inside


def _with_bars(track: Track, new: Track, bars: Collection[int], bar_ticks: int) -> Track:
    chosen = set(bars)
    stays = [note for note in track.notes if note.start_tick // bar_ticks not in chosen]
    comes = []
    for note in new.notes:
        following = note.start_tick // bar_ticks
        if following not in chosen:
            continue
        while following in chosen:
            following += 1
        end = min(note.end_tick, following * bar_ticks)
        comes.append(replace(note, duration_ticks=end - note.start_tick))
    return replace(track, notes=(*stays, *comes))
