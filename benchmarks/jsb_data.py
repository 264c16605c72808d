"""The chorales of the published figures, as grids.

The file is `Jsb16thSeparated.json`, alone or in a zip: 229 chorales to learn from, 76 to choose by
and 77 to be measured on, sixteenth by sixteenth, a pitch a voice. It does not tell a held note from
a repeated one, so a run of one pitch is one note here.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray

from studio.music.roll import LOW_PITCH, PITCHES

# (frames, voices): semitones above the roll's lowest pitch, REST where a voice is silent
Grid = NDArray[np.int64]

REST = -1
SPLITS = ("train", "valid", "test")
KEYS = range(-6, 6)  # semitones a chorale may be moved, so that each key is met once
# the file's voices are soprano, alto, tenor, bass; ours stand in the order they are foretold in:
# the outer voices make the harmony, the inner ones follow it
_ORDER = (0, 3, 1, 2)
_WHITE = (0, 2, 4, 5, 7, 9, 11)


def read(path: Path) -> dict[str, list[Grid]]:
    """The chorales of each split; raises ValueError for a file that is not theirs."""
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as box:
                found = json.loads(box.read("Jsb16thSeparated.json"))
        else:
            found = json.loads(path.read_bytes())
        return {split: [grid(frames) for frames in found[split]] for split in SPLITS}
    except (OSError, zipfile.BadZipFile, ValueError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{path} does not hold the chorales on a sixteenth grid.") from error


def asked_for(path: Path) -> dict[str, list[Grid]]:
    """The same, of a file that a command was given as --data."""
    try:
        return read(path)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--data") from error


def grid(frames: list[list[float | None]]) -> Grid:
    """Frames of four MIDI pitches, negative or no number for a rest, as a grid; raises ValueError
    for what is no such thing or lies outside the roll. Silence at the end says nothing and goes."""
    pitches = np.array(frames, float)
    if pitches.ndim != 2 or pitches.shape[1] != len(_ORDER):
        raise ValueError("a frame has four voices")
    heard = pitches > 0  # false for NaN too
    if not heard.any():
        raise ValueError("a chorale has notes")
    result = np.where(heard, np.nan_to_num(pitches) - LOW_PITCH, REST).astype(np.int64)[:, _ORDER]
    if (result < REST).any() or result.max() >= PITCHES:
        raise ValueError("a pitch lies outside the roll")
    return result[: np.flatnonzero(heard.any(1))[-1] + 1]


def transposed(chorale: Grid, semitones: int) -> Grid:
    """The chorale in another key, rests where they were."""
    return np.where(chorale == REST, REST, chorale + semitones)


def to_white_keys(chorale: Grid) -> int:
    """The semitones out of KEYS after which most frames lie in the scale without accidentals."""
    classes = (chorale[chorale != REST] + LOW_PITCH) % 12
    return max(KEYS, key=lambda shift: int(np.isin((classes + shift) % 12, _WHITE).sum()))
