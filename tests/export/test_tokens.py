"""Tokens: a piece on the sixteenth grid comes back whole, MidiTok reads them, nothing goes out."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import miditok
import pytest
from helpers import BEAT, ROOT, band_song, line, tune
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.export import tokens as room
from studio.export.tokens import LONGEST_NOTE_BEATS, MAX_TOKENS, TOKENIZERS, from_tokens, to_tokens
from studio.ground.errors import BadKnob, BadScore, TuttiError
from studio.music.score import STEP_TICKS, Metre, Note, Score, Track

VELOCITIES = [127 * number // 32 for number in range(1, 33)]
NAMES = pytest.mark.parametrize("name", list(TOKENIZERS))
# what a piece says beyond names and the order of its parts
Music = tuple[dict[tuple[int, bool], tuple[Note, ...]], float, Metre]


def music(score: Score) -> Music:
    """The notes of each program, tempo and metre; drums have no program."""
    parts: dict[tuple[int, bool], tuple[Note, ...]] = {}
    for track in score.tracks:
        key = (0 if track.is_drum else track.program, track.is_drum)
        parts[key] = tuple(sorted((*parts.get(key, ()), *track.notes)))
    return parts, score.tempo_bpm, score.metre


@st.composite
def parts(draw: st.DrawFn, longest_steps: int) -> tuple[Note, ...]:
    """Notes on the sixteenth grid, none beginning before the last of its pitch has ended."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 600), st.integers(0, 127), st.integers(1, longest_steps),
                st.sampled_from(VELOCITIES),
            ),
            min_size=1,
            max_size=20,
        )
    )  # fmt: skip
    ends: dict[int, int] = {}
    notes = []
    for start, pitch, steps, velocity in sorted(rows):
        if start >= ends.get(pitch, 0):
            notes.append(Note(start * STEP_TICKS, pitch, steps * STEP_TICKS, velocity))
            ends[pitch] = start + steps
    return tuple(notes)


@st.composite
def pieces(draw: st.DrawFn) -> Score:
    """Pieces that have a token for everything: up to four programs and a kit."""
    metre = draw(st.builds(Metre, st.integers(1, 16), st.sampled_from((2, 4, 8, 16))))
    longest_steps = LONGEST_NOTE_BEATS * 16 // metre.unit
    programs = draw(st.lists(st.integers(-1, 127), min_size=1, max_size=5, unique=True))
    tracks = [
        Track("Part", draw(parts(longest_steps)), max(program, 0), program == -1)
        for program in programs
    ]
    return Score(tuple(tracks), draw(st.integers(20, 300)), metre)


@NAMES
@given(piece=pieces())
def test_a_piece_on_the_sixteenth_grid_comes_back(name: str, piece: Score) -> None:
    assert music(from_tokens(to_tokens(piece, name))) == music(piece)


