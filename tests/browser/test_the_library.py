"""The Library in a real browser: name, star, search, delete and undo, take home, open elsewhere."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
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

ANN, BEN, CLO = "a" * 32, "b" * 32, "c" * 32
PLAYED_MS = 120_000  # the worker loads its models first, and other processes share the machine
HOSTILE = "<script>document.title='bad'</script>"
PANEL = ".st-key-library-panel"
RECIPE = {"format": 2, "model": "bach-gan", "seed": 1, "knobs": {}}

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where two pieces of two people each are kept already."""
    folder: Path = tmp_path_factory.mktemp("data")
    store = Store.in_folder(folder)
    for name, sample in (("Twinkle at dusk", "twinkle"), (HOSTILE, "ode-to-joy")):
        Library(store).add(ANN, name, sample_melody(sample), RECIPE)
    for name, sample in (("Sleepy", "frere-jacques"), ("Merry", "jingle-bells")):
        melody = sample_melody(sample)
        track = replace(melody.tracks[0], notes=melody.tracks[0].notes[:8])  # soon rendered
        Library(store).add(CLO, name, melody.with_tracks((track,)), RECIPE)
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


def rename(place: Any, old: str, new: str, key: str = "Enter") -> None:
    """A click on the title, a name typed over it, a key."""
    place.get_by_role("button", name=old, exact=True).click()
    field = place.get_by_role("textbox", name="Name", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_value(old)
    field.fill(new)
    field.press(key)


def test_a_piece_is_named_found_deleted_and_taken_to_another_studio(
    browser: Browser, browser_context_args: dict[str, Any], server: Server
) -> None:
    page = library(browser, browser_context_args, server, ANN)
    roll = card(page, "Twinkle at dusk").locator("img.library-roll")
    expect(roll).to_have_js_property("naturalHeight", 72)  # it is drawn
    expect(card(page, HOSTILE)).to_be_visible()  # its title is text
    assert page.title() != "bad"

    card(page, "Twinkle at dusk").get_by_role("button", name="Twinkle at dusk", exact=True).click()
    rename(page.locator(PANEL), "Twinkle at dusk", "Night song")
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
    expect(card(page, "Night song")).to_have_count(0)
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


def test_a_click_on_a_title_changes_the_name_on_card_panel_and_compose(
    browser: Browser, browser_context_args: dict[str, Any], server: Server, data_dir: Path
) -> None:
    page = library(browser, browser_context_args, server, CLO)
    card(page, "Sleepy").get_by_role("button", name="Sleepy", exact=True).click()
    expect(page.locator(PANEL).get_by_role("heading", name="Sleepy")).to_be_visible()
    settled(page)
    rename(card(page, "Sleepy"), "Sleepy", "Schlaf, Kind 🌙")
    expect(page.locator(PANEL).get_by_role("heading", name="Schlaf, Kind 🌙")).to_be_visible()
    page.get_by_role("button", name="Open on Compose").click()

    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("Schlaf, Kind 🌙")
    expect(page.locator(".arranger .scroll[data-painted]")).to_be_visible()
    settled(page)
    for name, key in (("Never", "Escape"), ("  ", "Enter")):
        rename(title, "Schlaf, Kind 🌙", name, key)
        expect(title).to_have_text("Schlaf, Kind 🌙")
        expect(title.get_by_role("button")).to_be_focused()
    rename(title, "Schlaf, Kind 🌙", "asdf" * 50)  # no note sounds, nothing is recorded
    expect(title).to_have_text("asdf" * 30)
    wide = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(wide) <= 0
    told = f"Rename {'asdf' * 30}"  # the title changed at once, this when it was kept
    expect(title.get_by_role("button")).to_have_attribute("title", told)
    page.reload()
    expect(title).to_have_text("asdf" * 30)
    store = Store.in_folder(data_dir)  # the next band to this tune is called so, too
    draft = store.load_draft(CLO, "compose")
    store.close()
    assert draft is not None
    assert [take["name"] for take in draft.data["performance"]["takes"]] == ["asdf" * 30]
    page.get_by_role("link", name="Library").click()
    expect(card(page, "asdf" * 30)).to_be_visible()
    page.context.close()


def test_a_card_plays_by_hand_and_by_key_and_one_at_a_time(
    browser: Browser, browser_context_args: dict[str, Any], server: Server
) -> None:
    page = library(browser, browser_context_args, server, CLO)
    settled(page)
    page.get_by_role("button", name="Play Merry").click()
    pause = page.get_by_role("button", name="Pause Merry")
    expect(pause).to_be_visible(timeout=PLAYED_MS)
    place = card(page, "Merry").get_by_role("slider", name="Place in the tune")
    expect(place).not_to_have_attribute("aria-valuetext", re.compile(r"^0 of"))  # it sounds
    other = page.get_by_role("button", name=re.compile("^Play (?!Merry)"))
    other.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Pause"))).to_be_visible(timeout=PLAYED_MS)
    expect(pause).to_have_count(0)
    expect(page.get_by_role("button", name="Play Merry")).to_be_visible()
    page.context.close()
