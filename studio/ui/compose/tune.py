"""The melody on the keyboard, written and edited by hand: before there is a band, it lies among the
arranger as a piece of one part."""

from __future__ import annotations

import zlib
from dataclasses import replace

from studio.composing import Edit
from studio.ground.errors import BadScore, TuttiError
from studio.music.instruments import KEYBOARD
from studio.music.melody import Melody, from_performance
from studio.music.score import Metre, Score, Track
from studio.queue import JsonObject
from studio.ui import desk
from studio.ui.compose.messages import ChangeInstrument, EditNotes, Message


def sheet(melody: Melody | None) -> Score:
    """The melody, or the empty page on which one is written, in the recorder's tempo and metre."""
    if melody is not None:
        return melody.score
    performance = desk.draft().performance
    beats, unit = (int(number) for number in str(performance["metre"]).split("/"))
    track = Track("Melody", (), int(performance["program"]))
    return Score((track,), float(performance["tempo_bpm"]), Metre(beats, unit))


def number() -> int:
    """Tells the tune from others, however it is edited; it is the take of the piece."""
    base = _base()
    return zlib.crc32(str(base["id"]).encode()) if base else 1


def answer(message: Message) -> None:
    """Does what the arranger asks for of the melody: other notes, another instrument. Raises
    BadScore for what it has none of, and for an edit of a tune that is there no more."""
    if isinstance(message, EditNotes):
        if message.take not in (None, number()):
            raise BadScore("An edit of the melody before came too late: undo leads back to it.")
        score = sheet(current())
        edited = Edit.of_notes(score, score.part_names[0], message.notes).applied(score)
        if edited != score:
            desk.follow_melody(edited)
    elif isinstance(message, ChangeInstrument) and message.program in KEYBOARD:
        performance: JsonObject = dict(desk.draft().performance)
        performance |= {"program": message.program, "revision": performance["revision"] + 1}
        desk.change_performance(performance)
    else:
        raise BadScore("A melody has no band yet: generate one.")


def follow(score: Score, title: str, recipe: JsonObject) -> None:
    """The melody as it was edited among the band is what the next band plays to; `recipe` is the
    band's."""
    if not score.tracks[0].notes:
        return
    melody = replace(score, tracks=score.tracks[:1], chords=(), title=title)
    takes = desk.draft().performance["takes"]
    own = not takes or takes[-1]["source"] == desk.ARRANGER or takes[-1]["id"] == desk.draft().tune
    desk.follow_melody(melody, {} if own else {desk.CHAIN: recipe.get("chain")})


def added_bars(score: Score) -> tuple[int, int] | None:
    """The bars, from 0 and up to the second, with which a model went on with the melody of a piece:
    as long as they are where they were written, and most of it is as it was then."""
    base = _base() or {}
    seam = base.get(desk.SEAM)
    if not seam or desk.draft().performance["trim"] or not score.tracks:
        return None
    here = {(note.start_tick, note.pitch) for note in score.tracks[0].notes}
    then = [(note["start_tick"], note["pitch"]) for note in base["notes"]]
    kept = [start for start, pitch in then if (start, pitch) in here]
    if 2 * len(kept) < len(then) or not any(start >= seam for start in kept):
        return None
    bar = score.metre.bar_ticks
    return int(seam) // bar, min(max(start for start, _ in then) // bar + 1, score.bars)


def _base() -> JsonObject | None:
    """The newest take as it was before it was edited by hand."""
    takes: list[JsonObject] = desk.draft().performance["takes"]
    return next((take for take in reversed(takes) if take["source"] != desk.ARRANGER), None)


def current() -> Melody | None:
    """The melody on the keyboard, None where there is none."""
    try:
        return from_performance(desk.draft().performance)
    except TuttiError:
        return None
