"""Says what a technique's weights look like, for a process that is to stay without torch.

    python -m studio.techniques.shapes_child < {"technique", "parts", "settings"}

It writes the shapes by name, or `null` where there is no such network. See
`studio.techniques.shapes`.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress

from studio.music.instruments import Part
from studio.techniques.shapes import Shapes, shapes_of
from studio.techniques.walk import technique


def main() -> None:
    """Answers what stdin asks for."""
    asked = json.load(sys.stdin)
    kind = technique(asked["technique"])
    parts = [Part(**part) for part in asked["parts"]]
    settings = kind.Settings.parse(asked["settings"])
    shapes: Shapes | None = None
    with suppress(ValueError):
        shapes = shapes_of(lambda: kind.network(parts, settings))
    json.dump(shapes, sys.stdout)


if __name__ == "__main__":
    main()
