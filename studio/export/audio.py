"""Encodes sound as Ogg Vorbis and MP3, through libsndfile.

A Vorbis stream carries a number drawn by chance; it is set to one here, so that the same sound
gives the same bytes.
"""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile

from studio.ground import files
from studio.ground.errors import SoundError

OGG, MP3 = "ogg", "mp3"
_KINDS = {OGG: ("OGG", "VORBIS"), MP3: ("MP3", "MPEG_LAYER_III")}
_CHUNK_FRAMES = 16_384  # libsndfile's Vorbis encoder overflows its stack on very long writes
_QUALITY = 0.3  # about 150 kbit/s
_SERIAL = (1).to_bytes(4, "little")
_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def can_encode(kind: str) -> bool:
    """Whether this machine's libsndfile writes `kind`, `ogg` or `mp3`; MP3 needs version 1.1."""
    container, coding = _KINDS[kind]
    known = soundfile.available_formats()
    return container in known and coding in soundfile.available_subtypes(container)


def encoded(wav: Path, kind: str, quality: float = _QUALITY) -> bytes:
    """The WAV file as `ogg` or `mp3`, `quality` 0 best to 1 smallest.

    Raises SoundError where this machine cannot write the format, or the file cannot be read.
    """
    result = io.BytesIO()
    try:
        with soundfile.SoundFile(wav) as source:
            _encode(source, kind, result, quality)
    except soundfile.LibsndfileError as error:
        raise SoundError(f"{wav.name} cannot be read: render the piece again.") from error
    return _with_plain_serial(result.getvalue()) if kind == OGG else result.getvalue()


def convert(wav: Path, target: Path, kind: str) -> None:
    """The WAV file as an `ogg` or `mp3` file, replaced at one stroke; holds the small file only.

    Raises SoundError where `encoded` does, or the file cannot be written.
    """
    data = encoded(wav, kind)
    try:
        files.write_whole(target, data)
    except OSError as error:
        raise SoundError(f"{target.name} cannot be written: make room on the disk.") from error


def _encode(source: soundfile.SoundFile, kind: str, target: BinaryIO, quality: float) -> None:
    if not can_encode(kind):
        other = "WAV" if kind == OGG else "WAV or OGG"
        raise SoundError(f"This machine's sound library writes no {kind.upper()}: take {other}.")
    container, coding = _KINDS[kind]
    rate_hz, channels = source.samplerate, source.channels
    with soundfile.SoundFile(
        target, "w", rate_hz, channels, coding, format=container, compression_level=quality
    ) as file:
        for chunk in source.blocks(_CHUNK_FRAMES, dtype="float32", always_2d=True):
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
