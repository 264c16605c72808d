"""The curves are read as a person who knows them would read them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.catalog import Card
from studio.ground.assets import SHIPPED
from studio.measures.features import LEAST_SPREAD
from studio.techniques import Technique, technique, techniques
from studio.training import curves
from studio.training.curves import smoothed, standing
from studio.training.events import Epoch, from_json
from studio.training.rows import Row, as_csv, described, label, read_rows


def kind_of(rows: Sequence[Row]) -> Technique | None:
    """The technique that says such things."""
    names = {name for row in rows for name in row}
    ids = {"note_loss": "transformer", "texture_loss": "gan", "reconstruction_loss": "gan"}
    return next((technique(id) for name, id in ids.items() if name in names), None)


def reading(rows: Sequence[Row]) -> str:
    return curves.reading(rows, kind_of(rows))


def has_converged(rows: Sequence[Row]) -> bool:
    return curves.has_converged(rows, kind_of(rows))


GAME = ("critic_loss", "generator_loss", "gradient_penalty")
SCALE = {"similarity_floor": 0.3, "similarity_ceiling": 1.3}
Rows = list[dict[str, Any]]


def run(**columns: list[float]) -> Rows:
    """Rows from epoch 1 on; the first bears the index's floor and ceiling."""
    count = len(next(iter(columns.values())))
    rows: Rows = [{"epoch": i + 1, "seconds": 10.0 * i} for i in range(count)]
    for name, values in columns.items():
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    rows[0] |= SCALE
    return rows


def line(first: float, last: float, count: int = 11) -> list[float]:
    return [first + (last - first) * i / (count - 1) for i in range(count)]


def gan(count: int, **columns: list[float]) -> Rows:
    """A GAN in good health, but for what is given."""
    healthy = {
        "critic_loss": [-2.0] * count,
        "generator_loss": [3.0] * count,
        "gradient_penalty": [0.02] * count,
        "reconstruction_loss": [3.0] * count,
        "texture_loss": [1.0] * count,
    }
    return run(**{**healthy, **columns})


def test_still_improving_gives_the_figure_and_where_the_index_stands() -> None:
    rows = run(similarity=line(0.75, 0.72))
    assert reading(rows) == (
        "Still improving: the similarity index fell by 4 % in the last 10 epochs. "
        "Its index is 0.72, half of the way from random notes (1.30) to songs of its training set "
        "that it did not learn from (0.30)."
    )
    assert not has_converged(rows)


def test_an_index_that_stands_still_for_ten_epochs_has_converged() -> None:
    rows = run(similarity=line(0.9, 0.401) + line(0.4, 0.399))
    assert has_converged(rows)
    assert reading(rows).startswith("Has converged: the index moved under 1 % in 10 epochs.")
    assert not has_converged(rows[:15])


def test_a_still_index_of_fewer_than_ten_epochs_has_not_converged() -> None:
    assert not has_converged(run(similarity=[0.4] * 10))
    assert has_converged(run(similarity=[0.4] * 11))


def test_an_index_measured_now_and_then_still_converges() -> None:
    rows = run(similarity=[0.4] * 21)
    for row in rows:
        if row["epoch"] % 4 != 1:
            del row["similarity"]
    assert has_converged(rows)
    assert not has_converged(rows[:16])


def test_without_an_index_the_loss_on_unseen_music_decides() -> None:
    rows = run(note_loss=line(2.0, 1.9), held_out_note_loss=[2.1] * 11)
    assert has_converged(rows)
    assert reading(rows) == "Has converged: the loss on unseen music moved under 1 % in 10 epochs."


def test_an_index_that_climbs_is_getting_worse() -> None:
    assert reading(run(similarity=line(0.4, 0.5))).startswith("Getting worse")


