"""Plays bands to a melody bar by bar, and goes on with a melody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from studio.errors import BadModel
from studio.music.harmony import ChordPlan
from studio.music.roll import LOW_PITCH, PITCHES, to_c
from studio.music.score import STEP_TICKS, Note, Score
from studio.techniques.base import Commission, Kept, Weights
from studio.techniques.contract import Part
from studio.techniques.dynamics import followed
from studio.techniques.introspection import Thought
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.decoding.choice import warm_up
from studio.techniques.transformer.decoding.packed import Packed, pack
from studio.techniques.transformer.introspection import Watcher
from studio.techniques.transformer.leaning import Wishes, by_class, closing_root, in_range, of_bar
from studio.techniques.transformer.reading import as_notes, as_rows, read_piece, with_parts
from studio.techniques.transformer.settings import SAMPLING, ExtendKnobs, Knobs, PartKnobs, Settings
from studio.techniques.transformer.sheet import (
    SOUND,
    STEP,
    WHO,
    Control,
    Floats,
    Notes,
    Sheet,
    ordered,
)
from studio.techniques.transformer.singing import go_on
from studio.techniques.transformer.writing import Sampling, Task, write

_BASS = v.ROLES.index("Bass")
_TOP_K = SAMPLING.index("TopK")


@dataclass(frozen=True, slots=True)
class Player:
    """Weights ready to write with, and the style they write in."""

    packed: Packed
    style: int


def load(settings: Settings, weights: Weights) -> Player:
    """Raises BadModel where the weights do not fit."""
    packed = _packed(weights)
    if packed.before_attention.shape != (settings.layers, settings.width):
        raise BadModel("The weights of this model do not fit its card: reinstall the model.")
    warm_up()
    return Player(packed, settings.style)


_last_packed: list[tuple[str, Packed]] = []  # all styles share one network: it is packed once


def _packed(weights: Weights) -> Packed:
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(name.encode() + np.ascontiguousarray(weights[name]).tobytes())
    if not _last_packed or _last_packed[0][0] != digest.hexdigest():
        _last_packed[:] = [(digest.hexdigest(), pack(weights))]
    return _last_packed[0][1]


def play(
    player: Player,
    parts: Sequence[Part],
    commission: Commission,
    rngs: Sequence[np.random.Generator],
) -> Iterator[Callable[[], list[Score]]]:
    """A band for each generator: after every bar, what makes scores of what there is of them."""
    melody = commission.melody
    shift = to_c(commission.plan.key.signature)
    roles = v.roles_of(parts)
    sheet = read_piece(melody, commission.plan, player.style, roles)
    bars_a_bar = sheet.bars // melody.bars
    end = melody.bars * melody.metre.bar_ticks
    if commission.kept is not None:
        sheet = replace(sheet, notes=_kept_rows(commission.kept, parts, roles, shift, sheet.steps))
    task = _task(sheet, parts, commission, shift, bars_a_bar)
    written: list[list[list[int]]] = [[] for _ in rngs]
    for number, bars in enumerate(write(player.packed, task, rngs)):
        for notes, bar in zip(written, bars, strict=True):
            notes += bar
        if (number + 1) % bars_a_bar:
            continue
        yield lambda: [
            with_parts(
                melody,
                parts,
                {
                    i: _part_notes(notes, role, part, commission, i, shift, end)
                    for i, (role, part) in enumerate(zip(roles, parts, strict=True))
                },
            )
            for notes in written
        ]


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
    shift = to_c(commission.plan.key.signature)
    roles = v.roles_of(parts)
    sheet = read_piece(commission.melody, commission.plan, player.style, roles)
    if commission.kept is not None:
        sheet = replace(sheet, notes=_kept_rows(commission.kept, parts, roles, shift, sheet.steps))
    by_part = as_rows([note], 0 if parts[part].is_drum else shift, roles[part], sheet.steps,
                      parts[part].velocity, parts[part].is_drum)  # fmt: skip
    if not len(by_part):
        return None
    wanted = (int(by_part[0, STEP]), int(by_part[0, SOUND]), roles[part])
    names = {role: one.name for role, one in zip(roles, parts, strict=True)}
    watcher = Watcher(player.packed, wanted, shift, names, _cut_name(commission.knobs))
    task = _task(sheet, parts, commission, shift, sheet.bars // commission.melody.bars)
    for _ in write(player.packed, task, [rng], watcher):
        if watcher.thought is not None:
            break
    return watcher.thought


def _task(
    sheet: Sheet, parts: Sequence[Part], commission: Commission, shift: int, bars_a_bar: int
) -> Task:
    knobs, plan = commission.knobs, commission.plan
    by_role = dict(zip(sheet.roles, parts, strict=True))
    asked = commission.asked or (PartKnobs(),) * len(parts)
    kept = commission.kept
    tones = [
        [(tone + shift) % 12 for tone in plan.tones_at(step * STEP_TICKS)]
        for step in range(sheet.steps)
    ]
    wishes = Wishes(knobs.chord_strictness, bool(knobs.stay_in_key), tones, _closing(sheet))
    lean, allowed = by_class(sheet, wishes), in_range(by_role, shift)
    home = closing_root(sheet, wishes)

    @cache
    def bias(bar: int) -> Floats:
        return of_bar(lean, allowed, home, bar, sheet.bar_steps)

    def free(bar: int) -> frozenset[int]:
        if kept is None:
            return frozenset(sheet.roles)
        whole = bar // bars_a_bar
        return frozenset(role for i, role in enumerate(sheet.roles) if (i, whole) in kept.rewritten)

    return Task(
        sheet,
        {role: control(wish, shift) for role, wish in zip(sheet.roles, asked, strict=True)},
        {role: part.voices for role, part in by_role.items()},
        free,
        bias,
        sampling(knobs),
        _home(sheet, wishes, allowed),
    )


def _home(sheet: Sheet, wishes: Wishes, allowed: Floats) -> tuple[int, tuple[int, ...]] | None:
    """Where the last chord begins, and its root as the bass can play it."""
    if not wishes.tones or not wishes.tones[-1] or _BASS not in sheet.roles:
        return None
    root = wishes.tones[-1][0]
    sounds = np.flatnonzero(allowed[_BASS, :PITCHES] == 0).tolist()
    return wishes.closing, tuple(s for s in sounds if (s + LOW_PITCH) % 12 == root)


def sampling(knobs: Knobs | ExtendKnobs) -> Sampling:
    """How notes are drawn, from DeepComposer's three numbers."""
    threshold = knobs.sampling_threshold
    if knobs.sampling_technique == _TOP_K:
        return Sampling(knobs.creative_risk, max(round(threshold * v.SOUNDS), 1), 1.0)
    return Sampling(knobs.creative_risk, 0, threshold)


