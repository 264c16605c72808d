"""Goes on with a melody and its chords: of each bar the chords first, then the notes on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.music.harmony import ChordPlan
from studio.music.roll import LOW_PITCH, PITCHES, to_c
from studio.music.score import STEP_TICKS, Note, Score
from studio.music.theory import MAJOR_SCALE, NO_CHORD, transpose_triad, triad_tones
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.context_window import LONGEST
from studio.techniques.transformer.decoding.prefill import prefill
from studio.techniques.transformer.decoding.sampling import (
    Limits,
    chord_logits,
    sample,
    sample_logits,
)
from studio.techniques.transformer.decoding.step import decode_step, empty_cache
from studio.techniques.transformer.decoding.weights import DecoderWeights
from studio.techniques.transformer.encoding import encode
from studio.techniques.transformer.generation import limits_of_bar
from studio.techniques.transformer.settings import ExtendKnobs
from studio.techniques.transformer.sheet import (
    SOUND,
    STEP,
    Notes,
    Sheet,
    bar_row,
    context,
    harmony_row,
    melody_rows,
    note_row,
    opening,
    units,
)
from studio.techniques.transformer.task import FORBIDDEN, Sampling, sampling_of

_BEYOND = 5  # semitones that a continuation may leave the melody's range by
_AT_EASE = (41, 50)  # F4 to D5, where nothing is sung yet
_MOST_NOTES = 32  # a bar
_USUAL_STEPS = (8, 12, 16, 24)  # sixteenths of bars that songs have
_REST = 8  # sixteenths that a bar of another length may be silent at its end
_KEPT_BARS = 12  # bars that are read again when the cache is full


def extend(
    weights: DecoderWeights, style: int, melody: Score, plan: ChordPlan, knobs: ExtendKnobs,
    rng: np.random.Generator,
) -> tuple[Score, ChordPlan]:  # fmt: skip
    """A quantised melody of one track with more bars, and the chords of all of them; of a melody
    without notes, one on the chords of the plan."""
    shift = to_c(plan.key.signature)
    whole = encode(melody, plan, style, (), v.SING)
    bars_a_bar = melody.metre.bar_ticks // STEP_TICKS // whole.bar_steps
    first = whole.bars - min(knobs.input_duration, melody.bars) * bars_a_bar
    sheet = whole.from_bar(first)
    added = knobs.extension_duration * bars_a_bar
    given = [] if melody.bars else _given(plan, shift)
    if given:
        added = len(given) // whole.bar_steps
    sampling, in_key = sampling_of(knobs), bool(knobs.stay_in_key)
    longer = Continuation(weights, sheet, added, in_key, sampling, rng, given).written()
    track = melody.tracks[0]
    middle = int(np.median([n.velocity for n in track.notes])) if track.notes else 80
    origin, start = first * whole.bar_steps, whole.steps * STEP_TICKS
    new = []
    for step, sound, steps, loud, _ in longer.melody.tolist():
        tick = (step + origin) * STEP_TICKS
        if tick < start:
            continue
        pitch = int(np.clip(sound + LOW_PITCH - shift, 0, 127))
        new.append(Note(tick, pitch, steps * STEP_TICKS, v.velocity_of(loud, middle)))
    end = start + added * whole.bar_steps * STEP_TICKS
    line = _one_voice([*track.notes, *new], end)
    score = melody.with_tracks([replace(track, notes=line)])
    return score, plan if given else _longer_plan(plan, longer, origin, shift)


def _given(plan: ChordPlan, shift: int) -> list[tuple[int, tuple[int, ...]]]:
    """The triad and the tones of the chord at each step of a plan, in C."""
    ticks = range(0, len(plan.triads) * plan.unit_ticks, STEP_TICKS)
    return [
        (
            transpose_triad(plan.triad_at(tick), shift),
            tuple((tone + shift) % 12 for tone in plan.tones_at(tick)),
        )
        for tick in ticks
    ]


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
        triads.append(transpose_triad(triad, -shift))
    return replace(plan, triads=tuple(triads))


class Continuation:
    """A sheet that sings, with `added` more bars of chords and melody to be written; `in_key` keeps
    the melody to the scale and the chords; of chords that are `given`, triad and tones of each
    step. The network has read it from the bar `origin` on."""

    def __init__(
        self,
        weights: DecoderWeights,
        sheet: Sheet,
        added: int,
        in_key: bool,
        sampling: Sampling,
        rng: np.random.Generator,
        given: Sequence[tuple[int, tuple[int, ...]]] = (),
    ) -> None:
        silence = np.full(added * sheet.bar_steps, NO_CHORD, np.int64)
        triads = np.concatenate([sheet.triads[: sheet.steps], silence])
        self.given = given
        self.sheet = replace(sheet, bars=sheet.bars + added, triads=triads)
        self.first, self.range = sheet.bars, _range(sheet.melody)
        self.weights, self.in_key, self.sampling, self.rng = weights, in_key, sampling, rng
        self.state = np.zeros((1, weights.norm.shape[0]), np.float32)
        self.cache = empty_cache(weights, 1, LONGEST + 1)
        self.origin = 0

    def written(self) -> Sheet:
        """The whole sheet."""
        self._read(_history(self.sheet, 0, self.first))
        for bar in range(self.first, self.sheet.bars):
            if self.cache.length[0] > LONGEST - _MOST_NOTES - 8:
                self.cache.length[:] = 0
                self.origin = max(bar - _KEPT_BARS, 0)
                self._read(_history(self.sheet, self.origin, bar))
            self._read([bar_row(self.sheet.from_bar(self.origin), bar - self.origin)])
            self._write_chords(bar)
            notes = self._notes(bar)
            self.sheet = replace(self.sheet, melody=np.concatenate([self.sheet.melody, notes]))
        return self.sheet

    def _read(self, rows: list[list[int]]) -> None:
        self.state[0] = prefill(self.weights, self.cache, 0, np.array(rows, np.int64))

    def _write_chords(self, bar: int) -> None:
        bar_steps, unit = self.sheet.bar_steps, self.sheet.unit_steps
        for place in range(0, bar_steps, unit):
            step = bar * bar_steps + place
            triad = self.given[step][0] if self.given else self._chord()
            self.sheet.triads[step : step + unit] = triad
            self._read([harmony_row(triad, (bar - self.origin) * bar_steps, place)])

    def _chord(self) -> int:
        how = self.sampling
        logits = chord_logits(self.weights, self.state[0]).copy()
        logits[NO_CHORD] = FORBIDDEN  # a continuation has harmony
        draw = float(self.rng.random())
        return sample_logits(logits, how.temperature, how.top_k, how.top_p, draw)

    def _notes(self, bar: int) -> Notes:
        """The melody's notes of one bar, one at a time."""
        limits = self._limits(bar)
        chosen = np.zeros((1, 5), np.int64)
        active = np.ones(1, bool)
        bar_steps = self.sheet.bar_steps
        first, origin = bar * bar_steps, self.origin * bar_steps
        notes: list[list[int]] = []
        while len(notes) < _MOST_NOTES:
            draws = self.rng.random((1, 5), np.float32)
            sample(self.weights, self.state, active, limits, draws, chosen)
            position, _, sound, duration, loudness = chosen[0].tolist()
            if position == v.END and (limits.position_bias[0, v.END] or self._is_sung(notes, bar)):
                break
            limits.position_bias[0, v.END] = FORBIDDEN if position == v.END else 0
            if position == v.END:
                continue  # once more, and a note
            note = [first + position, sound, v.DURATIONS[duration], loudness, v.MELODY_ROLE]
            notes.append(note)
            row = note_row(v.MELODY, [note[0] - origin, *note[1:]], bar_steps)
            decode_step(self.weights, self.cache, np.array([row], np.int64), active, self.state)
            limits.earliest[0] = position + 1  # one voice
        return np.array(notes, np.int64).reshape(-1, 5)

    def _is_sung(self, notes: Sequence[Sequence[int]], bar: int) -> bool:
        """Whether a bar may end: the last one has a note, so that as many come back as were asked
        for, and in a new melody no two in turn are silent; one of a length that is rare in songs is
        sung nearly to its end, where the network, used to others, falls silent."""
        bar_steps, last = self.sheet.bar_steps, self.sheet.bars - 1
        if bar_steps in _USUAL_STEPS:
            may_rest = bar < last and (not self.given or self._sings(bar - 1))
            return bool(notes) or may_rest
        reached = max((note[0] + note[2] - bar * bar_steps for note in notes), default=0)
        return reached > bar_steps - _REST

    def _sings(self, bar: int) -> bool:
        return bool((self.sheet.melody[:, STEP] // self.sheet.bar_steps == bar).any())

    def _limits(self, bar: int) -> Limits:
        sheet = self.sheet
        first = bar * sheet.bar_steps
        sound = np.full((1, v.LONGEST_BAR, len(v.ROLES), v.SOUNDS), FORBIDDEN, np.float32)
        sound[..., self.range] = 0
        if self.in_key:
            classes = (np.arange(PITCHES) + LOW_PITCH) % 12
            for step in range(sheet.bar_steps):
                triad = int(sheet.triads[first + step])
                tones = self.given[first + step][1] if self.given else triad_tones(triad)
                allowed = {*MAJOR_SCALE, *tones}
                sound[:, step, :, :PITCHES][..., ~np.isin(classes, list(allowed))] = FORBIDDEN
        limits = limits_of_bar(sheet, bar, context(sheet), self.sampling, sound)
        limits.sing[:] = True
        return limits


def _range(melody: Notes) -> slice:
    """The sounds that a continuation may use: the melody's range and a little more."""
    sounds = melody[:, SOUND] if len(melody) else np.array(_AT_EASE)
    return slice(max(int(sounds.min()) - _BEYOND, 0), min(int(sounds.max()) + _BEYOND + 1, PITCHES))


def _history(sheet: Sheet, origin: int, bar: int) -> list[list[int]]:
    """The rows from `origin` up to `bar`."""
    part = sheet.from_bar(origin)
    rows = opening(part, {})
    for number in range(bar - origin):
        rows += [bar_row(part, number), *units(part, number), *melody_rows(part, number)]
    return rows
