"""The house: rooms stand on each other in one order, and are entered by their doors."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from helpers import ROOT
from house import (
    FILES,
    MODULES,
    ROOMS,
    depth,
    door,
    imports,
    module_of,
    modules_from,
    own_module,
    parsed,
    room_graph,
    room_of,
)

STREAMLIT_ROOMS = ("studio.ui", "pages", "app")
TORCH_ROOMS = (
    "studio.techniques", "studio.chords", "studio.arrangement", "studio.training",
    "studio.ground.device",
)  # fmt: skip
MOST_NAMES = 8  # that a door hands out
DEPTH = 11  # rooms in the longest chain
MOST_ROOMS, MOST_ARROWS = 27, 137
IDS = [module_of(file) for file in FILES]


def test_every_room_exists_and_nothing_lies_loose() -> None:
    assert {room_of(module) for module in MODULES} == set(ROOMS)
    assert [path.name for path in (ROOT / "studio").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_file_imports_only_from_rooms_below_or_its_own(file: Path) -> None:
    module = module_of(file)
    own = ROOMS.index(room_of(module))
    for name in imports(parsed(MODULES[module])):
        target = own_module(name)
        if target is None:
            assert name.split(".")[0] not in ("studio", "pages", "app"), f"{name} is not there"
            continue
        assert ROOMS.index(room_of(target)) <= own, f"{module} imports {target} from above"


def test_no_module_is_in_a_circle() -> None:
    graph = {module: modules_from(module) for module in MODULES}
    own = {m: {t for t in ts if not m.startswith(f"{t}.")} for m, ts in graph.items()}
    TopologicalSorter(own).prepare()
    for module, targets in graph.items():  # nor does a room enter by its own door
        inside = module not in (room_of(module), "studio.cli.__main__", "studio.techniques.walk")
        assert not (inside and room_of(module) in targets), module


def test_the_house_is_as_deep_as_it_says_and_few_arrows_cross_it() -> None:
    graph = room_graph()
    assert depth(graph) == DEPTH
    assert len(graph) <= MOST_ROOMS
    assert sum(map(len, graph.values())) <= MOST_ARROWS


def test_the_architecture_names_every_room_in_order_on_one_page() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 900
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert named == [room.removeprefix("studio.") for room in ROOMS]


@pytest.mark.parametrize("room", [r for r in ROOMS if r not in ("pages", "app")])
def test_a_room_is_entered_by_its_door(room: str) -> None:
    """At most eight names, and a docstring that says where to enter. Of a module that a door names,
    what is in it may be asked for."""
    names = door(room)
    if room != "studio":  # the Python API is a door for people
        assert 0 < len(names) <= MOST_NAMES
    assert (parsed(MODULES[room]).body[0].value.value or "").strip()  # type: ignore[attr-defined]
    allowed = {f"{room}.{name}" for name in names}
    modules = tuple(f"{name}." for name in allowed if name in MODULES)
    for module in MODULES:
        if room_of(module) != room:
            used = {n for n in imports(parsed(MODULES[module])) if room_of_name(n) == room}
            used = {name for name in used if not name.startswith(modules)}
            assert used <= allowed | {room}, f"{module} enters {room} beside its door"


def room_of_name(name: str) -> str | None:
    """The room behind an imported name; None for what comes from outside."""
    target = own_module(name)
    return room_of(target) if target else None


@pytest.mark.parametrize("module", IDS)
def test_streamlit_and_torch_stay_in_their_rooms(module: str) -> None:
    used = {name.split(".")[0] for name in imports(parsed(MODULES[module]))}
    if not module.startswith(STREAMLIT_ROOMS):
        assert not used & {"streamlit", "streamlit_pianoroll", "starlette"}
    if not module.startswith(TORCH_ROOMS):
        assert "torch" not in used


def test_the_web_process_does_not_load_torch() -> None:
    upper = ("studio.ui", "pages", "app")
    below = {
        target
        for module in MODULES
        if module.startswith(upper)
        for target in modules_from(module)
        if not target.startswith(upper)
    }
    names = below | {"studio.cli", "studio.composing", "studio.techniques", "studio.ground"}
    assert len(names) > 10
    script = (
        "import importlib, json, sys\n"
        f"for name in {sorted(names)!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted({'torch', 'streamlit'} & set(sys.modules))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = json.loads(done.stdout)
    assert "torch" not in loaded
    assert "streamlit" not in loaded


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_files_stay_small(file: Path) -> None:
    most = 80 if module_of(file).startswith("pages.") else 400
    assert len(file.read_text(encoding="utf-8").splitlines()) <= most


def test_no_file_names_a_path_of_one_machine() -> None:
    kinds = {".py", ".md", ".toml", ".json", ".yml", ".yaml", ".js", ".css", ".txt", ".jsonl"}
    places = ["studio", "pages", "tests", "benchmarks", "assets", "soundfonts", ".streamlit", ".ci"]
    texts = [f for p in places for f in (ROOT / p).rglob("*") if f.suffix in kinds]
    texts += [f for f in ROOT.iterdir() if f.is_file() and f.suffix in {*kinds, ""}]
    texts = [f for f in texts if f.name != ".git"]  # of a worktree: it says where its repository is
    assert len(texts) > 100
    own = re.compile("|".join(f"/{place}/[a-z]" for place in ("work", "home", "Users", "root")))
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in texts
        if (match := own.search(file.read_text(encoding="utf-8", errors="replace")))
    ]
    assert not found