def _cut_name(knobs: Knobs) -> str:
    """What narrows the choice of pitches, as people read it: "Nucleus .98", "TopK 12"."""
    drawn = sampling(knobs)
    if drawn.top_k:
        return f"TopK {drawn.top_k}"
    return "" if drawn.nucleus >= 1 else f"Nucleus {drawn.nucleus:.2f}".replace(" 0.", " .")


def control(wish: PartKnobs, shift: int) -> Control:
    """What a part is asked for, as classes."""
    return Control(
        v.density_class(wish.density) if wish.density else None,
        v.register_class(wish.register + shift - LOW_PITCH) if wish.register else None,
        v.polyphony_class(wish.polyphony) if wish.polyphony else None,
    )


def _closing(sheet: Sheet) -> int:
    """The step at which the last chord begins, in the last bar at the earliest."""
    changes = np.flatnonzero(np.diff(sheet.triads)) + 1
    return max(int(changes[-1]) if len(changes) else 0, sheet.steps - sheet.bar_steps)


def _kept_rows(
    kept: Kept, parts: Sequence[Part], roles: Sequence[int], shift: int, steps: int
) -> Notes:
    rows = [
        as_rows(track.notes, 0 if part.is_drum else shift, role, steps, part.velocity, part.is_drum)
        for track, part, role in zip(kept.parts, parts, roles, strict=True)
    ]
    return ordered(np.concatenate(rows))


