"""What a technique's losses are called and what they mean, as its charts say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

HELD_OUT = "held_out_"  # before a loss's name: the same loss on music that nobody learned from
_UNSEEN = "The same on songs the model does not learn from."
_BY_HEART = "Where it rises, the model learns by heart."

Good = Literal["falls", "level", "small"]


@dataclass(frozen=True, slots=True)
class Loss:
    """A column of a training's rows.

    `good` is what it does in a good training: it "falls", so that one which climbs has run away;
    it keeps its "level", or moves without running away; or it stays "small". `judges`: the epoch
    whose loss on unseen music is least is the one that is kept; one loss of a technique at most,
    and none where it may rise while the music gets better. `critic`: it is the loss of a network
    that learns to judge the one that plays. `late`: it joins when the training is warm. `detail`:
    not drawn unless asked for. `unseen` is added to the help of its twin on unseen music, which
    then may rise, and `silent` says what is wrong where the loss is as good as 0."""

    label: str
    help: str
    good: Good = "falls"
    judges: bool = False
    critic: bool = False
    late: bool = False
    detail: bool = False
    unseen: str = ""
    silent: str = ""


def loss_of(losses: Mapping[str, Loss], column: str) -> Loss | None:
    """What a column of a training's rows is: a loss, the same on unseen music, or on that of one
    style (`held_out_note_loss_pop`); None where it is no loss of these."""
    if column in losses:
        return losses[column]
    name = column.removeprefix(HELD_OUT)
    known = [each for each in losses if name == each or name.startswith(f"{each}_")]
    if name == column or not known:
        return None
    whose = max(known, key=len)
    loss = losses[whose]
    label = f"{loss.label}, unseen {name.removeprefix(whose).removeprefix('_') or 'music'}"
    why = loss.unseen or (_BY_HEART if loss.judges else "")
    good: Good = "level" if loss.unseen else loss.good
    return replace(loss, label=label, help=f"{_UNSEEN} {why}".strip(), good=good)
