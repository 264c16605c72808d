"""The digests that are kept, by the kind of machine, then by case and name."""

from __future__ import annotations

import json
from pathlib import Path

from golden_music import Digests

FILE = Path(__file__).resolve().parent / "digests.json"
HOW = "to write them, run `python tests/golden/renew.py` on a version known to be good"

Kept = dict[str, dict[str, Digests]]


def read() -> Kept:
    kept: Kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return kept


def write(kept: Kept) -> None:
    text = json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False)
    FILE.write_text(text + "\n", encoding="utf-8")


def differences(before: Digests, after: Digests) -> list[str]:
    """The names whose digests are not the same in both."""
    names = sorted({*before, *after})
    return [name for name in names if before.get(name) != after.get(name)]
