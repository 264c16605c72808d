"""Damaged files: whatever the bytes, reading gives BadMidi or a score that can be written."""

from __future__ import annotations

import random

import pytest

from studio.ground.errors import TuttiError
from studio.music import midi
from studio.music.melody import SAMPLES, from_file

MUTANTS = 160


def mutant(data: bytes, rng: random.Random) -> bytes:
    """The file with a few bytes changed, cut out, doubled or put in."""
    damaged = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(damaged))
        kind = rng.randrange(5)
        if kind == 0:
            damaged[at] = rng.randrange(256)
        elif kind == 1:
            damaged[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del damaged[at : at + rng.randint(1, 16)]
        elif kind == 3:
            damaged[at:at] = damaged[at : at + rng.randint(1, 32)]
        else:
            damaged[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f"))
        if len(damaged) < 4:
            break
    # half of them keep the magic word, or nothing behind it would be reached
    return bytes(b"MThd" + damaged[4:]) if rng.random() < 0.5 else bytes(damaged)


@pytest.mark.parametrize("name", ["greensleeves", "twinkle"])
def test_a_damaged_file_is_refused_or_read(name: str) -> None:
    data = (SAMPLES / f"{name}.mid").read_bytes()
    rng = random.Random(name)  # noqa: S311 - no secret
    sentences: set[str] = set()
    outcomes = {"read": 0, "refused": 0}
    for _ in range(MUTANTS):
        damaged = mutant(data, rng)
        try:
            score = midi.read(damaged).score
            from_file(midi.read(damaged))
        except TuttiError as error:
            sentences.add(str(error))
            outcomes["refused"] += 1
            continue
        again = midi.read(midi.write(score)).score
        assert again.metre == score.metre
        assert len(again.tracks) == len(score.tracks)
        outcomes["read"] += 1
    assert all(sentence.endswith(".") for sentence in sentences)
    assert min(outcomes.values()) > MUTANTS // 20  # both ends were reached
