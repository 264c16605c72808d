"""How long an epoch will take."""

from __future__ import annotations

import pytest

from studio.ground.errors import BadKnob, BadModel
from studio.techniques import techniques
from studio.training import pace
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
