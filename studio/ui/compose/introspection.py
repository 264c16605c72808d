"""What a model thought as it wrote a note: asked of a worker, waited for, shown until it is closed
or the piece is another one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from studio.ground.errors import JobError
from studio.jobs.kinds import think
from studio.queue import Job
from studio.ui import house, waiting
from studio.ui.compose.introspection_picture import picture
from studio.ui.compose.work import Work

_REFRESH_SECONDS = 0.1
_ASKED = "thinking"  # the job, in this tab alone: nothing of the piece or its draft changes


def ask(piece: str, version: str, part: str, note: list[int]) -> None:
    """Asks why a note is there; what was asked before is put away."""
    close()
    request = think.Request(piece, version, part, note)
    st.session_state[_ASKED] = house.store().submit(think.KIND, request.to_json(), house.owner())


def asked(work: Work) -> Job | None:
    """The job that was asked about this very version, None where there is none."""
    job = house.job(st.session_state.get(_ASKED))
    if job is None:
        st.session_state.pop(_ASKED, None)
        return None
    version = work.opened.version
    if (job.payload["piece"], job.payload["version"]) != (version.piece, version.id):
        close()
        return None
    return job


def attention(job: Job | None) -> dict[str, Any] | None:
    """What the arranger lets glow: the part and the note that were asked about, and what the model
    looked at."""
    if job is None or not job.result:
        return None
    about = {"part": job.payload["part"], "note": job.payload["note"]}
    return {**about, **job.result["attention"]}


def show(job: Job, work: Work) -> None:
    """The answer, the sentence why there is none, or that it is being looked for."""
    with st.container(key="thinking"):
        st.html(Path(__file__).with_name("thinking.css"))
        if not job.ended:
            waiting.watch_job(job, _wait, _REFRESH_SECONDS)
        elif job.result:
            st.html(picture(job.result, work.opened.score))
        elif job.state == "failed":
            st.error(job.error or "What the model thought could not be told: ask again.")
        st.button("Close", key="thinking-close", on_click=close, type="tertiary")


def close() -> None:
    """Puts the answer away; one that is still looked for is not wanted any more."""
    told = st.session_state.pop(_ASKED, None)
    if told is None:
        return
    with suppress(JobError):  # gone
        house.store().cancel(told, house.owner())


def _wait(job: Job) -> None:
    waiting.wait_line(job, "Asking the model")
    waiting.show_dying_worker()
