"""Where each drum stands on the staff, after N. Weinberg's guide to standardized drumset notation:
the place as of a treble clef, and the note head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree

from studio.ground.errors import BadScore
from studio.music.instruments import drum_name


class StaffPlace(NamedTuple):
    """A drum's name, its line or space, and its note head in MusicXML's words."""

    name: str
    step: str
    octave: int
    head: str


_PLACES: dict[int, tuple[str, int, str]] = {
    35: ("E", 4, "normal"), 36: ("F", 4, "normal"), 37: ("C", 5, "x"), 38: ("C", 5, "normal"),
    39: ("C", 5, "triangle"), 40: ("C", 5, "diamond"), 41: ("G", 4, "normal"), 42: ("G", 5, "x"),
    43: ("A", 4, "normal"), 44: ("D", 4, "x"), 45: ("B", 4, "normal"), 46: ("G", 5, "circle-x"),
    47: ("D", 5, "normal"), 48: ("E", 5, "diamond"), 49: ("A", 5, "x"), 50: ("E", 5, "normal"),
    51: ("F", 5, "x"), 52: ("C", 6, "x"), 53: ("F", 5, "diamond"), 54: ("B", 5, "triangle"),
    55: ("D", 6, "x"), 56: ("E", 5, "triangle"), 57: ("B", 5, "x"), 59: ("F", 5, "circle-x"),
}  # fmt: skip


def place_of(pitch: int) -> StaffPlace:
    """Where a General MIDI drum stands; what a kit seldom has stands high, as a slash."""
    place = _PLACES.get(pitch, ("ABCDEFG"[pitch % 7], 5, "slashed"))
    return StaffPlace(drum_name(pitch), *place)


def name_drums(root: ElementTree.Element, part: str, pitches: Sequence[int]) -> None:
    """Says which drum each note of a percussion part is, so that programs play it; `pitches` are
    those of its notes in their order. music21 itself keeps one instrument a chord."""
    score_part = root.find(f"part-list/score-part[@id='{part}']")
    every = root.iterfind(f"part[@id='{part}']//note")
    notes = [note for note in every if note.find("unpitched") is not None]
    if score_part is None or len(notes) != len(pitches):
        raise BadScore("This drum part cannot be written down: take the piece home as MIDI.")
    for tag in ("score-instrument", "midi-instrument"):
        for element in score_part.findall(tag):
            score_part.remove(element)
    for pitch in sorted(set(pitches)):
        instrument = ElementTree.SubElement(score_part, "score-instrument", id=f"{part}-I{pitch}")
        ElementTree.SubElement(instrument, "instrument-name").text = place_of(pitch).name
    for pitch in sorted(set(pitches)):
        sound = ElementTree.SubElement(score_part, "midi-instrument", id=f"{part}-I{pitch}")
        ElementTree.SubElement(sound, "midi-channel").text = "10"
        ElementTree.SubElement(sound, "midi-program").text = "1"
        ElementTree.SubElement(sound, "midi-unpitched").text = str(pitch + 1)
    for note, pitch in zip(notes, pitches, strict=True):
        for element in note.findall("instrument"):
            note.remove(element)
        # the schema's order: after ties, before the voice
        at = next(i for i, child in enumerate(note) if child.tag in ("voice", "type"))
        note.insert(at, ElementTree.Element("instrument", id=f"{part}-I{pitch}"))
