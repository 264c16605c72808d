"""The piece on the table as files: MIDI, the mix as it is set, its recipe, and all the others."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from studio import midi
from studio.arrangement import part_names
from studio.export.audio import write_mix_of
from studio.export.mix import strips_of
from studio.export.names import file_stem
from studio.jobs.stems import find_stem, stem_names
from studio.ui import house
from studio.ui.arranging.work import Work
from studio.ui.library import look, take_home_panel

REFRESH_SECONDS = 0.5


def show(work: Work) -> None:
    """A button that opens the files to choose from."""
    with st.popover("Take home", type="tertiary"):
        missing = _stems(work) is None
        st.fragment(_files, run_every=REFRESH_SECONDS if missing else None)(work, missing)
        take_home_panel.made(work.piece, work.opened.version.id)
        look.dress()


def _files(work: Work, was_missing: bool) -> None:
    stems = _stems(work)
    if was_missing and stems is not None:
        st.rerun()  # the whole page: nothing is waited for any more
    score, recipe = work.opened.score, work.opened.recipe
    name = "-".join(
        str(part)
        for part in (file_stem(work.piece.name, "tutti"), recipe.get("model"), recipe.get("seed"))
        if part is not None
    )
    text = json.dumps(recipe, indent=2, ensure_ascii=False) + "\n"
    # what is small is made at once, for the address of what is asked for later dies when the page
    # runs again, and with it a click in that moment
    _button("MIDI", midi.write(score), f"{name}.mid", "audio/midi")
    wav = None if stems is None else partial(_mix, work, stems)
    _button("WAV", wav, f"{name}.wav", "audio/wav")
    _button("Recipe", text if recipe else None, f"{name}.recipe.json", "application/json")


def _button(
    label: str, data: str | bytes | Callable[[], bytes] | None, name: str, mime: str
) -> None:
    """One file, if it is there."""
    st.download_button(
        label,
        data if data is not None else b"",
        name,
        mime,
        on_click="ignore",
        disabled=data is None,
        width="stretch",
        key=f"take-home-{label}",
    )


def _stems(work: Work) -> list[Path] | None:
    """The sound of each part, None while one is missing."""
    names = stem_names(work.opened.score, house.sound_name())
    found = [find_stem(house.settings().data_dir, name) for name in names]
    paths = [path for path in found if path is not None]
    return paths if len(paths) == len(found) else None


def _mix(work: Work, stems: list[Path]) -> bytes:
    strips = strips_of(part_names(work.opened.score), work.piece.mix)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "mix.wav"
        write_mix_of(stems, strips, target)
        return target.read_bytes()
