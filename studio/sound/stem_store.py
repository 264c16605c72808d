"""The sound of each part, rendered once for all pieces that have it, in a folder of its own.

A stem's name says all that its sound depends on, and nothing else does. It is kept before any gain,
as a WAV that is mixed and exported and as a small file that a browser plays; the gain is the mix's,
and lies beside the stems under a name of theirs.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.ground import files
from studio.ground.errors import SoundError
from studio.music.score import Score, TempoMark, Track
from studio.sound.engine import SAMPLE_RATE_HZ, Audio, Engine
from studio.sound.loudness import check_length, parts_of, piece_frames, play_part
from studio.sound.mixdown import Mixdown, gain_of
from studio.sound.places import Place
from studio.sound.wav import compress, write_stem

MOST_BYTES = 2 * 2**30
_AT_ONCE = 2  # parts; each takes a buffer as long as the piece
_FORMAT = 3  # raise it when the same notes are to sound otherwise
_NAME = re.compile(r"[0-9a-f]{32}")
_SILENT_FRAMES = SAMPLE_RATE_HZ // 10  # of a part without notes: a file without frames is no sound


@dataclass(frozen=True, slots=True)
class StemStore:
    """The stems in `folder`. `stems` are their names, one a part of the score, see `names`."""

    folder: Path

    def names(self, score: Score, sound: str) -> tuple[str, ...]:
        """What the stems of a score are called, in its parts' order; `sound` names what plays,
        engine and soundfont."""
        frames = piece_frames(score)
        return tuple(
            stem_name(track, score.tempos or score.tempo_bpm, sound, place, frames)
            for track, place in parts_of(score)
        )

    @staticmethod
    def mix_name(stems: Sequence[str]) -> str:
        """What the plain mix of some stems is called."""
        return _digest(list(stems))

    def path(self, name: str) -> Path:
        """Where a stem lies."""
        return self.folder / f"{name}.wav"

    def find(self, name: str) -> Path | None:
        """The stem, which counts as used now; None where it is not rendered, or the name is
        none."""
        return _used(self.path(name)) if _NAME.fullmatch(name) else None

    def find_small(self, name: str) -> Path | None:
        """The same for the file that a browser plays."""
        return _used(self._small(name)) if _NAME.fullmatch(name) else None

    def find_mix(self, name: str) -> Path | None:
        """What says how loud the plain mix of some stems is, {"gain"}, the factor by which a player
        multiplies their small files; see `mix_name`; None while one is not rendered."""
        return _used(self.folder / f"{name}.json") if _NAME.fullmatch(name) else None

    def mixdown(self, score: Score, stems: Sequence[str]) -> Mixdown | None:
        """The sound of a score; None while a part is missing."""
        paths = [path for name in stems if (path := self.find(name)) is not None]
        gain = _gain(self.find_mix(self.mix_name(stems)))
        if gain is None or len(paths) != len(stems):
            return None
        return Mixdown(tuple(paths), piece_frames(score), gain)

    def render(self, score: Score, names: Sequence[str], synth: Engine) -> Iterator[bool]:
        """Renders the parts of a score under their names, those that are not there; for each in its
        order whether it was not. Raises SoundError where the piece is over 20 minutes long, or a
        file cannot be written."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:  # synthesiser and encoder let Python go on
            parts = [pool.submit(self._render, score, *one, synth) for one in enumerate(names)]
            try:
                yield from (part.result() for part in parts)
            finally:
                pool.shutdown(cancel_futures=True)

    def _render(self, score: Score, part: int, name: str, synth: Engine) -> bool:
        if self.find(name) is None:
            self._play(score, part, name, synth)
        elif self.find_small(name) is not None:
            return False
        compress(self.path(name), self._small(name))
        return True

    def _play(self, score: Score, part: int, name: str, synth: Engine) -> None:
        check_length(score)
        track, place = list(parts_of(score))[part]
        audio = play_part(score, track, place, synth)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SoundError(f"{self.folder} cannot be made: make room on the disk.") from error
        write_stem(_heard(audio, track, score), self.path(name))

    def _small(self, name: str) -> Path:
        return self.folder / f"{name}.ogg"

    def mix(self, score: Score, stems: Sequence[str]) -> Mixdown:
        """The sound of a score whose parts are all rendered; finds its gain where need be. Raises
        SoundError where a stem cannot be read."""
        known = self.mixdown(score, stems)
        if known is not None:
            return known
        paths = tuple(self.path(name) for name in stems)
        mixdown = Mixdown(paths, piece_frames(score), gain_of(paths))
        try:
            text = json.dumps({"gain": mixdown.gain})
            files.write_whole(self.folder / f"{self.mix_name(stems)}.json", text)
        except OSError as error:
            raise SoundError(f"{self.folder} cannot be written: make room on the disk.") from error
        return mixdown

    def forget(self, most_bytes: int = MOST_BYTES) -> None:
        """Deletes what was used longest ago, until the others take at most so much room, and what a
        crash left half written."""
        files.forget_oldest(self.folder.glob("*"), most_bytes)


def stem_name(
    track: Track, tempo: float | Sequence[TempoMark], sound: str, place: Place, frames: int
) -> str:
    """32 hexadecimal digits of all that a part's sound depends on; `tempo` is bpm or all tempos of
    its piece, `frames` how long that is, for it fades out with the whole."""
    notes = [n.row for n in track.notes]
    program = 0 if track.is_drum else track.program
    facts = [_FORMAT, sound, tempo, place, program, track.is_drum, frames, notes]
    return _digest(facts)


def _gain(path: Path | None) -> float | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["gain"] if path else None
    except (OSError, ValueError, LookupError, TypeError):
        return None  # as if it were not there: it is found anew
    return found if type(found) is float else None


def _digest(facts: list[object]) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def _heard(audio: Audio, track: Track, score: Score) -> Audio:
    """As far as the part has notes or rings."""
    end = math.ceil(score.clock.seconds_at(track.end_tick) * SAMPLE_RATE_HZ)
    sounding = np.flatnonzero(audio.any(axis=1))
    last = int(sounding[-1]) + 1 if sounding.size else 0
    return audio[: max(end, last, _SILENT_FRAMES)]


def _used(path: Path) -> Path | None:
    """The file, which counts as used now; None where there is none."""
    try:
        os.utime(path)
    except OSError:
        return path if path.exists() else None  # a folder that cannot be written can be read
    return path
