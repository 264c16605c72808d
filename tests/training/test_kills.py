"""A training that is really killed, at random moments: no row lost or doubled, the same end."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers import ROOT, SONGS, write_songs

from studio.training.checkpoint import read
from studio.training.folder import RunFolder

KILLS = 2  # fifty when it was built
CHILD = """
import json, sys
from pathlib import Path
from studio.ground.device import prepare_torch
from studio.training import run as running
from studio.training.controls import Controls
from studio.training.events import to_json
from studio.training.resolve import RunInputs
from studio.catalog import GENRES

prepare_torch()
running._KEEP_EVERY = 0.02  # so that many a kill meets a checkpoint half written
running.evaluator = lambda *_: None
settings = {"epochs": int(sys.argv[3]), "width": 8, "batch_size": 2, "update_ratio": 1}
plan = RunInputs(GENRES["bach"].card("gan", settings), (Path(sys.argv[1]),))
asked = Controls(stop_when_converged=False)
folder = Path(sys.argv[2])
for event in running.train(plan, folder / "run", folder / "models", "cpu", lambda: asked):
    print(json.dumps(to_json(event)), flush=True)
"""


def attempt(
    songs: Path, folder: Path, epochs: int, lines: int | None
) -> list[tuple[str, dict[str, Any]]]:
    """What a training says until it is killed, a while after so many lines, or to its end."""
    words = [sys.executable, "-c", CHILD, str(songs), str(folder), str(epochs)]
    said = []
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.endswith(b"\n"):  # else it was killed while it spoke
                kind, data = json.loads(line)
                said.append((kind, data))
            if lines is not None and len(said) >= lines:
                child.kill()
                break
    return said


def timeless(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


@pytest.mark.parametrize("kills", [KILLS])
def test_killed_at_random_moments_it_ends_as_if_it_never_was(tmp_path: Path, kills: int) -> None:
    songs = write_songs(tmp_path / "songs", [SONGS["bach"](number) for number in range(8)])
    epochs = 2 * kills + 2
    expected = attempt(songs, tmp_path / "undisturbed", epochs, None)
    rows = timeless([data for kind, data in expected if kind == "epoch"])
    assert [row["epoch"] for row in rows] == list(range(1, epochs + 1))
    chance = random.Random(1)  # noqa: S311 - no secret
    told: list[dict[str, Any]] = []
    killed = 0
    while True:
        last = killed == kills
        said = attempt(songs, tmp_path / "killed", epochs, None if last else chance.randint(1, 11))
        for kind, data in said:
            if kind == "history":
                assert timeless(data["rows"])[: len(told)] == told  # what was told stays true
                told = timeless(data["rows"])
            elif kind == "epoch":
                told += timeless([data])
        if last:
            break
        killed += 1
        if (tmp_path / "killed" / "run").exists():
            read(tmp_path / "killed" / "run")  # never damaged
    assert said[-1][0] == "done"
    assert told == rows
    history = (tmp_path / "killed" / "run" / "history.jsonl").read_text().splitlines()
    assert timeless([json.loads(line) for line in history]) == rows
    assert (
        RunFolder(tmp_path / "killed" / "run").epochs()
        == RunFolder(tmp_path / "undisturbed" / "run").epochs()
    )
    first, second = (
        (tmp_path / name / "models" / "bach-gan" / "weights.safetensors").read_bytes()
        for name in ("undisturbed", "killed")
    )
    assert first == second
