"""What a model thought as it wrote a note, as a picture in HTML: four questions, each with the odds
of its likeliest answers, the cut drawn in, and what was taken marked. Pure."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from studio.music.instruments import drum_name
from studio.music.score import Score
from studio.music.theory import parse_key, pitch_class_name
from studio.pictures import part_colour
from studio.techniques import Thought
from studio.ui import say

_LENGTHS = {
    1: "Sixteenth", 2: "Eighth", 3: "Dotted eighth", 4: "Quarter", 6: "Dotted quarter",
    8: "Half", 12: "Dotted half", 16: "Whole", 24: "Dotted whole", 32: "2 wholes", 48: "3 wholes",
    64: "4 wholes",
}  # fmt: skip
_EIGHTHS = ("", "⅛", "¼", "⅜", "½", "⅝", "¾", "⅞")  # of a beat
_QUESTIONS = {
    "position": "When?", "role": "Which part?", "pitch": "Which pitch?", "duration": "How long?"
}  # fmt: skip
_OTHER_SHARES = {"chords": "the chords", "bars": "the bar lines", "brief": "what was asked for"}
_SHARES_SHOWN = 6


def picture(thought: Mapping[str, Any], score: Score) -> str:
    """A think job's result about a note of the piece `score`."""
    part, pitch = str(thought["part"]), int(thought["note"][1])
    index = score.part_index(part)
    is_drum = score.tracks[index].is_drum
    [place] = [one for one in thought["questions"][0]["options"] if one["taken"]]
    bar, beat = _place(int(place["tick"]), score)
    what = _pitch_name(pitch, score, is_drum)
    what = f"the {what.lower()}" if is_drum else what
    questions = "".join(
        _question(number, one, score, is_drum, str(thought["cut"]))
        for number, one in enumerate(thought["questions"], 1)
    )
    return (
        f'<div class="tutti-why" style="--part: {part_colour(index)}">'
        f"<h3>Why {html.escape(what)} of {html.escape(part)} in bar {bar}, {beat.lower()}?</h3>"
        "<p>The model drew this note in four steps, each with these odds; the coloured answer is "
        f"the one it drew. Above glows what it looked at: {_looked_at(thought['shares'])}.</p>"
        f'<div class="tutti-why-all">{questions}</div></div>'
    )


def _question(number: int, asked: Mapping[str, Any], score: Score, is_drum: bool, cut: str) -> str:
    name = str(asked["question"])
    title = "Which drum?" if name == "pitch" and is_drum else _QUESTIONS[name]
    options: Sequence[Mapping[str, Any]] = asked["options"]
    most = max((option["probability"] for option in options), default=1) or 1
    rows = [_row(option, _name(name, option, score, is_drum), most) for option in options]
    left = sum(option["left"] for option in options)
    others, cut_out = asked["others"], asked["cut_out"]
    after = [f'<li class="more">{_together("", others)}</li>'] * (others["count"] > 0)
    if cut_out["count"] and cut:
        after.append(f'<li class="cut">{_together(f"{html.escape(cut)} left out", cut_out)}</li>')
    rows[left:left] = after
    return f"<section><h4>{number} · {title}</h4><ol>{''.join(rows)}</ol></section>"


def _row(option: Mapping[str, Any], name: str, most: float) -> str:
    kind = "taken" if option["taken"] else "" if option["left"] else "out"
    share = option["probability"]
    said = html.escape(name)
    drawn = ' aria-label="drawn"' if option["taken"] else ""
    return (
        f'<li class="{kind}"><span title="{said}">{said}</span>'
        f'<i style="width: {100 * share / most:.1f}%"{drawn}></i><em>{_percent(share)}</em></li>'
    )


def _together(what: str, them: Mapping[str, Any]) -> str:
    count = f"{what} {them['count']}" if what else f"{them['count']} more"
    return f"{count}, together {_percent(float(them['share']))}"


def _looked_at(shares: Sequence[Sequence[Any]]) -> str:
    named = [(_OTHER_SHARES.get(what, what), weight) for what, weight in shares[:_SHARES_SHOWN]]
    return ", ".join(
        f"<b>{html.escape(what)}</b> {_percent(weight)}"
        for what, weight in named
        if weight >= 0.005
    )


def _name(question: str, option: Mapping[str, Any], score: Score, is_drum: bool) -> str:
    value = option["value"]
    if question == "position":
        return "The bar is over" if value == Thought.END else _place(int(option["tick"]), score)[1]
    if question == "pitch":
        return _pitch_name(int(value), score, is_drum)
    if question == "duration":
        return _LENGTHS.get(int(value), f"{value} sixteenths")
    return str(value)


def _place(tick: int, score: Score) -> tuple[int, str]:
    """The bar, from 1, and the beat as people count it: `Beat 2½`."""
    bar, inside = divmod(tick, score.metre.bar_ticks)
    beat_ticks = score.metre.beat_ticks
    beat, rest = divmod(inside, beat_ticks)
    eighths = (8 * rest) // beat_ticks  # what swings or is played freely stands at the one before
    return bar + 1, f"Beat {beat + 1}{_EIGHTHS[eighths]}"


def _pitch_name(pitch: int, score: Score, is_drum: bool) -> str:
    if is_drum:
        return drum_name(pitch)
    name = pitch_class_name(pitch % 12, parse_key(score.key or ""))
    altered = name.count("#") - name.count("b")  # Cb5 is the B below C5
    return f"{say.signs(name)}{(pitch - altered) // 12 - 1}"


def _percent(share: float) -> str:
    if share >= 0.0995:
        return f"{100 * share:.0f} %"
    return f"{100 * share:.1f} %" if share >= 0.0005 else "< 0.1 %"
