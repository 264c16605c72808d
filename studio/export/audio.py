"""Mixes stems and encodes them: WAV, Ogg Vorbis and MP3, through libsndfile.

A Vorbis stream carries a number drawn by chance; it is set to one here, so that the same sound
gives the same bytes.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from studio.errors import SoundError
from studio.export.mix import Strip, mixed
from studio.machine import files
from studio.sound.engine import SAMPLE_RATE_HZ, Audio

OGG, MP3 = "ogg", "mp3"
_KINDS = {OGG: ("OGG", "VORBIS"), MP3: ("MP3", "MPEG_LAYER_III")}
_CHUNK_FRAMES = 16_384  # libsndfile's Vorbis encoder overflows its stack on very long writes
_QUALITY = 0.3  # 0 best to 1 smallest: about 150 kbit/s
_SERIAL = (1).to_bytes(4, "little")
_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def can_encode(kind: str) -> bool:
    """Whether this machine's libsndfile writes `kind`, `ogg` or `mp3`; MP3 needs version 1.1."""
    container, coding = _KINDS[kind]
    known = soundfile.available_formats()
    return container in known and coding in soundfile.available_subtypes(container)


def convert(wav: Path, target: Path, kind: str) -> None:
    """The WAV file as an `ogg` or `mp3` file, replaced at one stroke; holds the small file only.

    Raises SoundError where this machine cannot write the format, or a file cannot be read or
    written.
    """
    result = io.BytesIO()
    try:
        with soundfile.SoundFile(wav) as source:
            chunks = source.blocks(_CHUNK_FRAMES, dtype="float32", always_2d=True)
            _encode(chunks, kind, result)
    except soundfile.LibsndfileError as error:
        raise SoundError(f"{wav.name} cannot be read: render the piece again.") from error
    data = result.getvalue()
    _write_whole(target, lambda file: file.write(_with_plain_serial(data) if kind == OGG else data))


def write_mix_of(stems: Sequence[Path], strips: Sequence[Strip], target: Path) -> None:
    """The stems, 16-bit stereo WAV files, as they are set, as one such file; holds a few blocks.

    With plain settings its samples are the sums of the stems' own, clipped. Raises SoundError for
    stems that cannot be read or are not of one rate, and where `target` cannot be written.
    """

    def write(file: BinaryIO) -> None:
        wav = soundfile.SoundFile(file, "w", SAMPLE_RATE_HZ, 2, format="WAV", subtype="PCM_16")
        with wav:
            for blocks in _blocks(stems):
                # whole numbers of 16-bit steps stay whole: floor(x + 0.5) rounds, soundfile cuts
                samples = np.floor(mixed(blocks, strips) * 32768 + 0.5)
                wav.write(np.clip(samples, -32768, 32767).astype(np.int16))

    _write_whole(target, write)


def _blocks(stems: Sequence[Path]) -> Iterator[list[Audio]]:
    """A block of each stem at a time, until the longest ends."""
    with ExitStack() as stack:
        try:
            files = [stack.enter_context(soundfile.SoundFile(path)) for path in stems]
        except soundfile.LibsndfileError as error:
            raise SoundError("A stem cannot be read: render the piece again.") from error
        if any((file.samplerate, file.channels) != (SAMPLE_RATE_HZ, 2) for file in files):
            raise SoundError("The stems are not of one kind: render the piece again.")
        while True:
            blocks = [file.read(_CHUNK_FRAMES, dtype="float32", always_2d=True) for file in files]
            if not any(len(block) for block in blocks):
                return
            yield blocks


def _encode(chunks: Iterator[Audio], kind: str, target: BinaryIO) -> None:
    if not can_encode(kind):
        other = "WAV" if kind == OGG else "WAV or OGG"
        raise SoundError(f"This machine's sound library writes no {kind.upper()}: take {other}.")
    container, coding = _KINDS[kind]
    with soundfile.SoundFile(
        target, "w", SAMPLE_RATE_HZ, 2, coding, format=container, compression_level=_QUALITY
    ) as file:
        for chunk in chunks:
            file.write(np.clip(chunk, -1.0, 1.0))


def _with_plain_serial(data: bytes) -> bytes:
    """An Ogg file with its stream's number set to 1 and the pages' checksums made anew (RFC 3533,
    section 6)."""
    pages = []
    at = 0
    while data[at : at + 4] == b"OggS":
        segments = data[at + 26]
        body = at + 27 + segments
        end = body + sum(data[at + 27 : body])
        page = bytearray(data[at:end])
        page[14:18] = _SERIAL
        page[22:26] = bytes(4)
        page[22:26] = _ogg_checksum(bytes(page)).to_bytes(4, "little")
        pages.append(page)
        at = end
    return b"".join(pages) + data[at:]


def _ogg_checksum(page: bytes) -> int:
    """Ogg's checksum is that of zlib with every byte and the result read backwards, and without
    zlib's inversions."""
    backwards = ~zlib.crc32(page.translate(_BITS_REVERSED), 0xFFFFFFFF) & 0xFFFFFFFF
    return int(f"{backwards:032b}"[::-1], 2)


def _write_whole(target: Path, write: Callable[[BinaryIO], object]) -> None:
    """Writes a file so that a reader meets none or the whole."""
    try:
        with files.whole_file(target) as file:
            write(file)
    except (OSError, soundfile.LibsndfileError) as error:
        raise SoundError(f"{target.name} cannot be written: make room on the disk.") from error
