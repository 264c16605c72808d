"""FluidSynth, driven message by message, and the choice between it and plain waves.

FluidSynth's own MIDI player is never used, and a soundfont is loaded by C code that trusts it:
open a `Synth` in a child process, never in the one that serves pages.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from studio.ground import quiet_import
from studio.ground.errors import SoundError
from studio.music.midi import PlaybackPart
from studio.music.score import Clock, Track
from studio.sound import plain, soundfonts
from studio.sound.engine import SAMPLE_RATE_HZ, Audio, Engine, accumulate
from studio.sound.places import Pan, middle
from studio.sound.plain import PlainSynth
from studio.sound.soundfonts import Soundfont

BLOCK_FRAMES = 64  # FluidSynth hears events between blocks of 64 frames, 1.5 ms
CHUNK_FRAMES = 1024 * BLOCK_FRAMES
SYNTH_GAIN = 0.5
LOG_LEVELS = range(5)
_OFF, _ON, _CONTROL, _PROGRAM, _PRESSURE, _BEND = (0x80, 0x90, 0xB0, 0xC0, 0xD0, 0xE0)  # status
_BEND_AT_REST = 8192
_PAN, _DRUMS = 10, 1  # a controller; a type of channel
_CHANNELS, _DRUM_CHANNEL = 16, 9


class NoteEvent(NamedTuple):
    """A key pressed, or released where `velocity` is 0, at a frame that is a multiple of 64."""

    frame: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class SynthStatus:
    """What would play: the engine, the soundfont and those beside it, how to get better ones, and
    unreadable files."""

    engine: str
    soundfont: str | None
    soundfonts: tuple[str, ...]
    hint: str | None
    problems: tuple[str, ...]


class Synth(Engine):
    """FluidSynth with one soundfont, kept loaded until it is closed; about 200 MB for 24 MB of sf3.

    Raises SoundError where FluidSynth is missing or refuses the soundfont.
    """

    def __init__(self, font: Soundfont) -> None:
        library = _library()
        if library is None:
            raise SoundError(plain.HINT)
        self.name = f"{_engine_name(library)} · {font.name}"
        self.hint = soundfonts.better(font)
        self._fluidsynth = library
        self._write_float = _write_float(library)
        self._press = _press(library)
        self._set_channel_type = _set_channel_type(library)
        self._font_path = font.path
        self._loading = Lock()  # parts are played side by side, each by a synthesiser of its own
        # FluidSynth shares the samples of a file among synthesisers: as long as this one lives, a
        # further one starts in 20 ms.
        self._keeper = self._load()

    def add_part(self, track: Track, clock: Clock, into: Audio, pan: Pan = middle) -> None:
        """Play `track` and add it to `into`, (frames, 2), from tick 0 to the end of `into`."""
        channels = pan_channels(track, pan)
        head = []
        for channel, value in sorted({(channel, value) for channel, value in channels.values()}):
            head.append((0, _PROGRAM | channel, 0 if track.is_drum else track.program, 0))
            head.append((0, _CONTROL | channel, _PAN, value))
        events = note_events(track, clock)
        keys = ((frame, _ON | channels[pitch][0], pitch, loud) for frame, pitch, loud in events)
        self._play([*head, *keys], into, is_drum=track.is_drum)

    def add_messages(self, part: PlaybackPart, into: Audio) -> None:
        """Play a part of a MIDI file with all that its channels are told: pedal, bends, volume,
        expression, pan, other controllers, pressure, programs and banks."""
        plain = [(0, _PROGRAM | channel, 0, 0) for channel in range(_CHANNELS)]  # else silence
        told = [(_block_frame(at), status, a, b) for at, status, a, b in part.messages]
        self._play([*plain, *told], into, reverb=True)

    def _play(
        self,
        messages: Iterable[tuple[int, int, int, int]],
        into: Audio,
        *,
        reverb: bool = False,
        is_drum: bool = False,
    ) -> None:
        """Messages at their frames, status byte and two data bytes each, into all of `into`; with
        FluidSynth's own `reverb`, or all channels as drums."""
        chunk: Audio = np.empty((CHUNK_FRAMES, 2), np.float32)
        address = chunk.ctypes.data
        with self._fresh(reverb) as fluid:
            for channel in range(_CHANNELS if is_drum else 0):
                self._set_channel_type(fluid.synth, channel, _DRUMS)
            cursor = 0

            def play_until(frame: int) -> None:
                nonlocal cursor
                while cursor < min(frame, len(into)):
                    count = min(frame, len(into), cursor + CHUNK_FRAMES) - cursor
                    self._write_float(fluid.synth, count, address, 0, 2, address, 1, 2)
                    accumulate(into, cursor, chunk[:count])
                    cursor += count

            for frame, status, first, second in messages:
                play_until(frame)
                self._tell(fluid, status & 0xF0, status & 0x0F, first, second)
            play_until(len(into))

    def _tell(self, fluid: Any, kind: int, channel: int, first: int, second: int) -> None:
        if kind == _ON and second:
            fluid.noteon(channel, first, second)
        elif kind in (_ON, _OFF):
            fluid.noteoff(channel, first)
        elif kind == _CONTROL:
            fluid.cc(channel, first, second)
        elif kind == _PROGRAM:
            fluid.program_change(channel, first)
        elif kind == _PRESSURE:
            self._press(fluid.synth, channel, first)
        elif kind == _BEND:
            fluid.pitch_bend(channel, (second << 7 | first) - _BEND_AT_REST)

    def close(self) -> None:
        """Give the soundfont's memory back; a closed Synth cannot be used again."""
        if self._keeper is not None:
            self._keeper.delete()
            self._keeper = None

    @contextmanager
    def _fresh(self, reverb: bool) -> Iterator[Any]:
        # A reset leaves traces in reverb and voices, and then the same notes give other samples; a
        # new synthesiser a part gives the same bytes every time.
        if self._keeper is None:
            raise SoundError("This synthesiser is closed: open it again.")
        with self._loading:
            fluid = self._load(reverb)
        try:
            yield fluid
        finally:
            with self._loading:
                fluid.delete()

    def _load(self, reverb: bool = False) -> Any:
        # Samples are loaded all at once: FluidSynth's loading on demand is quick, but some samples
        # then end in a click.
        fluid = self._fluidsynth.Synth(
            gain=SYNTH_GAIN,
            samplerate=SAMPLE_RATE_HZ,
            channels=_CHANNELS,
            **{"synth.chorus.active": 0, "synth.reverb.active": int(reverb)},
        )
        _silence_log(self._fluidsynth)
        if fluid.sfload(str(self._font_path)) < 0:
            fluid.delete()
            raise SoundError(f"FluidSynth cannot read {self._font_path}: choose another soundfont.")
        return fluid