def test_a_small_swing_is_no_change() -> None:
    wobble = [0.4 + 0.02 * (-1) ** i for i in range(12)]
    wobble[-1] += 0.01
    assert reading(run(similarity=wobble)).startswith("Holds its level")


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_epochs_are_too_early(count: int) -> None:
    assert reading(run(similarity=[0.9] * count)).startswith("Too early to tell")


def test_before_the_first_epoch_there_is_nothing_to_read() -> None:
    assert reading([]) == "Nothing to read yet: the first epoch is not over."
    assert not has_converged([])


def test_a_gan_that_warms_up_has_no_critic_yet_and_never_converges() -> None:
    rows = gan(15, similarity=[0.4] * 15)
    for row in rows:
        for name in GAME:
            del row[name]
    assert reading(rows).startswith("Warming up, the critic joins later.")
    assert not has_converged(rows)
    assert not has_converged([*rows, *gan(20, similarity=[0.4] * 20)[15:]])


def test_a_critic_that_pulls_away_is_too_strong() -> None:
    rows = gan(12, critic_loss=line(-3.0, -30.0, 12), generator_loss=line(1.0, 25.0, 12))
    assert reading(rows).startswith("Critic too strong: the generator's loss climbs")
    assert "update ratio" in reading(rows)


def test_a_gradient_penalty_that_explodes_means_a_critic_too_strong() -> None:
    penalty = [0.02] * 8 + [4.0, 20.0, 90.0, 300.0]
    rows = gan(12, gradient_penalty=penalty, generator_loss=line(1.0, 9.0, 12))
    assert reading(rows).startswith("Critic too strong: its gradient penalty")


def test_a_critic_is_not_too_strong_while_the_index_falls() -> None:
    rows = gan(
        12,
        critic_loss=line(-3.0, -30.0, 12),
        generator_loss=line(1.0, 25.0, 12),
        similarity=line(0.8, 0.5, 12),
    )
    assert reading(rows).startswith("Still improving")


def test_an_index_stuck_at_the_ceiling_is_a_collapse_only_where_a_critic_plays() -> None:
    stuck = {"similarity": [1.28] * 12}
    assert reading(gan(12, **stuck)).startswith(
        "Collapsing, or never learned: its bands are as far"
    )
    assert reading(run(note_loss=line(3.0, 2.0, 12), **stuck)).startswith("Not learning: its bands")
    warming = [{k: v for k, v in row.items() if k not in GAME} for row in gan(12, **stuck)]
    assert reading(warming).startswith("Warming up, the critic joins later. Has converged") or (
        reading(warming).startswith("Warming up, the critic joins later. Holds its level")
    )


def far_off(index: Sequence[float]) -> dict[str, list[float]]:
    """An index and its features, all of them as far off."""
    names = ("notes", "pitch", "range", "step", "in_key")
    return {"similarity": list(index), **{f"similarity_of_{n}": list(index) for n in names}}


def test_the_warm_up_of_a_small_set_is_no_collapse() -> None:
    """What the first user saw: random notes at 4.2, the index halved, no critic yet."""
    rows = run(
        reconstruction_loss=line(15.0, 3.8, 27),
        **far_off([5.4, *line(5.2, 4.3, 10), *line(4.0, 2.1, 16)]),
    )
    rows[0] |= {"similarity_floor": 0.59, "similarity_ceiling": 4.2}
    for count in range(1, 28):
        assert "ollaps" not in reading(rows[:count])
    assert "Still improving" in reading(rows)


