"""What the export tests share: a band piece, stems without a synthesiser, a reader of MusicXML."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from studio.export import Material
from studio.music.score import ChordMark, Metre, Note, Score, Track
from studio.sound import Mix, Mixdown
from studio.sound.engine import Audio
from studio.sound.mixdown import gain_of
from studio.sound.wav import write_stem

BEAT = 480
HOSTILE = "<script>alert(1)</script> & \"quotes\" 'n' ]]> 音楽"


def band(bars: int = 2, title: str = "A tune") -> Score:
    """Melody, piano on two staves, strings, bass and drums, with chords that change."""
    melody, piano, strings, bass, drums = [], [], [], [], []
    marks = []
    for bar in range(bars):
        at = bar * 4 * BEAT
        marks += [ChordMark(at, "Am7"), ChordMark(at + 2 * BEAT, "Bb/D")]
        melody += [Note(at + i * BEAT, 69 + 2 * i, BEAT - 20, 90) for i in range(4)]
        piano += [Note(at, 45, 4 * BEAT)]
        piano += [Note(at + i * BEAT // 2, (69, 72, 76)[i % 3], BEAT // 2) for i in range(8)]
        strings += [Note(at, pitch, 4 * BEAT, 60) for pitch in (57, 60, 64)]
        bass += [Note(at + i * 2 * BEAT, 33, 2 * BEAT) for i in range(2)]
        drums += [Note(at + i * BEAT, 42, 30) for i in range(4)]
        drums += [Note(at, 36, 30), Note(at + BEAT, 38, 30)]
    tracks = (
        Track("Melody", tuple(melody), 73),
        Track("Piano", tuple(piano), 0),
        Track("Strings", tuple(strings), 48),
        Track("Bass", tuple(bass), 33),
        Track("Drums", tuple(drums), 0, True),
    )
    return Score(tracks, 97.5, Metre(), "A minor", tuple(marks), title)


def noise(seed: int, frames: int = 22_050, level: float = 0.1) -> Audio:
    """A stem that is like no other: (frames, 2) within ±`level`, on 16-bit steps."""
    random = np.random.default_rng(seed)
    steps = random.integers(-round(level * 32768), round(level * 32768), (frames, 2))
    return (steps / 32768).astype(np.float32)


def write_noises(score: Score, folder: Path) -> tuple[Path, ...]:
    """A stem for each part of a score, of slightly different lengths."""
    paths = tuple(folder / f"stem-{index}.wav" for index in range(len(score.tracks)))
    for index, path in enumerate(paths):
        write_stem(noise(index, 22_050 + 100 * index), path)
    return paths


def material(
    score: Score, folder: Path, recipe: dict[str, Any] | None = None, mix: Mix | None = None
) -> Material:
    """A piece to take home, whose parts are noises, with a folder for what is on its way."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    stems = write_noises(score, scratch)
    sound = Mixdown(stems, 20_000, gain_of(stems))
    return Material(score, recipe, mix or Mix(), sound, scratch)


@dataclass(frozen=True)
class Written:
    """A note of a MusicXML file: onset and length in ticks from the start, MIDI pitch."""

    part: str
    onset: float
    length: float
    pitch: int
    goes_on: bool  # tied to the note before


@dataclass(frozen=True)
class Sheet:
    """What a MusicXML file says, read by hand from the standard and not by what wrote it."""

    root: ElementTree.Element
    notes: list[Written]
    chords: list[tuple[float, str]]  # ticks, root and kind
    fillings: set[tuple[str, Fraction, Fraction]]  # part and voice, filled and whole bar


def read_sheet(data: bytes) -> Sheet:
    root = ElementTree.fromstring(data)  # noqa: S314 - what this program wrote
    drums = {
        sound.get("id", ""): int(sound.findtext("midi-unpitched", "0")) - 1
        for sound in root.iterfind("part-list/score-part/midi-instrument")
    }
    sheet = Sheet(root, [], [], set())
    for part in root.iterfind("part"):
        bar_start = Fraction(0)
        for measure in part.iterfind("measure"):
            if measure.find("attributes/divisions") is not None:
                tick = Fraction(BEAT, int(measure.findtext("attributes/divisions", "")))
                beats = int(measure.findtext("attributes/time/beats", ""))
                bar = Fraction(beats * BEAT * 4, int(measure.findtext(".//beat-type", "")))
            _read_measure(sheet, part.get("id", ""), measure, bar_start, tick, bar, drums)
            bar_start += bar
    return sheet


def _read_measure(
    sheet: Sheet, part: str, measure: ElementTree.Element, start: Fraction, tick: Fraction,
    bar: Fraction, drums: dict[str, int],
) -> None:  # fmt: skip
    now = onset = start
    filled: dict[str, Fraction] = {}
    for item in measure:
        length = int(item.findtext("duration", "0")) * tick
        if item.tag == "harmony":
            root, alter = item.findtext("root/root-step", ""), item.findtext("root/root-alter", "0")
            name = root + {"0": "", "1": "#", "-1": "b"}[alter]
            sheet.chords.append((float(now), f"{name} {item.findtext('kind')}"))
        elif item.tag in ("backup", "forward"):
            now += length if item.tag == "forward" else -length
        elif item.tag == "note":
            if item.find("chord") is None:
                onset, now = now, now + length
                voice = item.findtext("voice", "1")
                filled[voice] = filled.get(voice, Fraction(0)) + length
                assert onset == start + filled[voice] - length, "a voice has a gap"
            ties = {tie.get("type") for tie in item.iterfind("tie")}
            pitch = _pitch(item, drums)
            if pitch is not None:
                sheet.notes.append(
                    Written(part, float(onset), float(length), pitch, "stop" in ties)
                )
    sheet.fillings.update((f"{part} {voice}", length, bar) for voice, length in filled.items())


def _pitch(note: ElementTree.Element, drums: dict[str, int]) -> int | None:
    if note.find("rest") is not None:
        return None
    instrument = note.find("instrument")
    if note.find("unpitched") is not None:
        assert instrument is not None
        return drums[instrument.get("id", "")]
    step = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    alter = int(note.findtext("pitch/alter", "0"))
    octave = int(note.findtext("pitch/octave", ""))
    return 12 * (octave + 1) + step[note.findtext("pitch/step", "")] + alter
