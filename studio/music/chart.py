"""A chord chart as people type it: bars between strokes or line ends, chords between spaces.

`%` repeats the bar before, `/` the chord before, `?` leaves it to Tutti, `N.C.` is silence; what
lies between `|:` (or the beginning) and `:|` comes twice, and a double stroke is one bar line.
"""

from __future__ import annotations

import re

from studio.ground.errors import BadKnob
from studio.music.theory import Chord, parse_chord

FREE, SAME_BAR, SAME_CHORD = "?", "%", "/"
Bar = tuple[Chord | None, ...]  # each as long as the others; None where Tutti is to choose

_TURN = re.compile(r":\|\s*\|?:")  # one repeat ends, another begins
_STROKE = re.compile(r"\|[ \t]*(?=\|:)")  # beside a repeat sign, which is a bar line, too
_REPEATED = re.compile(r"\|:(.*?):\|", re.DOTALL)
_LONE_SIGN = re.compile(r"\|:|:\|")
_GERMAN = re.compile(r"([A-H]is|[BCDFGH]es|[AE]s|H)(?!us)")


def read_chart(text: str) -> list[Bar]:
    """The bars of a chart; an empty one is free. Raises BadKnob for a word that names no chord, and
    for a sign that repeats nothing."""
    bars: list[Bar] = []
    before: Chord | None = None
    for number, words in enumerate(_words(text), 1):
        if words == [SAME_BAR]:
            if not bars:
                raise BadKnob("'%' in bar 1 repeats no bar: begin with a chord, such as C.")
            bars.append(bars[-1])
            before = bars[-1][-1]
            continue
        bar: list[Chord | None] = []
        for word in words or [FREE]:
            if word in (SAME_CHORD, SAME_BAR):
                if not bars and not bar:
                    raise BadKnob(f"{word!r} in bar 1 repeats no chord: begin with one, such as C.")
            else:
                before = None if word == FREE else read_word(word, f" in bar {number}")
            bar.append(before)
        bars.append(tuple(bar))
    return bars


def read_word(word: str, place: str = "") -> Chord:
    """The chord that a word names; raises BadKnob, with the word and its `place`, where it names
    none."""
    chord = parse_chord(word)
    if chord is None:
        advice = "write it as C, Am or G7."
        if german := _GERMAN.match(word):
            sign = "#" if german[1].endswith("is") else "b" if german[1].endswith("s") else ""
            letter = german[1][0].replace("H", "B")
            advice = f"write German {german[1]} as {letter}{sign}."
        raise BadKnob(f"{word[:20]!r}{place} is no chord: {advice}")
    return chord


def _words(text: str) -> list[list[str]]:
    """The words of each bar, repeats written out; raises BadKnob for one that has no end."""
    if ":|" in text and not 0 <= text.find("|:") < text.find(":|"):
        text = "|:" + text
    text = _TURN.sub(":|\n|:", text.replace("\u2016", "||"))
    text = _REPEATED.sub(r"|\1|\n|\1|\n", _STROKE.sub("", text).replace("||", "|"))
    if _LONE_SIGN.search(text):
        raise BadKnob("A '|:' has no ':|' after it: write both, or neither.")
    lines = (line.strip().strip("|") for line in text.splitlines())
    return [bar.split() for line in lines if line for bar in line.split("|")]
