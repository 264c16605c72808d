"""Training in a real browser: upload, read the doctor, train, leave and come back, listen, use."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from hands import BAND, settled
from helpers import chorale
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect
from servers import Server

from studio.music.melody import samples
from studio.music.midi import write

LATER = re.compile(r"epoch (?!1 )\d+ of 60")  # than the first: a quick machine shows not each
TRAINED_MS = 240_000  # the trainer loads torch first, and other processes share the machine
LIVE_MS = 60_000

expect.set_options(timeout=20_000)


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/train")
    expect(page.get_by_role("heading", name="Train a band of your own")).to_be_visible(
        timeout=LIVE_MS
    )
    return page


def songs_zip(count: int = 8) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"songs/{number:03}.mid", write(chorale(number)))
        archive.writestr("songs/broken.mid", b"MThd nonsense")
    return buffer.getvalue()


def upload(page: Page, name: str) -> None:
    page.get_by_role("radio", name="Upload").click()
    file = FilePayload(name=f"{name}.zip", mimeType="application/zip", buffer=songs_zip())
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_role("heading", name=f"Data doctor · {name}")).to_be_visible(timeout=LIVE_MS)


def status(page: Page) -> Locator:
    """The line that says what the run is doing."""
    return page.locator('[role="status"]').filter(has_text="GAN")


def set_number(page: Page, label: str, value: int) -> None:
    box = page.get_by_role("spinbutton", name=label)
    box.fill(str(value))
    box.press("Enter")
    settled(page)


def test_a_zip_becomes_a_band_that_one_heard_learn(page: Page, server: Server) -> None:
    upload(page, "Chorales")
    expect(page.get_by_text("8 of 9 files can be learned from")).to_be_visible(timeout=LIVE_MS)
    expect(page.get_by_text("9 files · 8 kept · 1 refused")).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()

    set_number(page, "Epochs", 60)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("heading", name="Chorales", exact=True)).to_be_visible()
    expect(status(page)).to_contain_text(LATER, timeout=TRAINED_MS)
    # a quick machine has trained for long enough to tell by now
    verdict = re.compile("Too early to tell|Warming up|Still improving|Its index is")
    expect(page.get_by_text(verdict).first).to_be_visible()
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts.first.locator("svg, canvas").first).to_be_visible()

    page.reload()  # in the middle of it
    expect(status(page)).to_contain_text(re.compile(r"epoch \d+ of 60"), timeout=LIVE_MS)
    expect(status(page)).to_contain_text(
        re.compile(r"epoch ([4-9]|\d\d) of 60"), timeout=TRAINED_MS
    )

    page.get_by_role("button", name="Stop", exact=True).click()
    expect(status(page)).to_contain_text("stopped early", timeout=TRAINED_MS)
    expect(page.get_by_role("button", name="Pause", exact=True)).to_have_count(0)

    page.get_by_role("button", name="Listen", exact=True).click()
    rolls = page.locator(".roll")
    expect(rolls).to_have_count(4, timeout=TRAINED_MS)
    slider = page.get_by_role("slider", name="Epoch", exact=True)
    slider.focus()
    slider.press("Home")
    expect(page.locator(".roll.chosen")).to_contain_text("untrained")
    slider.press("ArrowRight")
    expect(page.locator(".roll.chosen")).to_contain_text("1")
    expect(page.get_by_role("button", name="Continue from epoch 1", exact=True)).to_be_visible()

    page.get_by_role("button", name="Play it on Compose").click()
    page.get_by_role("radio", name="Samples").click(timeout=LIVE_MS)
    page.get_by_role("combobox", name="A sample melody").click()
    page.get_by_role("option", name=re.compile(samples()[0].title)).click()
    expect(page.get_by_role("heading", name=samples()[0].title)).to_be_visible()
    settled(page)
    expect(page.get_by_role("button", name="Generate the band")).to_be_enabled()
    page.get_by_role("button", name="Generate the band").click()
    expect(page.locator(BAND)).to_be_visible(timeout=TRAINED_MS)
    expect(page.get_by_role("group", name="Tenor", exact=True)).to_be_visible()  # of the new band


def test_a_sets_name_runs_nothing(page: Page) -> None:
    name = "<img src=x onerror=window.stolen=1>"
    upload(page, name)
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    page.get_by_role("button", name="Cancel", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Cancel this training").click()
    expect(status(page)).to_contain_text("cancelled", timeout=LIVE_MS)
    assert page.evaluate("window.stolen") is None


def test_a_zip_with_no_music_is_refused_with_a_sentence(page: Page, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "no music")
    page.get_by_role("radio", name="Upload").click()
    file = FilePayload(name="bad.zip", mimeType="application/zip", buffer=buffer.getvalue())
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_role("alert").get_by_text("no MIDI files")).to_be_visible()
