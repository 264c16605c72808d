"""Data: which music is learned from, and in a few words what it holds."""

from __future__ import annotations

import html
from collections import Counter
from typing import Any

import streamlit as st

from studio.corpus.sets import MusicSet
from studio.ground.errors import TuttiError
from studio.music import midi
from studio.queue import Job
from studio.ui import house, say, waiting
from studio.ui.train import draft, music
from studio.ui.train.music import Selection

CHOOSE, UPLOAD = "Choose", "Upload"
_MEGABYTES = 200
_REFRESH_SECONDS = 0.5
_ASKED = {"builtin": "comes with music21", "public": "fetched on request"}
_SHOWN = 3
_ANEW: dict[str, Any] = {  # what another set brings
    "set": None, "source": None, "gather": None, "filters": {}, "only": None, "layout": None,
    "start": None, "name": "",
}  # fmt: skip


def show() -> Selection | None:
    """The choice of the music, and its facts once the data doctor has seen it."""
    st.html('<p class="tutti-step tutti-first">Data</p>')
    way = st.segmented_control(
        "Where the music comes from", [CHOOSE, UPLOAD], default=CHOOSE, required=True,
        key=f"train_way-{st.session_state.get('train_uploads', 0)}",
        label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    if way == UPLOAD:
        _upload()
        return None
    _choose()
    values = draft.draft()
    if values.gather:
        _wait(values.gather)
    elif values.source:
        _offer(":".join(values.source))
        return None
    found = music.chosen_set()
    return None if found is None or values.gather else _facts(found)


def _choose() -> None:
    here = {f"set:{each.id}": each for each in music.there()}
    more = music.sources()
    titles = {key: each.name for key, each in here.items()}
    titles |= {key: f"{e.name} · {_ASKED[key.partition(':')[0]]}" for key, e in more.items()}
    titles = say.distinct(titles)
    values = draft.draft()
    now = ":".join(values.source) if values.source else f"set:{values.set}"
    options = list(titles)
    key = f"train_set-{now}-{len(options)}"
    st.selectbox(
        "The music that is learned from", options,
        index=options.index(now) if now in titles else None, format_func=titles.__getitem__,
        placeholder="Choose some music", key=key, label_visibility="collapsed",
        on_change=lambda: _take(st.session_state[key]),
    )  # fmt: skip


def _take(key: str) -> None:
    kind, _, id = key.partition(":")
    draft.change(**_ANEW | ({"set": id} if kind == "set" else {"source": [kind, id]}))


def _offer(key: str) -> None:
    """Music that is not there yet, and the button that gets it."""
    source = music.sources().get(key)
    if source is None:
        return
    st.html(
        f'<p class="tutti-quiet">{html.escape(source.description)}<br>'
        f"Licence: {html.escape(source.licence)}</p>"
    )
    public = key.startswith("public")
    st.button(
        "Fetch it from the internet" if public else "Get it ready",
        width="stretch",
        help="Only this one file is fetched, and checked against its known checksum."
        if public
        else None,
        on_click=music.gather,
        args=(key,),
    )


def _wait(job_id: str) -> None:
    job = house.job(job_id)
    if job is None:
        draft.change(gather=None)
        return
    if job.state == "done" and job.result:
        draft.change(gather=None, source=None, set=job.result["set"])
        st.rerun()
    if job.ended:
        st.error(job.error or "The music was not fetched: try again.")
        draft.change(gather=None)
        return
    _follow(job, "Waiting for its turn")
    waiting.cancel_button(job, draft.PROBLEM, key="no_gather")


def _follow(job: Job, text: str) -> None:
    waiting.watch_job(job, lambda now: waiting.progress(now, text), _REFRESH_SECONDS)


def _upload() -> None:
    count = st.session_state.get("train_uploads", 0)
    key = f"train_upload-{count}"
    files = st.file_uploader(
        "A zip or MIDI files", type=["zip", *midi.SUFFIXES], accept_multiple_files=True, key=key,
        label_visibility="collapsed", max_upload_size=_MEGABYTES,
    )  # fmt: skip
    st.caption(
        "A zip of MIDI files, or the files themselves: 30 songs of one kind are a good start. "
        "They stay on this machine."
    )
    if not files:
        return
    try:
        made = music.upload([(file.name, file.getvalue()) for file in files])
    except TuttiError as error:
        st.error(say.plain(str(error)))
        return
    st.session_state.train_uploads = count + 1  # an empty uploader, and back to the choice
    draft.change(**_ANEW | {"set": made.id, "doctor": True})
    st.rerun()


def _facts(found: MusicSet) -> Selection | None:
    try:
        known = music.diagnosis(found)
    except TuttiError as error:
        st.error(str(error))
        return None
    if isinstance(known, Job):
        if known.ended:
            st.error(say.plain(known.error or "The data doctor could not finish."))
            st.button("Ask again", on_click=lambda: draft.change(diagnosis=None))
        else:
            _follow(known, "The data doctor is reading the files")
        return None
    chosen = music.choose(found, known)
    kept, refused = len(known["kept"]), len(known["refused"])
    lines = [
        f"{say.counted(kept + refused, 'file')} · {kept:,} kept · {refused:,} refused",
        " · ".join([f"{say.counted(chosen.windows, 'passage')} of eight bars", *_usual(chosen)]),
    ]
    if chosen.only is not None:
        lines.append(f"Filtered: {say.counted(len(chosen.names), 'song')} of {kept:,}")
    st.html(f'<p class="tutti-quiet">{"<br>".join(map(html.escape, lines))}</p>')
    is_open = draft.draft().doctor
    st.button(
        "Close the data doctor" if is_open else "Open the data doctor",
        width="stretch",
        on_click=lambda: draft.change(doctor=not is_open),
    )
    return chosen


def _usual(chosen: Selection) -> list[str]:
    """The usual metre and the most frequent keys of the songs."""
    if not (songs := chosen.songs):
        return []
    metre = Counter(song["metre"] for song in songs).most_common(1)[0][0]
    keys = Counter(song["key"].split(" or ")[0] for song in songs).most_common(_SHOWN)
    return [metre, ", ".join(say.signs(key) for key, _ in keys)]