@settings(max_examples=60)
@given(
    steps=st.lists(st.floats(0.01, 1.0), min_size=4, max_size=40),
    end=st.floats(0.0, 20.0),
    every=st.integers(1, 4),
    critic_from=st.integers(1, 12),
    ceiling=st.floats(0.5, 6.0),
)
def test_whatever_falls_never_collapses(
    steps: list[float], end: float, every: int, critic_from: int, ceiling: float
) -> None:
    """However it falls, wherever it is, whoever plays: in every epoch on its way."""
    values = [end + sum(steps[i:]) for i in range(len(steps) + 1)]
    rows = gan(len(values), **far_off(values))
    rows[0] |= {"similarity_floor": 0.3, "similarity_ceiling": ceiling}
    for row in rows:
        if (row["epoch"] - 1) % every:
            for name in [name for name in row if name in far_off([])]:
                del row[name]
        if row["epoch"] < critic_from:
            for name in GAME:
                del row[name]
    for count in range(1, len(rows) + 1):
        for said in (reading(rows[:count]), curves.verdict(rows[:count], technique("transformer"))):
            assert not said.startswith(("Collapsing", "Not learning", "Critic too strong"))


@given(
    st.lists(st.floats(0.1, 20.0), min_size=1, max_size=30),
    st.sampled_from(["transformer", None]),
)
def test_what_has_no_critic_never_collapses(index: list[float], id: str | None) -> None:
    rows = run(note_loss=[2.0] * len(index), **far_off(index))
    assert "ollaps" not in curves.verdict(rows, technique(id) if id else None)


def test_what_has_learned_much_and_stands_still_is_no_collapse() -> None:
    """All features far off by a small set's measure, yet half of the way is done."""
    rows = gan(30, **far_off([*line(5.4, 2.1, 10), *[2.1] * 20]))
    rows[0] |= {"similarity_floor": 0.59, "similarity_ceiling": 4.2}
    assert "ollaps" not in reading(rows)


def test_what_loses_all_that_it_had_collapses() -> None:
    rows = gan(20, **far_off([*line(1.3, 0.4, 10), *line(0.5, 1.25, 6), *[1.27] * 4]))
    assert reading(rows).startswith("Collapsing")


def test_a_rhythm_that_never_surprises_is_a_collapse() -> None:
    assert reading(gan(5, texture_loss=line(1.0, 0.0, 5))).startswith("Collapsing")


def test_music_in_one_rhythm_is_learned_and_no_collapse() -> None:
    rows = gan(30, texture_loss=[*line(1.0, 0.0, 10), *[0.0] * 20],
               similarity=[*line(4.8, 0.9, 10), *[0.9] * 20])  # fmt: skip
    assert "ollaps" not in reading(rows)
    back = gan(30, texture_loss=[*line(1.0, 0.0, 10), *[0.0] * 20],
               similarity=[*line(4.8, 0.9, 10), *[4.0] * 20])  # fmt: skip
    assert reading(back).startswith("Collapsing")


def test_far_off_in_every_feature_is_a_collapse_and_in_one_is_not() -> None:
    names = [f"similarity_of_Bass: {name}" for name in ("notes", "pitch", "range", "step")]
    same = {name: [0.9] * 8 for name in names}
    assert reading(gan(8, similarity=[0.9] * 8, **same)).startswith("Collapsing")
    assert reading(run(similarity=[0.9] * 8, **same)).startswith("Not learning")
    some = {**same, names[0]: [0.1] * 8, names[1]: [0.2] * 8}
    assert not reading(gan(8, similarity=[0.6] * 8, **some)).startswith("Collapsing")


@pytest.mark.parametrize("broken", [math.nan, math.inf, None])
def test_a_loss_that_is_no_number_diverges(broken: float | None) -> None:
    last = from_json("epoch", {**gan(6)[-1], "reconstruction_loss": broken})
    assert isinstance(last, Epoch)
    assert reading([*gan(6)[:-1], last.row]).startswith(
        "Diverging: the reconstruction loss is not a number"
    )


def test_a_loss_that_runs_away_diverges() -> None:
    rows = run(note_loss=[3.0, 2.5, 2.2, 2.1, 3.5, 4.5])
    assert reading(rows).startswith("Diverging: the note loss is 86 % above its best.")


@pytest.mark.parametrize("last", [0.6, 1.7])
def test_a_loss_that_jumps_from_epoch_to_epoch_does_not_diverge(last: float) -> None:
    rows = run(note_loss=[*[1.6, 0.7, 1.1, 0.6, 1.3, 0.9] * 8, last])
    assert not reading(rows).startswith("Diverging")


