"""What all tests share: the user's own folder is never touched, and chance is seeded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import train_tiny
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

settings.register_profile(
    "tutti",
    max_examples=60,
    deadline=None,  # other processes share the machine
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tutti")


class _Together(LoadFileScheduling):  # type: ignore[misc]
    """A file's tests share one process, with its servers and trained models; so do all browser
    tests, for two browsers at once would be too slow for a hand."""

    def _split_scope(self, nodeid: str) -> str:
        if "golden/test_golden.py" in nodeid:  # each case is on its own, and long
            return nodeid
        return "browser" if "tests/browser/" in nodeid else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Together:
    """Which tests go to which process, where there are several."""
    return _Together(config, log)


@pytest.fixture(scope="session", autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUTTI_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.delenv("TUTTI_DEVICE", raising=False)
        patch.delenv("TUTTI_SOUNDFONT", raising=False)
        yield


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model trained for a few steps on synthetic chorales; read only."""
    return train_tiny("gan", "bach", tmp_path_factory.mktemp("tiny"))
