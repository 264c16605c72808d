"""How long an epoch will take."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadKnob, BadModel
from studio.techniques import technique, techniques
from studio.training import RunSpec, pace, progress
from studio.training.pace import seconds_an_epoch


def test_an_epoch_takes_longer_with_more_music_and_larger_networks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "_slower", lambda: 1.0)
    for name, kind in techniques()[0].items():
        own = seconds_an_epoch(1000, name)
        assert own > 0
        assert seconds_an_epoch(2000, name) == pytest.approx(2 * own)
        if "Quick" in kind.presets:
            assert seconds_an_epoch(1000, name, kind.presets["Quick"]) < own
    with pytest.raises(BadModel):
        seconds_an_epoch(1000, "polka")
    with pytest.raises(BadKnob):
        seconds_an_epoch(1000, "gan", {"width": 7})


def test_a_machine_that_is_slower_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_slower", lambda: 1.0)
    here = seconds_an_epoch(1000, "gan")
    monkeypatch.setattr(pace, "_slower", lambda: 3.0)
    assert seconds_an_epoch(1000, "gan") == pytest.approx(3 * here)
    monkeypatch.undo()
    assert seconds_an_epoch(1000, "gan") > 0


def test_a_training_takes_longer_than_its_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_slower", lambda: 1.0)
    spec = RunSpec(settings={"epochs": 10})
    before, learning = spec.seconds(400, 10)
    assert before > 4
    assert learning > 10 * spec.seconds_an_epoch(400)
    assert spec.seconds(4000, 10)[0] > before  # more songs are read for longer
    monkeypatch.setattr(pace, "_slower", lambda: 2.0)
    assert spec.seconds(400, 10)[0] == pytest.approx(2 * before)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(1, 10))
def test_the_work_of_every_technique_grows_from_none_to_all(
    one: float, other: float, warm_up: float, ratio: int
) -> None:
    for kind in techniques()[0].values():
        known = {field.name for field in kind.Settings.fields()}
        values = {"warm_up": warm_up, "update_ratio": ratio}
        settings = kind.Settings.parse({k: v for k, v in values.items() if k in known})
        assert kind.work(settings, 0.0) == 0
        assert kind.work(settings, 1.0) == pytest.approx(1)
        first, last = sorted((one, other))
        assert kind.work(settings, first) <= kind.work(settings, last) + 1e-12


def test_what_is_left_of_a_gan_is_told_rightly_before_its_critic_joins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Steps that take a second at first and four when the critic plays, with a measurement of nine
    seconds after the first epoch: half of the work is not half of the steps."""
    gan = technique("gan")
    settings = gan.Settings.parse({"epochs": 20, "warm_up": 0.5, "update_ratio": 2})
    warm, full = 1.0, (0.0115 + 2 * 0.0177) / 0.0115
    loop: Any = SimpleNamespace(
        epochs=20, steps=10, epoch=0, step=0, evaluation_seconds=0.0,
        watch=SimpleNamespace(seconds=0.0), trainer=SimpleNamespace(learning_rate=0.1),
    )  # fmt: skip
    monkeypatch.setattr(progress, "memory_bytes", lambda _device: 0)
    meter = progress.ProgressMeter(loop, "cpu", 0, lambda done: gan.work(settings, done))
    meter.progress()
    for step in range(1, 31):
        loop.watch.seconds += warm
        loop.epoch, loop.step = divmod(step, 10)
        if step == 10:
            loop.watch.seconds += 9.0
            loop.evaluation_seconds += 9.0
        said = meter.progress().seconds_left
    real = 70 * warm + 100 * full
    assert said == pytest.approx(1.2 * real, rel=0.02)  # and a fifth for measuring
