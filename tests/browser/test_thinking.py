"""Why this note? The arranger asks the model, and shows its odds and what it looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from hands import BAND
from playwright.sync_api import BrowserContext, Page, expect
from servers import Server
from test_arranger_modules import in_modules
from test_studio import (
    BAND_TIMEOUT_MS,
    COMPILED_TIMEOUT_MS,
    choose_sample,
    choose_transformer,
    generate,
    generate_button,
    open_studio,
)
from transformers import random_transformer


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a small Transformer in it, of random weights."""
    folder = tmp_path_factory.mktemp("data")
    random_transformer(folder / "models", "pop")
    return folder


@pytest.fixture
def page(page: Page, server: Server) -> Page:
    open_studio(page, server)
    return page


def choose_note(page: Page, part: str) -> None:
    """Selects a part, and the first of its notes by the keys."""
    page.get_by_role("button", name=part, exact=True).click()
    page.locator(".arranger canvas").focus()
    page.keyboard.press("Alt+ArrowRight")


def drawn(page: Page) -> str:
    """The canvas as it is, once it is drawn."""
    painted = "canvas => new Promise(done => requestAnimationFrame(() => requestAnimationFrame("
    return str(
        page.locator(".arranger canvas").evaluate(painted + "() => done(canvas.toDataURL()))))")
    )


def test_a_note_is_asked_about_and_the_answer_glows_until_it_is_closed(page: Page) -> None:
    choose_sample(page, "Twinkle")
    choose_transformer(page)
    generate_button(page).click()
    expect(page.locator(BAND)).to_be_visible(timeout=COMPILED_TIMEOUT_MS)
    expect(generate_button(page)).to_be_enabled()
    ask = page.get_by_role("button", name="Why this note?")
    expect(ask).to_be_hidden()
    choose_note(page, "Melody")
    expect(ask).to_be_hidden()  # it is the user's
    choose_note(page, "Keys")
    before = drawn(page)

    ask.click()
    glowing = page.locator(".arranger[data-attention]")
    expect(glowing).to_be_visible(timeout=BAND_TIMEOUT_MS)
    answer = page.locator(".tutti-why")
    expect(answer.get_by_role("heading", level=3)).to_contain_text("of Keys in bar 1")
    questions = answer.get_by_role("heading", level=4)
    expect(questions).to_have_text(
        ["1 · When?", "2 · Which part?", "3 · Which pitch?", "4 · How long?"]
    )
    expect(answer.locator(".taken")).to_have_count(4)
    expect(answer.get_by_text("Nucleus .98 left out")).to_be_visible()
    assert drawn(page) != before

    # it glows for that note alone
    page.locator(".arranger canvas").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(glowing).to_have_count(0)
    page.keyboard.press("Alt+ArrowLeft")
    expect(glowing).to_be_visible()

    page.get_by_role("button", name="Close", exact=True).click()
    expect(answer).to_have_count(0)
    expect(glowing).to_have_count(0)
    assert drawn(page) == before


def test_a_gan_is_not_asked(page: Page) -> None:
    choose_sample(page, "Twinkle")
    page.get_by_role("radio", name="GAN").click()
    generate(page)
    choose_note(page, "Keys")
    expect(page.get_by_role("status").filter(has_text="velocity")).to_be_visible()
    expect(page.get_by_role("button", name="Why this note?")).to_be_hidden()


def test_what_should_not_come_glows_nowhere(context: BrowserContext) -> None:
    code = """
      const {readAttention, seen, shadeOf} = m;
      const note = [0, 60, 480, 80];
      const good = readAttention({part: "Keys", note, chords: [[0, 0.1]], bars: "no",
        notes: [["Melody", 0, 72, 0.4], ["Keys", 480, 60, -1], ["x"], null]});
      const parts = [{name: "Melody", notes: []}, {name: "Keys", notes: [note]}];
      const gone = [parts[0], {name: "Keys", notes: []}];
      return [
        [null, undefined, {}, {note: "60"}].map(readAttention),
        [good.notes.size, good.bars.length, good.chords[0][1]],
        [shadeOf(good, "Melody", [0, 72, 1, 1]), shadeOf(good, "Keys", note), shadeOf(null)],
        [seen(good, parts, new Set()), seen(good, parts, new Set([note]))].map(Boolean),
        [seen(good, gone, new Set()), seen(good, parts, new Set([[0, 1, 2, 3]]))],
      ];
    """
    nothing, read, shades, there, away = in_modules(context.new_page(), "attention", code)
    assert nothing == [None] * 4
    assert read == [1, 0, pytest.approx(0.5)]
    assert shades == [1, 1, 1]
    assert there == [True, True]
    assert away == [None, None]
