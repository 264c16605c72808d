"""A training that is killed, paused, steered and gone on with: the same weights, no row lost."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import SONGS, run, small_settings, write_songs

from studio.catalog import GENRES, Card, Model
from studio.ground.device import prepare_torch
from studio.ground.errors import BadModel, TuttiError
from studio.techniques import techniques
from studio.training import controls as steering
from studio.training import run as running
from studio.training.checkpoint import read
from studio.training.controls import Controls
from studio.training.folder import RunFolder
from studio.training.loop import Loop
from studio.training.resolve import RunInputs
from studio.training.rows import CEILING, FEATURE, FLOOR, INDEX

TECHNIQUES, _ = techniques()

EPOCHS = 4
Said = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prepare_torch()
    folder = tmp_path_factory.mktemp("songs")
    return write_songs(folder, [SONGS["bach"](number) for number in range(8)])


def plan(songs: Path, kind: str = "gan", **changes: Any) -> RunInputs:
    settings = {**small_settings(kind), "epochs": EPOCHS, "batch_size": 2, **changes}
    return RunInputs(GENRES["bach"].card(kind, settings), (songs,))


def always(**asked: Any) -> Callable[[], Controls]:
    return lambda: Controls(**{"stop_when_converged": False, **asked})


def whole(
    wanted: RunInputs, folder: Path, controls: Callable[[], Controls] | None = None
) -> list[Said]:
    return list(run(wanted, folder / "run", folder / "models", controls or always()))


def of(kind: str, said: list[Said]) -> list[dict[str, Any]]:
    return [data for one, data in said if one == kind]


def timeless(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without what depends on the clock: seconds, and whether the model was heard."""
    return [
        {name: value for name, value in row.items() if name != "seconds" and INDEX not in name}
        for row in rows
    ]


