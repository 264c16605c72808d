"""The music does not change: what Tutti plays has the digests that were written down for this kind
of machine. `renew.py` says how to renew them on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden_music import CASES, ROOT, model_ids
from golden_old_music import CASES as OLD_CASES
from machine_kind import machine_kind, one_thread
from stored import HOW, differences, read

import studio

ALL = {**CASES, **OLD_CASES}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    one_thread()


def test_it_is_this_studio_that_is_tested() -> None:
    assert Path(studio.__file__).parents[1] == ROOT
    assert set(model_ids()) <= set(studio.models())


@pytest.mark.parametrize("case", ALL)
def test_the_music_is_what_it_was(case: str) -> None:
    kept = read().get(machine_kind(), {}).get(case)
    if kept is None:
        pytest.skip(f"There are no digests of {case!r} for this kind of machine: {HOW}.")
    found = ALL[case]()
    if case == "sound" and not set(kept) & set(found):
        pytest.skip(f"There are no digests of {min(found)} on this kind of machine: {HOW}.")
    assert differences(kept, found) == []
