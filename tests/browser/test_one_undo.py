"""One undo for all that is done on the Compose page, in the order in which it was done, over a
reload."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hands import BAND, open_panel, settled
from playwright.sync_api import Page, expect
from servers import Server
from test_arranging import HEAD_PX, canvas, choose_bar
from test_studio import BAND_TIMEOUT_MS, choose_sample, generate, open_studio, record_tune

from studio.composing import Chain
from studio.music.melody import as_take, sample_melody
from studio.queue.store import Store
from studio.ui.guard import COOKIE

NOTES = """() => {
  const root = [...document.querySelectorAll("*")].map((e) => e.shadowRoot)
    .find((root) => root?.querySelector(".arranger"));
  return [root.querySelector(".arranger").getAttribute("aria-label"),
    root.querySelector(".chords").textContent, root.querySelector("canvas").toDataURL(),
    ...[...root.querySelectorAll(".letter")].map((one) => one.ariaPressed)].join(" ");
}"""

MENDED = "Bar 1, beat 2: C4 becomes G4, 50 % likely"
ANSWERED = "() => !Object.keys(sessionStorage).some((key) => key.startsWith('tutti-arranger:'))"


@pytest.fixture
def page(page: Page, server: Server) -> Page:
    open_studio(page, server)
    return page


def look(page: Page) -> str:
    """All that is seen of the piece, once it stands still, with the melody's lane chosen; a note in
    the last bar makes the piece longer only when the page has answered."""
    page.wait_for_function(ANSWERED)
    settled(page)
    page.get_by_role("button", name="Melody", exact=True).click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator(".arranger canvas").evaluate(
        "(canvas) => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
    )
    return str(page.evaluate(NOTES))


def looks(page: Page, seen: str) -> None:
    for _ in range(60):
        if look(page) == seen:
            return
        page.wait_for_timeout(100)
    assert look(page) == seen


def write_note(page: Page) -> None:
    box = canvas(page)
    page.mouse.dblclick(box["x"] + box["width"] - 24, box["y"] + HEAD_PX + 8)
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    settled(page)


def anew(page: Page) -> None:
    choose_bar(page, 2)
    page.get_by_role("button", name=re.compile("Write bar 3 anew, all but")).click()
    said(page, "ew notes in")
    page.keyboard.press("Escape")


def chord(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"^Chord \S+ at 2\.1$")).click()
    field = page.get_by_label(re.compile("^Chord in place of"))
    field.fill("Am")
    field.press("Enter")
    said(page, "ew notes in")


def said(page: Page, words: str) -> None:
    status = page.locator(".arranger .status")
    expect(status).to_contain_text(words, timeout=BAND_TIMEOUT_MS)
    settled(page)


def test_all_that_was_done_is_undone_and_done_again_over_a_reload(page: Page) -> None:
    def mute() -> None:
        page.get_by_role("button", name="Mute Keys").click()

    def band() -> None:
        generate(page)
        expect(page.locator(BAND)).to_be_visible()

    def mix() -> None:
        page.get_by_label("Volume of Bass").fill("0.3")

    acts: list[Any] = [
        lambda: choose_sample(page, "Ode to Joy"), lambda: write_note(page),
        lambda: choose_sample(page, "Twinkle"), band, mute,
        lambda: anew(page), lambda: write_note(page), lambda: chord(page), mix,
    ]  # fmt: skip
    seen = [look(page)]
    for act in acts:
        act()
        seen.append(look(page))
    same = [i for i in range(len(acts) - 1) if seen[i] == seen[i + 1]]
    assert same == []  # but the volume is seen

    undo, redo = (
        page.get_by_role("button", name=re.compile(f"^{way}")) for way in ("Undo", "Redo")
    )
    for index in range(len(acts) - 1, -1, -1):
        if index == len(acts) // 2:
            page.reload()
            looks(page, seen[index + 1])
        page.keyboard.press("Control+z")
        looks(page, seen[index])
    expect(undo).to_be_disabled()
    for index in range(1, len(acts) + 1):
        page.keyboard.press("Control+Shift+z")
        looks(page, seen[index])
    expect(redo).to_be_disabled()
    expect(page.get_by_label("Volume of Bass")).to_have_value("0.3")

    for _ in acts:  # faster than the page follows
        page.keyboard.press("Control+z")
    looks(page, seen[0])


def test_takes_come_back_one_by_one_and_so_do_those_that_were_cleared(page: Page) -> None:
    record_tune(page, "as")
    expect(page.get_by_role("heading", name="Take 1")).to_be_visible()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("status").filter(has_text="Recording")).to_be_visible()
    page.keyboard.press("d", delay=60)
    page.keyboard.press(" ")
    expect(page.get_by_role("heading", name="Take 2")).to_be_visible()
    page.get_by_role("button", name="Clear all takes").click()
    expect(page.get_by_role("heading", name="A new piece")).to_be_visible()
    settled(page)
    for title in ("Take 2", "Take 1", "A new piece"):
        page.keyboard.press("Control+z")
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("heading", name="Take 2")).to_be_visible()
    page.get_by_role("button", name="Play the take").click()
    expect(page.get_by_text("Playing Take 2")).to_be_visible()


def test_what_a_model_mended_is_heard_taken_back_and_undone(page: Page, data_dir: Path) -> None:
    mend(page, data_dir)
    page.reload()
    open_panel(page, "What was mended")
    head = page.locator(".tutti-step")
    expect(head.filter(has_text="1 of 1 change")).to_be_visible()
    old, new = (page.get_by_role("button", name=f"{n}: {MENDED}") for n in ("As it was", "Mended"))
    old.click()
    expect(old).to_have_attribute("aria-pressed", "true")
    new.click()
    expect(old).to_have_attribute("aria-pressed", "false")
    expect(new).to_have_attribute("aria-pressed", "true")
    expect(new).to_have_attribute("aria-pressed", "false")  # the bar has ended
    page.get_by_role("button", name=f"Take back: {MENDED}").click()
    expect(head.filter(has_text="0 of 1 change")).to_be_visible()
    page.get_by_role("button", name=f"Mend again: {MENDED}").click()
    expect(head.filter(has_text="1 of 1 change")).to_be_visible()
    settled(page)
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    expect(head.filter(has_text="0 of 1 change")).to_be_visible()


def mend(page: Page, data_dir: Path) -> None:
    """The studio as a model left it that mended the second note of a tune."""
    owner = next(each["value"] for each in page.context.cookies() if each["name"] == COOKIE)
    tune = sample_melody("twinkle")
    before = tune.tracks[0].notes[1].row
    after = [before[0], 67, *before[2:]]
    take = as_take(tune, "mended", "mended")
    take["notes"][1]["pitch"] = 67
    change = {"before": before, "after": after, "text": MENDED, "options": "G4 50 %"}
    take |= {"mended": {"changes": [change], "report": []}, "chain": Chain(tune).to_json()}
    performance = {
        "revision": 1, "tempo_bpm": tune.tempo_bpm, "metre": "4/4", "metronome": True,
        "count_in": True, "quantise": "off", "octave": 4, "program": 0, "takes": [take],
        "trim": None,
    }  # fmt: skip
    with closing(Store.in_folder(data_dir)) as store:
        store.save_draft(owner, "compose", {"performance": performance})