def open_synth(folders: Sequence[Path] = (), wanted: str | None = None) -> Synth | PlainSynth:
    """The best synthesiser of this machine, with the soundfont `wanted` or the best that loads.

    Raises SoundError where the soundfont asked for is missing or unreadable.
    """
    if _library() is None:
        return PlainSynth()
    if wanted is not None:
        return Synth(soundfonts.best(folders, wanted))
    for font in soundfonts.available(folders):
        try:
            return Synth(font)
        except SoundError:  # a good header over broken content: the next one may load
            continue
    return PlainSynth()


def synth_status(folders: Sequence[Path] = ()) -> SynthStatus:
    """What `open_synth` would take, found without loading a soundfont."""
    library = _library()
    faults = soundfonts.problems(folders)
    fonts = soundfonts.available(folders)
    names = tuple(font.name for font in fonts)
    if library is None or not fonts:
        return SynthStatus(plain.NAME, None, names, plain.HINT, faults)
    better = soundfonts.better(fonts[0])
    return SynthStatus(_engine_name(library), names[0], names, better, faults)


def note_events(track: Track, clock: Clock) -> list[NoteEvent]:
    """The keys of a track in time order, releases first; a key struck again is released before."""
    strikes: dict[tuple[int, int], tuple[int, int]] = {}  # (pitch, start) -> (end, velocity)
    for note in track.notes:
        start = _block_frame(clock.seconds_at(note.start_tick))
        end = max(_block_frame(clock.seconds_at(note.end_tick)), start + BLOCK_FRAMES)
        other_end, other_velocity = strikes.get((note.pitch, start), (0, 0))
        strikes[note.pitch, start] = max(end, other_end), max(note.velocity, other_velocity)
    events = []
    struck_again: dict[int, int] = {}  # pitch -> the frame at which it is struck next
    for pitch, start in sorted(strikes, reverse=True):
        end, velocity = strikes[pitch, start]
        end = min(end, struck_again.get(pitch, end))
        events += [NoteEvent(start, pitch, velocity), NoteEvent(end, pitch, 0)]
        struck_again[pitch] = start
    return sorted(events, key=lambda event: (event.frame, event.velocity > 0, event.pitch))


