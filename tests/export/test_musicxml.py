"""Sheet music: whole bars, every note's pitch and start, chords at their places, text as text."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import mido
import pytest
from export_tools import HOSTILE, band, read_sheet
from helpers import ROOT, scores, tune
from hypothesis import given, settings

from studio.export.musicxml import full_score, lead_sheet
from studio.ground.errors import BadScore
from studio.music import midi
from studio.music.score import STEP_TICKS, ChordMark, Metre, Note, Score, TempoMark, Track
from studio.music.swing import swing
from studio.music.theory import Key, chord_tones, parse_chord

EIGHTHS = Track("Melody", tuple(Note(i * 240, 60 + i % 12, 240) for i in range(32)))


@settings(max_examples=15)
@given(scores())
def test_every_note_keeps_its_pitch_and_start_and_every_voice_fills_its_bars(score: Score) -> None:
    sheet = read_sheet(full_score(score))
    for index, track in enumerate(score.tracks):
        heads = [n for n in sheet.notes if n.part == f"P{index + 1}" and not n.goes_on]
        written = track.notes if track.is_drum else [_in_range(note) for note in track.notes]
        for note in written:
            same = [h.onset for h in heads if h.pitch == note.pitch]
            assert min(abs(onset - note.start_tick) for onset in same) <= STEP_TICKS
        for head in heads:
            same_pitch = [n.start_tick for n in written if n.pitch == head.pitch]
            assert min(abs(head.onset - start) for start in same_pitch) <= STEP_TICKS
    assert all(filled == whole for _, filled, whole in sheet.fillings)


def _in_range(note: Note) -> Note:
    """What lies below MusicXML's lowest octave is written an octave higher."""
    return replace(note, pitch=note.pitch + 12 * (note.pitch <= 12))


def test_music21_reads_what_was_written() -> None:
    import music21

    score = band(bars=4)
    read: Any = music21.converter.parseData(full_score(score).decode(), format="musicxml")
    melody = read.parts[0]
    notes = [(n.offset * 480, n.pitch.midi, n.quarterLength) for n in melody.flatten().notes
             if not isinstance(n, music21.harmony.ChordSymbol)]  # fmt: skip
    assert notes == [(n.start_tick, n.pitch, 1) for n in score.tracks[0].notes]
    symbols = [
        (symbol.offset * 480, symbol.root().name, symbol.chordKind, symbol.bass().name)
        for symbol in melody.flatten().getElementsByClass(music21.harmony.ChordSymbol)
    ]
    assert symbols[:2] == [(0, "A", "minor-seventh", "A"), (960, "B-", "major", "D")]
    assert [mark.start_tick for mark in score.chords] == [symbol[0] for symbol in symbols]
    assert read.metadata.title == "A tune"
    assert melody.flatten().getElementsByClass(music21.tempo.MetronomeMark)[0].number == 97.5
    assert [part.partName for part in read.parts][-3:] == ["Strings", "Bass", "Drums"]
    assert len(read.parts) == 6  # the piano has two staves
    chord = read.parts[3].flatten().notes[0]
    assert [pitch.midi for pitch in chord.pitches] == [57, 60, 64]
    drums = read.parts[5].flatten()
    assert isinstance(drums.notes[0], music21.percussion.PercussionChord)
    assert isinstance(drums.getElementsByClass("Clef")[0], music21.clef.PercussionClef)


QUALITIES = ("Am7", "D7", "Gmaj7", "F#m7b5", "Bb/D", "Cdim7", "G7sus4", "E7#9")
SPLITS = ((480,), (240, 240), (160,) * 3, (320, 160), (80,) * 6, (60,) * 8, (360, 120))


