"""The sound of each part of a piece, for the pages: what is there, and asking for the rest."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from studio.ground.errors import JobError
from studio.jobs.kinds.stems import Request, stem_store, want_stems
from studio.music.score import Score
from studio.sound import Mixdown, StemStore
from studio.ui import house


def names(score: Score) -> tuple[str, ...]:
    """What the sound of each part is called."""
    return stems().names(score, house.sound_name())


def address(name: str) -> str:
    """The address of the sound of a part."""
    return f"/stems/{name}.ogg"


def loudness(names: Sequence[str]) -> str:
    """The address that tells how loud parts of these names are together."""
    return f"/stems/{StemStore.mix_name(names)}.json"


def found(score: Score) -> Mixdown | None:
    """The sound of a piece, None while a part is missing."""
    return stems().mixdown(score, names(score))


def stems() -> StemStore:
    """Where the sound of the parts lies."""
    return stem_store(house.settings().data_dir)


def ask(piece: str, version: str) -> None:
    """Lets a worker render what is not there; a sentence on the page where that cannot be."""
    try:
        want_stems(house.store(), house.owner(), Request(piece, version, house.sound_name()))
    except JobError as error:
        st.error(str(error))
