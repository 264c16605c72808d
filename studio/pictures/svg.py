"""The piano roll as an SVG, for print and for drawing programs.

It is written by hand: one path a part and shade is a tenth of what a plotting library writes.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from studio.music.score import Score
from studio.pictures.drawing import WIDTH, Boxes, Text, drawn


def roll_svg(score: Score) -> bytes:
    """The whole score as an SVG: title, chords, then a lane for each part that has notes, louder
    notes brighter, and the bars' numbers. Texts are text, there are no scripts; raises
    BadScore where the score is too large for a picture."""
    drawing = drawn(score, named=True)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(WIDTH)} {_n(drawing.height)}" '
        'font-family="sans-serif">',
        f"<title>{_text(score.title or 'Piano roll')}</title>",
        *map(_path, drawing.boxes),
        *map(_line, drawing.texts),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _path(boxes: Boxes) -> str:
    opacity = "" if boxes.opacity is None else f' fill-opacity="{_n(boxes.opacity)}"'
    places = (f"M{_n(x)} {_n(y)}h{_n(w)}v{_n(h)}h-{_n(w)}z" for x, y, w, h in boxes.places)
    return f'<path fill="{boxes.colour}"{opacity} d="{"".join(places)}"/>'


def _line(text: Text) -> str:
    place = f'x="{_n(text.x)}" y="{_n(text.y)}" font-size="{text.size}" fill="{text.colour}"'
    return f"<text {place}>{_text(text.text)}</text>"


def _n(number: float) -> str:
    """A number of pixels in as few characters as a hundredth needs."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    """Text that XML can hold; a marker's control characters are left out."""
    return escape("".join(c for c in text if c.isprintable()))
