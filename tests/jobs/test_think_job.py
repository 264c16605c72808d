"""Why a note of a piece is there: asked of the model that wrote it, nothing changed by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import scribe
from desk import OWNER, Desk, open_desk
from test_compose_job import request
from test_rewrite_job import edit
from transformers import random_transformer

from studio.composing.edits import rows_of
from studio.ground.errors import BadKnob, BadModel, JobError
from studio.jobs.kinds.rewrite import Request as RewriteRequest
from studio.jobs.kinds.think import ASKED, SHOWN, to_json
from studio.jobs.kinds.think import Request as ThinkRequest
from studio.library import Content, Library, Piece
from studio.music.score import Note, Score, Track
from studio.techniques.introspection import END, Option, Seen, Thought

GENRES = ("pop", "jazz")  # straight, and swung


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A worker by hand with small Transformers of random weights."""
    with open_desk(tmp_path, monkeypatch) as desk:
        for genre in GENRES:
            random_transformer(tmp_path / "models", genre)
        yield desk


def begin(desk: Desk, model: str = "pop-transformer", **asked: Any) -> tuple[Library, Piece]:
    job, _ = desk.run("compose", request(4, model=model, knobs={}, **asked))
    shelf = Library(desk.store)
    return shelf, shelf.piece(job, OWNER)


def why(desk: Desk, work: Content, part: str, note: list[int]) -> dict[str, Any]:
    wanted = ThinkRequest(work.version.piece, work.version.id, part, note)
    return desk.run("think", wanted.to_json())[1]


def taken(answer: dict[str, Any]) -> dict[str, Any]:
    """What was drawn, by question."""
    drawn = [
        (asked["question"], option["value"])
        for asked in answer["questions"] for option in asked["options"] if option["taken"]
    ]  # fmt: skip
    assert len(drawn) == len(ASKED)
    return dict(drawn)


@pytest.mark.parametrize("genre", GENRES)
def test_a_note_of_each_part_is_told_of_and_the_piece_stays(desk: Desk, genre: str) -> None:
    shelf, piece = begin(desk, f"{genre}-transformer")
    work = shelf.opened(piece.id)
    there = {
        (part, start, pitch)
        for part in [track.name for track in work.score.tracks]
        for start, pitch, _, _ in rows_of(work.score, part)
    }
    for track in work.score.tracks[1:]:
        note = rows_of(work.score, track.name)[-1 if track.name == "Keys" else 0]
        answer = why(desk, work, track.name, note)
        drawn = taken(answer)
        assert (drawn["role"], drawn["pitch"]) == (track.name, note[1])
        assert [asked["question"] for asked in answer["questions"]] == list(ASKED)
        assert answer["cut"] == "Nucleus .98"
        assert sum(weight for _, weight in answer["shares"]) == pytest.approx(1, abs=1e-3)
        seen = answer["attention"]
        assert {(part, start, pitch) for part, start, pitch, _ in seen["notes"]} <= there
        heard = sum(row[-1] for row in (*seen["notes"], *seen["chords"], *seen["bars"]))
        rest = dict(answer["shares"]).get("brief", 0)
        assert heard + rest == pytest.approx(1, abs=1e-3)  # nothing that was heard is lost
        marks = {mark.start_tick for mark in work.score.chords}
        assert {tick for tick, _ in seen["chords"]} <= marks
    assert shelf.versions(piece.id) == [work.version]
    assert shelf.piece(piece.id) == piece


def test_other_takes_are_told_of_from_their_own_seeds(desk: Desk) -> None:
    job, _ = desk.run("compose", request(4, model="pop-transformer", knobs={}, takes=4))
    shelf = Library(desk.store)
    for version in shelf.versions(job):
        work = shelf.opened(job, version.id)
        note = rows_of(work.score, "Keys")[-1]
        assert taken(why(desk, work, "Keys", note))["pitch"] == note[1]


