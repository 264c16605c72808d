"""A whole score as JSON, and back without trusting a word of it.

`{"title", "tempo_bpm", "metre": [beats, unit], "key", "chords": [[start_tick, symbol], …],
"tracks": [{"name", "program", "is_drum", "notes": [[start_tick, pitch, duration_ticks, velocity],
…]}, …]}`, and where the tempo changes "tempos": [[start_tick, quarter_microseconds], …].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.ground.errors import BadScore
from studio.music.midi import MAX_BARS_IN_FILE, MAX_NOTES, MAX_SECONDS, MAX_TEMPOS
from studio.music.score import ChordMark, Metre, Note, Score, TempoMark, Track, clean_text

MAX_TRACKS = 128
MAX_CHORDS = 20_000
DAMAGED = "The notes of this piece are damaged: ask for the piece again."
TOO_LARGE = (
    f"This piece has more than {MAX_TRACKS} parts or {MAX_NOTES:,} notes, or is longer than an "
    "hour: take home a part of it."
)


class _TooLarge(BadScore):
    """More than any piece that Tutti writes."""

    def __init__(self) -> None:
        super().__init__(TOO_LARGE)


def score_to_json(score: Score) -> dict[str, Any]:
    """The score, whole; raises BadScore where it is too large to be read again."""
    check_size(score)
    told = {
        "title": score.title,
        "tempo_bpm": score.tempo_bpm,
        "metre": [score.metre.beats, score.metre.unit],
        "key": score.key,
        "chords": [[mark.start_tick, mark.symbol] for mark in score.chords],
        "tracks": [
            {
                "name": track.name,
                "program": track.program,
                "is_drum": track.is_drum,
                "notes": [n.row for n in track.notes],
            }
            for track in score.tracks
        ],
    }
    if score.tempos:
        told["tempos"] = [list(mark) for mark in score.tempos]
    return told


def score_from_json(raw: Any) -> Score:
    """What `score_to_json` wrote; raises BadScore where it is not that, or is too large. Texts are
    cleaned as titles are."""
    try:
        tracks, chords = _list(raw["tracks"], MAX_TRACKS), _list(raw["chords"], MAX_CHORDS)
        if sum(len(track["notes"]) for track in tracks) > MAX_NOTES:
            raise _TooLarge
        beats, unit = _integers(raw["metre"], 2)
        tempo_bpm, key = raw["tempo_bpm"], raw["key"]
        if type(tempo_bpm) not in (int, float):
            raise TypeError("a tempo is a number")
        score = Score(
            tuple(_track(track) for track in tracks),
            tempo_bpm,
            Metre(beats, unit),
            None if key is None else clean_text(_text(key)),
            tuple(_mark(*mark) for mark in chords),
            _text(raw["title"]),
            tuple(TempoMark(*_integers(m, 2)) for m in _list(raw.get("tempos", []), MAX_TEMPOS)),
        )
    except _TooLarge:
        raise
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise BadScore(DAMAGED) from error
    check_size(score)
    return score


def check_size(score: Score) -> None:
    """Raises BadScore for a score that no page, player or program could take."""
    bar_ticks = score.metre.bar_ticks
    last_mark = max((mark.start_tick for mark in score.chords), default=0)
    if (
        len(score.tracks) > MAX_TRACKS
        or len(score.chords) > MAX_CHORDS
        or score.note_count > MAX_NOTES
        or max(score.end_tick, last_mark) > MAX_BARS_IN_FILE * bar_ticks
        or score.clock.seconds_at(max(score.end_tick, last_mark)) > MAX_SECONDS
    ):
        raise _TooLarge


def _track(raw: Mapping[str, Any]) -> Track:
    program, is_drum = raw["program"], raw["is_drum"]
    if type(program) is not int or type(is_drum) is not bool:
        raise TypeError("a program is an integer, is_drum true or false")
    notes = tuple(Note(*_integers(row, 4)) for row in _list(raw["notes"], MAX_NOTES))
    return Track(_text(raw["name"]), notes, program, is_drum)


def _mark(start_tick: Any, symbol: Any) -> ChordMark:
    if type(start_tick) is not int or start_tick < 0:
        raise TypeError("a chord begins at a tick")
    return ChordMark(start_tick, clean_text(_text(symbol)))


def _integers(row: Any, count: int) -> list[int]:
    if type(row) is not list or len(row) != count or any(type(x) is not int for x in row):
        raise TypeError(f"a row of {count} integers was expected")
    return row


def _list(raw: Any, most: int) -> list[Any]:
    if type(raw) is not list:
        raise TypeError("a list was expected")
    if len(raw) > most:
        raise _TooLarge
    return raw


def _text(raw: Any) -> str:
    if type(raw) is not str:
        raise TypeError("a text was expected")
    return raw
