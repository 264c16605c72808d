"""Hearing a training, and several models, play one melody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scribe
from desk import OWNER, Desk, open_desk
from helpers import tune

from studio.catalog import Card
from studio.composing import Band, Composition, Request
from studio.ground.errors import BadKnob, BadModel, JobError
from studio.jobs.growing import whole
from studio.jobs.kinds import listen as listening
from studio.jobs.kinds.listen import Request as ListenRequest
from studio.jobs.several import Request as SeveralRequest
from studio.jobs.takes import HEARD_FILE, PICTURE_FILE, WAV_FILE, forget_old_sound
from studio.library.folder import MIDI_FILE, score_in
from studio.music.melody import melody_to_json
from studio.queue.context import Cancelled, Context
from studio.queue.records import JsonObject
from studio.training import RunFolder, RunSpec


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with open_desk(tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The weights that were composed with, one entry a piece."""
    found: list[str] = []

    def counted(context: Context, band: Band, request: Request) -> Composition:
        found.append(band.weights_id)
        return whole(context, band, request)

    monkeypatch.setattr(listening, "whole", counted)
    return found


def training(desk: Desk, epochs: tuple[int, ...] = (0, 3, 7), owner: str = OWNER) -> str:
    """A training on its way, with weights kept of these epochs."""
    spec = RunSpec("Mine", "set", "scribe", {}, "pop")
    job_id = desk.store.submit("train", spec.to_json(), owner)
    desk.store.claim("trainer", 60.0, {"train"})
    run = RunFolder.of(desk.data_dir, job_id)
    card = Card.read(desk.data_dir / "models" / scribe.MODEL)
    run.write(spec, replace(card, id="mine-scribe"))
    keep(run.path, *epochs)
    return job_id


def keep(folder: Path, *epochs: int) -> None:
    for epoch in epochs:
        RunFolder(folder).keep_weights(epoch, {"weight": np.full(1, epoch)})


def asked(run: str, epochs: list[int] | None = None, seed: int = 3) -> JsonObject:
    return ListenRequest(run, melody_to_json(tune(4)), epochs, seed).to_json()


def test_every_kept_epoch_can_be_heard_as_a_take(desk: Desk) -> None:
    job_id, result = desk.run("listen", asked(training(desk)))
    assert result == {"epochs": [0, 3, 7]}
    told = [data for kind, data in desk.said if kind == "heard"]
    assert [(data["epoch"], data["take"]) for data in told] == [(0, 1), (3, 2), (7, 3)]
    for data in told:
        folder = desk.folder(job_id, data["take"])
        assert (folder / WAV_FILE).is_file()
        assert (folder / MIDI_FILE).is_file()
        melody, *parts = score_in(folder).tracks
        assert data["melody"] == [[n.start_tick, n.pitch, n.duration_ticks] for n in melody.notes]
        assert [part["name"] for part in data["parts"]] == ["Bass", "Keys", "Drums"]
        assert [part["is_drum"] for part in data["parts"]] == [False, False, True]
        for part, track in zip(data["parts"], parts, strict=True):
            assert part["notes"] == [[n.start_tick, n.pitch, n.duration_ticks] for n in track.notes]
            assert part["colour"].startswith("#")
        assert data["bars"] == 4


def test_who_asks_again_waits_for_new_epochs_only(desk: Desk, composed: list[str]) -> None:
    run = training(desk)
    first, _ = desk.run("listen", asked(run))
    assert len(composed) == 3
    keep(RunFolder.of(desk.data_dir, run).path, 9)
    second, result = desk.run("listen", asked(run))
    assert len(composed) == 4
    assert result == {"epochs": [0, 3, 7, 9]}
    assert [data["epoch"] for kind, data in desk.said if kind == "heard"] == [0, 3, 7, 9]
    for take in (1, 2, 3):
        assert score_in(desk.folder(second, take)) == score_in(desk.folder(first, take))
        assert (desk.folder(second, take) / WAV_FILE).is_file()
    desk.run("listen", asked(run, [7]))
    assert len(composed) == 4
    desk.run("listen", asked(run, [7], seed=4))
    assert len(composed) == 5