def test_unseen_music_that_surprises_more_and_more_is_learning_by_heart() -> None:
    unseen = [*line(3.0, 2.0, 6), *line(2.02, 2.4, 11)]
    rows = run(note_loss=line(3.0, 1.0, 17), held_out_note_loss=unseen)
    said = reading(rows)
    assert said.startswith("Learning by heart: the loss on unseen music rose by 19 %")
    assert "Stop here; epoch 6 was the best, and is what the model keeps." in said


SHIPPED_READINGS = {
    "jazz-gan": "Still improving: the similarity index fell",
    "songwriter-gan": "Still improving: the similarity index fell",
    "symphony-gan": "Still improving: the similarity index fell by 3 %",
    "rock-gan": "Holds its level: the similarity index moved by 1 %",
    "bach-gan": "The loss on unseen music rose by 3 %",
    "pop-gan": "Holds its level: the loss on unseen music",
    "jazz-transformer": "Still improving: the loss on unseen music fell by 6 %",
}


@pytest.mark.parametrize("id", sorted(SHIPPED_READINGS))
def test_the_shipped_histories_are_read_rightly(id: str) -> None:
    assert reading(read_rows(SHIPPED / id / "history.jsonl")).startswith(SHIPPED_READINGS[id])


@pytest.mark.parametrize("folder", sorted(SHIPPED.iterdir()), ids=lambda folder: folder.name)
def test_no_shipped_training_was_ever_in_trouble(folder: Path) -> None:
    rows = read_rows(folder / "history.jsonl")
    said = [reading(rows[:count]) for count in range(1, len(rows) + 1)]
    trouble = ("Diverging", "Critic", "Collapsing", "Learning by heart")
    assert not [one for one in said if one.startswith(trouble)]
    kind = technique(Card.read(folder).technique)
    names = {name for row in rows for name in row}
    assert all(label(name, kind) and "_" not in label(name, kind) for name in names)


def test_the_index_stands_between_random_notes_and_songs_of_its_own_set() -> None:
    own = "songs of its training set that it did not learn from"
    assert standing(0.2, 0.3, 1.3) == (
        f"Its index is 0.20, too low to tell its bands from {own} (0.30). Random notes have 1.30."
    )
    assert "three quarters of the way from random notes (1.30)" in standing(0.55, 0.3, 1.3)
    assert f"nearly all of the way from random notes (1.30) to {own} (0.30)" in (
        standing(0.31, 0.3, 1.3)
    )
    assert "as far as random notes (1.30)" in standing(1.31, 0.3, 1.3)
    assert standing(14.0, 0.59, 4.2) == (
        f"Its index is 14.00, farther than random notes (4.20) from {own} (0.59)."
    )
    assert standing(0.4, math.nan, 1.0) == ""


TRENDS = [
    ("gan", "reconstruction_loss", line(4.0, 3.0), "falls by 25 %: good"),
    ("gan", "reconstruction_loss", line(3.0, 4.0), "rises by 33 %: bad"),
    ("gan", "reconstruction_loss", [3.0] * 11, "holds its level"),
    ("gan", "held_out_reconstruction_loss", line(3.0, 4.0),
     "rises by 33 %: fine, if it does not go on for ever"),
    ("gan", "critic_loss", [-2.0] * 11, "holds its level: good"),
    ("gan", "critic_loss", line(-2.0, -4.0),
     "falls by 100 %: fine, if it does not go on for ever"),
    ("gan", "generator_loss", line(1.0, 3.0),
     "rises by 200 %: fine, if it does not go on for ever"),
    ("gan", "gradient_penalty", [0.02] * 11, "near 0: good"),
    ("gan", "gradient_penalty", [5.0] * 11, "holds its level: bad"),
    ("gan", "gradient_penalty", line(0.9, 0.5), "falls by 44 %: good"),
    ("gan", "gradient_penalty", line(0.5, 0.9), "rises by 80 %: bad"),
    ("textbook", "held_out_wasserstein", line(4.0, 2.0), "falls by 50 %: good"),
    ("transformer", "held_out_note_loss", line(2.0, 3.0), "rises by 50 %: bad"),
    ("transformer", "note_loss", [2.0, 1.0], "too early to tell"),
    ("transformer", "similarity", line(2.0, 1.0), "falls by 50 %: good"),
    ("transformer", "learning_rate", line(2.0, 1.0), ""),
]  # fmt: skip