def busy_band(metre: Metre, swung: bool = False) -> Score:
    """Eight bars with a pickup: all kinds of tuplets in the tune, chords that are struck anew, a
    bass in eighths, drums in triplets, and a seventh or more in each bar."""
    random, bar = Random(metre.beats), metre.bar_ticks  # noqa: S311 - no secret
    tune, at = list[Note](), bar - metre.beat_ticks
    while at < 8 * bar:
        for ticks in SPLITS[1] if swung else random.choice(SPLITS):
            tune.append(Note(at, 60 + random.randrange(24), ticks, 80))
            at += ticks
    beats = range(bar, 8 * bar, 480)
    keys = [Note(start, pitch, 460) for start in beats for pitch in (43, 52, 58, 64, 69)]
    bass = [Note(t, 30 + random.randrange(20), 230) for t in range(bar, 8 * bar, 240)]
    step = 240 if swung else 160
    drums = [Note(t, 42, 40) for t in range(bar, 8 * bar, step)] + [Note(t, 38, 40) for t in beats]
    tracks = (
        Track("Mélodie", tuple(tune), 73), Track("Keys", tuple(keys), 4),
        Track("Bass & co", tuple(bass), 33), Track("Drums", tuple(drums), 0, True),
    )  # fmt: skip
    marks = tuple(ChordMark(i * bar, symbol) for i, symbol in enumerate(QUALITIES))
    return Score(tracks, 97.5, metre, "G minor", marks)


@pytest.mark.parametrize("metre", ["4/4", "3/4", "6/8", "5/4", "swung"])
def test_music21_reads_a_whole_band_as_it_is_played(metre: str) -> None:
    import music21

    swung = metre == "swung"
    beats, unit = (int(number) for number in ("4/4" if swung else metre).split("/"))
    score = busy_band(Metre(beats, unit), swung)
    played = score.with_tracks(map(swing, score.tracks)) if swung else score
    read: Any = music21.converter.parseData(full_score(played).decode(), format="musicxml")
    staves: dict[str, list[tuple[float, int]]] = {}
    for part in read.parts:
        heads = staves.setdefault(part.partName, [])
        for sign in part.flatten().notes:
            if isinstance(sign, music21.harmony.ChordSymbol) or (
                sign.tie and sign.tie.type != "start"
            ):
                continue
            pitches = [0] * len(getattr(sign, "notes", "1")) if part.partName == "Drums" else ()
            heads += [(sign.offset * 480, p) for p in pitches or [p.midi for p in sign.pitches]]
    assert list(staves) == list(score.part_names)
    for track, heads in zip(score.tracks, staves.values(), strict=True):
        wanted = [(n.start_tick, 0 if track.is_drum else n.pitch) for n in track.notes]
        assert len(heads) == len(wanted)
        for (at, pitch), (start, right) in zip(sorted(heads), sorted(wanted), strict=True):
            assert (abs(at - start) <= 40, pitch) == (True, right)  # a 1/32 triplet
    symbols = list(read.parts[0].flatten().getElementsByClass(music21.harmony.ChordSymbol))
    assert [symbol.offset * 480 for symbol in symbols] == [m.start_tick for m in score.chords]
    for symbol, mark in zip(symbols, score.chords, strict=True):
        chord = parse_chord(mark.symbol)
        assert chord is not None
        assert {p.pitchClass for p in symbol.pitches} == set(chord_tones(chord)), mark.symbol


def test_a_metronome_stands_at_each_bar_with_another_tempo() -> None:
    """A bar at 120, one that slows to 60 in its middle, two at 60; a little push is no sign."""
    import music21

    tempos = ((0, 500_000), (2880, 1_000_000), (6000, 990_000))
    score = replace(tune(4), tempo_bpm=60.0, tempos=tuple(TempoMark(*mark) for mark in tempos))
    sheet: Any = music21.converter.parseData(full_score(score).decode(), format="musicxml")
    part = sheet.parts[0]
    marks = [
        (measure.number, mark.number)
        for measure in part.getElementsByClass("Measure")
        for mark in measure.getElementsByClass("MetronomeMark")
    ]
    assert marks == [(1, 120), (2, 80), (3, 60)]


def test_the_lead_sheet_holds_the_melody_and_the_chords_alone() -> None:
    sheet = read_sheet(lead_sheet(band(bars=2)))
    assert {note.part for note in sheet.notes} == {"P1"}
    assert len(sheet.notes) == 8
    assert sheet.chords == [
        (0, "A minor-seventh"), (960, "Bb major"), (1920, "A minor-seventh"), (2880, "Bb major"),
    ]  # fmt: skip


def test_parts_are_named_and_drums_are_known_to_players() -> None:
    root = read_sheet(full_score(band())).root
    names = [part.findtext("part-name") for part in root.iterfind("part-list/score-part")]
    assert names == ["Melody", "Piano", "Strings", "Bass", "Drums"]
    drums = root.find("part-list/score-part[@id='P5']")
    assert drums is not None
    assert [e.text for e in drums.iterfind("score-instrument/instrument-name")] == [
        "Kick", "Snare", "Closed hi-hat",
    ]  # fmt: skip
    assert {e.text for e in drums.iterfind("midi-instrument/midi-channel")} == {"10"}
    assert root.findtext("part[@id='P5']/measure/attributes/clef/sign") == "percussion"
    assert root.findtext("part[@id='P1']/measure/attributes/key/fifths") == "0"


