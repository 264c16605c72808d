"""What the tests share: tunes, songs to learn from, MIDI files byte by byte, the command line."""

from __future__ import annotations

import random
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from studio.music import midi
from studio.music.score import (
    TICKS_PER_BEAT,
    ChordMark,
    Metre,
    Note,
    Score,
    TempoMark,
    Track,
    map_notes,
)
from studio.music.tempo import main_tempo_bpm, within
from studio.music.theory import Chord, Key, chord_symbol

if TYPE_CHECKING:
    from studio.catalog import Card
    from studio.training.controls import Controls
    from studio.training.resolve import RunInputs
    from studio.training.rows import Row

BEAT = TICKS_PER_BEAT
ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "cases"  # MIDI files as people have them, each with one thing out of line


# Tunes


def line(pitches: Sequence[int], beats: float = 1.0) -> tuple[Note, ...]:
    """One note after another, each `beats` long; a pitch of 0 is a rest."""
    ticks = round(beats * BEAT)
    return tuple(Note(i * ticks, p, ticks) for i, p in enumerate(pitches) if p)


def tune(bars: int = 4, metre: Metre | None = None, tonic: int = 60) -> Score:
    """A scale up and down in eighths or quarters that fills the bars, as a melody."""
    metre = metre or Metre()
    unit = BEAT * 4 // metre.unit
    scale = [tonic + step for step in (0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2)]
    count = bars * metre.beats
    notes = tuple(Note(i * unit, scale[i % len(scale)], unit) for i in range(count))
    return Score((Track("Melody", notes, 73),), 100.0, metre)


def shift(track: Track, ticks: int) -> Track:
    """The track moved in time."""
    return map_notes(track, lambda note: replace(note, start_tick=note.start_tick + ticks))


def chorale(seed: int, bars: int = 12) -> Score:
    """Four voices on simple chords in one of twelve keys: soprano, alto, tenor, bass."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    tonic = rng.randrange(-5, 7)
    chords = {"I": (0, 4, 7), "ii": (2, 5, 9), "IV": (5, 9, 0), "V": (7, 11, 2), "vi": (9, 0, 4)}
    voices: list[list[int]] = [[], [], [], []]
    for beat in range(bars * 4):
        name = "I" if beat % 16 in (0, 15) else rng.choice(list(chords))
        tones = chords[name]
        tops = [pitch for pitch in range(64, 77) if pitch % 12 in tones]
        voices[0].append(rng.choice(tops) + tonic)
        for voice, low in ((1, 57), (2, 50)):
            inner = [pitch for pitch in range(low, low + 8) if pitch % 12 in tones]
            voices[voice].append(rng.choice(inner) + tonic)
        voices[3].append(40 + (tones[0] - 40) % 12 + tonic)
    names = ("Soprano", "Alto", "Tenor", "Bass")
    tracks = [Track(name, line(voice)) for name, voice in zip(names, voices, strict=True)]
    return Score(tuple(tracks), 90.0)


def pop_song(seed: int, bars: int = 12) -> Score:
    """A song laid out as POP909 does: MELODY, PIANO (bass and chords), chords as markers."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    melody: list[Note] = []
    piano: list[Note] = []
    marks: list[ChordMark] = []
    for bar in range(bars):
        root = rng.choice((0, 5, 7, 9))
        third = 3 if root == 9 else 4
        start = bar * 4 * BEAT
        marks.append(ChordMark(start, chord_symbol(Chord(root + 12 * (root == 9)))))
        piano.append(Note(start, 36 + root, 4 * BEAT))
        for half in (0, 2):
            at = start + half * BEAT
            piano += [Note(at, 60 + root + i, 2 * BEAT) for i in (0, third, 7)]
        melody += [Note(start + i * BEAT, 72 + rng.choice((0, 2, 4, 7)), BEAT) for i in range(4)]
    tracks = (Track("MELODY", tuple(melody)), Track("PIANO", tuple(piano)))
    return Score(tracks, 90.0, Metre(), "C major", tuple(marks))


