"""What the Train page must not lose: kept in the store under the browser's anonymous owner."""

from __future__ import annotations

from typing import Any

from studio.techniques import techniques
from studio.ui import Flash, PageDraft

DRAFT = "train"
_USUAL = "gan"
PROBLEM = Flash("train")


def _fresh() -> dict[str, Any]:
    """The draft of somebody new, and what one of an earlier version lacks."""
    return {
        "set": None,  # the id of the music
        "source": None,  # ["builtin" | "public", key] of music that is not there yet
        "gather": None,  # the job that fetches it
        "layout": None,  # how the songs are laid out; None finds out
        "diagnosis": None,  # {"set", "layout", "job"} of the last question to the data doctor
        "only": None,  # the songs of an earlier training that is done again
        "filters": {},  # as `studio.corpus.diagnosis.select` takes them
        "doctor": False,  # whether the data doctor is open
        "technique": _USUAL,
        "base": "",  # the model that it goes on from
        "start": None,  # {"run", "epoch", "name"} of the training that it goes on from
        "preset": "Quick",
        "form": 0,  # counts up where an earlier training's settings fill the form
        "settings": {},  # those that were changed by hand
        "name": "",
        "stop_when_converged": True,
        "run": None,  # the job that is shown
        "compare": [],  # runs and shipped models beside it
        "losses": None,  # the columns of the lower chart; None: the technique's own
        "log": False,
        "smoothing": 0.0,
        "view": "Curves",
        "listening": {},  # by run: {"melody": title, "jobs": ids of listen jobs}
    }


_PAGE = PageDraft(DRAFT, _fresh)
change = _PAGE.change


def draft() -> dict[str, Any]:
    """The draft; a technique that is left out just now, and a preset that it has not, are as where
    nobody chose any."""
    values = _PAGE.read()
    known, _ = techniques()
    usual = next(iter(known), "") if _USUAL not in known else _USUAL
    name = values["technique"] if values["technique"] in known else usual
    presets = known[name].presets if name in known else {}
    preset = values["preset"] if values["preset"] in presets else next(iter(presets), "")
    return {**values, "technique": name, "preset": preset}
