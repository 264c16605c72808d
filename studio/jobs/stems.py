"""The stems job: the sound of each part of a version, rendered once for all pieces that have it.

A stem's name says all that its sound depends on, and nothing else does: so its loudness is fixed,
where a mix of `studio.sound.stems` is brought to the same peak whatever it holds. A stem is a WAV
from tick 0 to the part's own end and tail.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from studio.errors import SoundError
from studio.library import Library
from studio.machine import files
from studio.music.score import TICKS_PER_BEAT, Score, Track
from studio.queue import Context, JsonObject, Store
from studio.sound.encode import write_wav
from studio.sound.engine import SAMPLE_RATE_HZ, Audio, Engine
from studio.sound.plain import PlainSynth
from studio.sound.stems import BAND_LEVEL, DRUM_LEVEL, MAX_MINUTES, MELODY_LEVEL, TAIL_SECONDS

KIND, FOLDER = "stems", "stems"
MOST_BYTES = 2 * 2**30
# Full bands of all shipped models peak at .25 to .97 with these; the plain waves are louder.
GAIN, PLAIN_GAIN = 3.5, 1.75
_FORMAT = 1  # raise it when the same notes are to sound otherwise
_NAME = re.compile(r"[0-9a-f]{32}")
_SILENT_FRAMES = SAMPLE_RATE_HZ // 10  # of a part without notes: a file without frames is no sound
_STEP = 2.0**-16  # half a step of a 16-bit sample
_HALF_WRITTEN_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class StemsRequest:
    """The version whose stems are wanted; `sound` names what plays, engine and soundfont."""

    piece: str
    version: str
    sound: str

    def payload(self) -> JsonObject:
        """The request as the store keeps it."""
        return asdict(self)


def stem_name(track: Track, tempo_bpm: float, sound: str, level: float = BAND_LEVEL) -> str:
    """32 hexadecimal digits of all that a part's sound depends on."""
    notes = [n.row for n in track.notes]
    program = 0 if track.is_drum else track.program
    facts = [_FORMAT, sound, tempo_bpm, level, program, track.is_drum, notes]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def stem_names(score: Score, sound: str) -> tuple[str, ...]:
    """The stems of a score, in its parts' order."""
    return tuple(
        stem_name(track, score.tempo_bpm, sound, _level(index, track))
        for index, track in enumerate(score.tracks)
    )


def stem_path(data_dir: Path, name: str) -> Path:
    """Where a stem lies."""
    return data_dir / FOLDER / f"{name}.wav"


def find_stem(data_dir: Path, name: str) -> Path | None:
    """The stem, which counts as used now; None where it is not rendered, or the name is none."""
    if _NAME.fullmatch(name) is None:
        return None
    path = stem_path(data_dir, name)
    try:
        os.utime(path)
    except OSError:
        return path if path.exists() else None  # a folder that cannot be written can be read
    return path


def want_stems(store: Store, owner: str, request: StemsRequest) -> str:
    """The id of the job that renders a version's stems, submitted unless it is there; one that
    renders those of an earlier version of the piece is cancelled. Raises JobError."""
    for job in store.jobs(owner, ("queued", "running")):
        if job.kind != KIND or job.payload["piece"] != request.piece:
            continue
        if job.payload == request.payload() and not job.cancel_requested:
            return job.id
        store.cancel(job.id)
    return store.submit(KIND, request.payload(), owner)


def run(request: StemsRequest, context: Context, synth: Engine) -> JsonObject:
    """Renders what is not there yet: `stem` {"part", "name"} for each part as it is. The result has
    their names in order, and how many were `rendered`.

    Raises BadScore where the version is damaged, SoundError where the disk is full.
    """
    with Library.in_folder(context.data_dir) as library:
        score = library.opened(request.piece, request.version, context.job.owner).score
    names = stem_names(score, request.sound)
    rendered = 0
    for index, (part, name) in enumerate(zip(score.part_names, names, strict=True)):
        context.check()
        if find_stem(context.data_dir, name) is None:
            track = score.tracks[index]
            audio = render_stem(track, score.tempo_bpm, synth, _level(index, track))
            write_stem(audio, stem_path(context.data_dir, name))
            rendered += 1
        context.emit("stem", {"part": part, "name": name})
    if rendered:
        forget_stems(context.data_dir)
    return {"stems": list(names), "rendered": rendered}


def render_stem(track: Track, tempo_bpm: float, synth: Engine, level: float = BAND_LEVEL) -> Audio:
    """A part alone, (frames, 2), from tick 0 to where its tail is silent; raises SoundError for one
    over 20 minutes."""
    seconds_per_tick = 60.0 / tempo_bpm / TICKS_PER_BEAT
    seconds = track.end_tick * seconds_per_tick
    if seconds > MAX_MINUTES * 60:
        raise SoundError(f"A part is over {MAX_MINUTES} minutes long: play a shorter one.")
    if not track.notes:
        return np.zeros((_SILENT_FRAMES, 2), np.float32)
    frames = math.ceil(seconds * SAMPLE_RATE_HZ)
    audio = np.zeros((frames + round(TAIL_SECONDS * SAMPLE_RATE_HZ), 2), np.float32)
    synth.add_part(track, seconds_per_tick, audio, level)
    audio *= PLAIN_GAIN if isinstance(synth, PlainSynth) else GAIN
    heard = np.flatnonzero(np.abs(audio[frames:]).max(axis=1) >= _STEP)
    return audio[: frames + (int(heard[-1]) + 1 if heard.size else 0)]


def write_stem(audio: Audio, path: Path) -> None:
    """Writes a stem, whole or not at all; raises SoundError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SoundError(f"{path.parent} cannot be made: make room on the disk.") from error
    write_wav(audio, path)


def forget_stems(data_dir: Path, most_bytes: int = MOST_BYTES) -> None:
    """Deletes the stems used longest ago, until the others take at most so much room, and what a
    crash left half written."""
    files.forget_oldest((data_dir / FOLDER).glob("*"), most_bytes)


def _level(index: int, track: Track) -> float:
    """How loud a part is played, as in a mix: the melody a little forward."""
    if track.is_drum:
        return DRUM_LEVEL
    return MELODY_LEVEL if index == 0 else BAND_LEVEL