def band_song(seed: int, bars: int = 12) -> Score:
    """A full band as MIDI files have it: tune, bass, guitar, piano, strings, horns and drums."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    rows: dict[str, list[Note]] = {name: [] for name, _ in BAND}
    for bar in range(bars):
        root = rng.choice((0, 5, 7, 9))
        chord = [root, root + (3 if root == 9 else 4), root + 7]
        start = bar * 4 * BEAT
        for beat in range(4):
            at = start + beat * BEAT
            rows["Tune"].append(Note(at, 79 + rng.choice((0, 2, 4, 5)), BEAT))
            rows["Drums"] += [Note(at, 36 if beat % 2 == 0 else 38, 60), Note(at, 42, 60)]
            rows["Drums"].append(Note(at + BEAT // 2, 42, 60))
        rows["Bass"] += [Note(start + half * BEAT, 33 + root, 2 * BEAT) for half in (0, 2)]
        for half in (0, 2):
            rows["Guitar"] += [Note(start + half * BEAT, 48 + p, 2 * BEAT) for p in chord]
        rows["Piano"] += [Note(start + BEAT, 60 + p, 3 * BEAT) for p in chord]
        rows["Strings"] += [Note(start, 60 + p, 4 * BEAT) for p in chord[:2]]
        rows["Horns"] += [Note(start, 52 + p, 4 * BEAT) for p in chord[1:]]
    tracks = [
        Track(name, tuple(rows[name]), program, is_drum=name == "Drums") for name, program in BAND
    ]
    return Score(tuple(tracks), 100.0, Metre(), "C major")


BAND = (
    ("Tune", 73), ("Bass", 33), ("Guitar", 27), ("Piano", 0), ("Strings", 48), ("Horns", 60),
    ("Drums", 0),
)  # fmt: skip


def write_songs(folder: Path, songs: Sequence[Score]) -> Path:
    """The songs as MIDI files of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, song in enumerate(songs):
        (folder / f"{number:03}.mid").write_bytes(midi.write(song))
    return folder


SONGS: dict[str, Callable[[int], Score]] = {
    "pop": pop_song, "rock": band_song, "jazz": band_song, "symphony": band_song, "bach": chorale,
    "folk": band_song,
    "songwriter": band_song,
}  # fmt: skip
_SMALL = {"epochs": 2, "width": 8, "layers": 1, "batch_size": 4, "update_ratio": 1}


def small_settings(technique_id: str) -> dict[str, float]:
    """Settings with which a technique learns within a second or two."""
    from studio.techniques import technique

    known = {field.name: field.low for field in technique(technique_id).Settings.fields()}
    return {name: max(value, known[name]) for name, value in _SMALL.items() if name in known}


def train_model(card: Card, data: Path | list[Path], into: Path, **inputs: Any) -> list[Row]:
    """Trains to the end, nothing kept on the way; the rows of its epochs."""
    from studio.training.controls import Controls
    from studio.training.events import Epoch
    from studio.training.resolve import RunInputs
    from studio.training.run import train

    files = tuple(data) if isinstance(data, list) else (data,)
    to_the_end = Controls(stop_when_converged=False)
    events = train(RunInputs(card, files, **inputs), None, into, "cpu", lambda: to_the_end)
    return [event.row for event in events if isinstance(event, Epoch)]


