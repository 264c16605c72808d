"""What models make of a sample melody: an audition is asked for, waited for and heard."""

from __future__ import annotations

import html
import secrets
from collections.abc import Sequence

import streamlit as st

from studio.jobs.kinds import audition
from studio.jobs.takes import picture_of, sound_of
from studio.music.melody import melody_to_json, sample_melody, samples
from studio.queue import Job
from studio.ui import fields, house, waiting
from studio.ui.models import draft

_REFRESH_SECONDS = 0.3
_MOST_KEPT = 30  # auditions, by their models
_STARTS, _LISTENED = "models-starts", "models-listened"  # the audition that plays by itself, …


def choose_melody(key: str, labelled: bool = False) -> None:
    """One of the sample melodies; the choice is kept for the whole page."""
    titles = {sample.id: sample.title for sample in samples()}
    wanted = draft.draft().melody
    st.selectbox(
        "Melody",
        list(titles),
        index=list(titles).index(wanted) if wanted in titles else 0,
        format_func=titles.__getitem__,
        key=key,
        label_visibility="visible" if labelled else "collapsed",
        on_change=lambda: draft.change(melody=st.session_state[key]),
    )


def melody_id() -> str:
    """The sample melody that is chosen."""
    wanted = str(draft.draft().melody)
    known = [sample.id for sample in samples()]
    return wanted if wanted in known else known[0]


def ask(models: Sequence[str]) -> str:
    """Asks for an audition: a take for each of the models; the job. Raises TuttiError."""
    melody = melody_to_json(sample_melody(melody_id()))
    request = audition.Request(list(models), melody, secrets.randbelow(audition.SEEDS))
    return house.store().submit(audition.KIND, request.to_json(), house.owner())


def _begin(models: Sequence[str]) -> None:
    """A click on the button: asks, and remembers the job."""
    with draft.PROBLEM.catch():
        job = ask(models)
        samples = {**draft.draft().samples, "+".join(models): job}
        draft.change(samples=dict(list(samples.items())[-_MOST_KEPT:]))
        st.session_state[_STARTS] = job


def panel(models: Sequence[str], titles: Sequence[str]) -> None:
    """The melody, the button, and what was played with these models last."""
    job = house.job(draft.draft().samples.get("+".join(models)))
    busy = job is not None and not job.ended
    with st.container(horizontal=True, vertical_alignment="center"):
        choose_melody(f"models-melody-{len(models)}")
        again = job is not None and job.state == "done"
        st.button(
            "Composing" if busy else ("Play another band" if again else "Play it"),
            key=f"models-play-{len(models)}",
            type="secondary" if again else "primary",
            disabled=busy,
            on_click=_begin,
            args=(models,),
        )
    if job is not None:
        watch(job, titles)


def watch(job: Job, titles: Sequence[str], blind: bool = False) -> None:
    """The audition's progress, then its takes with a title each; `blind`, without pictures, for a
    technique is known by its look."""
    waiting.watch_job(job, lambda now: _play(now, titles, blind), _REFRESH_SECONDS)


def listened(job: Job) -> set[str]:
    """The titles of the takes that were listened to for a while, in this tab."""
    found: set[str] = st.session_state.get(_LISTENED, {}).get(job.id, set())
    return found


def heard(job: Job) -> set[int]:
    """The takes, from 1, whose sound is there."""
    told = {int(e.data["take"]) for e in house.store().events(job.id) if e.kind == "sound"}
    data_dir = house.settings().data_dir
    return {take for take in told if sound_of(data_dir, job.id, take).exists()}


def _play(job: Job, titles: Sequence[str], blind: bool) -> None:
    events = house.store().events(job.id)
    title = job.payload["melody"].get("title", "")
    if title:
        st.caption(f"Melody: {title}")  # one of our own samples
    if not blind:
        _pictures(job, titles)
    _listen(job, titles)
    if not job.ended:
        waiting.progress(job, events=events)
        waiting.show_dying_worker()
        waiting.cancel_button(job, draft.PROBLEM, key=f"models-cancel-{job.id}")
    elif job.state == "failed":
        st.error(job.error or "The band could not be played: try again.")
    elif job.state == "cancelled":
        st.info("This was cancelled.")


def _pictures(job: Job, titles: Sequence[str]) -> None:
    for take, (column, name) in enumerate(
        zip(st.columns(len(titles), gap="medium"), titles, strict=True), 1
    ):
        if name:
            column.html(f'<p class="tutti-step">{html.escape(name)}</p>')
        picture = picture_of(house.settings().data_dir, job.id, take)
        if picture.exists():
            column.image(picture.read_bytes(), width="stretch", alt=f"Piano roll {name}".strip())


def _listen(job: Job, titles: Sequence[str]) -> None:
    """The takes that can be heard; the first plays by itself where it was just asked for."""
    ready = sorted(heard(job))
    if not ready:
        if job.state == "done":
            st.caption("The sound is not there any more: play it again.")
        return
    takes = [
        {
            "name": titles[take - 1] or "the band",
            "src": f"/pieces/{job.id if take == 1 else f'{job.id}/{take}'}/mix.wav",
        }
        for take in ready
    ]
    start = job.id if st.session_state.get(_STARTS) == job.id else None
    key = f"models-listen-{job.id.replace('_', '.')}"  # Streamlit refuses one with `__`
    names = fields.show_listener(key=key, takes=takes, start=start)
    if names - listened(job):
        known = st.session_state.get(_LISTENED, {})
        st.session_state[_LISTENED] = {**known, job.id: names | listened(job)}
        st.rerun()  # the whole page: a vote may be cast now
