"""Two processes that really learn together: the losses and weights of one that learns alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import ROOT, SONGS, write_songs

from studio.catalog import GENRES, Model
from studio.ground.device import prepare_torch
from studio.ground.errors import BadKnob
from studio.techniques import together
from studio.training.events import Epoch
from studio.training.resolve import RunInputs
from studio.training.run import train

STEPS = 4
SETTINGS = {"epochs": 3, "width": 8, "batch_size": 4, "update_ratio": 1, "seed": 5}
CHILD = """
import json, sys
from pathlib import Path
import numpy as np, torch
from studio.corpus.windows import Windows, song_rolls
from studio.ground.device import prepare_torch
from studio.techniques.gan import Gan
from studio.techniques.gan.trainer import GanTrainer
from studio.techniques.together import process
from studio.training import run as running
from studio.training.events import to_json
from studio.training.resolve import RunInputs
from studio.catalog import GENRES
from studio.training.songs import read_training_set

songs, out, meeting, steps = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[5])
prepare_torch()
if meeting:
    torch.distributed.init_process_group("gloo", meeting, rank=int(sys.argv[4]), world_size=2)
windows = Windows([song_rolls(song) for song in read_training_set(songs, "chorale").songs])
for dropout in (0.0, 0.3):
    settings = Gan.Settings(width=8, batch_size=4, update_ratio=2, warm_up=0.5, dropout=dropout)
    trainer = GanTrainer(GENRES["bach"].parts, settings, "cpu")
    rng = np.random.default_rng(0)
    for step in range(steps):
        report = trainer.step(lambda: windows.batch(4, rng), step / steps)
        if process() == 0:
            print(json.dumps(report), flush=True)
settings = json.loads(sys.argv[6])
plan = RunInputs(GENRES["bach"].card("gan", settings), (songs,))
for event in running.train(plan, out / "run", out, "cpu"):
    kind, said = to_json(event)
    if kind in ("history", "epoch", "done"):
        print(json.dumps(said), flush=True)
if meeting:
    torch.distributed.destroy_process_group()
"""


def learn(songs: Path, out: Path, count: int) -> list[dict[str, Any]]:
    """What so many processes report."""
    meeting = f"file://{out}.meeting" if count > 1 else ""
    places = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(songs), str(out), meeting, str(rank), str(STEPS),
             json.dumps(SETTINGS)],
            stdout=subprocess.PIPE, cwd=ROOT, env=places,
        )
        for rank in range(count)
    ]  # fmt: skip
    said = [child.communicate(timeout=120)[0].decode().splitlines() for child in children]
    assert [child.returncode for child in children] == [0] * count
    assert all(not lines for lines in said[1:])  # the first speaks for all
    return [json.loads(line) for line in said[0]]


def test_two_processes_learn_what_one_learns(tmp_path: Path) -> None:
    songs = write_songs(tmp_path / "songs", [SONGS["bach"](number) for number in range(4)])
    prepare_torch()
    inputs = RunInputs(GENRES["bach"].card("gan", SETTINGS), (songs,))
    for event in train(inputs, tmp_path / "one" / "run", tmp_path, "cpu"):
        if isinstance(event, Epoch):
            break  # both go on from here
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    one = learn(songs, tmp_path / "one", 1)
    two = learn(songs, tmp_path / "two", 2)
    assert len(one) == len(two) == 2 * STEPS + 4
    assert {"critic_loss", "gradient_penalty", "generator_loss"} < set(one[STEPS - 1])
    assert one[2 * STEPS]["rows"] == two[2 * STEPS]["rows"] != []
    assert one.pop() == two.pop() == {"model": "bach-gan", "epochs": 3, "why": "epochs"}
    for mine, theirs in zip(one, two, strict=True):
        alone = {name: value for name, value in mine.items() if name.endswith(("loss", "penalty"))}
        assert {name: theirs[name] for name in alone} == pytest.approx(alone, rel=1e-4, abs=1e-4)
    first, second = (Model.read(tmp_path / name / "bach-gan").weights for name in ("one", "two"))
    for name, value in first.items():
        assert np.allclose(value, second[name], atol=2e-3), name


def test_one_process_alone_has_whole_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert together.share_of([1, 2, 3]) == [1, 2, 3]
    assert together.average_report({"loss": 0.1}) == {"loss": 0.1}
    monkeypatch.setattr(together, "processes", lambda: 2)
    with pytest.raises(BadKnob, match="2 processes cannot share batches of 3"):
        together.share_of([1, 2, 3])
