"""Soundfonts: found where they lie, the user's own first, broken ones left out and named."""

from __future__ import annotations

import hashlib
import struct
import sys
from pathlib import Path

import pytest

from studio.ground.errors import SoundError
from studio.sound import soundfonts
from studio.sound.soundfonts import Catalogue, available, best, better, catalogue, problems

KINDS = (b"INFO", b"sdta", b"pdta")


def chunk(tag: bytes, content: bytes) -> bytes:
    return tag + struct.pack("<I", len(content)) + content


def font_file(folder: Path, name: str, kinds: tuple[bytes, ...] = KINDS) -> Path:
    """A file with the outer chunks of a soundfont and nothing to play."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(chunk(b"RIFF", b"sfbk" + b"".join(chunk(b"LIST", kind) for kind in kinds)))
    return path


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only what pretty_midi carries, whatever this machine has."""
    bare = Catalogue((), catalogue().fonts)
    monkeypatch.setattr(soundfonts, "catalogue", lambda: bare)
    monkeypatch.setattr(soundfonts, "PROJECT_FOLDER", tmp_path / "project")


@pytest.mark.usefixtures("bare_machine")
def test_the_soundfont_of_pretty_midi_is_always_there() -> None:
    [font] = available()
    assert (font.id, font.licence, font.is_own) == ("timgm6mb", "GPL-2.0", False)
    [entry] = [entry for entry in catalogue().fonts if entry.id == font.id]
    assert font.path.stat().st_size == font.size_bytes == entry.size_bytes
    assert hashlib.sha256(font.path.read_bytes()).hexdigest() == entry.sha256


@pytest.mark.usefixtures("bare_machine")
def test_finding_it_does_not_import_pretty_midi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pretty_midi", raising=False)
    assert available()
    assert "pretty_midi" not in sys.modules


@pytest.mark.usefixtures("bare_machine")
def test_the_users_own_come_first_then_the_projects(tmp_path: Path) -> None:
    font_file(tmp_path / "data", "Zither.SF2")
    font_file(tmp_path / "project", "Accordion.sf3")
    (tmp_path / "data" / "notes.txt").write_text("not a soundfont")
    assert [font.id for font in available([tmp_path / "data"])] == [
        "Zither",
        "Accordion",
        "timgm6mb",
    ]
    assert best([tmp_path / "data"]).path.name == "Zither.SF2"


@pytest.mark.usefixtures("bare_machine")
def test_a_known_soundfont_keeps_its_name_and_licence_in_the_users_folder(tmp_path: Path) -> None:
    font_file(tmp_path / "data", "FluidR3_GM.sf2")
    font = best([tmp_path / "data"], "fluidr3")
    assert (font.name, font.licence, font.is_own) == ("FluidR3 GM", "MIT", True)


def test_the_machines_soundfonts_come_in_the_order_of_the_catalogue(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for entry in catalogue().fonts[:-1]:
        font_file(tmp_path / "system", entry.file)
    machine = Catalogue((tmp_path / "system",), catalogue().fonts)
    monkeypatch.setattr(soundfonts, "catalogue", lambda: machine)
    monkeypatch.setattr(soundfonts, "PROJECT_FOLDER", tmp_path / "project")
    assert [font.id for font in available()] == [entry.id for entry in catalogue().fonts]


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize("wanted", ["Zither", "zither", "zither.sf2"])
def test_a_soundfont_is_asked_for_by_name_or_file(tmp_path: Path, wanted: str) -> None:
    path = font_file(tmp_path / "data", "Zither.sf2")
    assert best([tmp_path / "data"], wanted).path == path


@pytest.mark.usefixtures("bare_machine")
def test_a_missing_soundfont_says_what_is_there_and_how_to_get_it() -> None:
    with pytest.raises(SoundError, match=r"there is: timgm6mb.*apt install fluid-soundfont-gm"):
        best((), "fluidr3")
    with pytest.raises(SoundError, match=r"'harp'.*soundfonts/"):
        best((), "harp")


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a soundfont"),
        (b"<html>not found</html>", "not a soundfont"),
        (b"RIFF\x10\x00\x00\x00WAVE" + b"\0" * 12, "not a soundfont"),
        (b"RIFF\xff\xff\x00\x00sfbk" + b"\0" * 12, "cut short"),
        (b"RIFF\x10\x00\x00\x00sfbk" + b"\0" * 12, "not a whole soundfont"),
        (b"RIFF\x04\x00\x00\x00sfbk", "not a whole soundfont"),
    ],
)
def test_a_broken_file_is_left_out_and_named(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "Broken.sf2").write_bytes(content)
    assert [font.id for font in available([tmp_path])] == ["timgm6mb"]
    [problem] = problems([tmp_path])
    assert "Broken.sf2" in problem
    assert sentence in problem
    with pytest.raises(SoundError, match=sentence):
        best([tmp_path], "Broken")


@pytest.mark.usefixtures("bare_machine")
def test_a_soundfont_without_its_presets_is_left_out(tmp_path: Path) -> None:
    font_file(tmp_path, "Half.sf2", KINDS[:2])
    assert [font.id for font in available([tmp_path])] == ["timgm6mb"]


@pytest.mark.usefixtures("bare_machine")
def test_a_chunk_of_odd_size_is_no_fault(tmp_path: Path) -> None:
    font_file(tmp_path, "Odd.sf3", (b"INFO", b"sdta" + b"ogg", b"pdta"))  # as sf3 writers do
    assert best([tmp_path]).id == "Odd"


@pytest.mark.usefixtures("bare_machine")
def test_only_the_plainest_soundfont_comes_with_a_hint(tmp_path: Path) -> None:
    assert "apt install" in (better(best()) or "")
    font_file(tmp_path, "Zither.sf2")
    assert better(best([tmp_path])) is None


def test_the_catalogue_is_complete() -> None:
    assert all(folder.is_absolute() for folder in catalogue().folders)
    for entry in catalogue().fonts:
        assert entry.licence in {"MIT", "GPL-2.0"}
        assert entry.size_bytes > 1_000_000
        assert entry.sha256 is None or len(entry.sha256) == 64
        assert set(entry.get) == {"apt", "brew"}
