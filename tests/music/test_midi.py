"""MIDI: what is written is read back, by Tutti and by others; a bad file is one sentence."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable

import mido
import pretty_midi
import pytest
from helpers import (
    BAD_FILES,
    BEAT,
    CASES,
    GOOD_FILE,
    header,
    line,
    note_events,
    scores,
    track_chunk,
    tune,
)
from hypothesis import given, settings

from studio.ground.errors import BadMidi
from studio.music import midi
from studio.music.conductor import Marker
from studio.music.melody import from_file
from studio.music.score import ChordMark, Metre, Note, Score, Track

CONDUCTED = (
    "tempo_two_at_0",
    "tempo_setup_bar",
    "key_two_at_0",
    "key_mode_255",
    "metre_one_2_4_bar",
)
BAND = Score(
    (
        Track("旋律", line([60, 62, 64, 65]), 73),
        Track("Basse profonde", line([36, 36, 43, 43]), 33),
        Track("Batterie", line([36, 42, 38, 42], 0.5), 0, is_drum=True),
    ),
    97.31,
    Metre(3, 4),
    "Eb major",
    (ChordMark(0, "Eb"), ChordMark(1440, "Bb7")),
    "Ein Lied",
)


@given(scores())
def test_what_is_written_is_read_back(score: Score) -> None:
    file = midi.read(midi.write(score))
    assert (file.score, file.remarks) == (score, ())


@given(scores())
def test_the_same_score_gives_the_same_bytes(score: Score) -> None:
    data = midi.write(score)
    assert data == midi.write(score)
    assert data == midi.write(midi.read(data).score)


def test_the_melody_stays_the_first_track() -> None:
    assert [track.name for track in midi.read(midi.write(BAND)).score.tracks] == [
        "旋律", "Basse profonde", "Batterie",
    ]  # fmt: skip


def read_with_mido(data: bytes) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(data), charset="utf-8")


@given(scores())
@settings(max_examples=30)
def test_mido_reads_the_same_score(score: Score) -> None:
    file = read_with_mido(midi.write(score))
    assert (file.type, file.ticks_per_beat) == (1, BEAT)
    conductor, *parts = file.tracks
    told = [event.tempo for event in conductor if event.type == "set_tempo"]
    tempos = [mark.quarter_microseconds for mark in score.tempos]
    assert told == (tempos or [round(60e6 / score.tempo_bpm)])
    metre = next(event for event in conductor if event.type == "time_signature")
    assert (metre.numerator, metre.denominator) == (score.metre.beats, score.metre.unit)
    assert [event.text for event in conductor if event.type == "marker"] == [
        mark.symbol for mark in score.chords
    ]
    assert [part.name for part in parts] == [track.name for track in score.tracks]
    for part, track in zip(parts, score.tracks, strict=True):
        now = 0
        held: dict[int, tuple[int, int]] = {}
        notes: list[Note] = []
        program_at = None
        for event in part:
            now += event.time
            if event.type == "program_change":
                assert not held
                assert not notes
                assert (now, event.program) == (0, track.program)
                program_at = now
            elif event.type in ("note_on", "note_off"):
                assert program_at == 0
                assert (event.channel == 9) == track.is_drum
                if event.type == "note_on":
                    held[event.note] = (now, event.velocity)
                else:
                    start, velocity = held.pop(event.note)
                    notes.append(Note(start, event.note, now - start, velocity))
        assert not held
        assert tuple(sorted(notes)) == track.notes


@given(scores())
@settings(max_examples=20)
def test_pretty_midi_reads_the_same_score(score: Score) -> None:
    file = pretty_midi.PrettyMIDI(io.BytesIO(midi.write(score)))

    def at(tick: int) -> int:
        return round(score.clock.seconds_at(tick))

    expected = Counter(
        (note.pitch, note.velocity, track.is_drum, track.program, at(note.start_tick))
        for track in score.tracks
        for note in track.notes
    )
    found = Counter(
        (note.pitch, note.velocity, part.is_drum, part.program, at(tick))
        for part in file.instruments
        for note in part.notes
        for tick in [round(file.time_to_tick(note.start))]
    )
    assert found == expected
    assert file.get_end_time() >= score.duration_seconds * 0.9999
    names = {part.name.encode("latin-1").decode("utf-8") for part in file.instruments}
    assert names == {track.name for track in score.tracks}
    assert len(file.key_signature_changes) == (score.key is not None)


def test_drums_are_on_channel_10_and_melodic_parts_never() -> None:
    parts = tuple(Track(f"Part {i}", line([60]), i) for i in range(20))
    score = Score((*parts, Track("Drums", line([36]), 0, True)))
    channels = [
        {event.channel for event in track if not event.is_meta}
        for track in read_with_mido(midi.write(score)).tracks[1:]
    ]
    assert channels[-1] == {9}
    assert all(9 not in channel for channel in channels[:-1])
    assert midi.read(midi.write(score)).score == score


def test_a_note_repeated_at_once_is_ended_before_it_begins_again() -> None:
    repeated = Score((Track("Piano", tuple(Note(i * 120, 60, 120) for i in range(8))),))
    data = midi.write(repeated)
    assert midi.read(data).score == repeated
    pressed = [
        event.type == "note_on"
        for event in read_with_mido(data).tracks[1]
        if event.type in ("note_on", "note_off")
    ]
    assert pressed == [True, False] * 8
    assert len(pretty_midi.PrettyMIDI(io.BytesIO(data)).instruments[0].notes) == 8


def test_a_note_struck_while_it_sounds_ends_first() -> None:
    track = Track("Piano", (Note(0, 60, 960, 70), Note(480, 60, 480, 90)))
    [read] = midi.read(midi.write(Score((track,)))).score.tracks
    assert read.notes == (Note(0, 60, 480, 70), Note(480, 60, 480, 90))


def test_two_notes_at_once_on_one_key_are_the_longer_one() -> None:
    track = Track("Piano", (Note(0, 60, 480, 70), Note(0, 60, 960, 90)))
    [read] = midi.read(midi.write(Score((track,)))).score.tracks
    assert read.notes == (Note(0, 60, 960, 90),)


@pytest.mark.parametrize(("build", "word"), BAD_FILES.values(), ids=list(BAD_FILES))
def test_a_bad_file_is_refused_with_one_sentence(build: Callable[[], bytes], word: str) -> None:
    with pytest.raises(BadMidi, match=word) as refused:
        from_file(midi.read(build()))
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert ":" in sentence  # what is wrong: what to do


def test_more_tracks_than_the_limit_are_refused() -> None:
    count = midi.MAX_TRACKS + 1
    data = header(count) + track_chunk(note_events()) * count
    with pytest.raises(BadMidi, match="64 tracks"):
        midi.read(data)


@pytest.mark.parametrize(("division", "ticks"), [(96, 96), (1, 1), (960, 960), (32767, 32767)])
def test_any_time_base_is_read_in_our_ticks(division: int, ticks: int) -> None:
    data = header(division=division) + track_chunk(note_events(ticks=ticks))
    [track] = midi.read(data).score.tracks
    assert track.notes[0].duration_ticks == BEAT


def meta(kind: int, content: bytes) -> bytes:
    return b"\x00\xff" + bytes([kind, len(content)]) + content


def tempo(microseconds: int) -> bytes:
    return meta(0x51, microseconds.to_bytes(3, "big"))


@pytest.mark.parametrize(
    ("events", "tempo_bpm", "metre", "remark"),
    [
        (b"", 120.0, "4/4", None),
        (tempo(0xFFFFFF), 20.0, "4/4", "moved to 20 bpm"),
        (tempo(100_000), 300.0, "4/4", "moved to 300 bpm"),
        (meta(0x58, bytes([6, 3, 24, 8])), 120.0, "6/8", None),
        (meta(0x58, bytes([99, 2, 24, 8])), 120.0, "4/4", None),  # said of its melody
    ],
)  # fmt: skip
def test_what_a_score_cannot_hold_is_remarked(
    events: bytes, tempo_bpm: float, metre: str, remark: str | None
) -> None:
    file = midi.read(header() + track_chunk(events + note_events()))
    assert file.score.tempo_bpm == tempo_bpm
    assert str(file.score.metre) == metre
    if remark is None:
        assert file.remarks == ()
    else:
        assert remark in " ".join(file.remarks)


def test_a_track_without_a_name_is_numbered() -> None:
    [track] = midi.read(header() + track_chunk(note_events())).score.tracks
    assert track.name == "Track 1"


def test_notes_without_an_end_are_no_endless_notes() -> None:
    hanging = b"\x00\x90\x40\x50"  # never released
    [track] = midi.read(header() + track_chunk(note_events() + hanging)).score.tracks
    assert track.end_tick <= 4 * BEAT


def test_a_good_file_stays_good() -> None:
    assert midi.read(GOOD_FILE).score == tune()


def test_a_pickup_written_as_a_short_bar_does_not_shift_the_bars() -> None:
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    conductor = mido.MidiTrack(
        [
            mido.MetaMessage("time_signature", numerator=1, denominator=4, time=0),
            mido.MetaMessage("time_signature", numerator=4, denominator=4, time=480),
        ]
    )
    part = mido.MidiTrack()
    for pitch in range(60, 77):  # a pickup of one beat, then four bars
        part.append(mido.Message("note_on", note=pitch, velocity=80, time=0))
        part.append(mido.Message("note_off", note=pitch, velocity=0, time=480))
    file.tracks += [conductor, part]
    buffer = io.BytesIO()
    file.save(file=buffer)
    score = midi.read(buffer.getvalue()).score
    assert str(score.metre) == "4/4"
    assert [note.start_tick for note in score.tracks[0].notes][:2] == [3 * 480, 4 * 480]


def test_what_the_conductor_says_is_handed_on_as_it_stands() -> None:
    """Two tempos and two keys at tick 0, a mode that is none, metres after each other, markers."""
    said = {name: midi.read_path(CASES / f"{name}.mid").conductor for name in CONDUCTED}
    assert [bpm for _, bpm in said["tempo_two_at_0"].tempos] == pytest.approx([60, 144], abs=0.01)
    assert [tick for tick, _ in said["tempo_setup_bar"].tempos] == [0, 4 * BEAT]
    assert said["key_two_at_0"].keys == ((0, 0, 0), (0, 1, 0))
    [(tick, sharps, mode)] = said["key_mode_255"].keys
    assert (tick, sharps) == (0, -2)
    assert mode not in (0, 1)
    said_of_metre = said["metre_one_2_4_bar"].metres
    assert said_of_metre == ((0, 4, 4), (32 * BEAT, 2, 4), (34 * BEAT, 4, 4))
    assert midi.read(midi.write(BAND)).conductor.markers == (Marker(0, "Eb"), Marker(1440, "Bb7"))
