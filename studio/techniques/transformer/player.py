"""Weights ready to play with: bands to a melody bar by bar, and what was thought."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from studio.ground.errors import BadModel
from studio.music.instruments import Part
from studio.music.roll import to_c
from studio.music.score import STEP_TICKS, Note, Score, Track
from studio.techniques.base import Barwise, Commission
from studio.techniques.changes import Onward
from studio.techniques.dynamics import followed
from studio.techniques.introspection import Thought
from studio.techniques.transformer.decoding.sampling import warm_up
from studio.techniques.transformer.decoding.weights import MISFIT, DecoderWeights, pack
from studio.techniques.transformer.encoding import decode_notes, encode_notes
from studio.techniques.transformer.generation import write
from studio.techniques.transformer.introspection import Watcher
from studio.techniques.transformer.settings import Settings
from studio.techniques.transformer.sheet import ROLE, SOUND, STEP
from studio.techniques.transformer.task import task_of
from studio.techniques.weights import Weights


@dataclass(frozen=True, slots=True)
class Player:
    """A network's weights, and the style that it plays in."""

    weights: DecoderWeights
    style: int

    @classmethod
    def of(cls, settings: Settings, weights: Weights) -> Player:
        """Raises BadModel where the weights do not fit."""
        packed = _packed_once(weights)
        if packed.attention_norm.shape != (settings.layers, settings.width):
            raise BadModel(MISFIT)
        warm_up()
        return cls(packed, settings.style)

    def write(
        self, parts: Sequence[Part], commission: Commission, rngs: Sequence[np.random.Generator]
    ) -> Barwise:
        """A band for each generator: after every bar, what makes scores of what there is of
        them. What is sent there is the one that all go on from."""
        task = task_of(commission, parts, self.style)
        bars_a_bar = task.sheet.bars // commission.melody.bars
        takes: list[list[list[int]]] = [[] for _ in rngs]
        bars, onward = write(self.weights, task, rngs), None
        for number in range(1, task.sheet.bars + 1):
            for notes, bar in zip(takes, bars.send(onward), strict=True):
                notes += bar
            onward = None
            if number % bars_a_bar == 0:
                onward = yield partial(_scores, commission, parts, task.sheet.roles, takes)
                if onward is not None:
                    takes = [list(takes[onward.take]) for _ in onward.rngs]

    def think(
        self, parts: Sequence[Part], commission: Commission,
        rngs: Mapping[int, np.random.Generator], part: int, note: Note,
    ) -> Thought | None:  # fmt: skip
        """What the network thought as it wrote a note of the part numbered `part`; None where it
        wrote no such note. `note` is on the sixteenth grid; of `rngs`, by bar, each has its turn.
        """
        task = task_of(commission, parts, self.style)
        shift, roles = to_c(commission.plan.key.signature), task.sheet.roles
        encoded = encode_notes([note], roles[part], shift, task.sheet.steps, parts[part])
        if not len(encoded):
            return None
        wanted = (int(encoded[0, STEP]), int(encoded[0, SOUND]), roles[part])
        names = {role: one.name for role, one in zip(roles, parts, strict=True)}
        watcher = Watcher(self.weights, wanted, shift, names, task.sampling.cut)
        bars, onward = write(self.weights, task, [rngs[0]], watcher), None
        bars_a_bar = task.sheet.bars // commission.melody.bars
        for number in range(1, task.sheet.bars + 1):
            bars.send(onward)
            if watcher.thought is not None:
                break
            bar, inside = divmod(number, bars_a_bar)
            later = None if inside else rngs.get(bar)
            onward = Onward(0, [later]) if later else None
        return watcher.thought


def _scores(
    commission: Commission, parts: Sequence[Part], roles: Sequence[int],
    takes: Sequence[Sequence[Sequence[int]]], since: int = 0,
) -> list[Score]:  # fmt: skip
    end_tick = commission.melody.bars * commission.melody.metre.bar_ticks
    return [_score(commission, parts, roles, one, since, end_tick) for one in takes]


def _score(
    commission: Commission, parts: Sequence[Part], roles: Sequence[int],
    notes: Sequence[Sequence[int]], since: int, end_tick: int,
) -> Score:  # fmt: skip
    """The melody with its band, of an earlier band's bars those that were asked for anew; from a
    later bar `since` on, as loud as written, until a tick."""
    melody, kept = commission.melody, commission.kept
    shift, bar_ticks = to_c(commission.plan.key.signature), melody.metre.bar_ticks
    tracks = []
    for index, (role, part) in enumerate(zip(roles, parts, strict=True)):
        mine = [
            note
            for note in notes
            if note[ROLE] == role
            and note[STEP] * STEP_TICKS >= since * bar_ticks
            and (kept is None or (index, note[STEP] * STEP_TICKS // bar_ticks) in kept.rewritten)
        ]
        played = decode_notes(mine, part, shift, end_tick)
        loud = played if since else followed(played, melody.tracks[0].notes, melody.metre)
        tracks.append(Track(part.name, tuple(loud), part.program, part.is_drum))
    return melody.with_tracks([melody.tracks[0], *tracks])


_last_packed: list[tuple[str, DecoderWeights]] = []  # all styles share one network


def _packed_once(weights: Weights) -> DecoderWeights:
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode() + np.ascontiguousarray(weights[name]).tobytes())
    if not _last_packed or _last_packed[0][0] != digest.hexdigest():
        _last_packed[:] = [(digest.hexdigest(), pack(weights))]
    return _last_packed[0][1]
