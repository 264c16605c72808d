"""Two tabs on one piece: neither loses what the other did, and each is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hands import BAND, settled
from playwright.sync_api import BrowserContext, Page, expect
from servers import Server

from studio.composing.edits import rows_of
from studio.library import Library
from studio.library.records import BESIDE
from studio.music.melody import sample_melody
from studio.music.score import Note, Track
from studio.queue.store import Store
from studio.ui.desk import DRAFT
from studio.ui.guard import COOKIE

ANN = "a" * 32
MELODY, BASS = "Melody", "Bass"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("data")
    Store.in_folder(folder).close()
    return folder


@pytest.fixture
def shelf(data_dir: Path) -> Iterator[Library]:
    store = Store.in_folder(data_dir)
    yield Library(store)
    store.close()


@pytest.fixture
def piece(shelf: Library, data_dir: Path) -> str:
    """A melody with a bass, which lies on Ann's table."""
    melody = sample_melody("twinkle")
    bass = Track(BASS, tuple(Note(bar * 1920, 40, 960) for bar in range(12)), 33)
    score = melody.with_tracks([replace(melody.tracks[0], name=MELODY), bass])
    piece = shelf.add(ANN, "Twinkle in two", score)
    with_store = Store.in_folder(data_dir)
    with_store.save_draft(ANN, DRAFT, {"piece": {"id": piece.id, "version": None}})
    with_store.close()
    return piece.id


@pytest.fixture
def context(context: BrowserContext, server: Server) -> BrowserContext:
    context.add_cookies([{"name": COOKIE, "value": ANN, "url": server.url}])
    return context


def tab(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator(BAND)).to_be_visible(timeout=60_000)
    return page


def choose_note(page: Page, part: str, index: int) -> None:
    """With keys: the part, then its notes one after the other from the beginning."""
    page.get_by_role("button", name=part, exact=True).click()
    page.keyboard.press("Escape")
    page.keyboard.press("Home")
    for _ in range(index + 1):
        page.keyboard.press("Alt+ArrowRight")


def transpose(page: Page, part: str, index: int) -> None:
    choose_note(page, part, index)
    page.keyboard.press("ArrowUp")
    saved(page)


def saved(page: Page) -> None:
    """Nothing waits in the tab for Python any more, and the page shows what became of it."""
    page.wait_for_function(
        """() => !Object.keys(sessionStorage).some((key) => key.startsWith("tutti-arranger:"))"""
    )
    settled(page)


def at_rest(page: Page) -> None:
    """All sound is there: the page does not run again by itself."""
    expect(page.locator(".mark:visible")).to_have_count(0, timeout=60_000)
    saved(page)


def said(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


def pitches(shelf: Library, piece: str, part: str, version: str | None = None) -> list[int]:
    return [row[1] for row in rows_of(shelf.opened(piece, version).score, part)]


def raised(pitches: list[int], *which: int) -> list[int]:
    return [pitch + (index in which) for index, pitch in enumerate(pitches)]


def test_what_each_tab_edits_is_there_for_both(
    context: BrowserContext, server: Server, shelf: Library, piece: str
) -> None:
    before = pitches(shelf, piece, MELODY)
    one, two = tab(context, server), tab(context, server)
    transpose(one, MELODY, 0)
    transpose(two, MELODY, 3)
    said(two, "New notes in Melody")  # the first tab's
    assert pitches(shelf, piece, MELODY) == raised(before, 0, 3)
    transpose(one, BASS, 1)
    said(one, "New notes in Melody")
    assert pitches(shelf, piece, MELODY) == raised(before, 0, 3)
    assert pitches(shelf, piece, BASS) == raised([40] * 12, 1)
    assert [version.label for version in shelf.versions(piece)] == [
        "Opened", "Edited Melody", "Edited Melody", "Edited Melody, Bass"
    ]  # fmt: skip

    # each takes back its own, and leaves the other's; a reload forgets nothing of it
    one.keyboard.press("Control+z")
    saved(one)
    at_rest(one)
    two.reload()
    expect(two.locator(BAND)).to_be_visible(timeout=60_000)
    two.keyboard.press("Control+z")
    saved(two)
    assert pitches(shelf, piece, BASS) == [40] * 12
    assert pitches(shelf, piece, MELODY) == raised(before, 0)
    one.keyboard.press("Control+z")
    saved(one)
    assert pitches(shelf, piece, MELODY) == before


def test_the_same_note_in_both_tabs_makes_two_versions(
    context: BrowserContext, server: Server, shelf: Library, piece: str
) -> None:
    before = pitches(shelf, piece, MELODY)
    one, two = tab(context, server), tab(context, server)
    transpose(one, MELODY, 2)
    choose_note(two, MELODY, 2)
    two.keyboard.press("Delete")
    saved(two)
    expect(two.get_by_text("Another tab changed the same notes")).to_be_visible()
    first, second = shelf.versions(piece)[-2:]
    assert pitches(shelf, piece, MELODY, first.id) == raised(before, 2)
    assert pitches(shelf, piece, MELODY, second.id) == before[:2] + before[3:]
    assert second.label.endswith(BESIDE)
