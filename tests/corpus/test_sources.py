"""A set of music that Tutti can make is one entry, as CONTRIBUTING says: nothing else is edited."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from studio.corpus import public, sets, sources
from studio.corpus.builtin import BUILTIN
from studio.corpus.public import PUBLIC, content_sha256
from studio.ground.errors import BadKnob
from studio.music import midi
from studio.music.score import Note, Score, Track


def quiet(_words: str, _share: float) -> None:
    """Says nothing."""


def test_a_set_of_music21s_corpus_is_one_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BUILTIN, "one-rag", replace(BUILTIN["ragtime"], name="One rag"))
    assert sources.sources()["builtin:one-rag"].name == "One rag"
    made = sources.gather(tmp_path, "builtin:one-rag", quiet)
    assert (made.name, made.kind, made.key) == ("One rag", "builtin", "one-rag")
    assert sets.sets(tmp_path) == [made]


def test_a_public_set_is_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    song = midi.write(Score((Track("Tune", (Note(0, 60, 480), Note(480, 62, 480))),)))
    files = {"songs/one.mid": song, "songs/two.mid": song}

    def fetch(_url: str, folder: Path, *_: object) -> Path:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path, data in files.items():
                archive.writestr(f"commit/{path}", data)
        (folder / "archive.zip").write_bytes(packed.getvalue())
        return folder / "archive.zip"

    monkeypatch.setattr(public, "fetch", fetch)
    entry = replace(
        PUBLIC["freedoom"], name="Two songs", files=("songs/*.mid",), sha256=content_sha256(files)
    )
    monkeypatch.setitem(PUBLIC, "two-songs", entry)
    assert sources.sources()["public:two-songs"].name == "Two songs"
    made = sources.gather(tmp_path, "public:two-songs", quiet)
    assert (made.name, made.files, made.key) == ("Two songs", 2, "two-songs")


@pytest.mark.parametrize("unknown", ["builtin:polka", "public:polka", "elsewhere:polka", "polka"])
def test_a_set_there_is_not_is_one_sentence(unknown: str, tmp_path: Path) -> None:
    with pytest.raises(BadKnob, match="choose"):
        sources.gather(tmp_path, unknown, quiet)
    assert sources.is_source(unknown) == unknown.startswith(("builtin:", "public:"))
