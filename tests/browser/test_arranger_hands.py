"""The arranger under real hands: drags beyond the edge, a page that was hidden, keys one after the
other, and all of it undone."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from arranger_app import arrangement
from playwright.sync_api import Locator, Page, expect

APP = "arranger_app.py"
LONG = arrangement("long")
BAR_PX = 72.0  # a bar of the long piece, before one zooms
BAR_TICKS = 1920
SIXTEENTH = 120

# What a page sees that is not looked at: it says so, and nothing is drawn.
HIDDEN = """() => {
  const frames = [];
  window.tuttiAsked = window.requestAnimationFrame;
  window.requestAnimationFrame = (draw) => { frames.push(draw); return 1; };
  window.tuttiDraw = () => {
    window.requestAnimationFrame = window.tuttiAsked;
    for (const draw of frames) window.requestAnimationFrame(draw);
  };
  for (const [name, value] of [["hidden", true], ["visibilityState", "hidden"]]) {
    Object.defineProperty(document, name, {configurable: true, get: () => value});
  }
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SHOWN = """() => {
  delete document.hidden;
  delete document.visibilityState;
  document.dispatchEvent(new Event("visibilitychange"));
  window.tuttiDraw();
}"""
# Ticks between the playhead and what is heard, read in one frame.
OFF = """async () => {
  const root = [...document.querySelectorAll("*")].find(
    (e) => e.shadowRoot?.querySelector(".arranger")).shadowRoot;
  const [line, box] = [root.querySelector(".playhead"), root.querySelector(".scroll")];
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  for (let i = 0; i < 4; i += 1) await frame();
  const x = new DOMMatrix(line.style.transform).e;
  const stamp = window.tuttiAudio.context.getOutputTimestamp();
  const heard = stamp.contextTime + (performance.now() - stamp.performanceTime) / 1000;
  const seconds = (x - 6 + box.scrollLeft) / (72 / 2); // 120 a minute: a bar is two seconds
  return [heard - seconds, !line.hidden && x >= 0 && x <= root.querySelector("canvas").clientWidth];
}"""


@pytest.fixture
def page(faultless_page: Page) -> Page:
    return faultless_page


@pytest.fixture
def long(page: Page, component_url: str) -> Page:
    """64 bars, of which a few are in sight."""
    return opened(page, f"{component_url}/?piece=long")


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator(".scroll[data-painted]")).to_be_visible(timeout=30_000)
    return page


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def canvas(page: Page) -> Any:
    box = page.locator(".arranger canvas").bounding_box()
    assert box is not None
    return box


def scrolled(page: Page) -> tuple[float, float]:
    left, top = page.locator(".scroll").evaluate("s => [s.scrollLeft, s.scrollTop]")
    return float(left), float(top)


def told(page: Page) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = json.loads(page.get_by_test_id("stText").last.inner_text())
    return messages


def wait_told(page: Page, count: int) -> dict[str, Any]:
    shown = page.get_by_test_id("stText").last.element_handle()
    page.wait_for_function(
        """([shown, count]) => JSON.parse(shown.textContent).length >= count""", arg=[shown, count]
    )
    return told(page)[-1]


def scroll_to_bar(page: Page, bar: int) -> None:
    page.locator(".scroll").evaluate(f"s => s.scrollTo({bar * BAR_PX}, 0)")
    page.wait_for_function("s => s.scrollLeft > 0", arg=page.locator(".scroll").element_handle())


def drag_over_the_edge(page: Page, start: tuple[float, float], beyond: tuple[float, float]) -> None:
    """Presses, goes over the edge, waits until the picture has moved on by a few bars."""
    before = scrolled(page)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*beyond, steps=5)
    page.wait_for_function(
        "([s, x, y]) => Math.abs(s.scrollLeft - x) > 300 || Math.abs(s.scrollTop - y) > 60",
        arg=[page.locator(".scroll").element_handle(), *before],
    )


