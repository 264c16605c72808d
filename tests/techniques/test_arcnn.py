"""AR-CNN: what stands is known, what is written keeps to its limits, and all of it can be told."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.ground.errors import BadKnob
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.roll import HEARD_BARS, PITCHES, encode, hearings
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track
from studio.music.theory import parse_key
from studio.techniques import Commission, Technique, technique
from studio.techniques.arcnn import masks, memory, order, player, rules, writing
from studio.techniques.arcnn.network import Network
from studio.techniques.arcnn.odds import EDGE, Odds
from studio.techniques.arcnn.symbols import (
    HIDDEN,
    OUT,
    REST,
    SYMBOLS,
    cells_of,
    pitch_of,
    places,
    repeated,
    symbol_of,
)

PARTS = (
    Part("Alto", 19, 1, 53, 77, 72),
    Part("Tenor", 19, 1, 46, 70, 72),
    Part("Bass", 19, 1, 36, 63, 74),
)
ARCNN = technique("arcnn")
BARS = 2


@cache
def network() -> Network:
    """A small one, with weights by chance."""
    torch.manual_seed(3)
    found: Network = ARCNN.network(PARTS, ARCNN.Settings.parse({"width": 32, "layers": 1}))  # type: ignore[assignment]
    with torch.no_grad():
        for weights in found.parameters():
            weights.add_(0.3 * torch.randn(weights.shape))
    return found.eval().requires_grad_(False)


def melody(pitches: tuple[int, ...] = (67, 69, 71, 72, 74, 72, 71, 69)) -> Score:
    notes = tuple(Note(480 * i, pitch, 480) for i, pitch in enumerate(pitches))
    return Score((Track("Melody", notes),), 100.0, Metre(4, 4))


def plan() -> ChordPlan:
    key = parse_key("C major")
    assert key is not None
    return ChordPlan(key, 4 * 480, (0,) * BARS)


def commission(**knobs: float) -> Commission:
    return Commission(melody(), plan(), ARCNN.Knobs.parse(knobs))


def played(asked: Commission, seed: int = 0) -> Score:
    *_, scores = ARCNN.write(network(), PARTS, asked, [np.random.default_rng(seed)])
    return scores()[0]


def edits(asked: Commission, seed: int = 0) -> list[Technique.Written]:
    return [*ARCNN.retrace(network(), PARTS, asked, np.random.default_rng(seed))]


def lines(score: Score) -> np.ndarray:
    """MIDI pitches (step, part), 0 for a rest."""
    found = np.zeros((BARS * 16, len(PARTS)), int)
    for index, track in enumerate(score.tracks[1:]):
        for note in track.notes:
            found[note.start_tick // STEP_TICKS : note.end_tick // STEP_TICKS, index] = note.pitch
    return found


def after(steps: list[Technique.Written]) -> np.ndarray:
    """The same of a replay's edits."""
    found = np.zeros((BARS * 16, len(PARTS)), int)
    for one in steps:
        span = slice(one.start_tick // STEP_TICKS, one.end_tick // STEP_TICKS)
        found[span, one.part] = one.pitch or 0
    return found


def test_cells_hold_pitch_and_stroke() -> None:
    notes = [Note(0, 60, 240), Note(240, 60, 240), Note(480, 62, 120), Note(720, 62, 120)]
    symbols, struck = cells_of([encode(notes, 8)])
    c, d = symbol_of(60), symbol_of(62)
    assert symbols[:, 0].tolist() == [c, c, c, c, d, REST, d, REST]
    assert struck[:, 0].tolist() == [0, 0, 1, 0, 0, 0, 0, 0]
    assert repeated(symbols)[:, 0].tolist() == [False, True, True, True, *[False] * 4]


@given(st.integers(0, PITCHES - 1))
def test_symbols_and_pitches_are_each_others_inverse(index: int) -> None:
    assert symbol_of(pitch_of(index + 1)) == index + 1


@given(st.integers(1, 64), st.integers(2, 5), st.integers(0, 10**6))
@settings(max_examples=50)
def test_something_is_hidden_and_nothing_else_is_touched(
    steps: int, voices: int, seed: int
) -> None:
    mask = masks.hidden(steps, voices, np.random.default_rng(seed))
    assert mask.shape == (steps, voices)
    assert mask.any()


@pytest.mark.parametrize(("bar_steps", "beat"), [(16, 4), (12, 4), (12, 6), (14, 4), (20, 4)])
def test_the_order_goes_from_beats_to_sixteenths_and_never_two_voices_at_once(
    bar_steps: int, beat: int
) -> None:
    rank = order.ranks(places(2 * bar_steps, bar_steps), bar_steps, beat, 4)
    for stage in np.unique(rank):
        assert ((rank == stage).sum(1) <= 1).all()
    assert rank[0].max() < rank[beat].min() <= rank[2].min() < rank[1].min()
    parts = order.stages(np.ones((32, 4), bool), order.ranks(places(32, 16), 16, 4, 4), 8)
    assert len(parts) == 8
    assert (np.sum(parts, 0) == 1).all()


def test_parallels_crossings_and_flickers_are_those_of_the_rules() -> None:
    c, e, g = 37, 41, 44
    fifths = np.array([[g, c], [g + 2, c + 2]])
    assert rules.parallels(fifths) == [(1, 0, 1)]
    assert rules.parallels(np.array([[g, c], [g, c]])) == []  # nobody moves
    assert rules.parallels(np.array([[g, c], [g - 5, c + 2]])) == []  # against each other
    assert rules.crossed(np.array([[c, e]])).tolist() == [[True]]
    line = np.array([[c], [c + 7], [c + 9], [c + 9]])
    assert rules.flickers(line)[:, 0].tolist() == [False, True, False, False]
    assert rules.breaks(np.array([[g, e, c]] * 4)) == 0


def test_the_network_sees_only_what_is_known() -> None:
    rng = np.random.default_rng(0)
    symbols = torch.from_numpy(rng.integers(30, 50, (1, 32, 4)))
    struck, place = torch.zeros_like(symbols), torch.from_numpy(places(32, 16))[None]
    hidden = torch.from_numpy(rng.random((1, 32, 4)) < 0.5)
    told, _ = network()(symbols.masked_fill(hidden, HIDDEN), struck, place)
    assert told.shape == (1, 32, 4, PITCHES + 1)
    assert OUT == PITCHES + 1
    known, distance = network().neighbours(symbols.masked_fill(hidden, HIDDEN))
    assert torch.equal(known[0][~hidden], symbols[~hidden])
    assert not distance[0][~hidden].any()


def test_the_melody_is_untouched_and_each_part_in_its_range() -> None:
    score = played(commission())
    assert score.tracks[0] == melody().tracks[0]
    assert score.bars == BARS
    assert [track.name for track in score.tracks[1:]] == [
        "Alto",
        "Tenor",
        "Bass",
    ]
    for part, track in zip(PARTS, score.tracks[1:], strict=True):
        assert all(part.low <= note.pitch <= part.high for note in track.notes)


def test_a_seed_gives_the_same_voices_another_one_others() -> None:
    assert played(commission()) == played(commission())
    assert played(commission()) != played(commission(), seed=1)


def test_a_replay_ends_with_the_piece() -> None:
    assert (after(edits(commission())) == lines(played(commission()))).all()
    assert all(0 < one.probability <= 1 and one.options for one in edits(commission()))


def test_no_look_writes_nothing_and_one_writes_all_at_once() -> None:
    assert not edits(commission(sampling_iterations=0))
    assert not any(track.notes for track in played(commission(sampling_iterations=0)).tracks[1:])
    assert {one.look for one in edits(commission(sampling_iterations=1))} == {0}


@pytest.mark.parametrize("seed", range(4))
def test_no_more_notes_are_added_than_may_be(seed: int) -> None:
    free = played(commission(maximum_notes_to_add=500, creative_risk=6.0), seed)
    few = played(commission(maximum_notes_to_add=50, creative_risk=6.0), seed)
    assert few.note_count - len(few.tracks[0].notes) <= 50 < free.note_count


def test_a_veto_is_kept_and_what_stood_before_it_stays() -> None:
    asked = commission()
    before = edits(asked)
    edit = before[len(before) // 3]
    veto = Technique.Veto(edit.part, edit.start_tick, edit.end_tick, edit.pitch)
    new = edits(replace(asked, vetoes=(veto,)))
    assert [one for one in new if one.look < edit.look] == [
        one for one in before if one.look < edit.look
    ]
    span = slice(edit.start_tick // STEP_TICKS, edit.end_tick // STEP_TICKS)
    assert (after(new)[span, edit.part] != (edit.pitch or 0)).all()
    assert (after(new) == lines(played(replace(asked, vetoes=(veto,))))).all()


def test_a_veto_leaves_no_cell_unwritten() -> None:
    """Whatever was mended later, all that was written before the veto is there again."""
    asked = commission()
    page = player.Page.of(network(), PARTS, asked)
    how, draft = player.draft_of(page, asked, np.random.default_rng(0))
    assert len(draft.looks) > writing.FILLING - 4
    for number, (symbols, _) in enumerate(zip(*how.seen(draft), strict=True)):
        then = draft.alone(0, number).symbols[0]
        written = np.zeros(then.shape, bool)
        for look in draft.looks[:number]:
            written[look.step, look.voice] = True
        assert not (then == HIDDEN).numpy()[written].any()
        assert (
            (symbols == HIDDEN).numpy()[draft.looks[number].step, draft.looks[number].voice].all()
        )


def test_the_fog_is_over_what_is_not_known_yet_and_clears() -> None:
    asked = commission(sampling_iterations=8)
    fog, told = ARCNN.denoise(network(), PARTS, asked, np.random.default_rng(0)), edits(asked)
    assert len(fog) == 8 == 1 + max(one.look for one in told)
    cleared = [int((one.odds.sum(-1) > 0).sum()) for one in fog]
    assert cleared == sorted(cleared, reverse=True)
    assert cleared[0] == BARS * 16 * len(PARTS)
    for one in told:  # what a look wrote lay in its fog, as likely as it says
        now, step = fog[one.look], one.start_tick // STEP_TICKS
        where = [*now.pitches[step, one.part]].index(one.options[0][0] or 0)
        assert now.odds[step, one.part, where] > 0


def test_only_bars_that_are_asked_for_are_written() -> None:
    whole = played(commission())
    kept = Technique.EarlierBand(whole.tracks[1:], frozenset({(1, 0)}))
    new = lines(played(replace(commission(), kept=kept), seed=5))
    old = lines(whole)
    assert (new[16:] == old[16:]).all()
    assert (new[:, [0, 2]] == old[:, [0, 2]]).all()


@pytest.mark.parametrize(("share", "most"), [(13, 1), (30, 2), (100, 8)])
def test_no_more_notes_are_mended_than_may_be(share: int, most: int) -> None:
    knobs = ARCNN.MendKnobs.parse({"maximum_input_notes_to_remove": share})
    odd = melody((67, 69, 71, 73, 74, 72, 70, 69))
    changes = ARCNN.mend(network(), PARTS, odd, plan(), knobs, np.random.default_rng(0))
    assert len([one for one in changes if one.before]) <= most
    assert {one.before for one in changes if one.before} <= {*odd.tracks[0].notes}


@pytest.mark.parametrize("share", [0, 12])
def test_less_than_a_note_cannot_be_mended(share: int) -> None:
    knobs = ARCNN.MendKnobs.parse({"maximum_input_notes_to_remove": share})
    with pytest.raises(BadKnob, match=rf"^{share} % of your 8 notes is not one.*\.$"):
        ARCNN.mend(network(), PARTS, melody(), plan(), knobs, np.random.default_rng(0))


def test_a_melody_outside_a_sopranos_range_is_sung_all_the_same() -> None:
    low = melody(tuple(pitch - 24 for pitch in (67, 69, 71, 72, 74, 72, 71, 69)))
    score = played(replace(commission(), melody=low))
    assert score.tracks[0] == low.tracks[0]
    assert any(track.notes for track in score.tracks[1:])


def test_chords_that_somebody_wrote_are_sung_and_others_found() -> None:
    asked = replace(plan(), triads=(0, 5) * (BARS * 2), unit_ticks=2 * 480)
    written = replace(asked, written=("C", "F", "C", "F"))

    def in_chord(told: ChordPlan) -> float:
        sung = lines(played(replace(commission(), plan=told)))
        cells = [(step, pitch) for step, row in enumerate(sung) for pitch in row if pitch]
        hits = [pitch % 12 in asked.tones_at(step * STEP_TICKS) for step, pitch in cells]
        return float(np.mean(hits))

    assert in_chord(written) > in_chord(asked) + 0.2


@pytest.mark.parametrize("key", ["C major", "A minor"])
def test_a_piece_opens_and_ends_on_the_tonic_where_its_melody_does(key: str) -> None:
    tonic = parse_key(key)
    assert tonic is not None
    tune = melody((72, 69, 71, 72, 74, 72, 71, 72))  # C is of both keys' chords
    score = played(replace(commission(), melody=tune, plan=replace(plan(), key=tonic)))
    for place in (0, -1):
        *upper, bass = (track.notes[place].pitch % 12 for track in score.tracks)
        assert bass == tonic.tonic
        assert {(pitch - tonic.tonic) % 12 for pitch in upper} <= {0, 3, 4, 7}


def test_drums_have_no_voice() -> None:
    drums = Part("Drums", 0, 3, 35, 81, 90, True)
    with pytest.raises(ValueError, match="drums"):
        ARCNN.network((drums,), ARCNN.Settings())


def test_what_is_remembered_is_what_would_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = commission()
    edits = [*ARCNN.retrace(network(), PARTS, asked, np.random.default_rng(5))]
    vetoes = tuple(
        Technique.Veto(edit.part, edit.start_tick, edit.end_tick, edit.pitch)
        for edit in (edits[-1], edits[len(edits) // 2])
    )
    known = [played(replace(asked, vetoes=vetoes[:count]), 5) for count in range(3)]
    monkeypatch.setattr(memory, "_drafts", {})
    assert [played(replace(asked, vetoes=vetoes[:count]), 5) for count in (2, 1, 0)] == known[::-1]


def test_a_network_that_has_learned_since_remembers_nothing() -> None:
    mine = deepcopy(network())
    before = [*ARCNN.retrace(mine, PARTS, commission(), np.random.default_rng(5))]
    with torch.no_grad():
        for weights in mine.parameters():
            weights.mul_(0.5)
    assert [*ARCNN.retrace(mine, PARTS, commission(), np.random.default_rng(5))] != before


def test_a_long_piece_is_heard_in_parts_each_as_it_is_alone() -> None:
    bars, bar, voices = 150, 16, 1 + len(PARTS)
    symbols = torch.randint(0, SYMBOLS, (1, bars * bar, voices))
    struck, may = torch.zeros_like(symbols), np.ones((bars * bar, voices, SYMBOLS), bool)
    place = places(bars * bar + 2 * EDGE, bar, -EDGE % bar)
    told, _ = Odds(network(), place, may, bar_steps=bar)(symbols, struck)
    assert told.shape == (1, bars * bar, voices, SYMBOLS)
    _, (heard, own), _ = hearings(bars, HEARD_BARS, 4)  # the one in the middle
    with_edges = slice(heard.start * bar - EDGE, heard.stop * bar + EDGE)
    steps = torch.from_numpy(place[heard.start * bar : heard.stop * bar + 2 * EDGE])[None]
    alone, _ = network()(symbols[:, with_edges], struck[:, with_edges], steps)
    first = EDGE + (own.start - heard.start) * bar
    mine = alone[:, first : first + (own.stop - own.start) * bar].log_softmax(-1)
    assert torch.equal(told[:, own.start * bar : own.stop * bar], mine)
