"""The piano roll as an SVG, for print and for drawing programs.

It is written by hand: one path a part and shade is a tenth of what a plotting library writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from xml.sax.saxutils import escape

from studio.music.score import Score, Track
from studio.pictures.colours import Colour, part_colour
from studio.pictures.limits import check_size

_WIDTH, _CHORDS, _GAP, _TITLE = 1160.0, 28.0, 6.0, 40.0  # pixels
_LANE_HEIGHT = 72.0
_NAMES = 110.0  # the width of the parts' names
_SHADES = 4


def roll_svg(score: Score) -> bytes:
    """The whole score as an SVG: title, chords, then a lane for each part that has notes, louder
    notes brighter. Texts are text, there are no scripts; raises BadScore
    where the score is too large for a picture."""
    check_size(score)
    lanes = [(index, track) for index, track in enumerate(score.tracks) if track.notes]
    top = _CHORDS + (_TITLE if score.title else 0)
    height = top + len(lanes) * (_LANE_HEIGHT + _GAP)
    ticks = max(score.bars, 1) * score.metre.bar_ticks
    scale = (_WIDTH - _NAMES) / ticks
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(_WIDTH)} {_n(height)}" '
        'font-family="sans-serif">',
        f"<title>{_text(score.title or 'Piano roll')}</title>",
        f'<path fill="{Colour.BACKGROUND}" d="M0 0h{_n(_WIDTH)}v{_n(height)}H0z"/>',
    ]
    if score.title:
        parts.append(
            f'<text x="12" y="26" font-size="18" fill="{Colour.TEXT}">{_text(score.title)}</text>'
        )
    parts += _chords(score, scale, ticks, top)
    for index, track in lanes:
        parts += _lane(track, part_colour(index), score, scale, top)
        top += _LANE_HEIGHT + _GAP
    return ("\n".join([*parts, "</svg>"]) + "\n").encode("utf-8", "replace")


def _chords(score: Score, scale: float, ticks: int, top: float) -> Iterator[str]:
    free_from = 0.0
    for mark in score.chords:
        x = _NAMES + mark.start_tick * scale
        if x >= free_from and 0 <= mark.start_tick < ticks:
            yield (
                f'<text x="{_n(x + 3)}" y="{_n(top - 9)}" font-size="12" '
                f'fill="{Colour.TEXT}">{_text(mark.symbol)}</text>'
            )
            free_from = x + 9 * max(len(mark.symbol), 2)


def _lane(track: Track, colour: str, score: Score, scale: float, top: float) -> Iterator[str]:
    """Background, bar lines, name and notes of one part."""
    right, bottom = _n(_WIDTH), _n(top + _LANE_HEIGHT)
    yield f'<path fill="{Colour.LANE}" d="M{_n(_NAMES)} {_n(top)}H{right}V{bottom}H{_n(_NAMES)}z"/>'
    metre, bars = score.metre, max(score.bars, 1)
    beats = metre.beats if bars <= 16 else 1
    for every, line in ((metre.bar_ticks / beats, Colour.LINE), (metre.bar_ticks, Colour.BAR_LINE)):
        count = round(bars * metre.bar_ticks / every)
        xs = (_NAMES + i * every * scale for i in range(count))
        lines = "".join(f"M{_n(x)} {_n(top)}V{bottom}" for x in xs)
        yield f'<path stroke="{line}" fill="none" d="{lines}"/>'
    yield (
        f'<text x="12" y="{_n(top + _LANE_HEIGHT / 2 + 4)}" font-size="12" '
        f'fill="{colour}">{_text(track.name[:16])}</text>'
    )
    low = min(note.pitch for note in track.notes)
    high = max(note.pitch for note in track.notes)
    row = _LANE_HEIGHT / max(high - low + 3, 11)
    middle = top + _LANE_HEIGHT / 2
    thick = max(row, 3.0)  # a wide range must not thin the notes to hairlines
    shades: dict[int, list[str]] = defaultdict(list)
    for note in track.notes:
        y = middle + ((low + high) / 2 - note.pitch) * row - thick / 2
        width = max(note.duration_ticks * scale - min(12, note.duration_ticks / 4) * scale, 0.3)
        box = (
            f"M{_n(_NAMES + note.start_tick * scale)} {_n(y)}h{_n(width)}v{_n(thick)}h-{_n(width)}z"
        )
        shades[note.velocity * _SHADES // 128].append(box)
    for shade, boxes in sorted(shades.items()):
        opacity = _n(0.5 + 0.5 * (shade + 1) / _SHADES)
        yield f'<path fill="{colour}" fill-opacity="{opacity}" d="{"".join(boxes)}"/>'


def _n(number: float) -> str:
    """A number of pixels in as few characters as a hundredth needs."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    """Text that XML can hold; a marker's control characters are left out."""
    return escape("".join(c for c in text if c.isprintable()))
