"""The library: pieces keep themselves, no edit is lost, and what is broken is a sentence."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk import OWNER, Desk, open_desk
from helpers import line, tune
from jobs_tools import HandClock, child
from test_compose_job import request

from studio.composing import Composition, Edit, Recipe
from studio.composing.edits import rows_of, with_notes
from studio.ground.errors import BadScore, JobError
from studio.jobs import handlers
from studio.library import Piece, Version, band_facts, library, take_folder, write_band
from studio.library.folder import MIDI_FILE, RECIPE_FILE, SCORE_FILE
from studio.library.library import EDITS_TOGETHER_SECONDS, Library
from studio.library.schema import FILE_VERSION
from studio.music.harmony import ChordPlan
from studio.music.melody import melody_to_json
from studio.music.midi import read, write
from studio.music.score import Score, Track
from studio.music.theory import Key
from studio.queue.store import FILE_NAME, Store

DAY = 86_400.0
RECIPE = {"format": 2, "melody": melody_to_json(tune(2)), "model": "gone-gan", "seed": 4,
          "knobs": {}}  # fmt: skip


@pytest.fixture
def clock() -> HandClock:
    return HandClock(1_000_000.0)


@pytest.fixture
def shelf(tmp_path: Path, clock: HandClock) -> Iterator[Library]:
    store = Store.in_folder(tmp_path)
    yield Library(store, wall=clock)
    store.close()


def song(bars: int = 2) -> Score:
    melody = replace(tune(bars), title="A tune")
    return melody.with_tracks([*melody.tracks, Track("Bass", line([40] * bars, 4)), Track("Keys")])


def begin(shelf: Library, name: str = "A tune") -> tuple[Piece, Version]:
    piece = shelf.add(OWNER, name, song(), RECIPE)
    return piece, shelf.versions(piece.id)[0]


def edit(shelf: Library, piece: str, version: str, revision: int, pitch: int) -> Version:
    """A tab saves the piece with one note in its keys."""
    score = with_notes(shelf.opened(piece, version).score, "Keys", [[0, pitch, 480, 80]])
    edits = [Edit.of_notes(score, "Keys", rows_of(score, "Keys"))]
    recipe = Recipe.with_edits(shelf.opened(piece, version).recipe, edits)
    return shelf.save(piece, version, score, recipe, "edit", revision)


def add(shelf: Library, piece: str, version: str, revision: int, pitch: int) -> Version:
    """A tab saves the piece with one more note in its keys, on what it shows."""
    shown = shelf.opened(piece, version)
    notes = [*rows_of(shown.score, "Keys"), [0, pitch, 480, 80]]
    recipe = Recipe.with_edits(shown.recipe, [Edit.of_notes(shown.score, "Keys", notes)])
    score = with_notes(shown.score, "Keys", notes)
    return shelf.save(piece, version, score, recipe, "edit", revision)


def keys(shelf: Library, piece: str, version: str | None = None) -> list[int]:
    """The pitches of a version's keys."""
    return [note.pitch for note in shelf.opened(piece, version).score.tracks[2].notes]


# Saving


def test_a_version_is_a_folder_that_opens_again(shelf: Library, tmp_path: Path) -> None:
    piece, first = begin(shelf)
    assert (first.kind, first.parent, piece.head) == ("opened", None, first.id)
    saved = edit(shelf, piece.id, first.id, piece.revision, 60)
    assert (saved.parent, saved.kind) == (first.id, "edit")
    now = shelf.piece(piece.id)
    assert (now.head, now.revision) == (saved.id, piece.revision + 1)
    opened = shelf.opened(piece.id)
    assert (opened.version, keys(shelf, piece.id)) == (saved, [60])
    assert opened.recipe["edits"] == [{"part": "Keys", "notes": [[0, 60, 480, 80]]}]
    assert opened.facts["parts"][2] == {
        "name": "Keys", "program": 0, "is_drum": False, "notes": 1,
    }  # fmt: skip
    folder = tmp_path / library.FOLDER / piece.id / saved.id
    assert read((folder / MIDI_FILE).read_bytes()).score.tracks[2].notes[0].pitch == 60
    assert keys(shelf, piece.id, first.id) == []


