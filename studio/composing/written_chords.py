"""A band on chords that somebody wrote and the models do not know, such as Bm7b5, Csus4 or G/B.

A model hears the nearest triad and seventh. What it plays on a tone that the chord does not have
goes to the tone that it has instead, the bass plays the bass that is written, and a tone that no
part has found takes the place of a root or fifth, as players voice chords. Rhythm, lines and all
other chords stay as the model has them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.score import STEP_TICKS, Note, Track, one_at_a_time
from studio.music.theory import Chord, Degree, chord_tones, read_symbol, triad_tones

_FAR = 4  # semitones that a note moves to become another tone
_SHORT = 2 * STEP_TICKS  # what a note anticipates a chord by, or is held over into it
# what a degree excludes: semitones above the root
_EXCLUDED: Mapping[Degree, Collection[int]] = {
    (2, 0): (1, 3, 4), (4, 0): (3, 4, 6), (3, -1): (4,), (3, 0): (3,), (5, -1): (7,), (5, 1): (7,),
    (6, 0): (8,), (7, -2): (10, 11), (7, -1): (11,), (7, 0): (10,), (9, -1): (2,), (9, 0): (1,),
    (9, 1): (2,), (11, 0): (6,), (11, 1): (5,), (13, -1): (9,), (13, 0): (8,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a written chord sounds, in ticks, and what becomes of pitch classes there: those that
    are `moved` to another, the `colours` that are to be heard, those that are `free` to become one,
    and what the bass plays on its root."""

    start: int
    end: int
    moved: Mapping[int, int]
    colours: tuple[int, ...]
    free: tuple[int, ...]
    bass: int

    @property
    def root(self) -> int:
        return self.free[0]


@dataclass(slots=True)
class _Piece:
    """As much of a note of a track as lies in one span, or outside of all."""

    track: int
    note: Note
    start: int
    end: int
    span: _Span | None
    pitch: int


def on_written_chords(
    tracks: Sequence[Track], parts: Sequence[Part], melody: Track, plan: ChordPlan
) -> list[Track]:
    """The tracks of a band, in the order of its `parts`, on the chords as they are written."""
    spans = list(_spans(plan))
    pitched = [index for index, part in enumerate(parts) if not part.is_drum]
    if not spans or not pitched:
        return list(tracks)
    bass = min(pitched, key=lambda index: parts[index].low)
    pieces = [
        p for index in pitched for note in tracks[index].notes for p in _cut(index, note, spans)
    ]
    for span in spans:
        inside = [piece for piece in pieces if piece.span is span]
        _tune(inside, span, parts, bass)
        heard = {note.pitch % 12 for note in melody.notes if _overlap(note, span)}
        _colour([piece for piece in inside if piece.track != bass], span, parts, heard)
    result = list(tracks)
    for index in pitched:
        played = _joined([piece for piece in pieces if piece.track == index])
        if played != tracks[index].notes:
            result[index] = one_at_a_time(replace(tracks[index], notes=played))
    return result


def _spans(plan: ChordPlan) -> Iterator[_Span]:
    """The written chords that say more than the models know."""
    first = 0
    chords = plan.chords
    for unit in range(1, len(chords) + 1):
        if unit < len(chords) and chords[unit] == chords[first]:
            continue
        span = _span(chords[first], first * plan.unit_ticks, unit * plan.unit_ticks)
        if span is not None:
            yield span
        first = unit


def _span(chord: Chord, start: int, end: int) -> _Span | None:
    symbol = read_symbol(chord.written)
    if symbol is None or (symbol.bass is None and {*symbol.tones} == {*chord_tones(chord.plain)}):
        return None
    tones = symbol.tones
    root, fifth = tones[0], symbol.tone((5, 0))
    free = (root, fifth) if fifth in tones else (root,)
    moved = {(root + third) % 12: free[-1] for third in (3, 4)}  # of a chord that has none
    for degree, others in _EXCLUDED.items():
        if degree in symbol.degrees:
            moved |= {(root + other) % 12: symbol.tone(degree) for other in others}
    return _Span(
        start,
        end,
        {strange: tone for strange, tone in moved.items() if strange not in tones},
        tuple(tone for tone in tones if tone not in triad_tones(chord.triad)),
        free,
        symbol.bass_tone,
    )


