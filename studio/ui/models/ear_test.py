"""The blind ear test: two unlabelled takes of one melody, a vote, then the names."""

from __future__ import annotations

import html
import secrets
from collections.abc import Sequence

import streamlit as st

from studio.catalog import Card
from studio.queue import Job
from studio.ui import house, say
from studio.ui.models import draft, ears, sample, tally
from studio.ui.models.draft import Duel
from studio.ui.models.shelf import Shelf, names

RANDOM, CHOSEN = "random", "chosen"
SIDES = ("A", "B")
_VOTES = {"A": "A is better", "none": "No difference", "B": "B is better"}
_chance = secrets.SystemRandom()


def show(known: Shelf) -> None:
    """The next duel, or the one that is on, and the tally."""
    duel = draft.draft().duel
    job = house.job(duel["job"]) if duel else None
    if duel and job and all(known.get(id) for id in duel["models"]):
        _duel(known, duel, job)
    else:
        _begin(known)
    st.divider()
    ratings = ears.ratings(house.store())
    st.html(
        '<p class="tutti-step">Ears beside the number</p>'
        f'<p class="tutti-says">{html.escape(tally.agreement(known.cards, ratings))}</p>'
        f"{tally.table(known.cards, ratings)}"
    )
    st.caption(
        "Elo starts at 1000 and moves with every duel. The index is how far a model's bands are "
        "from songs of its training set that were held back, by a dozen statistics. “Real songs” "
        "is how far those are from each other. Compare it only within a genre."
    )


def genres(cards: Sequence[Card]) -> dict[str, list[Card]]:
    """The models by genre, where there are two or more to a genre."""
    found: dict[str, list[Card]] = {}
    for card in cards:
        found.setdefault(card.genre, []).append(card)
    return {genre: those for genre, those in sorted(found.items()) if len(those) > 1}


def _begin(known: Shelf) -> None:
    """Which genre, which melody, who fights."""
    ring = genres(known.cards)
    if not ring:
        st.info("An ear test needs two models of one genre: train or import another one.")
        return
    st.html(
        '<p class="tutti-says">Two models play the same melody, and you are not told which is '
        "which. Listen, then say which band you like better.</p>"
    )
    wanted = draft.draft().genre
    with st.container(horizontal=True, vertical_alignment="bottom"):
        genre = st.selectbox(
            "Genre",
            list(ring),
            index=list(ring).index(wanted) if wanted in ring else 0,
            format_func=str.capitalize,
            key="models-genre",
            on_change=lambda: draft.change(genre=st.session_state["models-genre"]),
        )
        sample.choose_melody("models-melody-ears", labelled=True)
        blind = st.segmented_control(
            "The two models",
            [RANDOM, CHOSEN],
            default=draft.draft().blind,
            required=True,
            format_func=str.capitalize,
            key="models-blind",
            on_change=lambda: draft.change(blind=st.session_state["models-blind"]),
        )
    those = ring[genre]
    chosen = _choose(those) if blind == CHOSEN else None
    st.button(
        "Begin",
        key="models-begin",
        type="primary",
        on_click=_start,
        args=([card.id for card in those], chosen),
        disabled=chosen is not None and len(set(chosen)) < 2,
    )


def _choose(those: Sequence[Card]) -> list[str]:
    called = names(those)
    saved = [id for id in draft.draft().rivals if id in called]
    first = saved if len(saved) == 2 else list(called)[:2]
    chosen = []
    for place, column in enumerate(st.columns(2)):
        key = f"models-rival-{place}"
        chosen.append(
            column.selectbox(
                "First model" if place == 0 else "Second model",
                list(called),
                index=list(called).index(first[place]),
                format_func=called.__getitem__,
                key=f"{key}-{those[0].genre}",
            )
        )
    if chosen != saved:
        draft.change(rivals=chosen)
    return chosen


def _start(those: Sequence[str], chosen: Sequence[str] | None) -> None:
    """Two models in an order that chance decides."""
    order = _chance.sample(list(chosen or those), 2)
    with draft.PROBLEM.catch():
        draft.change(duel={"job": sample.ask(order), "models": order, "vote": None})


def _duel(known: Shelf, duel: Duel, job: Job) -> None:
    """The two takes and the vote; once it is cast, who was who."""
    cards = [card for id in duel["models"] if (card := known.get(id))]
    called = names(known.cards)
    vote = duel["vote"]
    titles = list(SIDES)
    if vote:
        titles = [f"{side} · {called[card.id]}" for side, card in zip(SIDES, cards, strict=True)]
    sample.watch(job, titles, blind=vote is None)
    if vote is None:
        there = sample.heard(job) == {1, 2} and job.state == "done"
        ready = there and sample.listened(job) == set(SIDES)
        if there and not ready:
            st.caption("Listen to both for some seconds: then you may vote.")
        for column, (choice, text) in zip(st.columns(3), _VOTES.items(), strict=True):
            column.button(
                text,
                key=f"models-vote-{choice}",
                width="stretch",
                disabled=not ready,
                help=None if ready else "Listen to both first.",
                on_click=_vote,
                args=(choice,),
            )
        if job.ended and not there:
            _next("Try another duel")
        return
    said = "You heard no difference."
    if vote in SIDES:
        said = f"You liked {called[duel['models'][SIDES.index(vote)]]} better."
    ratings = ears.ratings(house.store())
    elos = [f"{called[card.id]} {ratings[card.id]['elo']:.0f}" for card in cards
            if card.id in ratings]  # fmt: skip
    st.success(say.plain(f"{said} Elo now: {', '.join(elos)}."))
    _next("Another duel")


def _next(text: str) -> None:
    st.button(text, key="models-next", type="primary", on_click=lambda: draft.change(duel=None))


def _vote(choice: str) -> None:
    """Counts once: what another tab voted meanwhile stands."""
    duel = draft.saved().duel
    if duel is None or duel["vote"] is not None:
        draft.change()
        return
    one, other = duel["models"]
    if choice == "B":
        one, other = other, one
    with draft.PROBLEM.catch():
        ears.vote(house.store(), one, other, draw=choice == "none")
        draft.change(duel={**duel, "vote": choice})
