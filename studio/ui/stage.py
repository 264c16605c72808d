"""The middle of the Compose page: the band's progress, then its picture, sound and downloads."""

from __future__ import annotations

import html
import re
import string
from pathlib import Path
from typing import Any

import streamlit as st

from studio.composing import LIKENESS, is_close, melody_to_json, nearest_sentence
from studio.instruments import instrument_name
from studio.jobs.compose import MIDI_FILE, PICTURE_FILE, RECIPE_FILE, WAV_FILE, pieces_folder
from studio.jobs.store import Job
from studio.measures.copies import Nearest
from studio.melody import Melody
from studio.ui import chords, house, overview, state

REFRESH_SECONDS = 0.15


BAND, CHORDS, MELODY = "Band", "Chords", "Melody"
_WELCOME = """
<div class="tutti-welcome"><h2>You play the melody. Tutti plays everything else.</h2>
<ol><li>Press <b>Record</b> and play a tune on the keyboard below, choose a sample, or import a
MIDI file.</li><li>Choose a band.</li><li><b>Generate</b>, listen, take it home.</li></ol></div>
"""


def show(melody: Melody | None, job: Job | None) -> None:
    """The band of the newest job, or the melody where that is newer; a word of welcome before
    there is either."""
    problem = st.session_state.pop("problem", None)
    if problem:
        st.error(problem)
    if job is None:
        if melody is None:
            st.html(_WELCOME)
        else:
            overview.show(melody)
        return
    view = BAND if melody is None else _choose_view(melody, job)
    if view == CHORDS:
        chords.show(job)
    elif view == BAND:
        run_every = None if job.ended else REFRESH_SECONDS
        st.fragment(_watch, run_every=run_every)(job.id, job.ended)
    elif melody is not None:
        overview.show(melody)


def _choose_view(melody: Melody, job: Job) -> str:
    """Band or melody: at first the one that came last."""
    notes = melody_to_json(melody.score)["notes"]
    same = notes == job.payload["melody"]["notes"]
    view = st.segmented_control(
        "What is shown",
        [BAND, CHORDS, MELODY],
        default=BAND if same or not job.ended else MELODY,
        required=True,
        key=f"view-{job.id}-{same}",
        label_visibility="collapsed",
    )
    return view or BAND


def _watch(job_id: str, knew_end: bool) -> None:
    job = house.store().get(job_id, state.owner())
    if job.ended and not knew_end:
        st.rerun()  # the whole page: the button, and no more asking
    events = [e for e in house.store().events(job_id) if e.attempt == job.attempt]
    composed = next((event.data for event in events if event.kind == "composed"), None)
    if composed:
        _piece(job, {**composed, **(job.result or {})})
    else:
        _waiting(job, [event.data for event in events if event.kind == "stage"])


def _waiting(job: Job, stages: list[dict[str, Any]]) -> None:
    if job.state == "failed":
        st.error(job.error or "The band could not be composed: try again.")
    elif job.state == "cancelled":
        st.info("This band was cancelled. Your melody is still there.")
    else:
        place = house.store().place(job.id)
        text = stages[-1]["text"] if stages else "Waiting for the models to wake up"
        if place > 1:
            text = f"Waiting: {place - 1} before you"
        st.progress(stages[-1]["share"] if stages else 0.02, text=text)
        problem = house.engine().problem()
        if problem:
            st.error(problem)
        st.button("Cancel", on_click=_cancel, args=(job.id,))


def _cancel(job_id: str) -> None:
    house.store().cancel(job_id, state.owner())


def _piece(job: Job, facts: dict[str, Any]) -> None:
    folder = pieces_folder(house.settings().data_dir, job.id)
    st.image((folder / PICTURE_FILE).read_bytes(), width="stretch")
    st.html(_legend(facts["parts"]))
    if job.state == "done" and (folder / WAV_FILE).exists():
        st.html(f'<div class="tutti-stage">{_player(job.id)}</div>')
    elif job.state == "failed":
        st.error(job.error or "The sound could not be rendered: try again.")
    elif job.ended:
        st.info("The sound is not there any more; the MIDI file is. Generate to hear it again.")
    else:
        st.progress(0.6, text="Rendering the sound")
    _downloads(folder, facts, job.ended)
    st.html(f'<p class="tutti-quiet">{html.escape(_sentence(facts))}</p>')
    if facts.get("nearest"):  # bands of earlier versions have none
        _show_nearest(Nearest(**facts["nearest"]))


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


def _player(job_id: str) -> str:
    source = f"/pieces/{job_id}/mix.wav"
    return f'<audio controls preload="auto" aria-label="The band" src="{source}"></audio>'


def _legend(parts: list[dict[str, Any]]) -> str:
    items = []
    for part in parts:
        instrument = instrument_name(part["program"], part["is_drum"])
        items.append(
            f'<span><i style="background:{part["colour"]}"></i>{html.escape(part["name"])}'
            f"<span>{html.escape(instrument)} · {part['notes']} notes</span></span>"
        )
    return f'<div class="tutti-legend">{"".join(items)}</div>'


def _sentence(facts: dict[str, Any]) -> str:
    title = f"{facts['title']} · " if facts["title"] else ""
    return (
        f"{title}Melody kept note for note · {facts['key']} · "
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
