"""Stems: rendered once, under a name that says all they depend on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from desk import OWNER, WORKER, plain
from helpers import line, tune
from hypothesis import given
from hypothesis import strategies as st

from studio.composing import Edit, Recipe
from studio.composing.edits import rows_of, with_notes, with_program
from studio.ground.errors import BadScore, SoundError
from studio.jobs.kinds import stems
from studio.jobs.kinds.stems import KIND, want_stems
from studio.jobs.kinds.stems import Request as StemsRequest
from studio.library import Library, Piece
from studio.music.score import Note, Score, TempoMark, Track
from studio.queue.context import Cancelled, Context
from studio.queue.records import JsonObject
from studio.queue.store import Store
from studio.sound.mixdown import gain_of
from studio.sound.places import Place
from studio.sound.plain import PlainSynth
from studio.sound.stem_store import StemStore, stem_name

SOUND, PLACE = "plain", Place()


class Room:
    """A library, its stems and a worker that renders them with plain waves."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.store = data_dir, Store.in_folder(data_dir)
        self.library = Library(self.store)
        self.stems = StemStore(data_dir / "stems")
        self.said: list[tuple[str, JsonObject]] = []
        self.stop = False

    def begin(self) -> Piece:
        tracks = (*tune(2).tracks, Track("Bass", line([40, 45], 4), 33), Track("Keys"))
        drums = Track("Drums", line([36, 38] * 4), 0, is_drum=True)
        return self.library.add(OWNER, "A tune", Score((*tracks, drums), 240.0))

    def run(self, piece: str, version: str) -> JsonObject:
        request = StemsRequest(piece, version, SOUND)
        job_id = want_stems(self.store, OWNER, request)
        job = self.store.claim(WORKER, 60.0, [KIND])
        assert job is not None
        self.said = []

        def check() -> None:
            if self.stop:
                raise Cancelled

        def emit(kind: str, data: JsonObject) -> None:
            self.said.append((kind, data))

        context = Context(job, self.data_dir, emit, check)
        result = stems.run(StemsRequest(**job.payload), context, plain(self.data_dir))
        self.store.finish(job_id, WORKER, result)
        return result


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.store.close()


def read(path: Path) -> Any:
    audio, rate = soundfile.read(path, always_2d=True)
    assert (rate, soundfile.info(path).subtype) == (44_100, "PCM_24")
    return audio


def test_only_stems_that_are_new_are_rendered(room: Room) -> None:
    piece = room.begin()
    result = room.run(piece.id, piece.head)
    assert (result["rendered"], len(result["stems"])) == (4, 4)
    told = [data["part"] for kind, data in room.said if kind == "stem"]
    assert told == ["Melody", "Bass", "Keys", "Drums"]
    assert [data["name"] for _, data in room.said] == result["stems"]
    assert room.run(piece.id, piece.head)["rendered"] == 0
    score = with_notes(room.library.opened(piece.id).score, "Bass", [[0, 41, 480, 80]])
    recipe = Recipe.with_edits({}, [Edit.of_notes(score, "Bass", rows_of(score, "Bass"))])
    saved = room.library.save(piece.id, piece.head, score, recipe, "edit", piece.revision)
    again = room.run(piece.id, saved.id)
    assert again["rendered"] == 1
    changed = [a != b for a, b in zip(again["stems"], result["stems"], strict=True)]
    assert changed == [False, True, False, False]
    for name in (*again["stems"], *result["stems"]):
        assert room.stems.find(name) == room.stems.path(name)


def test_a_cancelled_job_keeps_what_it_rendered(room: Room) -> None:
    piece = room.begin()
    room.stop = True
    with pytest.raises(Cancelled):
        room.run(piece.id, piece.head)
    assert not (room.data_dir / "stems").exists()


@given(
    st.sampled_from(
        ["note", "program", "tempo", "tempos", "sound", "drum", "place", "length", "title"]
    ),
    st.integers(1, 60),
)
def test_a_name_is_of_all_that_is_heard_and_of_nothing_else(what: str, by: int) -> None:
    track = Track("Bass", (Note(0, 60, 480, 80), Note(480, 62, 480, 80)), 33)
    before = stem_name(track, 100.0, SOUND, PLACE, 9000)
    other: dict[str, tuple[Any, ...]] = {
        "note": (
            replace(track, notes=(*track.notes[:1], Note(480 + by, 62, 480, 80))),
            100.0,
            SOUND,
            PLACE,
            9000,
        ),
        "program": (replace(track, program=33 + by), 100.0, SOUND, PLACE, 9000),
        "tempo": (track, 100.0 + by, SOUND, PLACE, 9000),
        "tempos": (track, (TempoMark(0, 600_000), TempoMark(by, 500_000)), SOUND, PLACE, 9000),
        "sound": (track, 100.0, f"{SOUND}{by}", PLACE, 9000),
        "drum": (replace(track, is_drum=True), 100.0, SOUND, PLACE, 9000),
        "place": (track, 100.0, SOUND, PLACE._replace(pan=by / 60), 9000),
        "length": (track, 100.0, SOUND, PLACE, 9000 + by),
        "title": (replace(track, name=f"Basso {by}"), 100.0, SOUND, PLACE, 9000),
    }
    assert (stem_name(*other[what]) == before) == (what == "title")
    drums = replace(track, is_drum=True)
    others = (100.0, SOUND, PLACE, 9000)
    assert stem_name(drums, *others) == stem_name(replace(drums, program=by), *others)


