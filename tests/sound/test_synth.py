"""The synthesisers: in tune, in time, the same bytes every time; plain waves without FluidSynth."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from helpers import line
from hypothesis import given
from hypothesis import strategies as st

from studio.ground.errors import SoundError
from studio.music.score import Clock, Note, TempoMark, Track
from studio.sound import soundfonts
from studio.sound import synth as synth_module
from studio.sound.engine import FADE_FRAMES, SAMPLE_RATE_HZ, Audio, Engine
from studio.sound.places import Pan, middle
from studio.sound.plain import PlainSynth
from studio.sound.soundfonts import Catalogue, best
from studio.sound.synth import Synth, note_events, open_synth, pan_channels, synth_status

HAS_FLUIDSYNTH = synth_status().engine != PlainSynth.name
needs_fluidsynth = pytest.mark.skipif(not HAS_FLUIDSYNTH, reason="libfluidsynth is not installed")
CLOCK = Clock.of(125.0)  # a tick is a millisecond
SQUARE_LEAD = 80  # its fundamental is its loudest partial


@pytest.fixture(
    scope="module", params=[pytest.param("fluidsynth", marks=needs_fluidsynth), "plain"]
)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with Synth(best((), "timgm6mb")) if request.param == "fluidsynth" else PlainSynth() as synth:
        yield synth


def part(*notes: Note, program: int = SQUARE_LEAD, is_drum: bool = False) -> Track:
    return Track("part", notes, program, is_drum)


def played(engine: Engine, track: Track, seconds: float, pan: Pan = middle) -> Audio:
    audio = np.zeros((round(seconds * SAMPLE_RATE_HZ), 2), np.float32)
    engine.add_part(track, CLOCK, audio, pan)
    return audio


def loudness(audio: Audio, start_s: float, stop_s: float) -> float:
    piece = audio[round(start_s * SAMPLE_RATE_HZ) : round(stop_s * SAMPLE_RATE_HZ)]
    return float(np.sqrt(np.mean(np.square(piece))))


def loudest_hz(audio: Audio) -> float:
    spectrum = np.abs(np.fft.rfft(audio.mean(axis=1)))
    return float(np.argmax(spectrum) * SAMPLE_RATE_HZ / len(audio))


@pytest.mark.parametrize(("pitch", "frequency_hz"), [(57, 220.0), (69, 440.0), (81, 880.0)])
def test_a_note_sounds_at_its_pitch(engine: Engine, pitch: int, frequency_hz: float) -> None:
    audio = played(engine, part(Note(0, pitch, 1000)), 1.0)
    assert loudest_hz(audio) == pytest.approx(frequency_hz, rel=0.01)


def test_notes_sound_where_they_are_and_rests_are_silent(engine: Engine) -> None:
    audio = played(engine, part(Note(1000, 69, 500), Note(6000, 72, 500), program=0), 7.5)
    assert loudness(audio, 0.0, 0.99) == 0
    assert loudness(audio, 1.05, 1.4) > 0.01
    assert loudness(audio, 5.0, 5.99) < 1e-4
    assert loudness(audio, 6.05, 6.4) > 0.01


def test_a_louder_key_sounds_louder(engine: Engine) -> None:
    soft = played(engine, part(Note(0, 69, 1000, 40)), 1.0)
    loud = played(engine, part(Note(0, 69, 1000, 110)), 1.0)
    assert loudness(loud, 0.1, 0.9) > 1.5 * loudness(soft, 0.1, 0.9)


@pytest.mark.parametrize("is_drum", [False, True])
def test_each_pitch_is_heard_where_it_stands(engine: Engine, is_drum: bool) -> None:
    where = {38: 0.0, 42: 1.0, 51: -1.0}
    notes = (Note(1000 * second, pitch, 300, 127) for second, pitch in enumerate(where))
    audio = played(engine, part(*notes, program=0, is_drum=is_drum), 3.5, where.__getitem__)
    for second, pan in enumerate(where.values()):
        left, right = (loudness(channel, second, second + 0.3) for channel in audio.T)
        assert left + right > 0.002
        if pan:
            assert min(left, right) < 0.2 * max(left, right)
            assert (right > left) == (pan > 0)
        else:
            assert left == pytest.approx(right, rel=0.1)


def test_a_place_is_as_loud_as_the_middle(engine: Engine) -> None:
    track = part(Note(0, 69, 1000))
    pans = (-1.0, -0.5, 0.0, 0.3, 1.0)
    powers = [np.square(played(engine, track, 1.0, {69: pan}.__getitem__)).sum() for pan in pans]
    assert powers == pytest.approx([powers[2]] * 5, rel=0.1)


@given(st.sets(st.integers(0, 127), min_size=1), st.booleans())
def test_pitches_have_a_channel_for_each_place_as_far_as_there_are_channels(
    pitches: set[int], is_drum: bool
) -> None:
    track = part(*(Note(0, pitch, 10) for pitch in pitches), is_drum=is_drum)
    for places in (3, 200):
        where = {pitch: pitch % places / places for pitch in pitches}
        found = pan_channels(track, where.__getitem__)
        assert set(found) == pitches
        assert all(0 <= channel < 16 and 64 <= value <= 127 for channel, value in found.values())
        assert len(set(found.values())) == len({channel for channel, _ in found.values()})
        assert is_drum or all(channel != 9 for channel, _ in found.values())
        if places == 3:
            assert len(set(found.values())) == len({pitch % 3 for pitch in pitches})


def test_drums_are_drums(engine: Engine) -> None:
    hit = played(engine, part(Note(0, 38, 200, 100), is_drum=True), 1.0)
    tone = played(engine, part(Note(0, 38, 200, 100), program=0), 1.0)
    assert loudness(hit, 0.0, 0.05) > 0.01
    # A snare is noise: its energy is spread wide, where a piano's D2 lies below 2 kHz.
    assert share_above(hit, 2000.0) > 5 * share_above(tone, 2000.0)


def share_above(audio: Audio, frequency_hz: float) -> float:
    power = np.square(np.abs(np.fft.rfft(audio.mean(axis=1))))
    return float(power[round(frequency_hz * len(audio) / SAMPLE_RATE_HZ) :].sum() / power.sum())


def test_the_end_fades_to_zero(engine: Engine) -> None:
    audio = played(engine, part(Note(0, 69, 5000)), 2.0)
    assert not audio[-1].any()
    before_fade_s = 2.0 - FADE_FRAMES / SAMPLE_RATE_HZ
    assert loudness(audio, 1.9, 2.0) < loudness(audio, before_fade_s - 0.1, before_fade_s) / 2


def test_the_same_notes_give_the_same_bytes_whatever_was_played_before(engine: Engine) -> None:
    track = part(Note(0, 60, 700), Note(300, 64, 700), Note(900, 67, 300), program=48)
    first = played(engine, track, 1.5)
    played(engine, part(Note(0, 40, 1400, 127), program=0), 1.5)
    assert played(engine, track, 1.5).tobytes() == first.tobytes()


@needs_fluidsynth
def test_a_new_fluidsynth_gives_the_same_bytes() -> None:
    track = part(Note(0, 60, 700), program=48)
    renders = []
    for _ in range(2):
        with Synth(best((), "timgm6mb")) as synth:
            renders.append(played(synth, track, 1.0).tobytes())
    assert renders[0] == renders[1]


@given(
    st.lists(
        st.builds(Note, st.integers(0, 50), st.integers(60, 63), st.integers(1, 30)), max_size=20
    )
)
def test_every_key_pressed_is_released_before_it_is_pressed_again(notes: list[Note]) -> None:
    held: set[int] = set()
    frame_before = 0
    for frame, pitch, velocity in note_events(part(*notes), CLOCK):
        assert frame >= frame_before
        assert (pitch in held) == (velocity == 0)
        held ^= {pitch}
        frame_before = frame
    assert not held


def test_events_follow_the_tempos() -> None:
    """A beat at 120, then beats at 60: the third note begins after a second and a half."""
    slowing = Clock.of(120.0, (TempoMark(0, 500_000), TempoMark(480, 1_000_000)))
    events = note_events(part(*line([60, 62, 64])), slowing)
    pressed = [event.frame / SAMPLE_RATE_HZ for event in events if event.velocity]
    assert pressed == pytest.approx([0, 0.5, 1.5], abs=0.001)


def test_events_lie_within_a_block_of_their_tick() -> None:
    on, off = note_events(part(Note(1000, 60, 500, 90)), CLOCK)
    assert (on.pitch, on.velocity, off.velocity) == (60, 90, 0)
    assert abs(on.frame - 44_100) <= 32
    assert abs(off.frame - 66_150) <= 32


@needs_fluidsynth
def test_a_soundfont_that_fluidsynth_refuses_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare = Catalogue((), soundfonts.catalogue().fonts)  # only what pretty_midi carries
    monkeypatch.setattr(soundfonts, "catalogue", lambda: bare)
    lists = b"".join(b"LIST" + struct.pack("<I", 4) + kind for kind in (b"INFO", b"sdta", b"pdta"))
    hollow = b"RIFF" + struct.pack("<I", 4 + len(lists)) + b"sfbk" + lists
    (tmp_path / "Hollow.sf2").write_bytes(hollow)
    with pytest.raises(SoundError, match=r"cannot read .*Hollow\.sf2"):
        open_synth([tmp_path], "Hollow")
    with open_synth([tmp_path]) as synth:  # the next best plays
        assert synth.name.startswith("FluidSynth ")
        assert synth.name.endswith(" · TimGM6mb")


@needs_fluidsynth
def test_a_program_the_soundfont_lacks_plays_another_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = bytearray(best((), "timgm6mb").path.read_bytes())
    harpsichord = content.index(b"Harpsichord\0", content.rindex(b"phdr"))
    assert struct.unpack_from("<HH", content, harpsichord + 20) == (6, 0)  # program, bank
    struct.pack_into("<HH", content, harpsichord + 20, 6, 99)
    (tmp_path / "Gap.sf2").write_bytes(content)
    with open_synth([tmp_path], "Gap") as synth:
        audio = played(synth, part(Note(0, 60, 500), program=6), 1.0)
        piano = played(synth, part(Note(0, 60, 500), program=0), 1.0)
    np.testing.assert_array_equal(audio, piano)
    assert loudness(audio, 0.0, 0.4) > 0.01
    assert capfd.readouterr() == ("", "")


@needs_fluidsynth
def test_a_closed_synth_says_so() -> None:
    synth = Synth(best((), "timgm6mb"))
    synth.close()
    synth.close()
    with pytest.raises(SoundError, match="closed"):
        played(synth, part(Note(0, 60, 100)), 1.0)


@needs_fluidsynth
def test_the_status_names_engine_and_soundfont_without_loading_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def loaded(*_: object) -> None:
        raise AssertionError("the soundfont was loaded")

    monkeypatch.setattr(Synth, "__init__", loaded)
    (tmp_path / "Broken.sf2").write_bytes(b"nothing")
    status = synth_status([tmp_path])
    assert status.engine.startswith("FluidSynth ")
    assert status.soundfont
    assert any("Broken.sf2" in problem for problem in status.problems)


@pytest.mark.parametrize("error", [ImportError, OSError])
def test_without_fluidsynth_plain_waves_play_and_say_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def absent(name: str) -> ModuleType:
        if name == "fluidsynth":
            raise error("libfluidsynth.so.3: cannot open shared object file")
        return import_module(name)

    monkeypatch.setattr(synth_module, "quiet_import", absent)
    with open_synth() as synth:
        assert isinstance(synth, PlainSynth)
        assert "apt install libfluidsynth3" in synth.hint
        assert loudness(played(synth, part(Note(0, 69, 500)), 1.0), 0.0, 0.4) > 0.01
    status = synth_status()
    assert (status.engine, status.soundfont, status.hint) == ("plain waves", None, synth.hint)
    with pytest.raises(SoundError, match="install FluidSynth"):
        Synth(best((), "timgm6mb"))


def test_a_missing_pyfluidsynth_is_found_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fluidsynth", None)
    assert synth_status().engine == "plain waves"
