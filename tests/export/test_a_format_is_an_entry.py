"""A form to take a piece home in is one entry of `FORMATS`: the job makes it, the zip holds it.

That it stands on the panel is told in `tests/ui/test_library_page.py`.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from export_tools import band, material

from studio.export import FORMATS, Material
from studio.export.format import PRINT, Format
from studio.ground.errors import BadKnob
from studio.jobs.kinds.take_home import Request, file_name


def write_names(material: Material, target: Path) -> tuple[str, ...]:
    target.write_text("\n".join(track.name for track in material.score.tracks))
    return ("The names of the parts are all there is.",)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Format:
    format = Format(PRINT, "-names.txt", "Names of the parts", "text/plain", write_names)
    monkeypatch.setitem(FORMATS, "names", format)
    return format


def test_an_entry_is_a_format(names: Format, tmp_path: Path) -> None:
    assert Request("piece", "version", "names", "plain").what == "names"
    assert file_name("A tune", {"seed": 4}, "names") == "a-tune-4-names.txt"
    piece = material(band(), tmp_path)
    assert names.data(piece).decode().splitlines()[0] == "Melody"
    remarks = FORMATS["all"].write(piece, tmp_path / "all.zip")
    assert "The names of the parts are all there is." in remarks
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.read("a-tune/a-tune-names.txt") == names.data(piece)


def test_without_it_there_is_none() -> None:
    with pytest.raises(BadKnob, match="choose one of midi, stems, "):
        Request("piece", "version", "names", "plain")


def test_every_format_says_what_it_is() -> None:
    endings = [format.ending for format in FORMATS.values()]
    assert len(set(endings)) == len(endings)
    for format in FORMATS.values():
        assert format.label
        assert "/" in format.mime
