"""The piano roll as boxes and texts, in pixels: what both pictures of a piece draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from studio.ground.errors import BadScore
from studio.music.score import Score, Track
from studio.pictures.colours import Colour, part_colour

WIDTH = 1160.0
MAX_PARTS, MAX_NOTES, MAX_BARS = 128, 100_000, 1_000  # of a piece that is drawn
_CHORDS, _LANE, _GAP, _TITLE = 28.0, 72.0, 6.0, 40.0  # heights
_NAMES = 110.0  # the width of the parts' names
ROLL_LEFT = _NAMES / WIDTH  # the share of a named drawing's width at which bar 1 begins
_NUMBERS, _MOST_NUMBERS = 20.0, 32  # the height of the bars' numbers, and how many there are
_SHADES = 4
_FEW_BARS = 16  # of which the beats are drawn, too


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes (x, y, width, height) of one colour; `opacity` 0-1 where they are notes."""

    colour: str
    places: list[tuple[float, float, float, float]]
    opacity: float | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text on the line y, from x on."""

    x: float
    y: float
    text: str
    size: int
    colour: str = Colour.TEXT


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes, the lowest first, and the texts over them."""

    height: float
    boxes: list[Boxes]
    texts: list[Text]


def drawn(score: Score, named: bool) -> Drawing:
    """Chords on top, then a lane for each part that has notes, louder notes brighter; where it is
    `named`, with title, parts' names and bars' numbers. Raises BadScore for a score
    that no picture could show."""
    too_many = len(score.tracks) > MAX_PARTS or score.note_count > MAX_NOTES
    if too_many or score.bars > MAX_BARS or len(score.chords) > MAX_NOTES:
        raise BadScore("This piece is too large for a picture: take it home as MIDI.")
    lanes = [(index, track) for index, track in enumerate(score.tracks) if track.notes]
    top = _CHORDS + (_TITLE if named and score.title else 0)
    height = top + len(lanes) * (_LANE + _GAP) + (_NUMBERS if named else 0)
    drawing = Drawing(height, [], [])
    left = _NAMES if named else 0.0
    scale = (WIDTH - left) / (max(score.bars, 1) * score.metre.bar_ticks)
    drawing.boxes.append(Boxes(Colour.BACKGROUND, [(0, 0, WIDTH, drawing.height)]))
    if named and score.title:
        drawing.texts.append(Text(12, 26, score.title, 18))
    drawing.texts.extend(_chords(score, left, top - 9, scale))
    for index, track in lanes:
        drawing.boxes.append(Boxes(Colour.LANE, [(left, top, WIDTH - left, _LANE)]))
        drawing.boxes.extend(_grid(score, left, top, scale))
        drawing.boxes.extend(_notes(track, part_colour(index), left, top, scale))
        if named:
            name = Text(12, top + _LANE / 2 + 4, track.name[:16], 12, part_colour(index))
            drawing.texts.append(name)
        top += _LANE + _GAP
    if named:
        drawing.texts.extend(_numbers(score, left, top + 10, scale))
    return drawing


def _chords(score: Score, left: float, y: float, scale: float) -> Iterator[Text]:
    free_from = 0.0  # so that neighbours do not overlap
    for mark in score.chords:
        x = left + mark.start_tick * scale
        if free_from <= x < WIDTH and mark.start_tick >= 0:
            yield Text(x + 3, y, mark.symbol, 12)
            free_from = x + 9 * max(len(mark.symbol), 2)


def _numbers(score: Score, left: float, y: float, scale: float) -> Iterator[Text]:
    """Every bar's number in short pieces, every second, fourth … in longer ones."""
    every = 1
    while score.bars > _MOST_NUMBERS * every:
        every *= 2
    for bar in range(0, score.bars, every):
        yield Text(
            left + bar * score.metre.bar_ticks * scale + 3, y, f"{bar + 1}", 11, Colour.QUIET
        )


def _grid(score: Score, left: float, top: float, scale: float) -> Iterator[Boxes]:
    metre, bars = score.metre, max(score.bars, 1)
    for colour, in_bar in ((Colour.LINE, metre.beats), (Colour.BAR_LINE, 1)):
        if in_bar == 1 or bars <= _FEW_BARS:
            apart = metre.bar_ticks * scale / in_bar
            xs = (left + number * apart - 0.5 for number in range(bars * in_bar))
            yield Boxes(colour, [(x, top, 1, _LANE) for x in xs])


def _notes(track: Track, colour: str, left: float, top: float, scale: float) -> Iterator[Boxes]:
    pitches = [note.pitch for note in track.notes]
    low, high = min(pitches), max(pitches)
    row = _LANE / max(high - low + 3, 11)
    thick = max(row, 3.0)  # a wide range must not thin the notes to hairlines
    shades: dict[int, list[tuple[float, float, float, float]]] = defaultdict(list)
    for note in track.notes:
        y = top + _LANE / 2 + ((low + high) / 2 - note.pitch) * row - thick / 2
        ticks = note.duration_ticks - min(12, note.duration_ticks / 4)
        box = (left + note.start_tick * scale, y, max(ticks * scale, 0.3), thick)
        shades[note.velocity * _SHADES // 128].append(box)
    for shade, places in sorted(shades.items()):
        yield Boxes(colour, places, 0.5 + 0.5 * (shade + 1) / _SHADES)
