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
from studio.ui import Flash, fields, house, say, waiting
from studio.ui.library import part_sounds

_REFRESH_SECONDS = 0.5
_ASKED = "take_home_asked"  # the job whose file the browser takes when it is there
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
        _files(piece, opened, _made_at_once(piece, opened))


def _made_at_once(piece: Piece, opened: Content) -> dict[str, bytes | str]:
    """What is made in no time, or the sentence that says why it cannot be."""
    made: dict[str, bytes | str] = {}
    for what, format in FORMATS.items():
        if not format.at_once or format.sounds or (format.needs_recipe and not opened.recipe):
            continue
        try:
            made[what] = _data(what, piece, opened, None)
        except TuttiError as error:
            made[what] = say.plain(str(error))
    return made


def _download(
    what: str, piece: Piece, opened: Content, data: bytes | Callable[[], bytes] | None
) -> None:
    """A file to download; greyed out while there is nothing."""
    st.download_button(
        FORMATS[what].label,
        data or b"",
        file_name(piece.name, opened.recipe, what),
        FORMATS[what].mime,
        key=f"take-home-{what}",
        on_click="ignore",
        disabled=not data,
        width="stretch",
    )


def _data(what: str, piece: Piece, opened: Content, sound: Mixdown | None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return FORMATS[what].data(material(piece, opened, sound, Path(folder)))


def _files(piece: Piece, opened: Content, made: Mapping[str, bytes | str]) -> None:
    """All formats by what they are for: each is one click, though the worker makes the larger."""
    version = opened.version.id

    def draw(state: tuple[Mixdown | None, dict[str, Job]]) -> None:
        sound, jobs = state
        purposes = dict.fromkeys(format.purpose for format in FORMATS.values())
        for number, purpose in enumerate(purposes):
            st.html(f'<p class="tutti-step">{html.escape(purpose)}</p>')
            with st.container(key=f"take-home-for-{number}"):
                for what, format in FORMATS.items():
                    if format.purpose == purpose:
                        _file(what, piece, opened, made, sound, jobs.get(what))
        _take(jobs)
        for job in jobs.values():
            if job.state == "failed":
                st.error(say.plain(job.error or "This could not be written: try again."))
            for remark in (job.result or {}).get("remarks", []):
                st.caption(say.plain(str(remark)))
        _PROBLEM.show()
        if _busy(jobs):
            waiting.show_dying_worker()

    def look() -> tuple[Mixdown | None, dict[str, Job]]:
        now = house.library().piece(piece.id, house.owner())
        return part_sounds.found(opened.score), jobs_of(now, version)

    known = look()
    if known[0] is None:
        part_sounds.ask(piece.id, version)
    waiting.watch(known, look, draw, lambda state: state[0] is None or _busy(state[1]),
          _REFRESH_SECONDS)  # fmt: skip


def _file(
    what: str,
    piece: Piece,
    opened: Content,
    made: Mapping[str, bytes | str],
    sound: Mixdown | None,
    job: Job | None,
) -> None:
    """One format: a download where it is made already or in no time, else a button, its progress
    once it was clicked, and a link for another time."""
    format, data = FORMATS[what], made.get(what)
    if isinstance(data, str):
        st.caption(data)
    elif data is not None:
        _download(what, piece, opened, data)
    elif format.at_once and format.sounds:
        late = None if sound is None else partial(_data, what, piece, opened, sound)
        _download(what, piece, opened, late)
    elif format.at_once:
        return  # a recipe that there is not
    elif job is not None and not job.ended:
        waiting.progress(job, "Waiting", label=format.label)
    elif job is not None and (name := written(job)):
        _link(job, name, format.label)
    else:
        st.button(format.label, key=f"take-home-{what}", width="stretch", on_click=_ask_for,
                  args=(piece.id, opened.version.id, what))  # fmt: skip


def _take(jobs: Mapping[str, Job]) -> None:
    """Hands what was asked for here to the browser as soon as it is written."""
    asked = st.session_state.get(_ASKED)
    for job in jobs.values():
        if job.id == asked and (result := job.result):
            name = str(result["file"])
            fields.start_download(key="take-home-take", url=address(job, name), name=name)
            waiting.tell(f"{name} is ready")


def _busy(jobs: Mapping[str, Job]) -> bool:
    return any(not job.ended for job in jobs.values())


def _link(job: Job, name: str, label: str) -> None:
    size = (job.result or {})["bytes"] / 1e6
    said = f"{size:.1f} MB" if size >= 0.1 else f"{size * 1000:.0f} kB"
    st.html(
        f'<a class="take-home-file" href="{address(job, name)}" '
        f'download="{html.escape(name)}">{html.escape(label)}<span>Download · {said}</span></a>'
    )


def _ask_for(piece: str, version: str, what: str) -> None:
    with _PROBLEM.catch():
        st.session_state[_ASKED] = ask(piece, version, what)


def ask(piece: str, version: str, what: str) -> str:
    """Lets the worker write a version in a format; the job's id. Raises JobError where the queue is
    full."""
    request = Request(piece, version, what, house.sound_name())
    return house.store().submit(KIND, request.to_json(), house.owner())


def written(job: Job) -> str | None:
    """The name of the file that a job has written; None where there is none."""
    path = find_file(house.settings().data_dir, job.id, job.result)
    return path.name if path else None


def address(job: Job, name: str) -> str:
    """Where the browser finds that file."""
    return f"/take-home/{job.id}/{name}"


def jobs_of(piece: Piece, version: str) -> dict[str, Job]:
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
