"""Sets made of music21's corpus: whole, honest, and good for the layout that they name."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from studio.corpus import sets
from studio.corpus.builtin import BUILTIN, gather_builtin
from studio.corpus.diagnosis import diagnose
from studio.corpus.layouts import LAYOUTS
from studio.corpus.scores import parse, scores_of
from studio.ground.errors import BadMidi
from studio.music import midi
from studio.music.harmony import STYLES

FEW = {"chorales": 80, "folk": 200, "quartets": 23, "ragtime": 1}  # of how many files one is taken


@pytest.mark.parametrize("key", BUILTIN)
def test_a_built_in_set_can_be_learned_from(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = replace(BUILTIN[key], every=FEW[key])
    monkeypatch.setitem(BUILTIN, key, facts)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    told: list[float] = []
    made = gather_builtin(tmp_path / "sets", key, lambda words, share: told.append(share))
    assert list(home.iterdir()) == []  # music21 keeps no settings of its own
    assert told == sorted(told)
    assert told[-1] == 1
    assert (made.kind, made.key, made.layout) == ("builtin", key, facts.layout)
    assert sets.sets(tmp_path / "sets") == [made]
    path = sets.music_of(tmp_path / "sets", made.id)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name != "manifest.csv"]
        rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode())))
        scores = [midi.read(archive.read(name)).score for name in names]
    assert [row["file"] for row in rows] == names
    assert made.files == len(names) >= 2
    assert all(row["title"] and row["genre"] == facts.genre for row in rows)
    assert {row["accompaniment"] for row in rows} == {"by rule" if facts.strummed else ""}
    assert all(row["composer"] for row in rows) or key == "folk"
    assert all(score.bars >= 8 for score in scores) or key == "chorales"
    found = diagnose(path)
    assert found["layout"] == facts.layout
    assert len(found["kept"]) >= 0.8 * made.files
    assert {song["genre"] for song in found["kept"]} == {facts.genre}


def test_what_the_table_says_of_a_set_is_what_the_code_knows() -> None:
    for facts in BUILTIN.values():
        assert facts.layout in LAYOUTS
        assert facts.harmony in STYLES
        assert facts.description.endswith(".")
        assert facts.licence.endswith(".")
        assert facts.follows.startswith("Your music is yours")


def test_a_gathering_that_breaks_off_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(score: object) -> bytes:
        raise BadMidi("It broke: try again.")

    monkeypatch.setattr(midi, "write", broken)
    with pytest.raises(BadMidi, match="It broke"):
        gather_builtin(tmp_path, "ragtime", lambda words, share: None)
    assert list(tmp_path.iterdir()) == []


ABC = """X:1
T:Pickups
M:4/4
L:1/4
K:G
D|GABc|d2d2|GABc|d2dD|GABc|d2d2|GABc|G3:|
|:D|dcBA|G2G2|dcBA|G3D|dcBA|G2G2|dcBA|G4|
M:3/4
|GAB|GAB|GAB|GAB|GAB|GAB|GAB|G3|GAB|]
"""


def test_printed_bars_line_up_and_a_new_metre_begins_a_new_score(tmp_path: Path) -> None:
    file = tmp_path / "tune.abc"
    file.write_text(ABC)
    first, second = scores_of(parse(file), "Pickups", 100, (110,))
    assert (str(first.metre), str(second.metre)) == ("4/4", "3/4")
    starts = {note.start_tick for note in first.tracks[0].notes if note.pitch == 74}
    assert first.tracks[0].notes[0].start_tick == 3 * 480  # the pickup ends bar 1
    assert {tick % 1920 for tick in starts} <= {0, 960}
    assert second.bars == 9
    assert second.tracks[0].notes[0].start_tick == 0
    assert first.tracks[0].program == 110


def test_tied_notes_are_one_note(tmp_path: Path) -> None:
    file = tmp_path / "tied.abc"
    file.write_text("X:1\nT:Tied\nM:4/4\nL:1/4\nK:C\n" + "C3G-|G4-|G2C2|CDEF|" * 3 + "C4|]\n")
    [score] = scores_of(parse(file), "Tied", 100)
    held = [note for note in score.tracks[0].notes if note.pitch == 67]
    assert [note.duration_ticks for note in held] == [7 * 480] * 3


def test_what_is_no_music_is_none(tmp_path: Path) -> None:
    (tmp_path / "bad.mxl").write_bytes(b"PK no music")
    (tmp_path / "bad.krn").write_bytes(b"\x00\x01")
    assert parse(tmp_path / "bad.mxl") is None
    assert parse(tmp_path / "bad.krn") is None or not scores_of(parse(tmp_path / "bad.krn"), "", 90)
