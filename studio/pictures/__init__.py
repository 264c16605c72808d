"""Drawings: a piece as a piano roll, and the picture that a model wears.

Enter at `roll_png` and `roll_svg`; `colours` is where a part gets its colour, on every page. The
bytes of a picture depend on the score alone. `small_png` makes anything that a person gives into a
model's picture, or raises `BadPicture`.
"""

from studio.pictures.colours import Colour, part_colour
from studio.pictures.drawing import ROLL_LEFT
from studio.pictures.model_picture import PICTURE_FILE, BadPicture, small_png
from studio.pictures.png import roll_png
from studio.pictures.svg import roll_svg

__all__ = [
    "PICTURE_FILE", "ROLL_LEFT", "BadPicture", "Colour", "part_colour", "roll_png", "roll_svg",
    "small_png",
]  # fmt: skip
