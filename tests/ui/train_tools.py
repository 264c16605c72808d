"""The Train page under test: sets and trainings as the workers leave them, and what was heard."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from helpers import chorale
from page_tools import open_at
from streamlit.testing.v1 import AppTest

from studio.corpus.diagnosis import diagnose
from studio.corpus.sets import DIAGNOSIS, MusicSet, add_upload, music_of, sets_folder
from studio.jobs.takes import WAV_FILE
from studio.library import take_folder
from studio.music import midi
from studio.music.melody import melody_to_json, sample_melody
from studio.queue.records import Job
from studio.sound.wav import write_wav
from studio.training import RunSpec
from studio.ui import house

OWNER = "somebody"
WORKER = "trainer"
PARTS = ("Alto", "Tenor", "Bass")


def open_train_page(owner: str = OWNER) -> AppTest:
    """The Train page, in a tab of its own."""
    return open_at("../../pages/20_train.py", owner)


def zip_of_chorales(count: int = 6) -> bytes:
    """Chorales as a zip of MIDI files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number:03}.mid", midi.write(chorale(number)))
    return buffer.getvalue()


def put_set(data_dir: Path, name: str = "Chorales", songs: int = 6) -> MusicSet:
    """A set that the data doctor has seen: of two composers, with a file that was refused."""
    folder = sets_folder(data_dir)
    music = add_upload(folder, io.BytesIO(zip_of_chorales(songs)), name)
    known = diagnose(music_of(folder, music.id), "chorale")
    for number, song in enumerate(known["kept"]):
        song["composer"] = ("Bach", "Crüger")[number % 2]
    known["refused"].append({"name": "bad.mid", "reason": "it does not have four voices"})
    (folder / music.id / DIAGNOSIS).write_text(json.dumps(known), encoding="utf-8")
    return music


def request(music: MusicSet, name: str = "My chorales", **changes: Any) -> RunSpec:
    """A training of a GAN on the set."""
    values = {"settings": {"epochs": 40}, "layout": "chorale", "preset": "Quick", **changes}
    return RunSpec(name, music.id, values.pop("technique", "gan"), **values)


def submit(wanted: RunSpec, owner: str = OWNER) -> str:
    """Queues a training."""
    return house.store().submit("train", wanted.to_json(), owner)


def claim() -> Job:
    """The trainer takes the next training."""
    job = house.store().claim(WORKER, 3600.0, {"train"})
    assert job is not None
    return job


def say(job_id: str, kind: str, **data: Any) -> None:
    """The trainer says something."""
    house.store().append(job_id, WORKER, kind, data)


def begin(job_id: str, epochs: int = 40, rows: Sequence[dict[str, Any]] = ()) -> None:
    """The trainer begins, or goes on after some rows."""
    say(job_id, "stage", text="Reading songs", share=0.4)
    say(
        job_id, "began", epochs=epochs, steps=6, songs=5, held_out=1, windows=30, floor=0.3,
        ceiling=1.6, device="CPU, 2 cores", parameters=120_000, settings={"epochs": epochs},
        epoch=len(rows),
    )  # fmt: skip
    say(job_id, "history", rows=list(rows))


def row(epoch: int) -> dict[str, Any]:
    """One row of a training that goes well."""
    fall = math.exp(-epoch / 12)
    wobble = 0.05 * math.sin(epoch * 1.7)
    found = {
        "epoch": epoch,
        "seconds": 4.0 * epoch,
        "reconstruction_loss": round(2 + 4 * fall, 4),
        "similarity": round(0.45 + 0.9 * fall + wobble * 0.5, 4),
        "similarity_low": round(0.38 + 0.9 * fall, 4),
        "similarity_high": round(0.53 + 0.9 * fall, 4),
        "similarity_of_Alto notes": round(0.3 + 1.1 * fall, 3),
        "similarity_of_Bass pitch": round(0.7 + 0.4 * fall, 3),
        "similarity_of_in key": round(0.2 + 1.6 * fall, 3),
    }
    if epoch > 8:
        found |= {
            "critic_loss": round(-1.4 - 1.2 * (1 - fall) + wobble, 4),
            "generator_loss": round(0.6 + 0.5 * (1 - fall) + 2 * wobble, 4),
            "gradient_penalty": round(0.03 + abs(wobble), 4),
        }
    return found | ({"similarity_floor": 0.3, "similarity_ceiling": 1.6} if epoch == 1 else {})


def learn(job_id: str, first: int, last: int) -> None:
    """Some epochs go by, the weights of every fourth are kept."""
    for epoch in range(first, last + 1):
        say(job_id, "epoch", **row(epoch))
        say(
            job_id, "progress", epoch=epoch + 1, share=0.2, seconds_left=4.0 * (40 - epoch),
            learning_rate=0.0006, memory_mb=412, steps_per_second=3.1, paused=False,
        )  # fmt: skip
    kept = [0, *range(4, last + 1, 4)]
    say(job_id, "checkpoint", epoch=kept[-1], epochs=kept)


def finish(job_id: str, model: str, epochs: int, why: str = "epochs") -> None:
    """The training ends with a model."""
    say(job_id, "done", model=model, epochs=epochs, why=why)
    house.store().finish(job_id, WORKER, {"model": model, "epochs": epochs, "why": why})


def hear(data_dir: Path, job_id: str, bars: int = 12) -> None:
    """The music worker plays a listen job: from speckle to chords."""
    store = house.store()
    job = store.get(job_id)
    assert store.claim("music", 3600.0, {"listen"}) is not None
    rng = np.random.default_rng(3)
    for take, epoch in enumerate(job.payload["epochs"], 1):
        store.append(job_id, "music", "heard", _heard(rng, epoch, take, bars))
        folder = take_folder(data_dir, job_id, take)
        folder.mkdir(parents=True, exist_ok=True)
        write_wav(np.zeros((2000, 2), np.float32), folder / WAV_FILE)
    store.finish(job_id, "music", {"epochs": job.payload["epochs"]})


def listen_request(run: str, epochs: Sequence[int]) -> dict[str, Any]:
    melody = melody_to_json(sample_melody("twinkle"))
    return {"run": run, "melody": melody, "epochs": list(epochs), "seed": 1}


def _heard(rng: np.random.Generator, epoch: int, take: int, bars: int) -> dict[str, Any]:
    chance = math.exp(-epoch / 12)
    parts = []
    for place, name in enumerate(PARTS):
        notes = []
        for beat in range(bars * 4):
            steady = (60, 55, 43)[place] + (0, 2, 4, 5, 7)[beat // 4 % 5]
            pitch = int(rng.integers(36, 84)) if rng.random() < chance else steady
            long = 480 if rng.random() > chance else 90
            notes.append([beat * 480, pitch, long])
        colour = ("#45d0b5", "#a78bfa", "#f472b6")[place]
        parts.append({"name": name, "colour": colour, "is_drum": False, "notes": notes})
    return {"epoch": epoch, "take": take, "parts": parts, "melody": [], "bars": bars}
