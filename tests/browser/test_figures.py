"""What is measured in a browser can be measured again: those commands of `benchmarks/` run at their
smallest size, and say what to do where Playwright is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

SAYS = {
    "arranger": ("script, as it crosses the wire", "Play to sound", "frames a second"),
    "page": ("click to picture, s, median", "click to playable sound, s, median"),
    "start": ("from start to the first usable page",),
}


def measure(name: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--quick"],
        cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=240,
    )  # fmt: skip


def test_every_command_that_needs_a_browser_is_known() -> None:
    texts = {path.stem: path.read_text() for path in (ROOT / "benchmarks").glob("*.py")}
    found = {name for name, text in texts.items() if "from benchmarks.browser import" in text}
    assert found == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_a_command_runs_at_its_smallest_size(name: str) -> None:
    done = measure(name)
    assert done.returncode == 0, done.stderr
    for words in ("commit", "machine", "load", *SAYS[name]):
        assert words in done.stdout


@pytest.mark.parametrize("name", SAYS)
def test_without_playwright_a_sentence_says_what_to_run(name: str, tmp_path: Path) -> None:
    (tmp_path / "playwright.py").write_text("raise ModuleNotFoundError('no such module')\n")
    done = measure(name, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr == (
        "Playwright is not installed here: run ./tutti bench NAME, which installs it.\n"
    )