def test_a_note_dragged_over_the_edge_takes_the_music_along(long: Page) -> None:
    """The note lands under the pointer, however far that is in the music."""
    scroll_to_bar(long, 20)
    box, (left, _) = canvas(long), scrolled(long)
    rows = sorted(n for n in LONG["parts"][4]["notes"])
    kick = next(n for n in rows if n[0] >= 24 * BAR_TICKS and n[1] == 36)
    lanes = long.locator(".head")
    head = lanes.nth(4).bounding_box()
    assert head is not None
    x = box["x"] + 6 + kick[0] * BAR_PX / BAR_TICKS - left + 1
    y = head["y"] + head["height"] - 14
    end = (box["x"] + box["width"] + 12, y)
    drag_over_the_edge(long, (x, y), end)
    expect(long.locator(".tip")).to_contain_text("Kick · ")
    inside = box["x"] + box["width"] - 200
    long.mouse.move(inside, y)  # and back: the picture stands still
    stands = scrolled(long)
    long.mouse.up()
    message = wait_told(long, 1)
    before, after = Counter(map(tuple, rows)), Counter(map(tuple, message["notes"]))
    gone, come = list(before - after), list(after - before)
    under = kick[0] + (inside - x + stands[0] - left) * BAR_TICKS / BAR_PX
    assert gone == [tuple(kick)]
    assert [list(note[1:]) for note in come] == [kick[1:]]
    assert come[0][0] == pytest.approx(under, abs=SIXTEENTH / 2 + 15)
    assert come[0][0] > 28 * BAR_TICKS
    assert scrolled(long) == stands
    long.keyboard.press("Control+z")
    assert wait_told(long, 2)["notes"] == rows


def test_bars_and_a_frame_go_on_over_the_edge_and_back_before_where_they_began(long: Page) -> None:
    scroll_to_bar(long, 30)
    box, (left, _) = canvas(long), scrolled(long)
    y = box["y"] + 48
    first = int((left + 200 - 6) / BAR_PX)
    drag_over_the_edge(long, (box["x"] + 200, y), (box["x"] + box["width"] + 10, y))
    long.mouse.up()
    last = int((scrolled(long)[0] + box["width"] - 6) / BAR_PX)
    status = long.get_by_role("status").filter(has_text="Chosen: ")
    words = status.inner_text().split()  # Chosen: bars 33 to 61
    assert int(words[2]) == first + 1
    assert last <= int(words[4]) <= last + 2

    left, _ = scrolled(long)
    top = box["y"] + 63
    drag_over_the_edge(long, (box["x"] + 300, top), (box["x"] - 20, top + 50))
    long.mouse.move(box["x"] + 100, top + 50)  # the picture stands still
    now, _ = scrolled(long)
    frame = long.locator(".frame").bounding_box()
    long.mouse.up()
    assert frame is not None
    assert frame["x"] + frame["width"] == pytest.approx(box["x"] + 300 + left - now, abs=3)
    begin, end = (now + 94) * BAR_TICKS / BAR_PX, (left + 294) * BAR_TICKS / BAR_PX
    melody = [n for n in LONG["parts"][0]["notes"] if begin < n[0] + n[2] and n[0] < end]
    chosen = long.get_by_role("status").filter(has_text="chosen")
    count = int(chosen.inner_text().split()[0])
    assert 0.4 * len(melody) < count < 1.2 * len(melody)


def test_a_frame_goes_down_to_lanes_that_were_out_of_sight(page: Page, component_url: str) -> None:
    opened(page, f"{component_url}/?piece=crowd")
    box = canvas(page)
    x = box["x"] + box["width"] / 2
    start, beyond = (x, box["y"] + 63), (x + 30, box["y"] + box["height"] + 15)
    drag_over_the_edge(page, start, beyond)
    page.wait_for_function("s => s.scrollTop > 400", arg=page.locator(".scroll").element_handle())
    page.mouse.up()
    chosen = page.get_by_role("status").filter(has_text="chosen")
    assert int(chosen.inner_text().split()[0]) > 12


def test_escape_lets_go_of_a_drag_as_if_nothing_had_been(page: Page, component_url: str) -> None:
    opened(page, f"{component_url}/?piece=five")
    box = canvas(page)
    head = page.locator(".head").nth(4).bounding_box()
    assert head is not None
    x, y = box["x"] + 8, head["y"] + head["height"] - 14
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 200, y, steps=4)
    page.keyboard.press("Escape")
    page.mouse.move(x + 250, y)
    page.mouse.up()
    expect(button(page, "Undo (Ctrl+Z)")).to_be_disabled()
    assert told(page) == []


