"""Every figure can be made again: each command of `benchmarks/` runs at its smallest size, with
made-up songs where it needs people's, and says where it was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
import typer
from helpers import BEAT, ROOT, chorale, pop_song, write_songs
from typer.testing import CliRunner

from studio.ground import assets
from studio.music.score import Note, Score, Track

COMMANDS = sorted(
    path.stem
    for path in (ROOT / "benchmarks").glob("*.py")
    if "__main__" in (text := path.read_text(encoding="utf-8"))
    and "benchmarks.browser" not in text  # tests/browser runs those
)
# what is asked for beside --quick; what stands in {} is made here
ARGUMENTS = {
    "band": "--genre pop --data {pop} --models {models} --json {into}/band.json",
    "blind": "--genre pop --data {pop} --models {models} --json {into}/blind.json",
    "chords": "--pop {pop} --leadsheets {pop} --folk {chorales} --chorales {chorales}",
    "dynamics": "{pop} {drums}",
    "form": "--genre pop --data {pop} --drums {drums}",
    "harmonise": "--data {grids}",
    "imports": "--folk {chorales}",
    "jsb": "--data {grids}",
    "mix": "--models {models}",
    "rolls": "--into {into} --models {models}",
    "transformer": "--data {pop}",
}
SAYS = {
    "band": "pop-gan on people's chords",
    "blind": "pop-gan",
    "chords": "gain, exact",
    "decoding_step": "notes/s",
    "dynamics": "rock: 1 performances",
    "form": "pop-transformer",
    "harmonise": "repaired and ranked",
    "house": "arrows between rooms",
    "imports": "tunes whose upbeat was found",
    "jsb": "test: written key",
    "mix": "pop-gan",
    "rolls": "pop-gan: 2 melodies",
    "songs": "bach-arcnn",
    "training_jobs": f"{'trainings lost':62}0 of",
    "training_steps": "gan, Quick's width",
    "transformer": "notes_a_second",
}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Songs laid out as each collection has them, and a folder with one of the shipped models."""
    folder = tmp_path_factory.mktemp("measured")
    grids = folder / "grids.json"
    frames = [[60 + step % 5, 55, 52, 48 - step % 3] for step in range(40)]
    grids.write_text(json.dumps(dict.fromkeys(("train", "valid", "test"), [frames] * 2)))
    strokes = (Note(beat * BEAT, (36, 38)[beat % 2], 10, 100) for beat in range(32))
    drums = write_songs(folder / "drums", [Score((Track("Drums", tuple(strokes), is_drum=True),))])
    (drums / "manifest.csv").write_text("file,genre,beat_type\n000.mid,rock,beat\n")
    models = folder / "models"
    models.mkdir()
    (models / "pop-gan").symlink_to(assets.SHIPPED / "pop-gan", target_is_directory=True)
    return {
        "chorales": write_songs(folder / "chorales", [chorale(seed) for seed in range(14)]),
        "drums": drums,
        "grids": grids,
        "into": folder,
        "models": models,
        "pop": write_songs(folder / "pop", [pop_song(seed, bars=20) for seed in range(26)]),
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_runs_at_its_smallest_size(name: str, places: Mapping[str, Path]) -> None:
    app = typer.Typer()
    app.command()(import_module(f"benchmarks.{name}").main)
    words = [word.format_map(places) for word in ARGUMENTS.get(name, "").split()]
    done = CliRunner().invoke(app, ["--quick", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert SAYS.get(name, "") in done.output
    assert all(word in done.output for word in ("commit", "machine", "load")), done.output
