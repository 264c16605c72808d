"""The pages of the studio: the files in `pages/`, in the order of the numbers in their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_NAME = re.compile(r"(\d+)_(\w+)\.py")  # the numbers leave room for a page between two others


@dataclass(frozen=True, slots=True, order=True)
class Page:
    """One page: `10_hello_world.py` is called Hello world."""

    number: int
    title: str
    file: Path

    @property
    def address(self) -> str:
        """Below the studio's own: `hello_world`."""
        return self.title.lower().replace(" ", "_")


def find_pages(folder: Path) -> list[Page]:
    """All pages of a folder, in their order."""
    named = [(path, _NAME.fullmatch(path.name)) for path in folder.glob("*.py")]
    return sorted(
        Page(int(match[1]), match[2].replace("_", " ").capitalize(), path)
        for path, match in named
        if match
    )
