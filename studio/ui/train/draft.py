"""What the Train page must not lose: kept in the store under the browser's anonymous owner."""

from __future__ import annotations

from typing_extensions import TypedDict

from studio.queue import JsonObject
from studio.techniques import techniques
from studio.ui import Flash, PageDraft

DRAFT = "train"
_USUAL = "gan"
PROBLEM = Flash("train")


class Start(TypedDict):
    """The epoch of a training that the next one goes on from."""

    run: str
    epoch: int
    name: str


class Question(TypedDict):
    """The last question to the data doctor, and the job that answers."""

    set: str
    layout: str | None
    job: str


class Listened(TypedDict):
    """The title of a melody, and the listen jobs that played it."""

    melody: str
    jobs: list[str]


class TrainDraft(TypedDict):
    """The draft of the Train page."""

    set: str | None  # the id of the music
    source: list[str] | None  # ["builtin" | "public", key] of music that is not there yet
    gather: str | None  # the job that fetches it
    layout: str | None  # how the songs are laid out; None finds out
    diagnosis: Question | None
    only: list[str] | None  # the songs of an earlier training that is done again
    filters: JsonObject  # as `studio.corpus.diagnosis.select` takes them
    doctor: bool  # whether the data doctor is open
    technique: str
    base: str  # the model that it goes on from
    start: Start | None
    preset: str
    form: int  # counts up where an earlier training's settings fill the form
    settings: dict[str, int | float]  # those that were changed by hand
    name: str
    stop_when_converged: bool
    run: str | None  # the job that is shown
    compare: list[str]  # runs and shipped models beside it
    losses: list[str] | None  # the columns of the lower chart; None: the technique's own
    log: bool
    smoothing: float
    view: str
    listening: dict[str, Listened]  # by run


def _fresh() -> TrainDraft:
    return {
        "set": None, "source": None, "gather": None, "layout": None, "diagnosis": None,
        "only": None, "filters": {}, "doctor": False, "technique": _USUAL, "base": "",
        "start": None, "preset": "Quick", "form": 0, "settings": {}, "name": "",
        "stop_when_converged": True, "run": None, "compare": [], "losses": None, "log": False,
        "smoothing": 0.0, "view": "Curves", "listening": {},
    }  # fmt: skip


_PAGE = PageDraft(DRAFT, TrainDraft, _fresh)
change = _PAGE.change


def draft() -> TrainDraft:
    """The draft; a technique that is left out just now, and a preset that it has not, are as where
    nobody chose any."""
    values = _PAGE.read()
    known, _ = techniques()
    usual = next(iter(known), "") if _USUAL not in known else _USUAL
    name = values["technique"] if values["technique"] in known else usual
    presets = known[name].presets if name in known else {}
    preset = values["preset"] if values["preset"] in presets else next(iter(presets), "")
    return {**values, "technique": name, "preset": preset}