def test_bars_that_were_written_anew_are_told_of_and_edits_are_nobodys(desk: Desk) -> None:
    shelf, piece = begin(desk)
    keys = rows_of(shelf.opened(piece.id).score, "Keys")
    mine = [0, 61, 77, 90]
    edited = edit(shelf, piece.id, "Keys", [mine, *[row for row in keys if row[0] >= 480]])
    wanted = RewriteRequest(piece.id, edited, [2, 3], ["Keys", "Bass"])
    desk.run("rewrite", wanted.to_json())
    work = shelf.opened(piece.id)
    anew = [
        (part, row)
        for part in ("Keys", "Bass") for row in rows_of(work.score, part) if row[0] >= 3840
    ]  # fmt: skip
    for part, note in anew[:: max(len(anew) // 4, 1)]:
        assert taken(why(desk, work, part, note))["pitch"] == note[1]
    assert anew
    kept = next(row for row in keys if 480 <= row[0] < 3840)
    assert taken(why(desk, work, "Keys", kept))["pitch"] == kept[1]
    with pytest.raises(BadKnob, match="wrote no such note in Keys"):
        why(desk, work, "Keys", mine)


def test_what_cannot_be_told_is_a_sentence(desk: Desk) -> None:
    shelf, piece = begin(desk)
    work = shelf.opened(piece.id)
    with pytest.raises(BadKnob, match="melody is yours"):
        why(desk, work, "Melody", rows_of(work.score, "Melody")[0])
    with pytest.raises(BadKnob, match="not in the piece any more"):
        why(desk, work, "Keys", [7, 61, 77, 90])
    shelf, other = begin(desk, scribe.MODEL)
    at_once = shelf.opened(other.id)
    with pytest.raises(BadKnob, match="draws all notes at once"):
        why(desk, at_once, "Keys", rows_of(at_once.score, "Keys")[0])
    card = desk.data_dir / "models" / "pop-transformer"
    for file in (*card.glob("*.json"), *card.glob("*.safetensors")):
        file.unlink()
    random_transformer(desk.data_dir / "models", "pop", width=128)
    with pytest.raises(BadModel, match="has learned on"):
        why(desk, work, "Keys", rows_of(work.score, "Keys")[0])


def options(odds: list[float], left: int, taken: int) -> list[Option]:
    return [Option(60 + i, share, i < left, i == taken) for i, share in enumerate(odds)]


def test_of_many_options_the_likeliest_the_taken_and_the_first_of_the_cut_are_shown() -> None:
    odds = [0.2] + [0.04] * 20
    plain = options([0.9, 0.1], 2, 0)
    thought = Thought(
        {
            "position": [Option(6, 0.7, True, True), Option(END, 0.3, True, False)],
            "role": plain,
            "pitch": options(odds, 15, 13),
            "duration": plain,
        },
        [Seen("note", "Keys", 4, 64, 0.75), Seen("melody", "Melody", 4, 60, 0.25)],
        first=16,
        cut="TopK 15",
    )
    melody = Track("Melody", (Note(492, 72, 400),))  # an octave up, played a little late
    score = Score((melody, Track("Keys", (Note(480, 64, 480),))))
    shown = json.loads(json.dumps(to_json(thought, score)))
    when, _, pitch, _ = shown["questions"]
    assert [option["tick"] for option in when["options"]] == [22 * 120, None]
    assert len(pitch["options"]) == SHOWN
    assert [option["value"] for option in pitch["options"]][-3:] == [73, 75, 76]
    assert [option["left"] for option in pitch["options"]] == [True] * 6 + [False] * 2
    assert pitch["others"] == {"count": 9, "share": pytest.approx(0.36)}
    assert pitch["cut_out"] == {"count": 6, "share": pytest.approx(0.24)}
    assert shown["attention"]["notes"] == [["Keys", 480, 64, 0.75], ["Melody", 492, 72, 0.25]]
    assert shown["shares"] == [["Keys", 0.75], ["Melody", 0.25]]


def test_a_stranger_is_told_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, piece = begin(desk)
    work = shelf.opened(piece.id)
    monkeypatch.setattr("desk.OWNER", "stranger")
    with pytest.raises(JobError, match="no such piece"):
        why(desk, work, "Keys", rows_of(work.score, "Keys")[0])
