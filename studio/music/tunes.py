"""Which part of a file is the tune: by its name in the world's languages, and by how it plays.

The weights are those of a conditional logit (McFadden 1974) over how the parts of 950 files play,
names left out, rounded; what names and instruments add was set by hand.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import median

from studio.music.score import TICKS_PER_BEAT, Track, top_line

_TEXT = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
_WORDS = {
    kind: frozenset(unicodedata.normalize("NFKC", words).split())
    for kind, words in tomllib.loads(_TEXT).items()
}
_NAMED = {"tune": 15.0, "lead": 8.0, "seldom": -4.0, "never": -10.0}
# Indic, Thai, kana, hanzi, hangul
_UNSPACED = re.compile(r"[\u0900-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTERS = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WINDOW_TICKS = 4 * TICKS_PER_BEAT
_DEEP, _OCTAVE, _STEP, _LEAP = 57, 12, 2, 7  # a pitch, and semitones
_FEW_STEPS = 0.3  # of its moves; a broken chord has none
_BUSY = 8
_SLOW_TICKS = 3 * TICKS_PER_BEAT
_LEGATO_TICKS = 30  # a note may sound into the next one
_SINGLE = 0.9
_BASSES, _EFFECTS, _PADS = range(32, 40), (47, 55, *range(96, 104), *range(112, 128)), range(88, 96)
_SINGERS = (40, *range(52, 55), 56, *range(64, 88))
_KICKS, _SNARES, _HATS = {35, 36}, {38, 40}, {42, 44, 46}
_KIT = _KICKS | _SNARES | _HATS | {37, 39, 41, 43, 45, 47, 48, 49, 50, 51, 53, 55, 57, 59}
_MOSTLY = 0.9
_DRUMS = -100.0


@dataclass(frozen=True, slots=True)
class _Playing:
    """How a part plays, shares from 0 to 1: onsets of one note, notes that begin when the others
    have ended, steps and leaps of its top line; `windows` in which it plays, its `middle` pitch,
    `onsets` how many there are, a busy window's counted up to `_BUSY`."""

    single: float
    alone: float
    steps: float
    leaps: float
    is_slow: bool
    windows: int
    onsets: int
    middle: float


def likeliest_melody(tracks: Sequence[Track]) -> int:
    """Where the part stands that is most like a tune, the first of equals."""
    scores = _scores(tracks)
    return max(range(len(tracks)), key=lambda index: (scores[index], -index))


def is_called_tune(name: str) -> bool:
    """Whether a part's name says that it is the tune."""
    kinds = _kinds(name)
    return "tune" in kinds and "never" not in kinds


def why_likeliest(tracks: Sequence[Track], index: int) -> str:
    """Why that part was taken for the tune, in a few words."""
    if len(tracks) == 1:
        return "the only part"
    name = tracks[index].name
    if _of_name(name, [track.name for track in tracks].count(name) > 1) > 0:
        return "its name says so"
    playing = [_playing(track) for track in tracks]
    own = playing[index]
    if own.single < _SINGLE:
        return "most like a tune of what there is"
    pitched = [one for one, track in zip(playing, tracks, strict=True) if _is_pitched(track)]
    is_top = all(own.middle >= each.middle for each in pitched)
    return f"one note at a time, {'above the others' if is_top else 'like a tune'}"


def _scores(tracks: Sequence[Track]) -> list[float]:
    playing = [_playing(track) for track in tracks]
    pitched = [_is_pitched(track) for track in tracks]
    others = [each for each, is_pitched in zip(playing, pitched, strict=True) if is_pitched]
    first = pitched.index(True) if any(pitched) else 0
    most = max(each.onsets for each in others or playing)
    windows = max(track.end_tick for track in tracks) / _WINDOW_TICKS
    titles = {name for name, count in Counter(track.name for track in tracks).items() if count > 1}
    scores = []
    for index, (track, own) in enumerate(zip(tracks, playing, strict=True)):
        above = sum(each.middle > own.middle for each in others) / max(len(others) - 1, 1)
        scores.append(
            _of_name(track.name, track.name in titles)
            + _of_program(track.program)
            + (0 if pitched[index] else _DRUMS)
            + 1.4 * own.single
            + 2.6 * own.alone
            + 1.3 * own.steps
            - 9.0 * max(_FEW_STEPS - own.steps, 0)
            - 3.0 * own.is_slow
            - 1.1 * own.leaps
            + 0.5 * own.windows / max(windows, 1)
            + 0.8 * log(own.onsets / most)
            - 1.9 * above
            - 1.3 * max(_DEEP - own.middle, 0) / _OCTAVE
            + (index == first)
        )
    return scores


def _playing(track: Track) -> _Playing:
    line = top_line(track).notes
    onsets = len({note.start_tick for note in track.notes})
    moves = [abs(one.pitch - other.pitch) for one, other in pairwise(line)] or [_OCTAVE]
    sounding_until, alone = 0, 0
    for note in track.notes:
        alone += note.start_tick >= sounding_until - _LEGATO_TICKS
        sounding_until = max(sounding_until, note.end_tick)
    windows = len({note.start_tick // _WINDOW_TICKS for note in line})
    return _Playing(
        onsets / len(track.notes),
        alone / len(track.notes),
        sum(0 < move <= _STEP for move in moves) / len(moves),
        sum(move > _LEAP for move in moves) / len(moves),
        median(note.duration_ticks for note in track.notes) >= _SLOW_TICKS,
        windows,
        min(onsets, _BUSY * windows),
        median(note.pitch for note in track.notes),
    )


def _is_pitched(track: Track) -> bool:
    """Whether a part is no drums, on whatever channel: a name of a tune is believed."""
    return is_called_tune(track.name) or not (track.is_drum or _is_kit(track))


def _of_name(name: str, is_title: bool) -> float:
    """What a name adds; a theme or song by which several parts are called is the piece's title."""
    kinds = _kinds(name) - ({"lead"} if is_title else set())
    return _NAMED["never"] if "never" in kinds else sum(_NAMED[kind] for kind in kinds)


def _of_program(program: int) -> float:
    if program in _BASSES:
        return -3.0
    if program in _EFFECTS:
        return -4.0
    return 1.4 * (program in _SINGERS) - 4.0 * (program in _PADS)


def _is_kit(track: Track) -> bool:
    """Whether a part is drums on a channel of others: kick, snare, hi-hat, hardly anything else."""
    pitches = [note.pitch for note in track.notes]
    strokes = set(pitches)
    has_kit = strokes & _KICKS and strokes & _SNARES and strokes & _HATS
    return bool(has_kit) and sum(pitch in _KIT for pitch in pitches) >= _MOSTLY * len(pitches)


def known_letters(text: str) -> int:
    """How many letters of a text are in words by which people call parts."""
    return sum(len(word) for known in _WORDS.values() for word in _found(text, known))


@cache
def _kinds(name: str) -> frozenset[str]:
    """Which kinds of words a name has: `tune`, `lead`, `seldom`, `never`."""
    return frozenset(kind for kind, known in _WORDS.items() if _found(name, known))


def _found(text: str, known: frozenset[str]) -> set[str]:
    """The known words that a text has: whole ones, or anywhere where there are no spaces."""
    plain = unicodedata.normalize("NFKC", _HUMP.sub(" ", text)).casefold()
    signs = {sign for sign in known if _UNSPACED.search(sign) and sign in plain}
    return signs | known.intersection(_LETTERS.findall(plain))
