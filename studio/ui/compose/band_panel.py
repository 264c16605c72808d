"""Step 2 of the Compose page: which model plays, its knobs, and the button that starts it."""

from __future__ import annotations

import html

import streamlit as st

from studio.catalog import Card, models
from studio.composing import Request
from studio.music.melody import Melody
from studio.techniques import Field, technique
from studio.ui import desk, fields, house
from studio.ui.compose import (
    arrangement_panel,
    chords_panel,
    extend_panel,
    fix_panel,
    fixes,
    melody_panel,
    order,
    part_wishes,
)
from studio.ui.compose.table import Table

DEFAULT_MODEL = "pop-gan"
KNOB = "knob-"  # only those of the chosen technique are on the page


def show() -> None:
    """Cards, knobs, seed and takes; what parts are asked for; going on with the melody."""
    cards, problems = models(house.settings().model_folders)
    for problem in problems:
        st.warning(problem)
    head = st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
    head.html('<p class="tutti-step">2 · Band</p>', width="content")
    if not cards:
        st.error("There is no model to play with: install Tutti again.")
        return
    card = _choose(cards)
    kind = technique(card.technique)
    with head, st.popover(f"About {card.title}", type="tertiary"):
        st.markdown(f"**{card.title}** · {kind.title} · {card.parameters:,} parameters")
        st.markdown(card.description)
        st.markdown(card.data)
        st.markdown(f"**Licence of the data.** {card.licence}")
        st.markdown(f"**What that means for you.** {card.follows}")
    knobs = kind.Knobs.fields()
    left, right = st.columns(2, gap="medium")
    with left:
        for field in knobs[:1]:
            _knob(field)
    with right:
        _choose_seed()
    _choose_pin()
    if kind.can("write"):
        _choose_takes()
    else:
        st.session_state.pop("takes", None)  # Streamlit forgets it only after this run
    if knobs[1:]:
        with st.expander("More"):
            for field in knobs[1:]:
                _knob(field)
    arrangement_panel.show(card)
    part_wishes.show(card)
    extend_panel.show(card)
    fix_panel.show(card)


def generate(melody: Melody | None, table: Table) -> None:
    """The button that starts it all."""
    # chords that were written down would otherwise bind a new tune without a word
    kept = " on your chords" if desk.draft().chords.strip() else ""
    busy, has_melody = table.busy, melody is not None
    again = table.work is not None and melody is not None and table.is_of(melody.score)
    what = "another band" if again and not desk.draft().pinned else "the band"
    what = "four bands" if takes() > 1 else what
    buttons = st.container(horizontal=True, key="generate")
    buttons.button(
        "Composing the band" if busy else f"Generate {what}{kept}",
        type="primary",
        width="stretch",
        disabled=busy or not (has_melody or kept) or "model" not in st.session_state,
        help=None
        if has_melody or kept
        else "Play a melody first, choose a sample, import a file or type chords.",
        on_click=_submit,
    )
    buttons.button(
        "All genres",
        disabled=busy or not (has_melody or kept) or "model" not in st.session_state,
        help="A band of each genre plays your melody, or your chords: hear them all, choose one.",
        on_click=_submit_genres,
    )


def takes() -> int:
    """How many takes are asked for: more than one only of a technique that writes them at once."""
    return int(st.session_state.get("takes") or 1)


def _choose(cards: tuple[Card, ...]) -> Card:
    wanted = desk.draft().model
    if wanted not in {card.id for card in cards}:
        wanted = DEFAULT_MODEL if any(card.id == DEFAULT_MODEL for card in cards) else cards[0].id
    kinds = list(dict.fromkeys(card.technique for card in cards))
    kind = next(card.technique for card in cards if card.id == wanted)
    if len(kinds) > 1:
        if st.session_state.get("technique") not in kinds:
            st.session_state.technique = kind
        chosen = st.segmented_control(
            "The technique",
            kinds,
            required=True,
            format_func=lambda id: technique(id).title,
            key="technique",
            label_visibility="collapsed",
            width="stretch",
            on_change=lambda: _switch(cards),
        )
        kind = chosen or kind
    by_id = {card.id: card for card in cards if card.technique == kind}
    if wanted not in by_id:
        wanted = next(iter(by_id))
    if st.session_state.get("model") not in by_id:
        st.session_state.model = wanted
    st.radio(
        "The model",
        list(by_id),
        format_func=lambda id: by_id[id].title,
        key="model",
        label_visibility="collapsed",
        width="stretch",
        on_change=lambda: _remember(by_id[st.session_state.model]),
    )
    card = by_id[st.session_state.model]
    st.html(f'<p class="tutti-quiet tutti-good">{html.escape(card.description)}</p>')
    return card


