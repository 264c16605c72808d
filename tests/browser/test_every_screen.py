"""Every page on a desk's screen and on a phone: nothing serious for axe-core, targets that can be
hit, a name for each page, and on Compose all that matters in sight."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from hands import BAND, open_panel, settled
from playwright.sync_api import Browser, Page, expect
from servers import Server

from studio.arrangement import Arrangement
from studio.composing import Recipe
from studio.library import Library
from studio.music.melody import sample_melody
from studio.music.score import ChordMark, Track
from studio.queue import Store
from studio.ui.guard import COOKIE

OWNER = "c" * 32
FORM = Arrangement(drums="pop", form="A4:0.4 B4:0.5 A4:0.7")
PAGES = {"": "Compose", "train": "Train", "models": "Models", "library": "Library"}
DESK = {"viewport": {"width": 1280, "height": 720}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LOW_SCREENS = [(1280, 720), (1366, 650), (853, 480)]  # the last: 1280 x 720 at 150 %

# Of what a pointer presses, in shadow roots, too: what is smaller than `least`. The label of a
# choice is its target, and a slider's track.
SMALL = """(least) => {
  const found = [];
  const walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) walk(one.shadowRoot);
      const pressed = "button, select, summary, a[href], .stCheckbox label," +
        ".stSlider [role=group], input:not([type=radio], [type=checkbox]), [role=radiogroup] > div";
      if (!one.matches(pressed) || one.disabled || one.closest(".stSlider input")) continue;
      const { width, height } = one.getBoundingClientRect();
      const wide = one.closest(".chords, .form, .key") ? least : width; // as the music, or a key
      if (height > 1 && Math.min(wide, height) < least - 0.5) {
        const name = one.getAttribute("aria-label") || one.textContent || one.outerHTML;
        found.push(`${name.slice(0, 90)}: ${Math.round(width)} x ${Math.round(height)}`);
      }
    }
  };
  walk(document);
  return found;
}"""

# What is wider than its place, so that it scrolls sideways, or the page does
WIDE = """() => [...document.querySelectorAll("*")]
  .filter((one) => one.scrollWidth > one.clientWidth && one.clientWidth > 99 &&
    (one === document.documentElement || /auto|scroll/.test(getComputedStyle(one).overflowX)))
  .map((one) => `${one.className || one.tagName}: ${one.scrollWidth} > ${one.clientWidth}`)"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a piece of three parts is in the library, with two other bands to its tune, and on
    Compose."""
    folder: Path = tmp_path_factory.mktemp("data")
    store = Store.in_folder(folder)
    melody = sample_melody("twinkle")
    notes = melody.tracks[0].notes
    low = tuple(replace(note, pitch=note.pitch - 24, velocity=10) for note in notes)
    chords = tuple(ChordMark(bar * 1920, name) for bar, name in enumerate("CFGC"))
    band = replace(melody, chords=chords).with_tracks(
        (*melody.tracks, Track("Bass", low, 33), Track("Keys", notes, 4))
    )
    recipe = Recipe(melody, "pop-gan", 1, {}, arrangement=FORM).to_json()
    piece, *_ = (Library(store).add(OWNER, "Twinkle at dusk", band, recipe) for _ in range(3))
    store.save_draft(OWNER, "compose", {"piece": {"id": piece.id, "version": None}})
    store.close()
    return folder


def open_page(browser: Browser, server: Server, args: dict[str, Any], address: str = "") -> Page:
    """A page in a browser of its own, once it has drawn itself."""
    context = browser.new_context(locale="en-GB", **args)
    context.add_cookies([{"name": COOKIE, "value": OWNER, "url": server.url}])
    page = context.new_page()
    go(page, server, address)
    return page


def go(page: Page, server: Server, address: str) -> None:
    page.goto(f"{server.url}/{address}")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
    if not address:
        expect(page.locator(BAND)).to_be_visible(timeout=30_000)
    settled(page)


def assert_fit(page: Page, least: int, what: str) -> None:
    """Nothing serious for axe-core, and no target smaller than `least` pixels."""
    grave = [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert grave == [], what
    assert page.evaluate(SMALL, least) == [], what


@pytest.mark.parametrize(("args", "least"), [(DESK, 24), (PHONE, 44)], ids=["desk", "phone"])
def test_each_page_can_be_read_heard_and_hit(
    browser: Browser, server: Server, args: dict[str, Any], least: int
) -> None:
    said: list[str] = []
    asked: set[str] = set()
    page = open_page(browser, server, args)
    page.on("console", lambda line: said.append(line.text) if line.type != "log" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.add(request.url))
    for address, title in PAGES.items():
        go(page, server, address)
        expect(page).to_have_title(f"{title} · Tutti")
        assert_fit(page, least, title)
        assert page.evaluate(WIDE) == [], title
    page.context.close()
    assert said == []
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []


@pytest.mark.parametrize(("args", "least"), [(DESK, 24), (PHONE, 44)], ids=["desk", "phone"])
def test_what_opens_on_a_page_can_be_read_and_hit_too(
    browser: Browser, server: Server, args: dict[str, Any], least: int
) -> None:
    page = open_page(browser, server, args)
    for name in ("Take home", re.compile("^About ")):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
        settled(page)
        assert_fit(page, least, str(name))
        page.keyboard.press("Escape")
        expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.get_by_role("radio", name="Transformer").click()
    settled(page)
    open_panel(page, "Extend the melody")
    once = page.get_by_role("slider", name="Extension duration", exact=True)
    expect(once).to_have_count(1)
    page.get_by_role("group", name="Chords").get_by_role("button").first.click()
    page.get_by_role("heading", level=1).get_by_role("button").click()
    assert_fit(page, least, "open panels")
    page.get_by_role("group", name="Form").get_by_role("button").first.click()
    expect(page.get_by_role("dialog", name=re.compile("^Section A"))).to_be_in_viewport(ratio=1)
    assert_fit(page, least, "a section")
    go(page, server, "models")
    for view in ("Side by side", "Ear test"):
        page.get_by_role("radio", name=view).click()
        settled(page)
        assert_fit(page, least, view)
    page.context.close()


@pytest.mark.parametrize(("args", "least"), [(DESK, 24), (PHONE, 44)], ids=["desk", "phone"])
def test_the_other_bands_of_a_card_can_be_read_and_hit(
    browser: Browser, server: Server, args: dict[str, Any], least: int
) -> None:
    page = open_page(browser, server, args, "library")
    page.get_by_role("button", name="2 other bands to this tune").click()
    band = page.get_by_test_id("stPopoverBody").get_by_role("button", name="Twinkle at dusk")
    expect(band).to_have_count(2)
    settled(page)
    assert_fit(page, least, "other bands")
    page.context.close()


@pytest.mark.parametrize("size", LOW_SCREENS, ids=str)
def test_on_a_low_screen_all_that_matters_is_in_sight(
    browser: Browser, server: Server, size: tuple[int, int]
) -> None:
    width, height = size
    page = open_page(browser, server, {"viewport": {"width": width, "height": height}})
    choices = page.locator(".st-key-way button, .st-key-technique button")
    cards = page.locator(".st-key-model").get_by_role("radiogroup").locator("label")
    assert choices.count() == 7
    assert cards.count() >= 6
    for one in (*choices.all(), *cards.all(), page.get_by_role("button", name="Generate the band"),
                page.get_by_role("button", name="Play", exact=True),
                page.get_by_role("button", name="Mute Bass"),
                page.get_by_role("button", name="Record")):  # fmt: skip
        expect(one).to_be_in_viewport(ratio=0.99)
    strip = page.get_by_role("button", name="Show the keys")
    key = page.get_by_role("button", name="C4", exact=True)
    expect(strip.or_(key)).to_be_in_viewport(ratio=0.99)
    assert page.evaluate(DOWN) == 0  # nothing of the page is below
    page.context.close()


# How far the page, and the panel of a band, can be scrolled down.
DOWN = """() => {
  const page = document.querySelector("[data-testid=stMain]");
  return page.scrollHeight - page.clientHeight;
}"""


def test_the_keys_fold_to_a_strip_and_the_lanes_have_their_room(
    browser: Browser, server: Server
) -> None:
    page = open_page(browser, server, DESK)
    lane = page.get_by_role("group", name="Bass", exact=True)
    before = lane.bounding_box()
    page.get_by_role("button", name="Fold the keys away").click()
    expect(page.get_by_role("button", name="C4", exact=True)).to_be_hidden()
    page.wait_for_function(
        f"document.querySelector('.st-key-compose-stage').clientHeight > {PLENTY_PX}"
    )
    after = lane.bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] > before["height"] + 20
    page.reload()  # it is remembered
    expect(page.get_by_role("button", name="Show the keys")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Show the keys").click()
    expect(page.get_by_role("button", name="C4", exact=True)).to_be_in_viewport()
    page.context.close()


PLENTY_PX = 500  # of a window of 720, without the keys


def test_a_phone_has_one_octave_of_wide_keys_and_no_words_for_a_mouse(
    browser: Browser, server: Server
) -> None:
    page = open_page(browser, server, PHONE)
    high = page.get_by_role("button", name="C5", exact=True)
    high.scroll_into_view_if_needed()
    box = high.bounding_box()
    assert box is not None
    assert box["width"] >= 38
    expect(page.get_by_role("button", name="C6", exact=True)).to_be_hidden()
    for tool in (page.get_by_label("Sound"), page.get_by_text("MIDI keyboard:")):
        under = tool.bounding_box()
        assert under is not None
        assert under["y"] + under["height"] <= box["y"]
    for word in ("Double-click", "A W S E D", "mouse"):
        expect(page.get_by_text(word, exact=False).and_(page.locator(":visible"))).to_have_count(0)
    expect(page.get_by_role("link", name="Library")).to_be_in_viewport()
    page.context.close()


def test_on_a_phone_a_tap_on_a_card_brings_its_panel_to_the_eye(
    browser: Browser, server: Server
) -> None:
    page = open_page(browser, server, PHONE, "library")
    card = page.locator(".st-key-library-cards")
    card.get_by_role("button", name="Twinkle at dusk", exact=True).tap()
    expect(page.get_by_role("button", name="Open on Compose")).to_be_in_viewport()
    go(page, server, "models")
    page.get_by_role("button", name="Jazz · GAN").tap()
    expect(page.get_by_role("heading", name="Jazz · GAN")).to_be_in_viewport()
    page.context.close()


def test_chords_are_one_stop_of_the_tab_key_and_arrows_lead_along(
    browser: Browser, server: Server
) -> None:
    page = open_page(browser, server, DESK)
    chords = page.get_by_role("group", name="Chords").get_by_role("button")
    stops = chords.evaluate_all("all => all.filter((one) => one.tabIndex === 0).length")
    assert stops == 1
    chords.first.focus()
    page.keyboard.press("ArrowRight")
    expect(chords.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(chords.last).to_be_focused()
    page.context.close()
