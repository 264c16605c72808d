"""The styles that the drummer knows, and what the drummers' own names for theirs belong to."""

from __future__ import annotations

STYLES = (
    "rock", "pop", "punk", "country", "soul", "funk", "hiphop", "jazz", "latin", "reggae",
)  # fmt: skip
_OTHERS = {
    "dance": "pop", "blues": "country", "gospel": "soul", "neworleans": "funk", "afrobeat": "funk",
    "afrocuban": "latin", "highlife": "latin",
}  # fmt: skip
ANY = len(STYLES)  # no style is named


def style_of(name: str) -> int:
    """The number of the style that a name such as `funk/groove1` belongs to; ANY for others."""
    family = name.split("/")[0]
    family = _OTHERS.get(family, family)
    return STYLES.index(family) if family in STYLES else ANY
