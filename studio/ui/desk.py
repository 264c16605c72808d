"""What lies on the Compose page: the melody, the choice of a band, the piece that is worked on.

Other pages put something there, too.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import streamlit as st
from typing_extensions import TypedDict

from studio.ground import assets
from studio.library import Content
from studio.music.melody import as_take
from studio.music.score import Score
from studio.queue import Job, JsonObject
from studio.sound import Sprite
from studio.ui import house
from studio.ui.drafts import PageDraft
from studio.ui.flash import Flash
from studio.ui.pages import find_pages

DRAFT = "compose"
PROBLEM = Flash("compose")
MAX_TAKES = 20
MELODY = "melody"  # on the table in the place of a piece: the melody has no band yet
FILE_BEATS, HEARD_BEATS = "file_beats", "heard_beats"  # in a free take: the same on others
SEAM = "seam_tick"  # in a take that a model went on with: where what it wrote begins
CHAIN = "chain"  # in a take: what was done to the tune before, as `composing.Chain` has it
MENDED = "mended"  # in a take: what a model changed in it, as the job told it
# sources of a melody: edited by hand, opened, gone on with, a part of a band
ARRANGER, LIBRARY, EXTENSION, PART = "arranger", "library", "extension", "part"
CHART_BOXES = ("chords", "chart")  # the fields that show the chords to play on, by their keys
Number = int | float


class PiecePlace(TypedDict):
    """A version of a piece of the library, None for its newest."""

    id: str
    version: str | None


def _silence() -> JsonObject:
    return {
        "revision": 0, "tempo_bpm": 100, "metre": "4/4", "metronome": True, "count_in": True,
        "quantise": "off", "octave": 4, "program": 0, "takes": [], "trim": None,
    }  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """The draft of the Compose page."""

    performance: JsonObject = field(default_factory=_silence)  # as `performance.js` has it
    model: str | None = None
    models: dict[str, str] = field(default_factory=dict)  # the one last chosen, by technique
    seed: int = 0
    seed_typed: bool = False  # by hand, so the next band is to be of it
    pinned: bool = False  # whether the seed stays from band to band
    takes: int = 1
    knobs: dict[str, Number] = field(default_factory=dict)
    # what parts are asked for, by model and part
    parts: dict[str, dict[str, dict[str, Number]]] = field(default_factory=dict)
    # how bands are arranged where that is not as usual, by model
    arrangements: dict[str, dict[str, Any]] = field(default_factory=dict)
    chords: str = ""
    chart_bars: int | None = None  # of a band on chords alone; None: as many as the chart has
    key: str = ""  # the one to play in; empty where it is to be heard
    chord_risk: Number = 0.0
    extend: dict[str, Number] = field(default_factory=dict)  # the knobs of an extension
    extend_chords: bool = False  # whether the next band keeps the extension's chords
    extending: str | None = None  # the job whose melody is waited for
    fix: dict[str, Number] = field(default_factory=dict)  # the knobs of a mending
    fixing: str | None = None  # the job whose changes are waited for
    fixed: dict[str, str] = field(default_factory=dict)  # what is said of a take's mending, by id
    piece: PiecePlace | None = None  # what is worked on; None: what the newest job made
    tune: str = ""  # the newest take when that was asked for, or opened
    remaking: str | None = None  # the job that rewrites bars of it
    awaited: str | None = None  # the job whose band joins it


_PAGE = PageDraft(DRAFT, Desk)
draft, change = _PAGE.read, _PAGE.change


def change_performance(ours: JsonObject, **values: object) -> None:
    """Changes what the keyboard has. It is only ever followed by a higher revision, in whichever
    tab."""
    newest = _PAGE.saved().performance["revision"]
    change(performance={**ours, "revision": max(ours["revision"], newest + 1)}, **values)


def newest_take() -> str:
    """The id of the keyboard's newest take, empty where it has none."""
    takes = draft().performance["takes"]
    return str(takes[-1]["id"]) if takes else ""


def push_melody(
    melody: Score, source: str, in_file: Score | None = None, chain: JsonObject | None = None
) -> None:
    """Puts a sample or an imported melody on the keyboard as its newest take; `in_file` is the same
    on the beats of its file, where those that are heard are others, `chain` what was done to it."""
    performance = dict(draft().performance)
    # a sample is played as one likes; any other tune keeps its instrument, on the keyboard or not
    program = performance["program"] if source == "sample" else melody.tracks[0].program
    take = as_take(melody, secrets.token_hex(8), source)
    if in_file is not None:
        take[FILE_BEATS] = as_take(in_file, secrets.token_hex(8), source)
    performance |= {**_with_take(performance, take | {CHAIN: chain}), "program": program}
    show_chords("")  # another tune, other chords, another key
    change_performance(performance, chords="", key="")


