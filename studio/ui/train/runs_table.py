"""The runs as a table: what differs between them, how far each came, and what was noted."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import streamlit as st

from studio.queue import Job
from studio.training import RunFolder
from studio.training.curves import CEILING, FLOOR, INDEX, Row
from studio.ui import house, say
from studio.ui.train import draft, music, runs

_MOST = 40
_LONGEST_NOTE = 500

Cell = str | float | int | None
Line = Mapping[str, Cell]


def show(job: Job) -> None:
    """The table, and the note on the run that is shown."""
    key = f"train_note-{job.id}"
    st.text_input(
        f"Note on {say.plain(runs.name(job))}", draft.draft().notes.get(job.id, ""), key=key,
        max_chars=_LONGEST_NOTE, placeholder="What you expected, and what you heard",
        on_change=lambda: draft.note(job.id, st.session_state[key].strip()),
    )  # fmt: skip
    lines, same = lines_of_all()
    st.dataframe(lines, hide_index=True, height="content", alt="The runs, a row each")
    if same:
        st.caption(f"The same in all: {say.plain(same)}.")


def lines_of_all() -> tuple[list[Line], str]:
    """A line a run, the newest first, with the columns in which they differ; and a sentence of
    those in which they do not."""
    every = runs.runs()[:_MOST]
    notes = draft.draft().notes
    sets = {each.id: each.name for each in music.there()}
    found = [(_asked(job, sets), _reached(job, notes.get(job.id, ""))) for job in every]
    differ, same = apart([asked for asked, _ in found])
    lines: list[Line] = [
        {"Run": runs.name(job), **{name: asked.get(name) for name in differ}, **reached}
        for job, (asked, reached) in zip(every, found, strict=True)
    ]
    return lines, ", ".join(f"{name.lower()} {_text(value)}" for name, value in same.items())


def apart(lines: Sequence[Line]) -> tuple[list[str], Line]:
    """The names of what is not the same in all lines that have it, and what is."""
    names = dict.fromkeys(name for line in lines for name in line)
    values = {name: {line[name] for line in lines if name in line} for name in names}
    differ = [name for name in names if len(values[name]) > 1]
    return differ, {name: values[name].pop() for name in names if name not in differ}


def as_csv(lines: Sequence[Line]) -> str:
    """The table for a spreadsheet."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]) if lines else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def _asked(job: Job, sets: Mapping[str, str]) -> Line:
    """What was asked for: music, technique, what it began with, settings."""
    spec, kind = runs.spec(job), runs.kind_of(job)
    labels = {field.name: field.label for field in kind.Settings.fields()} if kind else {}
    start = f"epoch {spec.start.epoch} of another run" if spec.start else spec.base or "scratch"
    return {
        "Music": sets.get(spec.set, "deleted since"),
        "Songs": len(spec.only) if spec.only is not None else "all",
        "Technique": runs.technique_title(job),
        "Began with": start,
        **{labels.get(name, name): value for name, value in spec.settings.items()},
    }


def _reached(job: Job, note: str) -> Line:
    """How far it came, and how long that took."""
    rows: Sequence[Row] = RunFolder.of(house.settings().data_dir, job.id).rows()
    rows = rows or runs.look(job).rows
    last: Row = rows[-1] if rows else {}

    def newest(name: str) -> float | None:
        return next((round(row[name], 3) for row in reversed(rows) if name in row), None)

    return {
        "Index": newest(INDEX),
        "Random notes": newest(CEILING),
        "Real songs": newest(FLOOR),
        "Epochs run": int(last.get("epoch", 0)),
        "Time": say.span(last.get("seconds", 0.0)),
        "State": job.state,
        "Note": note,
    }


def _text(value: Cell) -> str:
    return value if isinstance(value, str) else say.number(value or 0)
