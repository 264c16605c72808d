"""Step 2 of the Compose page: which model plays, its knobs, and the button that starts it."""

from __future__ import annotations

import streamlit as st

from studio.catalog import Card, models
from studio.composing import melody_to_json
from studio.errors import TuttiError
from studio.jobs.compose import Request
from studio.melody import from_performance
from studio.planning import MAX_SEED
from studio.techniques.contract import Field, fields
from studio.techniques.registry import technique
from studio.ui import house, state

DEFAULT_MODEL = "pop-gan"
_KNOB = "knob-"  # only the sliders of the chosen technique are on the page


def show() -> None:
    """Cards, knobs and seed."""
    cards, problems = models(house.settings().model_folders)
    for problem in problems:
        st.warning(problem)
    head = st.columns([0.4, 0.6])
    head[0].html('<p class="tutti-step">2 · Band</p>')
    if not cards:
        st.error("There is no model to play with: install Tutti again.")
        return
    card = _choose(cards)
    with head[1], st.popover(f"About {card.title}", type="tertiary"):
        kind = technique(card.technique).title
        st.markdown(f"**{card.title}** · {kind} · {card.parameters:,} parameters")
        st.markdown(card.data)
        st.markdown(f"**Licence of the data.** {card.licence}")
        st.markdown(f"**What follows for you.** {card.follows}")
    left, right = st.columns(2, gap="medium")
    with left:
        for field in fields(technique(card.technique).knobs):
            _slider(field)
    right.number_input(
        "Seed",
        0,
        MAX_SEED,
        int(state.draft()["seed"]),
        key="seed",
        help="The same melody, model and seed give the same band; another seed, another band.",
        on_change=lambda: state.change(seed=st.session_state.seed),
    )


def generate(has_melody: bool, busy: bool) -> None:
    """The button that starts it all; `busy` while a band is being composed."""
    # chords that were written down would otherwise bind a new tune without a word
    kept = " on your chords" if state.draft()["chords"].strip() else ""
    st.button(
        "Composing the band" if busy else f"Generate the band{kept}",
        type="primary",
        width="stretch",
        disabled=busy or not has_melody or "model" not in st.session_state,
        help=None if has_melody else "Play a melody first, choose a sample or import a file.",
        on_click=_submit,
    )


def _choose(cards: tuple[Card, ...]) -> Card:
    wanted = state.draft()["model"]
    if wanted not in {card.id for card in cards}:
        wanted = DEFAULT_MODEL if any(card.id == DEFAULT_MODEL for card in cards) else cards[0].id
    kinds = list(dict.fromkeys(card.technique for card in cards))
    kind = next(card.technique for card in cards if card.id == wanted)
    if len(kinds) > 1:
        kind = st.segmented_control(
            "The technique",
            kinds,
            default=kind,
            required=True,
            format_func=lambda id: technique(id).title,
            key="technique",
            label_visibility="collapsed",
            on_change=lambda: _switch(cards),
        )
    by_id = {card.id: card for card in cards if card.technique == kind}
    if wanted not in by_id:
        wanted = next(iter(by_id))
    chosen = st.radio(
        "The model",
        list(by_id),
        index=list(by_id).index(wanted),
        format_func=lambda id: f"**{by_id[id].title}**",
        captions=[card.description for card in by_id.values()],
        key="model",
        label_visibility="collapsed",
        on_change=lambda: state.change(model=st.session_state.model),
    )
    return by_id[chosen or wanted]


def _switch(cards: tuple[Card, ...]) -> None:
    """The first model of the technique that was chosen, remembered as any choice is."""
    chosen = st.session_state.technique
    state.change(model=next(card.id for card in cards if card.technique == chosen))


def _slider(field: Field) -> None:
    key = _KNOB + field.name
    saved = state.draft()["knobs"].get(field.name, field.default)

    def keep() -> None:
        state.change(knobs={**state.draft()["knobs"], field.name: st.session_state[key]})

    value = min(max(type(field.default)(saved), field.low), field.high)
    st.slider(
        field.label, field.low, field.high, value, step=0.05, key=key, help=field.help,
        on_change=keep,
    )  # fmt: skip


def _submit() -> None:
    """Reads melody and choices as they are at the click: a value typed just before it counts."""
    knobs = {
        str(name).removeprefix(_KNOB): value
        for name, value in st.session_state.items()
        if str(name).startswith(_KNOB)
    }
    try:
        melody = from_performance(state.draft()["performance"]).score
        request = Request(
            melody_to_json(melody),
            st.session_state.model,
            int(st.session_state.seed),
            knobs,
            str(st.session_state.get("chords", state.draft()["chords"])),
            float(st.session_state.get("chord_risk", state.draft()["chord_risk"])),
        )
        house.store().submit("compose", request.payload(), state.owner())
    except TuttiError as error:
        st.session_state.problem = str(error)