def _remember(card: Card) -> None:
    desk.change(model=card.id, models={**desk.draft().models, card.technique: card.id})


def _switch(cards: tuple[Card, ...]) -> None:
    """The technique's model of the same genre; where there is none the one last chosen, or its
    first."""
    draft = desk.draft()
    mine = [card for card in cards if card.technique == st.session_state.technique]
    genre = next((card.genre for card in cards if card.id == st.session_state.get("model")), None)
    last = draft.models.get(st.session_state.technique)
    chosen = next(
        (card for card in mine if card.genre == genre),
        next((card for card in mine if card.id == last), mine[0]),
    )
    st.session_state.model = chosen.id
    _remember(chosen)


def _knob(field: Field) -> None:
    def keep(value: float) -> None:
        desk.change(knobs={**desk.draft().knobs, field.name: value})

    fields.show(field, KNOB + field.name, desk.draft().knobs.get(field.name), keep)


def _choose_seed() -> None:
    """The seed of the next band."""
    st.session_state.setdefault("seed", int(desk.draft().seed))
    st.number_input(
        "Seed",
        0,
        Request.MAX_SEED,
        key="seed",
        help="The same melody, model and seed give the same band; another seed, another band.",
        on_change=_type_seed,
    )


def _choose_pin() -> None:
    st.toggle(
        "Pin the seed",
        desk.draft().pinned,
        key="pinned",
        help="Off: each Generate takes the next seed, so that another band comes. On: the seed "
        "stays, so that you hear what only your other choices change.",
        on_change=lambda: desk.change(pinned=st.session_state.pinned),
    )


def _type_seed() -> None:
    if st.session_state.seed != desk.draft().seed:
        desk.change(seed=st.session_state.seed, seed_typed=True)


def _choose_takes() -> None:
    st.segmented_control(
        "How many bands",
        [1, Request.MOST_TAKES],
        default=Request.MOST_TAKES if desk.draft().takes > 1 else 1,
        required=True,
        format_func=lambda count: "One band" if count == 1 else "Four bands",
        key="takes",
        label_visibility="collapsed",
        width="stretch",
        help="Four bands at once are of this seed and the three that follow.",
        on_change=lambda: desk.change(takes=st.session_state.takes),
    )


def _submit() -> None:
    """Reads melody and choices as they are at the click: a value typed just before it counts."""
    with desk.PROBLEM.catch():
        melody, chords = melody_panel.to_play_on(chords_panel.typed())
        request = Request(
            melody,
            st.session_state.model,
            int(st.session_state.seed),
            fields.typed(KNOB),
            chords,
            float(st.session_state.get("chord_risk", desk.draft().chord_risk)),
            part_wishes.wishes(st.session_state.model),
            takes(),
            key=desk.draft().key,
            chain=fixes.chain(melody),
            arrangement=arrangement_panel.wanted(_chosen()),
        )
        _show_seed(order.band(request, _is_wanted(request.seed)))


def _chosen() -> Card:
    cards, _ = models(house.settings().model_folders)
    return next(card for card in cards if card.id == st.session_state.model)


def _submit_genres() -> None:
    """The models of the chosen technique, one a genre."""
    with desk.PROBLEM.catch():
        melody, chords = melody_panel.to_play_on(chords_panel.typed())
        model, seed = st.session_state.model, int(st.session_state.seed)
        key, chain = desk.draft().key, fixes.chain(melody)
        request = Request(melody, model, seed, chords=chords, key=key, chain=chain)
        _show_seed(order.every_genre(request, _is_wanted(seed)))


def _is_wanted(seed: int) -> bool:
    """Whether the seed in the box is to be taken as it is: it is pinned, or was typed."""
    draft = desk.draft()
    pinned = st.session_state.get("pinned", draft.pinned)
    return bool(pinned or draft.seed_typed or seed != draft.seed)


def _show_seed(seed: int) -> None:
    desk.change(seed=seed, seed_typed=False)
    st.session_state.seed = seed
