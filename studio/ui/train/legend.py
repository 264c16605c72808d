"""The legend: which runs and models are in the charts, each with its colour, and switching them."""

from __future__ import annotations

import streamlit as st

from studio.queue import Job
from studio.ui import say
from studio.ui.train import draft, runs
from studio.ui.train.lines import OTHERS, THIS_RUN, Curves


def show(job: Job) -> None:
    """A switch a run, where there are two and more."""
    found = every(job)
    if len(found) < 2:
        return
    names = say.distinct({key: run.name for key, run in found.items()})
    key = f"train_legend-{'-'.join(found)}"
    hidden = draft.draft().hidden
    with st.container(key="train_legend"):
        st.pills(
            "Runs in the charts", list(found), selection_mode="multi",
            default=[each for each in found if each not in hidden],
            format_func=lambda each: say.plain(names[each]), key=key,
            label_visibility="collapsed",
            on_change=lambda: draft.change(
                hidden=[each for each in found if each not in st.session_state[key]]
            ),
        )  # fmt: skip


def every(job: Job) -> dict[str, Curves]:
    """By key the run that is shown, then what is set beside it."""
    mine = Curves(runs.name(job), runs.look(job).rows, THIS_RUN, True, runs.kind_of(job))
    keys = [key for key in draft.draft().compare if key != f"run:{job.id}"]
    others = {key: runs.history(key, c) for key, c in zip(keys, OTHERS, strict=False)}
    return {f"run:{job.id}": mine, **others}


def drawn(job: Job) -> list[Curves]:
    """Those of them that are switched on."""
    hidden = draft.draft().hidden
    return [run for key, run in every(job).items() if key not in hidden]
