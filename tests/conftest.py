"""What all tests share: the user's own folder is never touched, and chance is seeded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import train_tiny
from hypothesis import HealthCheck, settings

settings.register_profile(
    "tutti",
    max_examples=60,
    deadline=None,  # other processes share the machine
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tutti")


@pytest.hookimpl(tryfirst=True)  # before the processes look at it
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, a file's tests share one, with its servers and trained
    models; so do all browser tests, for two browsers at once would be too slow for a hand."""
    for item in items:
        folder = item.path.parent.name
        item.add_marker(
            pytest.mark.xdist_group("browser" if folder == "browser" else item.path.name)
        )


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
