"""The files that an earlier Tutti left behind: where they are, and a copy of them to work in."""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OLD = Path(__file__).resolve().parent / "old"
NAMES: dict[str, str] = json.loads((OLD / "names.json").read_text(encoding="utf-8"))


def recipes() -> dict[str, Path]:
    return {path.stem: path for path in sorted((OLD / "recipes").glob("*.json"))}


def piece_files() -> dict[str, Path]:
    return {path.stem: path for path in sorted((OLD / "pieces").glob("*.tutti"))}


@contextmanager
def data_folder() -> Iterator[Path]:
    """A user's data folder as it was left, for as long as the block runs."""
    with _unpacked("data.tar.xz") as folder:
        yield folder


def model_file() -> bytes:
    """A model of somebody's as one file, as it is given away."""
    with _unpacked("model.tar.xz") as folder:
        return (folder / f"{NAMES['packed']}.zip").read_bytes()


@contextmanager
def _unpacked(name: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder, tarfile.open(OLD / name) as archive:
        archive.extractall(folder, filter="data")
        yield Path(folder)