def history(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "run" / "history.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def weights(folder: Path, wanted: RunInputs) -> bytes:
    return (folder / "models" / wanted.card.id / "weights.safetensors").read_bytes()


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    """No similarity index, which takes more time than all else here."""
    monkeypatch.setattr(running, "evaluator", lambda *_: None)


@pytest.fixture(scope="module")
def undisturbed(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Said]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    return folder, whole(plan(songs), folder)


def test_a_run_says_what_happens(undisturbed: tuple[Path, list[Said]], songs: Path) -> None:
    folder, said = undisturbed
    json.dumps(said, allow_nan=False)
    kinds = [kind for kind, _ in said]
    assert kinds[0] == "stage"
    assert kinds[-1] == "done"
    assert [k for k in kinds if k in ("began", "history")] == ["began", "history"]
    [began] = of("began", said)
    steps = began["steps"]
    assert steps > 1
    assert (began["epoch"], began["epochs"]) == (0, EPOCHS)
    assert (began["songs"], began["held_out"]) == (7, 1)
    assert 0 < began["floor"] < began["ceiling"]
    assert began["parameters"] > 1000
    assert began["settings"] == plan(songs).card.settings
    assert of("history", said) == [{"rows": []}]
    rows = of("epoch", said)
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert rows == history(folder)
    assert of("done", said) == [{"model": "bach-gan", "epochs": EPOCHS, "why": "epochs"}]
    assert [one["epoch"] for one in of("checkpoint", said)] == [0, 1, 2, 3, 4]
    assert (
        of("checkpoint", said)[-1]["epochs"]
        == RunFolder(folder / "run").epochs()
        == [0, 1, 2, 3, 4]
    )
    for progress in of("progress", said):
        assert 0 <= progress["share"] <= 1
        assert progress["memory_mb"] > 50
        assert not progress["paused"]


def test_rows_tell_the_rate_and_what_the_index_is_made_of(
    undisturbed: tuple[Path, list[Said]],
) -> None:
    rows = of("epoch", undisturbed[1])
    assert {row["learning_rate"] for row in rows} == {0.0006}
    for row in (rows[0], rows[-1]):
        features = {name for name in row if name.startswith(FEATURE)}
        assert {"similarity_of_pitch", "similarity_of_pitch_classes"} < features
        assert all(row[name] >= 0 for name in features)
    assert [FLOOR in row and CEILING in row for row in rows] == [True, False, False, False]


def test_a_model_is_written_with_its_history(undisturbed: tuple[Path, list[Said]]) -> None:
    folder, said = undisturbed
    model = folder / "models" / "bach-gan"
    found = Card.read(model)
    assert found.parameters == of("began", said)[0]["parameters"]
    assert found.measures[INDEX] == round(history(folder)[-1][INDEX], 3)
    assert (model / "history.jsonl").read_text() == (folder / "run/history.jsonl").read_text()
    last = RunFolder(folder / "run").weights(EPOCHS)
    shipped = Model.read(model).weights
    assert last.keys() == shipped.keys()
    assert all(np.array_equal(last[name], shipped[name]) for name in last)
    assert not all(np.array_equal(RunFolder(folder / "run").weights(0)[n], last[n]) for n in last)


@pytest.mark.usefixtures("unheard")
@pytest.mark.parametrize("kind", TECHNIQUES)
def test_left_at_any_moment_it_goes_on_bit_for_bit(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str,
    undisturbed: tuple[Path, list[Said]],
) -> None:  # fmt: skip
    monkeypatch.setattr(running, "_KEEP_EVERY", 0.0)
    wanted = plan(songs, kind)
    expected = undisturbed[1] if kind == "gan" else whole(wanted, tmp_path / "undisturbed")
    folder = undisturbed[0] if kind == "gan" else tmp_path / "undisturbed"
    chance = random.Random(3)  # noqa: S311 - no secret
    told: list[dict[str, Any]] = []
    done = False
    attempts = 0
    while not done:
        steps, attempts = iter(range(chance.randint(0, 2))), attempts + 1

        def leave_after(steps: Iterator[int] = steps, tried: int = attempts) -> Controls:
            if next(steps, None) is None and tried < 12:
                raise KeyboardInterrupt
            return Controls(stop_when_converged=False)

        monkeypatch.setattr(steering, "_LOOK_EVERY", -1.0)  # once a step
        try:
            for one, data in run(wanted, tmp_path / "run", tmp_path / "models", leave_after):
                if one == "history":
                    assert timeless(data["rows"])[: len(told)] == told
                    told = timeless(data["rows"])
                elif one == "epoch":
                    told += timeless([data])
                done = one == "done"
        except KeyboardInterrupt:
            continue
    assert attempts > 2
    assert told == timeless(of("epoch", expected)) == timeless(history(tmp_path))
    assert weights(tmp_path, wanted) == weights(folder, wanted)


@pytest.mark.usefixtures("unheard")
def test_killed_before_the_model_was_written_it_only_writes_it(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = plan(songs, epochs=1)
    for kind, _ in run(wanted, tmp_path / "run", tmp_path / "models", always()):
        if kind == "epoch":
            break
    assert not (tmp_path / "models").exists()
    monkeypatch.setattr(Loop, "advance", lambda _: pytest.fail("It was over."))
    said = whole(wanted, tmp_path)
    assert of("history", said) == [{"rows": history(tmp_path)}]
    assert of("epoch", said) == []
    assert of("done", said)[0]["why"] == "epochs"
    assert Model.read(tmp_path / "models" / "bach-gan").weights


@pytest.mark.usefixtures("unheard")
def test_of_a_damaged_checkpoint_the_one_before_serves(songs: Path, tmp_path: Path) -> None:
    wanted = plan(songs)
    for kind, data in run(wanted, tmp_path / "run", tmp_path / "models", always()):
        if kind == "epoch" and data["epoch"] == 2:
            break
    newest = sorted((tmp_path / "run").glob("checkpoint-*.safetensors"))[-1]
    newest.write_bytes(newest.read_bytes()[:-1])
    said = whole(wanted, tmp_path)
    assert len(of("history", said)[0]["rows"]) + len(of("epoch", said)) == EPOCHS
    assert [row["epoch"] for row in history(tmp_path)] == [1, 2, 3, 4]


@pytest.mark.usefixtures("unheard")
def test_paused_it_waits_and_says_so(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    steps: list[int] = []
    advance = Loop.advance

    def counted(loop: Loop) -> None:
        steps.append(looks)
        advance(loop)

    def controls() -> Controls:
        nonlocal looks
        looks += 1
        return Controls(paused=2 <= looks <= 6, stop_when_converged=False)

    monkeypatch.setattr(Loop, "advance", counted)
    monkeypatch.setattr(running, "_PAUSED_EVERY", 0.0)
    monkeypatch.setattr(steering, "_LOOK_EVERY", -1.0)
    monkeypatch.setattr("studio.training.progress._EVERY", 0.0)
    said = whole(plan(songs), tmp_path, controls)
    assert not {2, 3, 4, 5, 6} & set(steps)
    paused = [progress["paused"] for progress in of("progress", said)]
    assert any(paused)
    assert not paused[-1]
    assert of("done", said)[0]["why"] == "epochs"


def test_stopped_it_writes_the_model_as_it_is(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def controls() -> Controls:
        nonlocal looks
        looks += 1
        return Controls(stop=looks > 3, stop_when_converged=False)

    monkeypatch.setattr(steering, "_LOOK_EVERY", -1.0)
    said = whole(plan(songs), tmp_path, controls)
    [row] = of("epoch", said)
    assert row["epoch"] == 1
    assert INDEX in row
    assert of("done", said) == [{"model": "bach-gan", "epochs": 1, "why": "stopped"}]
    assert Card.read(tmp_path / "models" / "bach-gan").measures[INDEX] == round(row[INDEX], 3)
    again = whole(plan(songs), tmp_path, always(stop=True))  # the job is tried once more
    assert of("done", again) == of("done", said)
    assert of("history", again) == [{"rows": [row]}]


def test_it_stops_by_itself_where_it_is_asked_to(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "has_converged", lambda rows, _: len(rows) == 2)
    said = whole(plan(songs), tmp_path / "asked", Controls)
    assert of("done", said) == [{"model": "bach-gan", "epochs": 2, "why": "converged"}]
    assert INDEX in of("epoch", said)[-1]
    assert of("done", whole(plan(songs), tmp_path / "asked", Controls)) == of("done", said)
    said = whole(plan(songs), tmp_path / "not")
    assert of("done", said)[0]["why"] == "epochs"


@pytest.mark.usefixtures("unheard")
def test_a_learning_rate_changed_on_the_way_stays(songs: Path, tmp_path: Path) -> None:
    wanted = plan(songs)
    for kind, data in run(
        wanted, tmp_path / "run", tmp_path / "models", always(learning_rate=0.002)
    ):
        if kind == "epoch" and data["epoch"] == 2:
            break
    whole(wanted, tmp_path)  # and says no more of it
    assert [row["learning_rate"] for row in history(tmp_path)] == [0.002] * 4
    said = whole(plan(songs, epochs=1), tmp_path / "b", always(learning_rate=1e9))
    assert of("epoch", said)[0]["learning_rate"] == 0.01  # the highest there is
    said = whole(plan(songs, epochs=1), tmp_path / "c", always(learning_rate=float("nan")))
    assert of("epoch", said)[0]["learning_rate"] == 0.0006


@pytest.mark.usefixtures("unheard")
def test_it_goes_on_from_an_epoch_of_an_earlier_run(
    songs: Path, tmp_path: Path, undisturbed: tuple[Path, list[Said]]
) -> None:
    folder, _ = undisturbed
    wanted = plan(songs, epochs=2, seed=1)
    base = Model(Card.read(folder / "models" / "bach-gan"), RunFolder(folder / "run").weights(2))
    rows = tuple(history(folder)[:2])
    said = whole(replace(wanted, base=base, rows=rows), tmp_path)
    assert (of("began", said)[0]["epoch"], of("began", said)[0]["epochs"]) == (2, 4)
    assert of("history", said) == [{"rows": list(rows)}]
    assert [row["epoch"] for row in of("epoch", said)] == [3, 4]
    assert RunFolder(tmp_path / "run").epochs() == [2, 3, 4]
    first = RunFolder(tmp_path / "run").weights(2)
    assert all(np.array_equal(first[name], value) for name, value in base.weights.items())
    assert history(tmp_path)[:2] == list(rows)
    seconds = [row["seconds"] for row in history(tmp_path)]
    assert seconds == sorted(seconds)
    assert "Before:" not in Card.read(tmp_path / "models" / "bach-gan").data


@pytest.mark.usefixtures("unheard")
@pytest.mark.parametrize("what", ["loss", "weights"])
def test_what_is_no_number_any_more_is_one_sentence(
    songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    from studio.techniques.gan.trainer import GanTrainer

    step = GanTrainer.step

    def diverge(self: GanTrainer, draw: Any, progress: float) -> dict[str, float]:
        report = step(self, draw, progress)
        if what == "loss":
            return {**report, "reconstruction_loss": float("nan")}
        next(self.models.parameters()).data.fill_(float("inf"))
        return report

    monkeypatch.setattr(GanTrainer, "step", diverge)
    with pytest.raises(TuttiError, match=r"no numbers any more: train again with a"):
        whole(plan(songs), tmp_path)
    kept = read(tmp_path / "run")
    assert kept is not None
    assert all(np.isfinite(value).all() for value in kept.tensors.values())
    assert not (tmp_path / "models").exists()


@pytest.mark.usefixtures("unheard")
def test_a_checkpoint_of_other_music_or_settings_is_one_sentence(
    songs: Path, tmp_path: Path
) -> None:
    whole(plan(songs, epochs=1), tmp_path)
    with pytest.raises(BadModel, match="other settings"):
        whole(plan(songs, epochs=2), tmp_path)
    other = write_songs(tmp_path / "songs", [SONGS["bach"](number) for number in range(3)])
    with pytest.raises(BadModel, match="music of this training"):
        whole(plan(other, epochs=1), tmp_path)


@pytest.mark.usefixtures("unheard")
def test_only_some_of_the_songs(songs: Path, tmp_path: Path) -> None:
    some = frozenset({"001.mid", "002.mid", "005.mid", "nowhere.mid"})
    said = whole(replace(plan(songs, epochs=1), only=some), tmp_path)
    assert (of("began", said)[0]["songs"], of("began", said)[0]["held_out"]) == (2, 1)
    copies = Model.read(tmp_path / "models" / "bach-gan").copies
    assert copies is not None
    assert copies.songs == ("002", "005")
    with pytest.raises(BadModel, match="only one song"):
        whole(replace(plan(songs), only=frozenset({"003.mid"})), tmp_path / "one")


@pytest.mark.usefixtures("unheard")
def test_a_users_own_card_keeps_its_text(songs: Path, tmp_path: Path) -> None:
    wanted = plan(songs, epochs=1)
    own = replace(
        wanted.card, id="mine-gan", genre="mine", data="Mine: {songs} and {held_out}.", licence="X"
    )
    whole(replace(wanted, card=own), tmp_path)
    found = Card.read(tmp_path / "models" / "mine-gan")
    assert (found.data, found.licence) == ("Mine: 7 and 1.", "X")
