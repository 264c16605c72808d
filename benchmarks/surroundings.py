"""Where figures are measured: every command says so above its table, and RESULTS.md beside it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import psutil
import typer

ROOT = Path(__file__).resolve().parents[1]
# an option of every command
Quick = Annotated[
    bool, typer.Option("--quick", help="The smallest size: shows that it runs, measures little.")
]
_PACKAGES = ("torch", "numpy", "numba", "streamlit")


def surroundings() -> dict[str, str]:
    """The commit (`-dirty` where files differ from it), the day, the machine, its load before the
    measuring (the mean of the last minute, 1 a busy core), and the versions of what computes."""
    cores, memory = os.cpu_count() or 1, psutil.virtual_memory().total / 1e9
    cards = _said("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").replace("\n", " + ")
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return {
        "commit": _said("git", "-C", str(ROOT), "describe", "--always", "--dirty") or "unknown",
        "date": date.today().isoformat(),
        "machine": f"{_processor()}, {cores} cores, {memory:.0f} GB, {cards or 'no GPU'}",
        "load": f"{psutil.getloadavg()[0]:.1f} of {cores} cores",
        "software": f"{platform.system()}, Python {platform.python_version()}, {packages}",
    }


def say_surroundings() -> None:
    """Prints them, and an empty line."""
    for name, value in surroundings().items():
        typer.echo(f"{name:<9}{value}")
    typer.echo()


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _said(*command: str) -> str:
    """What a command prints; nothing where it fails or is not there."""
    if shutil.which(command[0]) is None:
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