def test_edits_of_a_few_minutes_are_one_version_the_last(
    shelf: Library, clock: HandClock, tmp_path: Path
) -> None:
    piece, first = begin(shelf)
    begun, last = clock.now, first
    for pitch in (60, 61, 62):
        last = edit(shelf, piece.id, last.id, shelf.piece(piece.id).revision, pitch)
        clock.now += EDITS_TOGETHER_SECONDS / 2 - 1
    assert [(v.kind, v.parent) for v in shelf.versions(piece.id)] == [
        ("opened", None), ("edit", first.id),
    ]  # fmt: skip
    folders = tmp_path / library.FOLDER / piece.id
    assert len(list(folders.glob(f"*/{MIDI_FILE}"))) == 2
    clock.now = begun + EDITS_TOGETHER_SECONDS
    later = edit(shelf, piece.id, last.id, shelf.piece(piece.id).revision, 63)
    assert later.parent == last.id
    assert [keys(shelf, piece.id, v.id) for v in shelf.versions(piece.id)] == [[], [62], [63]]


def test_an_edit_that_took_anothers_place_is_found_under_the_earlier_name(shelf: Library) -> None:
    piece, first = begin(shelf)
    one = edit(shelf, piece.id, first.id, shelf.piece(piece.id).revision, 60)
    two = edit(shelf, piece.id, one.id, shelf.piece(piece.id).revision, 61)
    assert shelf.opened(piece.id, one.id).version == two
    stale = edit(shelf, piece.id, one.id, piece.revision, 62)  # a tab that still has the first
    assert stale.parent == two.id
    assert [keys(shelf, piece.id, id) for id in (two.id, stale.id)] == [[61], [62]]


def test_other_kinds_of_versions_stay_apart(shelf: Library) -> None:
    piece, first = begin(shelf)
    one = edit(shelf, piece.id, first.id, shelf.piece(piece.id).revision, 60)
    work = shelf.opened(piece.id)
    revision = shelf.piece(piece.id).revision
    bars = shelf.save(piece.id, one.id, work.score, work.recipe, "bars", revision, label="Bar 2")
    two = edit(shelf, piece.id, bars.id, revision + 1, 61)
    assert [(v.id, v.label) for v in shelf.versions(piece.id)] == [
        (first.id, "Opened"), (one.id, "Edited"), (bars.id, "Bar 2"), (two.id, "Edited"),
    ]  # fmt: skip


def test_two_tabs_that_change_the_same_note_both_stay(shelf: Library) -> None:
    piece = shelf.add(OWNER, "A tune", with_notes(song(), "Keys", [[0, 50, 480, 80]]), RECIPE)
    (first,) = shelf.versions(piece.id)
    here = edit(shelf, piece.id, first.id, piece.revision, 60)
    there = edit(shelf, piece.id, first.id, piece.revision, 72)
    assert (here.parent, there.parent) == (first.id, first.id)
    assert (here.label, there.label) == ("Edited", "Edited (beside another tab)")
    assert shelf.piece(piece.id).head == there.id
    assert [keys(shelf, piece.id, id) for id in (here.id, there.id)] == [[60], [72]]
    # the first tab goes on where it was, and takes nothing from the other
    more = edit(shelf, piece.id, here.id, here.revision, 61)
    assert more.parent == here.id
    assert [keys(shelf, piece.id, v.id) for v in shelf.versions(piece.id)] == [
        [50], [60], [72], [61],
    ]  # fmt: skip