def _part_notes(
    notes: Sequence[Sequence[int]],
    role: int,
    part: Part,
    commission: Commission,
    index: int,
    shift: int,
    end: int,
) -> tuple[Note, ...]:
    """A part of the band: what was written, and what stays as it was."""
    mine = [note for note in notes if note[WHO] == role]
    kept = commission.kept
    melody = commission.melody
    if kept is None:
        played = as_notes(mine, part, shift, end)
        return tuple(followed(played, melody.tracks[0].notes, melody.metre))
    bar_ticks = commission.melody.metre.bar_ticks
    anew = {bar for i, bar in kept.rewritten if i == index}
    stays = [n for n in kept.parts[index].notes if n.start_tick // bar_ticks not in anew]
    fresh: list[Note] = []
    written = [n for n in mine if n[0] * STEP_TICKS // bar_ticks in anew]
    played = as_notes(written, part, shift, end)
    for note in followed(played, melody.tracks[0].notes, melody.metre):
        following = note.start_tick // bar_ticks
        while following in anew:
            following += 1
        # what is new lets go before what stays begins again
        ticks = min(note.end_tick, following * bar_ticks) - note.start_tick
        fresh.append(replace(note, duration_ticks=ticks))
    return tuple(sorted([*stays, *fresh]))


def extend(
    player: Player,
    melody: Score,
    plan: ChordPlan,
    knobs: ExtendKnobs,
    rng: np.random.Generator,
) -> tuple[Score, ChordPlan]:
    """A quantised melody of one track with more bars, and the chords of all of them."""
    shift = to_c(plan.key.signature)
    whole = read_piece(melody, plan, player.style, (), v.SING)
    bars_a_bar = whole.bars // melody.bars
    heard = min(knobs.input_duration, melody.bars) * bars_a_bar
    origin = (whole.bars - heard) * whole.bar_steps
    notes = whole.melody[whole.melody[:, 0] >= origin].copy()
    notes[:, 0] -= origin
    listening = replace(
        whole, bars=heard, melody=notes, triads=whole.triads[origin:], before=whole.bars - heard
    )
    added = knobs.extension_duration * bars_a_bar
    longer = go_on(player.packed, listening, added, bool(knobs.stay_in_key), sampling(knobs), rng)
    track = melody.tracks[0]
    middle = int(np.median([n.velocity for n in track.notes])) if track.notes else 80
    start = whole.bars * whole.bar_steps * STEP_TICKS
    new = []
    for step, sound, steps, loud, _ in longer.melody.tolist():
        tick = (step + origin) * STEP_TICKS
        if tick < start:
            continue
        level = v.MIDDLE_LOUDNESS if loud >= v.NO_LOUDNESS else loud
        velocity = int(np.clip(middle + v.LOUDNESS_STEP * (level - v.MIDDLE_LOUDNESS), 1, 127))
        pitch = int(np.clip(sound + LOW_PITCH - shift, 0, 127))
        new.append(Note(tick, pitch, steps * STEP_TICKS, velocity))
    end = start + added * whole.bar_steps * STEP_TICKS
    line = _one_voice([*track.notes, *new], end)
    return melody.with_tracks([replace(track, notes=line)]), _longer_plan(
        plan, longer, origin, shift
    )


def _one_voice(notes: Sequence[Note], end: int) -> tuple[Note, ...]:
    """Notes that let go where the next begins, or the piece ends."""
    result: list[Note] = []
    for note in sorted(notes):
        if result and result[-1].end_tick > note.start_tick > result[-1].start_tick:
            last = result[-1]
            result[-1] = replace(last, duration_ticks=note.start_tick - last.start_tick)
        result.append(replace(note, duration_ticks=min(note.duration_ticks, end - note.start_tick)))
    return tuple(result)


def _longer_plan(plan: ChordPlan, longer: Sheet, origin: int, shift: int) -> ChordPlan:
    """The plan with the chords of the added bars."""
    unit = plan.unit_ticks // STEP_TICKS
    units = (origin + longer.steps) // unit
    triads = list(plan.triads[:units])
    for place in range(len(triads), units):
        triad = int(longer.triads[place * unit - origin])
        triads.append(triad if triad >= 24 else triad // 12 * 12 + (triad % 12 - shift) % 12)
    sevenths = (*plan.sevenths[:units], *(0,) * (units - len(plan.sevenths[:units])))
    return ChordPlan(plan.key, plan.unit_ticks, tuple(triads), sevenths if plan.sevenths else ())
