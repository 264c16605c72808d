"""A piece as a file: whole when it is opened, the same bytes, and nothing in it can do harm."""

from __future__ import annotations

import io
import json
import stat
import time
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from export_tools import HOSTILE, band
from helpers import scores
from hypothesis import given
from hypothesis import strategies as st

from studio.export.piece_file import PIECE_FORMAT, PieceFile, open_piece, pack_piece
from studio.export.score_json import score_from_json, score_to_json
from studio.ground.errors import BadScore
from studio.music.score import ChordMark, Note, Score, Track
from studio.sound import Mix

RECIPE = {"format": 99, "model": "a model that is gone", "seed": 7, "title": HOSTILE}
MIX = Mix.read({"Bass": {"volume": 0.5, "pan": -1.0, "mute": False, "solo": True}})
GOOD = score_to_json(band())


def packed(files: dict[str, Any], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of JSON values and bytes."""
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", compression) as archive:
        for name, value in files.items():
            content = value if isinstance(value, bytes) else json.dumps(value).encode()
            archive.writestr(name, content)
    return result.getvalue()


def piece(**changes: Any) -> bytes:
    """A piece file whose score has other values."""
    return packed({"tutti.json": {"format": 1}, "score.json": {**GOOD, **changes}})


@given(scores(), st.text(max_size=40), st.none() | st.just(RECIPE))
def test_any_piece_comes_back_whole(
    score: Score, title: str, recipe: dict[str, Any] | None
) -> None:
    score = replace(score, title=title)
    data = pack_piece(score, recipe, MIX)
    assert open_piece(data) == PieceFile(score, recipe, MIX)
    assert pack_piece(score, recipe, MIX) == data


def test_a_piece_opens_though_its_model_is_gone_and_its_recipe_from_a_newer_tutti() -> None:
    opened = open_piece(pack_piece(band(), RECIPE))
    assert opened.score == band()
    assert opened.recipe == RECIPE


def test_parts_without_notes_and_128_parts_come_back() -> None:
    score = Score(tuple(Track(f"Part {i}", (), i) for i in range(128)), title=HOSTILE)
    assert open_piece(pack_piece(score)).score == score


def test_what_could_not_be_opened_is_not_packed() -> None:
    late = Score((Track("A", (Note(10**9, 60, 1),)),))
    crowd = Score((Track("A", tuple(Note(i, 60, 1) for i in range(100_001))),))
    for score in (late, crowd, Score(tuple(Track("A") for _ in range(129)))):
        with pytest.raises(BadScore, match="take home a part"):
            pack_piece(score)
    with pytest.raises(BadScore, match="recipe"):
        pack_piece(band(), {"seed": float("nan")})


def test_a_newer_piece_asks_for_a_newer_tutti() -> None:
    data = packed({"tutti.json": {"format": PIECE_FORMAT + 1}, "notes.bin": b"unknown"})
    with pytest.raises(BadScore, match="newer Tutti"):
        open_piece(data)


HEAD = {"format": 1}
REFUSED = {
    "nothing": b"",
    "no zip": b"MThd" + bytes(100),
    "an empty zip": packed({}),
    "a zip of something else": packed({"a.txt": b"hello"}),
    "no notes": packed({"tutti.json": HEAD}),
    "a format that is no number": packed({"tutti.json": {"format": "1"}, "score.json": GOOD}),
    "a head that is a list": packed({"tutti.json": [1], "score.json": GOOD}),
    "a score that is a list": packed({"tutti.json": HEAD, "score.json": [GOOD]}),
    "a recipe that is a list": packed({"tutti.json": HEAD, "score.json": GOOD, "recipe.json": []}),
    "a mix that is a text": packed({"tutti.json": HEAD, "score.json": GOOD, "mix.json": "loud"}),
    "no JSON": packed({"tutti.json": HEAD, "score.json": b"{"}),
    "no UTF-8": packed({"tutti.json": HEAD, "score.json": b"\xff\xfe{}"}),
    "not a number": piece(tempo_bpm=float("nan")),
    "no tempo": piece(tempo_bpm=0),
    "a tempo that is true": piece(tempo_bpm=True),
    "a metre of nothing": piece(metre=[0, 4]),
    "a note of text": piece(tracks=[{**GOOD["tracks"][0], "notes": [["0", 60, 1, 80]]}]),
    "a note of floats": piece(tracks=[{**GOOD["tracks"][0], "notes": [[0.5, 60, 1, 80]]}]),
    "a note too high": piece(tracks=[{**GOOD["tracks"][0], "notes": [[0, 128, 1, 80]]}]),
    "a note at the end of time": piece(
        tracks=[{**GOOD["tracks"][0], "notes": [[10**30, 60, 1, 80]]}]
    ),
    "a title that is a number": piece(title=3),
    "a chord before the start": piece(chords=[[-1, "C"]]),
    "a chord without a name": piece(chords=[[0]]),
    "a program of 200": piece(tracks=[{**GOOD["tracks"][0], "program": 200}]),
    "129 parts": piece(tracks=GOOD["tracks"][:1] * 129),
    "100,001 notes": piece(tracks=[{**GOOD["tracks"][0], "notes": [[0, 60, 1, 80]] * 100_001}]),
    "20,001 chords": piece(chords=[[0, "C"]] * 20_001),
    "a deep list": packed({"tutti.json": HEAD, "score.json": b"[" * 1_000_000}),
    "a huge number": packed({"tutti.json": HEAD, "score.json": b"9" * 1_000_000}),
    "a bomb": packed({"tutti.json": HEAD, "score.json": bytes(200_000_000)}),
    "a small bomb": packed({"tutti.json": HEAD, "score.json": b" " * 3_900_000}),
    "a bomb beside it": packed({"tutti.json": HEAD, "score.json": GOOD, "x": bytes(50_000_000)}),
    "many files": packed({"tutti.json": HEAD, **{f"{i}.json": b"" for i in range(20_000)}}, 0),
    "a path outside": packed({"tutti.json": HEAD, "score.json": GOOD, "../evil": b""}),
    "too many bytes": bytes(9_000_000),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_damaged_or_made_to_harm_is_refused_at_once(data: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BadScore, match=r"^[A-Z][^.]+(\.tutti[^.]*)?\.$") as refusal:
        open_piece(data)
    assert time.process_time() - began < 1
    assert "MIDI file" not in str(refusal.value)


def test_links_passwords_and_doubles_are_refused() -> None:
    for change in ("link", "locked", "double"):
        result = io.BytesIO()
        with zipfile.ZipFile(result, "w") as archive:
            archive.writestr("tutti.json", json.dumps(HEAD))
            info = zipfile.ZipInfo("score.json")
            if change == "link":
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, json.dumps(GOOD))
            if change == "double":
                with pytest.warns(UserWarning, match="Duplicate"):
                    archive.writestr("score.json", json.dumps(GOOD))
        data = bytearray(result.getvalue())
        if change == "locked":
            data[data.rindex(b"PK\x01\x02") + 8] |= 1
        with pytest.raises(BadScore):
            open_piece(bytes(data))


@given(st.data())
def test_a_damaged_file_is_refused_or_whole(data: st.DataObject) -> None:
    whole = pack_piece(band(), RECIPE, MIX)
    place = data.draw(st.integers(0, len(whole) - 1))
    value = data.draw(st.integers(0, 255))
    for damaged in (whole[:place], whole[:place] + bytes([value]) + whole[place + 1 :]):
        try:
            opened = open_piece(damaged)
        except BadScore:
            continue
        assert opened.score == band()


def test_texts_are_cleaned_as_titles_are() -> None:
    raw = {**GOOD, "title": "a\x00\ud800b", "key": "C\x07 major", "chords": [[0, "C" * 500]]}
    score = score_from_json(json.loads(json.dumps(raw)))
    assert (score.title, score.key) == ("ab", "C major")
    assert score.chords == (ChordMark(0, "C" * 120),)