def pan_channels(track: Track, pan: Pan) -> dict[int, tuple[int, int]]:
    """The channel of each pitch of a track, and where that channel stands, 0 to 127: one for each
    place; of more than there are channels, what is left over shares the last."""
    values = {note.pitch: 64 + round(pan(note.pitch) * 63) for note in track.notes}
    free = [channel for channel in range(_CHANNELS) if track.is_drum or channel != _DRUM_CHANNEL]
    used = sorted(set(values.values()))[: len(free)]
    return {
        pitch: (free[place], used[place])
        for pitch, value in values.items()
        for place in [used.index(value) if value in used else len(used) - 1]
    }


def _block_frame(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE_HZ / BLOCK_FRAMES) * BLOCK_FRAMES


def _library() -> ModuleType | None:
    """pyfluidsynth, which loads libfluidsynth as it is imported; None where either is missing."""
    try:
        return quiet_import("fluidsynth")
    except (ImportError, OSError):
        return None


def _engine_name(library: ModuleType) -> str:
    numbers = [ctypes.c_int() for _ in range(3)]
    library.fluid_version(*(ctypes.byref(number) for number in numbers))
    return "FluidSynth " + ".".join(str(number.value) for number in numbers)


def _write_float(library: ModuleType) -> Callable[..., int]:
    # pyfluidsynth wraps only the 16-bit call, which clips and dithers; the float one does neither.
    arguments = (
        ("synth", ctypes.c_void_p, 1),
        ("frames", ctypes.c_int, 1),
        ("left", ctypes.c_void_p, 1),
        ("left_offset", ctypes.c_int, 1),
        ("left_step", ctypes.c_int, 1),
        ("right", ctypes.c_void_p, 1),
        ("right_offset", ctypes.c_int, 1),
        ("right_step", ctypes.c_int, 1),
    )
    function: Callable[..., int] = library.cfunc(
        "fluid_synth_write_float", ctypes.c_int, *arguments
    )
    return function


def _press(library: ModuleType) -> Callable[..., int]:
    # pyfluidsynth does not wrap channel pressure
    names = ("synth", ctypes.c_void_p, 1), ("channel", ctypes.c_int, 1), ("value", ctypes.c_int, 1)
    function: Callable[..., int] = library.cfunc(
        "fluid_synth_channel_pressure", ctypes.c_int, *names
    )
    return function


def _set_channel_type(library: ModuleType) -> Callable[..., int]:
    # pyfluidsynth does not wrap it
    names = ("synth", ctypes.c_void_p, 1), ("channel", ctypes.c_int, 1), ("type", ctypes.c_int, 1)
    function: Callable[..., int] = library.cfunc(
        "fluid_synth_set_channel_type", ctypes.c_int, *names
    )
    return function


def _silence_log(library: ModuleType) -> None:
    # FluidSynth prints to stderr; what matters comes back as a result that is checked.
    arguments = (
        ("level", ctypes.c_int, 1),
        ("function", ctypes.c_void_p, 1),
        ("data", ctypes.c_void_p, 1),
    )
    set_log = library.cfunc("fluid_set_log_function", ctypes.c_void_p, *arguments)
    for level in LOG_LEVELS:
        set_log(level, None, None)
