"""One file track is one part, however its notes are written; names and losses are told."""

from __future__ import annotations

import io
from typing import Any

import mido
import pytest
from helpers import BEAT, CASES, line
from hypothesis import given
from hypothesis import strategies as st

from studio.music import midi
from studio.music.melody import from_file, part_lines
from studio.music.score import Note, Score, Track

Event = Any  # of mido, which has no types
TUNE = [60, 62, 64, 65, 67, 65, 64, 62] * 4


def played(pitches: list[int], channels: list[int] | None = None, ticks: int = BEAT) -> list[Event]:
    """One note after another, the channels in turn."""
    events: list[Event] = []
    for number, pitch in enumerate(pitches):
        channel = (channels or [0])[number % len(channels or [0])]
        events.append(mido.Message("note_on", channel=channel, note=pitch, velocity=80))
        events.append(mido.Message("note_off", channel=channel, note=pitch, time=ticks))
    return events


def program(number: int, channel: int = 0) -> Event:
    return mido.Message("program_change", program=number, channel=channel)


def control(number: int, value: int, channel: int = 0) -> Event:
    return mido.Message("control_change", control=number, value=value, channel=channel)


def named(name: str) -> Event:
    return mido.MetaMessage("track_name", name=name)


def together(*parts: list[Event]) -> list[Event]:
    """Parts that sound at once, in one track."""
    timed = []
    for part in parts:
        now = 0
        for event in part:
            now += event.time
            timed.append((now, event))
    timed.sort(key=lambda pair: (pair[0], pair[1].type == "note_on"))
    result, last = [], 0
    for now, event in timed:
        result.append(event.copy(time=now - last))
        last = now
    return result


def read(*tracks: list[Event], format: int = 1) -> midi.MidiFile:
    file = mido.MidiFile(type=format, ticks_per_beat=BEAT)
    file.tracks += [mido.MidiTrack(track) for track in tracks]
    buffer = io.BytesIO()
    file.save(file=buffer)
    return midi.read(buffer.getvalue())


def shape(file: midi.MidiFile) -> list[tuple[str, int, bool, int]]:
    return [(t.name, t.program, t.is_drum, len(t.notes)) for t in file.score.tracks]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("torn_program_change", [("Violin", 48, False, 32)]),
        ("torn_mpe", [("Lead", 0, False, 32)]),
        (
            "format0_same_names",
            [
                ("Alto saxophone", 65, False, 32),
                ("Finger bass", 33, False, 16),
                ("Drum kit", 0, True, 32),
            ],
        ),
        ("melody_on_channel_10", [("Melody", 0, True, 32)]),
        ("name_blank", [("Track 1", 0, False, 32), ("Track 2", 0, False, 32)]),
    ],
)  # fmt: skip
def test_the_parts_of_the_cases(name: str, expected: list[tuple[str, int, bool, int]]) -> None:
    found = shape(midi.read_path(CASES / f"{name}.mid"))
    assert [(n, d, c) for n, _, d, c in found] == [(n, d, c) for n, _, d, c in expected]
    if name != "torn_program_change":
        assert found == expected


@given(st.lists(st.sampled_from([c for c in range(16) if c != 9]), min_size=1, max_size=9))
def test_a_part_on_many_channels_is_one_part(channels: list[int]) -> None:
    conductor: list[Event] = [mido.MetaMessage("set_tempo", tempo=500_000)]
    whole = read(conductor, [named("Lead"), *played(TUNE)]).score
    assert read(conductor, [named("Lead"), *played(TUNE, channels)]).score == whole


@given(st.lists(st.sampled_from(range(128)), min_size=1, max_size=6), st.integers(0, 15))
def test_a_part_that_changes_its_program_is_one_part(programs: list[int], channel: int) -> None:
    events: list[Event] = [named("Lead")]
    for number, each in enumerate(programs):
        events += [program(each, channel), *played([60 + number] * 3, [channel])]
    events += [program(programs[0], channel), *played([50], [channel], 4)]
    [track] = read(events).score.tracks
    assert len(track.notes) == 3 * len(programs) + 1
    assert track.program == max(programs, key=lambda p: (programs.count(p), p == programs[0]))


CHORDS: list[Event] = [
    event
    for _ in range(8)
    for event in (
        *(mido.Message("note_on", channel=1, note=pitch, velocity=70) for pitch in (48, 52, 55)),
        mido.Message("note_off", channel=1, note=48, time=4 * BEAT),
        *(mido.Message("note_off", channel=1, note=pitch) for pitch in (52, 55)),
    )
]  # fmt: skip
DRUMS = played([36, 42, 38, 42] * 8, [9])


@pytest.mark.parametrize("format", [0, 1])
def test_a_file_of_one_track_has_a_part_on_each_channel(format: int) -> None:
    events = [named("My song"), program(73), program(24, 1), *together(played(TUNE), CHORDS, DRUMS)]
    assert shape(read(events, format=format)) == [
        ("Flute", 73, False, 32),
        ("Nylon guitar", 24, False, 24),
        ("Drum kit", 0, True, 32),
    ]


def test_parts_of_one_instrument_are_told_apart() -> None:
    file = read([named("My song"), *together(played(TUNE), CHORDS, DRUMS)], format=0)
    names = [line.name for line in part_lines(file)]
    assert names == ["Grand piano", "Grand piano 2", "Drum kit"]
    synths = [[named("Synth Brass"), program(each), *played(TUNE)] for each in (62, 62)]
    assert [line.name for line in part_lines(read(*synths))] == ["Synth Brass", "Synth Brass 2"]
    assert "(Grand piano 2, Drum kit)" in " ".join(from_file(file).report)


