"""Asking for a training: from the choices on the page, or from an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.catalog import Card
from studio.jobs.train import KIND
from studio.queue import Job
from studio.techniques import Technique, technique
from studio.training import RunSpec, fine_tuned
from studio.ui import house, say
from studio.ui.train import draft, music, runs
from studio.ui.train.music import Selection


def submit(chosen: Selection, settings: Mapping[str, float | int]) -> str:
    """Queues the training that the draft describes and shows it; raises BadKnob and JobError."""
    values = draft.draft()
    technique(values.technique).Settings.parse(settings)  # a sentence now, not from the queue
    asked = {
        "name": usual_name(values.name or chosen.music.name),
        "set": chosen.music.id,
        "technique": values.technique,
        "settings": dict(settings),
        "layout": chosen.diagnosis["layout"],
        "only": chosen.only,
        "base": "" if values.start else values.base,
        "start": values.start,
        "stop_when_converged": values.stop_when_converged,
        "preset": "" if values.settings or values.base else values.preset,
    }
    spec = RunSpec.from_json(asked)
    job_id = house.store().submit(KIND, spec.to_json(), house.owner())
    draft.change(run=job_id, doctor=False, start=None, name="")
    return job_id


def defaults(
    kind: Technique, preset: str, base: Card | None, windows: int | None = None
) -> dict[str, float | int]:
    """All settings where nothing was changed by hand: the preset's, or what suits a model that goes
    on learning from so many windows."""
    usual = {field.name: field.default for field in kind.Settings.fields()}
    if base is not None:
        return {**usual, **fine_tuned(base, {}, windows).settings}
    return {**usual, **kind.presets.get(preset, {})}


def settings_now(windows: int | None) -> dict[str, float | int]:
    """All settings that the draft stands for, where it learns from so many windows."""
    values = draft.draft()
    usual = defaults(technique(values.technique), values.preset, music.base_card(), windows)
    return {**usual, **values.settings}


def usual_name(set_name: str) -> str:
    """What a model is called where nobody says: as its music, with a number where that is taken."""
    return say.free_name(set_name, _taken())


def clone(job: Job) -> None:
    """Puts all choices of an earlier training on the page, to be changed and trained anew."""
    _take_over(job, base=runs.spec(job).base, start=None)


def go_on(job: Job, epoch: int) -> None:
    """The same, to go on from what an earlier training had learned after an epoch."""
    start = {"run": job.id, "epoch": epoch, "name": runs.name(job)}
    _take_over(job, base="", start=start)


def _take_over(job: Job, **values: Any) -> None:
    asked = runs.spec(job)
    before = draft.draft()
    preset = asked.preset or before.preset
    draft.change(
        **values,
        set=asked.set,
        source=None,
        layout=asked.layout,
        only=asked.only,
        filters={},
        technique=asked.technique,
        preset=preset,
        stop_when_converged=asked.stop_when_converged,
        name=usual_name(asked.name),
        form=before.form + 1,
    )
    usual = defaults(technique(asked.technique), preset, music.base_card())
    fixed = {"epochs"} if asked.base else set()  # not to be counted anew
    changed = {
        name: value
        for name, value in asked.settings.items()
        if name in fixed or value != usual.get(name)
    }
    draft.change(settings=changed)


def _taken() -> set[str]:
    """Names that other models have."""
    return {runs.name(job) for job in runs.runs()} | {card.title for card in runs.own_models()}
