"""How a piece was written, edit by edit: seen, stepped, heard, and written another way."""

from __future__ import annotations

import json

import pytest
from arranger_app import fog, replay
from playwright.sync_api import BrowserContext, Page, expect
from test_arranger import button, opened, told_last
from test_arranger_modules import in_modules

APP = "arranger_app.py"
VETO = ["Keys", 960, 1920, 60]


@pytest.fixture
def page(faultless_page: Page) -> Page:
    return faultless_page


@pytest.fixture
def written(page: Page, component_url: str) -> Page:
    """A piece of which it is known how it was written, at its first edit."""
    opened(page, f"{component_url}/?piece=written")
    button(page, "How it was written").click()
    expect(page.get_by_role("slider", name="Edit")).to_be_focused(timeout=20_000)
    return page


def status(page: Page) -> str:
    return page.locator(".arranger .status").inner_text()


def odds(page: Page) -> list[str]:
    return [" ".join(row.split("\n")) for row in page.locator(".odds li").all_inner_texts()]


def test_a_piece_that_nobody_can_tell_of_has_no_replay(page: Page, component_url: str) -> None:
    opened(page, f"{component_url}/?piece=five")
    expect(button(page, "How it was written")).to_be_hidden()


def test_edits_are_stepped_through_by_keys_slider_and_lanes(written: Page) -> None:
    edit = written.get_by_role("slider", name="Edit")
    assert status(written) == "Edit 1 of 9: Keys, bar 1, beat 1, C4, 50 %"
    lanes, heads = (
        written.locator(f".arranger {part}").bounding_box() for part in (".window canvas", ".heads")
    )
    assert lanes is not None
    assert heads is not None
    assert lanes["x"] == pytest.approx(heads["x"] + heads["width"], abs=1)
    box = written.locator(".arranger .scroll").bounding_box()
    assert box is not None
    assert lanes["x"] + lanes["width"] == pytest.approx(box["x"] + box["width"], abs=20)
    assert odds(written) == ["C4 50 % taken", "E4 25 %", "29 more 25 %"]
    written.keyboard.press("ArrowRight")
    assert status(written) == "Edit 2 of 9: Keys, bar 1, beat 3, C4, 50 %"
    assert odds(written)[0] == "hold C4 50 % taken"
    written.keyboard.press("End")
    assert status(written) == "Edit 9 of 9: Bass, bar 2, beat 3, a rest, in place of D♯2, 2.0 %"
    assert odds(written) == ["D♯2 80 %", "E2 10 %", "rest 2.0 % taken", "19 more 8.0 %"]
    edit.fill("0")
    assert status(written) == "Before the first edit: your melody alone"
    expect(edit).to_have_attribute("aria-valuetext", status(written))
    expect(button(written, "One back (←)")).to_be_disabled()
    expect(button(written, "Veto")).to_be_disabled()
    box = written.locator(".arranger .window canvas").bounding_box()
    assert box is not None
    lane = (box["height"] - 60) / 5
    written.mouse.click(box["x"] + 12, box["y"] + 60 + 2.5 * lane)  # the bass begins
    assert status(written).startswith("Edit 5 of 9: Bass, bar 1, beat 1, C2")
    written.keyboard.press("Escape")
    expect(edit).to_have_count(0)
    expect(button(written, "How it was written")).to_be_visible()


def test_each_edit_is_in_a_table_for_readers(written: Page) -> None:
    written.keyboard.press("t")
    rows = written.locator(".twin tbody tr").all_inner_texts()
    assert len(rows) == 9
    assert rows[8].split("\t") == ["9", "Bass", "Bar 2, beat 3", "rest", "2.0 %"]


def test_it_plays_four_edits_a_second_and_stops_at_the_last(written: Page) -> None:
    edit = written.get_by_role("slider", name="Edit")
    edit.fill("7")
    written.keyboard.press("Space")
    expect(button(written, "Pause the replay")).to_be_visible()
    expect(edit).to_have_value("9")
    expect(button(written, "Play the replay")).to_be_visible()
    written.keyboard.press("Space")  # from the beginning again
    expect(edit).to_have_value("1")
    written.keyboard.press("Space")
    expect(button(written, "Play the replay")).to_be_visible()


