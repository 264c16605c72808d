"""Take home: a version as files, the small ones at once, what has to be played as a job."""

from __future__ import annotations

import html
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Literal

import streamlit as st

from studio.export import FORMATS
from studio.ground.errors import TuttiError
from studio.jobs.kinds.take_home import KIND, Request, file_name, find_file, material
from studio.library import Content, Piece
from studio.queue import Job
from studio.sound import Mixdown
from studio.ui import Flash, house, say, waiting
from studio.ui.library import part_sounds

_REFRESH_SECONDS = 0.5
_PROBLEM = Flash("take_home")


def show(
    piece_id: str, version_id: str, button: Literal["secondary", "tertiary"] = "secondary"
) -> None:
    """The popover; nothing is read before it is open, and only it runs anew while it is used."""
    st.fragment(_panel)(piece_id, version_id, button)


def _panel(piece_id: str, version_id: str, button: Literal["secondary", "tertiary"]) -> None:
    key = f"take-home-{piece_id}"
    popover = st.popover("Take home", type=button, key=key, on_change="rerun")
    if not popover.open:
        return
    with popover, st.container(key="take-home", gap="small"):
        try:
            piece = house.library().piece(piece_id, house.owner())
            opened = house.library().opened(piece_id, version_id, house.owner())
        except TuttiError as error:
            st.error(say.plain(str(error)))
            return
        st.html(Path(__file__).with_name("take_home.css"))
        _small(piece, opened)
        _large(piece, opened.version.id)


def _small(piece: Piece, opened: Content) -> None:
    """What is made in no time is a download already."""
    with st.container(key="take-home-small"):
        for what, format in FORMATS.items():
            if not format.at_once or (format.needs_recipe and not opened.recipe):
                continue
            if format.sounds:
                _sound(what, piece, opened)
                continue
            try:
                data = _data(what, piece, opened, None)
            except TuttiError as error:
                st.caption(say.plain(str(error)))
                continue
            _download(what, piece, opened, data)


def _download(what: str, piece: Piece, opened: Content, data: bytes | Callable[[], bytes]) -> None:
    """A file to download; greyed out while there is nothing."""
    st.download_button(
        FORMATS[what].label,
        data,
        file_name(piece.name, opened.recipe, what),
        FORMATS[what].mime,
        key=f"take-home-{what}",
        on_click="ignore",
        disabled=not data,
        width="stretch",
    )


def _sound(what: str, piece: Piece, opened: Content) -> None:
    """What is made as it is asked for, once the sound of every part is there."""

    def draw(sound: Mixdown | None) -> None:
        data = b"" if sound is None else partial(_data, what, piece, opened, sound)
        _download(what, piece, opened, data)

    sound = part_sounds.found(opened.score)
    if sound is None:
        part_sounds.ask(piece.id, opened.version.id)
    waiting.watch(
        sound,
        lambda: part_sounds.found(opened.score),
        draw,
        lambda sound: sound is None,
        _REFRESH_SECONDS,
    )


def _data(what: str, piece: Piece, opened: Content, sound: Mixdown | None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return FORMATS[what].data(material(piece, opened, sound, Path(folder)))


def _large(piece: Piece, version: str) -> None:
    """What the worker makes, and what became of it."""

    def draw(jobs: dict[str, Job]) -> None:
        with st.container(key="take-home-large"):
            for what, format in FORMATS.items():
                if not format.at_once:
                    _file(piece.id, version, what, format.label, jobs.get(what))
        for job in jobs.values():
            if job.state == "failed":
                st.error(say.plain(job.error or "This could not be written: try again."))
            for remark in (job.result or {}).get("remarks", []):
                st.caption(say.plain(str(remark)))
        _PROBLEM.show()
        if _busy(jobs):
            waiting.show_dying_worker()

    waiting.watch(_jobs(piece, version), lambda: _jobs_now(piece.id, version), draw, _busy,
          _REFRESH_SECONDS)  # fmt: skip


def _busy(jobs: Mapping[str, Job]) -> bool:
    return any(not job.ended for job in jobs.values())


def _file(piece: str, version: str, what: str, label: str, job: Job | None) -> None:
    """One format: a button, its progress once it was clicked, then a link."""
    if job is not None and not job.ended:
        waiting.progress(job, "Waiting", label=label)
    elif job is not None and (path := find_file(house.settings().data_dir, job.id, job.result)):
        _link(job, path.name, label)
    else:
        st.button(label, key=f"take-home-{what}", width="stretch", on_click=_ask,
                  args=(piece, version, what))  # fmt: skip


def _link(job: Job, name: str, label: str) -> None:
    size = (job.result or {})["bytes"] / 1e6
    said = f"{size:.1f} MB" if size >= 0.1 else f"{size * 1000:.0f} kB"
    st.html(
        f'<a class="take-home-file" href="/take-home/{job.id}/{name}" '
        f'download="{html.escape(name)}">{html.escape(label)}<span>Download · {said}</span></a>'
    )


def _ask(piece: str, version: str, what: str) -> None:
    request = Request(piece, version, what, house.sound_name())
    with _PROBLEM.catch():
        house.store().submit(KIND, request.to_json(), house.owner())


def _jobs_now(piece: str, version: str) -> dict[str, Job]:
    return _jobs(house.library().piece(piece, house.owner()), version)


def _jobs(piece: Piece, version: str) -> dict[str, Job]:
    """The newest job a format; of those that are done, only those of the piece as it is now."""
    found: dict[str, Job] = {}
    for job in house.store().jobs(house.owner(), limit=100):
        asked = job.payload
        if job.kind != KIND or (asked["piece"], asked["version"]) != (piece.id, version):
            continue
        found.setdefault(str(asked["what"]), job)
    return {
        what: job
        for what, job in found.items()
        if job.state != "done" or (job.result or {}).get("revision") == piece.revision
    }
