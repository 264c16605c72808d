"""Which names a request may ask for, and from which pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.ground import Settings
from studio.ui.door import is_own


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8501", None),
        ("localhost:8501", None),
        ("LOCALHOST:8501", "http://localhost:8501"),
        ("localhost.:8501", None),
        ("[::1]:8501", "http://[::1]:8501"),
        ("127.0.0.1", "http://127.0.0.1"),
    ],
)
def test_its_own_pages_and_programs_come_in(host: str, origin: str | None) -> None:
    assert is_own(host, origin)


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example:8501", "evil.example", "127.0.0.1.evil.example:8501", "localhost.evil", ""),
        *("localhost@evil.example", "evil.example@localhost", "localhost:8501/x", "localhost:x"),
        *("localhost:99999", "0.0.0.0:8501", "192.168.1.7:8501", "[::2]:8501", "//localhost"),
        *("localhost evil.example", "localhost?x", "localhost#x", "[::1", "http://localhost"),
    ],
)
def test_another_name_does_not(host: str) -> None:
    assert not is_own(host, None)
    assert not is_own(host, f"http://{host}")


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "http://evil.example",
            "http://evil.example:8501",
            "null",
            "",
            "file://",
            "localhost:8501",
        ),
        *("http://localhost:8502", "http://127.0.0.1:8501", "http://localhost", "data:,x"),
        *("http://localhost:8501.evil.example", "http://x@localhost:8501", "ftp://localhost:8501"),
    ],
)
def test_nor_does_a_page_from_elsewhere(origin: str) -> None:
    assert not is_own("localhost:8501", origin)


def test_a_setting_names_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTTI_HOSTS", "Tutti.example, studio.lan")
    named = Settings().hosts
    assert named == {"tutti.example", "studio.lan"}
    assert is_own("tutti.example", "https://tutti.example", named)
    assert is_own("127.0.0.1:8501", "https://tutti.example", named)  # behind a proxy
    assert not is_own("tutti.example", "https://evil.example", named)
    assert not is_own("evil.example", None, named)


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_written_there_is_a_yes_or_a_no(host: str, origin: str) -> None:
    assert is_own(host, origin) in (True, False)