def test_a_veto_goes_another_way_and_is_taken_back(written: Page) -> None:
    written.keyboard.press("ArrowRight")
    written.keyboard.press("v")
    assert told_last(written, "veto")["vetoes"] == [VETO]
    expect(written.locator(".vetoes li")).to_contain_text(["No C4 in Keys, bar 1, beat 3"])
    assert status(written) == "3 notes changed. Edit 2 of 9: Keys, bar 1, beat 3, C5, 25 %"
    expect(written.get_by_text("Changed since: Bass.")).to_be_visible()
    button(written, "Take back: No C4 in Keys, bar 1, beat 3").click()
    assert told_last(written, "veto", '"vetoes":[]')["vetoes"] == []
    expect(written.locator(".vetoes li")).to_have_count(0)
    assert "Edit 2 of 9: Keys, bar 1, beat 3, C4" in status(written)


def test_an_edit_is_shown_within_a_frame(written: Page) -> None:
    seconds = written.evaluate(
        """() => {
          const root = [...document.querySelectorAll("*")].map((e) => e.shadowRoot)
            .find((shadow) => shadow?.querySelector(".edit-strip"));
          const slider = root.querySelector(".edit-strip input");
          const begun = performance.now();
          for (let i = 0; i < 90; i += 1) {
            slider.value = String(i % 10);
            slider.dispatchEvent(new Event("input"));
          }
          return (performance.now() - begun) / 90 / 1000;
        }"""
    )
    assert seconds < 0.02


def look(page: Page) -> str:
    return page.get_by_role("group", name="Replay").locator(".readout").inner_text()


def test_the_fog_clears_look_by_look(written: Page) -> None:
    written.keyboard.press("f")
    expect(button(written, "Let the fog clear")).to_have_attribute("aria-pressed", "true")
    expect(button(written, "96 looks")).to_have_attribute("aria-pressed", "true")
    assert status(written) == "Before look 1 of 3: 100 % is open, .25 nats a cell"
    expect(button(written, "Veto")).to_be_hidden()
    expect(button(written, "Keep this one")).to_be_hidden()
    written.keyboard.press("ArrowRight")
    assert status(written) == "Before look 2 of 3: 50 % is open, .00 nats a cell"
    written.keyboard.press("End")
    assert status(written) == "After 3 looks: all is settled"
    written.keyboard.press("Space")
    expect(written.get_by_role("slider", name="Edit")).to_have_value("3")
    written.keyboard.press("f")
    expect(button(written, "Veto")).to_be_visible()


def test_another_number_of_looks_clears_and_is_kept(written: Page) -> None:
    button(written, "Let the fog clear").click()
    button(written, "4 looks").click()
    expect(button(written, "4 looks")).to_have_attribute("aria-pressed", "true")
    expect(written.get_by_role("slider", name="Edit")).to_have_value("3")  # it has played
    button(written, "Keep this one").click()
    message = told_last(written, "veto")
    assert (message["vetoes"], message["looks"]) == ([], 4)


def test_fog_is_painted_over_bars_of_a_part(written: Page) -> None:
    button(written, "Let the fog clear").click()
    expect(button(written, "96 looks")).to_be_visible()
    box = written.locator(".arranger .window canvas").bounding_box()
    assert box is not None
    lane, bar = (box["height"] - 60) / 5, box["width"] / 8
    for row, parts in ((0.5, None), (2.5, ["Bass"])):  # the melody is the user's
        written.mouse.move(box["x"] + 1.5 * bar, box["y"] + 60 + row * lane)
        written.mouse.down()
        written.mouse.move(box["x"] + 2.5 * bar, box["y"] + 60 + row * lane)
        written.mouse.up()
        if parts is None:
            assert "regenerate" not in written.get_by_test_id("stText").last.inner_text()
    message = told_last(written, "regenerate")
    assert (message["bars"], message["parts"], message["looks"]) == ([1, 2], ["Bass"], 0)
    expect(written.get_by_role("slider", name="Edit")).to_have_value("3")  # and clears again


