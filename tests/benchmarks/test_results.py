"""RESULTS.md: above each table stand the commit, the machine and its load, and what it says to run
is there to be run."""

from __future__ import annotations

import re

from helpers import ROOT

TEXT = (ROOT / "RESULTS.md").read_text(encoding="utf-8")
MEASURED = re.compile(
    r"\*Measured (at|up to) `[0-9a-f]{7,}`.* machine ([A-Z])\b.*\bload .*\*", re.DOTALL
)


def test_each_table_names_its_commit_its_machine_and_the_load() -> None:
    paragraphs = TEXT.split("\n\n")
    described = set(re.findall(r"^- Machine ([A-Z]):", TEXT, re.M))
    tables = [i for i, paragraph in enumerate(paragraphs) if paragraph.startswith("|")]
    assert len(tables) > 10
    for i in tables:
        told = MEASURED.fullmatch(paragraphs[i - 1])
        assert told, f"Say above it where this was measured:\n{paragraphs[i]}"
        assert told[2] in described


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"benchmarks\.(\w+)", TEXT))
    assert len(named) > 5
    for name in named:
        assert "__main__" in (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
