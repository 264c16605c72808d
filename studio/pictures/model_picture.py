"""A model's own picture: whatever is given is opened, made small and written anew."""

from __future__ import annotations

import io
import warnings

from studio.ground.errors import TuttiError

PICTURE_FILE = "picture.png"
SIDE_PIXELS = 512
_MOST_BYTES, _MOST_PIXELS = 10_000_000, 50_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")


class BadPicture(TuttiError, ValueError):
    """A picture that cannot be read, or that is too large."""


def small_png(data: bytes, most_pixels: int = _MOST_PIXELS) -> bytes:
    """The picture as a PNG of at most 512 pixels a side, without anything but its pixels; raises
    BadPicture."""
    from PIL import Image, ImageOps

    if len(data) > _MOST_BYTES:
        raise BadPicture("This picture is larger than 10 MB: choose a smaller one.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                if image.width * image.height > most_pixels:
                    many = most_pixels // 1_000_000
                    raise BadPicture(
                        f"This picture has over {many} million pixels: make it smaller."
                    )
                image.draft("RGB", (2 * SIDE_PIXELS, 2 * SIDE_PIXELS))
                upright = ImageOps.exif_transpose(image).convert("RGBA")
    except BadPicture:
        raise
    except Exception as error:  # Pillow's readers raise nearly anything on broken files
        raise BadPicture("This picture cannot be read: choose a PNG, JPEG or WebP file.") from error
    upright.thumbnail((SIDE_PIXELS, SIDE_PIXELS))
    buffer = io.BytesIO()
    bare = Image.frombytes(upright.mode, upright.size, upright.tobytes())  # no metadata
    bare.save(buffer, "PNG")
    return buffer.getvalue()
