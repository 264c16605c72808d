"""How large the house is: rooms, the arrows between them, lines of product code.

    python -m benchmarks.house [--arrows]

An arrow is a room that imports from another, at once or inside functions; the depth is the longest
chain of them. `Any` is counted as a word in `studio/`.
"""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

from benchmarks.surroundings import ROOT, Quick, say_surroundings

sys.path.insert(0, str(ROOT / "tests"))
from house import FILES, ROOMS, depth, door, room_graph


def main(
    arrows: Annotated[bool, typer.Option("--arrows", help="Say which rooms lead where.")] = False,
    quick: Quick = False,
) -> None:
    """Prints a line a figure; it is as quick as that at any size."""
    say_surroundings()
    graph = room_graph()
    texts = {file: file.read_text(encoding="utf-8") for file in FILES}
    studio = {file: text for file, text in texts.items() if (ROOT / "studio") in file.parents}
    figures = {
        "rooms": len(graph),
        "arrows between rooms": sum(map(len, graph.values())),
        "rooms on each other, the longest chain": depth(graph),
        "names that doors hand out, at most": max(
            len(door(room)) for room in ROOMS if room not in ("studio", "pages", "app")
        ),
        "modules loose in studio/": len([*(ROOT / "studio").glob("*.py")]) - 1,
        "files of product code": len(texts),
        "lines of product code": sum(len(text.splitlines()) for text in texts.values()),
        "lines of the longest file": max(len(text.splitlines()) for text in texts.values()),
        "Any in studio/": sum(len(re.findall(r"\bAny\b", text)) for text in studio.values()),
    }
    for name, value in figures.items():
        typer.echo(f"{name:<40}{value:>8,}")
    if arrows:
        for room in ROOMS:
            typer.echo(f"\n{room} ({', '.join(door(room)) or 'no door'})")
            typer.echo("".join(f"  {other}\n" for other in ROOMS if other in graph[room]), nl=False)


if __name__ == "__main__":
    typer.run(main)