def test_a_page_that_was_hidden_shows_the_playhead_where_the_sound_is(long: Page) -> None:
    expect(long.locator(".mark:visible")).to_have_count(0)
    box = canvas(long)
    long.mouse.click(box["x"] + box["width"] - 30, box["y"] + 48)  # nearly out of sight
    long.keyboard.press(" ")
    expect(button(long, "Pause")).to_be_visible()
    before, seen = long.evaluate(OFF)
    assert seen
    long.evaluate(HIDDEN)
    long.wait_for_timeout(1500)
    long.evaluate(SHOWN)
    after, seen = long.evaluate(OFF)
    assert seen  # the page was turned meanwhile
    assert after == pytest.approx(before, abs=0.05)


def test_whatever_keys_are_pressed_all_is_undone(page: Page, component_url: str) -> None:
    opened(page, f"{component_url}/?piece=five")
    before = {part["name"]: sorted(part["notes"]) for part in arrangement("five")["parts"]}
    keys = [
        "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Shift+ArrowUp", "Shift+ArrowRight",
        "Shift+ArrowLeft", "Alt+ArrowRight", "Alt+ArrowRight", "Delete", "Backspace", "Insert",
        "Control+x", "Control+c", "Control+v", "Control+v", "Escape", "Control+a",
    ]  # fmt: skip
    random = Random(7)  # noqa: S311 - no secret
    page.get_by_role("button", name="Bass", exact=True).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Insert")
    for key in random.choices(keys, k=60):
        page.keyboard.press(key)
    page.get_by_role("button", name="Keys", exact=True).click()
    page.keyboard.press("Insert")
    undo = button(page, "Undo (Ctrl+Z)")
    expect(undo).to_be_enabled()
    expect(page.get_by_text("Rerun")).to_have_count(0)
    for _ in range(200):
        if undo.is_disabled():
            break
        page.keyboard.press("Control+z")
    expect(undo).to_be_disabled()
    page.wait_for_function(
        """([shown, parts]) => {
          const last = {};
          for (const {kind, part, notes} of JSON.parse(shown.textContent)) {
            if (kind === "edit") last[part] = JSON.stringify(notes);
          }
          return Object.keys(last).length > 1
            && Object.entries(last).every(([part, notes]) => notes === parts[part]);
        }""",
        arg=[
            page.get_by_test_id("stText").last.element_handle(),
            {name: json.dumps(notes, separators=(",", ":")) for name, notes in before.items()},
        ],
    )


def test_a_field_keeps_all_its_keys_and_undo_works_from_any_button(
    page: Page, component_url: str
) -> None:
    opened(page, f"{component_url}/?piece=five&keyboard=1")
    page.get_by_role("button", name="Keys", exact=True).click()
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Delete")
    first = wait_told(page, 1)
    page.keyboard.press("Alt+ArrowRight")
    undo, title = button(page, "Undo (Ctrl+Z)"), page.get_by_label("Title")
    title.press_sequentially("a song")
    for key in ["Home", "Delete", "End", "Backspace", "ArrowUp", "ArrowLeft", "Shift+ArrowRight"]:
        title.press(key)
    for key in ["Control+a", "Control+x", "Control+v", "Control+z", "Control+y", " "]:
        title.press(key)
    expect(undo).to_be_enabled()
    expect(button(page, "Play")).to_be_visible()
    assert told(page) == [first]
    title.blur()
    page.get_by_role("button", name="Metronome", exact=True).last.focus()
    page.keyboard.press("Control+z")
    expect(undo).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    expect(undo).to_be_enabled()


def test_every_control_has_a_name_and_shows_the_focus(page: Page, component_url: str) -> None:
    opened(page, f"{component_url}/?piece=five")
    named = page.locator(".arranger").evaluate(
        """(panel) => [...panel.querySelectorAll("button, input, select, canvas")].filter(
          (e) => !e.hidden && !e.closest("[popover]:not(:popover-open)")
            && !(e.getAttribute("aria-label") || e.textContent.trim())).length"""
    )
    assert named == 0
    button(page, "Stop and rewind").focus()
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            """() => {
              const root = document.activeElement.shadowRoot;
              const at = root?.activeElement;
              if (!at) return ["", "-"];
              const ring = at.tagName === "CANVAS" && getComputedStyle(at.nextSibling, "::after");
              const style = getComputedStyle(at);
              const outline = ring
                ? ring.content !== "none" && parseFloat(ring.borderTopWidth) > 1
                : style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 1;
              return [at.getAttribute("aria-label") ?? at.textContent, outline];
            }"""
        )
        if outline == "-":
            break
        if not outline:
            unseen.append(name)
    assert unseen == []
