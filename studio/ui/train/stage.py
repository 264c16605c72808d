"""The right side of the Train page: a run with its curves, its sound and its use; before there is
any, what will happen."""

from __future__ import annotations

import html

import streamlit as st

from studio.queue import Job
from studio.training.curves import Row, as_csv, described, label, stands, verdict
from studio.ui import house, waiting
from studio.ui.train import (
    charts,
    doctor,
    draft,
    head,
    legend,
    lines,
    listening,
    panels,
    runs,
    runs_table,
    scrubber,
    use_it,
)  # fmt: skip
from studio.ui.train.music import Selection

CURVES, FEATURES, RUNS = "Curves", "Features", "Runs"
_REFRESH_SECONDS = 0.5
_WELCOME = """
<div class="tutti-welcome"><h1>Train a band of your own, and hear it learn.</h1>
<ol><li><b>Choose music</b> on the left: a set that comes with Tutti, or a zip of your own MIDI
files. The data doctor shows what can be learned from.</li>
<li><b>Train.</b> Quick takes some minutes. The curves grow here, with a sentence that says what
they mean; you may pause, stop or leave, nothing is lost.</li>
<li><b>Listen</b> to your own melody at every epoch, from noise to music, and play the finished
model on Compose.</li></ol></div>
"""


def show(job: Job | None, chosen: Selection | None) -> None:
    """The run, or the data doctor where it is open. What moves is in fragments, which stop asking
    when the job has ended."""
    if draft.draft().doctor and chosen is not None:
        doctor.show(chosen)
    else:
        _show_run(job)


def _show_run(job: Job | None) -> None:
    draft.PROBLEM.show()
    if job is None:
        st.html(_WELCOME)
        return
    waiting.watch_job(job, head.show, _REFRESH_SECONDS)
    if job.state == "failed":
        st.error(job.error or "The training failed: try again.")
    elif job.state == "cancelled":
        st.info("This training was cancelled. What it had learned until then can still be heard.")
    use_it.show(job)
    with st.container(border=True, key="train_curves"):
        _choices(job)
        if draft.draft().view == RUNS:
            runs_table.show(job)
        else:
            legend.show(job)
            waiting.watch_job(job, _curves, _REFRESH_SECONDS)
    with st.container(border=True, key="train_hear"):
        waiting.watch(
            job,
            lambda: house.store().get(job.id, house.owner()),
            lambda now: scrubber.show(now, runs.look(now).snapshots),
            _sounds,
            2 * _REFRESH_SECONDS,
        )


def _sounds(job: Job) -> bool:
    """Whether more is coming that can be heard."""
    return not job.ended or listening.of(job.id).busy


def _choices(job: Job) -> None:
    """Curves, features or all runs, how they are drawn, and taking them home; outside the
    fragments, so that nothing moves under the hand."""
    values = draft.draft()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "What is shown", [CURVES, FEATURES, RUNS], default=values.view, required=True,
            key="train_view", label_visibility="collapsed",
            on_change=lambda: draft.change(view=st.session_state.train_view),
        )  # fmt: skip
        with st.popover("Chart"):
            _chart_choices(job, values)
        with st.popover("Export"):
            _exports(job)


def _chart_choices(job: Job, values: draft.TrainDraft) -> None:
    st.toggle(
        "Logarithmic", values.log, key="train_log",
        on_change=lambda: draft.change(log=st.session_state.train_log),
    )  # fmt: skip
    st.slider(
        "Smoothing", 0.0, 0.95, float(values.smoothing), step=0.05, key="train_smoothing",
        help="0 shows each epoch as it was measured.",
        on_change=lambda: draft.change(smoothing=st.session_state.train_smoothing),
    )  # fmt: skip
    run = next(iter(legend.every(job).values()))
    options = lines.columns(run)
    chosen = values.losses or lines.usual(run)
    said = [described(name, run.kind) for name in options]
    st.pills(
        "Losses", options, selection_mode="multi",
        format_func=lambda name: label(name, run.kind),
        help="\n\n".join(f"**{name}**: {text}" for name, text in said if text) or None,
        default=[name for name in chosen if name in options],
        key=f"train_losses-{'-'.join(options)}",
        on_change=lambda: draft.change(
            losses=st.session_state[f"train_losses-{'-'.join(options)}"] or None
        ),
    )  # fmt: skip


def _exports(job: Job) -> None:
    name = "".join(c if c.isalnum() else "-" for c in runs.name(job)).strip("-") or "training"

    def png() -> bytes:
        from studio.ui.train import take_home  # matplotlib is needed for this alone

        found, epochs = _drawn(job, None)
        drawn = [(panel.title, points) for panel, points in found]
        return take_home.picture(runs.name(job), drawn, epochs, draft.draft().log)

    st.download_button(
        "Charts as PNG", png, f"{name}.png", "image/png", on_click="ignore", key="train_png",
        width="stretch",
    )  # fmt: skip
    st.download_button(
        "History as CSV", lambda: as_csv(runs.look(job).rows).encode(), f"{name}.csv", "text/csv",
        on_click="ignore", key="train_csv", width="stretch",
    )  # fmt: skip
    st.download_button(
        "All runs as CSV", lambda: runs_table.as_csv(runs_table.lines_of_all()[0]).encode(),
        "runs.csv", "text/csv", on_click="ignore", key="train_runs_csv", width="stretch",
    )  # fmt: skip


def _drawn(job: Job, cursor: int | None) -> tuple[list[tuple[lines.Panel, list[lines.Point]]], int]:
    """The panels with their points, and the last epoch on their axis."""
    values, state = draft.draft(), runs.look(job)
    mine = next(iter(legend.every(job).values()))
    shown = legend.drawn(job)
    found = [
        (panel, lines.points(shown, panel, values.smoothing, cursor))
        for panel in lines.panels(mine, values.losses or lines.usual(mine))
    ]
    last = [int(run.rows[-1]["epoch"]) for run in shown if run.rows]
    planned = state.done.epochs if state.done else runs.planned_epochs(job, state)
    return found, max([planned, *last])


def _curves(job: Job) -> None:
    """The sentence and the charts."""
    rows = runs.look(job).rows
    _sentence(rows, job)
    if not rows:
        return
    cursor = scrubber.cursor(job.id)
    if draft.draft().view == FEATURES:
        _features(rows, cursor)
        return
    found, epochs = _drawn(job, cursor)
    drawn = [(p, points) for p, points in found if any(each["role"] == "line" for each in points)]
    run = next(iter(legend.every(job).values()))
    for place, (panel, points) in enumerate(drawn):
        axis = place in (0, len(drawn) - 1)
        panels.show(panel, run, points, epochs, "train_chart", draft.draft().log, axis)


def _sentence(rows: tuple[Row, ...], job: Job) -> None:
    """What the curves say, and where the index stands."""
    text = verdict(rows, runs.kind_of(job))
    if not rows and job.ended:
        text = "It ended before its first epoch was over, so there is nothing to read."
    st.html(
        f'<p class="tutti-says">{html.escape(text)} '
        f'<span class="tutti-quiet">{html.escape(stands(rows))}</span></p>'
    )


def _features(rows: tuple[Row, ...], cursor: int | None) -> None:
    found = lines.features(rows, cursor)
    if not found:
        st.html(
            '<p class="tutti-quiet">The index has not been taken apart yet: it is when it is '
            "measured.</p>"
        )
        return
    st.html(
        '<p class="tutti-step">How far off each feature is '
        f"· epoch {int(found[0]['epoch'])} · the tick is where it was at first</p>"
    )
    st.altair_chart(charts.breakdown(found), width="stretch", theme=None, key="train_features")
