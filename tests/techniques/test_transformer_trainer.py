"""The transformer's trainer: it learns, repeats with a seed, and goes on from weights."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from helpers import chorale

from studio.catalog import GENRES
from studio.corpus.laid_out import LaidOut
from studio.corpus.layouts import lay_out_chorale
from studio.corpus.reading import Song
from studio.corpus.windows import Windows, song_rolls
from studio.ground.errors import BadModel
from studio.music.roll import Window
from studio.techniques.transformer import Transformer
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.network import Network, losses
from studio.techniques.transformer.passages import as_song, padded, sheet_of
from studio.techniques.transformer.settings import Settings
from studio.techniques.transformer.sheet import context, rows
from studio.techniques.transformer.trainer import TransformerTrainer, report

PARTS = GENRES["bach"].parts
SMALL = Settings(width=64, layers=1, batch_size=2, dropout=0.0, any_key=0.0, sing=0.0)


@pytest.fixture(scope="module")
def windows() -> list[Window]:
    songs = []
    for seed in range(3):
        song = lay_out_chorale(Song(f"chorale {seed}", chorale(seed)))
        assert isinstance(song, LaidOut)
        songs.append(song_rolls(song))
    return Windows(songs, 16).batch(2, np.random.default_rng(0))


def trained(windows: Sequence[Window], steps: int, settings: Settings = SMALL) -> list[float]:
    trainer = TransformerTrainer([PARTS], settings, "cpu")
    return [trainer.step(lambda: windows, i / steps)["note_loss"] for i in range(steps)]


def test_it_learns_two_chorales_by_heart(windows: list[Window]) -> None:
    found = trained(windows, 150)
    assert found[-1] < 0.45 * found[0]


def test_the_same_seed_learns_the_same(windows: list[Window]) -> None:
    varied = Settings(width=64, layers=1, batch_size=2)
    assert trained(windows, 4, varied) == trained(windows, 4, varied)


def test_a_fresh_network_knows_nothing(windows: list[Window]) -> None:
    torch.manual_seed(0)
    network = Network(64, 1, 0.0)
    sheet = sheet_of(windows[0], PARTS, 5)
    told, heard = padded([rows(sheet)], [context(sheet)])
    found = losses(network, told, heard)
    notes = len(sheet.notes)
    assert found["role"][1] == found["sound"][1] == found["duration"][1] == notes
    assert found["position"][1] == notes + sheet.bars  # each bar is closed, too
    assert found["loudness"][1] == found["chord"][1] == 0  # chorales have no dynamics
    for name, choices in (("role", len(v.ROLES)), ("sound", v.SOUNDS)):
        assert found[name][0].item() / notes == pytest.approx(math.log(choices), abs=0.8)


def test_what_is_foretold_does_not_see_what_follows(windows: list[Window]) -> None:
    """Changing the last note changes the likelihood of no other."""
    torch.manual_seed(0)
    network = Network(64, 2, 0.0).eval()
    for sheet in (sheet_of(windows[0], PARTS, 5), as_song(sheet_of(windows[0], PARTS, 5))):
        said = rows(sheet)
        changed = said.copy()
        changed[-2, v.SOUND] = (changed[-2, v.SOUND] + 5) % 80
        with torch.inference_mode():
            first, second = (network(torch.from_numpy(one)[None])[0] for one in (said, changed))
        assert torch.allclose(first[:-2], second[:-2], atol=1e-5)
        assert not torch.allclose(first[-2], second[-2], atol=1e-3)


def test_melodies_and_their_chords_are_learned_where_they_are_asked_for(
    windows: list[Window],
) -> None:
    sung = [as_song(sheet_of(window, PARTS, 5)) for window in windows]
    told, heard = padded([rows(sheet) for sheet in sung], [context(sheet) for sheet in sung])
    found = losses(Network(64, 1, 0.0), told, heard)
    assert found["sung_sound"][1] == sum(len(sheet.melody) for sheet in sung)
    assert found["chord"][1] == sum(sheet.steps // sheet.unit_steps for sheet in sung)
    assert found["role"][1] == 0
    assert report(found)["melody_loss"] > 0


def test_it_goes_on_from_weights_and_refuses_others(windows: list[Window]) -> None:
    first = TransformerTrainer([PARTS], SMALL, "cpu")
    for i in range(30):
        first.step(lambda: windows, i / 60)
    held = first.held_out(windows)
    again = Transformer().trainer(PARTS, SMALL, "cpu", first.weights())
    assert again.held_out(windows) == held
    with pytest.raises(BadModel, match="do not fit"):
        Transformer().trainer(PARTS, SMALL, "cpu", {"norm.gain": np.ones(64)})


def test_a_training_of_an_older_version_goes_on(windows: list[Window]) -> None:
    """Checkpoints had other names for the network's weights."""
    older = {
        "ema/": "kept/", "column_embeddings.": "tables.", "choice_embeddings.": "chosen_",
        "heads.": "", ".attention_norm.": ".before_attention.", ".mlp_norm.": ".before_gate.",
        ".qkv.": ".ask.", ".out.": ".answer.", ".gate_up.": ".gate.", ".down.": ".back.",
    }  # fmt: skip

    def old(name: str) -> str:
        for new, before in older.items():
            name = name.replace(new, before)
        return name

    first, again = (TransformerTrainer([PARTS], SMALL, "cpu") for _ in range(2))
    first.step(lambda: windows, 0.0)
    state = first.state()
    assert {"network/tables.0.weight", "kept/blocks.0.ask.weight", "network/sound.0.bias"} <= {
        old(name) for name in state
    }
    again.restore({old(name): value for name, value in state.items()})
    assert again.step(lambda: windows, 0.5) == first.step(lambda: windows, 0.5)
