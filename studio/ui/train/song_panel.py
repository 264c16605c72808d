"""One file of a set, seen and heard: which notes are taken for the melody, and how it sounds."""

from __future__ import annotations

import streamlit as st

from studio.jobs.kinds import song
from studio.queue import Job, JsonObject
from studio.ui import house, say, waiting
from studio.ui.components import show_listener
from studio.ui.train import draft, roll
from studio.ui.train.music import Selection

_REFRESH_SECONDS = 0.3
_ASKED = "train_song"


def show(chosen: Selection) -> None:
    """The choice of a file, and what is known of the one that was chosen."""
    known = chosen.diagnosis
    titles = {each["name"]: each.get("title") or each["name"] for each in known["kept"]}
    titles |= {each["name"]: f"{each['name']} · refused" for each in known["refused"]}
    titles = say.distinct(titles)
    st.html('<p class="tutti-step">See and hear a file</p>')
    key = f"{_ASKED}-{chosen.music.id}-{known['layout']}"
    st.selectbox(
        "See and hear a file", list(titles), index=None, placeholder="Choose one of the files",
        format_func=titles.__getitem__, key=key, label_visibility="collapsed",
        on_change=lambda: _ask(chosen, st.session_state[key]),
    )  # fmt: skip
    set_id, job_id = st.session_state.get(_ASKED, (None, None))
    job = house.job(job_id)
    if job is not None and set_id == chosen.music.id:
        waiting.watch_job(job, _draw, _REFRESH_SECONDS)


def _ask(chosen: Selection, name: str | None) -> None:
    st.session_state.pop(_ASKED, None)
    if name is None:
        return
    request = song.Request(chosen.music.id, name, chosen.diagnosis["layout"])
    with draft.PROBLEM.catch():
        job_id = house.store().submit(song.KIND, request.to_json(), house.owner())
        st.session_state[_ASKED] = (chosen.music.id, job_id)


def _draw(job: Job) -> None:
    """The picture as soon as it is known, then the sound."""
    told = [each.data for each in house.store().events(job.id) if each.kind == "notes"]
    if told:
        _picture(job, told[-1])
    if job.state == "done":
        name = job.payload["name"]
        take = {"name": name, "src": f"/pieces/{job.id}/mix.wav"}
        show_listener(key=f"train_song-{_key(job)}", takes=[take], start=None)
    elif job.ended:
        st.error(say.plain(job.error or "The file could not be played: choose another one."))
    else:
        waiting.progress(job, "Making the sound" if told else "Reading the file")


def _key(job: Job) -> str:
    return job.id.replace("_", ".")  # Streamlit refuses one with `__`


def _picture(job: Job, told: JsonObject) -> None:
    notes = [tuple(row) for row in told["notes"]]
    if not notes:
        st.caption("Only drums play here: there is nothing to draw.")
        return
    title = f"Piano roll of {job.payload['name']}"
    roll.show(notes, told["seconds"], title, f"train_roll-{_key(job)}")
    sung = sum(is_melody for *_, is_melody in notes)
    text = f"Orange is taken for the melody: {sung:,} of {len(notes):,} notes."
    if not sung:
        text = "No melody was found here: all notes have one colour."
    if told["more"]:
        text += f" {told['more']:,} more are not drawn."
    st.caption(text)
