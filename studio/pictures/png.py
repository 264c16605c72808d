"""The piano roll as a PNG."""

from __future__ import annotations

import io

from studio.music.score import Score
from studio.pictures.drawing import WIDTH, drawn

_SCALE = 1.6  # pixels of the PNG for one of the drawing
_FINER = 2  # times in both directions, before it is made small with smooth edges
_FONT = "fonts/ttf/DejaVuSans.ttf"  # in matplotlib's data


def roll_png(score: Score, named: bool = False) -> bytes:
    """The whole score as a PNG: chords on top, then a lane for each part, louder notes brighter;
    where it is `named`, with title, parts' names and bars' numbers.

    The same bytes for the same score; raises BadScore where it is too large for a picture.
    """
    import matplotlib as mpl
    from PIL import Image, ImageColor, ImageDraw, ImageFont

    drawing, scale = drawn(score, named), _SCALE * _FINER
    image = Image.new("RGB", (round(WIDTH * scale), round(drawing.height * scale)))
    canvas = ImageDraw.Draw(image, "RGBA")
    for boxes in drawing.boxes:
        opacity = 1.0 if boxes.opacity is None else boxes.opacity
        colour = (*ImageColor.getrgb(boxes.colour)[:3], round(255 * opacity))
        for x, y, width, height in boxes.places:
            right = max((x + width) * scale - 1, x * scale)
            canvas.rectangle((x * scale, y * scale, right, (y + height) * scale - 1), colour)
    for text in drawing.texts:
        font = ImageFont.truetype(f"{mpl.get_data_path()}/{_FONT}", text.size * scale)
        canvas.text((text.x * scale, text.y * scale), text.text, text.colour, font, "ls")
    buffer = io.BytesIO()
    image.reduce(_FINER).save(buffer, "PNG")
    return buffer.getvalue()
