"""Take home: a version as files, the small ones at once, what has to be played as a job."""

from __future__ import annotations

import html
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Literal

import streamlit as st

from studio.errors import TuttiError
from studio.export.audio import write_mix_of
from studio.export.mix import strips_of
from studio.jobs.take_home import KIND, TakeHomeRequest, document, file_name, find_file
from studio.library import Opened, Piece
from studio.queue import Job
from studio.ui import Flash, house, owner, say, waiting
from studio.ui.library import part_sounds, style

_MADE = {
    "all": "Everything in one zip",
    "ogg": "Sound, OGG",
    "mp3": "Sound, MP3",
    "stems": "A WAV for each part",
    "lead-sheet": "Lead sheet, MusicXML",
    "score": "Full score, MusicXML",
    "png": "Picture, PNG",
}
_AT_ONCE = {
    "midi": ("MIDI", "audio/midi"),
    "svg": ("Picture, SVG", "image/svg+xml"),
    "piece": ("Piece file for another Tutti", "application/octet-stream"),
    "recipe": ("Recipe", "application/json"),
}
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
            piece = house.library().piece(piece_id, owner())
            opened = house.library().opened(piece_id, version_id, owner())
        except TuttiError as error:
            st.error(say.plain(str(error)))
            return
        style.dress_take_home()
        _small(piece, opened)
        _large(piece, opened.version.id)


def _small(piece: Piece, opened: Opened) -> None:
    """What is made in no time is a download already."""
    with st.container(key="take-home-small"):
        for what, (label, mime) in _AT_ONCE.items():
            if what == "recipe" and not opened.recipe:
                continue  # the piece came without one
            try:
                data = document(what, piece, opened)
            except TuttiError as error:
                st.caption(say.plain(str(error)))
                continue
            _download(piece, opened, what, label, data, mime)
            if what == "midi":
                _wav(piece, opened)


def _download(
    piece: Piece,
    opened: Opened,
    what: str,
    label: str,
    data: bytes | Callable[[], bytes],
    mime: str,
    is_there: bool = True,
) -> None:
    name = file_name(piece.name, opened.recipe, what)
    st.download_button(
        label,
        data,
        name,
        mime,
        key=f"take-home-{what}",
        on_click="ignore",
        disabled=not is_there,
        width="stretch",
    )


def _wav(piece: Piece, opened: Opened) -> None:
    """The mix, made as it is asked for, once the sound of every part is there."""

    def draw(stems: list[Path] | None) -> None:
        mix = b"" if stems is None else partial(_mix, piece, opened, stems)
        _download(piece, opened, "wav", "WAV", mix, "audio/wav", stems is not None)

    stems = part_sounds.found(opened.score)
    if stems is None:
        part_sounds.ask(piece.id, opened.version.id)
    waiting.watch(
        stems,
        lambda: part_sounds.found(opened.score),
        draw,
        lambda stems: stems is None,
        _REFRESH_SECONDS,
    )


def _mix(piece: Piece, opened: Opened, stems: list[Path]) -> bytes:
    strips = strips_of(opened.score.part_names, piece.mix)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "mix.wav"
        write_mix_of(stems, strips, target)
        return target.read_bytes()


def _large(piece: Piece, version: str) -> None:
    """What the worker makes, and what became of it."""

    def draw(jobs: dict[str, Job]) -> None:
        with st.container(key="take-home-large"):
            for what, label in _MADE.items():
                _file(piece.id, version, what, label, jobs.get(what))
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
    request = TakeHomeRequest(piece, version, what, house.sound_name())
    with _PROBLEM.catch():
        house.store().submit(KIND, request.payload(), owner())


def _jobs_now(piece: str, version: str) -> dict[str, Job]:
    return _jobs(house.library().piece(piece, owner()), version)


def _jobs(piece: Piece, version: str) -> dict[str, Job]:
    """The newest job a format; of those that are done, only those of the piece as it is now."""
    found: dict[str, Job] = {}
    for job in house.store().jobs(owner(), limit=100):
        asked = job.payload
        if job.kind != KIND or (asked["piece"], asked["version"]) != (piece.id, version):
            continue
        found.setdefault(str(asked["what"]), job)
    return {
        what: job
        for what, job in found.items()
        if job.state != "done" or (job.result or {}).get("revision") == piece.revision
    }
