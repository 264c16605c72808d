"""What a hand waits for before it clicks on one of the studio's pages."""

from __future__ import annotations

from playwright.sync_api import Page, expect

# the arranger with a band, or another piece; a melody alone is there from the start
BAND = ".arranger:not([data-alone]) .scroll[data-painted]"
_STILL = """() => document.getAnimations().every((one) =>
  one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity)"""


def settled(page: Page) -> None:
    """The page has run, and nothing on it moves: a click in the middle of either may be lost."""
    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_visible()
    page.wait_for_function(_STILL)


def open_panel(page: Page, name: str) -> None:
    """Opens one of the expanders, by the whole of its title; it unfolds for half a second."""
    page.get_by_test_id("stExpander").get_by_text(name, exact=True).click()
    settled(page)