def test_the_piece_after_so_many_edits(context: BrowserContext) -> None:
    code = f"""
      const told = {json.dumps(replay([]))};
      const other = {json.dumps(replay([VETO]))};
      const [one, two] = [m.readReplay(told), m.readReplay(other)];
      const again = m.readReplay({{...told, known: [[1, 4, 8, 40]],
        edits: [...told.edits.slice(0, 2), [1, 0, 4, 6, 60, true, 0.9, [[60, 0.9]]]]}});
      return [
        [0, 1, 2, 9].map((count) => m.notesAfter(one, count).map((notes) => notes.length)),
        m.notesAfter(one, 2)[0], m.notesAfter(again, 3)[0], m.notesAfter(again, 0)[1],
        m.alike(one, two), m.alike(one, one), [...m.newNotes(two, one)],
        [m.writerOf(one, 9, 1, 25), m.writerOf(one, 8, 1, 25), m.writerOf(one, 3, 1, 25)],
        [m.vetoOf(one, 2), m.vetoOf(one, 9)], [m.vetoedEdits(one), m.vetoedEdits(two)],
      ];"""
    counts, held, struck, known, alike, whole, fresh, writers, vetoes, vetoed = in_modules(
        context.new_page(), "../replay/edits", code
    )
    assert counts == [[0, 0], [1, 0], [1, 0], [1, 3]]  # the same pitch goes on as one note
    assert held == [[0, 60, 1920, 84]]
    assert struck == [[0, 60, 480, 84], [480, 60, 1440, 84]]
    assert known == [[480, 40, 480, 84]]
    assert (alike, whole) == (1, 9)
    assert fresh == ["0 0 60 960", "0 960 72 960", "0 1920 60 1920"]
    assert writers == [9, 8, 0]
    assert vetoes == [["Keys", 960, 1920, 60], ["Bass", 2880, 3840, None]]
    assert vetoed == [[], [2]]


def test_odds_name_what_is_held_and_what_was_taken(context: BrowserContext) -> None:
    code = f"""
      const one = m.readReplay({json.dumps(replay([]))});
      const taken = (count) => m.oddsOf(one, count).options.filter(({{taken}}) => taken);
      return [
        taken(1)[0], taken(2)[0].held, taken(9)[0].pitch, m.oddsOf(one, 9).before,
        m.surprise(one, 0), m.surprise(one, 4), [1, 0.62, 0.0213, 0].map(m.percent),
        m.layout(100, 9),
      ];"""
    first, held, rest, before, none, four, percents, layout = in_modules(
        context.new_page(), "../replay/edits ../replay/odds ../replay/strip", code
    )
    assert first == {"pitch": 60, "share": 0.5, "taken": True, "held": False}
    assert (held, rest, before, none) == (True, None, 39, 0)
    assert four == pytest.approx(0.6931, abs=1e-3)
    assert percents == ["100 %", "62 %", "2.1 %", "< 0.1 %"]
    assert (layout["each"], layout["wide"]) == (10, 9)


def test_what_is_open_is_fog_and_what_is_settled_notes(context: BrowserContext) -> None:
    code = f"""
      const told = {{...{json.dumps(replay([]))}, fog: {json.dumps(fog())}}};
      const [one, fog] = [m.readReplay(told), m.readFog(told)];
      const lengths = (look) => m.settled(one, fog, look).map((notes) => notes.length);
      const image = m.fogImage(fog, 0, 0, {{low: 60, high: 64}}, [1, 2, 3]);
      const alpha = (pitch, step) => image.data[4 * ((64 - pitch) * 32 + step) + 3];
      return [
        [0, 1, 2, 3].map(lengths),
        [m.isOpen(fog, 0, 9, 0), m.isOpen(fog, 1, 9, 0), m.isOpen(fog, 2, 24, 1)],
        [0, 1, 2, 3].map((look) => m.openness(fog, look).share), m.openness(fog, 0).nats,
        [0, 1].map((part) => m.pitchesOf(fog, part).sort()),
        [image.width, image.height, [...image.data.slice(0, 3)], alpha(62, 0)],
        alpha(60, 31) > 2 * alpha(64, 31),
      ];"""
    notes, is_open, shares, nats, pitches, image, thicker = in_modules(
        context.new_page(), "../replay/edits ../replay/fog", code
    )
    assert notes == [[0, 0], [1, 0], [1, 3], [1, 3]]
    assert is_open == [True, False, True]
    assert shares == [1, 0.5, 0.125, 0]
    assert nats == pytest.approx(0.25, abs=0.01)  # half of the cells are sure
    assert pitches == [[60, 64], [36, 37, 38, 39]]
    assert image == [32, 5, [1, 2, 3], 0]
    assert thicker
