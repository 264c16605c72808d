"""The form of a band between chords and bar numbers: seen, heard of, and changed by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect
from test_arranger import button, drag, opened, told, told_last
from test_arranger_modules import in_modules

APP = "arranger_app.py"


@pytest.fixture
def page(faultless_page: Page) -> Page:
    return faultless_page


@pytest.fixture
def band(page: Page, component_url: str) -> Page:
    """Eight bars of five parts: `A3:0.4 B3:0.65 A2:0.8`, with fills in bars 3 and 6."""
    return opened(page, f"{component_url}/?piece=arranged")


def section(page: Page, name: str, bars: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^Section {name}, {bars},"))


def box(of: Locator) -> FloatRect:
    found = of.bounding_box()
    assert found is not None
    return found


def middle(of: Locator) -> tuple[float, float]:
    found = box(of)
    return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2


def form(page: Page) -> Any:
    return told_last(page, "form")["form"]


def test_sections_are_dragged_louder_and_their_borders_to_other_bars(band: Page) -> None:
    one, two = section(band, "A", "bars 1 to 3"), section(band, "B", "bars 4 to 6")
    chord = button(band, "Chord F at 4.1")
    assert box(two)["x"] == pytest.approx(box(chord)["x"], abs=2)
    assert box(two)["y"] > box(chord)["y"] + box(chord)["height"]
    x, y = middle(one)
    drag(band, (x, y), (x, y - 44))
    assert form(band) == "A3:0.8 B3:0.65 A2:0.8"
    edge, bar = box(one)["x"] + box(one)["width"] + 1, box(two)["width"] / 3
    drag(band, (edge, y), (edge + 0.8 * bar, y))
    expect(section(band, "B", "bars 5 to 6")).to_be_visible()
    told(band, 2)
    assert form(band) == "A4:0.8 B2:0.65 A2:0.8"
    drag(band, (edge + bar, y), (edge - 2.9 * bar, y))  # a section keeps a bar
    told(band, 3)
    assert form(band) == "A1:0.8 B5:0.65 A2:0.8"


def test_it_is_said_what_comes_and_what_stays(page: Page, component_url: str) -> None:
    opened(page, f"{component_url}/?piece=arranged&hold=1")
    button(page, "Lock Keys").click()
    section(page, "A", "bars 7 to 8").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".arranger .status")).to_have_text(
        "Section A, bars 7 to 8, intensity 75 %; edited by hand, and as before: Bass; locked, and "
        "as before: Keys"
    )
    assert form(page) == "A3:0.4 B3:0.65 A2:0.75"
    page.keyboard.press("ArrowDown")  # the band is being arranged
    expect(page.locator(".arranger .status")).to_have_text("One moment: the band is being written")
    expect(section(page, "A", "bars 7 to 8")).to_have_attribute("aria-label", re.compile("75 %"))


def test_keys_lead_along_the_sections_and_change_them(band: Page) -> None:
    chips = band.get_by_role("group", name="Form").get_by_role("button")
    assert chips.evaluate_all("all => all.map(({ tabIndex }) => tabIndex)") == [0, -1, -1]
    chips.first.focus()
    band.keyboard.press("ArrowRight")
    expect(chips.nth(1)).to_be_focused()
    band.keyboard.press("ArrowUp")
    band.keyboard.press("ArrowUp")
    band.keyboard.press("Shift+ArrowLeft")
    expect(chips.nth(1)).to_be_focused()
    assert form(band) == "A3:0.4 B2:0.75 A3:0.8"
    assert len(told(band)) == 1  # what follows at once is one wish
    expect(chips.nth(1)).to_be_focused()


def test_a_card_tells_all_of_a_section(band: Page) -> None:
    section(band, "B", "bars 4 to 6").click()
    card = band.get_by_role("dialog", name=re.compile("^Section B"))
    expect(card.get_by_label("Intensity")).to_be_focused()
    card.get_by_label("Section").fill("c2")
    card.get_by_label("Bars").fill("99")
    card.get_by_label("Bars").press("Enter")
    expect(card).to_be_hidden()
    assert form(band) == "A3:0.4 C4:0.65 A1:0.8"
    section(band, "C", "bars 4 to 7").press("Enter")
    card = band.get_by_role("dialog", name=re.compile("^Section C"))
    card.get_by_label("Section").fill("X")
    card.get_by_label("Section").press("Escape")
    expect(section(band, "C", "bars 4 to 7")).to_be_focused()
    section(band, "C", "bars 4 to 7").click()
    card.get_by_role("button", name="Split before bar 6").click()
    told(band, 2)
    assert form(band) == "A3:0.4 C2:0.65 B2:0.65 A1:0.8"
    section(band, "A", "bars 1 to 3").click()
    band.get_by_role("button", name="Join with C, bars 4 to 5").click()
    told(band, 3)
    assert form(band) == "A5:0.4 B2:0.65 A1:0.8"
    section(band, "A", "bars 1 to 5").click()
    band.get_by_label("Fill at its end").check()
    band.get_by_role("button", name="Done").click()
    assert told_last(band, "fill") | {"bar": 4, "fill": True} == told_last(band, "fill")


def test_a_chosen_bar_gets_a_fill_and_loses_it(band: Page) -> None:
    canvas = box(band.locator(".arranger canvas"))
    bar, y = (canvas["width"] - 20) / 8, canvas["y"] + 32 + 22 + 14
    left = canvas["x"] + 6
    for number, wish in ((5, "Fill in bar 5"), (6, "No fill in bar 6")):
        drag(band, (left + (number - 0.8) * bar, y), (left + (number - 0.2) * bar, y))
        button(band, wish).click()
        expect(band.get_by_test_id("stText").last).to_contain_text(f'"bar": {number - 1}')
        message = told_last(band, "fill")
        assert (message["bar"], message["fill"]) == (number - 1, wish[0] == "F")
    drag(band, (left + 7.2 * bar, y), (left + 7.8 * bar, y))
    expect(band.get_by_role("button", name=re.compile("ill in bar"))).to_have_count(0)


def test_a_band_that_is_not_arranged_has_no_lane(page: Page, component_url: str) -> None:
    opened(page, f"{component_url}/?piece=five")
    expect(page.get_by_role("group", name="Chords")).to_be_visible()
    expect(page.get_by_role("group", name="Form")).to_have_count(0)


def test_whatever_is_done_to_a_form_it_has_as_many_bars(page: Page) -> None:
    code = """
      const wrong = [];
      for (let seed = 1; seed <= 200; seed += 1) {
        const next = random(seed);
        const pick = (n) => Math.floor(next() * n);
        const first = m.readForm({text: "A3+5:0.4 B+8:0.65 A8:0.8 C1:1", fills: [9]});
        let {sections} = first;
        for (let i = 0; i < 30; i += 1) {
          const place = pick(sections.length);
          sections = [
            () => m.moved(sections, place, pick(21) - 10),
            () => m.lengthened(sections, place, 1 + pick(9)),
            () => m.split(sections, place, pick(9)),
            () => m.joined(sections, place),
            () => m.changed(sections, place, {intense: m.rounded(next())}),
          ][pick(5)]();
          const bars = sections.reduce((sum, one) => sum + one.bars, 0);
          const again = m.readSections(m.formText(sections));
          if (bars !== 25 || sections.some((one) => one.bars < 1)) wrong.push([seed, "bars"]);
          if (m.formText(again) !== m.formText(sections)) wrong.push([seed, "text"]);
        }
      }
      const read = (text) => m.readForm(text === null ? null : {text});
      return [wrong, read(null), read(""), read("<b>"), m.readSections("A8:0.5 x B4:.7").length];
    """
    assert in_modules(page, "form", code) == [[], None, None, None, 2]
