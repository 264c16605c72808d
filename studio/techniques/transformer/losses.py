"""How well the network foretold each event, in nats, by what was to be chosen."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.network import Network

NOTE_PARTS = ("position", "role", "sound", "duration")


def losses(network: Network, rows: Tensor, context: Tensor) -> dict[str, tuple[Tensor, int]]:
    """`rows` (batch, length, COLUMNS), `context` (batch, steps, CONTEXT). Summed negative
    log-likelihood and number of choices for each choice: position (a bar's end counts as one),
    role, sound, duration, loudness, and chord; those of the melody (`sung_…`) apart."""
    hidden = network(rows[:, :-1])
    target = rows[:, 1:]
    sings = (rows[:, :1, v.FACT_C] - v.start_facts(0, 1, 4, 0)[2]) % 2 == v.SING
    kind = target[..., v.KIND]
    before = rows[:, :-1, v.KIND]
    note = torch.where(sings, kind == v.MELODY, kind == v.NOTE)
    # a bar's row is chosen where notes could have gone on: not the first one, which is given
    ends = (kind == v.BAR) & (before != v.START) & (target[..., v.TIME] > 0)
    result: dict[str, tuple[Tensor, int]] = {}
    for name, mine in (("", ~sings), ("sung_", sings)):
        chosen = (note | ends) & mine
        result |= _of_notes(network, hidden, target, context, chosen, name)
    chord = (kind == v.HARMONY) & sings
    logits = network.heads["chord"](hidden[chord])
    result["chord"] = _nats(logits, target[chord][:, v.CHORD])
    return result


def _of_notes(
    network: Network, hidden: Tensor, target: Tensor, context: Tensor, chosen: Tensor, name: str
) -> dict[str, tuple[Tensor, int]]:
    row = target[chosen]
    state = hidden[chosen]
    is_note = row[:, v.KIND] != v.BAR
    position = torch.where(is_note, row[:, v.POSITION], torch.full_like(row[:, 0], v.END))
    result = {f"{name}position": _nats(network.heads["position"](state), position)}
    row, state = row[is_note], state[is_note]
    batch = torch.nonzero(chosen)[:, 0][is_note]
    around = context[batch, row[:, v.TIME]].to(state.dtype)
    position_embedding = network.choice_embeddings["position"]
    state = state + position_embedding(row[:, v.POSITION]) + network.context(around)
    for choice, column in (("role", v.ROLE), ("sound", v.SOUND), ("duration", v.DURATION)):
        if choice != "role" or not name:  # a melody's role is given
            result[f"{name}{choice}"] = _nats(network.heads[choice](state), row[:, column])
        state = state + network.choice_embeddings[choice](row[:, column])
    played = row[:, v.LOUDNESS] != v.NO_LOUDNESS
    logits = network.heads["loudness"](state[played])
    result[f"{name}loudness"] = _nats(logits, row[played][:, v.LOUDNESS])
    return result


def _nats(logits: Tensor, wanted: Tensor) -> tuple[Tensor, int]:
    return functional.cross_entropy(logits.float(), wanted, reduction="sum"), len(wanted)
