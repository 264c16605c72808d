"""The whole path in a real browser: play, generate, listen, take home; and what may go wrong."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mido
import numpy as np
import psutil
import pytest
import soundfile
from hands import BAND, open_panel, settled
from helpers import tune
from playwright.sync_api import BrowserContext, FilePayload, Page, Request, expect
from servers import Server
from transformers import random_transformer

from studio.music.melody import sample_melody
from studio.music.midi import write
from studio.queue.store import Store

BAND_TIMEOUT_MS = 60_000  # the first band waits for the worker to load torch
COMPILED_TIMEOUT_MS = 240_000  # a Transformer's first one for numba's compiler, too

expect.set_options(timeout=15_000)  # other processes share the machine


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a Transformer in it that plays nonsense, slowly enough to be watched."""
    folder = tmp_path_factory.mktemp("data")
    random_transformer(folder / "models", "pop", width=512, layers=8)
    return folder


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    open_studio(page, server)
    return page


def open_studio(page: Page, server: Server) -> None:
    page.goto(server.url)
    expect(page.get_by_role("button", name="C4", exact=True)).to_be_visible(timeout=30_000)
    expect(generate_button(page)).to_be_visible()


def generate_button(page: Page) -> Any:
    return page.get_by_role("button", name=re.compile("^Generate (the|another) band"))


def record_tune(page: Page, keys: str = "asdfgh") -> None:
    """Plays a few computer keys into a take, without waiting for a count-in."""
    page.get_by_role("button", name="Metronome").click()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("status").filter(has_text="Recording")).to_be_visible()
    for key in keys:
        page.keyboard.press(key, delay=60)
    page.get_by_role("button", name="Stop", exact=True).click()


def choose_sample(page: Page, title: str) -> None:
    page.get_by_role("radio", name="Samples").click()
    page.get_by_role("combobox", name="A sample melody").click()
    page.get_by_role("option", name=re.compile(title)).click()
    expect(page.get_by_role("heading", name=re.compile(title))).to_be_visible()
    settled(page)


def generate(page: Page) -> None:
    expect(generate_button(page)).to_be_enabled()
    generate_button(page).click()
    expect_band(page)


def expect_band(page: Page) -> None:
    expect(page.locator(BAND)).to_be_visible(timeout=BAND_TIMEOUT_MS)
    expect(page.get_by_text("Melody kept note for note")).to_be_visible()
    expect(generate_button(page)).to_be_enabled()  # the page runs once more when a job has ended
    settled(page)


def choose_transformer(page: Page) -> None:
    page.get_by_role("radio", name="Transformer").click()
    expect(page.get_by_text("Extend the melody")).to_be_visible()
    settled(page)


def import_tune(page: Page, bars: int) -> None:
    page.get_by_role("radio", name="Import").click()
    file = FilePayload(name="tune.mid", mimeType="audio/midi", buffer=write(tune(bars)))
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Kept: ")).to_be_visible()


def open_view(page: Page, name: str) -> None:
    """Turns the stage to Band, Chords or Melody."""
    view = page.get_by_role("radiogroup", name="What is shown").get_by_role("radio", name=name)
    view.click()
    expect(view).to_be_checked()
    settled(page)


@contextmanager
def worker_asleep(page: Page, data_dir: Path) -> Iterator[None]:
    """Stops the worker that composes for a while, so that a job is seen waiting however quick the
    machine is."""
    expect(page.get_by_text("The models are waking up")).to_have_count(0, timeout=BAND_TIMEOUT_MS)
    (worker,) = (one for one in Store.in_folder(data_dir).workers() if "device" in one.facts)
    _stop_between_writes(worker.pid, data_dir)
    try:
        yield
    finally:
        os.kill(worker.pid, signal.SIGCONT)


