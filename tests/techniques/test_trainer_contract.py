"""What the trainer of every technique of the registry promises: it can be stopped and gone on with
between any two steps, and steered. A new technique inherits these tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from helpers import ROOT, SONGS, small_settings, write_songs
from numpy.typing import NDArray

from studio.catalog import GENRES
from studio.corpus.windows import Windows, song_rolls
from studio.ground.device import prepare_torch
from studio.ground.errors import BadModel
from studio.music.roll import Window
from studio.techniques import Technique, Trainer, techniques
from studio.techniques.shapes import shapes_elsewhere
from studio.training.checkpoint import Checkpoint, read, write
from studio.training.songs import read_training_set

TECHNIQUES, _ = techniques()

PARTS = GENRES["bach"].parts
STEPS = 5
every_technique = pytest.mark.parametrize("kind", TECHNIQUES.values(), ids=list(TECHNIQUES))
State = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Windows]:
    prepare_torch()
    folder = tmp_path_factory.mktemp("songs")
    data = write_songs(folder, [SONGS["bach"](number) for number in range(4)])
    rolls = [song_rolls(song) for song in read_training_set(data, "chorale").songs]
    return {kind.id: Windows(rolls, kind.window_bars) for kind in TECHNIQUES.values()}


def trainer(kind: Technique) -> Trainer:
    settings = {**small_settings(kind.id), "seed": 3}
    return kind.trainer(PARTS, kind.Settings.parse(settings), "cpu", None)


def learn(one: Trainer, windows: Windows, steps: Sequence[int]) -> list[dict[str, float]]:
    """The losses of these steps; each draws its own windows."""

    def draw(rng: np.random.Generator) -> list[Window]:
        return windows.batch(2, rng)

    reports = []
    for step in steps:
        rng = np.random.default_rng(step)
        reports.append(one.step(lambda rng=rng: draw(rng), step / STEPS))  # type: ignore[misc]
    return reports


def same(one: State, other: State) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


@every_technique
@pytest.mark.parametrize("before", [0, 1, 3])
def test_a_fresh_trainer_goes_on_bit_for_bit(
    kind: Technique, before: int, windows: dict[str, Windows], tmp_path: Any
) -> None:
    mine = windows[kind.id]
    whole = trainer(kind)
    learn(whole, mine, range(before))
    write(tmp_path, Checkpoint({}, whole.state()))
    expected = learn(whole, mine, range(before, STEPS))
    unseen = mine.batch(2, np.random.default_rng(9))
    again = trainer(kind)
    torch.manual_seed(77)  # another process has another chance
    kept = read(tmp_path)
    assert kept is not None
    again.restore(kept.tensors)
    assert learn(again, mine, range(before, STEPS)) == expected
    assert same(again.weights(), whole.weights())
    assert same(again.state(), whole.state())
    now = whole.state()
    held_out = whole.held_out(unseen)
    again.restore(now)
    assert again.held_out(unseen) == held_out


@every_technique
def test_a_state_is_a_copy_and_taking_it_changes_nothing(
    kind: Technique, windows: dict[str, Windows]
) -> None:
    one, other = trainer(kind), trainer(kind)
    other.restore(one.state())
    learn(one, windows[kind.id], [0])
    kept = one.state()
    copy = {name: value.copy() for name, value in kept.items()}
    one.state()
    learn(one, windows[kind.id], [1])
    assert same(kept, copy)
    one.restore(kept)
    assert same(one.state(), copy)
    assert all(isinstance(value, np.ndarray) for value in kept.values())


@every_technique
def test_the_learning_rate_may_be_changed_on_the_way(
    kind: Technique, windows: dict[str, Windows]
) -> None:
    one = trainer(kind)
    assert one.learning_rate == kind.Settings().learning_rate
    learn(one, windows[kind.id], [0])
    before = one.state()
    one.learning_rate = 0.0
    learn(one, windows[kind.id], [1])
    after = one.state()
    learned = [name for name in before if name.startswith(("models/generator", "network/"))]
    learned += [name for name in before if name.startswith("generator/") and "weight" in name]
    moving = [name for name in learned if "running" not in name and "tracked" not in name]
    assert moving
    assert all(np.array_equal(before[name], after[name]) for name in moving)
    again = trainer(kind)
    again.restore(after)
    assert again.learning_rate == 0.0


@every_technique
def test_the_state_of_other_settings_is_refused(kind: Technique) -> None:
    state = trainer(kind).state()
    state = {name: value[..., :1] if value.ndim > 1 else value for name, value in state.items()}
    with pytest.raises(BadModel, match="other settings"):
        trainer(kind).restore(state)
    with pytest.raises(BadModel, match="other settings"):
        trainer(kind).restore({})


@every_technique
def test_presets_are_settings_that_can_be_chosen(kind: Technique) -> None:
    for values in kind.presets.values():
        assert kind.Settings.parse(values).epochs >= 1


@pytest.mark.parametrize("id", ["gan", "textbook"])
def test_the_gans_have_deep_composers_presets(id: str) -> None:
    kind = TECHNIQUES[id]
    assert list(kind.presets) == ["Quick", "Best", "Textbook"]
    chosen = {name: kind.Settings.parse(values) for name, values in kind.presets.items()}
    assert chosen["Best"].epochs > chosen["Quick"].epochs
    book: Any = chosen["Textbook"]
    assert (book.epochs, book.learning_rate, book.batch_size) == (10, 0.001, 64)
    assert book.update_ratio == 5


@every_technique
def test_what_it_reports_is_described_and_what_judges_is_measured(
    kind: Technique, windows: dict[str, Windows]
) -> None:
    one = trainer(kind)
    for report in learn(one, windows[kind.id], range(STEPS)):
        assert set(report) <= set(kind.losses)
    unseen = one.held_out(windows[kind.id].batch(2, np.random.default_rng(9)))
    assert all(kind.loss_of(column) is not None for column in unseen)
    assert kind.judged_by is None or kind.judged_by in unseen


@every_technique
def test_its_shapes_are_those_of_its_weights(kind: Technique) -> None:
    settings = kind.Settings.parse(small_settings(kind.id))
    found = {name: value.shape for name, value in trainer(kind).weights().items()}
    assert kind.shapes(PARTS, settings) == found
    if type(kind).shapes is Technique.shapes:  # told by a process of its own, where torch is not
        assert shapes_elsewhere(kind.id, PARTS, settings) == found


def test_techniques_are_listed_and_asked_for_without_torch() -> None:
    script = (
        "import sys\n"
        "from studio.techniques import techniques\n"
        "known, left_out = techniques()\n"
        "assert known and not left_out\n"
        "for kind in known.values():\n"
        "    settings = kind.Settings.parse({})\n"
        "    assert kind.Knobs.fields() and kind.seconds_a_sample(settings) > 0\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], cwd=ROOT, check=True)
