"""A piece on the stage: picture, sound, downloads, and the facts about it."""

from __future__ import annotations

import html
import re
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from studio.composing import LIKENESS, is_close, nearest_sentence
from studio.errors import BadScore
from studio.instruments import instrument_name
from studio.jobs.pieces import MIDI_FILE, PICTURE_FILE, RECIPE_FILE, WAV_FILE, read_score
from studio.jobs.store import Job
from studio.measures.copies import Nearest
from studio.ui import growing, parts, rewrite

_TITLES = {"density": "Notes a bar", "register": "Middle", "polyphony": "Together"}


def show(
    job: Job, take: int, folder: Path, facts: dict[str, Any], heard: bool, stage: dict[str, Any]
) -> None:
    """All of it; `heard` once its sound is there while the job still runs, `stage` what is being
    done meanwhile."""
    _picture(folder)
    st.html(_legend(facts["parts"]))
    if (heard or job.state == "done") and (folder / WAV_FILE).exists():
        st.html(f'<div class="tutti-stage">{_player(job.id, take)}</div>')
    elif job.state == "failed":
        st.error(job.error or "The sound could not be rendered: try again.")
    elif job.ended:
        st.info(_silent(job, facts))
    else:
        st.progress(stage.get("share", 0.6), text=stage.get("text", "Rendering the sound"))
    _downloads(folder, facts, job.ended)
    if facts.get("asked"):
        st.html(asked_table(facts["asked"], facts["parts"]))
    st.html(f'<p class="tutti-quiet">{html.escape(_sentence(facts))}</p>')
    if facts.get("nearest"):  # bands of earlier versions have none
        _show_nearest(Nearest(**facts["nearest"]))
    if job.ended:
        rewrite.show(job, take, facts)


def _picture(folder: Path) -> None:
    """The picture, or a lighter one where it is not drawn yet."""
    if (folder / PICTURE_FILE).exists():
        st.image((folder / PICTURE_FILE).read_bytes(), width="stretch")
        return
    try:
        score = read_score(folder)
    except BadScore as error:
        st.error(str(error))
        return
    lanes, frame = growing.lanes_of(score), growing.frame_of(score)
    st.image(growing.picture(lanes, frame), width="stretch")


def _silent(job: Job, facts: Mapping[str, Any]) -> str:
    """Why there is nothing to hear."""
    written = facts.get("written", facts["bars"])
    if job.state == "cancelled":
        where = f"after bar {written} of {facts['bars']}" if written < facts["bars"] else "there"
        return f"Stopped {where}. What is written is yours to take home, without sound."
    return "The sound is not there any more; the MIDI file is. Generate to hear it again."


def asked_table(rows: list[dict[str, Any]], known: list[dict[str, Any]]) -> str:
    """What was asked of parts, beside what they play."""
    names = [name for name in _TITLES if any(name in row["asked"] for row in rows)]
    colours = {part["name"]: part["colour"] for part in known}
    head = "".join(f"<th>{_TITLES[name]}</th>" for name in names)
    body = ""
    for row in rows:
        cells = "".join(f"<td>{_cell(row, name)}</td>" for name in names)
        dot = f'<i style="background:{colours.get(row["name"], "#8b93a1")}"></i>'
        body += f"<tr><th>{dot}{html.escape(row['name'])}</th>{cells}</tr>"
    return f'<table class="tutti-asked"><tr><th></th>{head}</tr>{body}</table>'


def _cell(row: Mapping[str, Any], name: str) -> str:
    """`asked 8 · got 7.6`; empty where nothing was asked."""
    if name not in row["asked"]:
        return ""
    got = row["got"].get(name)
    said = "nothing" if got is None else parts.named(name, round(got, 1))
    return f"asked {parts.named(name, row['asked'][name])} · got {said}"


def _show_nearest(near: Nearest) -> None:
    """What the copy check found, and what likeness is; loud only where there is something to do."""
    sentence = nearest_sentence(near)
    if is_close(near):
        st.warning(_plain(sentence))
    else:
        st.caption(_plain(sentence), help=LIKENESS)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is: a song may be called `*`."""
    return re.sub(f"([{re.escape(string.punctuation)}])", r"\\\1", text)


def _player(job_id: str, take: int) -> str:
    place = job_id if take == 1 else f"{job_id}/{take}"
    source = f"/pieces/{place}/mix.wav"
    return f'<audio controls preload="auto" aria-label="The band" src="{source}"></audio>'


def _legend(known: list[dict[str, Any]]) -> str:
    items = []
    for part in known:
        instrument = instrument_name(part["program"], part["is_drum"])
        items.append(
            f'<span><i style="background:{part["colour"]}"></i>{html.escape(part["name"])}'
            f"<span>{html.escape(instrument)} · {part['notes']} notes</span></span>"
        )
    return f'<div class="tutti-legend">{"".join(items)}</div>'


def _sentence(facts: dict[str, Any]) -> str:
    title = f"{facts['title']} · " if facts["title"] else ""
    times = facts.get("rewrites", 0)
    anew = f"written anew {'once' if times == 1 else f'{times} times'} · " if times else ""
    return (
        f"{title}Melody kept note for note · {facts['key']} · {anew}"
        f"seed {facts['seed']} · composed by "
        f"{facts['model']} in {facts['seconds']:.2f} s on {facts['device']}"
    )


def _downloads(folder: Path, facts: dict[str, Any], ready: bool) -> None:
    stem = "".join(c if c.isalnum() else "-" for c in facts["title"] or "tutti").strip("-")
    name = f"{stem or 'tutti'}-{facts['model']}-{facts['seed']}"
    files = (
        ("MIDI", MIDI_FILE, f"{name}.mid", "audio/midi"),
        ("WAV", WAV_FILE, f"{name}.wav", "audio/wav"),
        ("Recipe", RECIPE_FILE, f"{name}.recipe.json", "application/json"),
    )
    for column, (label, file, file_name, mime) in zip(st.columns(3), files, strict=True):
        there = ready and (folder / file).exists()
        # a large file is read when it is asked for; a small one at once, for the address of what is
        # asked for later dies when the page runs again, and with it a click in that moment
        large = file == WAV_FILE
        read = (folder / file).read_bytes if there else bytes
        column.download_button(
            label,
            data=read if large else read(),
            file_name=file_name,
            mime=mime,
            on_click="ignore",
            disabled=not there,
            width="stretch",
            key=f"take-home-{label}",
        )