def lay(melody: Score, more: JsonObject, source: str = "", **values: object) -> None:
    """Puts a take after those of the keyboard that is of the same chords and key: the tune as it
    was set right, or what a model made of it. `more` is what else there is in the take, `source`
    as in that before, if there is none."""
    performance = dict(draft().performance)
    if not source:
        source = performance["takes"][-1]["source"]
        source = "import" if source in (ARRANGER, LIBRARY) else source  # it is the piece's no more
    take = as_take(melody, secrets.token_hex(8), source) | more
    # its notes are quantised already, or moved off the grid on purpose
    performance |= {**_with_take(performance, take), "program": melody.tracks[0].program}
    change_performance(performance | {"quantise": "off"}, **values)


def push_extension(melody: Score, added: int, chain: JsonObject | None, chords: str | None) -> None:
    """Puts a longer melody on the keyboard as its newest take, its last `added` bars new; `chain`
    is what was done to it, `chords` None leaves them as they are."""
    chords = draft().chords if chords is None else chords
    show_chords(chords)
    more = {SEAM: (melody.bars - added) * melody.metre.bar_ticks, CHAIN: chain}
    lay(melody, more, EXTENSION, extending=None, chords=chords)


def _with_take(performance: JsonObject, take: JsonObject) -> JsonObject:
    return {
        "revision": int(performance["revision"]) + 1,
        "takes": [*performance["takes"], take][-MAX_TAKES:],
        "tempo_bpm": take["tempo_bpm"],
        "metre": take["metre"],
        "trim": None,
    }


def show_chords(text: str) -> None:
    """Writes into the boxes of the chords that the next band keeps, where they are on the page."""
    for box in CHART_BOXES:
        if box in st.session_state:
            st.session_state[box] = text


def work_on(piece: str, version: str | None = None, **values: object) -> None:
    """Puts a piece of the library on the table, at a version or at its newest."""
    change(piece={"id": piece, "version": version}, **values)


def open_piece(piece: str, opened: Content) -> None:
    """Puts a version that was chosen in the library on the table; its melody is the keyboard's, so
    that the next band plays to it, and what played it is chosen."""
    score = opened.score
    if score.tracks and score.tracks[0].notes and not score.tracks[0].is_drum:
        name = house.library().piece(piece).name
        melody = replace(score, tracks=score.tracks[:1], chords=(), title=name)
        push_melody(melody, LIBRARY, chain=opened.recipe.get("chain"))
    follow_model(opened.recipe.get("model"))
    key = str(opened.recipe.get("key", ""))
    work_on(piece, opened.version.id, key=key, tune=newest_take())


def follow_model(id: object) -> None:
    """Chooses the model that played what is on the table, where it is there."""
    if not isinstance(id, str) or (card := house.model(id)) is None:
        return
    change(model=card.id, models={**draft().models, card.technique: card.id})
    for key, value in (("technique", card.technique), ("model", card.id)):
        if key in st.session_state:
            st.session_state[key] = value


def follow_melody(melody: Score, more: JsonObject | None = None) -> None:
    """The melody on the table was edited by hand: it is what the keyboard has now, one take however
    many edits there are. The chords stay, for it is the same tune; `more` is what else there is in
    the take."""
    performance = dict(draft().performance)
    takes = list(performance["takes"])
    if takes and takes[-1]["source"] == ARRANGER:
        known = takes.pop()
        more = more or {name: known[name] for name in (CHAIN,) if name in known}
    performance["takes"] = takes
    take = as_take(melody, secrets.token_hex(8), ARRANGER) | (more or {})
    # its notes are quantised already, or moved off the grid on purpose
    change_performance(performance | {**_with_take(performance, take), "quantise": "off"})


def amend(melody: Score) -> None:
    """The newest take with other notes, in its place."""
    performance = dict(draft().performance)
    *takes, known = performance["takes"]
    performance["takes"] = takes
    take = known | as_take(melody, secrets.token_hex(8), known["source"])
    change_performance(performance | {**_with_take(performance, take), "quantise": "off"})


def sprite(program: int) -> JsonObject:
    """The keyboard's notes for an instrument, as its component takes them."""
    return {
        "url": f"/sprites/{program}.ogg", "program": program,
        "seconds_per_note": Sprite.SECONDS_PER_NOTE, "pitches": list(Sprite.PITCHES),
    }  # fmt: skip


def visit(page: str = "Compose", view: str = "") -> NoReturn:
    """Leaves for the page of that title, and there for one of its views."""
    file = next(each.file for each in find_pages(assets.ROOT / "pages") if each.title == page)
    st.switch_page(file, query_params={"view": view} if view else None)


def latest_piece() -> Job | None:
    """This owner's newest band, or bands of all genres, whatever became of it."""
    found = [house.store().latest(house.owner(), kind) for kind in ("compose", "genres")]
    return max(filter(None, found), key=lambda job: job.created_at, default=None)
