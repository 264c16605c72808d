"""Names of files that every system takes: small letters, digits and hyphens."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 40
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$")  # devices of Windows, with any ending


def file_stem(title: str, otherwise: str) -> str:
    """A title as a file's name without its ending; `otherwise` where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_CHARACTERS].strip("-")
    if _RESERVED.match(slug):
        return f"{slug}-{otherwise}"
    return slug or otherwise
