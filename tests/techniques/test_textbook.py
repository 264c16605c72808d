"""The textbook GAN: pictures of two bars, WGAN-GP and nothing else, cells turned into notes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import pytest
import torch
from helpers import tune
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from studio.ground.device import prepare_torch
from studio.ground.errors import BadModel
from studio.music import roll
from studio.music.harmony import ChordPlan
from studio.music.instruments import KIT, SNARE, Part
from studio.music.roll import WINDOW_STEPS, Window
from studio.music.score import STEP_TICKS, Metre, Note, Track
from studio.music.theory import Key
from studio.techniques import technique
from studio.techniques.rolls import (
    ALL_PITCHES,
    into_range,
    loudest,
    picture,
    pieces,
    random_cuts,
    runs,
    strokes,
)
from studio.techniques.textbook import (
    CUT_STEPS,
    NOISE,
    Critic,
    Generator,
    Textbook,
    TextbookTrainer,
)
from studio.techniques.weights import Weights
from studio.techniques.wgan import gradient_penalty

KEYS = Part("Keys", 4, 3, 48, 84)
KIT_PART = Part("Drums", 0, 4, min(KIT), max(KIT), is_drum=True)


TEXTBOOK = technique("textbook")


def load(tracks: int, weights: Weights) -> Generator:
    """The generator of a band of so many, with its weights."""
    built: Generator = TEXTBOOK.build([KEYS] * tracks, Textbook.Settings(), weights, "cpu")
    return built


def window(seed: int, tracks: int = 2) -> Window:
    """A melody in eighths over held fifths, the same for the same seed."""
    rng = np.random.default_rng(seed)
    melody = [
        Note(2 * i * STEP_TICKS, int(rng.choice((72, 74, 76, 79))), 2 * STEP_TICKS)
        for i in range(WINDOW_STEPS // 2)
    ]
    bands = []
    for track in range(tracks):
        low = 36 + 12 * track + int(rng.choice((0, 5, 7)))
        bands.append([Note(0, low + i, WINDOW_STEPS * STEP_TICKS) for i in (0, 7)])
    rolls = [roll.encode(notes, WINDOW_STEPS) for notes in (melody, *bands)]
    return placed(rolls[0], np.stack(rolls[1:]))


def placed(melody: roll.Roll, parts: roll.Roll, bar_steps: int = 16, before: int = 0) -> Window:
    """A window with `before` steps of the song before it."""
    return Window(
        melody, parts, np.zeros(WINDOW_STEPS, np.int64),
        bar_steps=bar_steps, beat_steps=4, steps_before=before, steps_after=0,
    )  # fmt: skip


def trainer(**changes: float) -> TextbookTrainer:
    prepare_torch()
    settings = Textbook.Settings(**{"update_ratio": 1, **changes})  # type: ignore[arg-type]
    return TextbookTrainer(2, settings, "cpu")


# Pictures


def test_a_picture_has_a_row_for_every_midi_pitch() -> None:
    found = picture(roll.encode([Note(2 * STEP_TICKS, 60, 3 * STEP_TICKS)], 8))
    assert found.shape == (8, ALL_PITCHES)
    assert np.argwhere(found).tolist() == [[2, 60], [3, 60], [4, 60]]


def test_held_and_repeated_notes_look_the_same() -> None:
    held = [Note(0, 60, 4 * STEP_TICKS)]
    repeated = [Note(i * STEP_TICKS, 60, STEP_TICKS) for i in range(4)]
    np.testing.assert_array_equal(picture(roll.encode(held, 4)), picture(roll.encode(repeated, 4)))


@given(st.integers(1, 200))
def test_a_melody_of_any_length_is_cut_and_filled_up(steps: int) -> None:
    melody = roll.encode([Note(0, 60, steps * STEP_TICKS)], steps)
    cuts = pieces(picture(melody), CUT_STEPS)
    assert cuts.shape == (math.ceil(steps / CUT_STEPS), 1, CUT_STEPS, ALL_PITCHES)
    np.testing.assert_array_equal(cuts.reshape(-1, ALL_PITCHES)[:steps], picture(melody))
    assert cuts.sum() == steps


@pytest.mark.parametrize(
    ("bar_steps", "before", "starts"),
    [
        (16, 0, {0, 16, 32, 48, 64, 80, 96}),
        (16, 4, {12, 28, 44, 60, 76, 92}),
        (12, 0, set(range(0, 97, 4))),
    ],
)
def test_cuts_begin_where_those_of_a_whole_piece_do(
    bar_steps: int, before: int, starts: set[int]
) -> None:
    clock = roll.encode([], WINDOW_STEPS)
    clock[roll.SUSTAIN, range(WINDOW_STEPS), np.arange(WINDOW_STEPS) % roll.PITCHES] = 1
    marked = [placed(clock, clock[None], bar_steps, before)] * 400
    melodies, bands = random_cuts(marked, CUT_STEPS, np.random.default_rng(0))
    assert melodies.shape == bands.shape == (400, 1, CUT_STEPS, ALL_PITCHES)
    np.testing.assert_array_equal(melodies, bands)
    first = melodies[:, 0, 0].argmax(1) - roll.LOW_PITCH
    assert {int(step) for step in first} == {step % roll.PITCHES for step in starts}


# Networks


@pytest.mark.parametrize("tracks", [1, 4])
def test_the_networks_take_two_bars_of_any_number_of_tracks(tracks: int) -> None:
    melody = torch.zeros(3, 1, CUT_STEPS, ALL_PITCHES)
    band = Generator(tracks)(melody, torch.zeros(3, *NOISE))
    assert band.shape == (3, tracks, CUT_STEPS, ALL_PITCHES)
    assert Critic(tracks)(band, melody).shape == (3,)


def test_the_classic_configuration_weighs_at_most_three_megabytes() -> None:
    weights = TEXTBOOK.trainer([KEYS] * 4, Textbook.Settings(), "cpu", None).weights()
    assert sum(value.size for value in weights.values()) * 2 <= 3_000_000


def test_melody_and_noise_both_change_what_is_played() -> None:
    torch.manual_seed(0)
    generator = Generator(1).eval()
    melody, noise = torch.zeros(1, 1, CUT_STEPS, ALL_PITCHES), torch.zeros(1, *NOISE)
    other = melody.clone()
    other[0, 0, 4, 60] = 1
    played = generator(melody, noise)
    assert not torch.equal(generator(other, noise), played)
    assert not torch.equal(generator(melody, noise + 1), played)


def test_weights_come_back_and_only_where_they_fit() -> None:
    student = trainer()
    student.step(lambda: [window(0), window(1)], 0.0)
    weights = student.weights()
    again = load(2, weights)
    assert not again.training
    for name, value in weights.items():
        np.testing.assert_array_equal(again.state_dict()[name].numpy(), value)
    for wrong in ({}, {**weights, "more": np.zeros(1)}):
        with pytest.raises(BadModel, match="do not fit its card"):
            load(2, wrong)
    with pytest.raises(BadModel, match="do not fit its card"):
        load(3, weights)


# Training


def penalty(slope: float, real: Tensor, made: Tensor) -> float:
    """That of a critic whose gradient has the length `slope` everywhere."""

    def critic(band: Tensor) -> Tensor:
        return slope / math.sqrt(band[0].numel()) * band.flatten(1).sum(1)

    share = torch.rand(len(real), 1, 1, 1)
    return gradient_penalty(critic, real, made, share).item()


@pytest.mark.parametrize(("slope", "expected"), [(1.0, 0.0), (0.0, 1.0), (3.0, 4.0)])
def test_the_penalty_is_the_squared_distance_of_the_gradient_from_1(
    slope: float, expected: float
) -> None:
    torch.manual_seed(0)
    real, made = torch.rand(2, 3, 2, 8, 16)
    assert penalty(slope, real, made) == pytest.approx(expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 0.0), (1.0, 1.0), (0.75, 0.25)])
def test_the_penalty_is_taken_between_made_and_real(share: float, expected: float) -> None:
    """The gradient of half the squared length is the point itself: here as long as 2 x share."""
    real, made = torch.zeros(2, 1, 1, 2, 2)
    real[0, 0, 0, 0] = 2.0

    def critic(band: Tensor) -> Tensor:
        return band.flatten(1).square().sum(1) / 2

    found = gradient_penalty(critic, real, made, torch.full((1, 1, 1, 1), share))
    assert found.item() == pytest.approx(expected, abs=1e-6)


def test_the_critic_learns_to_tell_people_from_the_generator() -> None:
    student = trainer(update_ratio=5)
    windows = [window(seed) for seed in range(4)]
    before = student.held_out(windows)["held_out_wasserstein"]
    reports = [student.step(lambda: windows, 0.0) for _ in range(4)]
    assert student.held_out(windows)["held_out_wasserstein"] > before + 1
    assert set(reports[0]) == {"critic_loss", "gradient_penalty", "generator_loss"}
    assert all(np.isfinite(value) for report in reports for value in report.values())


def test_the_generator_learns_what_the_critic_likes() -> None:
    student = trainer()
    windows = [window(seed) for seed in range(4)]
    melody, _ = student.cuts(windows, student.rng)
    losses = [student.learn_generator(melody) for _ in range(6)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("ratio", [1, 3])
def test_the_update_ratio_is_critic_updates_a_step(ratio: int) -> None:
    drawn = 0

    def draw() -> Sequence[Window]:
        nonlocal drawn
        drawn += 1
        return [window(0)] * 2

    trainer(update_ratio=ratio).step(draw, 0.0)
    assert drawn == ratio + 1


def test_the_same_seed_gives_the_same_weights() -> None:
    found: list[dict[str, np.ndarray]] = []
    for seed in (4, 4, 5):
        student = trainer(seed=seed)
        torch.manual_seed(len(found))  # what others draw changes nothing
        student.step(lambda: [window(0), window(1)], 0.0)
        found.append(student.weights())
    assert all(np.array_equal(found[0][name], found[1][name]) for name in found[0])
    assert not all(np.array_equal(found[0][name], found[2][name]) for name in found[0])


def test_asking_about_held_out_music_teaches_nothing() -> None:
    students = [trainer(), trainer()]
    windows = [window(0), window(1)]
    first = students[0].held_out(windows)
    assert students[0].held_out(windows) == first
    for student in students:
        student.step(lambda: windows, 0.0)
    one, other = (student.weights() for student in students)
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_the_density_is_the_mean_of_what_was_heard() -> None:
    student = trainer()
    for seed in (0, 1):
        student.step(lambda seed=seed: [window(seed)], 0.0)  # type: ignore[misc]
    # two held notes a track sound in every step
    assert student.weights()["density"] == pytest.approx([2 / ALL_PITCHES] * 2, rel=1e-5)


# From cells to notes


def test_cells_outside_the_range_are_folded_in_by_octaves() -> None:
    logits = np.full((1, ALL_PITCHES), -9.0, np.float32)
    logits[0, [30, 60, 91]] = 1.0, 2.0, 3.0
    found = into_range(logits, KEYS, 0)
    assert np.argwhere(found > 0)[:, 1].tolist() == [54, 60, 79]
    assert found[0, [54, 60, 79]].tolist() == [1.0, 2.0, 3.0]
    assert np.flatnonzero(np.isfinite(found[0])).tolist() == list(range(KEYS.low, KEYS.high + 1))
    moved = into_range(logits, KEYS, -5)
    assert np.flatnonzero(np.isfinite(moved[0])).tolist() == list(range(43, 80))


def test_drums_stay_on_the_kit() -> None:
    found = into_range(np.zeros((2, ALL_PITCHES), np.float32), KIT_PART, 0)
    assert np.flatnonzero(np.isfinite(found[1])).tolist() == sorted(KIT)


def test_likely_cells_sound_as_far_as_the_voices_reach() -> None:
    logits = np.full((2, 8), -1.0, np.float32)
    logits[0, [1, 3, 5]] = 1.0, 3.0, 2.0
    found = loudest(logits, density=0.05, voices=2)
    assert np.argwhere(found).tolist() == [[0, 3], [0, 5]]


def test_a_shy_part_plays_as_much_as_people_do_and_no_more() -> None:
    rng = np.random.default_rng(0)
    logits = (rng.random((64, 20)) - 5).astype(np.float32)
    assert loudest(logits, density=0.1, voices=20).sum() == 0.1 * logits.size
    assert loudest(logits, density=0.0, voices=20).sum() == 1
    best = np.unravel_index(logits.argmax(), logits.shape)
    assert loudest(logits, density=0.0, voices=20)[best]


@given(st.integers(1, 40), st.floats(0, 1), st.integers(1, 6), st.integers(0, 99))
def test_a_part_is_never_silent_nor_has_too_many_voices(
    steps: int, density: float, voices: int, seed: int
) -> None:
    logits = np.random.default_rng(seed).normal(-3, 2, (steps, ALL_PITCHES)).astype(np.float32)
    found = loudest(into_range(logits, KEYS, 2), density, voices)
    assert 1 <= found.sum(1).max() <= voices
    assert not found[:, : KEYS.low + 2].any()
    assert not found[:, KEYS.high + 3 :].any()


def test_runs_become_notes_and_come_back_as_cells() -> None:
    cells = np.zeros((6, ALL_PITCHES), bool)
    cells[0:3, 60] = cells[4:6, 60] = cells[2:4, 64] = True
    notes = runs(cells, KEYS, semitones=2)
    assert sorted(notes) == [
        Note(0, 62, 3 * STEP_TICKS, KEYS.velocity),
        Note(2 * STEP_TICKS, 66, 2 * STEP_TICKS, KEYS.velocity),
        Note(4 * STEP_TICKS, 62, 2 * STEP_TICKS, KEYS.velocity),
    ]


def test_drums_are_struck_not_held() -> None:
    cells = np.zeros((3, ALL_PITCHES), bool)
    cells[1:, SNARE] = True
    assert strokes(cells, KIT_PART) == tuple(
        Note(step * STEP_TICKS, SNARE, STEP_TICKS, KIT_PART.velocity) for step in (1, 2)
    )


class Echo:
    """A generator in whose picture each track plays the melody."""

    density = torch.full((2,), 1e-9)

    def parameters(self) -> Iterator[Tensor]:
        return iter([self.density])

    def __call__(self, melody: Tensor, noise: Tensor) -> Tensor:
        assert len(noise) == len(melody)
        return 2 * melody.expand(-1, 2, -1, -1) - 1


@pytest.mark.parametrize("bars", [1, 3, 64])
@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(7, 8), Metre(3, 4)], ids=str)
def test_a_band_is_as_long_as_its_melody_and_in_its_key(metre: Metre, bars: int) -> None:
    melody = tune(bars, metre, tonic=62)
    plan = ChordPlan(Key(2), metre.bar_ticks, (2,) * bars)
    rng, knobs = np.random.default_rng(0), Textbook.Knobs()
    played = TEXTBOOK.play(cast(Generator, Echo()), [KEYS, KIT_PART], melody, plan, knobs, rng)
    assert played.tracks[0] == melody.tracks[0]
    keys, drums = played.tracks[1:]
    assert heard(keys) == heard(melody.tracks[0])
    assert [note.pitch in KIT for note in drums.notes] == [True]
    assert drums.is_drum


def heard(track: Track) -> list[tuple[int, int, int]]:
    return [(note.start_tick, note.pitch, note.duration_ticks) for note in track.notes]
