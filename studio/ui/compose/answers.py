"""What becomes of what the arranger asks for: edits and settings are saved in the library at once,
bars, chords and what a model thought are a worker's."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from studio.composing import Edit, Recipe
from studio.ground.errors import BadKnob, JobError, TuttiError
from studio.jobs.kinds import rewrite
from studio.library import Piece, Version
from studio.music.harmony import with_chord
from studio.music.instruments import instrument_name
from studio.music.score import Score
from studio.queue import JsonObject
from studio.ui import desk, house
from studio.ui.compose import introspection, messages, timeline, tune
from studio.ui.compose.messages import ChangeInstrument, EditNotes, Message
from studio.ui.compose.work import Work, newest_of, open_version, shown

KEY = "arranger"
_DONE = "arranger_done"
_EDITED = "Edited "  # in the label of a version, before the parts
_KEPT_UNTIL_SAVED = ("edit", "instrument", "mix", "lock")  # the browser tells them again
_BESIDE = (
    "Another tab changed the same notes: here is yours; the other version is in the "
    "piece's history, on the Library page."
)
_UNREADABLE = "The arranger asked for what cannot be understood: reload the page and try again."


def done() -> int:
    """The last message that was dealt with in this tab."""
    return int(st.session_state.get(_DONE, 0))


def receive() -> None:
    """Deals with all new messages, before the page is run."""
    receive_all(st.session_state[KEY].messages or [])


def receive_all(told: Sequence[JsonObject]) -> None:
    """Deals with those that are new, in their order."""
    for each in [each for each in told if int(each["n"]) > done()]:
        try:
            _answer(messages.read_message(each))
        except TuttiError as error:
            desk.PROBLEM.tell(error)
            if isinstance(error, JobError) and each["kind"] in _KEPT_UNTIL_SAVED:
                return  # a full disk, say: the browser keeps it and asks again
        except (KeyError, TypeError, ValueError):
            desk.PROBLEM.tell(_UNREADABLE)
        st.session_state[_DONE] = int(each["n"])


def _answer(message: Message) -> None:
    library, owner, piece = house.library(), house.owner(), message.piece
    if isinstance(message, messages.Go):
        return timeline.go(message.place)
    if piece == desk.MELODY:
        tune.answer(message)
        return timeline.keep()
    match message:
        case EditNotes() | ChangeInstrument():
            _edit(message)
            timeline.keep()
        case messages.Mix():
            _go_on(message, library.mix(piece, message.mix, owner))
        case messages.Lock():
            _go_on(message, library.lock(piece, message.part, message.locked, owner))
        case messages.ShowTake():
            version = newest_of(_work(message).history, message.take).id
            desk.work_on(piece, version)
            desk.follow_model(house.library().opened(piece, version).recipe.get("model"))
        case messages.RewriteBars():
            _rewrite(
                _work(message), message, bars=message.bars, parts=message.parts, looks=message.looks
            )
        case messages.KeepRhythm():
            _keep_rhythm(_work(message), message)
        case messages.ChangeChord():
            work = _work(message)
            score = with_chord(work.opened.score, message.tick, message.symbol)
            chords: list[list[int | str]] = [
                [mark.start_tick, mark.symbol] for mark in score.chords
            ]
            _rewrite(work, message, chords=chords)
        case messages.ChangeForm():
            _rewrite(_work(message), message, form=message.form)
        case messages.Fill():
            _rewrite(_work(message), message, fill=(message.bar, message.fill))
        case messages.Veto():
            _rewrite(_work(message), message, vetoes=message.vetoes, looks=message.looks)
        case messages.Think():
            version = _work(message).opened.version.id
            introspection.ask(piece, version, message.part, message.note)


def _work(message: Message) -> Work:
    """The version that this tab shows, or of another piece the newest."""
    known = shown(message.piece)
    return open_version(message.piece, known.version if known else None)


def _revision(message: Message) -> int:
    """The piece's when this tab saw it last."""
    known = shown(message.piece)
    return known.revision if known else message.revision


