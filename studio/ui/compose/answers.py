"""What becomes of what the arranger asks for: edits and settings are saved in the library at once,
bars, chords and what a model thought are a worker's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from studio.composing import Edit, with_edits
from studio.errors import JobError, TuttiError
from studio.jobs.rewrite import RewriteRequest
from studio.library import Version
from studio.music.harmony import with_chord
from studio.music.score import Score
from studio.ui import desk, house, owner
from studio.ui.compose import introspection as thinking
from studio.ui.compose.work import Work, newest_of, open_version

KEY = "arranger"
_DONE, _SEEN = "arranger_done", "arranger_seen"
_KEPT_UNTIL_SAVED = ("edit", "instrument", "mix", "lock")  # the browser tells them again
_BESIDE = (
    "Another tab changed the same notes: here is yours; the other version is in the "
    "piece's history, on the Library page."
)
_UNREADABLE = "The arranger asked for what cannot be understood: reload the page and try again."

_REMEMBERED = 50  # revisions: a message is not longer on its way than that

Message = dict[str, Any]


@dataclass
class _Seen:
    """What this tab shows of a piece; and for a revision that it showed, the version with its own
    edits since, and the piece's revision then. An edit that is on its way was made on an older one
    than the page shows by now, if another tab has saved meanwhile."""

    piece: str
    version: str
    revision: int
    at: dict[int, tuple[str, int]] = field(default_factory=dict)


def done() -> int:
    """The last message that was dealt with in this tab."""
    return int(st.session_state.get(_DONE, 0))


def see(work: Work) -> None:
    """Remembers what this tab shows: what is edited next is edited on that."""
    piece, version, revision = work.piece.id, work.opened.version.id, work.piece.revision
    seen = _seen(piece)
    at = {**(seen.at if seen else {}), revision: (version, revision)}
    st.session_state[_SEEN] = _Seen(piece, version, revision, dict([*at.items()][-_REMEMBERED:]))


def _seen(piece: str) -> _Seen | None:
    seen: _Seen | None = st.session_state.get(_SEEN)
    return seen if seen is not None and seen.piece == piece else None


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
            desk.PROBLEM.tell(error)
            if isinstance(error, JobError) and message["kind"] in _KEPT_UNTIL_SAVED:
                return  # a full disk, say: the browser keeps it and asks again
        except (KeyError, TypeError, ValueError):
            desk.PROBLEM.tell(_UNREADABLE)
        st.session_state[_DONE] = int(message["n"])


def _answer(message: Message) -> None:
    library, piece = house.library(), str(message["piece"])
    match message["kind"]:
        case "edit":
            part, notes = str(message["part"]), message["notes"]
            _edit(message, lambda score: Edit.of_notes(score, part, notes))
        case "instrument":
            part, program = str(message["part"]), message["program"]
            _edit(message, lambda _: Edit(part, program=program))
        case "mix":
            _go_on(message, library.mix(piece, message["mix"], owner()).revision)
        case "lock":
            part, locked = str(message["part"]), bool(message["locked"])
            _go_on(message, library.lock(piece, part, locked, owner()).revision)
        case "take":
            work = _work(message)
            desk.work_on(piece, newest_of(work.history, int(message["take"])).id)
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
    seen = _seen(piece)
    work = open_version(piece, seen.version if seen else None)
    take = int(message.get("take", work.take))
    if message["kind"] != "take" and take != work.take:
        return open_version(piece, newest_of(work.history, take).id)
    return work


def _revision(message: Message) -> int:
    """The piece's when this tab saw it last."""
    seen = _seen(str(message["piece"]))
    return seen.revision if seen else int(message["revision"])


def _edited(message: Message) -> tuple[Work, int]:
    """What an edit was made of, and the piece's revision then."""
    piece, revision = str(message["piece"]), int(message["revision"])
    seen = _seen(piece)
    known = seen.at.get(revision) if seen else None
    if known is None:  # made before the page was loaded
        known = (house.library().version_at(piece, revision), revision)
    then = open_version(piece, known[0])
    if then.take == int(message.get("take", then.take)):
        return then, known[1]
    return _work(message), _revision(message)


def _go_on(message: Message, revision: int) -> None:
    """What this tab does next follows on a change of the piece's settings."""
    seen, made_on = _seen(str(message["piece"])), int(message["revision"])
    if seen is None:
        return
    seen.revision = revision
    version, before = seen.at.get(made_on, ("", 0))
    if before == revision - 1:  # else somebody else has changed the piece, too
        seen.at[made_on] = (version, revision)


def _edit(message: Message, make: Callable[[Score], Edit]) -> None:
    work, revision = _edited(message)
    old = work.opened.score
    edit = make(old)
    score = edit.applied(old)
    if score == old:
        return
    recipe = work.opened.recipe
    recipe = with_edits(recipe, [edit]) if recipe else recipe
    library, piece = house.library(), work.piece.id
    saved = library.save(
        piece, work.opened.version.id, score, recipe, "edit", revision, owner=owner()
    )
    there = library.opened(piece, saved.id).score  # with what another tab may have changed
    _show(message, saved, own=there == score)
    if saved.is_beside:
        desk.PROBLEM.tell(_BESIDE)
    if edit.notes is not None and edit.part == score.part_names[0]:
        _follow_melody(there)


def _show(message: Message, saved: Version, own: bool) -> None:
    """What this tab does next follows on what was saved. If that is its `own` alone, its next edit
    is made of it, though the browser may not have been shown it yet."""
    seen = _seen(saved.piece)
    if seen is not None:
        seen.version, seen.revision = saved.id, saved.revision
        if own:
            seen.at[int(message["revision"])] = (saved.id, saved.revision)
    desk.work_on(saved.piece, saved.id)


def _follow_melody(score: Score) -> None:
    """The melody as it was edited is what the next band plays to."""
    if score.tracks[0].notes:
        desk.follow_melody(replace(score, tracks=score.tracks[:1], chords=()))


def _request(message: Message, **wanted: Any) -> RewriteRequest:
    work = _work(message)
    version = work.opened.version.id
    return RewriteRequest(work.piece.id, version, revision=_revision(message), **wanted)


def _ask(request: RewriteRequest) -> None:
    job = house.store().submit("regenerate", request.payload(), owner())
    desk.work_on(request.piece, request.version, remaking=job)
