"""The sound of a piece from the files of its stems, whatever the mixer is set to.

With plain settings it is that of `render`, byte for byte: the same levels, gain and length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from studio.ground.errors import SoundError
from studio.sound.engine import SAMPLE_RATE_HZ, Audio
from studio.sound.loudness import gain_for, part_file, tail_frames
from studio.sound.mix import Strip, mixed
from studio.sound.wav import CHUNK_FRAMES, STEM_SCALE, write_blocks, write_wav


@dataclass(frozen=True, slots=True)
class Mixdown:
    """The stems of a piece, one a part, as `wav.write_stem` writes them; how long the piece is
    without its tail; and the one `gain` of all. Each method raises SoundError for a stem that
    cannot be read, and where a file cannot be written."""

    stems: tuple[Path, ...]
    piece_frames: int
    gain: float

    def write(self, strips: Sequence[Strip], target: Path) -> None:
        """The mix as it is set, a 16-bit stereo WAV; holds a few blocks."""
        frames = self._frames()
        blocks = (mixed(block, strips, self.gain) for block in _blocks(self.stems))
        write_blocks(_cut(blocks, frames), target)

    def write_part(self, part: int, name: str, folder: Path) -> Path:
        """A part alone as a 16-bit stereo WAV, as loud as in the plain mix and as long; its path,
        which has the part's number and name."""
        stem = np.zeros((self._frames(), 2), np.float32)
        with _opened([self.stems[part]]) as [file]:
            audio = file.read(len(stem), "float32", always_2d=True)
        stem[: len(audio)] = audio * (STEM_SCALE * self.gain)
        path = folder / part_file(part + 1, name)
        write_wav(stem, path)
        return path

    def _frames(self) -> int:
        """The length of the plain mix."""
        with _opened(self.stems) as files:
            for file in files:
                file.seek(min(self.piece_frames, file.frames))
            tails = [file.read(dtype="float32", always_2d=True) for file in files]
        return self.piece_frames + tail_frames(_sum(tails) * STEM_SCALE, self.gain)


def gain_of(stems: Sequence[Path]) -> float:
    """The gain of the plain mix of some stems; raises SoundError where one cannot be read."""
    return gain_for(map(_sum, _blocks(stems)))


def _sum(stems: Sequence[Audio]) -> Audio:
    total = np.zeros((max(map(len, stems), default=0), 2), np.float32)
    for stem in stems:
        total[: len(stem)] += stem
    return total


def _cut(blocks: Iterator[Audio], frames: int) -> Iterator[Audio]:
    """The blocks as far as there are so many frames."""
    for block in blocks:
        yield block[: max(frames, 0)]
        frames -= len(block)


def _blocks(stems: Sequence[Path]) -> Iterator[list[Audio]]:
    """A block of each stem at a time, until the longest ends."""
    with _opened(stems) as files:
        while True:
            blocks = [file.read(CHUNK_FRAMES, "float32", always_2d=True) for file in files]
            if not any(map(len, blocks)):
                return
            yield [block * STEM_SCALE for block in blocks]


@contextmanager
def _opened(stems: Sequence[Path]) -> Iterator[list[soundfile.SoundFile]]:
    try:
        with ExitStack() as stack:
            files = [stack.enter_context(soundfile.SoundFile(path)) for path in stems]
            kinds = {(file.samplerate, file.channels, file.subtype) for file in files}
            if kinds - {(SAMPLE_RATE_HZ, 2, "PCM_24")}:
                raise SoundError("The stems are not of one kind: render the piece again.")
            yield files
    except soundfile.LibsndfileError as error:
        raise SoundError("A stem cannot be read: render the piece again.") from error