def _base(message: EditNotes | ChangeInstrument) -> tuple[Work, int]:
    """What an edit was made of, and the piece's revision then."""
    piece, take, known = message.piece, message.take, shown(message.piece)
    at = known.at.get(message.revision) if known else None
    if at is None:  # made before the page was loaded
        at = (house.library().version_at(piece, message.revision), message.revision)
    then = open_version(piece, at[0])
    if take is None or take == then.take:
        return then, at[1]
    work = _work(message)  # of another take the newest
    if take != work.take:
        work = open_version(piece, newest_of(work.history, take).id)
    return work, _revision(message)


def _go_on(message: Message, changed: Piece) -> None:
    """What this tab does next follows on a change of the piece's settings."""
    if (known := shown(message.piece)) is not None:
        known.go_on(message.revision, changed.revision)


def _edit(message: EditNotes | ChangeInstrument) -> None:
    work, revision = _base(message)
    old, part = work.opened.score, message.part
    if isinstance(message, EditNotes):
        edit = Edit.of_notes(old, part, message.notes)
    else:
        edit = Edit(part, program=message.program)
    score = edit.applied(old)
    if score == old:
        return
    recipe = work.opened.recipe
    recipe = Recipe.with_edits(recipe, [edit]) if recipe else recipe
    library, piece = house.library(), work.piece.id
    base = work.opened.version
    label = _label(base, part, edit, score)
    saved = library.save(
        piece, base.id, score, recipe, "edit", revision, label, owner=house.owner()
    )
    there = library.opened(piece, saved.id).score  # with what another tab may have changed
    if (known := shown(piece)) is not None:
        known.go_on_from(saved, message.revision, own=there == score)
    desk.work_on(piece, saved.id)
    if saved.is_beside:
        desk.PROBLEM.tell(_BESIDE)
    if edit.notes is not None and part == score.part_names[0]:
        tune.follow(there, work.piece.name, work.opened.recipe)


def _keep_rhythm(work: Work, message: messages.KeepRhythm) -> None:
    """A version of its own: one step back undoes it."""
    part, bar, old = message.part, message.bar + 1, work.opened.score
    if part in work.piece.locks:
        raise BadKnob(f"{part} is locked: unlock it to change its rhythm.")
    numbers = [number + 1 for number in message.bars]
    recipe, known = work.opened.recipe, shown(work.piece.id)
    form = str((recipe.get("arrangement") or {}).get("form", ""))
    edit = Edit.of_rhythm(old, part, bar, numbers, message.taps, form)
    score = edit.applied(old)
    if score == old:
        raise BadKnob(f"{part} has this rhythm there already: choose other bars.")
    saved = house.library().save(
        work.piece.id, work.opened.version.id, score,
        Recipe.with_edits(recipe, [edit]) if recipe else recipe, "rhythm", _revision(message),
        f"Rhythm tapped for {part}" if message.taps else f"Rhythm of bar {bar} kept in {part}",
        house.owner(),
    )  # fmt: skip
    if known is not None:  # an edit that is on its way was made on the notes of before
        known.go_on_from(saved, message.revision, own=False)
    desk.work_on(work.piece.id, saved.id)


def _label(base: Version, part: str, edit: Edit, score: Score) -> str:
    """What has been edited since a band was written: `Edited Bass, Keys`; of an instrument that
    alone."""
    if edit.program is not None:
        return f"Edited {part}: {instrument_name(edit.program)}"
    before = base.label.removeprefix(_EDITED).split(", ") if base.label.startswith(_EDITED) else []
    parts = dict.fromkeys([*(name for name in before if name in score.part_names), part])
    return _EDITED + ", ".join(parts)


def _rewrite(
    work: Work,
    message: Message,
    bars: Sequence[int] = (),
    parts: Sequence[str] = (),
    chords: list[list[int | str]] | None = None,
    vetoes: tuple[tuple[str, int, int, int | None], ...] | None = None,
    looks: int | None = None,
    form: str | None = None,
    fill: tuple[int, bool] | None = None,
) -> None:
    """Asks a worker for other bars, chords, vetoes or another form of the version that is shown."""
    piece, version = work.piece.id, work.opened.version.id
    request = rewrite.Request(
        piece, version, list(bars), list(parts), chords=chords, vetoes=vetoes,
        looks=looks, revision=_revision(message), form=form, fill=fill,
    )  # fmt: skip
    job = house.store().submit(rewrite.KIND, request.to_json(), house.owner())
    desk.work_on(piece, version, remaking=job)
