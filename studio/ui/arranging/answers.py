"""What becomes of what the arranger asks for: edits and settings are saved in the library at once,
bars, chords and what a model thought are a worker's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from studio.arrangement import edited_recipe, part_names, rows_of, with_chord, with_notes
from studio.arrangement import with_program as with_instrument
from studio.errors import JobError, TuttiError
from studio.jobs.regenerate import RegenerateRequest
from studio.jobs.versions import BESIDE, Version
from studio.score import Score
from studio.ui import house, state
from studio.ui.arranging import thinking
from studio.ui.arranging.work import Work, newest_of, open_version

KEY = "arranger"
_DONE, _SEEN = "arranger_done", "arranger_seen"
_KEPT_UNTIL_SAVED = ("edit", "instrument", "mix", "lock")  # the browser tells them again
_BESIDE = (
    "Another tab changed the same notes: here is yours; the other version is in the "
    "piece's history, on the Library page."
)
_UNREADABLE = "The arranger asked for what cannot be understood: reload the page and try again."

Message = dict[str, Any]


def done() -> int:
    """The last message that was dealt with in this tab."""
    return int(st.session_state.get(_DONE, 0))


def see(work: Work) -> None:
    """Remembers what this tab shows: what is edited next is edited on that."""
    st.session_state[_SEEN] = (work.piece.id, work.opened.version.id, work.piece.revision)


def receive() -> None:
    """Deals with all new messages, before the page is run."""
    receive_all(st.session_state[KEY].messages or [])


def receive_all(messages: list[Message]) -> None:
    """Deals with those that are new, in their order."""
    fresh = [m for m in messages if int(m["n"]) > done()]
    for message in fresh:
        try:
            _answer(message)
        except TuttiError as error:
            st.session_state.problem = str(error)
            if isinstance(error, JobError) and message["kind"] in _KEPT_UNTIL_SAVED:
                return  # a full disk, say: the browser keeps it and asks again
        except (KeyError, TypeError, ValueError):
            st.session_state.problem = _UNREADABLE
        st.session_state[_DONE] = int(message["n"])


def _answer(message: Message) -> None:
    library, owner, piece = house.library(), state.owner(), str(message["piece"])
    match message["kind"]:
        case "edit":
            _edit(message, {"part": str(message["part"]), "notes": message["notes"]})
        case "instrument":
            _edit(message, {"part": str(message["part"]), "program": message["program"]})
        case "mix":
            _go_on(piece, library.mix(piece, message["mix"], owner).revision)
        case "lock":
            part, locked = str(message["part"]), bool(message["locked"])
            _go_on(piece, library.lock(piece, part, locked, owner).revision)
        case "take":
            work = _work(message)
            state.work_on(piece, newest_of(work.history, int(message["take"])).id)
        case "regenerate":
            bars, parts = [int(bar) for bar in message["bars"]], list(map(str, message["parts"]))
            _ask(_request(message, bars=bars, parts=parts))
        case "chord":
            score = with_chord(_work(message).opened.score, message["tick"], str(message["symbol"]))
            chords = [[mark.start_tick, mark.symbol] for mark in score.chords]
            _ask(_request(message, chords=chords))
        case "think":
            version = _work(message).opened.version.id
            note = [int(number) for number in message["note"]]
            thinking.ask(piece, version, str(message["part"]), note)
        case _:
            raise ValueError("no such message")


def _work(message: Message) -> Work:
    """What the message was about: the version that this tab shows, or of another take or piece the
    newest."""
    piece = str(message["piece"])
    seen = st.session_state.get(_SEEN)
    work = open_version(piece, seen[1] if seen and seen[0] == piece else None)
    take = int(message.get("take", work.take))
    if message["kind"] != "take" and take != work.take:
        return open_version(piece, newest_of(work.history, take).id)
    return work


def _revision(message: Message) -> int:
    """The piece's when this tab saw it last."""
    seen = st.session_state.get(_SEEN)
    if seen is not None and seen[0] == message["piece"]:
        return int(seen[2])
    return int(message["revision"])


def _go_on(piece: str, revision: int, version: str | None = None) -> None:
    """What this tab does next follows on what it did now."""
    seen = st.session_state.get(_SEEN)
    if seen is not None and seen[0] == piece:
        st.session_state[_SEEN] = (piece, version or seen[1], revision)


def _edit(message: Message, edit: dict[str, Any]) -> None:
    work, part = _work(message), str(edit["part"])
    old = work.opened.score
    if "notes" in edit:
        score = with_notes(old, part, edit["notes"])
        edit = {"part": part, "notes": rows_of(score, part)}
    else:
        score = with_instrument(old, part, edit["program"])
    if score == old:
        return
    recipe = work.opened.recipe
    recipe = edited_recipe(recipe, [edit]) if recipe else recipe
    saved = house.library().save(
        work.piece.id,
        work.opened.version.id,
        score,
        recipe,
        "edit",
        _revision(message),
        owner=state.owner(),
    )
    _show(saved)
    if saved.label.endswith(BESIDE):
        st.session_state.problem = _BESIDE
    if "notes" in edit and part == part_names(score)[0]:
        # with what another tab may have changed meanwhile
        _follow_melody(house.library().opened(saved.piece, saved.id).score)


def _show(saved: Version) -> None:
    _go_on(saved.piece, saved.revision, saved.id)
    state.work_on(saved.piece, saved.id)


def _follow_melody(score: Score) -> None:
    """The melody as it was edited is what the next band plays to."""
    if score.tracks[0].notes:
        state.follow_melody(replace(score, tracks=score.tracks[:1], chords=()))


def _request(message: Message, **wanted: Any) -> RegenerateRequest:
    work = _work(message)
    version = work.opened.version.id
    return RegenerateRequest(work.piece.id, version, revision=_revision(message), **wanted)


def _ask(request: RegenerateRequest) -> None:
    job = house.store().submit("regenerate", request.payload(), state.owner())
    state.work_on(request.piece, request.version, remaking=job)
