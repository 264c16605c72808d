"""A piece as one HTML page: it plays, says who played what, and asks nobody for anything."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import soundfile
from export_tools import HOSTILE, band, material

from studio.export import FORMATS, Material
from studio.music.score import Note, Score, Track

RECIPE: dict[str, Any] = {"model": "pop-gan", "seed": 7, "melody": {"notes": [[0, 60, 480, 80]]}}


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(piece: Material) -> tuple[Page, bytes]:
    data = FORMATS["page"].data(piece)
    return Page(data), data


def test_it_says_what_is_played_by_whom_and_how_it_was_made(tmp_path: Path) -> None:
    page, _ = page_of(material(band(title="A tune"), tmp_path, RECIPE))
    for said in ("A tune", "A minor", "97.5 bpm", "Melody, by a person", "Bass, by Tutti"):
        assert said in page.text
    assert "pop-gan, seed 7" in page.text
    assert json.loads(re.findall(r"{\"model.*?}}", page.text)[0]) == RECIPE


def test_it_says_what_was_done_to_the_tune(tmp_path: Path) -> None:
    text = "Your tune, 3 notes mended by Bach <AR-CNN>"
    page, _ = page_of(material(band(), tmp_path, {**RECIPE, "chain": {"text": text, "steps": []}}))
    assert text in page.text
    torn: list[object] = [None, [], {}, {"text": None}, "mended"]
    for damaged in torn:
        page_of(material(band(), tmp_path, {**RECIPE, "chain": damaged}))


def test_its_sound_is_the_mix(tmp_path: Path) -> None:
    piece = material(band(), tmp_path)
    page, _ = page_of(piece)
    (audio,) = page.named("audio")
    sound = tmp_path / "sound"
    sound.write_bytes(base64.b64decode(str(audio["src"]).split(",")[1]))
    told, mix = soundfile.info(sound), soundfile.info(piece.wav())
    assert abs(told.duration - mix.duration) < 0.1


def test_nothing_in_it_comes_from_elsewhere(tmp_path: Path) -> None:
    page, data = page_of(material(band(), tmp_path, RECIPE))
    asked = [
        value for _, tag in page.tags for name, value in tag.items() if name in ("src", "href")
    ]
    assert all(str(value).startswith("data:") for value in asked)
    assert not page.named("link")
    policy = next(tag["content"] for tag in page.named("meta") if "content" in tag and
                  tag.get("http-equiv") == "Content-Security-Policy")  # fmt: skip
    assert str(policy).startswith("default-src 'none'")
    assert re.findall(rb"https?://[^\"'\s)]+", data) == [b"http://www.w3.org/2000/svg"]


def test_what_people_wrote_is_text(tmp_path: Path) -> None:
    track = Track(HOSTILE, (Note(0, 60, 480),))
    page, _ = page_of(material(Score((track,), title=HOSTILE), tmp_path, {"model": HOSTILE}))
    assert len(page.named("script")) == 1
    assert HOSTILE in page.text


def test_the_same_piece_gives_the_same_bytes(tmp_path: Path) -> None:
    piece = material(band(), tmp_path, RECIPE)
    assert FORMATS["page"].data(piece) == FORMATS["page"].data(piece)


@pytest.mark.parametrize("bars", [1, 40])
def test_the_playhead_goes_from_the_first_bar_line_to_the_last(tmp_path: Path, bars: int) -> None:
    score = band(bars)
    _, data = page_of(material(score, tmp_path))
    times = json.loads(re.findall(rb"const times = (\[.*?\]\]);", data)[0])
    assert len(times) == bars + 1
    assert times == sorted(times)
    assert times[-1][0] == pytest.approx(score.duration_seconds, abs=0.01)
    assert times[-1][1] == 1
