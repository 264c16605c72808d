"""Chord symbols as the field writes them: a closed grammar and one normal form.

A symbol is a root, what stands on it and maybe another bass: `Bbm7b5/E`. Read are the usual words
and signs for major (maj, M, Δ, ^), minor (m, min, -), diminished (dim, o, °), half-diminished (ø),
augmented (aug, +) and suspended chords, for sixths, sevenths and what lies above them, alterations,
additions and omissions. Anything else makes it no symbol: German H and Es, Do and Re, a word.

A chord is made of degrees: a number and the semitones by which it is altered from the major scale
of the root; the minor seventh is (7, -1). Its normal form is the quality of `QUALITIES` from which
it differs least, and how it differs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

Degree = tuple[int, int]
Degrees = frozenset[Degree]

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_STEPS = (0, 2, 4, 5, 7, 9, 11)  # semitones of the major scale
_MOST_CHARACTERS = 40


def degrees_of(text: str) -> Degrees:
    """`1 b3 5 b7` as degrees."""
    return frozenset(map(degree_of, text.split()))


def degree_of(text: str) -> Degree:
    """`b7` as a degree."""
    return int(text.lstrip("#b")), text.count("#") - text.count("b")


# in normal form; of two that are as near the first is taken. Players leave the eleventh out of a
# thirteenth on a major third.
QUALITIES: Mapping[str, Degrees] = {
    name: degrees_of(text)
    for name, text in {
        "": "1 3 5", "m": "1 b3 5", "7": "1 3 5 b7", "maj7": "1 3 5 7", "m7": "1 b3 5 b7",
        "6": "1 3 5 6", "m6": "1 b3 5 6", "sus4": "1 4 5", "sus2": "1 2 5", "5": "1 5",
        "m(maj7)": "1 b3 5 7", "7sus4": "1 4 5 b7", "7sus2": "1 2 5 b7", "maj7sus4": "1 4 5 7",
        "maj7sus2": "1 2 5 7", "6sus4": "1 4 5 6", "6sus2": "1 2 5 6", "69": "1 3 5 6 9",
        "m69": "1 b3 5 6 9", "9": "1 3 5 b7 9", "maj9": "1 3 5 7 9", "m9": "1 b3 5 b7 9",
        "m(maj9)": "1 b3 5 7 9", "9sus4": "1 4 5 b7 9", "11": "1 3 5 b7 9 11",
        "maj11": "1 3 5 7 9 11", "m11": "1 b3 5 b7 9 11", "13": "1 3 5 b7 9 13",
        "maj13": "1 3 5 7 9 13", "m13": "1 b3 5 b7 9 11 13", "13sus4": "1 4 5 b7 9 13",
        "m(maj11)": "1 b3 5 7 9 11", "m(maj13)": "1 b3 5 7 9 11 13",
        "dim": "1 b3 b5", "dim7": "1 b3 b5 bb7", "dim9": "1 b3 b5 bb7 9",
        "dim(maj7)": "1 b3 b5 7", "m7b5": "1 b3 b5 b7", "aug": "1 3 #5",
        "7alt": "1 3 b5 #5 b7 b9 #9",
    }.items()
}  # fmt: skip

_SAME = str.maketrans({
    "\u266f": "#", "\u266d": "b", "\U0001d12a": "##", "\U0001d12b": "bb",
    "\u2206": "Δ", "\u25b3": "Δ", "^": "Δ", "\u2010": "-", "\u2013": "-", "\u2212": "-",
    "Ø": "ø", "\u2205": "ø", "\u02da": "°", "\u00ba": "°",
})  # fmt: skip
_NAME = r"[A-G](?:##|bb|#|b|x)?"
_SYMBOL = re.compile(rf"(?!Do)({_NAME}):?(.*?)(?:/({_NAME}))?")  # Do is C in half the world
_BRACKETS = re.compile(r"\(([^()]+)\)")
_SUSPENDED = re.compile(r"((?:[Ss]us|SUS)[24]?)/?(7)")  # C7sus4 the other way round
_QUALITY = re.compile(
    r"(?:(?P<half>ø|hdim|half-?dim(?:inished)?)|(?P<dim>[Dd]im(?:inished)?|DIM|o(?!mit)|°)"
    r"|(?P<aug>[Aa]ug(?:mented)?|AUG|\+5?)"
    r"|(?P<m>[Mm]in(?:or)?|MIN|MI|Mi|mi|m(?!a(?!dd))|-)|dom(?=\d))?"
    r"(?P<major>/?(?:[Mm]aj(?:or)?|MAJ|(?:ma|Ma|MA)(?![A-Za-z])|M|j(?=\d)|Δ))?"
    r"(?P<number>6/?9|5|6|7|9|11|13)?(?P<after>(?<=7)M)?"
)
_MORE = re.compile(
    r"(?P<sus>(?:[Ss]us|SUS)[24]?(?!\d))|(?P<alt>alt)|[Aa]dd(?P<add>[#b]5|[#b]?(?:13|11|[23469]))"
    r"|(?:no|omit)(?P<no>[35])|/?(?P<altered>[#b+-](?:13|11|[4569]))|(?P<plus>\+$)"
    r"|/?(?P<above>13|11|9)"
)
_ALTERATIONS = degrees_of("b5 #5 b6 b9 #9 #11 b13")
_HIGHER = {(2, 0): (9, 0), (4, 0): (11, 0), (6, 0): (13, 0), (6, -1): (13, -1)}  # over a seventh


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """The names of `root` and `bass` (None where it is the root), such as `Bb`, and the `degrees`.
    As text it stands in its normal form, and reads back as itself."""

    root: str
    degrees: Degrees
    bass: str | None = None

    @property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes 0-11 of the degrees: root, third or what is in its place, fifth, sixth or
        seventh, and what lies above. A bass that is none of them is not among them."""
        third = any(number == 3 for number, _ in self.degrees)
        order = (1, 3, 5, 6, 7, 2, 4, 9, 11, 13) if third else (1, 4, 2, 5, 6, 7, 9, 11, 13)
        ranked = sorted(self.degrees, key=lambda degree: (order.index(degree[0]), degree[1]))
        return tuple(dict.fromkeys(self.tone(degree) for degree in ranked))

    def tone(self, degree: Degree) -> int:
        """The pitch class of a degree above the root."""
        number, alter = degree
        return (pitch_class_of(self.root) + _STEPS[(number - 1) % 7] + alter) % 12

    @property
    def bass_tone(self) -> int:
        """The pitch class that lies lowest."""
        return pitch_class_of(self.bass or self.root)

    @property
    def quality(self) -> str:
        """What stands on the root, in its normal form."""
        return _quality(self.degrees)

    def __str__(self) -> str:
        return self.root + self.quality + (f"/{self.bass}" if self.bass else "")


