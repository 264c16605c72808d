"""What all sessions of one server share: settings, the store and the engines that work off jobs;
and whose a session is."""

from __future__ import annotations

import secrets
from functools import cache
from threading import Event

import streamlit as st

from studio.catalog import Card, find
from studio.ground import Settings
from studio.ground.errors import BadModel, JobError
from studio.jobs.workers import COMPOSING, READING, TRAINING, open_store
from studio.library import Library
from studio.queue import Job, LocalEngine, Store
from studio.sound import synth_status
from studio.ui.guard import COOKIE

first_page = Event()  # set when it has been drawn


@cache
def settings() -> Settings:
    """The studio's settings, read once."""
    return Settings()


@cache
def store() -> Store:
    """The job store of the data directory."""
    return open_store(settings().data_dir)


@cache
def library() -> Library:
    """The library of the data directory."""
    return Library(store())


@cache
def engine() -> LocalEngine:
    """The engine that starts and watches the worker that composes."""
    return COMPOSING.engine(settings().data_dir)


@cache
def training_engine() -> LocalEngine:
    """The engine that starts and watches the worker that trains."""
    return TRAINING.engine(settings().data_dir)


@cache
def engines() -> tuple[LocalEngine, ...]:
    """All engines: one composes, one trains, one makes music ready to learn from."""
    return engine(), training_engine(), READING.engine(settings().data_dir)


def owner() -> str:
    """The anonymous owner of this browser; a session without a cookie gets one of its own."""
    value = st.context.cookies.get(COOKIE)
    if isinstance(value, str) and value.isalnum():  # tests have no browser, so no cookie
        return value
    return str(st.session_state.setdefault("owner", secrets.token_hex(16)))


def model(id: str) -> Card | None:
    """The card of a model, None where it is gone or damaged."""
    try:
        return Card.read(find(id, settings().model_folders))
    except BadModel:
        return None


def problem() -> str | None:
    """A sentence where a worker dies again and again, else None."""
    return next((found for each in engines() if (found := each.problem())), None)


def job(job_id: str | None) -> Job | None:
    """One of this owner's jobs, None where there is none or it is gone."""
    if job_id is None:
        return None
    try:
        return store().get(job_id, owner())
    except JobError:
        return None


def turn(job_id: str, text: str) -> str:
    """What is said of a job that has not ended: how many are before it, or `text` when it has its
    turn."""
    place = store().place(job_id)
    return f"Waiting: {place - 1} before you" if place > 1 else text


@cache
def sound_name() -> str:
    """What plays, engine and soundfont; names the folder of the keyboard's sprites."""
    status = synth_status(settings().soundfont_folders)
    return f"{status.engine} · {settings().soundfont or status.soundfont or ''}"
