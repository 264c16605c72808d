"""A kind of job is a file, and what a page asks for goes through the store unchanged."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import scribe
from desk import Desk, open_desk
from helpers import tune

from studio.composing import Chain
from studio.ground.errors import BadKnob
from studio.jobs import kinds
from studio.jobs.handlers import HANDLERS
from studio.jobs.kinds import (
    compose,
    extend,
    genres,
    listen,
    mend,
    rewrite,
    song,
    sprite,
    stems,
    take_home,
)
from studio.jobs.kinds import think as thinking
from studio.jobs.place import Place
from studio.music.melody import melody_to_json

FILES = [file.name for file in pkgutil.iter_modules(kinds.__path__)]
MELODY = melody_to_json(tune(2))
REQUESTS = [
    compose.Request(tune(2), "m", 3, {"density": 2}, parts={"Bass": {"density": 1.5}}, takes=4),
    extend.Request(tune(2), "m", 1, {"extension_duration": 3}, "C | F"),
    mend.Request(tune(2), "m", chain=Chain(tune(1)).edited()),
    compose.Request(tune(2), "m", place=Place("p", {"Keys": 11}, "plain")),
    genres.Request(["a", "b"], MELODY, 7),
    genres.Request(["a"], MELODY, 7, Place("p", {"Keys": 11}, "plain"), "C | F", "F major"),
    genres.Request(["a"], MELODY, 7, chain=Chain(tune(1)).edited()),
    listen.Request("run", MELODY, [0, 3], 2),
    rewrite.Request("p", "v", [0, 1], ["Bass"], 5, [[0, "C"], [960, "G7"]], 4),
    rewrite.Request("p", "v"),
    song.Request("5", "a/ö.mid", "band"),
    sprite.Request(24, "plain"),
    stems.Request("p", "v", "plain"),
    take_home.Request("p", "v", "wav", "plain"),
    thinking.Request("p", "v", "Bass", [0, 40, 480, 80]),
]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_a_kind(name: str) -> None:
    kind = import_module(f"{kinds.__name__}.{name}")
    assert kind.KIND in HANDLERS
    assert (kind.__doc__ or "").startswith("The ")
    with pytest.raises(ValueError, match=r"ask for it again\.$"):
        kind.Request.from_json({"nonsense": []})
    with pytest.raises(ValueError, match=r"ask for it again\.$"):
        kind.Request.from_json(None)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: type(each).__module__)
def test_a_request_is_the_same_after_a_round_through_the_store(
    request_: compose.Request | stems.Request, tmp_path: Path
) -> None:
    from studio.queue import Store

    store = Store.in_folder(tmp_path)
    payload = store.get(store.submit("any", request_.to_json(), "ada")).payload
    store.close()
    read = type(request_).from_json(payload)
    assert read == request_
    assert read.to_json() == payload


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with open_desk(tmp_path, monkeypatch) as desk:
        yield desk


def test_a_job_that_an_earlier_version_left_waiting_is_done(desk: Desk) -> None:
    piece, _ = desk.run("compose", compose.Request(tune(2), scribe.MODEL).to_json())
    version = desk.folder(piece).name
    older = {"piece": piece, "version": version, "bars": [0], "parts": ["Bass"], "seed": 2}
    _, result = desk.run("regenerate", {**older, "chords": None, "revision": None})
    assert result["piece"] == piece
    assert result["version"] != version


def test_a_damaged_payload_is_a_sentence(desk: Desk) -> None:
    with pytest.raises(BadKnob, match="cannot be read"):
        desk.run("stems", {"piece": 3})
    with pytest.raises(BadKnob, match="is no format"):
        desk.run("take_home", {"piece": "p", "version": "v", "what": "exe", "sound": "plain"})
