"""The ear test's tally: whose band people liked better, as an Elo rating a model.

After a duel each side's rating moves by K (S - E): S is 1 for the liked one, 0 for the other, 1/2
each where there was no difference; E = 1 / (1 + 10 ** ((theirs - ours) / 400)) is what the ratings
had led one to expect (Elo 1978, The Rating of Chessplayers, Past and Present). All who use a studio
vote into one tally.
"""

from __future__ import annotations

import threading
from typing import Any, TypedDict

from studio.queue import Store

OWNER, NAME = "studio", "ears"
START = 1000.0
K = 24.0
_SCALE = 400.0

_writing = threading.Lock()  # two tabs of one server: reading and saving are two steps


class Rating(TypedDict):
    """`elo` begins at 1000; `duels` were fought."""

    elo: float
    duels: int


def ratings(store: Store) -> dict[str, Rating]:
    """What each model that ever fought a duel is rated, by id."""
    saved = store.load_draft(OWNER, NAME)
    models: dict[str, Any] = saved.data.get("models", {}) if saved else {}
    return {id: Rating(elo=row["elo"], duels=row["duels"]) for id, row in models.items()}


def vote(store: Store, winner: str, loser: str, draw: bool = False) -> dict[str, Rating]:
    """Counts a duel of two models, won by the first or drawn; the new ratings. A model cannot
    fight itself: such a vote counts nothing."""
    with _writing:
        known = ratings(store)
        if winner == loser:
            return known
        one, other = (known.get(id, Rating(elo=START, duels=0)) for id in (winner, loser))
        gain = K * ((0.5 if draw else 1.0) - expected(one["elo"], other["elo"]))
        known[winner] = Rating(elo=one["elo"] + gain, duels=one["duels"] + 1)
        known[loser] = Rating(elo=other["elo"] - gain, duels=other["duels"] + 1)
        store.save_draft(OWNER, NAME, {"models": known})
    return known


def forget(store: Store, model: str) -> None:
    """Strikes a deleted model, so that the next of its name starts anew."""
    with _writing:
        known = ratings(store)
        if known.pop(model, None) is not None:
            store.save_draft(OWNER, NAME, {"models": known})


def expected(elo: float, other: float) -> float:
    """The share of duels, 0 to 1, that one rated `elo` should win against the other."""
    return float(1 / (1 + 10 ** ((other - elo) / _SCALE)))
