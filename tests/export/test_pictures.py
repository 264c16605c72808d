"""Pictures of the piece: every note in them, text as text, the same bytes every time."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from export_tools import HOSTILE, band
from helpers import scores
from hypothesis import given, settings
from PIL import Image

from studio.ground.errors import BadScore
from studio.music.score import ChordMark, Note, Score, Track
from studio.pictures import part_colour, roll_png, roll_svg

SVG = "{http://www.w3.org/2000/svg}"


@settings(max_examples=30)
@given(scores())
def test_every_note_is_a_box_of_its_parts_colour(score: Score) -> None:
    root = ElementTree.fromstring(roll_svg(score))  # noqa: S314 - what this program wrote
    drawn = dict.fromkeys((part_colour(index) for index in range(len(score.tracks))), 0)
    for path in root.iter(f"{SVG}path"):
        if path.get("fill-opacity"):
            drawn[path.get("fill", "")] += path.get("d", "").count("M")
    assert list(drawn.values()) == [len(track.notes) for track in score.tracks]


def test_boxes_stand_where_their_notes_do() -> None:
    notes = (Note(0, 60, 480), Note(960, 72, 480))
    root = ElementTree.fromstring(roll_svg(Score((Track("A", notes),))))  # noqa: S314
    [path] = [path for path in root.iter(f"{SVG}path") if path.get("fill-opacity")]
    boxes = re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", path.get("d", ""))
    (x, y, width), (later, higher, _) = ([float(number) for number in box] for box in boxes)
    quarter = (1160 - 110) / 4
    assert abs(later - x - 2 * quarter) < 0.02
    assert abs(width - quarter) < 0.05 * quarter
    assert higher < y


def test_text_is_text_and_nothing_can_run() -> None:
    score = replace(
        band(title=HOSTILE),
        chords=(ChordMark(0, "<b onload=x>\x00"),),
        tracks=(replace(band().tracks[0], name="<a>"),),
    )
    data = roll_svg(score)
    root = ElementTree.fromstring(data)  # noqa: S314 - what this program wrote
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg", "title", "path", "text",
    }  # fmt: skip
    assert [text.text for text in root.iter(f"{SVG}text")] == [
        *(HOSTILE, "<b onload=x>", "<a>", "1", "2")
    ]
    assert not any(
        "href" in name or name.startswith("on") for e in root.iter() for name in e.attrib
    )


def test_pictures_are_small_and_the_same_every_time() -> None:
    score = band(bars=64)
    assert roll_svg(score) == roll_svg(score)
    assert len(roll_svg(score)) < 40 * score.note_count + 10_000
    first = roll_png(band())
    assert first == roll_png(band())
    with Image.open(io.BytesIO(first)) as image:
        assert image.format == "PNG"
        assert image.width > 1_000


def test_an_empty_piece_has_a_picture_and_an_endless_one_a_sentence() -> None:
    assert roll_svg(Score()).startswith(b"<svg")
    assert roll_png(Score((Track("Nothing"),))).startswith(b"\x89PNG")
    for draw in (roll_png, roll_svg):
        with pytest.raises(BadScore, match="MIDI"):
            draw(Score((Track("A", (Note(10**12, 60, 480),)),)))