def test_text_stays_text() -> None:
    score = replace(
        band(title=HOSTILE),
        tracks=(replace(EIGHTHS, name=HOSTILE),),
        chords=(ChordMark(0, HOSTILE), ChordMark(480, "\x00\x1b")),
    )
    root = read_sheet(lead_sheet(score)).root
    assert root.findtext("work/work-title") == HOSTILE
    assert root.findtext("part-list/score-part/part-name") == HOSTILE
    assert [words.text for words in root.iter("words")] == [HOSTILE]


def test_the_same_score_gives_the_same_bytes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    script = (
        "import sys; from export_tools import band; from studio.export.musicxml import full_score\n"
        "sys.stdout.buffer.write(full_score(band()))"
    )
    paths = os.pathsep.join(str(ROOT / place) for place in (".", "tests", "tests/export"))
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONHASHSEED": "7", "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env=environment, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout == full_score(band())
    assert done.stderr == b""
    assert list(tmp_path.iterdir()) == []
    assert b"music21" not in done.stdout
    assert b"date" not in done.stdout


def test_a_pickup_is_rests_and_a_silent_part_whole_rests() -> None:
    pickup = Track("Melody", (Note(3 * 480, 60, 480), Note(4 * 480, 64, 1920)))
    sheet = read_sheet(full_score(Score((pickup, Track("Nothing")))))
    assert [(n.onset, n.length) for n in sheet.notes] == [(1440, 480), (1920, 1920)]
    silent = sheet.root.findall("part[@id='P2']/measure/note/rest")
    assert len(silent) == 2


def test_what_swings_is_written_in_even_eighths() -> None:
    sheet = read_sheet(lead_sheet(Score((swing(EIGHTHS),))))
    assert [note.onset for note in sheet.notes] == [i * 240 for i in range(32)]
    assert [words.text for words in sheet.root.iter("words")] == ["Swing"]
    assert [part.text for part in next(sheet.root.iter("swing"))] == ["2", "1", "eighth"]
    assert [beam.text for beam in sheet.root.iter("beam")] == ["begin", "end"] * 16


def test_a_leading_tone_is_a_sharp_and_a_flat_key_has_flats() -> None:
    notes = tuple(Note(i * 480, pitch, 480) for i, pitch in enumerate((68, 69, 70, 66)))
    for key, names in (
        ("A minor", ["G1", "A0", "B-1", "F1"]),
        ("Eb major", ["A-1", "A0", "B-1", "G-1"]),
        ("F# major", ["G1", "A0", "A1", "F1"]),
    ):
        root = read_sheet(lead_sheet(Score((Track("", notes),), key=key))).root
        written = [f"{p.findtext('step')}{p.findtext('alter', '0')}" for p in root.iter("pitch")]
        assert written == names, key


@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("fifths", range(-7, 8))
def test_a_key_is_spelt_the_same_in_every_file(fifths: int, minor: bool) -> None:
    name = str(Key.of_signature(fifths, minor))
    score = Score((EIGHTHS,), key=name)
    assert midi.read(midi.write(score)).score.key == name
    written = mido.MidiFile(file=io.BytesIO(midi.write(score)))
    assert [m.key for m in written.tracks[0] if m.type == "key_signature"] == [
        name.removesuffix(" major").replace(" minor", "m")
    ]
    root = read_sheet(lead_sheet(score)).root
    assert root.findtext(".//key/fifths") == str(fifths)


def test_what_no_page_could_hold_is_refused_with_a_sentence() -> None:
    late = Score((Track("Melody", (Note(10**12, 60, 480),)),))
    many = Score(tuple(EIGHTHS for _ in range(700)))
    for score in (late, many, replace(band(), chords=(ChordMark(10**12, "C"),)), Score()):
        with pytest.raises(BadScore, match=r"MIDI|melody"):
            full_score(score)
    hundred = Score(tuple(replace(EIGHTHS, name=str(i)) for i in range(128)), metre=Metre(12, 8))
    assert len(read_sheet(lead_sheet(hundred)).notes) == 32
