"""The house: a file imports only from floors below its own, or from its own room."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import ROOT

# The rooms of each floor, lowest first: a folder ends with a slash, the rest are single files.
FLOORS: list[list[str]] = [
    ["studio/errors", "studio/score", "studio/theory", "studio/quiet"],
    ["studio/midi", "studio/roll", "studio/harmony", "studio/melody", "studio/window",
     "studio/device", "studio/instruments", "studio/leadsheet", "studio/swing",
     "studio/tokens"],
    ["studio/techniques/", "studio/planner/", "studio/sound/", "studio/measures/", "studio/plots"],
    ["studio/corpus/", "studio/catalog", "studio/model_picture", "studio/packing",
     "studio/samples"],
    ["studio/training/", "studio/export/", "studio/arrangement", "studio/replaying",
     "studio/composing", "studio/reshaping", "studio/planning",
     "studio/recipes", "studio/settings"],
    ["studio/jobs/"],
    ["studio/__init__", "studio/cli", "studio/cli_train", "studio/words"],
    ["studio/ui/"],
    ["app", "pages/"],
]  # fmt: skip

STREAMLIT_ROOMS = ("studio/ui/", "pages/", "app")
TORCH_ROOMS = ("studio/techniques/", "studio/planner/", "studio/training/", "studio/device")
LAZY_TORCH = (  # read by pages: no torch at once
    "studio/device", "studio/techniques/gan/__init__", "studio/techniques/textbook/__init__",
    "studio/techniques/transformer/__init__",
)  # fmt: skip

FILES = sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "studio").rglob("*.py")])


def module_of(file: Path) -> str:
    """`studio/techniques/gan/__init__` for a file of that path."""
    return file.relative_to(ROOT).with_suffix("").as_posix()


MODULES = {module_of(file) for file in FILES}
IDS = [module_of(file) for file in FILES]


def place(module: str) -> tuple[int, str]:
    """The floor of a module, and its room: a folder, or the single files of one floor together."""
    for floor, rooms in enumerate(FLOORS):
        for room in rooms:
            if module == room or (room.endswith("/") and module.startswith(room)):
                return floor, room if room.endswith("/") else "files"
    pytest.fail(f"{module} has no floor: give it one in FLOORS")


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
    """The file in this house behind a dotted name; None for what comes from outside."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = "/".join(parts[:length])
        for module in (path, f"{path}/__init__"):
            if module in MODULES:
                return module
    return None


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def test_every_room_of_the_table_exists() -> None:
    for rooms in FLOORS:
        for room in rooms:
            assert room in MODULES or any(module.startswith(room) for module in MODULES), room


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_file_imports_only_from_below_or_its_own_room(file: Path) -> None:
    floor, room = place(module_of(file))
    for name in imports(parsed(file)):
        target = own_module(name)
        if target is None:
            assert name.split(".")[0] not in ("studio", "pages", "app"), f"{name} is not there"
            continue
        other_floor, other_room = place(target)
        # an empty package file is only the folder's door
        is_door = target.endswith("/__init__") and not (ROOT / f"{target}.py").read_text().strip()
        allowed = other_floor < floor or (other_floor, other_room) == (floor, room) or is_door
        assert allowed, f"{module_of(file)} (floor {floor}) imports {target} (floor {other_floor})"


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_streamlit_and_torch_stay_in_their_rooms(file: Path) -> None:
    module = module_of(file)
    used = {name.split(".")[0] for name in imports(parsed(file))}
    if not module.startswith(STREAMLIT_ROOMS):
        assert not used & {"streamlit", "streamlit_pianoroll", "starlette"}
    if not module.startswith(TORCH_ROOMS):
        assert "torch" not in used
    if module in LAZY_TORCH:
        at_once = {name.split(".")[0] for name in imports(parsed(file), lazy=False)}
        assert "torch" not in at_once


def test_the_web_process_does_not_load_torch() -> None:
    upper = ("studio/ui/", "pages/", "app")
    below = {
        target
        for file in FILES
        if module_of(file).startswith(upper)
        for name in imports(parsed(file))
        if (target := own_module(name)) and not target.startswith(upper)
    }
    names = {module.removesuffix("/__init__").replace("/", ".") for module in below}
    names |= {"studio.cli", "studio.composing", "studio.techniques.registry", "studio.settings"}
    assert {"studio.jobs.store", "studio.jobs.compose", "studio.catalog"} <= names
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
    most = 80 if module_of(file).startswith("pages/") else 400
    assert len(file.read_text(encoding="utf-8").splitlines()) <= most


def test_no_file_names_a_path_of_one_machine() -> None:
    kinds = {".py", ".md", ".toml", ".json", ".yml", ".yaml", ".js", ".css", ".txt", ".jsonl"}
    places = ["studio", "pages", "tests", "benchmarks", "assets", "soundfonts", ".streamlit", ".ci"]
    texts = [f for p in places for f in (ROOT / p).rglob("*") if f.suffix in kinds]
    texts += [f for f in ROOT.iterdir() if f.is_file() and f.suffix in {*kinds, ""}]
    assert len(texts) > 100
    own = re.compile("|".join(f"/{place}/[a-z]" for place in ("work", "home", "Users", "root")))
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in texts
        if (match := own.search(file.read_text(encoding="utf-8", errors="replace")))
    ]
    assert not found
