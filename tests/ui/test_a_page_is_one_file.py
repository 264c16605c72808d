"""A page is one file, as CONTRIBUTING says: nothing else knows of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_tools import open_page, own_studio, shown

from studio.ground import assets
from studio.ui.pages import find_pages

HELLO = '"""Says hello."""\n\nimport streamlit as st\n\nst.caption("Hello, I am new here.")\n'


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the pages' folder, in a studio of its own."""
    folder = tmp_path / "studio" / "pages"
    shutil.copytree(assets.ROOT / "pages", folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(assets, "ROOT", folder.parent)
    for _ in own_studio(tmp_path, monkeypatch):
        yield folder


def test_a_new_file_is_a_page_between_its_neighbours(pages: Path) -> None:
    before = [page.title for page in find_pages(pages)]
    assert before == ["Compose", "Train", "Models", "Library"]
    (pages / "35_hello_world.py").write_text(HELLO, encoding="utf-8")
    titles = [page.title for page in find_pages(pages)]
    assert titles == ["Compose", "Train", "Models", "Hello world", "Library"]


def test_a_new_page_is_in_the_navigation_and_runs(pages: Path) -> None:
    new = pages / "35_hello_world.py"
    new.write_text(HELLO, encoding="utf-8")
    page = open_page()
    assert "Hello, I am new here." not in shown(page)
    page = page.switch_page(str(new)).run()
    assert not page.exception
    assert "Hello, I am new here." in shown(page)


def test_what_has_no_number_is_no_page(pages: Path) -> None:
    (pages / "helpers.py").write_text("", encoding="utf-8")
    (pages / "50_notes.txt").write_text("", encoding="utf-8")
    assert len(find_pages(pages)) == 4
