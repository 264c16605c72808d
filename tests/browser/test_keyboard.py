"""The keyboard and recorder, played in a real browser as a person plays it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

APP = "keyboard_app.py"
# A MIDI input that a test plays by hand, and that can be unplugged.
FAKE_MIDI = """(() => {
  const input = {id: "fake", name: "Fake Keys", type: "input", state: "connected",
                 onmidimessage: null};
  const access = {inputs: new Map([["fake", input]]), onstatechange: null};
  navigator.requestMIDIAccess = async () => access;
  window.playMidi = (...bytes) => input.onmidimessage(
    {data: new Uint8Array(bytes), timeStamp: performance.now()});
  window.plugMidi = (state) => {
    input.state = state;
    access.onstatechange({port: input});
  };
})()"""


@pytest.fixture
def page(one_context: BrowserContext) -> Iterator[Page]:
    page = one_context.new_page()
    yield page
    page.close()


@pytest.fixture
def studio(page: Page, component_url: str) -> Page:
    """The page with the keyboard drawn, metronome on, nothing recorded."""
    open_studio(page, component_url)
    return page


def open_studio(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_role("button", name="C4", exact=True)).to_be_visible()


def start_recording(page: Page, *, metronome: bool = False) -> None:
    if not metronome:
        page.get_by_role("button", name="Metronome").click()
    page.get_by_role("button", name="Record").click()
    if not metronome:
        expect(page.get_by_role("status").filter(has_text="Recording")).to_be_visible()


def stop_recording(page: Page) -> None:
    page.get_by_role("button", name="Stop", exact=True).click()


def told(page: Page, *texts: str) -> Any:
    """The performance as Python has it, once its JSON contains each of `texts`."""
    shown = page.get_by_test_id("stText").first
    for text in texts:
        expect(shown).to_contain_text(text)
    return json.loads(shown.inner_text())


def last_notes(page: Page, name: str = "Take 1") -> list[dict[str, float]]:
    take = told(page, f'"name": "{name}"')["takes"][-1]
    notes: list[dict[str, float]] = take["notes"]
    return notes


def pressed(page: Page, pitch: int) -> Any:
    return page.locator(f'.key.down[data-pitch="{pitch}"]')


def play(page: Page, key: str, pitch: int) -> None:
    page.keyboard.down(key)
    expect(pressed(page, pitch)).to_be_visible()
    page.keyboard.up(key)


def spot(page: Page, pitch: int, height: float) -> tuple[float, float]:
    """A point on a key, `height` from 0 at its top to 1 at its lower edge, clear of black keys."""
    box = page.locator(f'.key[data-pitch="{pitch}"]').bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * height


def test_computer_keys_record_what_was_played(studio: Page) -> None:
    start_recording(studio)
    bounds = []
    for key, pitch in [("a", 60), ("w", 61), (";", 76)]:
        before_down = time.perf_counter()
        studio.keyboard.down(key)
        after_down = time.perf_counter()
        expect(pressed(studio, pitch)).to_be_visible()
        before_up = time.perf_counter()
        studio.keyboard.up(key)
        bounds.append((before_up - after_down, time.perf_counter() - before_down))
    stop_recording(studio)
    performance = told(studio, '"name": "Take 1"')
    take = performance["takes"][0]
    assert (take["source"], take["metronome"], take["metre"]) == ("take", False, "4/4")
    assert [note["pitch"] for note in take["notes"]] == [60, 61, 76]
    assert take["notes"][0]["start_seconds"] == 0  # without a metronome the first note is 0
    starts = [note["start_seconds"] for note in take["notes"]]
    assert starts == sorted(starts)
    for note, (shortest, longest) in zip(take["notes"], bounds, strict=True):
        assert shortest - 0.03 <= note["duration_seconds"] <= longest + 0.03


def test_one_message_carries_the_whole_take(studio: Page) -> None:
    start_recording(studio)
    expect(studio.get_by_text("messages: 1")).to_be_visible()  # the metronome was switched off
    for key, pitch in [("a", 60), ("s", 62), ("d", 64), ("f", 65)]:
        play(studio, key, pitch)
    stop_recording(studio)
    assert len(last_notes(studio)) == 4
    expect(studio.get_by_text("messages: 2")).to_be_visible()


def test_typing_in_a_field_plays_nothing(studio: Page) -> None:
    start_recording(studio)
    title = studio.get_by_label("Title")
    title.press_sequentially("was")
    expect(title).to_have_value("was")
    stop_recording(studio)
    expect(studio.get_by_text("Nothing was played")).to_be_visible()
    assert told(studio, '"metronome": false')["takes"] == []
    play(studio, "a", 60)  # outside the field the same letter plays


def test_keys_with_control_belong_to_the_browser(studio: Page) -> None:
    start_recording(studio)
    studio.keyboard.press("Control+d")
    play(studio, "a", 60)
    stop_recording(studio)
    assert [note["pitch"] for note in last_notes(studio)] == [60]


def test_mouse_is_louder_lower_on_the_key_and_slides(studio: Page) -> None:
    start_recording(studio)
    for height in (0.2, 0.9):
        studio.mouse.move(*spot(studio, 64, height))
        studio.mouse.down()
        studio.mouse.up()
    studio.mouse.move(*spot(studio, 65, 0.9))
    studio.mouse.down()
    studio.mouse.move(*spot(studio, 69, 0.9), steps=30)
    studio.mouse.up()
    stop_recording(studio)
    notes = last_notes(studio)
    assert [note["pitch"] for note in notes] == [64, 64, 65, 67, 69]
    assert notes[1]["velocity"] - notes[0]["velocity"] > 40


def test_two_fingers_sound_together(studio: Page) -> None:
    start_recording(studio)
    points = [
        {"x": x, "y": y, "id": i}
        for i, (x, y) in enumerate(spot(studio, pitch, 0.9) for pitch in (62, 65))
    ]
    devtools = studio.context.new_cdp_session(studio)
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    expect(pressed(studio, 62)).to_be_visible()
    expect(pressed(studio, 65)).to_be_visible()
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(pressed(studio, 62)).to_have_count(0)
    stop_recording(studio)
    first, second = last_notes(studio)
    assert {first["pitch"], second["pitch"]} == {62, 65}
    assert second["start_seconds"] < first["start_seconds"] + first["duration_seconds"]


def test_midi_keyboard_with_velocity_pedal_and_notes_out_of_sight(
    page: Page, component_url: str
) -> None:
    page.add_init_script(FAKE_MIDI)
    open_studio(page, component_url)
    page.get_by_role("button", name="MIDI keyboard").click()
    expect(page.get_by_text("MIDI keyboard: Fake Keys")).to_be_visible()
    start_recording(page)
    page.evaluate("playMidi(0x90, 36, 17); playMidi(0x80, 36, 0)")
    page.evaluate("playMidi(0xb0, 64, 127); playMidi(0x90, 64, 101); playMidi(0x90, 64, 0)")
    expect(pressed(page, 64)).to_be_visible()  # released, but the pedal holds it
    page.evaluate("playMidi(0x90, 67, 80); playMidi(0xb0, 64, 0)")
    expect(pressed(page, 64)).to_have_count(0)
    expect(pressed(page, 67)).to_be_visible()  # still under the finger
    page.evaluate("plugMidi('disconnected')")
    expect(page.get_by_role("button", name="none found")).to_be_visible()
    expect(pressed(page, 67)).to_have_count(0)  # an unplugged keyboard leaves nothing hanging
    stop_recording(page)
    low, held, last = last_notes(page)
    assert [(n["pitch"], n["velocity"]) for n in (low, held, last)] == [
        (36, 17),
        (64, 101),
        (67, 80),
    ]
    assert held["start_seconds"] + held["duration_seconds"] >= last["start_seconds"]


@pytest.mark.parametrize(
    ("request_midi", "message"),
    [
        ("undefined", "This browser has no Web MIDI; Chrome, Edge or Firefox have it"),
        ("async () => { throw new DOMException('no', 'NotAllowedError') }", "MIDI was refused"),
    ],
)
def test_without_midi_it_says_why(
    page: Page, component_url: str, request_midi: str, message: str
) -> None:
    page.add_init_script(f"navigator.requestMIDIAccess = {request_midi}")
    open_studio(page, component_url)
    page.get_by_role("button", name="MIDI keyboard").click()
    expect(page.get_by_text(message)).to_be_visible()


def test_a_note_in_the_count_in_is_a_pickup(studio: Page) -> None:
    studio.get_by_label("Tempo in beats a minute").fill("60")
    studio.keyboard.press("Enter")  # a count-in of four seconds
    start_recording(studio, metronome=True)
    expect(studio.locator(".readout.counting")).to_be_visible()
    play(studio, "a", 60)
    expect(studio.get_by_role("status").filter(has_text="Recording")).to_be_visible()
    play(studio, "s", 62)
    stop_recording(studio)
    pickup, downbeat = last_notes(studio)
    assert told(studio)["takes"][0]["metronome"] is True
    assert -4 * 60 / 60 - 0.2 < pickup["start_seconds"] < 0  # within the bar before
    assert downbeat["start_seconds"] >= 0
    expect(studio.locator(".readout")).to_have_attribute("data-beat", "0")


def test_a_pushed_take_is_adopted_played_and_shown_as_text(studio: Page) -> None:
    studio.get_by_role("button", name="Push a sample").click()
    studio.get_by_role("button", name="Play the take").click()
    expect(studio.get_by_text("Playing Sample <b>tune</b>")).to_be_visible()
    expect(studio.locator(".key.playing")).to_have_count(1)
    studio.get_by_role("button", name="Stop playing").click()
    expect(studio.locator(".key.playing")).to_have_count(0)
    expect(studio.get_by_label("Tempo in beats a minute")).to_have_value("120")
    start_recording(studio)
    play(studio, "a", 60)
    stop_recording(studio)
    takes = told(studio, '"name": "Take 1"')["takes"]
    assert [take["source"] for take in takes] == ["sample", "take"]


def test_trim_by_hand_and_by_key_leaves_the_notes_alone(studio: Page) -> None:
    studio.get_by_role("button", name="Push a sample").click()
    expect(studio.get_by_role("button", name="Play the take")).to_be_enabled()
    before = told(studio, "sample")["takes"]
    end = studio.get_by_label("Trim end")
    box = end.bounding_box()
    assert box is not None
    studio.mouse.move(box["x"] + box["width"] - 8, box["y"] + 20)
    studio.mouse.down()
    studio.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20, steps=5)
    studio.mouse.up()
    dragged = told(studio, '"trim": {')["trim"]
    assert dragged["start_seconds"] == 0
    assert dragged["end_seconds"] == pytest.approx(1.95, abs=0.1)  # half of 3.9 s
    studio.get_by_label("Trim start").press("ArrowRight")
    trimmed = told(studio, '"start_seconds": 0.05')
    assert trimmed["takes"] == before
    studio.get_by_role("button", name="Reset trim").click()
    assert told(studio, '"trim": null')["takes"] == before


def test_settings_reach_python_and_recorded_timing_stays(studio: Page) -> None:
    studio.get_by_role("button", name="Push a sample").click()
    expect(studio.get_by_role("button", name="Play the take")).to_be_enabled()
    before = told(studio, "sample")["takes"]
    studio.get_by_label("Quantise").select_option("triplets")
    studio.get_by_label("Metre").select_option("3/4")
    studio.get_by_label("Sound").select_option("Violin")
    studio.get_by_role("button", name="Count-in").click()
    studio.get_by_label("Tempo in beats a minute").fill("999")
    studio.keyboard.press("Enter")
    settings = told(studio, '"tempo_bpm": 300', '"count_in": false')
    chosen = {name: settings[name] for name in ("quantise", "metre", "program", "metronome")}
    assert chosen == {"quantise": "triplets", "metre": "3/4", "program": 40, "metronome": True}
    assert settings["takes"] == before


def test_octaves_shift_by_key_and_button(studio: Page) -> None:
    studio.keyboard.press("x")
    expect(studio.get_by_role("button", name="C6", exact=True)).to_be_visible()
    play(studio, "a", 72)
    studio.get_by_role("button", name="Octave down").click()
    studio.keyboard.press("z")
    play(studio, "a", 48)
    assert told(studio, '"octave": 3')["octave"] == 3


def test_the_keys_are_one_stop_and_play_from_the_focus(studio: Page) -> None:
    studio.get_by_role("button", name="C4", exact=True).focus()
    studio.keyboard.press("ArrowRight")
    expect(studio.get_by_role("button", name="C♯4", exact=True)).to_be_focused()
    studio.keyboard.down(" ")
    expect(pressed(studio, 61)).to_be_visible()
    studio.keyboard.up(" ")
    expect(pressed(studio, 61)).to_have_count(0)
    studio.keyboard.press("Tab")  # one stop: the next is outside the keys
    expect(studio.get_by_label("Title")).to_be_focused()


def test_leaving_the_window_releases_held_notes(studio: Page) -> None:
    studio.keyboard.down("a")
    expect(pressed(studio, 60)).to_be_visible()
    studio.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(pressed(studio, 60)).to_have_count(0)


def test_a_reload_in_a_recording_loses_nothing(studio: Page) -> None:
    start_recording(studio)
    play(studio, "a", 60)
    play(studio, "s", 62)
    studio.keyboard.down("d")
    expect(pressed(studio, 64)).to_be_visible()
    studio.reload()
    assert [note["pitch"] for note in last_notes(studio)] == [60, 62, 64]
    expect(studio.get_by_text("restored. Take 1: 3 notes")).to_be_visible()
    studio.reload()  # restored once, not twice
    expect(studio.get_by_role("button", name="C4", exact=True)).to_be_visible()
    expect(studio.get_by_test_id("stText").first).to_have_text("null")


LOUDEST = """() => {
  const { context, output } = window.tuttiAudio;
  window.meter ??= (() => {
    const meter = new AnalyserNode(context, { fftSize: 2048 });
    output.connect(meter);
    return meter;
  })();
  const samples = new Float32Array(2048);
  window.meter.getFloatTimeDomainData(samples);
  return Math.max(...samples.map(Math.abs)) > 0.01;
}"""


def test_it_sounds_before_and_after_the_samples_are_there(page: Page, component_url: str) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.route(re.compile("sprite.wav"), lambda route: route.fulfill(status=202))
    open_studio(page, component_url)
    desk = page.locator(".desk")
    expect(desk).to_have_attribute("data-sound", "oscillator")
    page.keyboard.down("a")
    page.wait_for_function(LOUDEST)
    page.keyboard.up("a")
    page.unroute(re.compile("sprite.wav"))
    expect(desk).to_have_attribute("data-sound", "sprite", timeout=15_000)
    page.keyboard.down("s")
    page.wait_for_function(LOUDEST)
    assert [url for url in asked if not url.startswith((component_url, "data:", "blob:"))] == []