def run(
    inputs: RunInputs, folder: Path, into: Path, controls: Callable[[], Controls]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a training says on a CPU, as the store has it."""
    from studio.training.events import to_json
    from studio.training.run import train

    for event in train(inputs, folder, into, "cpu", controls):
        yield to_json(event)


def train_tiny(technique_id: str, genre: str, folder: Path, seed: int = 0) -> Path:
    """Trains a model for a few steps on synthetic songs; returns the model's folder."""
    from studio.catalog import GENRES
    from studio.ground.device import prepare_torch

    prepare_torch()
    data = write_songs(folder / "songs", [SONGS[genre](number) for number in range(5)])
    wanted = GENRES[genre].card(technique_id, {**small_settings(technique_id), "seed": seed})
    train_model(wanted, data, folder / "models")
    return folder / "models" / wanted.id


# Any score that a MIDI file can hold


def names() -> st.SearchStrategy[str]:
    """Names in any script, as a track keeps them."""
    cleaned = st.text(min_size=1, max_size=130).map(lambda text: Track(text).name)
    return cleaned.filter(bool)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    """A part in which no note begins before the last of its pitch has ended."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 60_000), st.integers(0, 127), st.integers(1, 4_000),
                st.integers(1, 127),
            ),
            min_size=1,
            max_size=25,
        )
    )  # fmt: skip
    ends: dict[int, int] = {}
    notes = []
    for start, pitch, duration, velocity in sorted(rows):
        if start >= ends.get(pitch, 0):
            notes.append(Note(start, pitch, duration, velocity))
            ends[pitch] = start + duration
    return Track(draw(names()), tuple(notes), draw(st.integers(0, 127)), draw(st.booleans()))


def metres() -> st.SearchStrategy[Metre]:
    return st.builds(Metre, st.integers(1, 16), st.sampled_from((1, 2, 4, 8, 16)))


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Scores whose parts all have notes, with key and chord marks or without."""
    keys = st.builds(Key, st.integers(0, 11), st.booleans()).map(str)
    symbols = st.integers(0, 24).map(lambda triad: chord_symbol(Chord(triad)))
    marks = st.dictionaries(st.integers(0, 60_000), symbols, max_size=6)
    marks = marks.map(lambda found: found and {**found, 480: "F#m7b5/A"})  # not of letters alone
    score = Score(
        tuple(draw(st.lists(tracks(), min_size=1, max_size=4))),
        draw(st.floats(20, 300)),
        draw(metres()),
        draw(st.none() | keys),
        tuple(ChordMark(tick, symbol) for tick, symbol in draw(marks).items()),
    )
    return with_tempos(score, draw(tempo_marks()))


def tempo_marks() -> st.SearchStrategy[tuple[TempoMark, ...]]:
    """None, or the tempos of a piece from tick 0 on."""
    quarters = st.integers(200_000, 3_000_000)
    later = st.dictionaries(st.integers(1, 20_000), quarters, min_size=1, max_size=4)
    found = st.builds(lambda first, others: {0: first} | others, quarters, later)
    return st.just(()) | found.map(lambda told: tuple(TempoMark(*m) for m in sorted(told.items())))


def with_tempos(score: Score, tempos: tuple[TempoMark, ...]) -> Score:
    """The score in these tempos, as far as they are heard, the main one named."""
    heard = within(tempos, 0, score.end_tick) if tempos else ()
    if len(heard) < 2:
        return score
    return replace(score, tempo_bpm=main_tempo_bpm(heard, score.end_tick), tempos=heard)


# MIDI files byte by byte


def header(tracks: int = 1, division: int = BEAT, length: int = 6) -> bytes:
    return b"MThd" + struct.pack(">IHHH", length, 1, tracks, division)


def track_chunk(events: bytes) -> bytes:
    events += b"\x00\xff\x2f\x00"
    return b"MTrk" + struct.pack(">I", len(events)) + events


def delta(ticks: int) -> bytes:
    """A variable-length quantity."""
    groups = [ticks & 127]
    while ticks := ticks >> 7:
        groups.append(ticks & 127 | 128)
    return bytes(reversed(groups))


def note_events(pitch: int = 60, ticks: int = BEAT, channel: int = 0) -> bytes:
    return bytes([0, 0x90 | channel, pitch, 80]) + delta(ticks) + bytes([0x80 | channel, pitch, 0])


def _many_notes(count: int) -> bytes:
    running = b"\x00\x3c\x50\x01\x3c\x00"  # on and off, the status byte left out
    return header() + track_chunk(b"\x00\x90\x3c\x50\x01\x3c\x00" + running * (count - 1))


GOOD_FILE = midi.write(tune())
THREE_HOURS_IN_TICKS = 3 * 3600 * 2 * BEAT  # at 120 beats a minute


# each with a word of the sentence that refuses it
BAD_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "not a MIDI file"),
    "not-midi": (lambda: b"RIFF" + bytes(2000), "not a MIDI file"),
    "truncated": (lambda: GOOD_FILE[:20], "damaged|no notes"),
    "header-claims-4-gb": (
        lambda: header(length=0xFFFFFFFF) + track_chunk(note_events()),
        "damaged|no notes",
    ),
    "a-million-notes": (lambda: _many_notes(1_000_000), "larger than 5 MB"),
    "just-under-5-mb": (lambda: _many_notes(830_000), "100,000 notes"),
    "zero-ticks-a-beat": (lambda: header(division=0) + track_chunk(note_events()), "time base"),
    "no-notes": (lambda: header() + track_chunk(b""), "no notes"),
    "only-drums": (lambda: header() + track_chunk(note_events(36, channel=9)), "only drums"),
    "three-hours": (
        lambda: header() + track_chunk(note_events(ticks=THREE_HOURS_IN_TICKS)),
        "longer than an hour",
    ),
}


# The command line


def run_cli(*words: str | Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Runs `tutti WORDS…` in this process; returns exit status, stdout and stderr."""
    from studio.cli import commands as cli

    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["tutti", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    out, err = capsys.readouterr()
    code = ended.value.code
    return (code if isinstance(code, int) else 0 if code is None else 1), out, err


def melody_file(path: Path, score: Score | None = None) -> Path:
    """A melody as a MIDI file."""
    path.write_bytes(midi.write(replace(score or tune(), chords=())))
    return path
