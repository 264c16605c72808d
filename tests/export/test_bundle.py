"""Everything in one zip: each file opened by a reader of its kind."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from export_tools import HOSTILE, band, material, read_sheet
from helpers import shift
from PIL import Image

from studio.export import FORMATS, Material, bundle, open_piece
from studio.ground import files
from studio.ground.errors import SoundError, TuttiError
from studio.music import midi
from studio.sound import Mix, Mixdown

RECIPE = {"format": 2, "model": "pop-gan", "seed": 1}
MIX = Mix.read({"Drums": {"mute": True}})
ENDINGS = [
    ".mid", "-lead-sheet.musicxml", "-full-score.musicxml", ".png", ".svg", ".tutti", ".wav",
    ".ogg", ".mp3",
]  # fmt: skip


def write_all(material: Material, target: Path) -> tuple[str, ...]:
    return tuple(FORMATS["all"].write(material, target))


def test_each_file_is_what_its_name_says(tmp_path: Path) -> None:
    score = band()
    piece = material(score, tmp_path, RECIPE, MIX)
    remarks = write_all(piece, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    missing = [ending for ending in ENDINGS if f"a-tune/a-tune{ending}" not in files]
    assert len(missing) == len(remarks)
    assert set(missing) <= {".ogg", ".mp3"}
    tune = {ending: files[f"a-tune/a-tune{ending}"] for ending in ENDINGS if ending not in missing}
    assert midi.read(tune[".mid"]).score.tracks == score.tracks
    assert len(mido.MidiFile(file=io.BytesIO(tune[".mid"])).tracks) == 6
    assert {note.part for note in read_sheet(tune["-lead-sheet.musicxml"]).notes} == {"P1"}
    assert len({note.part for note in read_sheet(tune["-full-score.musicxml"]).notes}) == 5
    with Image.open(io.BytesIO(tune[".png"])) as image:
        assert image.format == "PNG"
    assert tune[".svg"].startswith(b"<svg")
    opened = open_piece(tune[".tutti"])
    assert (opened.score, opened.recipe, opened.mix.strips["Drums"].mute) == (score, RECIPE, True)
    assert json.loads(files["a-tune/recipe.json"]) == RECIPE
    parts = ("01-melody", "02-piano", "03-strings", "04-bass", "05-drums")
    sounds = [
        soundfile.read(io.BytesIO(files[f"a-tune/stems/{part}.wav"]), dtype="float32")[0]
        for part in parts
    ]
    mix = soundfile.read(io.BytesIO(tune[".wav"]), dtype="float32")[0]
    assert len({len(sound) for sound in (mix, *sounds)}) == 1
    assert np.abs(mix - sum(sounds[:4])).max() < 4 / 32768  # 16 bits each
    for ending in (".ogg", ".mp3"):
        if ending in tune:
            assert soundfile.info(io.BytesIO(tune[ending])).duration > 0.4


def test_the_same_piece_gives_the_same_zip_and_leaves_no_other_file(tmp_path: Path) -> None:
    score = band()
    for name in ("first.zip", "second.zip"):
        write_all(material(score, tmp_path, RECIPE, MIX), tmp_path / name)
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"first.zip", "second.zip", "scratch"}


def test_names_are_safe_on_every_system(tmp_path: Path) -> None:
    score = replace(band(), title=HOSTILE + "../..\\aux:*?")
    score = score.with_tracks(replace(track, name="CON") for track in score.tracks)
    write_all(material(score, tmp_path), tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        names = archive.namelist()
    assert len(set(names)) == len(names) == 15
    assert all(re.fullmatch(r"[a-z0-9-]+(/[a-z0-9-]+)*\.[a-z0-9]+", name) for name in names)
    for title, name in (("", "piece"), ("音楽", "piece"), ("Été!", "ete"), ("COM1", "com1-piece")):
        assert files.file_stem(title, "piece") == name


def test_what_is_too_long_for_paper_still_goes_with_the_rest(tmp_path: Path) -> None:
    score = band().with_tracks([shift(band().tracks[0], 1920 * 1_200)])
    remarks = write_all(material(score, tmp_path), tmp_path / "all.zip")
    assert len(remarks) == 2
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert "a-tune/a-tune.mid" in archive.namelist()


def test_where_it_fails_there_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    score = band()
    piece = material(score, tmp_path)
    target = tmp_path / "all.zip"
    before = sorted(tmp_path.iterdir())
    assert piece.mixdown is not None
    stems = piece.mixdown.stems
    for wrong in (None, stems[:2], (*stems[:4], tmp_path / "gone.wav")):
        sound = None if wrong is None else Mixdown(wrong, 20_000, 1.0)
        with pytest.raises(SoundError, match="render"):
            write_all(replace(piece, mixdown=sound), target)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundle, "add", full)
    with pytest.raises(TuttiError, match="room on the disk"):
        write_all(piece, target)
    assert sorted(tmp_path.iterdir()) == before
