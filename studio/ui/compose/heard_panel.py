"""What was heard of a tune, in a line, to be set right where it was heard wrong: its key, where its
bars begin, its beats where it was played freely; and the chords that its file names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from studio.music.harmony import chords_text, left_out
from studio.music.melody import Melody, from_take, pickup_of, with_pickup
from studio.music.score import Metre, Score
from studio.music.theory import Key
from studio.queue import JsonObject
from studio.ui import desk, say
from studio.ui.compose import fixes

_KEYS = [str(Key(tonic, minor)) for minor in (False, True) for tonic in range(12)]
_OTHER = {desk.HEARD_BEATS: desk.FILE_BEATS, desk.FILE_BEATS: desk.HEARD_BEATS}
_BEATS = {desk.HEARD_BEATS: "As heard", desk.FILE_BEATS: "As in the file"}
T = TypeVar("T")


def show(melody: Melody | None) -> None:
    """The line, where there is a melody or a chart."""
    score = melody.score if melody is not None else None
    if score is None and not desk.draft().chords.strip():
        return
    with st.popover(_heard(score), type="tertiary", help="Change what Tutti heard wrongly."):
        _choose_key(score)
        if score is not None:
            _choose_pickup(score)
            _choose_beats(score)
    if score is not None and score.chords:
        _offer_chords(score)


def _heard(score: Score | None) -> str:
    key = f"key {say.signs(desk.draft().key)}" if desk.draft().key else "key: auto"
    if score is None:
        return key.capitalize()
    pickup = pickup_of(score)
    upbeat = f"pickup {_beats(pickup, score.metre)}" if pickup else "no pickup"
    return f"Heard: {score.metre} · {upbeat} · {key}"


def _choose_key(score: Score | None) -> None:
    wanted, named = desk.draft().key, score.key if score is not None else None
    auto = f"Automatic (the file says {say.signs(named)})" if named else "Automatic"
    keys = ["", *_KEYS] + [wanted] * (bool(wanted) and wanted not in _KEYS)
    _choose(
        "Key", keys, wanted, lambda key: say.signs(key) if key else auto,
        lambda key: desk.change(key=key), "Chords, bands and extensions keep to a key that is set.",
    )  # fmt: skip


def _choose_pickup(score: Score) -> None:
    def lay(beats: float) -> None:
        take = desk.draft().performance["takes"][-1]
        others = {kind: take[kind] for kind in _OTHER if kind in take}
        _lay(score, with_pickup(score, beats), others)

    here = pickup_of(score)
    _choose(
        "Pickup", sorted({here, *_pickups(score.metre)}), here,
        lambda count: _beats(count, score.metre), lay,
        "How long the tune sounds before its first bar line.",
    )  # fmt: skip


def _choose_beats(score: Score) -> None:
    """Beats as they were heard or as the file has them, of a tune that was played freely."""
    take = desk.draft().performance["takes"][-1]
    other = next((kind for kind in _OTHER if kind in take), None)
    if other is None:
        return
    laid: dict[str, JsonObject] = {other: take[other], _OTHER[other]: take}

    def lay(kind: str) -> None:
        plain = {name: value for name, value in take.items() if name not in _OTHER}
        _lay(score, from_take(laid[kind]).score, {_OTHER[kind]: plain})

    _choose(
        "Beats", list(_BEATS), _OTHER[other],
        lambda kind: f"{_BEATS[kind]}, ♩ = {laid[kind]['tempo_bpm']:g}", lay,
        "It keeps to no grid: its bars are laid on the beats that were heard, or on the file's.",
    )  # fmt: skip


def _lay(before: Score, after: Score, more: JsonObject) -> None:
    """The tune in other bars; where the chords of its file are kept, in the same ones."""
    kept = bool(before.chords) and desk.draft().chords == chords_text(before, per_beat=False)
    desk.lay(after, more | fixes.named(before))
    if kept:
        _keep_chords(chords_text(after, per_beat=False))


def _choose(
    label: str, options: Sequence[T], here: T, name: Callable[[T], str],
    change: Callable[[T], None], help: str,
) -> None:  # fmt: skip
    key = f"heard-{label.lower()}"
    st.session_state[key] = here  # whatever it was changed by
    st.selectbox(
        label,
        options,
        format_func=name,
        key=key,
        help=help,
        on_change=lambda: change(st.session_state[key]),
    )


def _offer_chords(score: Score) -> None:
    text = chords_text(score, per_beat=False)
    if desk.draft().chords != text:
        shown = text.replace("|", r"\|")
        st.button(
            "Keep the file's chords",
            help=f"{shown}\n\n{left_out(score)}",
            on_click=_keep_chords,
            args=(text,),
        )


def _keep_chords(text: str) -> None:
    desk.show_chords(text)
    desk.change(chords=text)


def _pickups(metre: Metre) -> list[float]:
    """Upbeats to choose from, in beats of the metre: by the half beat, where a beat has halves."""
    halves = 2 if metre.unit < 8 else 1
    return [step / halves for step in range(metre.beats * halves)]


def _beats(count: float, metre: Metre) -> str:
    """`2 beats`; of a bar in 6/8 people count two, so its eighths have their name."""
    noun = {8: "eighth", 16: "sixteenth"}.get(metre.unit, "beat")
    return f"{count:g} {noun if count <= 1 else noun + 's'}" if count else "None"
