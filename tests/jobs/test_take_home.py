"""Taking a piece home: every file is read by a program that is not ours."""

from __future__ import annotations

import errno
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from desk import OWNER, WORKER, plain
from helpers import line, tune

from studio.export.piece_file import open_piece
from studio.ground.errors import BadKnob, BadScore, JobError, TuttiError
from studio.jobs.kinds import take_home
from studio.jobs.kinds.take_home import KIND, find_file, folder_of, forget
from studio.jobs.kinds.take_home import Request as TakeHomeRequest
from studio.library import Library, Piece
from studio.music.score import Score, Track
from studio.queue.context import Context
from studio.queue.records import JsonObject
from studio.queue.store import Store

RECIPE = {"format": 2, "model": "gone-gan", "seed": 4, "knobs": {}}


class Room:
    """A library and a worker that plays with plain waves."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.store = data_dir, Store.in_folder(data_dir)
        self.library = Library(self.store)

    def begin(self, name: str = "A tune", recipe: JsonObject | None = None) -> Piece:
        tracks = (*tune(2).tracks, Track("Bass", line([40, 45], 4), 33), Track("Keys"))
        drums = Track("Drums", line([36, 38] * 4), 0, is_drum=True)
        score = Score((*tracks, drums, Track("Bass", line([33], 4), 33)), 240.0)
        return self.library.add(OWNER, name, score, RECIPE if recipe is None else recipe)

    def take(self, piece: Piece, what: str, owner: str = OWNER) -> Path:
        self.result = self.run(piece, what, owner)
        path = find_file(self.data_dir, self.job, self.result)
        assert path is not None
        assert self.result["bytes"] == path.stat().st_size
        return path

    def run(self, piece: Piece, what: str, owner: str = OWNER) -> JsonObject:
        request = TakeHomeRequest(piece.id, piece.head, what, "plain")
        self.job = self.store.submit(KIND, request.to_json(), owner)
        job = self.store.claim(WORKER, 60.0, [KIND])
        assert job is not None
        try:
            context = Context(job, self.data_dir, lambda kind, data: None, lambda: None)
            return take_home.run(TakeHomeRequest(**job.payload), context, plain(self.data_dir))
        finally:
            self.store.fail(job.id, WORKER, "over")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.store.close()


def test_all_is_one_zip_that_other_programs_read(room: Room) -> None:
    path = room.take(room.begin("Größe & Ruh"), "all")
    assert path.name == "grosse-ruh-gone-gan-4.zip"
    assert room.result["remarks"] == []
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        files = {Path(name).name: archive.read(name) for name in archive.namelist()}
    ends = (".mid", ".wav", ".ogg", ".mp3", ".png", ".svg", ".tutti")
    names = {"grosse-ruh" + end for end in ends}
    assert names <= set(files)
    assert "05-bass-2.wav" in files
    song = mido.MidiFile(file=io.BytesIO(files["grosse-ruh.mid"]))
    assert sum(m.type == "note_on" and m.velocity > 0 for t in song.tracks for m in t) == 19
    assert json.loads(files["recipe.json"]) == RECIPE
    assert open_piece(files["grosse-ruh.tutti"]).score.title == "Größe & Ruh"


@pytest.mark.parametrize("what", ["wav", "ogg", "mp3"])
def test_the_sound_is_the_mix_as_it_is_set(room: Room, what: str) -> None:
    piece = room.begin()
    names = ("Melody", "Bass", "Keys", "Drums")
    piece = room.library.mix(piece.id, {name: {"mute": True} for name in names})
    audio, rate = soundfile.read(room.take(piece, what))
    assert rate == 44_100
    bar = round(rate * 60 / 240 * 4)
    assert np.abs(audio[: bar // 2]).max() > 0.01  # the second bass, called Bass 2
    piece = room.library.mix(piece.id, {"Bass 2": {"mute": True}})
    silent, _ = soundfile.read(room.take(piece, what))
    assert np.abs(silent).max() < 0.001
    assert [path.name for path in folder_of(room.data_dir, room.job).iterdir()] == [
        f"a-tune-gone-gan-4.{what}"
    ]


def test_stems_are_a_file_a_part(room: Room) -> None:
    with zipfile.ZipFile(room.take(room.begin(), "stems")) as archive:
        names = archive.namelist()
        lengths = [soundfile.info(io.BytesIO(archive.read(name))).frames for name in names]
    assert names == ["01-melody.wav", "02-bass.wav", "03-keys.wav", "04-drums.wav", "05-bass-2.wav"]
    assert min(lengths) > 0


@pytest.mark.parametrize("what", ["lead-sheet", "score"])
def test_sheet_music_opens_in_music21(room: Room, what: str) -> None:
    from music21 import converter, stream  # slow

    sheet = converter.parse(room.take(room.begin(), what), format="musicxml")
    assert isinstance(sheet, stream.Score)
    assert len(sheet.parts) == (1 if what == "lead-sheet" else 5)
    pitches = [note.pitch.midi for note in sheet.parts[0].recurse().notes]
    assert pitches == [note.pitch for note in tune(2).tracks[0].notes]


def test_pictures_and_papers_are_what_they_are_called(room: Room) -> None:
    piece = room.begin("<script>alert(1)</script>")
    assert room.take(piece, "png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    svg = room.take(piece, "svg").read_text("utf-8")
    assert "<script" not in svg
    assert json.loads(room.take(piece, "recipe").read_bytes()) == RECIPE
    assert len(mido.MidiFile(room.take(piece, "midi")).tracks) > 3
    opened = open_piece(room.take(piece, "piece").read_bytes())
    assert (opened.recipe, opened.score.title) == (RECIPE, piece.name)


def test_the_result_says_which_state_of_the_piece_it_is(room: Room) -> None:
    piece = room.library.mix(room.begin().id, {"Bass": {"volume": 0.1}})
    assert room.run(piece, "midi")["revision"] == piece.revision


def test_nobody_takes_home_what_is_not_theirs(room: Room) -> None:
    with pytest.raises(JobError):
        room.run(room.begin(), "midi", owner="else")
    assert not folder_of(room.data_dir, room.job).exists()


def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = room.begin(recipe={})
    with pytest.raises(BadScore, match="without a recipe"):
        room.run(piece, "recipe")
    assert not folder_of(room.data_dir, room.job).exists()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(TuttiError, match="make room"):
        room.run(piece, "midi")
    assert not folder_of(room.data_dir, room.job).exists()
    with pytest.raises(BadKnob):
        TakeHomeRequest("a", "b", "exe", "plain")


def test_a_format_that_this_machine_cannot_write_is_a_sentence(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundfile, "available_formats", dict)
    with pytest.raises(TuttiError, match="take WAV"):
        room.run(room.begin(), "mp3")
    path = room.take(room.begin(), "all")
    assert len(room.result["remarks"]) == 2
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if name.endswith(("mp3", "ogg"))]


def test_old_folders_are_forgotten_and_never_the_newest(tmp_path: Path) -> None:
    folders = [folder_of(tmp_path, f"job{number}") for number in range(4)]
    for age, folder in enumerate(folders):
        folder.mkdir(parents=True)
        (folder / "a.wav").write_bytes(bytes(100))
        os.utime(folder, (1000 + age, 1000 + age))
    os.utime(folders[0], (5000, 5000))  # used again
    forget(tmp_path, keep=folders[1], most_bytes=250)
    assert [folder.exists() for folder in folders] == [True, True, False, False]
    forget(tmp_path, keep=folders[1], most_bytes=1)
    assert [folder.exists() for folder in folders] == [False, True, False, False]
    assert find_file(tmp_path, "job0", {"file": "a.wav"}) is None


def test_the_parts_have_the_names_that_the_mix_has_for_them() -> None:
    score = replace(tune(1), tracks=(Track("Bass"), Track("Bass"), Track("")))
    named = take_home.as_named(score, "Other")
    assert [track.name for track in named.tracks] == ["Bass", "Bass 2", "Part 3"]
    assert named.title == "Other"
