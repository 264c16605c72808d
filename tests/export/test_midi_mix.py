"""What is exported as MIDI sounds as the mix is set: volume, pan, mute, in any reader."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import mido
import pretty_midi
from export_tools import band, material

from studio.export import FORMATS
from studio.music import midi
from studio.sound import Mix
from studio.sound.mix import Strip

SETTINGS = Mix({"Bass": Strip(0.2, -1.0), "Piano": Strip(mute=True), "Strings": Strip(pan=0.5)})


def test_other_readers_find_volume_and_pan_at_the_beginning(tmp_path: Path) -> None:
    score = band()
    data = FORMATS["midi"].data(material(score, tmp_path, mix=SETTINGS))
    levels = {"Melody": (100, 64), "Piano": (0, 64), "Strings": (100, 96), "Bass": (50, 0),
              "Drums": (100, 64)}  # fmt: skip
    for part in pretty_midi.PrettyMIDI(io.BytesIO(data)).instruments:
        found = {change.number: (change.time, change.value) for change in part.control_changes}
        assert found == {7: (0.0, levels[part.name][0]), 10: (0.0, levels[part.name][1])}
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks[1:]:
        kinds = [message.type for message in track if message.time == 0 or not message.is_meta]
        assert kinds[:4] == ["track_name", "program_change", "control_change", "control_change"]
    assert midi.read(data).score.tracks == midi.read(midi.write(score)).score.tracks


def test_a_plain_mix_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    score = band()
    for mix in (Mix(), Mix({"Bass": Strip(), "Gone": Strip(mute=True)})):
        data = FORMATS["midi"].data(material(score, tmp_path, mix=mix))
        assert data == midi.write(score)


def test_a_silent_part_silences_no_other_on_its_channel() -> None:
    drums = band().tracks[-1]
    score = band().with_tracks([drums, replace(drums, name="More drums")])
    data = midi.write(score, [midi.Fader(90, 20), midi.Fader(0)])
    found = {(m.control, m.value) for m in mido.MidiFile(file=io.BytesIO(data))
             if m.type == "control_change"}  # fmt: skip
    assert found == {(7, 90), (10, 20)}
