"""On a walk through the studio the browser's console stays empty, and no other host is asked."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hands import BAND, open_panel, settled
from helpers import chorale
from playwright.sync_api import BrowserContext, FilePayload, Page, TimeoutError, expect
from servers import Server

from studio.corpus.diagnosis import diagnose
from studio.corpus.sets import DIAGNOSIS, add_upload, music_of, sets_folder
from studio.music import midi
from studio.queue import Store
from studio.training import RunSpec

OWNER = "0123456789abcdef0123456789abcdef"
PANELS = 5  # the similarity index, and a GAN's losses
SOON_MS = 5_000
READY_MS = 60_000  # the worker wakes up, and other processes share the machine

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio with a set whose doctor was there, and a run that is over."""
    folder = tmp_path_factory.mktemp("data")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.mid", midi.write(chorale(number)))
    music = add_upload(sets_folder(folder), buffer, "Chorales")
    known = diagnose(music_of(sets_folder(folder), music.id), "chorale")
    (sets_folder(folder) / music.id / DIAGNOSIS).write_text(json.dumps(known), encoding="utf-8")
    store = Store.in_folder(folder)
    job_id = store.submit("train", RunSpec("My chorales", music.id).to_json(), OWNER)
    assert store.claim("trainer", 60.0, {"train"}) is not None
    for epoch in range(1, 13):
        losses = {"critic_loss": -2.0, "generator_loss": 1.0, "gradient_penalty": 0.02}
        row = {"reconstruction_loss": 5 / epoch, "similarity": 0.4 + 1 / epoch, **losses}
        scale = {"similarity_floor": 0.3, "similarity_ceiling": 1.5}
        store.append(job_id, "trainer", "epoch", {"epoch": epoch, "seconds": epoch, **row, **scale})
    store.finish(job_id, "trainer", {"model": "none", "epochs": 12, "why": "epochs"})
    draft = {"set": music.id, "run": job_id, "compare": ["model:bach-gan"]}
    store.save_draft(OWNER, "train", draft)
    store.close()
    return folder


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Iterator[Page]:
    """A page that has come from the first one, and has nothing to say from then on."""
    context.add_cookies([{"name": "tutti_owner", "value": OWNER, "url": server.url}])
    page = context.new_page()
    page.goto(server.url)
    expect(page.get_by_role("link", name="Train")).to_be_visible(timeout=READY_MS)
    settled(page)
    said: list[str] = []
    page.on(
        "console",
        lambda one: said.append(one.text) if one.type in ("warning", "error") else None,
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith(
                (server.url, "blob:", "data:", server.url.replace("http", "ws"))
            )
            else said.append(asked.url)
        ),
    )
    page.on("response", lambda had: said.append(had.url) if had.status >= 400 else None)
    yield page
    assert said == []


def test_charts_are_drawn_without_a_warning_and_have_names(page: Page) -> None:
    page.get_by_role("link", name="Train").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My chorales")
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(PANELS)
    for name in (
        "Similarity index by epoch",
        "Critic loss by epoch",
        "Reconstruction loss by epoch",
    ):
        expect(page.get_by_label(name, exact=True).first).to_be_visible()
    page.locator(".st-key-train_legend").get_by_role(
        "button", name="bach-gan"
    ).click()  # in the legend
    settled(page)
    for view in ("Features", "Runs"):
        page.get_by_role("radio", name=view).click()
        settled(page)
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")
    expect(charts.first.locator("svg, canvas").first).to_be_visible()
    page.get_by_role("radio", name="Side by side").click()
    settled(page)


def test_a_file_of_a_set_is_seen_in_two_colours_and_heard(page: Page) -> None:
    page.get_by_role("link", name="Train").click()
    page.get_by_role("button", name="Open the data doctor").click()
    page.get_by_role("combobox", name="See and hear a file").click()
    page.get_by_role("option", name="1", exact=True).click()
    roll = page.frame_locator('iframe[title="Piano roll of 1.mid"]')
    notes = roll.locator(".note-rectangle")
    expect(notes).to_have_count(chorale(1).note_count, timeout=READY_MS)
    colours = notes.evaluate_all("all => [...new Set(all.map((one) => one.getAttribute('fill')))]")
    assert len(colours) == 2
    page.get_by_role("button", name="Play 1.mid").click(timeout=READY_MS)
    expect(page.get_by_role("button", name="Pause 1.mid")).to_be_visible()
    page.get_by_role("button", name="Pause 1.mid").click()


def test_one_press_composes_and_plays(page: Page) -> None:
    page.get_by_role("link", name="Models").click()
    page.get_by_role("button", name="Bach · GAN").click()
    settled(page)
    page.get_by_role("button", name="Play it").click()
    expect(page.get_by_role("button", name="Pause the band")).to_be_visible(timeout=READY_MS)
    page.get_by_role("button", name="Pause the band").click()
    expect(page.get_by_role("button", name="Play the band")).to_be_visible()


def test_a_tune_goes_all_its_ways(page: Page) -> None:
    expect(page.get_by_role("button", name="Record")).to_be_visible()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("Recording", exact=True)).to_be_visible()
    page.keyboard.press("d", delay=100)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("radio", name="Import").click()
    melody = chorale(0).tracks[0]
    score = chorale(0).with_tracks((replace(melody, notes=melody.notes[:4]),))
    file = FilePayload(name="Dusk.mid", mimeType="audio/midi", buffer=midi.write(score))
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", level=1)).to_have_text("Dusk")
    settled(page)
    page.get_by_role("button", name="Generate the band").click()
    expect(page.locator(BAND)).to_be_visible(timeout=READY_MS)
    again = page.get_by_role("button", name="Generate another band")
    expect(again).to_be_enabled()
    page.get_by_role("button", name="All genres").click()
    expect(page.get_by_role("button", name=re.compile("^3 "))).to_be_visible(timeout=READY_MS)
    with suppress(TimeoutError):  # a quick machine has them all by now
        page.get_by_role("button", name="Stop and keep").click(timeout=SOON_MS)
    expect(again).to_be_enabled(timeout=READY_MS)
    settled(page)
    page.get_by_role("radio", name="Transformer").click()
    settled(page)
    again.click()
    expect(page.get_by_role("button", name="Composing the band")).to_be_visible()
    expect(again).to_be_enabled(timeout=READY_MS)
    settled(page)
    open_panel(page, "Extend the melody")
    page.get_by_role("button", name="Extend", exact=True).click()
    expect(page.get_by_role("button", name="Generate the band")).to_be_enabled(timeout=READY_MS)
    for view in ("Chords", "Band", "Melody"):
        page.get_by_role("radio", name=view, exact=True).last.click()
        settled(page)
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Library")
    page.get_by_role("button", name="Play Dusk").click()
    expect(page.get_by_role("button", name="Pause Dusk")).to_be_visible(timeout=READY_MS)
    page.get_by_role("button", name="Take home").click()
    settled(page)
    with page.expect_download(timeout=READY_MS):
        page.get_by_role("button", name="MIDI", exact=True).click()
