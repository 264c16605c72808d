"""The arranger at the centre of the Compose page, with hands: seen, heard, edited, written anew."""

from __future__ import annotations

import io
import json
import re

import mido
import pytest
from hands import BAND, settled
from playwright.sync_api import FloatRect, Page, expect
from servers import Server
from test_studio import (
    BAND_TIMEOUT_MS,
    choose_sample,
    download,
    expect_band,
    generate,
    notes_of,
    open_studio,
)

BAR_TICKS = 1920
BARS = 12  # of the tune
CUT = "(names) => names.some(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight)"


@pytest.fixture
def page(page: Page, server: Server) -> Page:
    open_studio(page, server)
    return page


Parts = dict[str, list[tuple[int, int, int]]]


def parts_of(midi: bytes) -> Parts:
    file = mido.MidiFile(file=io.BytesIO(midi))
    return {track.name: notes_of(track) for track in file.tracks[1:]}


HEAD_PX = 82  # chords, form and bar numbers, above the lanes


def canvas(page: Page) -> FloatRect:
    box = page.locator(".arranger canvas").bounding_box()
    assert box is not None
    return box


def at_tick(page: Page, tick: float) -> float:
    """Where a tick lies across the page, while all bars are seen."""
    box = canvas(page)
    return box["x"] + 6 + tick * (box["width"] - 20) / (BARS * BAR_TICKS)


def choose_bar(page: Page, bar: int) -> None:
    """Drags over the bar numbers, from 0."""
    y = canvas(page)["y"] + HEAD_PX - 12
    page.mouse.move(at_tick(page, (bar + 0.2) * BAR_TICKS), y)
    page.mouse.down()
    page.mouse.move(at_tick(page, (bar + 0.8) * BAR_TICKS), y, steps=4)
    page.mouse.up()


def test_a_band_is_heard_edited_and_shaped_and_a_reload_keeps_it_all(page: Page) -> None:
    choose_sample(page, "Twinkle")
    generate(page)
    for part in ("Melody", "Bass", "Keys"):
        expect(page.get_by_role("group", name=part, exact=True)).to_be_visible()
    first = parts_of(download(page, "MIDI"))

    # heard
    line = page.locator(".over .playhead")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(line).not_to_have_attribute("style", re.compile(r"translateX\(6px\)"))
    page.get_by_role("button", name="Stop and rewind").click()

    # mixed, and a part kept from being written anew
    mute = page.get_by_role("button", name="Mute Keys")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Lock Bass").click()

    # edited, undone, and edited again: the next band plays to this melody
    box = canvas(page)
    page.mouse.dblclick(at_tick(page, 0.9 * BAR_TICKS), box["y"] + HEAD_PX + 12)
    expect(page.get_by_text("Melody edited")).to_be_visible()
    edited = parts_of(download(page, "MIDI"))
    assert len(edited["Melody"]) == len(first["Melody"]) + 1
    page.get_by_role("button", name="Undo (Ctrl+Z)").click()
    settled(page)
    page.get_by_role("button", name="Redo (Ctrl+Shift+Z)").click()
    settled(page)

    # a bar of the parts that are not locked is written anew, and nothing else
    choose_bar(page, 2)
    page.get_by_role("button", name=re.compile("Write bar 3 anew, all but")).click()
    said = page.locator(".arranger .status")
    expect(said).to_contain_text("ew notes in", timeout=BAND_TIMEOUT_MS)
    settled(page)
    anew = parts_of(download(page, "MIDI"))
    assert anew["Melody"] == edited["Melody"]
    assert anew["Bass"] == edited["Bass"]

    def others(parts: Parts) -> list[tuple[int, int]]:
        return [(s, p) for s, p, _ in parts["Keys"] if s // BAR_TICKS != 2]

    assert others(anew) == others(edited)
    assert anew["Keys"] != edited["Keys"]
    page.get_by_role("button", name="Undo (Ctrl+Z)").click()
    expect(said).to_have_text("Undone: Bar 3 of Keys, Drums")
    settled(page)
    assert parts_of(download(page, "MIDI")) == edited

    # another chord
    chord = page.get_by_role("button", name=re.compile(r"^Chord \S+ at 2\.1$"))
    chord.click()
    field = page.get_by_label(re.compile("^Chord in place of"))
    field.fill("Am")
    field.press("Enter")
    expect(said).to_contain_text("locked, and as before: Bass")
    expect(said).to_contain_text("ew notes in", timeout=BAND_TIMEOUT_MS)
    expect(page.get_by_role("button", name="Chord Am at 2.1")).to_be_visible()

    before = download(page, "MIDI")
    page.reload()
    expect(page.get_by_text("Melody edited")).to_be_visible(timeout=30_000)
    expect(page.locator(BAND)).to_be_visible()
    expect(page.get_by_role("button", name="Mute Keys")).to_have_attribute("aria-pressed", "true")
    lock = page.get_by_role("button", name=re.compile("^(Unl|L)ock Bass"))
    expect(lock).to_have_attribute("aria-pressed", "true")
    assert download(page, "MIDI") == before
    recipe = json.loads(download(page, "Recipe"))
    assert recipe["format"] == 3

    # the next band plays to the melody as it was edited
    page.get_by_role("button", name="Generate another band").click()
    newest = page.get_by_role("button", name="2 Pop", exact=True)
    expect(newest).to_have_attribute("aria-pressed", "true", timeout=BAND_TIMEOUT_MS)
    expect_band(page)
    assert len(parts_of(download(page, "MIDI"))["Melody"]) == len(first["Melody"]) + 1


def test_each_genre_can_be_heard_as_it_comes_and_is_a_press_away(page: Page) -> None:
    choose_sample(page, "Twinkle")
    page.get_by_role("button", name="All genres").click()
    first = page.get_by_role("button", name="1 Pop", exact=True)
    expect(first).to_have_attribute("aria-pressed", "true", timeout=BAND_TIMEOUT_MS)
    expect(page.locator(".mark:visible")).to_have_count(0, timeout=BAND_TIMEOUT_MS)
    page.get_by_role("button", name="Play", exact=True).last.click()
    expect(page.locator(".take")).to_have_count(6, timeout=BAND_TIMEOUT_MS)
    expect(page.get_by_role("button", name="All genres")).to_be_enabled()
    settled(page)
    page.set_viewport_size({"width": 1280, "height": 650})
    assert not page.locator(".take span").evaluate_all(CUT)  # a laptop's screen: names are seen
    page.get_by_role("button", name=re.compile("^. Jazz$")).click()
    expect(page.get_by_role("group", name="Drums", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name="Jazz")).to_be_checked()  # the panel follows
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()  # it went on
    page.get_by_role("button", name=re.compile("^. Bach$")).click()
    expect(page.get_by_role("group", name="Tenor", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("group", name="Tenor", exact=True)).to_be_visible(timeout=30_000)
