"""A band on chords that somebody wrote and the models do not know, such as Bm7b5, Csus4 or G/B.

A model hears the nearest triad and seventh, and may leave that seventh out. What it plays on a tone
that the chord does not have goes to the tone that it has instead, the bass plays the bass that is
written, and a tone that no part has found takes the place of a root or fifth, as players voice
chords, of one that sounds twice, or of a later note of the bass. Rhythm, lines and all other chords
stay as the model has them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.score import STEP_TICKS, Note, Track, one_at_a_time
from studio.music.theory import PLAIN, ChordSymbol, Degree, chord_tones, read_symbol, triad_tones

_FAR = 6  # semitones that a note moves to become another tone
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

    @property
    def voice(self) -> tuple[int, int]:
        return self.track, self.pitch

    @property
    def hangs_over(self) -> bool:
        """Whether it belongs to the chord before or after: see `_joined`."""
        return self.end - self.start <= min(_SHORT, self.note.duration_ticks - 1)


def on_written_chords(
    tracks: Sequence[Track], parts: Sequence[Part], melody: Track, plan: ChordPlan,
    voiced: bool = True,
) -> list[Track]:  # fmt: skip
    """The tracks of a band, in the order of its `parts`, on the chords as they are written; with
    `voiced`, sixths and sevenths that the models know are put in, too, where no part has them."""
    spans = list(_spans(plan, voiced))
    pitched = [index for index, part in enumerate(parts) if not part.is_drum]
    if not spans or not pitched:
        return list(tracks)
    bass = min(pitched, key=lambda index: parts[index].low)
    spans_of = _spans_by_note(spans)
    pieces = [
        p
        for index in pitched
        for note in tracks[index].notes
        for p in _cut(index, note, spans_of(note))
    ]
    by_span: dict[int, list[_Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.span is not None:
            by_span[piece.span.start].append(piece)
    sung: dict[int, set[int]] = defaultdict(set)
    for note in melody.notes:
        for span in spans_of(note):
            sung[span.start].add(note.pitch % 12)
    for span in spans:
        inside, heard = by_span[span.start], sung[span.start]
        _tune(inside, span, parts, bass)
        lowest = next((piece for piece in inside if piece.track == bass), None)
        voices = [piece for piece in inside if piece is not lowest and not piece.hangs_over]
        _colour(voices, span, parts, bass, heard)
    result = list(tracks)
    for index in pitched:
        played = _joined([piece for piece in pieces if piece.track == index])
        if played != tracks[index].notes:
            result[index] = one_at_a_time(replace(tracks[index], notes=played))
    return result


def _spans(plan: ChordPlan, voiced: bool) -> Iterator[_Span]:
    """The written chords that say more than the models know, or play."""
    first = 0
    chords = plan.chords
    for unit in range(1, len(chords) + 1):
        if unit < len(chords) and chords[unit] == chords[first]:
            continue
        chord, symbol = chords[first], read_symbol(chords[first].written)
        if symbol is not None:
            known = symbol.bass is None and {*symbol.tones} == {*chord_tones(chord.plain)}
            if not known or (voiced and chord.seventh != PLAIN):
                start, end = first * plan.unit_ticks, unit * plan.unit_ticks
                yield _span(symbol, chord.triad, start, end)
        first = unit


def _span(symbol: ChordSymbol, triad: int, start: int, end: int) -> _Span:
    tones = symbol.tones
    root, fifth = tones[0], symbol.tone((5, 0))
    free = (root, fifth) if fifth in tones else (root,)
    moved = {(root + third) % 12: free[-1] for third in (3, 4)}  # of a chord that has none
    for degree, others in _EXCLUDED.items():
        if degree in symbol.degrees:
            moved |= {(root + other) % 12: symbol.tone(degree) for other in others}
    above = tuple(tone for tone in tones if tone not in triad_tones(triad))
    return _Span(
        start,
        end,
        {strange: tone for strange, tone in moved.items() if strange not in tones},
        above and (*above, *(tone for tone in tones if tone not in (*above, *free))),
        free,
        symbol.bass_tone,
    )


def _spans_by_note(spans: Sequence[_Span]) -> Callable[[Note], Sequence[_Span]]:
    """What finds the spans that a note sounds in; they follow each other."""
    starts, ends = [span.start for span in spans], [span.end for span in spans]

    def found(note: Note) -> Sequence[_Span]:
        return spans[bisect_right(ends, note.start_tick) : bisect_left(starts, note.end_tick)]

    return found


def _cut(track: int, note: Note, inside: Sequence[_Span]) -> list[_Piece]:
    """A note at the edges of the spans that it sounds in."""
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
    pieces: Sequence[_Piece], span: _Span, parts: Sequence[Part], bass: int, heard: Collection[int]
) -> None:
    """Puts tones that nobody plays in the place of a root, a fifth or a tone that is none of the
    chord's, else of one that sounds twice, wherever the part with most voices plays that on the
    chord, from as near as may be; where there is none, in the place of a later note of the bass."""
    taken: set[int] = set()
    fixed = {*heard, *span.colours} - {*span.free}
    for tone in span.colours:
        voices = {piece.voice for piece in pieces if piece.track != bass}
        classes = [*heard, *(pitch % 12 for _, pitch in voices)]
        if tone in classes:
            continue
        moves = [
            (rank, -parts[piece.track].voices, abs(to - piece.pitch), piece.voice, place, to)
            for place, piece in enumerate(pieces)
            if place not in taken
            for rank in [2 if piece.track == bass else int(piece.pitch % 12 in fixed)]
            for to in [_nearest(piece.pitch, tone, parts[piece.track])]
            if abs(to - piece.pitch) <= _FAR and (rank != 1 or classes.count(piece.pitch % 12) > 1)
        ]
        if not moves:
            continue
        rank, _, _, voice, first, to = min(moves)
        for place, piece in enumerate(pieces):
            if place == first or (rank < 2 and piece.voice == voice):
                piece.pitch = to
                taken.add(place)


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