@cache
def _quality(degrees: Degrees) -> str:
    name, changes = described(degrees, QUALITIES)
    numbered = bool({number for number, _ in QUALITIES[name]} & {6, 7})
    written = "".join(change.text(numbered) for change in changes)
    return name + (f"({written})" if written.startswith(("#", "b")) and not name else written)


class Change(NamedTuple):
    """How a chord differs from another: a degree altered, added or subtracted."""

    kind: str  # "alter", "add" or "subtract", as MusicXML has it
    degree: Degree

    def text(self, numbered: bool) -> str:
        """As it stands in a symbol; `numbered` where a sixth or seventh comes before."""
        number, alter = self.degree
        written = "#" * alter + "b" * -alter + str(number)
        if self.kind == "subtract":
            return f"(no{number})"
        return written if alter and (numbered or self.kind == "alter") else f"add{written}"


def described(degrees: Degrees, table: Mapping[str, Degrees]) -> tuple[str, tuple[Change, ...]]:
    """The name in a table of the chord from which these degrees differ least, and how."""
    found = [(name, _changes(known, degrees)) for name, known in table.items()]
    return min(((name, how) for name, how in found if how is not None), key=lambda one: len(one[1]))


def _changes(known: Degrees, degrees: Degrees) -> tuple[Change, ...] | None:
    """How degrees differ from known ones; None where no symbol says so."""
    gone, new = known - degrees, degrees - known
    altered = {n: min(d for d in new if d[0] == n) for n, alter in new if alter and (n, 0) in gone}
    added = new - set(altered.values())
    lost = {degree for degree in gone if degree[0] not in altered}
    if any(n != 3 and (n, alter) != (5, 0) for n, alter in lost) or {3, 7} & {n for n, _ in new}:
        return None
    if any(n == 5 and n not in altered for n, _ in added):
        return None
    return (
        *(Change("alter", degree) for degree in sorted(altered.values())),
        *(Change("add", degree) for degree in sorted(added)),
        *(Change("subtract", degree) for degree in sorted(lost)),
    )


