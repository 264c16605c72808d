"""The house as its imports tell it: which room a file belongs to, and which rooms lead where."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from helpers import ROOT

FILES = sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "studio").rglob("*.py")])

# Lowest first: a room imports from rooms above it in this list only. A folder in a room that is not
# named here is part of that room.
ROOMS = (
    "studio.ground", "studio.music", "studio.queue", "studio.pictures",
    "studio.sound", "studio.measures", "studio.techniques", "studio.corpus", "studio.chords",
    "studio.arrangement", "studio.catalog", "studio.composing", "studio.export", "studio.training",
    "studio.library",
    "studio", "studio.jobs", "studio.cli", "studio.ui.components", "studio.ui", "studio.ui.train",
    "studio.ui.models", "studio.ui.library", "studio.ui.compose", "pages", "app",
)  # fmt: skip


def module_of(file: Path) -> str:
    """`studio.techniques.gan` for the door of that folder, `studio.music.score` for a file."""
    name = file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    return name.removesuffix(".__init__")


MODULES: Mapping[str, Path] = {module_of(file): file for file in FILES}


def room_of(module: str) -> str:
    """The room that a module belongs to: the longest one that its name begins with."""
    if module == "studio":
        return "studio"
    own = [room for room in ROOMS if room != "studio" and f"{module}.".startswith(f"{room}.")]
    assert own, f"{module} has no room: move it into one of ROOMS"
    return max(own, key=len)


@cache
def parsed(file: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def imports(tree: ast.AST, lazy: bool = True) -> Iterator[str]:
    """Dotted names that a file imports when it runs; `lazy` ones inside functions, too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from (name for other in node.orelse for name in imports(other, lazy))
        elif lazy or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imports(node, lazy)


def own_module(name: str) -> str | None:
    """The module of this house behind a dotted name; None for what comes from outside."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name or None


@cache
def modules_from(module: str) -> frozenset[str]:
    """The modules of this house that a module imports, at once or inside functions."""
    names = imports(parsed(MODULES[module]))
    return frozenset(t for name in names if (t := own_module(name)) and t != module)


def room_graph() -> dict[str, set[str]]:
    """The rooms that each room imports from."""
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        others = graph.setdefault(room_of(module), set())
        others |= {room_of(target) for target in modules_from(module)} - {room_of(module)}
    return graph


def depth(graph: Mapping[str, set[str]]) -> int:
    """How many rooms stand on each other in the longest chain; raises CycleError for a circle."""
    levels: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        levels[room] = 1 + max((levels[other] for other in graph.get(room, ())), default=0)
    return max(levels.values())


def door(room: str) -> list[str]:
    """The names that a room hands out: its `__all__`."""
    for node in parsed(MODULES[room]).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return []
