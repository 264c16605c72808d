"""The Library in a real browser: name, star, search, delete and undo, take home, open elsewhere."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hands import open_panel, settled
from playwright.sync_api import Browser, FilePayload, Page, expect
from servers import Server

from studio.library import Library
from studio.music.melody import sample_melody
from studio.queue.store import Store
from studio.ui.guard import COOKIE

ANN, BEN = "a" * 32, "b" * 32
PLAYED_MS = 120_000  # the worker loads its models first, and other processes share the machine
HOSTILE = "<script>document.title='bad'</script>"
RECIPE = {"format": 2, "model": "bach-gan", "seed": 1, "knobs": {}}

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where two pieces are kept already."""
    folder: Path = tmp_path_factory.mktemp("data")
    store = Store.in_folder(folder)
    for name, sample in (("Twinkle at dusk", "twinkle"), (HOSTILE, "ode-to-joy")):
        Library(store).add(ANN, name, sample_melody(sample), RECIPE)
    store.close()
    return folder


def library(browser: Browser, args: dict[str, Any], server: Server, owner: str) -> Page:
    """The Library as this owner sees it, in a browser of its own."""
    context = browser.new_context(**args, accept_downloads=True)
    context.add_cookies([{"name": COOKIE, "value": owner, "url": server.url}])
    page = context.new_page()
    page.goto(f"{server.url}/library")
    expect(page.get_by_role("heading", name="Library")).to_be_visible(timeout=60_000)
    return page


def card(page: Page, name: str) -> Any:
    return page.locator("[class*='st-key-library-card-']").filter(has_text=name)


def test_a_piece_is_named_found_deleted_and_taken_to_another_studio(
    browser: Browser, browser_context_args: dict[str, Any], server: Server
) -> None:
    page = library(browser, browser_context_args, server, ANN)
    roll = card(page, "Twinkle at dusk").locator("img.library-roll")
    expect(roll).to_have_js_property("naturalHeight", 72)  # it is drawn
    expect(card(page, HOSTILE)).to_be_visible()  # its title is text
    assert page.title() != "bad"

    card(page, "Twinkle at dusk").get_by_role("button", name="Twinkle at dusk", exact=True).click()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_value("Twinkle at dusk")
    name.fill("Night song")
    name.press("Enter")
    expect(card(page, "Night song")).to_be_visible()
    card(page, "Night song").get_by_role("button", name="☆").click()
    expect(card(page, "Night song").get_by_role("button", name="★")).to_be_visible()

    search = page.get_by_role("textbox", name="Search")
    search.fill("NIGHT")
    search.press("Enter")
    expect(card(page, HOSTILE)).to_have_count(0)
    expect(card(page, "Night song")).to_be_visible()

    page.get_by_role("button", name="Delete").click()
    expect(card(page, "Night song")).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="Undo").click()
    expect(card(page, "Night song").get_by_role("button", name="★")).to_be_visible()
    card(page, "Night song").get_by_role("button", name="Night song", exact=True).click()
    page.get_by_role("button", name="Delete").click()
    page.reload()
    open_panel(page, "Recently deleted (1)")
    page.get_by_role("button", name="Bring back").click()
    expect(card(page, "Night song").get_by_role("button", name="★")).to_be_visible()
    expect(page.get_by_text("Recently deleted")).to_have_count(0)
    card(page, "Night song").get_by_role("button", name="Night song", exact=True).click()

    page.get_by_role("button", name="Take home").click()
    expect(page.get_by_role("button", name="Piece file")).to_be_enabled()
    settled(page)
    with page.expect_download() as own:
        page.get_by_role("button", name="Piece file").click()
    assert own.value.suggested_filename == "night-song-bach-gan-1.tutti"
    with page.expect_download(timeout=PLAYED_MS) as everything:  # one click, however long it takes
        page.get_by_role("button", name="Everything in one zip").click()
    link = page.get_by_role("link", name="Everything in one zip")
    assert everything.value.suggested_filename == "night-song-bach-gan-1.zip"
    with zipfile.ZipFile(everything.value.path()) as archive:
        assert archive.testzip() is None
        names = {Path(name).name for name in archive.namelist()}
    assert {"night-song.mid", "night-song.wav", "night-song.tutti", "recipe.json"} <= names
    stranger = library(browser, browser_context_args, server, BEN)
    address = str(link.get_attribute("href"))
    assert stranger.request.get(server.url + address).status == 404

    expect(stranger.get_by_text("Nothing here yet")).to_be_visible()
    open_panel(stranger, "Open a piece file")
    piece = FilePayload(
        name="night-song.tutti",
        mimeType="application/octet-stream",
        buffer=Path(own.value.path()).read_bytes(),
    )
    stranger.locator("input[type=file]").set_input_files(piece)
    expect(card(stranger, "Night song")).to_be_visible()
    assert zipfile.is_zipfile(io.BytesIO(Path(own.value.path()).read_bytes()))
    stranger.get_by_role("button", name="Open on Compose").click()
    expect(stranger.get_by_role("heading", name="Library")).to_have_count(0)