def _stop_between_writes(pid: int, data_dir: Path) -> None:
    """Stops a process, not while it has the database to itself."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        while psutil.Process(pid).status() != psutil.STATUS_STOPPED:
            pass
        with closing(sqlite3.connect(data_dir / "tutti.db", timeout=0)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)


def download(page: Page, label: str) -> bytes:
    page.get_by_role("button", name="Take home").click()
    button = page.get_by_role("button", name=label, exact=True)
    expect(button).to_be_enabled(timeout=BAND_TIMEOUT_MS)
    settled(page)
    with page.expect_download() as waiting:
        button.click()
    page.keyboard.press("Escape")
    expect(button).to_be_hidden()
    return Path(waiting.value.path()).read_bytes()


def notes_of(track: mido.MidiTrack) -> list[tuple[int, int, int]]:
    """(start, pitch, end) in ticks, read by mido."""
    tick, open_notes, notes = 0, {}, []
    for message in track:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            open_notes[message.note] = tick
        elif message.type in ("note_off", "note_on"):
            notes.append((open_notes.pop(message.note), message.note, tick))
    return sorted(notes)


def test_play_generate_listen_and_take_home(page: Page) -> None:
    record_tune(page, "asdfghj")
    generate(page)

    expect(page.locator(".mark:visible")).to_have_count(0, timeout=BAND_TIMEOUT_MS)
    page.get_by_role("button", name="Play", exact=True).click()
    line = page.locator(".over .playhead")
    where = line.get_attribute("style")
    expect(line).not_to_have_attribute("style", str(where))
    page.get_by_role("button", name="Pause").click()

    recipe = json.loads(download(page, "Recipe"))
    midi = mido.MidiFile(file=io.BytesIO(download(page, "MIDI")))
    wav = download(page, "WAV")

    pitches = [pitch for _, pitch, _, _ in recipe["melody"]["notes"]]
    assert pitches == [60, 62, 64, 65, 67, 69, 71]
    played = [
        (start, pitch, start + length) for start, pitch, length, _ in recipe["melody"]["notes"]
    ]
    assert notes_of(midi.tracks[1]) == sorted(played)
    assert midi.type == 1
    assert [track.name for track in midi.tracks[1:]] == ["Melody", "Bass", "Keys", "Drums"]
    for track in midi.tracks[1:]:
        kinds = [m.type for m in track if m.type in ("program_change", "note_on")]
        assert kinds[0] == "program_change"

    audio, rate = soundfile.read(io.BytesIO(wav))
    assert rate == 44_100
    assert audio.shape[1] == 2
    assert 0.05 < np.abs(audio).max() < 1.0
    assert len(audio) / rate >= midi.length


def test_two_seeds_give_two_bands_and_one_seed_gives_the_same(page: Page) -> None:
    choose_sample(page, "Frère Jacques")
    generate(page)
    first = download(page, "MIDI")

    page.get_by_role("spinbutton", name="Seed").fill("2")
    page.keyboard.press("Enter")
    generate_button(page).click()
    expect(page.get_by_text(re.compile(r"seed 2\b"))).to_be_visible(timeout=BAND_TIMEOUT_MS)
    expect_band(page)
    second = download(page, "MIDI")

    page.get_by_role("spinbutton", name="Seed").fill("0")
    page.keyboard.press("Enter")
    generate_button(page).click()
    expect(page.get_by_text(re.compile(r"seed 0\b"))).to_be_visible(timeout=BAND_TIMEOUT_MS)
    expect_band(page)
    assert download(page, "MIDI") == first != second


def test_another_band_comes_while_the_one_before_plays_and_a_press_goes_back(page: Page) -> None:
    choose_sample(page, "Frère Jacques")
    generate(page)
    first = download(page, "Recipe")
    page.get_by_role("button", name="Mute Keys").click()
    page.get_by_role("button", name="Play", exact=True).last.click()
    page.get_by_role("button", name="Generate another band").click()
    newest = page.get_by_role("button", name="2 Pop", exact=True)
    expect(newest).to_have_attribute("aria-pressed", "true", timeout=BAND_TIMEOUT_MS)
    expect(newest.locator("img")).to_have_js_property("naturalHeight", 72)  # it is drawn
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()  # it went on
    expect(page.get_by_text(re.compile(r"seed 1\b"))).to_be_visible()
    mute = page.get_by_role("button", name="Mute Keys")
    expect(mute).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="1 Pop", exact=True).click()
    expect(page.get_by_text(re.compile(r"seed 0\b"))).to_be_visible()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    assert download(page, "Recipe") == first


def test_a_model_is_chosen_anywhere_on_its_card(page: Page) -> None:
    choose_sample(page, "Twinkle")
    cards = page.get_by_role("radiogroup", name="The model").locator("> div")
    rock = cards.filter(has=page.get_by_role("radio", name="Rock"))
    expect(rock.get_by_role("radio")).not_to_be_checked()
    rock.click(position={"x": 3, "y": 3}, force=True)  # what lies there is the card's label
    expect(rock.get_by_role("radio")).to_be_checked()
    generate(page)
    expect(page.get_by_role("group", name="Drums", exact=True)).to_be_visible()

    page.reload()
    expect_band(page)
    expect(rock.get_by_role("radio")).to_be_checked()
    midi = mido.MidiFile(file=io.BytesIO(download(page, "MIDI")))
    channels = {
        track.name: {m.channel for m in track if m.type == "note_on"} for track in midi.tracks[1:]
    }
    assert channels.pop("Drums") == {9}  # mido counts from 0: General MIDI's channel 10
    assert all(9 not in used for used in channels.values())


def test_another_plan_is_kept_and_the_next_band_plays_it(page: Page) -> None:
    choose_sample(page, "Ode to Joy")
    generate(page)
    expect(page.get_by_text("nearest passage")).to_be_visible()

    open_view(page, "Chords")
    plan = page.get_by_test_id("stCode").first.inner_text()
    assert plan.count("|") == 15  # sixteen bars
    others = page.get_by_test_id("stExpander")
    open_panel(page, "Other plans that would suit this melody")
    expect(others.get_by_test_id("stCode").first).to_be_visible()
    other = others.get_by_test_id("stCode").first.inner_text()
    assert other != plan
    others.get_by_role("button", name="Keep", exact=True).first.click()
    expect(page.get_by_role("textbox", name="Chords to keep in the next band")).to_have_value(other)
    expect(generate_button(page)).to_have_text(re.compile("^Generate .* band on your chords"))

    generate(page)
    open_view(page, "Chords")
    expect(page.get_by_test_id("stCode").first).to_have_text(other)


def test_a_reload_in_the_middle_comes_back_to_the_one_result(
    page: Page, server: Server, data_dir: Path
) -> None:
    choose_sample(page, "Silent Night")
    page.get_by_text("Bach", exact=True).click()
    settled(page)
    with worker_asleep(page, data_dir):
        generate_button(page).click()
        expect(page.get_by_role("button", name="Composing the band")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="Composing the band")).to_be_visible()
        expect(page.get_by_role("heading", name="Silent Night")).to_be_visible()
    expect_band(page)
    expect(page.get_by_role("group", name="Tenor", exact=True)).to_be_visible()
    page.reload()
    expect_band(page)


def test_a_waiting_band_can_be_cancelled_and_the_melody_stays(page: Page, data_dir: Path) -> None:
    choose_sample(page, "Jingle Bells")
    with worker_asleep(page, data_dir):
        generate_button(page).click()
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_text("This band was cancelled")).to_be_visible()
        expect(generate_button(page)).to_be_enabled()
    expect(page.get_by_role("heading", name="Jingle Bells")).to_be_visible()


def test_bars_appear_as_they_are_written_and_cancel_keeps_them(page: Page) -> None:
    import_tune(page, 64)
    choose_transformer(page)
    generate_button(page).click()
    told = page.get_by_test_id("stProgress").get_by_text(re.compile(r"Bar \d+ of 64 is written"))
    expect(told).to_be_visible(timeout=COMPILED_TIMEOUT_MS)
    picture = page.get_by_test_id("stImage").locator("img")
    expect(picture).to_have_attribute("src", re.compile("^data:image/svg"))
    first = told.inner_text()
    expect(told).not_to_have_text(first)  # it grows
    page.get_by_role("button", name="Stop and keep").click()
    expect(page.get_by_text(re.compile(r"Stopped after bar \d+ of 64"))).to_be_visible()
    expect(generate_button(page)).to_be_enabled()
    expect(page.locator(BAND)).to_be_visible()  # it can be heard and edited
    expect(page.locator(".mark:visible")).to_have_count(0, timeout=BAND_TIMEOUT_MS)

    recipe = json.loads(download(page, "Recipe"))
    midi = mido.MidiFile(file=io.BytesIO(download(page, "MIDI")))
    assert 1 <= recipe["bars"] < 64
    assert len(notes_of(midi.tracks[1])) == 256  # the melody is whole
    ends = [end for track in midi.tracks[2:] for _, _, end in notes_of(track)]
    assert max(ends) <= recipe["bars"] * 1920
    page.reload()
    expect(page.get_by_text(re.compile(r"Stopped after bar \d+ of 64"))).to_be_visible()


def test_a_melody_goes_on_and_one_click_brings_back_the_old(page: Page) -> None:
    choose_sample(page, "Twinkle")
    choose_transformer(page)
    facts = page.locator(".tutti-title .tutti-quiet")
    expect(facts).to_contain_text("12 bars")
    open_panel(page, "Extend the melody")
    page.get_by_role("button", name="Extend", exact=True).click()
    expect(facts).to_contain_text("20 bars", timeout=COMPILED_TIMEOUT_MS)
    page.reload()
    expect(facts).to_contain_text("20 bars")
    new = page.get_by_text("Bars 13 to 20 are new: Extend wrote them.")
    expect(new).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Undo")).first).to_be_enabled()
    page.keyboard.press("Control+z")
    expect(facts).to_contain_text("12 bars")
    expect(new).to_have_count(0)


def test_takes_are_switched(page: Page) -> None:
    choose_sample(page, "Frère Jacques")
    choose_transformer(page)
    page.get_by_role("radio", name="Four bands").click()
    page.get_by_role("button", name="Generate four bands").click()
    expect(page.locator(BAND)).to_be_visible(timeout=COMPILED_TIMEOUT_MS)
    expect(page.get_by_role("button", name="Generate four bands")).to_be_enabled()
    first = download(page, "MIDI")
    page.get_by_role("button", name="3 Pop", exact=True).click()
    expect(page.get_by_text(re.compile(r"seed 2\b"))).to_be_visible()
    assert download(page, "MIDI") != first
    page.reload()
    expect(page.get_by_text(re.compile(r"seed 2\b"))).to_be_visible()


def test_two_tabs_of_one_browser_share_the_melody(page: Page, server: Server) -> None:
    choose_sample(page, "Greensleeves")
    other = page.context.new_page()
    open_studio(other, server)
    expect(other.get_by_role("heading", name="Greensleeves")).to_be_visible()


def test_a_midi_file_comes_in_with_a_report_and_a_bad_one_with_a_sentence(page: Page) -> None:
    page.get_by_role("radio", name="Import").click()
    chooser = page.locator("input[type=file]")
    tune = write(sample_melody("amazing-grace"))
    title = "<img src=x onerror=window.stolen=1>"
    file = FilePayload(name=f"{title}.mid", mimeType="audio/midi", buffer=tune)
    chooser.set_input_files(file)
    expect(page.get_by_text("Kept: ")).to_be_visible()
    expect(page.get_by_role("heading", name=title)).to_be_visible()

    bad = FilePayload(name="bad.mid", mimeType="audio/midi", buffer=b"MThd\xff\xff\xff\xff")
    chooser.set_input_files(bad)
    expect(page.get_by_text("damaged")).to_be_visible()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert page.evaluate("window.stolen") is None


def test_nothing_is_asked_of_any_other_host(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    left: list[str] = []
    stopped: list[str] = []

    def is_outside(request: Request) -> bool:
        parts = urlsplit(request.url)
        return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1"

    def ended(request: Request) -> None:
        if is_outside(request):
            (stopped if request.failure == "csp" else left).append(request.url)

    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(str(urlsplit(socket.url).hostname)))
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)
    open_studio(page, server)
    choose_sample(page, "Ode to Joy")
    generate(page)
    download(page, "MIDI")
    with page.expect_event("requestfailed", is_outside):
        page.evaluate("() => { new Image().src = 'http://example.invalid/leak.png'; }")
    blocked = page.evaluate(
        """() => new Promise((done) => {
          document.addEventListener("securitypolicyviolation", (e) => done(e.violatedDirective));
          try { new WebSocket("ws://example.invalid/leak"); } catch { done("connect-src"); }
        })"""
    )
    assert blocked == "connect-src"
    assert left == []
    assert set(sockets) <= {"127.0.0.1", "example.invalid"}
    assert len(stopped) >= 1  # else the policy had nothing to stop, and this test no teeth
