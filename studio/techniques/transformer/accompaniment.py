"""Plays bands to a melody bar by bar, and tells what it thought."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from studio.music.instruments import Part
from studio.music.roll import to_c
from studio.music.score import STEP_TICKS, Note, Score, Track
from studio.techniques.base import Commission
from studio.techniques.dynamics import followed
from studio.techniques.introspection import Thought
from studio.techniques.transformer.encoding import decode_notes, encode_notes
from studio.techniques.transformer.generation import write
from studio.techniques.transformer.introspection import Watcher
from studio.techniques.transformer.player import Player
from studio.techniques.transformer.sheet import ROLE, SOUND, STEP
from studio.techniques.transformer.task import task_of


def play(
    player: Player,
    parts: Sequence[Part],
    commission: Commission,
    rngs: Sequence[np.random.Generator],
) -> Iterator[Callable[[], list[Score]]]:
    """A band for each generator: after every bar, what makes scores of what there is of them."""
    task = task_of(commission, parts, player.style)
    bars_a_bar = task.sheet.bars // commission.melody.bars
    takes: list[list[list[int]]] = [[] for _ in rngs]
    for number, bars in enumerate(write(player.weights, task, rngs), 1):
        for notes, bar in zip(takes, bars, strict=True):
            notes += bar
        if number % bars_a_bar == 0:
            yield lambda: [_score(commission, parts, task.sheet.roles, notes) for notes in takes]


def think(
    player: Player,
    parts: Sequence[Part],
    commission: Commission,
    rng: np.random.Generator,
    part: int,
    note: Note,
) -> Thought | None:
    """What the network thought as it wrote a note of the part numbered `part`; None where it wrote
    no such note. `note` is on the sixteenth grid."""
    task = task_of(commission, parts, player.style)
    shift, roles = to_c(commission.plan.key.signature), task.sheet.roles
    encoded = encode_notes([note], roles[part], shift, task.sheet.steps, parts[part])
    if not len(encoded):
        return None
    wanted = (int(encoded[0, STEP]), int(encoded[0, SOUND]), roles[part])
    names = {role: one.name for role, one in zip(roles, parts, strict=True)}
    watcher = Watcher(player.weights, wanted, shift, names, task.sampling.cut)
    for _ in write(player.weights, task, [rng], watcher):
        if watcher.thought is not None:
            break
    return watcher.thought


def _score(
    commission: Commission,
    parts: Sequence[Part],
    roles: Sequence[int],
    notes: Sequence[Sequence[int]],
) -> Score:
    """The melody with its band."""
    melody = commission.melody
    shift = to_c(commission.plan.key.signature)
    end_tick = melody.bars * melody.metre.bar_ticks
    tracks = []
    for index, (role, part) in enumerate(zip(roles, parts, strict=True)):
        its_notes = [note for note in notes if note[ROLE] == role]
        played = _played(commission, index, part, its_notes, shift, end_tick)
        tracks.append(Track(part.name, played, part.program, part.is_drum))
    return melody.with_tracks([melody.tracks[0], *tracks])


def _played(
    commission: Commission,
    index: int,
    part: Part,
    notes: Sequence[Sequence[int]],
    shift: int,
    end_tick: int,
) -> tuple[Note, ...]:
    """What was written of a part, of the bars that were asked for anew."""
    melody, kept = commission.melody, commission.kept
    if kept is not None:
        bar_ticks = melody.metre.bar_ticks
        anew = {bar for i, bar in kept.rewritten if i == index}
        notes = [note for note in notes if note[STEP] * STEP_TICKS // bar_ticks in anew]
    played = decode_notes(notes, part, shift, end_tick)
    return tuple(followed(played, melody.tracks[0].notes, melody.metre))
