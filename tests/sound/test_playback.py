"""A MIDI file is played as it is: whatever its channels are told is heard, in the file's time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import mido
import numpy as np
import pytest
import soundfile
from engines import needs_fluidsynth
from helpers import ROOT, melody_file, tune
from hypothesis import given
from hypothesis import strategies as st

import studio
from studio.ground.errors import BadMidi, SoundError
from studio.music.midi import read_playback
from studio.sound import render
from studio.sound.engine import SAMPLE_RATE_HZ, Audio
from studio.sound.plain import PlainSynth
from studio.sound.soundfonts import best
from studio.sound.synth import Synth

SQUARE_LEAD = 80
SECOND = 960  # ticks at 120 beats a minute


@pytest.fixture(scope="module")
def synth() -> Iterator[Synth]:
    with Synth(best((), "timgm6mb")) as one:
        yield one


def file_of(tmp_path: Path, *tracks: Sequence[tuple[int, mido.Message | mido.MetaMessage]]) -> Path:
    """A file whose tracks hold messages at ticks from the start."""
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    for messages in tracks:
        now = 0
        file.tracks.append(mido.MidiTrack())
        for tick, message in messages:
            file.tracks[-1].append(message.copy(time=tick - now))
            now = tick
    path = tmp_path / "file.mid"
    file.save(path)
    return path


def note(
    tick: int, pitch: int = 69, ticks: int = SECOND, channel: int = 0
) -> list[tuple[int, mido.Message]]:
    on = mido.Message("note_on", note=pitch, velocity=90, channel=channel)
    return [(tick, on), (tick + ticks, mido.Message("note_off", note=pitch, channel=channel))]


def control(tick: int, number: int, value: int, channel: int = 0) -> tuple[int, mido.Message]:
    return tick, mido.Message("control_change", control=number, value=value, channel=channel)


def program(tick: int, number: int, channel: int = 0) -> tuple[int, mido.Message]:
    return tick, mido.Message("program_change", program=number, channel=channel)


def played(synth: Synth, path: Path) -> Audio:
    piece = read_playback(path)
    audio = np.zeros((round((piece.duration_seconds + 1) * SAMPLE_RATE_HZ), 2), np.float32)
    for part in piece.parts:
        synth.add_messages(part, audio)
    return audio


def heard(audio: Audio, second: float) -> Audio:
    """Half a second of it."""
    return audio[round(second * SAMPLE_RATE_HZ) : round((second + 0.5) * SAMPLE_RATE_HZ)]


def loudness(audio: Audio) -> float:
    return float(np.sqrt(np.mean(np.square(audio))))


def loudest_hz(audio: Audio) -> float:
    spectrum = np.abs(np.fft.rfft(audio.mean(axis=1)))
    return float(np.argmax(spectrum) * SAMPLE_RATE_HZ / len(audio))


@needs_fluidsynth
def test_the_pedal_holds_what_the_key_lets_go(synth: Synth, tmp_path: Path) -> None:
    keys = [program(0, SQUARE_LEAD), *note(0, ticks=60)]
    dry = played(synth, file_of(tmp_path, [*keys, program(3 * SECOND, 0)]))
    wet = played(synth, file_of(tmp_path, [control(0, 64, 127), *keys, control(3 * SECOND, 64, 0)]))
    assert (len(dry), len(wet)) == (round(1.0625 * SAMPLE_RATE_HZ), 4 * SAMPLE_RATE_HZ)
    assert loudness(heard(dry, 0.5)) < 1e-3
    assert loudness(heard(wet, 2.0)) > 0.01


@needs_fluidsynth
def test_bends_move_the_pitch_as_far_as_the_file_says(synth: Synth, tmp_path: Path) -> None:
    up = mido.Message("pitchwheel", pitch=8191)
    plain = [program(0, SQUARE_LEAD), (0, up), *note(0)]
    assert loudest_hz(heard(played(synth, file_of(tmp_path, plain)), 0.2)) == pytest.approx(
        440 * 2 ** (2 / 12), rel=0.01
    )
    octave = [control(0, 101, 0), control(0, 100, 0), control(0, 6, 12)]  # registered parameter 0
    wide = file_of(tmp_path, [program(0, SQUARE_LEAD), *octave, (0, up), *note(0)])
    assert loudest_hz(heard(played(synth, wide), 0.2)) == pytest.approx(880, rel=0.01)


@needs_fluidsynth
@pytest.mark.parametrize("controller", [7, 11])
def test_volume_and_expression_are_heard_from_any_track(
    synth: Synth, tmp_path: Path, controller: int
) -> None:
    messages = [control(0, controller, 100), control(SECOND, controller, 50)]
    keys = [program(0, SQUARE_LEAD), *note(0), *note(SECOND)]
    audio = played(synth, file_of(tmp_path, messages, keys))
    # General MIDI: half the controller is a quarter of the amplitude
    assert loudness(heard(audio, 1.4)) / loudness(heard(audio, 0.4)) == pytest.approx(
        0.25, abs=0.03
    )


@needs_fluidsynth
def test_pan_and_later_programs_are_heard(synth: Synth, tmp_path: Path) -> None:
    keys = [program(0, SQUARE_LEAD), control(0, 10, 0), *note(0), program(SECOND, 73)]
    audio = played(synth, file_of(tmp_path, [*keys, control(SECOND, 10, 127), *note(SECOND)]))
    first, second = heard(audio, 0.3), heard(audio, 1.3)
    assert loudness(first[:, 0]) > 5 * loudness(first[:, 1])
    assert loudness(second[:, 1]) > 5 * loudness(second[:, 0])
    colours = [np.abs(np.fft.rfft(x.mean(axis=1)))[200:5000] for x in (first, second)]
    assert np.corrcoef(colours[0], colours[1])[0, 1] < 0.95


@needs_fluidsynth
def test_parts_on_one_channel_and_drums_sound_each_in_its_stem(
    synth: Synth, tmp_path: Path
) -> None:
    names = [(0, mido.MetaMessage("track_name", name=name)) for name in ("Left", "Right", "Kit")]
    tracks = [[names[0], *note(0)], [names[1], *note(SECOND, 60)], [names[2], *note(0, 38, 60, 9)]]
    piece = read_playback(file_of(tmp_path, *tracks))
    stems = render(piece, synth, tmp_path / "mix.wav", tmp_path / "stems")
    assert [path.name for path in stems] == ["01-left.wav", "02-right.wav", "03-kit.wav"]
    sounds = [soundfile.read(path)[0] for path in stems]
    assert loudness(heard(sounds[0], 0.2)) > 20 * loudness(heard(sounds[1], 0.2))
    mix = soundfile.read(tmp_path / "mix.wav")[0]
    assert np.abs(mix - sum(sounds)).max() <= 3 / 32768


@needs_fluidsynth
def test_a_key_that_is_never_let_go_ends_with_its_track(synth: Synth, tmp_path: Path) -> None:
    endless = [program(0, SQUARE_LEAD), note(0)[0], (SECOND, mido.MetaMessage("marker"))]
    audio = played(synth, file_of(tmp_path, endless, note(2 * SECOND, 30, SECOND, 1)))
    assert loudest_hz(heard(audio, 0.3)) == pytest.approx(440, rel=0.01)
    assert loudest_hz(heard(audio, 2.3)) < 200


TEMPOS = st.dictionaries(
    st.integers(0, 20 * 480), st.integers(50_000, 4_000_000), max_size=6
)  # down to 15 beats a minute, up to 1200


@given(TEMPOS, st.integers(1, 20 * 480))
def test_the_time_is_that_of_all_the_files_tempos(tempos: dict[int, int], end: int) -> None:
    file = mido.MidiFile(type=1, ticks_per_beat=480)
    file.tracks += [mido.MidiTrack(), mido.MidiTrack()]
    now = 0
    for tick in sorted(tick for tick in tempos if tick <= end):
        file.tracks[0].append(mido.MetaMessage("set_tempo", tempo=tempos[tick], time=tick - now))
        now = tick
    file.tracks[1] += [
        mido.Message("note_on", note=60),
        mido.Message("note_off", note=60, time=end),
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.mid"
        file.save(path)
        assert read_playback(path).duration_seconds == pytest.approx(file.length)


def test_plain_waves_play_the_notes_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.sound.open_synth", lambda *_: PlainSynth())
    name = studio.render(ROOT / "tests/cases/render_pedal.mid", tmp_path / "o.wav")
    assert name == "plain waves, which know no pedal, bends, volume, pan or later programs"
    assert loudness(soundfile.read(tmp_path / "o.wav")[0][:2000]) > 0.01
    assert studio.render(tune(1), tmp_path / "o.wav") == "plain waves"


def test_what_is_too_long_or_no_file_is_a_sentence(tmp_path: Path) -> None:
    long = file_of(tmp_path, note(0, ticks=SECOND * 60 * 21))
    with pytest.raises(SoundError, match="20 minutes"):
        render(read_playback(long), PlainSynth(), tmp_path / "o.wav")
    (tmp_path / "text.mid").write_text("no music")
    with pytest.raises(BadMidi, match="not a MIDI file"):
        studio.render(tmp_path / "text.mid", tmp_path / "o.wav")
    assert read_playback(melody_file(tmp_path / "tune.mid", tune(2))).note_count > 0
