"""Checkpoints: whole or refused, whatever happens to the disk; the one before the newest serves."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from studio.ground.errors import BadModel, TuttiError
from studio.training import checkpoint
from studio.training.checkpoint import Checkpoint, put, read, write

DAMAGES = 100  # of 1,000 and more when it was built: all refused


def some(number: int) -> Checkpoint:
    rng = np.random.default_rng(number)
    tensors = {
        "network/weight": rng.standard_normal((8, 5)).astype(np.float32),
        "chance/cpu": rng.integers(0, 255, 64, np.uint8),
        "steps": np.array(number),
        "half": rng.standard_normal(3).astype(np.float16),
        "nothing": np.zeros((0, 4), np.int64),
    }
    facts = {"rows": [{"epoch": 1, "loss": 0.1 + 0.2}], "rng": 2**127 + number, "name": "Übung"}
    return Checkpoint(facts, tensors)


def same(one: Checkpoint | None, other: Checkpoint) -> bool:
    return (
        one is not None
        and one.facts == other.facts
        and one.tensors.keys() == other.tensors.keys()
        and all(
            one.tensors[name].dtype == value.dtype
            and one.tensors[name].shape == value.shape
            and one.tensors[name].tobytes() == value.tobytes()
            for name, value in other.tensors.items()
        )
    )


def test_what_is_written_is_read_bit_for_bit(tmp_path: Path) -> None:
    assert read(tmp_path / "none") is None
    assert read(tmp_path) is None
    write(tmp_path / "run", some(1))
    assert same(read(tmp_path / "run"), some(1))


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_text("{}\n")
    for number in range(5):
        write(tmp_path, some(number))
        assert same(read(tmp_path), some(number))
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == [
        "checkpoint-000004.json", "checkpoint-000004.safetensors",
        "checkpoint-000005.json", "checkpoint-000005.safetensors", "history.jsonl",
    ]  # fmt: skip


def test_where_the_newest_is_damaged_the_one_before_serves(tmp_path: Path) -> None:
    write(tmp_path, some(1))
    write(tmp_path, some(2))
    (tmp_path / "checkpoint-000002.safetensors").unlink()
    assert same(read(tmp_path), some(1))
    write(tmp_path, some(3))
    assert same(read(tmp_path), some(3))
    for file in tmp_path.glob("*.json"):
        file.write_text("{}")
    with pytest.raises(BadModel, match="damaged: start it anew"):
        read(tmp_path)


@pytest.mark.parametrize("newer", [False, True])
def test_a_kill_before_the_facts_are_written_leaves_the_one_before(
    tmp_path: Path, newer: bool
) -> None:
    write(tmp_path, some(1))
    (tmp_path / "checkpoint-000002.safetensors").write_bytes(b"half")
    (tmp_path / "checkpoint-000002.json.unfinished").write_bytes(b"{")
    assert same(read(tmp_path), some(1))
    if newer:
        write(tmp_path, some(2))
        assert same(read(tmp_path), some(2))
        assert len(list(tmp_path.iterdir())) == 4


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """One to three bytes changed, a part cut off or cut out, or something added."""
    kind, place = rng.integers(0, 4), int(rng.integers(0, len(data)))
    if kind == 0:
        changed = bytearray(data)
        for at in rng.integers(0, len(data), rng.integers(1, 4)):
            changed[at] ^= int(rng.integers(1, 256))
        return bytes(changed)
    if kind == 1:
        return data[:place]
    if kind == 2:
        return data[:place] + data[place + int(rng.integers(1, 9)) :]
    return data[:place] + rng.bytes(int(rng.integers(1, 9))) + data[place:]


@pytest.mark.parametrize("which", ["json", "safetensors"])
def test_damaged_checkpoints_are_refused_or_the_same(tmp_path: Path, which: str) -> None:
    rng = np.random.default_rng(5)
    write(tmp_path, some(1))
    [file] = tmp_path.glob(f"*.{which}")
    whole = file.read_bytes()
    refused = 0
    for _ in range(DAMAGES // 2):
        file.write_bytes(damaged(whole, rng))
        try:
            assert same(read(tmp_path), some(1))
        except BadModel:
            refused += 1
    assert refused >= DAMAGES // 2 - 2
    file.write_bytes(whole)
    assert same(read(tmp_path), some(1))


def test_a_checkpoint_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    write(tmp_path, some(1))
    [file] = tmp_path.glob("*.json")
    body = json.loads(file.read_text())["body"] | {"format": checkpoint.FORMAT + 1}
    file.write_text(json.dumps({"sum": checkpoint._sum(body), "body": body}))
    with pytest.raises(BadModel):
        read(tmp_path)


@pytest.mark.parametrize("fails_at", [0, 1])
def test_a_full_disk_is_one_sentence_and_the_last_checkpoint_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    write(tmp_path, some(1))
    written = 0

    def full(file: IO[bytes], data: bytes) -> None:
        nonlocal written
        file.write(data if written < fails_at else data[: len(data) // 2])
        if written == fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        written += 1

    with monkeypatch.context() as patch:
        patch.setattr("studio.ground.files._put", full)
        with pytest.raises(TuttiError, match="disk is full: make room"):
            write(tmp_path, some(2))
    assert same(read(tmp_path), some(1))
    assert not list(tmp_path.glob("*.unfinished"))
    write(tmp_path, some(3))
    assert same(read(tmp_path), some(3))
    assert len(list(tmp_path.iterdir())) == 4


def test_a_folder_that_takes_no_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TuttiError, match="cannot write"):
        put(tmp_path / "file" / "x.json", b"{}")
