"""The GAN's trainer: it learns what it is shown, in the order of warm-up and contest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from helpers import chorale

from studio.corpus.layouts import LAYOUTS, LaidOut
from studio.corpus.reading import Song
from studio.corpus.windows import Windows, song_rolls
from studio.ground.device import prepare_torch
from studio.music.instruments import Part
from studio.music.roll import Window
from studio.techniques.gan import Gan
from studio.techniques.gan.batch import Batch
from studio.techniques.gan.network import binarise
from studio.techniques.gan.trainer import GanTrainer

PARTS = [Part(name, 19, 1, 36, 77) for name in ("Alto", "Tenor", "Bass")]


@pytest.fixture(scope="module")
def windows() -> list[Window]:
    prepare_torch()
    found = LAYOUTS["chorale"].lay_out(Song("a", chorale(0)))
    assert isinstance(found, LaidOut)
    return Windows([song_rolls(found)]).batch(2, np.random.default_rng(0))


def trainer(**changes: Any) -> GanTrainer:
    usual = {"width": 16, "dropout": 0.0, "learning_rate": 0.003, "update_ratio": 1}
    return GanTrainer(PARTS, Gan.Settings(**{**usual, **changes}), "cpu")


def same_weights(one: GanTrainer, other: GanTrainer) -> bool:
    a, b = one.weights(), other.weights()
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


def test_two_windows_are_learned_by_heart(windows: list[Window]) -> None:
    student = trainer(warm_up=1.0)
    reports = [student.step(lambda: windows, step / 40) for step in range(40)]
    for loss in ("reconstruction_loss", "texture_loss"):
        assert reports[-1][loss] < 0.5 * reports[0][loss], loss
    held_out = student.held_out(windows)
    assert held_out["held_out_reconstruction_loss"] < 0.7 * reports[0]["reconstruction_loss"]


def test_the_critic_is_heard_after_the_warm_up_only(windows: list[Window]) -> None:
    student = trainer(warm_up=0.5)
    critic_before = [value.clone() for value in student.critic.parameters()]
    first = student.step(lambda: windows, 0.49)
    assert set(first) == {"reconstruction_loss", "texture_loss"}
    for before, now in zip(critic_before, student.critic.parameters(), strict=True):
        assert torch.equal(before, now)
    second = student.step(lambda: windows, 0.5)
    assert {"critic_loss", "gradient_penalty", "generator_loss"} < set(second)
    assert any(
        not torch.equal(before, now)
        for before, now in zip(critic_before, student.critic.parameters(), strict=True)
    )
    assert all(np.isfinite(value) for value in second.values())


@pytest.mark.parametrize(("ratio", "batches"), [(1, 2), (3, 4)])
def test_the_update_ratio_is_critic_updates_a_step(
    windows: list[Window], ratio: int, batches: int
) -> None:
    drawn = 0

    def draw() -> Sequence[Window]:
        nonlocal drawn
        drawn += 1
        return windows

    trainer(warm_up=0.0, update_ratio=ratio, width=8).step(draw, 0.0)
    assert drawn == batches


def test_the_critic_learns_to_prefer_real_music(windows: list[Window]) -> None:
    student = trainer(warm_up=0.0, update_ratio=3, learning_rate=0.001)
    for _ in range(8):
        student.step(lambda: windows, 0.0)
    batch = Batch(windows, PARTS, torch.device("cpu"))
    with torch.no_grad():
        made = binarise(student.models.generator(batch.condition, batch.noise()))
        real_score = student.critic(batch.band, batch.condition)[0].mean()
        made_score = student.critic(made, batch.condition)[0].mean()
    assert real_score > made_score


def test_the_learning_rate_falls_to_a_tenth(windows: list[Window]) -> None:
    student = trainer(warm_up=1.0, width=8)
    rates = []
    for progress in (0.0, 0.5, 1.0):
        student.step(lambda: windows, progress)
        rates.append(student.optimisers["optimiser0"].param_groups[0]["lr"])
    assert rates == pytest.approx([0.003, 0.003 * 0.55, 0.0003])


def test_the_same_seed_gives_the_same_weights(windows: list[Window]) -> None:
    students = [trainer(seed=seed, width=8, warm_up=0.5, dropout=0.3) for seed in (4, 4, 5)]
    assert not same_weights(students[0], students[2])
    for student in students[:2]:
        torch.manual_seed(9)
        for progress in (0.4, 0.6):
            student.step(lambda: windows, progress)
    assert same_weights(students[0], students[1])


def test_the_kept_weights_are_a_running_mean(windows: list[Window]) -> None:
    student = trainer(warm_up=1.0, width=8)
    before = student.weights()["generator.head.bias"].copy()
    for _ in range(3):
        student.step(lambda: windows, 0.0)
    kept = student.weights()["generator.head.bias"]
    current = student.models.state_dict()["generator.head.bias"].numpy()
    assert not np.array_equal(kept, before)
    assert np.abs(current - before).max() > np.abs(kept - before).max() > 0


def test_asking_about_held_out_music_teaches_nothing(windows: list[Window]) -> None:
    student = trainer(width=8)
    before = {name: value.copy() for name, value in student.weights().items()}
    report = student.held_out(windows)
    assert set(report) == {"held_out_reconstruction_loss", "held_out_texture_loss"}
    assert all(np.array_equal(before[name], value) for name, value in student.weights().items())
