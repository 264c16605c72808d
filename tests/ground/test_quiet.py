"""What libraries print while they are imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT, chorale, write_songs

from studio.ground.quiet import quiet_import


def test_what_a_library_prints_as_it_is_imported_goes_to_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "noisy_library.py").write_text("print('hello')\nVALUE = 7\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert quiet_import("noisy_library").VALUE == 7
    out, err = capsys.readouterr()
    assert (out, err) == ("", "hello\n")


def test_a_command_answers_alike_where_a_library_is_told_to_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = write_songs(tmp_path / "songs", [chorale(number) for number in range(3)])
    command = [sys.executable, "-m", "studio.cli", "check", str(songs)]

    def answer() -> str:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    monkeypatch.delenv("CI", raising=False)
    quiet = answer()
    monkeypatch.setenv("CI", "1")  # pyfluidsynth then says where it found its library
    assert answer() == quiet