@pytest.mark.parametrize(("id", "column", "values", "does"), TRENDS)
def test_a_curve_says_what_it_does_and_whether_that_is_good(
    id: str, column: str, values: list[float], does: str
) -> None:
    rows = run(**{column: values})
    assert curves.trend(rows, column, technique(id)) == does
    said = curves.explained(rows, column, technique(id))
    assert does in said
    assert described(column, technique(id))[1] in said
    assert ("Good: it " in said) == bool(does)


def test_a_smoothed_constant_is_that_constant_and_no_weight_changes_nothing() -> None:
    assert smoothed([2.0] * 5, 0.9) == pytest.approx([2.0] * 5)
    assert smoothed([1.0, 5.0, 2.0], 0.0) == [1.0, 5.0, 2.0]
    assert smoothed([0.0, 1.0], 0.5) == pytest.approx([0.0, 2 / 3])
    assert smoothed([], 0.5) == []


def test_broken_lines_of_a_history_are_left_out(tmp_path: Path) -> None:
    good = json.dumps({"epoch": 1, "note_loss": 2.0})
    lines = [good, "{", "[1]", '{"no": "epoch"}', '{"epoch": "x"}', "[" * 9999, good[:9]]
    (tmp_path / "history.jsonl").write_text("\n".join(lines) + "\n")
    assert read_rows(tmp_path / "history.jsonl") == [{"epoch": 1, "note_loss": 2.0}]
    assert read_rows(tmp_path / "none.jsonl") == []


def test_the_table_has_a_column_for_every_name() -> None:
    rows = [{"epoch": 1, "note_loss": 2.0}, {"epoch": 2, "similarity": 0.5}]
    read = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert read == [
        {"epoch": "1", "note_loss": "2.0", "similarity": ""},
        {"epoch": "2", "note_loss": "", "similarity": "0.5"},
    ]


@pytest.mark.parametrize("kind", techniques()[0].values(), ids=list(techniques()[0]))
def test_every_loss_and_its_twin_on_unseen_music_is_explained(kind: Technique) -> None:
    for name in kind.losses:
        for column in {name, "held_out_" + name.removeprefix("held_out_")}:
            assert all(text and "_" not in text for text in described(column, kind))
    assert described("similarity_of_Bass: pitch", kind) == ("Bass: pitch", "")


def test_a_loss_on_unseen_music_is_named_after_its_own() -> None:
    kind = technique("transformer")
    assert label("held_out_note_loss", kind) == "Note loss, unseen music"
    assert label("held_out_note_loss_pop", kind) == "Note loss, unseen pop"
    assert described("held_out_note_loss", kind)[1].endswith("the model learns by heart.")
    assert label("held_out_wasserstein", technique("textbook")) == "Critic's distance, unseen music"
    assert label("held_out_note_loss", None) == "Held out note loss"


def test_features_of_the_index_have_names_that_say_what_they_are() -> None:
    columns = [f"similarity_of_{name.replace(' ', '_')}" for name in LEAST_SPREAD]
    said = {column: label(column) for column in columns}
    assert said["similarity_of_qualified_notes"] == "Notes of an eighth and longer"
    assert said["similarity_of_tonal_distance"] == "How parts fit in harmony"
    assert len(set(said.values())) == len(said)
