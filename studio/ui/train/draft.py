"""What the Train page must not lose: kept in the store under the browser's anonymous owner."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from typing_extensions import TypedDict

from studio.queue import JsonObject
from studio.techniques import techniques
from studio.ui import Flash, PageDraft

DRAFT = "train"
_USUAL = "gan"
PROBLEM = Flash("train")


class StartDraft(TypedDict):
    """The epoch of a training that the next one goes on from."""

    run: str
    epoch: int
    name: str


class Question(TypedDict):
    """The last question to the data doctor, and the job that answers."""

    set: str
    layout: str | None
    job: str


class MelodyJobs(TypedDict):
    """The title of a melody, and the listen jobs that played it."""

    melody: str
    jobs: list[str]


@dataclass(frozen=True)
class TrainDraft:
    """The draft of the Train page."""

    set: str | None = None  # the id of the music
    source: list[str] | None = None  # ["builtin" | "public", key] of music that is not there yet
    gather: str | None = None  # the job that fetches it
    layout: str | None = None  # how the songs are laid out; None finds out
    diagnosis: Question | None = None
    only: list[str] | None = None  # the songs of an earlier training that is done again
    # as `studio.corpus.diagnosis.select` takes them
    filters: JsonObject = field(default_factory=dict)
    doctor: bool = False  # whether the data doctor is open
    technique: str = _USUAL
    base: str = ""  # the model that it goes on from
    start: StartDraft | None = None
    preset: str = "Quick"
    form: int = 0  # counts up where an earlier training's settings fill the form
    # those that were changed by hand
    settings: dict[str, int | float] = field(default_factory=dict)
    name: str = ""
    stop_when_converged: bool = True
    run: str | None = None  # the job that is shown
    compare: list[str] = field(default_factory=list)  # runs and shipped models beside it
    hidden: list[str] = field(default_factory=list)  # those of them that are switched off
    losses: list[str] | None = None  # the columns that have charts; None: the technique's own
    notes: dict[str, str] = field(default_factory=dict)  # by run
    log: bool = False
    smoothing: float = 0.0
    view: str = "Curves"
    listening: dict[str, MelodyJobs] = field(default_factory=dict)  # by run


_PAGE = PageDraft(DRAFT, TrainDraft)
change = _PAGE.change


def note(run: str, text: str) -> None:
    """Keeps what somebody noted on a run."""
    notes = {**_PAGE.saved().notes, run: text}
    change(notes={run: text for run, text in notes.items() if text})


def draft() -> TrainDraft:
    """The draft; a technique that is left out just now, and a preset that it has not, are as where
    nobody chose any."""
    values = _PAGE.read()
    known, _ = techniques()
    usual = next(iter(known), "") if _USUAL not in known else _USUAL
    name = values.technique if values.technique in known else usual
    presets = known[name].presets if name in known else {}
    preset = values.preset if values.preset in presets else next(iter(presets), "")
    return replace(values, technique=name, preset=preset)
