"""Zips whose bytes depend on nothing but what is in them, and that hold no file's whole content in
memory."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PACKED = (".wav", ".ogg", ".mp3", ".png", ".tutti", ".zip")  # hardly shrink, and take time to
_UNIX = 3
_ORDINARY_FILE = 0o100644


def add(archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
    """Puts bytes, or the file at a path, into the archive under a name."""
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.create_system = _UNIX  # also where it is not, for the same bytes
    info.external_attr = _ORDINARY_FILE << 16
    stored = name.endswith(_PACKED)
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    if isinstance(content, bytes):
        archive.writestr(info, content)
        return
    info.file_size = content.stat().st_size
    with content.open("rb") as source, archive.open(info, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)
