"""A melody as JSON: as recipes and requests keep it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from studio.ground.errors import BadScore
from studio.music.score import Metre, Note, Score, TempoMark, Track

Row = tuple[int, int, int, int]  # a note, as `Note.row` has it


@dataclass(frozen=True, slots=True)
class _MelodyJson:
    title: str
    tempo_bpm: float
    metre: str
    key: str | None
    name: str
    program: int
    notes: tuple[Row, ...]
    tempos: tuple[tuple[int, int], ...] = ()


def melody_to_json(melody: Score) -> dict[str, object]:
    """A melody as recipes and requests keep it; notes as [start_tick, pitch, duration_ticks,
    velocity]."""
    track = melody.tracks[0]
    return {
        "title": melody.title,
        "tempo_bpm": melody.tempo_bpm,
        "metre": str(melody.metre),
        "key": melody.key,
        "name": track.name,
        "program": track.program,
        "notes": [note.row for note in track.notes],
        **tempos_json(melody),
    }


def melody_from_json(raw: object) -> Score:
    """The melody that such JSON says; raises BadScore where it is damaged."""
    if isinstance(raw, Score):
        return raw
    try:
        told = _melody().validate_python(raw)
        beats, unit = (int(number) for number in told.metre.split("/"))
        tempos = tuple(TempoMark(*mark) for mark in told.tempos)
        track = Track(told.name, tuple(Note(*row) for row in told.notes), told.program)
        metre = Metre(beats, unit)
        return Score((track,), told.tempo_bpm, metre, told.key, (), told.title, tempos)
    except (ValueError, OverflowError) as error:
        raise BadScore("This recipe's melody cannot be read: export it again.") from error


@cache
def _melody() -> TypeAdapter[_MelodyJson]:
    return TypeAdapter(_MelodyJson)


def tempos_json(melody: Score) -> dict[str, list[list[int]]]:
    """Where the tempo changes; nothing where it is one, so that older pieces stay as they were."""
    return {"tempos": [list(mark) for mark in melody.tempos]} if melody.tempos else {}