def _overlap(note: Note, span: _Span) -> bool:
    return note.start_tick < span.end and note.end_tick > span.start


def _cut(track: int, note: Note, spans: Sequence[_Span]) -> list[_Piece]:
    """A note at the edges of the spans that it sounds in."""
    inside = [span for span in spans if _overlap(note, span)]
    edges = {note.start_tick, note.end_tick}
    edges |= {edge for span in inside for edge in (span.start, span.end)}
    ticks = sorted(edge for edge in edges if note.start_tick <= edge <= note.end_tick)
    return [
        _Piece(track, note, start, end, _span_at(start, inside), note.pitch)
        for start, end in pairwise(ticks)
    ]


def _span_at(tick: int, spans: Sequence[_Span]) -> _Span | None:
    return next((span for span in spans if span.start <= tick < span.end), None)


def _tune(pieces: Sequence[_Piece], span: _Span, parts: Sequence[Part], bass: int) -> None:
    """Moves what a chord excludes to its own tones, and the bass to its own."""
    first = min((piece.start for piece in pieces if piece.track == bass), default=None)
    for piece in pieces:
        tone = span.moved.get(piece.pitch % 12, piece.pitch % 12)
        if piece.track == bass and span.bass != span.root:
            lowest = piece.start == first or piece.pitch % 12 == span.root
            tone = span.bass if lowest else tone
        piece.pitch = _nearest(piece.pitch, tone, parts[piece.track])


def _colour(
    pieces: Sequence[_Piece], span: _Span, parts: Sequence[Part], heard: Collection[int]
) -> None:
    """Puts tones that nobody plays in the place of a root or fifth: of the part with most voices,
    from as near as may be, wherever it plays that root or fifth on the chord."""
    taken: set[int] = set()
    for tone in span.colours:
        if tone in heard or any(piece.pitch % 12 == tone for piece in pieces):
            continue
        moves = {
            (-parts[piece.track].voices, abs(to - piece.pitch), piece.track, piece.pitch): to
            for piece in pieces
            if piece.pitch % 12 in span.free and id(piece) not in taken
            for to in [_nearest(piece.pitch, tone, parts[piece.track])]
            if abs(to - piece.pitch) <= _FAR
        }
        if not moves:
            continue
        _, _, track, pitch = best = min(moves)
        for piece in pieces:
            if (piece.track, piece.pitch) == (track, pitch):
                piece.pitch = moves[best]
                taken.add(id(piece))


def _nearest(pitch: int, tone: int, part: Part) -> int:
    """The pitch of a pitch class that is nearest, in the part's range where it has one there."""
    up = pitch + (tone - pitch) % 12
    inside = [p for p in (up - 12, up, up + 12) if part.low <= p <= part.high]
    return min(inside or [up], key=lambda p: (abs(p - pitch), p))


def _joined(pieces: Sequence[_Piece]) -> tuple[Note, ...]:
    """The notes of a track's pieces: a short piece before a chord sounds as in it, one that hangs
    over into another chord lets go, and two that now clash or are one are one note."""
    notes: list[Note] = []
    by_note: dict[int, list[_Piece]] = {}
    for piece in pieces:
        by_note.setdefault(id(piece.note), []).append(piece)
    for of_note in by_note.values():
        if len(of_note) > 1 and of_note[0].end - of_note[0].start <= _SHORT:
            of_note[0].pitch = of_note[1].pitch
        kept: list[_Piece] = []
        for piece in of_note:
            if kept and kept[-1].pitch == piece.pitch:
                kept[-1].end = piece.end
            elif not kept or piece.end - piece.start > _SHORT:
                kept.append(piece)
        notes += [
            replace(p.note, start_tick=p.start, pitch=p.pitch, duration_ticks=p.end - p.start)
            for p in kept
        ]
    return tuple(sorted(notes))