def test_weights_that_were_made_anew_are_played_anew(desk: Desk, composed: list[str]) -> None:
    run = training(desk, (0, 3))
    desk.run("listen", asked(run))
    RunFolder.of(desk.data_dir, run).keep_weights(3, {"weight": np.full(1, 4)})
    desk.run("listen", asked(run))
    assert len(composed) == 3


def test_a_cancelled_listening_stops_between_epochs(desk: Desk, composed: list[str]) -> None:
    run = training(desk)

    def cancel(kind: str, data: JsonObject) -> None:
        if kind == "heard":
            desk.store.cancel(desk.store.jobs(OWNER)[0].id)

    with pytest.raises(Cancelled):
        desk.run("listen", asked(run), cancel)
    assert len(composed) == 1
    desk.run("listen", asked(run))  # what was played is there
    assert len(composed) == 3


def test_epochs_that_were_dropped_meanwhile_are_passed_over(desk: Desk) -> None:
    run = training(desk)
    _, result = desk.run("listen", asked(run, [3, 5]))
    assert result == {"epochs": [3]}
    with pytest.raises(BadModel, match="next checkpoint"):
        desk.run("listen", asked(run, [5]))


def test_nobody_hears_the_training_of_another(desk: Desk) -> None:
    run = training(desk, owner="somebody else")
    for unknown in (run, "../models", "never-was"):
        with pytest.raises(JobError):
            desk.run("listen", asked(unknown))


def test_a_training_that_has_not_begun_has_nothing_to_hear(desk: Desk) -> None:
    spec = RunSpec("Mine", "set", "scribe", {}, "pop")
    run = desk.store.submit("train", spec.to_json(), OWNER)
    desk.store.claim("trainer", 60.0, {"train"})
    with pytest.raises(BadModel, match="begin"):
        desk.run("listen", asked(run))
    RunFolder.of(desk.data_dir, run).write(spec)
    with pytest.raises(BadModel, match="not begun yet"):
        desk.run("listen", asked(run))


def test_listening_takes_no_sound_from_pieces(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.jobs.takes.HEARD_KEPT", 2)
    piece = desk.data_dir / "pieces" / "older" / WAV_FILE
    piece.parent.mkdir(parents=True)
    piece.write_bytes(b"RIFF")
    job_id, _ = desk.run("listen", asked(training(desk)))
    assert piece.exists()
    there = [(desk.folder(job_id, take) / WAV_FILE).exists() for take in (1, 2, 3)]
    assert sum(there) == 2
    monkeypatch.setattr("studio.jobs.takes.MIXES_KEPT", 0)
    forget_old_sound(desk.data_dir)
    assert not piece.exists()
    assert (desk.folder(job_id) / HEARD_FILE).exists()


# Several models


def test_every_model_plays_one_take(desk: Desk) -> None:
    scribe.hire(pytest.MonkeyPatch(), desk.data_dir / "models", "other", "rock")
    models = [scribe.MODEL, "other"]
    payload = SeveralRequest(models, melody_to_json(tune(4)), 5).to_json()
    job_id, result = desk.run("audition", payload)
    assert result == {"takes": [{"take": 1, "model": models[0]}, {"take": 2, "model": "other"}]}
    told = [data for kind, data in desk.said if kind == "composed"]
    assert [(data["take"], data["model"]) for data in told] == [(1, models[0]), (2, "other")]
    assert [data["take"] for kind, data in desk.said if kind == "sound"] == [1, 2]
    for take in (1, 2):
        folder = desk.folder(job_id, take)
        for name in (MIDI_FILE, PICTURE_FILE, WAV_FILE):
            assert (folder / name).is_file()
        assert score_in(folder).tracks[0].notes == tune(4).tracks[0].notes


def test_an_audition_of_nobody_or_of_the_unknown_is_refused(desk: Desk) -> None:
    melody = melody_to_json(tune(4))
    with pytest.raises(BadKnob, match="1 to 8"):
        desk.run("audition", SeveralRequest([], melody, 0).to_json())
    with pytest.raises(BadModel, match="no model called"):
        desk.run("audition", SeveralRequest(["nobody"], melody, 0).to_json())
