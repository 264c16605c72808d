"""The drummer is trained by one command, and the same seed gives the same one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers import BEAT, write_songs

from studio.arrangement.drummer import Bar, load
from studio.arrangement.drummer.training import main
from studio.music.score import Note, Score, Track


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain beat, a little late every second time, and a roll on a tom."""
    beat = [Note(i * BEAT + 9 * (i % 2), (36, 38)[i % 2], 60, 90 + i % 3) for i in range(32)]
    roll = [Note(i * BEAT // 4, 45, 60, 70 + i) for i in range(16)]
    songs = [Score((Track("Drums", tuple(notes), is_drum=True),)) for notes in (beat, roll, beat)]
    folder = write_songs(tmp_path_factory.mktemp("takes"), songs)
    rows = ("000.mid,rock,beat", "001.mid,rock,fill", "002.mid,jazz,beat")
    (folder / "manifest.csv").write_text("\n".join(("file,genre,beat_type", *rows, "")))
    return folder


def test_one_command_gives_a_drummer(takes: Path, tmp_path: Path) -> None:
    def train(name: str, seed: int) -> bytes:
        main(takes, tmp_path / name, updates=2, seed=seed)
        return (tmp_path / name / "weights.safetensors").read_bytes()

    first = train("a", 0)
    assert train("b", 0) == first != train("c", 1)
    card = json.loads((tmp_path / "a" / "card.json").read_text())
    assert card["learned from"] + card["held out"] == 3
    assert all(np.isfinite(value) for value in card["unseen takes"].values())
    take = load(tmp_path / "a").take([Bar(), Bar()], 16, np.random.default_rng(0))
    assert len(take.until(2).struck) == 32
