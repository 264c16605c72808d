"""The weights of a training's epochs: few enough, spread over the run, and safe to read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT

from studio.ground.errors import BadModel
from studio.training.folder import MOST, RunFolder


def test_what_is_kept_is_spread_over_the_run_with_its_first_and_its_newest(tmp_path: Path) -> None:
    assert RunFolder(tmp_path).epochs() == []
    for epoch in range(301):
        RunFolder(tmp_path).keep_weights(epoch, {"epoch": np.full(3, epoch), "one": np.array(1.0)})
        kept = RunFolder(tmp_path).epochs()
        assert len(kept) == min(epoch + 1, MOST)
        assert (kept[0], kept[-1]) == (0, epoch)
        gaps = np.diff(kept)
        assert gaps.max(initial=1) <= 4 * max(epoch / MOST, 1)
    found = RunFolder(tmp_path).weights(kept[3])
    assert found["epoch"].tolist() == [kept[3]] * 3
    assert found["epoch"].dtype == np.float16
    assert found["one"].shape == ()


def test_later_epochs_are_forgotten(tmp_path: Path) -> None:
    for epoch in range(5):
        RunFolder(tmp_path).keep_weights(epoch, {})
    RunFolder(tmp_path).forget_after(2)
    assert RunFolder(tmp_path).epochs() == [0, 1, 2]


def test_missing_or_damaged_weights_are_one_sentence(tmp_path: Path) -> None:
    RunFolder(tmp_path).keep_weights(1, {"a": np.ones(4)})
    RunFolder(tmp_path).keep_weights(2, {"a": np.array([np.nan])})
    file = tmp_path / "epochs" / "1.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    for epoch in (1, 2, 3):
        with pytest.raises(BadModel, match=f"after epoch {epoch} are missing or damaged"):
            RunFolder(tmp_path).weights(epoch)


def test_what_pages_import_of_a_training_does_not_load_torch() -> None:
    names = "checkpoint", "folder", "run", "curves"
    code = (
        f"import sys; from studio.training import {', '.join(names)}; print('torch' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "False"
