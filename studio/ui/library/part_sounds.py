"""The sound of each part of a piece, for the pages: what is there, and asking for the rest."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from studio.errors import JobError
from studio.jobs.stems import StemsRequest, find_stem, stem_names, want_stems
from studio.music.score import Score
from studio.ui import house, owner


def names(score: Score) -> tuple[str, ...]:
    """What the sound of each part is called."""
    return stem_names(score, house.sound_name())


def found(score: Score) -> list[Path] | None:
    """The sound of each part, None while one is missing."""
    data_dir = house.settings().data_dir
    paths = [path for name in names(score) if (path := find_stem(data_dir, name)) is not None]
    return paths if len(paths) == len(score.tracks) else None


def ask(piece: str, version: str) -> None:
    """Lets a worker render what is not there; a sentence on the page where that cannot be."""
    try:
        want_stems(house.store(), owner(), StemsRequest(piece, version, house.sound_name()))
    except JobError as error:
        st.error(str(error))
