"""What a compose job says of its piece."""

from __future__ import annotations

import json

import pytest
from helpers import tune

from studio.composing import Composition
from studio.harmony import ChordPlan
from studio.jobs.compose import summary
from studio.measures.copies import Nearest
from studio.theory import Key


@pytest.mark.parametrize("near", [None, Nearest("Tune (Somebody)", 12, 5, 0.43)])
def test_the_result_carries_what_the_copy_check_found(near: Nearest | None) -> None:
    plan = ChordPlan(Key(0), 960, (0, 7, 0))
    piece = Composition(tune(), plan, {"model": "pop-gan", "seed": 1}, "CPU", 0.1, near)
    kept = json.loads(json.dumps(summary(piece)))["nearest"]
    assert (Nearest(**kept) if kept else None) == near