def test_channels_are_named_by_prefixes() -> None:
    prefixed = [
        event
        for channel, name in ((0, "Tune"), (1, "Chords"))
        for event in (mido.MetaMessage("channel_prefix", channel=channel), named(name))
    ]
    events = [named("My song"), *prefixed, *together(played(TUNE), CHORDS, DRUMS)]
    assert [t.name for t in read(events, format=0).score.tracks] == ["Tune", "Chords", "Drum kit"]


def test_drums_in_the_track_of_others_are_apart() -> None:
    band = [named("Band"), *together(played(TUNE), CHORDS, DRUMS)]
    file = read(band, [named("Flute"), *played(TUNE, [3])])
    assert shape(file) == [
        ("Band", 0, False, 56), ("Drum kit", 0, True, 32), ("Flute", 0, False, 32),
    ]  # fmt: skip
    assert [source.track for source in file.sources] == [0, 0, 1]


MPE = [control(101, 0), control(100, 6), control(6, 15)]


@pytest.mark.parametrize("format", [0, 1])
@pytest.mark.parametrize("channels", [list(range(1, 16)), [1, 2, 3], [9, 3, 12, 5]])
def test_a_controller_with_a_channel_for_each_note_plays_one_part(
    format: int, channels: list[int]
) -> None:
    whole = [Track("Lead", line(TUNE), 0)]
    assert read([named("Lead"), *played(TUNE, channels)], format=format).score.tracks == tuple(
        whole
    )
    in_chords = together(played(TUNE, channels), played([p - 12 for p in TUNE], channels[::-1]))
    [track] = read([named("Keys"), *MPE, *in_chords], format=format).score.tracks
    assert len(track.notes) == 64
    assert not track.is_drum


def test_voices_of_one_sound_in_one_track_stay_voices() -> None:
    voices = [played([p + 12 * voice for p in TUNE], [voice]) for voice in range(4)]
    assert len(read(together(*voices), format=0).score.tracks) == 4


def test_a_program_that_is_set_in_a_track_of_its_own_holds() -> None:
    setup: list[Event] = [program(40, 0), program(56, 1)]
    file = read(setup, played(TUNE), played(TUNE, [1]), [program(71, 2), *played(TUNE, [2])])
    assert [track.program for track in file.score.tracks] == [40, 56, 71]


@pytest.mark.parametrize("name", ["", " ", "\t\n", "\x00", "\u200b"])
def test_a_blank_name_is_a_number(name: str) -> None:
    track = [mido.MetaMessage("track_name", name=name.encode().decode("latin-1")), *played(TUNE)]
    assert [t.name for t in read(track, track).score.tracks] == ["Track 1", "Track 2"]


def test_an_instrument_names_a_track_without_a_name() -> None:
    track = [mido.MetaMessage("instrument_name", name="Oboe d'amore"), *played(TUNE)]
    assert read(track).score.tracks[0].name == "Oboe d'amore"


BEND = mido.Message("pitchwheel", pitch=4096)


@pytest.mark.parametrize(
    ("events", "loss"),
    [
        ([BEND], "Dropped: pitch bends; each note keeps its plain pitch."),
        ([control(64, 127)], "Dropped: the pedal; each note lasts as long as its key was held."),
        ([control(1, 90)], "Dropped: modulation."),
        ([control(7, 80), control(10, 20), control(11, 90)], "Dropped: expression, pan, volume."),
        ([mido.Message("aftertouch", value=9)], "Dropped: aftertouch."),
        ([mido.Message("polytouch", note=60, value=9)], "Dropped: aftertouch."),
        ([control(0, 8)], "Dropped: sound banks."),
        ([control(85, 8)], "Dropped: controllers."),
        (
            [program(5), *played([60] * 40)],
            "Simplified: its instrument changes; FM piano plays all of it.",
        ),
    ],
)  # fmt: skip
def test_what_the_notes_do_not_hold_is_said(events: list[Event], loss: str) -> None:
    whole = [program(4), *played(TUNE)]
    file = read([*whole, *events, *played([70])], [*played(TUNE, [1])])
    assert file.sources[0].losses == (loss,)
    assert file.sources[1].losses == ()


def test_controllers_at_rest_are_no_loss() -> None:
    rest = [mido.Message("pitchwheel", pitch=0), control(64, 0), control(7, 100), control(10, 64)]
    rest += [control(11, 127), control(121, 0), control(101, 0), control(100, 0), control(6, 2)]
    assert read([*rest, *played(TUNE)]).sources[0].losses == ()


@pytest.mark.parametrize(
    ("meta", "remark"),
    [
        (mido.MetaMessage("lyrics", text="la"), "Dropped: lyrics."),
        (mido.MetaMessage("text", text="made by hand"), "Dropped: text."),
        (mido.MetaMessage("cue_marker", text="fade"), "Dropped: cue points."),
        (mido.MetaMessage("copyright", text="1999 Ada"), "Dropped: its notice “1999 Ada”."),
        (mido.Message("sysex", data=(65, 16, 66)), "Dropped: settings of one synthesiser."),
    ],
)
def test_what_a_file_says_in_words_is_said(meta: Event, remark: str) -> None:
    assert read([meta], played(TUNE)).remarks == (remark,)


def test_karaoke_is_lyrics() -> None:
    words: list[Event] = [mido.MetaMessage("text", text=f"la{i}", time=BEAT) for i in range(12)]
    assert read(words, played(TUNE)).remarks == ("Dropped: lyrics.",)


def test_a_score_of_our_own_loses_nothing() -> None:
    score = Score((Track("A", (Note(0, 60, 480),), 40), Track("B", (Note(0, 38, 60),), 0, True)))
    file = midi.read(midi.write(score))
    assert file.remarks == ()
    assert [source.losses for source in file.sources] == [(), ()]
