"""How a band was written is told edit by edit, and what is vetoed in it is written another way."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scribe
from desk import OWNER, Desk, open_desk
from helpers import train_tiny
from test_compose_job import request
from test_rewrite_job import edit

from studio.composing import Recipe, load_band
from studio.composing.edits import rows_of
from studio.ground.errors import BadKnob, BadModel, JobError
from studio.jobs.kinds import retrace
from studio.jobs.kinds.retrace import Request as RetraceRequest
from studio.jobs.kinds.retrace import path
from studio.jobs.kinds.rewrite import Request as RewriteRequest
from studio.library import Library, Piece
from studio.music.score import STEP_TICKS

BACH = "bach-arcnn"
REST = -1


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_tiny("arcnn", "bach", tmp_path_factory.mktemp("bach"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, monkeypatch) as desk:
        (tmp_path / "models").mkdir(exist_ok=True)
        (tmp_path / "models" / BACH).symlink_to(model)
        yield desk


def begin(desk: Desk, model: str = BACH, bars: int = 2, **asked: Any) -> tuple[Library, Piece]:
    job, _ = desk.run("compose", request(bars, model=model, knobs={}, **asked))
    shelf = Library(desk.store)
    return shelf, shelf.piece(job, OWNER)


def told(desk: Desk, piece: Piece, version: str = "", looks: int | None = None) -> dict[str, Any]:
    wanted = RetraceRequest(piece.id, version or piece.head, looks)
    desk.run("retrace", wanted.to_json())
    replay: dict[str, Any] = json.loads(path(desk.data_dir, wanted).read_text())
    return replay


def veto(shelf: Library, desk: Desk, piece: str, *vetoes: tuple[str, int, int, int | None]) -> str:
    now = shelf.piece(piece)
    wanted = RewriteRequest(piece, now.head, vetoes=vetoes, revision=now.revision)
    return str(desk.run("rewrite", wanted.to_json())[1]["version"])


def written(replay: dict[str, Any], part: int) -> dict[int, int]:
    """What stands in each sixteenth of a part after all edits."""
    cells: dict[int, int] = {}
    for _, voice, start, end, pitch, *_ in replay["edits"]:
        if voice == part:
            cells |= dict.fromkeys(range(start, end), REST if pitch is None else pitch)
    return cells


def sounding(shelf: Library, piece: str, part: str) -> dict[int, int]:
    """The same, as the piece has it."""
    cells: dict[int, int] = {}
    for start, pitch, ticks, _ in rows_of(shelf.opened(piece).score, part):
        span = range(start // STEP_TICKS, (start + ticks) // STEP_TICKS)
        cells |= dict.fromkeys(span, pitch)
    return cells


def a_veto(replay: dict[str, Any], place: int) -> tuple[str, int, int, int | None]:
    """Of an edit, by its place."""
    _, part, start, end, pitch, *_ = replay["edits"][place]
    return replay["parts"][part]["name"], start * STEP_TICKS, end * STEP_TICKS, pitch


def test_the_edits_come_to_the_piece_and_it_stays(desk: Desk) -> None:
    shelf, piece = begin(desk)
    replay = told(desk, piece)
    assert [part["name"] for part in replay["parts"]] == ["Alto", "Tenor", "Bass"]
    for number, part in enumerate(replay["parts"]):
        cells = {step: p for step, p in written(replay, number).items() if p != REST}
        assert cells == sounding(shelf, piece.id, part["name"])
        assert all(part["low"] <= pitch <= part["high"] for pitch in cells.values())
    for look, *_, probability, options in replay["edits"]:
        assert 0 <= look < 96
        assert 0 <= probability <= 1
        shares = [share for _, share in options]
        assert shares == sorted(shares, reverse=True)
    assert replay["ticks"] == [step * STEP_TICKS for step in range(2 * 16 + 1)]
    assert (replay["vetoes"], replay["since"]) == ([], [])
    assert shelf.piece(piece.id) == piece


def test_what_was_edited_since_is_named(desk: Desk) -> None:
    shelf, piece = begin(desk)
    first = told(desk, piece)
    edit(shelf, piece.id, "Alto", [[0, 61, 77, 90]])
    again = told(desk, shelf.piece(piece.id))
    assert again == {**first, "since": ["Alto"]}


def test_bars_that_were_written_anew_have_a_replay_and_vetoes_of_their_own(desk: Desk) -> None:
    shelf, piece = begin(desk)
    first = told(desk, piece)
    edited = edit(shelf, piece.id, "Alto", [[0, 61, 480, 90]])
    asked = RewriteRequest(piece.id, edited, [1], ["Bass"], looks=0)
    anew = desk.run("rewrite", asked.to_json())[1]["version"]
    assert path(desk.data_dir, RetraceRequest(piece.id, anew, 0)).exists()  # somebody watches
    replay = told(desk, shelf.piece(piece.id))
    assert {(part, start // 16) for _, part, start, *_ in replay["edits"]} == {(2, 1)}
    assert [0, 0, 4, 61] in replay["known"]
    assert replay["since"] == []
    for number, part in enumerate(("Alto", "Tenor", "Bass")):
        cells: dict[int, int] = {}
        for voice, start, end, pitch in replay["known"]:
            cells |= dict.fromkeys(range(start, end), pitch) if voice == number else {}
        cells |= {step: p for step, p in written(replay, number).items() if p != REST}
        assert cells == sounding(shelf, piece.id, part)

    unwanted = a_veto(replay, 0)
    before = shelf.opened(piece.id).score
    version = veto(shelf, desk, piece.id, unwanted)
    after = shelf.opened(piece.id)
    assert told(desk, piece, version)["vetoes"] == [list(unwanted)]
    for part in ("Alto", "Tenor"):
        assert rows_of(after.score, part) == rows_of(before, part)
    veto(shelf, desk, piece.id)
    assert shelf.opened(piece.id).score == before
    assert first["vetoes"] == []


def test_a_veto_is_a_version_that_is_the_same_up_to_there_and_can_be_taken_back(
    desk: Desk, model: Path
) -> None:
    shelf, piece = begin(desk)
    before, first = told(desk, piece), shelf.opened(piece.id)
    place = len(before["edits"]) // 2
    unwanted = a_veto(before, place)
    version = veto(shelf, desk, piece.id, unwanted)
    at_once = path(desk.data_dir, RetraceRequest(piece.id, version)).read_text()
    after = told(desk, piece, version)
    assert after == json.loads(at_once)  # nobody waits for a second job
    same = [edit for edit in before["edits"] if edit[0] < before["edits"][place][0]]
    assert after["edits"][: len(same)] == same
    assert after["vetoes"] == [list(unwanted)]
    part, start, end, pitch = unwanted
    there = sounding(shelf, piece.id, part)
    assert {there.get(s) for s in range(start // STEP_TICKS, end // STEP_TICKS)} != {pitch}
    opened = shelf.opened(piece.id)
    assert (opened.version.kind, opened.version.parent) == ("veto", first.version.id)
    assert opened.version.label == f"Veto in {part}, bar {start // 1920 + 1}"
    assert load_band(model, "cpu").replay(Recipe.from_json(opened.recipe)).score == opened.score

    veto(shelf, desk, piece.id)
    assert shelf.opened(piece.id).score == first.score
    assert shelf.opened(piece.id).recipe == first.recipe
    assert shelf.opened(piece.id).version.label.endswith("taken back")


def test_a_veto_leaves_what_is_edited_or_locked(desk: Desk) -> None:
    shelf, piece = begin(desk)
    replay = told(desk, piece)
    names = [part["name"] for part in replay["parts"]]
    unwanted = a_veto(replay, 0)
    edited, locked = [name for name in names if name != unwanted[0]]
    edit(shelf, piece.id, edited, [[0, 61, 77, 90]])
    shelf.lock(piece.id, locked, True)
    before = shelf.opened(piece.id).score
    veto(shelf, desk, piece.id, unwanted)
    after = shelf.opened(piece.id).score
    for part in (names[0], edited, locked):
        assert (rows_of(after, part) == rows_of(before, part)) == (part != unwanted[0])
    with pytest.raises(BadKnob, match=f"{locked} is locked: unlock it"):
        veto(shelf, desk, piece.id, (locked, 0, 480, 60))
    with pytest.raises(BadKnob, match=f"{edited} was edited since"):
        veto(shelf, desk, piece.id, (edited, 0, 480, 61))


def test_the_fog_of_each_look_clears_where_it_writes(desk: Desk) -> None:
    shelf, piece = begin(desk)
    plain = told(desk, piece)
    replay = told(desk, piece, looks=0)
    fog = replay.pop("fog")
    assert replay == plain
    assert replay["looks"] == 96
    assert fog["looks"] > plain["edits"][-1][0]
    shape = (fog["looks"], 32, 3, fog["options"])
    pitches, odds = (
        np.frombuffer(base64.b64decode(fog[name]), np.uint8).reshape(shape)
        for name in ("pitches", "odds")
    )
    unknown = odds.max(-1) > 0
    assert unknown[0].all()
    low = min(part["low"] for part in plain["parts"])
    assert ((pitches == 0) | (pitches >= low))[odds > 0].all()
    for look, part, start, end, *_ in plain["edits"]:
        assert unknown[look, start:end, part].all()

    in_two = told(desk, piece, looks=2)
    assert {edit[0] for edit in in_two["edits"]} == {0, 1}
    assert in_two["fog"]["looks"] == 2
    assert shelf.piece(piece.id) == piece


def test_another_number_of_looks_is_kept_if_somebody_wants_it(desk: Desk) -> None:
    shelf, piece = begin(desk)
    in_four = told(desk, piece, looks=4)
    wanted = RewriteRequest(piece.id, piece.head, vetoes=(), looks=4)
    version = desk.run("rewrite", wanted.to_json())[1]["version"]
    assert told(desk, piece, version)["edits"] == in_four["edits"]
    assert shelf.opened(piece.id).version.text == "Written anew in looks: 4"


def test_old_replays_make_room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrace, "MOST", 2)
    _, piece = begin(desk)
    for looks in range(4):
        told(desk, piece, looks=looks)
    assert len([*(desk.data_dir / retrace.FOLDER).iterdir()]) == 2


def test_all_pitches_may_be_vetoed(desk: Desk) -> None:
    shelf, piece = begin(desk)
    bass = told(desk, piece)["parts"][2]
    pitches = [*range(bass["low"], bass["high"] + 1)]
    veto(shelf, desk, piece.id, *(("Bass", 0, 480, pitch) for pitch in pitches))
    assert min(sounding(shelf, piece.id, "Bass"), default=4) >= 4  # a rest is all that is left
    veto(shelf, desk, piece.id, *(("Bass", 0, 480, pitch) for pitch in (*pitches, None)))


def test_what_has_no_replay_is_a_sentence(desk: Desk) -> None:
    shelf, piece = begin(desk, scribe.MODEL)
    with pytest.raises(BadKnob, match="has no replay: choose an AR-CNN"):
        told(desk, piece)
    with pytest.raises(BadKnob, match="takes no vetoes"):
        veto(shelf, desk, piece.id, ("Keys", 0, 480, 60))
    score = shelf.opened(piece.id).score
    with pytest.raises(BadKnob, match="No model wrote this piece"):
        told(desk, shelf.add(OWNER, "Mine", score, {}))
    recipe = shelf.opened(begin(desk)[1].id).recipe
    with pytest.raises(BadModel, match="has learned on"):
        told(desk, shelf.add(OWNER, "Old", score, {**recipe, "weights": "0" * 16}))
    with pytest.raises(BadModel):
        told(desk, shelf.add(OWNER, "Gone", score, {**recipe, "model": "gone"}))


def test_a_stranger_is_told_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, piece = begin(desk)
    monkeypatch.setattr("desk.OWNER", "stranger")
    with pytest.raises(JobError, match="no such piece"):
        told(desk, piece)