def test_the_pages_are_told_how_loud_all_stems_are_once_they_are_there(room: Room) -> None:
    piece = room.begin()
    score = room.library.opened(piece.id).score
    names = room.stems.names(score, SOUND)
    assert room.stems.mixdown(score, names) is None
    room.run(piece.id, piece.head)
    mixdown = room.stems.mixdown(score, names)
    assert mixdown is not None
    assert mixdown.stems == tuple(room.stems.path(name) for name in names)
    room.stems.path(names[1]).unlink()
    assert room.stems.mixdown(score, names) is None


def test_a_stem_lasts_as_long_as_its_own_part(room: Room) -> None:
    piece = room.begin()
    names = room.run(piece.id, piece.head)["stems"]
    frames = [len(read(room.stems.path(name))) for name in names]
    assert all(2 * 44_100 <= frames[i] <= 4.5 * 44_100 for i in (0, 1, 3))
    silent = read(room.stems.path(names[2]))
    assert len(silent) > 0  # a part without notes still is a sound that a browser decodes
    assert not silent.any()


def test_a_browser_gets_each_stem_small_and_sample_true(room: Room) -> None:
    piece = room.begin()
    names = room.run(piece.id, piece.head)["stems"]
    *_, drums = names
    for name in names:
        path, whole = room.stems.find_small(name), 4 * read(room.stems.path(name))
        assert path is not None
        small, rate = soundfile.read(path, always_2d=True)
        assert (rate, small.shape) == (44_100, whole.shape)
        assert path.stat().st_size < room.stems.path(name).stat().st_size / 4
        if whole.any():
            # nowhere does it fit better than where it is
            fits = [(small[9:-9] * np.roll(whole, -by, 0)[9:-9]).sum() for by in range(-9, 10)]
            assert int(np.argmax(fits)) == 9
            # noise of a kit that differs from side to side is what Vorbis spares first
            share = 0.1 if name == drums else 0.02
            assert ((small - whole) ** 2).mean() < share * (whole**2).mean()


def test_a_stem_of_an_earlier_version_gets_its_small_file(room: Room) -> None:
    piece = room.begin()
    names = room.run(piece.id, piece.head)["stems"]
    for path in (room.data_dir / "stems").glob("*.ogg"):
        path.unlink()
    for path in (room.data_dir / "stems").glob("*.json"):
        path.write_text('{"loudness": 8.0}')  # as it was said
    assert room.run(piece.id, piece.head)["rendered"] == 4
    assert all(room.stems.find_small(name) for name in names)
    score = room.library.opened(piece.id).score
    mixdown = room.stems.mixdown(score, names)
    assert mixdown is not None
    assert mixdown.gain == gain_of(mixdown.stems)


def test_an_instrument_changes_one_stem(room: Room) -> None:
    score = room.library.opened(room.begin().id).score
    changed = with_program(score, "Keys", 19)
    before, after = room.stems.names(score, "x"), room.stems.names(changed, "x")
    same = [a == b for a, b in zip(before, after, strict=True)]
    assert same == [True, True, False, True]


def test_a_stem_of_no_name_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "stems").mkdir()
    (tmp_path / "secret.wav").write_bytes(b"RIFF")
    for name in ("../secret", "", "A" * 32, "0" * 31, "0" * 32):
        assert StemStore(tmp_path / "stems").find(name) is None


def test_those_used_last_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "stems"
    folder.mkdir()
    store = StemStore(folder)
    for number in range(5):
        path = store.path(f"{number:032x}")
        path.write_bytes(bytes(100))
        os.utime(path, (1000 + number,) * 2)
    (folder / ".x.wav.1.part").write_bytes(bytes(100))
    os.utime(folder / ".x.wav.1.part", (2000, 2000))
    assert store.find(f"{0:032x}") is not None  # used just now
    store.forget(most_bytes=400)
    assert sorted(path.name for path in folder.iterdir()) == [f"{n:032x}.wav" for n in (0, 3, 4)]


def test_an_earlier_wish_gives_way(room: Room) -> None:
    first = StemsRequest("p", "one", SOUND)
    job = want_stems(room.store, OWNER, first)
    assert want_stems(room.store, OWNER, first) == job
    elsewhere = want_stems(room.store, OWNER, StemsRequest("q", "one", SOUND))
    newer = want_stems(room.store, OWNER, StemsRequest("p", "two", SOUND))
    assert room.store.get(job).state == "cancelled"
    assert [room.store.get(id).state for id in (elsewhere, newer)] == ["queued"] * 2
    claimed = {room.store.claim(WORKER, 60.0, [KIND]).id for _ in range(2)}  # type: ignore[union-attr]
    assert claimed == {elsewhere, newer}
    want_stems(room.store, OWNER, StemsRequest("p", "three", SOUND))
    assert room.store.get(newer).cancel_requested


def test_a_full_disk_is_a_sentence_and_leaves_no_half(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = room.begin()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("soundfile.SoundFile.write", full)
        with pytest.raises(SoundError, match="choose a folder with space"):
            room.run(piece.id, piece.head)
    assert list((room.data_dir / "stems").iterdir()) == []


def test_a_version_that_is_damaged_is_a_sentence(room: Room) -> None:
    piece = room.begin()
    path = room.data_dir / "library" / piece.id / piece.head / "score.json"
    path.write_text("{")
    with pytest.raises(BadScore, match="damaged"):
        room.run(piece.id, piece.head)


def test_a_part_of_hours_is_a_sentence(tmp_path: Path) -> None:
    score = Score((Track("Bass", (Note(480 * 20 * 21, 40, 480),)),), 20.0)
    store = StemStore(tmp_path)
    [name] = store.names(score, SOUND)
    with PlainSynth() as synth, pytest.raises(SoundError, match="20 minutes"):
        list(store.render(score, [name], synth))