def test_threads_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    stores = [Store.in_folder(tmp_path) for _ in range(2)]
    shelves = [Library(store) for store in stores]
    piece, first = begin(shelves[0])
    last: dict[int, str] = {}
    start = threading.Barrier(2)

    def tab(number: int) -> None:
        shelf, version, revision = shelves[number], first.id, piece.revision
        start.wait()
        for step in range(8):
            saved = add(shelf, piece.id, version, revision, 10 * (number + 1) + step)
            version, revision = saved.id, saved.revision
        last[number] = version

    threads = [threading.Thread(target=tab, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    tree = {version.id: version for version in shelves[0].versions(piece.id)}
    head = shelves[0].piece(piece.id)
    assert head.head in last.values()
    assert all(tree[version].parent in tree for version in last.values())
    assert keys(shelves[1], piece.id) == [*range(10, 18), *range(20, 28)]
    assert head.revision == piece.revision + 16
    for store in stores:
        store.close()


def test_processes_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    store = Store.in_folder(tmp_path)
    shelf = Library(store)
    piece, first = begin(shelf)
    words = (str(tmp_path), piece.id, first.id, str(piece.revision))
    with child("child_tab.py", *words, "50") as one, child("child_tab.py", *words, "70") as two:
        for process in (one, two):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        saved = [process.stdout.read().split() for process in (one, two) if process.stdout]
    assert keys(shelf, piece.id) == [*range(50, 55), *range(70, 75)]
    assert shelf.piece(piece.id).revision == piece.revision + 10
    assert shelf.piece(piece.id).head in (saved[0][-1], saved[1][-1])
    store.close()


def test_the_newest_edit_since_is_found_and_not_an_older_one(
    shelf: Library, clock: HandClock
) -> None:
    piece, first = begin(shelf)
    one = edit(shelf, piece.id, first.id, piece.revision, 60)
    revision = shelf.piece(piece.id).revision
    assert shelf.since(piece.id, first.id, revision).id == first.id  # somebody went back to it
    assert shelf.since(piece.id, first.id, piece.revision).id == one.id
    clock.now += EDITS_TOGETHER_SECONDS
    two = edit(shelf, piece.id, one.id, revision, 61)
    three = edit(shelf, piece.id, two.id, revision + 1, 62)
    assert shelf.since(piece.id, one.id, revision).id == three.id


# Keeping


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with open_desk(tmp_path, monkeypatch) as desk:
        yield desk


def test_every_take_is_a_root_once_however_often_a_job_is_done(desk: Desk) -> None:
    job, _ = desk.run("compose", request(2, takes=4))
    shelf = Library(desk.store)
    before = shelf.versions(job)
    for _ in range(2):  # a worker was killed, and another did the job again
        handlers.HANDLERS["compose"](_context(desk, job))
    assert [each.id for each in shelf.pieces(OWNER)] == [job]
    roots = shelf.versions(job)
    assert roots == before
    assert [(v.label, v.parent, v.kind, v.take) for v in roots] == [
        ("Pop", None, "band", take) for take in range(1, 5)
    ]
    assert shelf.piece(job).head == roots[0].id
    places = desk.data_dir / library.FOLDER / job
    assert sorted(path.name for path in places.iterdir()) == sorted(root.id for root in roots)
    for root in roots:
        work = shelf.opened(job, root.id)
        assert (places / root.id / MIDI_FILE).read_bytes() == write(work.score)
        assert work.recipe["seed"] == work.facts["seed"]
    assert not (desk.data_dir / "pieces").exists()  # it is written once
    with pytest.raises(JobError, match="no such job"):
        shelf.keep("somebody else", job, *_band(), take=5)


def test_two_workers_that_keep_a_take_at_once_keep_one(desk: Desk) -> None:
    job = desk.store.submit("compose", request(2), OWNER)
    shelves = [Library(desk.store) for _ in range(2)]
    start, ids = threading.Barrier(2), set()

    def keep(shelf: Library) -> None:
        start.wait()
        ids.add(shelf.keep(OWNER, job, *_band()).id)

    threads = [threading.Thread(target=keep, args=(shelf,)) for shelf in shelves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(ids) == 1
    [version] = shelves[0].versions(ids.pop())
    folder = desk.data_dir / library.FOLDER / version.piece
    assert [path.name for path in folder.iterdir()] == [version.id]


def test_a_band_that_cannot_be_kept_is_a_sentence_and_the_next_try_keeps_it(desk: Desk) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studio.library.folder.os.fsync", _full)
        with pytest.raises(JobError, match=r"cannot be saved.*make room"):
            desk.run("compose", request(2))
    job = desk.store.jobs(OWNER)[0]
    assert (job.state, job.error and "make room" in job.error) == ("failed", True)
    assert "composed" not in [kind for kind, _ in desk.said]
    assert Library(desk.store).pieces(OWNER) == []
    assert Library(desk.store).of_job(OWNER, job.id) is None
    again, _ = desk.run("compose", request(2))
    [piece] = Library(desk.store).pieces(OWNER)
    assert piece.id == again
    assert ("kept", {"piece": again}) in desk.said


def test_what_an_earlier_version_wrote_beside_the_library_comes_into_it(desk: Desk) -> None:
    job = desk.store.submit("compose", request(2), OWNER)
    shelf, (piece, facts) = Library(desk.store), _band()
    assert shelf.of_job(OWNER, job) is None
    for take in (1, 2):
        write_band(take_folder(desk.data_dir, job, take), piece, facts)
    for _ in range(2):
        found = shelf.of_job(OWNER, job)
        assert found is not None
        assert found.id == job
    roots = shelf.versions(job)
    assert [(root.take, root.label) for root in roots] == [(1, "Take 1"), (2, "Take 2")]
    work = shelf.opened(job, roots[1].id)
    assert (work.score, work.recipe, work.facts) == (piece.score, piece.recipe.to_json(), facts)
    with pytest.raises(JobError, match="no such"):
        shelf.of_job("somebody else", job)
    damaged = desk.store.submit("compose", request(2), OWNER)
    write_band(take_folder(desk.data_dir, damaged), piece, facts)
    (take_folder(desk.data_dir, damaged) / SCORE_FILE).write_text("{")
    with pytest.raises(BadScore, match="not there any more"):
        shelf.of_job(OWNER, damaged)


def _band() -> tuple[Composition, Any]:
    """A composed piece and its facts."""
    recipe = Recipe(tune(2), "bach-gan", 1, {})
    piece = Composition(song(), ChordPlan(Key(0), 960, (0, 7)), recipe, "CPU", 0.1)
    return piece, json.loads(json.dumps(band_facts(piece)))


def _context(desk: Desk, job: str) -> Any:
    from studio.queue.context import Context

    def emit(kind: str, data: Any) -> None:
        desk.said.append((kind, data))

    return Context(desk.store.get(job), desk.data_dir, emit, lambda: None)


def _full(_file: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# Finding


def test_search_is_in_name_and_tags_in_any_script_and_case(shelf: Library) -> None:
    names = ["Straßenlied", "ΜΕΛΩΔΊΑ", "Песня другу", "夜の歌", "İstanbul", "Plain"]
    ids = {name: begin(shelf, name)[0].id for name in names}
    shelf.tag(ids["Plain"], ["Für Élise", "  slow ", "SLOW", "", "x" * 99])
    assert shelf.piece(ids["Plain"]).tags == ["Für Élise", "SLOW", "x" * 40]

    def found(search: str, **more: Any) -> list[str]:
        return sorted(piece.name for piece in shelf.pieces(OWNER, search, **more))

    assert found("STRASSE") == found("straßen") == ["Straßenlied"]
    assert found("μελωδία") == ["ΜΕΛΩΔΊΑ"]
    assert found("ДРУГУ песня") == ["Песня другу"]
    assert found("の") == ["夜の歌"]
    assert found("FÜR") == found("fu\u0308r") == found("slow élise") == ["Plain"]
    assert found("Plain nothing") == found("%") == found("_") == found("' OR 1=1 --") == []
    assert found("") == sorted(names)
    assert found("", tag="slow") == ["Plain"]
    assert found("", tag="slo") == []
    shelf.favourite(ids["İstanbul"], True)
    assert found("", favourites=True) == ["İstanbul"]
    assert found("plain", favourites=True) == []
    assert shelf.pieces("somebody else") == []


def test_the_last_changed_comes_first(shelf: Library, clock: HandClock) -> None:
    made = []
    for name in "ABC":
        made.append(begin(shelf, name))
        clock.now += 1
    piece, first = made[1]
    edit(shelf, piece.id, first.id, piece.revision, 60)
    assert [each.name for each in shelf.pieces(OWNER)] == ["B", "C", "A"]


def test_what_is_changed_about_a_piece_stays_and_counts(shelf: Library) -> None:
    piece, _ = begin(shelf)
    strip = {"volume": 0.5, "pan": -1.0, "mute": True, "solo": False}
    shelf.mix(piece.id, {"Bass": strip})
    shelf.mix(piece.id, {"Keys": {"solo": True}})
    shelf.lock(piece.id, "Bass", True)
    shelf.lock(piece.id, "Keys", True)
    shelf.lock(piece.id, "Keys", False)
    now = shelf.rename(piece.id, "  <script>alert(1)</script>\n")
    assert now.name == "<script>alert(1)</script>"
    assert now.mix["Bass"] == strip
    assert now.mix["Keys"] == {"volume": 0.8, "pan": 0.0, "mute": False, "solo": True}
    assert now.locks == ["Bass"]
    assert now.revision == piece.revision + 6
    assert shelf.rename(piece.id, " ").name == "Untitled"
    for bad in ({"Bass": {"volume": 2}}, {"Bass": {"pan": float("nan")}}, {"Bass": 3}):
        with pytest.raises(BadScore):
            shelf.mix(piece.id, bad)
    assert shelf.piece(piece.id).mix == now.mix


def test_a_piece_is_its_owners_alone(shelf: Library) -> None:
    piece, first = begin(shelf)
    for attempt in (
        lambda: shelf.piece(piece.id, "mallory"),
        lambda: shelf.versions(piece.id, "mallory"),
        lambda: shelf.opened(piece.id, first.id, "mallory"),
        lambda: shelf.delete(piece.id, "mallory"),
        lambda: shelf.duplicate(piece.id, "mallory"),
        lambda: shelf.save(piece.id, first.id, song(), RECIPE, "edit", 1, owner="mallory"),
        lambda: shelf.piece("../etc"),
    ):
        with pytest.raises(JobError, match="no such piece"):
            attempt()
    with pytest.raises(JobError, match="no such version"):
        shelf.opened(piece.id, "../../etc")


def test_a_duplicate_is_a_piece_of_its_own(shelf: Library) -> None:
    piece, first = begin(shelf)
    shelf.tag(piece.id, ["slow"])
    shelf.lock(piece.id, "Bass", True)
    edit(shelf, piece.id, first.id, shelf.piece(piece.id).revision, 60)
    copy = shelf.duplicate(piece.id, OWNER)
    assert (copy.name, copy.tags, copy.locks) == ("Copy of A tune", ["slow"], ["Bass"])
    assert [piece.name for piece in shelf.pieces(OWNER, "slow copy")] == ["Copy of A tune"]
    assert keys(shelf, copy.id) == [60]
    edit(shelf, copy.id, copy.head, copy.revision, 61)
    assert keys(shelf, piece.id) == [60]


# Deleting


def test_what_is_deleted_comes_back_for_30_days(
    shelf: Library, clock: HandClock, tmp_path: Path
) -> None:
    piece, _first = begin(shelf)
    other, _ = begin(shelf, "Other")
    shelf.delete(piece.id)
    assert [each.id for each in shelf.pieces(OWNER)] == [other.id]
    assert [each.id for each in shelf.pieces(OWNER, deleted=True)] == [piece.id]
    clock.now += Library.DELETED_DAYS * DAY - 1
    shelf.sweep()
    assert shelf.undelete(piece.id).deleted_at is None
    assert keys(shelf, piece.id) == []
    shelf.delete(piece.id)
    clock.now += Library.DELETED_DAYS * DAY + 1
    shelf.sweep()
    with pytest.raises(JobError, match="no such piece"):
        shelf.opened(piece.id)
    folders = [path.name for path in (tmp_path / library.FOLDER).iterdir()]
    assert folders == [other.id]
    assert shelf.opened(other.id).score == song()


def test_an_edit_brings_a_deleted_piece_back(shelf: Library) -> None:
    piece, first = begin(shelf)
    shelf.delete(piece.id)
    edit(shelf, piece.id, first.id, piece.revision, 60)  # in a tab that was still open
    assert [keys(shelf, each.id) for each in shelf.pieces(OWNER)] == [[60]]


def test_folders_that_a_crash_left_are_swept_out(shelf: Library, tmp_path: Path) -> None:
    piece, first = begin(shelf)
    places = tmp_path / library.FOLDER / piece.id
    for name in ("orphan", ".half.part", "young"):
        (places / name).mkdir()
        (places / name / SCORE_FILE).write_text("{}")
    for name in ("orphan", ".half.part", first.id):
        os.utime(places / name, (time.time() - 7200,) * 2)
    shelf.sweep()
    assert sorted(path.name for path in places.iterdir()) == sorted(["young", first.id])


# Bad input


def test_a_full_disk_while_saving_loses_nothing(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece, first = begin(shelf)
    saved = edit(shelf, piece.id, first.id, piece.revision, 60)
    before = shelf.piece(piece.id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studio.library.folder.os.fsync", _full)
        with pytest.raises(JobError, match=r"cannot be saved.*No space.*still there\.$"):
            edit(shelf, piece.id, saved.id, before.revision, 61)
        with pytest.raises(JobError, match="make room"):
            shelf.add(OWNER, "Another", song())
    assert shelf.piece(piece.id) == before
    assert keys(shelf, piece.id) == [60]
    folder = tmp_path / library.FOLDER / piece.id
    assert sorted(path.name for path in folder.iterdir()) == sorted([first.id, saved.id])
    assert len(shelf.pieces(OWNER)) == 1
    edit(shelf, piece.id, saved.id, before.revision, 61)
    assert keys(shelf, piece.id) == [61]


def test_a_database_that_is_full_while_saving_loses_nothing(
    shelf: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece, first = begin(shelf)
    before = shelf.piece(piece.id)

    def full(*_: Any, **__: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studio.library.rows.insert_version", full)
        with pytest.raises(JobError, match="disk is not full"):
            edit(shelf, piece.id, first.id, before.revision, 61)
    assert shelf.piece(piece.id) == before
    folder = tmp_path / library.FOLDER / piece.id
    assert [path.name for path in folder.iterdir()] == [first.id]


NO_JSON = [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"3", b"[]", None]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        *((file, content) for file in (SCORE_FILE, RECIPE_FILE) for content in NO_JSON),
        *((SCORE_FILE, content) for content in (b'{"tracks": 3}', b'{"a": NaN}')),
    ],
    ids=str,
)
def test_a_damaged_version_is_a_sentence_and_the_others_open(
    shelf: Library, tmp_path: Path, file: str, content: bytes | None
) -> None:
    piece, first = begin(shelf)
    saved = edit(shelf, piece.id, first.id, piece.revision, 60)
    path = tmp_path / library.FOLDER / piece.id / saved.id / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(BadScore, match=r"'Edited' of this piece is damaged: open another"):
        shelf.opened(piece.id)
    assert shelf.opened(piece.id, first.id).score == song()
    assert len(shelf.versions(piece.id)) == 2
    work = shelf.opened(piece.id, first.id)
    revision = shelf.piece(piece.id).revision
    shelf.save(piece.id, first.id, work.score, work.recipe, "edit", revision)
    assert keys(shelf, piece.id) == []


def test_damaged_facts_are_made_again(shelf: Library, tmp_path: Path) -> None:
    piece, first = begin(shelf)
    facts = shelf.opened(piece.id).facts
    (tmp_path / library.FOLDER / piece.id / first.id / "facts.json").write_bytes(b"{")
    assert shelf.opened(piece.id).facts == facts


def test_128_parts_some_without_notes_are_kept(shelf: Library) -> None:
    tracks = [Track(f"Part {i}", line([60]) if i % 2 else ()) for i in range(128)]
    score = Score(tuple(tracks), title="<script>")
    piece = shelf.add(OWNER, "", score)
    assert shelf.opened(piece.id).score == score
    assert piece.name == "<script>"
    emptied = score
    for part in score.part_names:
        emptied = with_notes(emptied, part, [])
    saved = shelf.save(piece.id, piece.head, emptied, {}, "edit", piece.revision)
    assert shelf.opened(piece.id, saved.id).score.note_count == 0
    more = score.with_tracks([*tracks, Track("One more")])
    with pytest.raises(BadScore, match="128 parts"):
        shelf.save(piece.id, saved.id, more, {}, "edit", saved.revision)
    assert shelf.piece(piece.id).head == saved.id


def test_a_piece_whose_model_is_gone_opens(shelf: Library) -> None:
    piece, _ = begin(shelf)
    assert shelf.opened(piece.id).recipe["model"] == "gone-gan"
    assert shelf.opened(piece.id).facts["model"] == "gone-gan"


# An older file

VERSION_1 = """
CREATE TABLE jobs (
    number INTEGER NOT NULL, id VARCHAR NOT NULL, kind VARCHAR NOT NULL, owner VARCHAR NOT NULL,
    payload JSON NOT NULL, state VARCHAR NOT NULL, created_at FLOAT NOT NULL, started_at FLOAT,
    finished_at FLOAT, worker_id VARCHAR, attempt INTEGER NOT NULL, crashes INTEGER NOT NULL,
    turn INTEGER NOT NULL, lease_until FLOAT, lease_seconds FLOAT, error VARCHAR, result JSON,
    cancel_requested BOOLEAN NOT NULL, PRIMARY KEY (number), UNIQUE (id)
);
CREATE INDEX jobs_by_turn ON jobs (owner, turn);
CREATE INDEX jobs_by_state ON jobs (state, owner, number);
CREATE INDEX jobs_by_owner ON jobs (owner, kind, number);
CREATE TABLE drafts (
    owner VARCHAR NOT NULL, name VARCHAR NOT NULL, data JSON NOT NULL, revision INTEGER NOT NULL,
    updated_at FLOAT NOT NULL, PRIMARY KEY (owner, name)
);
CREATE TABLE workers (
    id VARCHAR NOT NULL, pid INTEGER NOT NULL, started_at FLOAT NOT NULL, heartbeat FLOAT NOT NULL,
    facts JSON NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE events (
    job_id VARCHAR NOT NULL, sequence INTEGER NOT NULL, attempt INTEGER NOT NULL,
    kind VARCHAR NOT NULL, data JSON NOT NULL, at FLOAT NOT NULL, PRIMARY KEY (job_id, sequence),
    FOREIGN KEY(job_id) REFERENCES jobs (id)
) WITHOUT ROWID;
INSERT INTO jobs VALUES (1, 'j1', 'compose', 'ada', '{"model":"pop-gan"}', 'done', 1.0, 2.0, 3.0,
    'w', 1, 0, 1, NULL, 3.0, NULL, '{"bars":8}', 0);
INSERT INTO jobs VALUES (2, 'j2', 'compose', 'ada', '{}', 'queued', 4.0, NULL, NULL, NULL, 0, 0, 0,
    NULL, NULL, NULL, NULL, 0);
INSERT INTO events VALUES ('j1', 1, 1, 'stage', '{"share":0.1}', 2.5);
INSERT INTO drafts VALUES ('ada', 'compose', '{"seed":7}', 5, 4.0);
PRAGMA user_version = 1;
"""


def test_a_file_of_version_1_is_moved_with_all_that_is_in_it(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / FILE_NAME)
    old.executescript(VERSION_1)
    old.close()
    stores = [Store.in_folder(tmp_path) for _ in range(2)]
    threads = [threading.Thread(target=Library, args=(store,)) for store in stores]
    for thread in threads:  # several processes open it at once
        thread.start()
    for thread in threads:
        thread.join(30)
    store, shelf = stores[0], Library(stores[1])
    assert [(job.id, job.state, job.result) for job in store.jobs("ada")] == [
        ("j2", "queued", None), ("j1", "done", {"bars": 8}),
    ]  # fmt: skip
    assert [event.data for event in store.events("j1")] == [{"share": 0.1}]
    draft = store.load_draft("ada", "compose")
    assert draft is not None
    assert (draft.data, draft.revision) == ({"seed": 7}, 5)
    claimed = store.claim("w2", 60.0)
    assert claimed is not None
    assert claimed.id == "j2"
    piece, first = begin(shelf)
    assert edit(shelf, piece.id, first.id, piece.revision, 60).parent == first.id
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    assert connection.execute("PRAGMA user_version").fetchone() == (FILE_VERSION,)
    moved = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    stores.append(Store.in_folder(tmp_path / "new"))
    Library(stores[-1])
    connection = sqlite3.connect(tmp_path / "new" / FILE_NAME)
    assert moved == {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    for store in stores:
        store.close()


def test_the_library_loads_no_torch() -> None:
    import subprocess

    code = (
        "import sys, studio.library.library, studio.jobs.kinds.stems, studio.jobs.kinds.rewrite\n"
    )
    code += "import studio.jobs.kinds.genres; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
