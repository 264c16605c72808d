"""Settings: the technique, what training starts from, a preset, and the form that grows from it."""

from __future__ import annotations

import html
from collections.abc import Mapping

import streamlit as st

from studio.catalog import models
from studio.techniques import Field, technique, techniques
from studio.training import RunSpec
from studio.ui import fields, house, say
from studio.ui.train import draft, game, music, order
from studio.ui.train.music import Selection

_SETTING = "train-setting"
_SCRATCH = ""
_LONGEST_NAME = 60


def show(chosen: Selection | None) -> None:
    """The whole panel but for its button."""
    st.html('<p class="tutti-step">Settings</p>')
    values = draft.draft()
    if values.start:
        _goes_on(values.start)
    else:
        _choose_technique(values)
        _choose_base(values)
        if not values.base:
            _choose_preset(values)
    kind = technique(values.technique)
    windows = chosen.windows if chosen else None
    usual = order.defaults(kind, values.preset, music.base_card(), windows)
    goes_on = bool(values.base or values.start)
    shown = [f for f in kind.Settings.fields() if not (goes_on and f.network)]
    first = [field for field in shown if field.first]
    for column, field in zip(st.columns(2), first, strict=False):
        with column:
            _field(field, usual, values)
    for field in first[2:]:
        _field(field, usual, values)
    with st.expander("More settings"):
        for field in shown:
            if not field.first:
                _field(field, usual, values)
    _name(chosen, values)
    stop = f"train_stop-{values.form}"
    st.toggle(
        "Stop by itself when it has converged",
        values.stop_when_converged,
        key=stop,
        help="It ends when the similarity index has moved by less than 1 % in 10 epochs.",
        on_change=lambda: draft.change(stop_when_converged=st.session_state[stop]),
    )


def key_of(name: str, values: draft.TrainDraft) -> str:
    """The widget of a setting: another preset brings another widget, with other values."""
    run = values.start["run"] if values.start else ""
    parts: list[object] = [values.technique, values.base, values.preset, values.form]
    parts += [values.set] if values.base else []  # its size tells the epochs
    return "-".join((_SETTING, *map(str, parts), run, name))


def _field(field: Field, usual: Mapping[str, float | int], values: draft.TrainDraft) -> None:
    key = key_of(field.name, values)

    def keep(value: float) -> None:
        changed = {**draft.draft().settings, field.name: value}
        if value == usual[field.name]:
            del changed[field.name]
        draft.change(settings=changed)

    value = values.settings.get(field.name, usual[field.name])
    fields.show(field, key, value, keep, usual[field.name])


def _choose_technique(values: draft.TrainDraft) -> None:
    key = f"train_technique-{values.form}"
    known, left_out = techniques()
    st.segmented_control(
        "The technique", list(known), default=values.technique, required=True,
        format_func=lambda id: known[id].title, key=key,
        label_visibility="collapsed", width="stretch",
        on_change=lambda: draft.change(
            technique=st.session_state[key], base=_SCRATCH, settings={}
        ),
    )  # fmt: skip
    about = technique(values.technique).description
    st.html(f'<p class="tutti-quiet" style="margin:0">{html.escape(about)}</p>')
    game.show(technique(values.technique))
    for sentence in left_out:
        st.caption(say.plain(sentence))


def _choose_base(values: draft.TrainDraft) -> None:
    cards = {
        card.id: card
        for card in models(house.settings().model_folders)[0]
        if card.technique == values.technique
    }
    options = [_SCRATCH, *cards]
    titles = {_SCRATCH: "Scratch, knowing nothing"}
    titles = say.distinct(titles | {id: f"The model {card.title}" for id, card in cards.items()})
    key = f"train_base-{values.technique}-{values.form}"
    st.selectbox(
        "Start from", options,
        index=options.index(values.base) if values.base in options else 0,
        format_func=titles.__getitem__, key=key,
        help="A model that has learned before needs few epochs; it keeps its parts.",
        on_change=lambda: draft.change(base=st.session_state[key], settings={}),
    )  # fmt: skip


def _choose_preset(values: draft.TrainDraft) -> None:
    names = list(technique(values.technique).presets)
    if not names:
        return
    key = f"train_preset-{values.form}"
    st.segmented_control(
        "Preset", names, default=values.preset, required=True, key=key,
        label_visibility="collapsed", width="stretch",
        help="Quick: minutes on two cores. Best: what the shipped models had. "
        "Textbook: the values that DeepComposer proposed.",
        on_change=lambda: draft.change(preset=st.session_state[key], settings={}),
    )  # fmt: skip
    st.html(f'<p class="tutti-quiet">{html.escape(changed(values.technique, values.preset))}</p>')


def changed(technique_id: str, preset: str) -> str:
    """What a preset changes of a technique's own settings."""
    kind = technique(technique_id)
    labels = {field.name: field.label.lower() for field in kind.Settings.fields()}
    own = kind.Settings()
    new = [
        f"{labels[name]} {say.number(value)}"
        for name, value in kind.presets[preset].items()
        if value != getattr(own, name)
    ]
    rest = "the rest is as usual" if new else "all is as usual"
    return f"{preset}: {', '.join([*new, rest])}."


def _goes_on(start: draft.StartDraft) -> None:
    text = f"Goes on from epoch {start['epoch']} of {start['name']}"
    st.html(f'<p style="margin:0">{html.escape(text)}</p>')
    st.button(
        "Start from scratch instead",
        type="tertiary",
        on_click=lambda: draft.change(start=None, settings={}),
    )


def _name(chosen: Selection | None, values: draft.TrainDraft) -> None:
    key = f"train_name-{values.run}-{values.form}"
    st.text_input(
        "Name of the model", values.name, max_chars=_LONGEST_NAME, key=key,
        placeholder=order.usual_name(chosen.music.name) if chosen else "Name it",
        on_change=lambda: draft.change(name=st.session_state[key].strip()),
    )  # fmt: skip


def train_button(chosen: Selection | None) -> None:
    """The one bright button."""
    values = draft.draft()
    start = values.start
    label = f"Train on from epoch {start['epoch']}" if start else "Train"
    enough = chosen is not None and len(chosen.names) > 1
    why = "Choose some music first." if chosen is None else "Two songs at least are needed."
    st.button(
        label, type="primary", width="stretch", disabled=not enough,
        help=None if enough else why, on_click=_submit, args=(chosen,),
    )  # fmt: skip
    if chosen is not None and enough:
        settings = order.settings_now(chosen.windows)
        spec = RunSpec(technique=values.technique, settings=settings)
        each, epochs = spec.seconds_an_epoch(chosen.windows), int(settings["epochs"])
        before, after = spec.seconds(chosen.windows, epochs)
        text = (
            f"About {say.span(before + after)}: {say.span(before)} to get ready, then "
            f"{say.counted(epochs, 'epoch')} of {say.span(each) if each >= 1 else 'under 1 s'}"
        )
        st.html(f'<p class="tutti-quiet" style="text-align:center">{text}</p>')


def _submit(chosen: Selection | None) -> None:
    typed = fields.typed(key_of("", draft.draft()))
    with draft.PROBLEM.catch():
        if chosen is not None:
            order.submit(chosen, {**order.settings_now(chosen.windows), **typed})
