"""What is heard and seen of a job's takes: mixes and pictures, which can be made again."""

from __future__ import annotations

from pathlib import Path

from studio.composing import Composition
from studio.ground import files
from studio.library import take_folder
from studio.pictures import roll_png
from studio.sound import Engine, render

PICTURE_FILE, WAV_FILE = "roll.png", "mix.wav"
HEARD_FILE = "heard.json"  # beside the mix of what was played to hear a training
MIXES_KEPT = 100
HEARD_KEPT = 72  # of these: three melodies at all of a training's epochs


def sound_of(data_dir: Path, job_id: str, take: int = 1) -> Path:
    """Where the mix of a take lies."""
    return take_folder(data_dir, job_id, take) / WAV_FILE


def picture_of(data_dir: Path, job_id: str, take: int = 1) -> Path:
    """Where the picture of a take lies."""
    return take_folder(data_dir, job_id, take) / PICTURE_FILE


def write_sound(piece: Composition, synth: Engine, folder: Path) -> None:
    """Renders the mix of a piece."""
    folder.mkdir(parents=True, exist_ok=True)
    render(piece.score, synth, folder / WAV_FILE)


def write_picture(piece: Composition, folder: Path) -> None:
    """Draws a piece; a page that looks meanwhile sees none or the whole picture."""
    files.write_whole(folder / PICTURE_FILE, roll_png(piece.score))


def forget_old_sound(data_dir: Path) -> None:
    """Deletes all mixes but the newest: they are large. What only lets a training be heard takes
    nothing from the others' place."""
    mixes = list((data_dir / "pieces").rglob(WAV_FILE))
    heard = [path for path in mixes if path.with_name(HEARD_FILE).exists()]
    kept = list((data_dir / "runs").glob(f"*/heard/*/*/{WAV_FILE}"))
    composed = list(set(mixes) - set(heard))
    for paths, most in ((composed, MIXES_KEPT), (heard, HEARD_KEPT), (kept, HEARD_KEPT)):
        files.forget_oldest(paths, most=most)
