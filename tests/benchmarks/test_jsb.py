"""The chorales' figure is a probability: one sequence of rows a grid, and all grids make 1."""

from __future__ import annotations

import json
import zipfile
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import jsb
from benchmarks.jsb_data import KEYS, REST, Grid, read, to_white_keys, transposed
from benchmarks.jsb_likelihood import in_every_key, measured, notewise, over_keys
from benchmarks.jsb_rows import (
    BAR,
    FINE,
    FIRST,
    FREE,
    LENGTHS,
    MAY_END,
    NOT_THIS,
    ROLES,
    Voices,
    grid_of,
    notes_of,
    script,
)
from benchmarks.jsb_training import SMALL, Training
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.network import Network

CPU = torch.device("cpu")


def tune(seed: int, frames: int = 40) -> Grid:
    """Four voices in C major that move by steps of a fourth of a bar or less."""
    rng = np.random.default_rng(seed)
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12])
    lengths = rng.integers(1, 5, (frames, 4))
    tops = np.array([48, 24, 43, 36])
    voices = [
        np.repeat(tops[i] + rng.choice(scale, frames), lengths[:, i])[:frames] for i in range(4)
    ]
    return np.stack(voices, 1).astype(np.int64)


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Any grid: runs of up to 150 frames of two pitches and silence, the last frame sounding."""
    runs = st.lists(st.tuples(st.sampled_from([REST, 7, 60]), st.integers(1, 150)), max_size=5)
    voices = [[pitch for pitch, n in draw(runs) for _ in range(n)] for _ in range(4)]
    frames = max(len(voice) for voice in voices)
    told = [voice + [REST] * (frames + 1 - len(voice)) for voice in voices]
    told[draw(st.integers(0, 3))][-1] = 7
    return np.array(told, np.int64).T


@settings(max_examples=40, deadline=None)
@given(grids())
def test_a_grid_is_its_rows_and_its_rows_are_legal(chorale: Grid) -> None:
    told = script(chorale)
    notes = told.rows[:, v.KIND] == v.NOTE
    rows, limits = told.rows[notes], told.limits[notes]
    columns = (rows[:, v.TIME], rows[:, v.ROLE], rows[:, v.SOUND], rows[:, v.DURATION])
    spelt = [(t, ROLES.index(r), p, d) for t, r, p, d in zip(*map(list, columns), strict=True)]
    assert np.array_equal(grid_of(spelt), chorale)
    assert np.array_equal(rows[:, v.TIME] % BAR, rows[:, v.POSITION])
    assert (rows[:, v.POSITION] >= limits[:, FIRST]).all()
    assert (rows[:, v.SOUND] != limits[:, NOT_THIS]).all()
    assert (rows[:, v.DURATION] < limits[:, LENGTHS]).all()
    assert all(limits[i, FREE + voice] for i, (_, voice, _, _) in enumerate(spelt))
    assert told.rows[-1, v.POSITION] == FINE
    assert told.limits[-1, MAY_END]
    assert (told.rows >= 0).all()
    assert (told.rows[:, : v.TIME] < v.SIZES).all()


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_legal_is_how_its_grid_is_told(random: object) -> None:
    """No grid has two sequences of rows: what is drawn among the legal comes back as it was."""
    rng = np.random.default_rng(random.getrandbits(32))  # type: ignore[attr-defined]
    voices, notes = Voices(), []
    for _ in range(40):
        frame = max(voices.begin(voices.next()), voices.frame) + int(rng.choice([0, 0, 0, 1, 20]))
        voice = int(rng.choice(np.flatnonzero(voices.free(frame))))
        pitch = int(rng.choice([7, 8, max(voices.pitches[voice], 7)]))
        lengths = voices.lengths(frame, voice, pitch)
        if not lengths:
            assert voices.forbidden(frame, voice) == pitch
            continue
        note = (frame, voice, pitch, int(rng.integers(0, lengths)))
        notes.append(note)
        voices.sing(note)
    assert notes_of(grid_of(notes)) == notes


def test_all_grids_together_have_a_probability_of_one() -> None:
    """Two voices, two pitches, notes of one or two frames that begin in three frames: every grid
    there is, each with its probability to a network that may choose nothing else."""
    torch.manual_seed(0)
    network = Network(64, 1, 0.0)
    choices = (
        (network.heads["position"], [0, 1, 2, FINE]),
        (network.heads["sound"], [30, 31]),
        (network.heads["duration"], [0, 1]),
    )
    with torch.no_grad():
        for head, allowed in choices:
            *_, last = head.children()
            assert isinstance(last, torch.nn.Linear)
            last.bias.fill_(-1e9)
            last.bias[allowed] = torch.randn(len(allowed))
    lines = [
        np.array(line)
        for line in product([REST, 30, 31], repeat=4)
        if all(length < 2 and start < 3 for start, _, _, length in notes_of(np.array([line]).T))
    ]
    found = {}
    for pair in product(lines, repeat=2):
        grid = np.stack(pair, 1)
        sounding = np.flatnonzero((grid != REST).any(1))
        if len(sounding):
            grid = grid[: sounding[-1] + 1]
            found[grid.tobytes()] = script(grid)
    nats = [one.sum() for one in measured(network, list(found.values()))]
    assert len(nats) > 500
    assert np.exp(-np.array(nats)).sum() == pytest.approx(1, abs=1e-5)


def test_an_event_is_foretold_from_what_came_before_alone() -> None:
    torch.manual_seed(0)
    network = Network(64, 2, 0.0)
    whole = script(tune(0))
    for notes in (10, 11, 12, 13, 30):
        part = script(grid_of(notes_of(tune(0))[:notes]))
        same = len(part.rows) - 1  # the last row of the part says that it is over
        assert np.array_equal(part.rows[:same], whole.rows[:same])
        assert np.array_equal(part.limits[:same], whole.limits[:same])
        assert np.array_equal(part.around[:same], whole.around[:same])
        assert np.array_equal(part.limits[same, :NOT_THIS], whole.limits[same, :NOT_THIS])
        first, second = measured(network, [whole, part])
        np.testing.assert_allclose(first[: same - 1], second[: same - 1], atol=1e-5)
        assert abs(first[same - 1, 0] - second[same - 1, 0]) > 1e-3


def test_another_key_keeps_the_frames() -> None:
    chorale = tune(1)
    chorale[3:5, 2] = REST
    for key in KEYS:
        moved = transposed(chorale, key)
        assert np.array_equal(moved == REST, chorale == REST)
        assert np.array_equal(
            (moved - chorale)[chorale != REST], np.full((chorale != REST).sum(), key)
        )
        assert [note[:2] + note[3:] for note in notes_of(moved)] == [
            note[:2] + note[3:] for note in notes_of(chorale)
        ]
        assert (to_white_keys(moved) + key) % 12 == to_white_keys(chorale) % 12


def test_readings_in_all_keys_make_one_probability() -> None:
    rng = np.random.default_rng(0)
    nats = rng.uniform(0, 3, (12, 30))
    bayes = over_keys(nats, 1.0).sum()
    assert bayes == pytest.approx(-np.logaddexp.reduce(-nats.sum(1)) + np.log(12))
    np.testing.assert_allclose(over_keys(nats, 0.0), -np.log(np.exp(-nats).mean(0)))
    # two outcomes whose probabilities make 1 to every reading make 1 together, whatever was before
    for forgetting in (1.0, 0.9, 0.0):
        sure = rng.uniform(0.1, 0.9, 12)
        pair = [-np.log(np.array([sure, 1 - sure]))[i][:, None] for i in (0, 1)]
        ends = [over_keys(np.hstack([nats, one]), forgetting)[-1] for one in pair]
        assert np.exp(-np.array(ends)).sum() == pytest.approx(1)


def test_it_learns_and_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    songs = [tune(seed) for seed in range(4)]
    training = Training(songs, songs, SMALL, CPU)
    before = training.look()
    for _ in range(30):
        training.update(1.0)
    training.kept.load_state_dict(training.network.state_dict())
    assert training.look() < 0.8 * before
    assert training.figure == pytest.approx(
        notewise(measured(training.best, training._told), songs)
    )
    training.save(tmp_path / "run.pt")
    again = Training(songs, songs, SMALL, CPU)
    again.load(tmp_path / "run.pt")
    assert (again.updates, again.figure) == (30, training.figure)
    assert again.update(1.0) < training.figure * 4
    keys = in_every_key(again.best, songs[:1])
    assert keys[0].shape == (len(KEYS), len(script(songs[0]).rows) - 1)


def test_the_file_is_read_and_another_refused(tmp_path: Path) -> None:
    frames = [[60.0, 55.0, float("nan"), 48.0], [62.0, -1, 55.0, 47.0], [-1, -1, -1, -1]]
    text = json.dumps({split: [frames] for split in ("train", "valid", "test")})
    with zipfile.ZipFile(tmp_path / "jsb.zip", "w") as box:
        box.writestr("Jsb16thSeparated.json", text)
    (only,) = read(tmp_path / "jsb.zip")["valid"]
    assert only.tolist() == [[36, 24, 31, REST], [38, 23, REST, 31]]
    (tmp_path / "other.json").write_text("[1, 2]", encoding="utf-8")
    with pytest.raises(typer.BadParameter, match=r"other\.json does not hold the chorales"):
        jsb.main(tmp_path / "other.json")


def test_one_command_prints_the_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frames = [
        [[p + 24 for p in frame] for frame in tune(seed)[:, [0, 2, 3, 1]].tolist()]
        for seed in range(2)
    ]
    text = json.dumps(dict.fromkeys(("train", "valid", "test"), frames))
    (tmp_path / "jsb.json").write_text(text, encoding="utf-8")
    jsb.main(tmp_path / "jsb.json", into=tmp_path / "run.pt", quick=True)
    told = capsys.readouterr().out
    assert "test: written key" in told
    assert "valid: written key" in told
    jsb.main(tmp_path / "jsb.json", into=tmp_path / "run.pt", resume=True, quick=True)
    assert told.splitlines()[-2] == capsys.readouterr().out.splitlines()[-2]
    with pytest.raises(typer.BadParameter, match="--into"):
        jsb.main(tmp_path / "jsb.json", resume=True)
