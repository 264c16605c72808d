"""A genre is one file: as CONTRIBUTING says, put it there, and nothing else has to know of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from helpers import ROOT

POLKA = """
from studio.catalog import Genre
from studio.catalog.genre import Collection
from studio.music.instruments import Part

GENRE = Genre(
    id="polka",
    title="Polka",
    description="Bass and accordion.",
    parts=(Part("Bass", 32, 1, 28, 55), Part("Guitar", 21, 5, 40, 76)),
    layout="folk",
    harmony="folk",
    data="Dances. {songs} were learned from, {held_out} held out.",
    licence="CC0.",
    follows="Your music is yours.",
    sources=(Collection("polkas.zip", 1.0, sha256="0" * 64),),
    settings={"gan": {"epochs": 5}},
)
"""
ASK = """
import json
from typer.testing import CliRunner
from studio.catalog import GENRES
from studio.cli.commands import app
from studio.corpus.layouts import LAYOUTS
card = GENRES["polka"].card("gan", {"seed": 3})
print(json.dumps({
    "all": list(GENRES), "id": card.id, "settings": card.settings, "command": card.reproduce,
    "parts": list(LAYOUTS[card.layout].parts) == [part.name for part in card.parts],
    "help": CliRunner().invoke(app, ["train", "--help"], terminal_width=500).output,
}))
"""


def test_a_file_is_a_genre(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "studio", tmp_path / "studio", ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("assets", "soundfonts", "pages", "app.py"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "studio" / "catalog" / "genres" / "polka.py").write_text(POLKA)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["all"] == [
        "pop", "rock", "jazz", "symphony", "folk", "bach", "songwriter", "polka", "quartet",
    ]  # fmt: skip
    assert (told["id"], told["settings"]["epochs"], told["settings"]["seed"]) == ("polka-gan", 5, 3)
    assert told["command"] == "tutti train --genre polka --technique gan --data polkas.zip"
    assert told["parts"]
    assert "polka" in told["help"]