def pitch_class_of(name: str) -> int:
    """The pitch class of a note's name, a letter A-G with sharps or flats."""
    return (_LETTERS[name[0]] + name.count("#") - name.count("b")) % 12


@lru_cache(4096)
def read_symbol(text: str) -> ChordSymbol | None:
    """The chord that a text names; None where the whole of it is no chord symbol."""
    if len(text) > _MOST_CHARACTERS:
        return None
    plain = unicodedata.normalize("NFKC", "".join(text.translate(_SAME).split()))
    match = _SYMBOL.fullmatch(plain)
    degrees = _read(_BRACKETS.sub(_unboxed, match[2])) if match else None
    if match is None or degrees is None:
        return None
    root, bass = (name and name.replace("x", "##") for name in (match[1], match[3]))
    if bass and pitch_class_of(bass) == pitch_class_of(root):
        bass = None
    return ChordSymbol(root, degrees, bass)


def _unboxed(inside: re.Match[str]) -> str:
    """What stands in brackets as it would stand without them: a number there is an addition."""
    items = inside[1].split(",")
    return "".join(f"add{item}" if re.fullmatch("2|4|9|11|13", item) else item for item in items)


def _read(quality: str) -> Degrees | None:
    """The degrees that a quality says; None where it says something else, too."""
    if turned := _SUSPENDED.fullmatch(quality):
        quality = turned[2] + turned[1]
    match = _QUALITY.match(quality)
    degrees = match and _stacked(match)
    place = match.end() if match else 0
    while degrees and match and place < len(quality):
        more = _MORE.match(quality, place)
        if more is None:
            return None
        degrees = _with_more(degrees, more, firm=bool(match["half"] or match["dim"]))
        place = more.end()
    if degrees and {3, 7} <= {number for number, _ in degrees}:
        degrees = frozenset(_HIGHER.get(degree, degree) for degree in degrees)
    return degrees


def _stacked(match: re.Match[str]) -> Degrees | None:
    """The degrees of the word and the number that a quality begins with."""
    number, major = (match["number"] or "").replace("/", ""), match["major"] or match["after"] or ""
    minor = bool(match["m"])
    if match["half"] or (major.endswith("Δ") and not number):
        number = number or "7"
    if number in ("", "5", "6", "69"):
        name = ("dim" if match["dim"] else "m" * minor) + number
        if major and (name[:1] in ("d", "m") or number == "5"):
            return None  # minor and major at once
    elif match["dim"]:
        name = f"dim(maj{number})" if major else f"dim{number}"
    elif match["half"]:
        name = "" if major else f"m{number}"
    else:
        name = f"m(maj{number})" if minor and major else ("maj" if major else "m" * minor) + number
    degrees = QUALITIES.get(name)
    if degrees and (match["half"] or match["aug"]):
        degrees = degrees - {(5, 0)} | {(5, -1 if match["half"] else 1)}
    return degrees


def _with_more(degrees: Degrees, more: re.Match[str], firm: bool) -> Degrees | None:
    """The degrees suspended, altered, added to or left out once more; `firm` where third and fifth
    stay."""
    if more["sus"]:
        instead = (2, 0) if more["sus"].endswith("2") else (4, 0)
        rest = frozenset(degree for degree in degrees if degree[0] != 3)
        return None if firm or rest == degrees else rest | {instead}
    if more["no"]:
        rest = frozenset(degree for degree in degrees if degree[0] != int(more["no"]))
        return None if firm or rest == degrees else rest
    if more["alt"]:
        plain = degrees in (QUALITIES[""], QUALITIES["7"])
        return QUALITIES["7alt"] if plain else None
    said = more["add"] or more["above"] or ("#5" if more["plus"] else more["altered"])
    degree = degree_of(said.replace("+", "#").replace("-", "b").replace("#4", "#11"))
    number, alter = degree
    if (alter and degree not in _ALTERATIONS) or (number == 5 and firm):
        return None
    if number == 3 and any(other == 3 for other, _ in degrees):
        return None
    return (degrees - {(number, 0)} if alter and not more["add"] else degrees) | {degree}
