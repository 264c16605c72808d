"""MIDI files as people have them: wrapped, broken off, with lengths that are not theirs."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from helpers import BEAT, CASES, GOOD_FILE, delta, header, note_events, track_chunk, tune
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import BadMidi
from studio.music import midi, smf
from studio.music.score import Note, Score

END = b"\x00\xff\x2f\x00"


def meta(kind: int, content: bytes) -> bytes:
    return b"\x00\xff" + bytes([kind]) + delta(len(content)) + content


def chunk(events: bytes, length: int | None = None) -> bytes:
    """A track whose chunk says it has that length."""
    return b"MTrk" + struct.pack(">I", len(events) if length is None else length) + events


def pitches(data: bytes) -> list[int]:
    return [note.pitch for track in midi.read(data).score.tracks for note in track.notes]


def starts(data: bytes) -> list[tuple[int, int]]:
    [track] = midi.read(data).score.tracks
    return [(note.start_tick, note.duration_ticks) for note in track.notes]


CASE_NOTES = {
    "running_status_over_sysex": 16,
    "track_length_too_long": 32,
    "container_riff": 32,
    "division_smpte": 32,
    "noteoff_last_missing": 32,
    "noteoff_by_cc123": 32,
}


@pytest.mark.parametrize("name", CASE_NOTES)
def test_files_that_players_play_are_read(name: str) -> None:
    score = midi.read_path(CASES / f"{name}.mid").score
    assert [track.name for track in score.tracks] == ["Melody"]
    notes = score.tracks[0].notes
    assert len(notes) == CASE_NOTES[name]
    assert {note.duration_ticks for note in notes} == {BEAT}
    assert [note.start_tick for note in notes] == [BEAT * i for i in range(len(notes))]


def riff(data: bytes, before: bytes = b"") -> bytes:
    inside = (
        b"RMID" + before + b"data" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    )
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


SOUND_BANK = b"DLS " + struct.pack("<I", 6000) + bytes(6000)

WRAPPED: dict[str, bytes] = {
    "riff": riff(GOOD_FILE),
    "riff that begins with its sounds": riff(GOOD_FILE, SOUND_BANK),
    "riff that ends with its sounds": riff(GOOD_FILE) + SOUND_BANK,
    "riff with a forged length": b"RIFF\xff\xff\xff\xff" + riff(GOOD_FILE)[8:],
    "MacBinary": bytes(128) + GOOD_FILE + bytes(77),
    "zeros behind": GOOD_FILE + bytes(1000),
    "text behind": GOOD_FILE + b"TAG0 a comment of another program",
    "a chunk of its own kind": GOOD_FILE[:14] + b"XFIH\x00\x00\x00\x04abcd" + GOOD_FILE[14:],
    "a chunk with a track of its own": GOOD_FILE + b"OTSc\0\0\0\x0cMTrk\0\0\0\x04\0\x90\x40\x40",
    "a sound bank with such letters": riff(GOOD_FILE) + b"DLS \x20\0\0\0MTrk" + bytes(28),
    "a longer header": GOOD_FILE[:7] + b"\x08" + GOOD_FILE[8:14] + b"xx" + GOOD_FILE[14:],
}


@pytest.mark.parametrize("kind", WRAPPED)
def test_a_wrapped_file_is_the_file(kind: str) -> None:
    assert midi.read(WRAPPED[kind]) == midi.read(GOOD_FILE)


NOTES = b"".join(note_events(60 + i) for i in range(8))


@pytest.mark.parametrize("length", [0, 1, 9, 40, 10_000, 0xFFFFFFFF])
@pytest.mark.parametrize("place", [0, 1])
def test_a_length_that_is_not_the_tracks_does_no_harm(length: int, place: int) -> None:
    lengths: list[int | None] = [None, None]
    lengths[place] = length
    chunks = [chunk(NOTES + END, wanted) for wanted in lengths]
    file = midi.read(header(2) + b"".join(chunks))
    assert pitches(header(2) + b"".join(chunks)) == [*range(60, 68)] * 2
    assert file.remarks == ()


def test_a_track_that_takes_the_next_one_in_is_still_two() -> None:
    second = chunk(NOTES + END)
    first = chunk(NOTES + END, len(NOTES + END) + len(second))
    assert len(midi.read(header(2) + first + second).score.tracks) == 2


def test_a_track_without_an_end_is_read_to_the_next() -> None:
    file = midi.read(header(2) + chunk(NOTES) + chunk(NOTES))
    assert [len(track.notes) for track in file.score.tracks] == [8, 8]
    assert file.remarks == ()


def test_a_file_that_breaks_off_is_read_as_far_as_it_goes_and_says_so() -> None:
    whole = header(2) + chunk(NOTES + END) + chunk(NOTES + END)
    file = midi.read(whole[:-20])
    assert [len(track.notes) for track in file.score.tracks] == [8, 6]
    assert file.remarks == ("Damaged: 1 of 2 tracks breaks off; what comes before that was read.",)
    only_first = midi.read(whole[: len(whole) - len(chunk(NOTES + END))])
    assert only_first.remarks == ("Damaged: 1 of the file's 2 tracks is not in it.",)


@pytest.mark.parametrize(
    "between",
    [
        b"\x00\xf0\x05\x7e\x7f\x09\x01\xf7",
        b"\x00\xf7\x03\x01\x02\x03",
        b"\x00\xff\x01\x02ab",
        b"\x00\xff\x51\x03\x09\x27\xc0",
        b"\x00\xf8",
        b"\x00\xf1\x20",
        b"\x00\xf2\x20\x10",
    ],
)  # fmt: skip
def test_running_status_outlives_what_is_no_note(between: bytes) -> None:
    first = b"\x00\x90\x3c\x50" + delta(BEAT) + b"\x3c\x00"
    then = b"\x00\x3e\x50" + delta(BEAT) + b"\x3e\x00"
    assert starts(header() + track_chunk(first + between + then)) == [(0, BEAT), (BEAT, BEAT)]


FRAMES = [(24, 80), (25, 40), (29, 4), (30, 100), (25, 1)]


@pytest.mark.parametrize(("frames", "ticks"), FRAMES)
@pytest.mark.parametrize("bpm", [None, 90])
def test_time_in_frames_is_time(frames: int, ticks: int, bpm: int | None) -> None:
    second = round((30_000 / 1001 if frames == 29 else frames) * ticks)
    tempo = b"" if bpm is None else meta(0x51, round(60e6 / bpm).to_bytes(3, "big"))
    later = meta(0x51, (200_000).to_bytes(3, "big"))  # means nothing where time is in frames
    notes = note_events(60, 2 * second) + later + note_events(62, second)
    division = (256 - frames) << 8 | ticks
    file = midi.read(header(division=division) + track_chunk(tempo + notes))
    assert file.score.tempo_bpm == (bpm or 120)
    clock, notes_read = file.score.clock, file.score.tracks[0].notes
    assert [clock.seconds_at(n.start_tick) for n in notes_read] == pytest.approx([0, 2], abs=0.02)
    assert clock.seconds_at(notes_read[-1].end_tick) == pytest.approx(3, abs=0.02)
    assert any("frames" in remark for remark in file.remarks)


def stroke(pitch: int, ticks: int = 0, velocity: int = 80) -> bytes:
    return delta(ticks) + bytes([0x90, pitch, velocity])


def let_go(pitch: int, ticks: int = BEAT) -> bytes:
    return delta(ticks) + bytes([0x80, pitch, 64])


SILENCE = delta(BEAT) + b"\xb0\x7b\x00"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (stroke(60) + stroke(60, BEAT) + let_go(60), [(0, BEAT), (BEAT, BEAT)]),
        (
            stroke(60) + stroke(62) + SILENCE + stroke(60) + let_go(60),
            [(0, BEAT)] * 2 + [(BEAT, BEAT)],
        ),
        (
            stroke(60) + SILENCE + let_go(60) + stroke(60) + let_go(60),
            [(0, BEAT), (2 * BEAT, BEAT)],
        ),
        (
            stroke(60) + let_go(60) + stroke(62) + delta(BEAT) + b"\xff\x01\x00",
            [(0, BEAT), (BEAT, BEAT)],
        ),
        (stroke(60), [(0, BEAT)]),  # the track ends at once: a quarter note
        (let_go(60, 0) + stroke(60) + let_go(60) + let_go(60, 0), [(0, BEAT)]),
        # two fingers on one key: the first to press lets go first
        (
            stroke(60) + stroke(60, BEAT) + let_go(60) + let_go(60),
            [(0, 2 * BEAT), (BEAT, 2 * BEAT)],
        ),
    ],
)  # fmt: skip
def test_every_note_ends(events: bytes, expected: list[tuple[int, int]]) -> None:
    assert starts(header() + track_chunk(events)) == expected


def test_a_guessed_end_is_said() -> None:
    file = midi.read(header() + track_chunk(NOTES + stroke(60) + stroke(62)))
    assert file.sources[0].losses == (
        "Guessed: where to end 2 notes, which have no end in the file.",
    )
    assert midi.read(GOOD_FILE).sources[0].losses == ()


def test_data_bytes_out_of_range_are_the_nearest_note() -> None:
    data = header() + track_chunk(b"\x00\x90\x3c\xff" + delta(BEAT) + b"\x80\x3c\x00")
    assert midi.read(data).score.tracks[0].notes == (Note(0, 60, BEAT, 127),)


ALL_KEYS = b"".join(b"\x00\x90" + bytes([pitch, 9]) for pitch in range(128))
HOSTILE: dict[str, Callable[[], bytes]] = {
    "controllers": lambda: header() + chunk(b"\x00\xb0\x01\x01" + b"\x00\x01\x01" * 1_600_000),
    "silences": lambda: header() + chunk((ALL_KEYS + b"\x00\xb0\x7b\x00") * 9_000),
    "empty tracks": lambda: header(0xFFFF) + chunk(b"", 0) * 600_000,
    "tracks that break off": lambda: header() + (b"MTrk\xff\xff\xff\xff" + b"\x81" * 56) * 70_000,
    "a time without an end": lambda: header() + chunk(b"\xff" * 4_900_000),
    "a key never let go": lambda: header() + chunk(b"\x00\x90" + b"\x3c\x50\x00" * 1_600_000),
    "names": lambda: header() + chunk(b"\x00\xff\x03\x01\xe9" * 980_000),
    "one long name": lambda: header() + chunk(meta(3, b"\xe9" * 4_900_000) + NOTES),
    "prefixes": lambda: header() + chunk(b"\x00\xff\x20\x01\x00" * 900_000),
    "nothing but a beginning": lambda: b"RIFF" + b"MThd" * 1_240_000,
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_five_hostile_megabytes_are_settled_at_once(kind: str) -> None:
    data = HOSTILE[kind]()
    assert len(data) <= midi.MAX_BYTES
    begun = time.process_time()
    with suppress(BadMidi):
        midi.read(data)
    assert time.process_time() - begun < 3  # a third of it on a quiet core


SEEDS = {file.stem: file.read_bytes() for file in sorted(CASES.glob("*.mid"))}


@given(st.sampled_from(sorted(SEEDS)), st.randoms(use_true_random=False))
def test_any_bytes_are_read_or_refused(name: str, rng: random.Random) -> None:
    data = bytearray(SEEDS[name])
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        data[at : at + rng.randint(0, 5)] = rng.randbytes(rng.randint(0, 5))
    try:
        score = midi.read(bytes(data)).score
    except BadMidi:
        return
    assert score.note_count
    assert isinstance(midi.read(midi.write(score)).score, Score)


def test_conductor_events_may_stand_in_any_track() -> None:
    said = meta(0x51, (400_000).to_bytes(3, "big")) + meta(0x58, b"\x03\x02\x18\x08")
    said += meta(0x59, b"\xfe\x01") + meta(0x06, b"Gm")
    plain = [NOTES, NOTES, b""]
    scores = []
    for place in range(3):
        events = [said * (i == place) + notes for i, notes in enumerate(plain)]
        scores.append(midi.read(header(3) + b"".join(map(track_chunk, events))).score)
    assert scores[0] == scores[1] == scores[2]
    assert (scores[0].tempo_bpm, str(scores[0].metre)) == (150, "3/4")
    assert [mark.symbol for mark in scores[0].chords] == ["Gm"]


def test_events_of_other_formats_are_told_apart() -> None:
    assert smf.parse(midi.write(tune())).format == 1
    patterns = header(2)[:9] + b"\x02" + header(2)[10:] + track_chunk(NOTES) * 2
    assert any("patterns" in remark for remark in midi.read(patterns).remarks)
