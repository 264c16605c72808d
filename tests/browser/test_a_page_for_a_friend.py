"""A piece as a web page, opened from the disk as a friend would."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from servers import ROOT

from studio.export import FORMATS

sys.path.insert(0, str(ROOT / "tests" / "export"))
from export_tools import band, material


@pytest.mark.parametrize("width", [1280, 390])
def test_it_plays_and_shows_where(faultless_page: Page, tmp_path: Path, width: int) -> None:
    page, file = faultless_page, tmp_path / "a-tune.html"
    file.write_bytes(FORMATS["page"].data(material(band(4, "A tune"), tmp_path, {"model": "x"})))
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", name="A tune")).to_be_visible()
    button, head = page.locator("button"), page.locator(".roll > i")
    expect(button).to_have_attribute("aria-label", "Play")
    expect(head).to_be_hidden()
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-label", "Pause")
    expect(head).to_be_visible()
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-label", "Play")
    page.get_by_role("slider", name="Place in the piece").fill("0.2")
    expect(page.locator("output")).to_have_text("0:00 / 0:00")
    assert page.evaluate("document.documentElement.scrollWidth") == width