@NAMES
def test_what_was_played_freely_is_moved_to_the_grid(name: str) -> None:
    rng = random.Random(0)  # noqa: S311 - no secret
    free = tuple(
        Note(number * BEAT + rng.randrange(BEAT // 2), 60, rng.randrange(20, BEAT // 2),
             rng.randrange(1, 128))
        for number in range(100)
    )  # fmt: skip
    piece = Score((Track("Melody", free, 73),), 97.31)
    moved = from_tokens(to_tokens(piece, name))
    assert moved.tempo_bpm == 97
    for before, after in zip(free, moved.tracks[0].notes, strict=True):
        assert after.start_tick % 60 == after.duration_ticks % 60 == 0
        assert abs(after.start_tick - before.start_tick) <= 30
        assert abs(after.duration_ticks - before.duration_ticks) <= 60
        assert abs(after.velocity - before.velocity) <= 3
    assert to_tokens(moved, name)["tokens"] == to_tokens(piece, name)["tokens"]


@NAMES
def test_one_stream_holds_all_parts_in_the_order_in_which_they_play(name: str) -> None:
    song = band_song(0)
    found = from_tokens(to_tokens(song, name))
    assert [track.program for track in found.tracks] == [73, 33, 27, 48, 60, 0, 0]
    assert [track.is_drum for track in found.tracks] == [False] * 5 + [True, False]
    assert found.note_count == song.note_count
    assert found.tracks[0].name == "Flute"


@NAMES
def test_parts_of_one_program_become_one(name: str) -> None:
    voices = (Track("Alto", line([60, 62]), 52), Track("Tenor", line([60, 55]), 52))
    found = from_tokens(to_tokens(Score(voices), name))
    assert [len(track.notes) for track in found.tracks] == [4]


@NAMES
def test_a_note_that_is_too_long_for_a_token_is_shortened_or_kept(name: str) -> None:
    held = Score((Track("Organ", (Note(0, 48, 50 * BEAT), Note(48 * BEAT, 60, BEAT)), 19),))
    first = from_tokens(to_tokens(held, name)).tracks[0].notes[0]
    assert first.duration_ticks == BEAT * (50 if name == "MIDILike" else LONGEST_NOTE_BEATS)


# Interchange


@NAMES
def test_miditok_itself_reads_what_is_written(name: str, tmp_path: Path) -> None:
    song = band_song(1)
    data = json.loads(json.dumps(to_tokens(song, name)))
    assert data == to_tokens(song, name)
    assert data["miditok"] == version("miditok")
    saved = tmp_path / "tokenizer.json"
    saved.write_text(json.dumps(data["configuration"]), encoding="utf-8")
    theirs = getattr(miditok, name)(params=saved)
    assert [theirs.vocab[token] for token in data["tokens"]] == data["ids"]
    assert theirs.decode(data["ids"]).note_num() == song.note_count
    assert theirs.tokens_errors(data["ids"]) == 0


def test_the_same_piece_gives_the_same_tokens_in_another_process() -> None:
    """There, a listener sees to it that no socket is opened and no name looked up."""
    script = (
        "import sys\n"
        "def listen(event, arguments):\n"
        "    if event.split('.')[0] in ('socket', 'urllib', 'http', 'subprocess'):\n"
        "        sys.exit(f'{event} {arguments}')\n"
        "sys.addaudithook(listen)\n"
        "sys.path.insert(0, 'tests')\n"
        "import json\n"
        "from helpers import band_song\n"
        "from studio.export.tokens import from_tokens, to_tokens\n"
        "data = to_tokens(band_song(2))\n"
        "from_tokens(data)\n"
        "print(json.dumps(data))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == to_tokens(band_song(2))


# Bad input


def said(error: pytest.ExceptionInfo[TuttiError]) -> str:
    """The sentence that a user reads."""
    sentence = str(error.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("name", ["remi", "", "Octuple", None, 3, ["REMI"]])
def test_an_unknown_tokenizer_is_refused_and_those_there_are_named(name: Any) -> None:
    with pytest.raises(BadKnob) as error:
        to_tokens(tune(), name)
    assert all(known in said(error) for known in TOKENIZERS)
    with pytest.raises(BadKnob):
        from_tokens({"tokenizer": name, "tokens": []})


@pytest.mark.parametrize("metre", [Metre(4, 1), Metre(17, 4), Metre(3, 32)])
def test_a_metre_without_a_token_is_refused(metre: Metre) -> None:
    with pytest.raises(BadScore) as error:
        to_tokens(replace(tune(), metre=metre))
    assert str(metre) in said(error)


def test_silence_is_refused() -> None:
    with pytest.raises(BadScore, match="no notes"):
        to_tokens(Score((Track("Melody"),)))


BAD_TOKENS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "no tokens"),
    "a word": ({"tokens": "Pitch_60"}, "no tokens"),
    "ids in their place": ({"tokens": [1, 2]}, "no tokens"),
    "of another vocabulary": ({"tokens": ["Bar_None", "Pitch_999"]}, "Pitch_999"),
    "other ids": ({"tokens": ["Bar_None"], "ids": [5]}, "do not agree"),
    "more ids": ({"tokens": [], "ids": [5]}, "do not agree"),
    "no ids": ({"tokens": ["Bar_None"], "ids": None}, "do not agree"),
    "none": ({"tokens": []}, "no notes"),
    "no notes": ({"tokens": ["Bar_None", "PAD_None", "Velocity_63"]}, "no notes"),
    "a million and one": ({"tokens": ["Bar_None"] * (MAX_TOKENS + 1)}, "1,000,000"),
}


@pytest.mark.parametrize("case", list(BAD_TOKENS))
def test_what_is_no_piece_is_refused_in_a_sentence(case: str) -> None:
    data, word = BAD_TOKENS[case]
    with pytest.raises(BadScore) as error:
        from_tokens({"tokenizer": "REMI", **data})
    assert word in said(error)


@NAMES
@given(seed=st.integers(0, 10**6))
@settings(max_examples=30)
def test_what_a_bad_model_writes_is_a_piece_or_refused(name: str, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    tokens = to_tokens(band_song(0, 2), name)["tokens"]
    known = list(room._tokenizer(name).vocab)
    for _ in range(rng.randrange(1, 200)):
        place = rng.randrange(len(tokens))
        if rng.random() < 0.5:
            del tokens[place]
        else:
            tokens[place] = rng.choice(known)
    with suppress(BadScore):
        assert from_tokens({"tokenizer": name, "tokens": tokens}).note_count


def test_where_miditok_is_missing_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    room._made.cache_clear()
    monkeypatch.setitem(sys.modules, "miditok", None)
    with pytest.raises(TuttiError) as error:
        to_tokens(tune())
    assert ".[tokens]" in said(error)
