"""Layouts of bands: which roles of a song make which parts of a genre's band.

All of them read any multi-track MIDI file, see `studio.corpus.roles`. Drums stay on their kit and
must not be transposed; every other part is moved by octaves into the range of its instrument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from studio.corpus.laid_out import LaidOut, Layout, find_signature, marked_triads
from studio.corpus.reading import Song
from studio.corpus.roles import ROLES, Roles, find_roles
from studio.music.harmony import chord_marks, implied_triads, unit_ticks
from studio.music.score import STEP_TICKS, Note, Track
from studio.music.swing import DOTTED_TICK, SWUNG_TICK

LEAST_NOTES = 4
_BASS_RANGE = (28, 55)
_MELODY_MIDDLE = (57, 90)  # where people play and sing melodies to a band


@dataclass(frozen=True, slots=True)
class BandPart:
    """A part of harmony: the roles it is taken from, those taken where these play too little, the
    pitches it is folded into, and how many notes it strikes together at most."""

    name: str
    program: int
    voices: int
    roles: tuple[str, ...]
    instead: tuple[str, ...]
    low: int
    high: int


_GUITAR = BandPart("Guitar", 27, 6, ("guitars",), ("keys", "others", "strings", "winds"), 40, 84)
_COMPING = BandPart("Keys", 0, 5, ("keys",), ("guitars", "others", "strings", "winds"), 45, 86)
_PIANO = BandPart("Keys", 0, 5, ("keys", "guitars"), ("others", "strings", "winds"), 45, 86)
_ALL_KEYS = BandPart("Keys", 0, 5, ROLES, (), 45, 86)
_STRINGS = BandPart("Strings", 48, 5, ("strings",), (), 48, 88)
_WINDS = BandPart("Winds", 60, 5, ("winds",), (), 46, 91)


def _layout(
    players: Sequence[BandPart],
    drums: bool,
    passage_bars: int | None = None,
    late_ticks: Sequence[int] = (SWUNG_TICK,),
) -> Layout:
    def lay_out(song: Song) -> LaidOut | str:
        return lay_out_band(song, players, drums, late_ticks)

    names = ("Bass", *(player.name for player in players), *(("Drums",) if drums else ()))
    return Layout(names, False, lay_out, True, passage_bars)


def lay_out_band(
    song: Song, players: Sequence[BandPart], drums: bool, late_ticks: Sequence[int] = (SWUNG_TICK,)
) -> LaidOut | str:
    """The song as melody, bass, `players` and drums, or why it is refused. Eighths that swing as
    late as one of `late_ticks` are made even. Chords are the marked
    ones where the file's markers name chords, else what the whole texture spells."""
    roles = find_roles(song, late_ticks)
    if isinstance(roles, str):
        return roles
    metre = song.score.metre
    ticks = unit_ticks(metre, per_beat=False)
    if metre.bar_ticks % STEP_TICKS or ticks % STEP_TICKS:
        return f"its metre {metre} is not counted in sixteenths"
    tracks = [_lifted(roles.melody), _folded(roles.bass, *_BASS_RANGE)]
    tracks += [_part(player, roles, song.score.bars) for player in players]
    pitched = tuple(tracks)
    tracks += [roles.drums] if drums else []
    for track in tracks[1:]:
        if len(track.notes) < LEAST_NOTES:
            return f"it has no {track.name.lower()}"
    marks = chord_marks(song.score.chords, metre.bar_ticks)
    score = replace(song.score, tracks=tuple(tracks), chords=marks)
    if marks:
        triads = marked_triads(score, ticks)
    else:
        triads = implied_triads(roles.pitched, -(-score.end_tick // ticks), ticks)
    return LaidOut(song.name, score, triads, ticks, find_signature(pitched))


def _part(player: BandPart, roles: Roles, bars: int) -> Track:
    """The player's own roles; where they play less than a note a bar, the others as well."""
    notes = [note for role in player.roles for note in roles.rest[role]]
    if len(notes) < bars:
        notes += [note for role in player.instead for note in roles.rest[role]]
    track = _folded(Track(player.name, tuple(notes), player.program), player.low, player.high)
    return replace(track, notes=_thinned(track.notes, player.voices))


def _thinned(notes: Sequence[Note], most: int) -> tuple[Note, ...]:
    """At most `most` notes of each onset, from the top: first one of each pitch class."""
    kept: list[Note] = []
    for _, group in groupby(sorted(notes), key=lambda note: note.start_tick):
        falling = sorted(group, key=lambda note: -note.pitch)
        classes = [note.pitch % 12 for note in falling]
        doubled = [note.pitch % 12 in classes[:i] for i, note in enumerate(falling)]
        order = sorted(range(len(falling)), key=lambda i: doubled[i])
        kept += [falling[i] for i in order[:most]]
    return tuple(kept)


def _folded(track: Track, low: int, high: int) -> Track:
    """The track with each note moved by octaves into `low` to `high`, each key struck once."""
    folded: dict[tuple[int, int], Note] = {}
    for note in track.notes:
        pitch = note.pitch
        if pitch < low:
            pitch += -(-(low - pitch) // 12) * 12
        elif pitch > high:
            pitch -= -(-(pitch - high) // 12) * 12
        moved = replace(note, pitch=pitch)
        folded[note.start_tick, pitch] = max(moved, folded.get((note.start_tick, pitch), moved))
    return replace(track, notes=tuple(folded.values()))


def _lifted(melody: Track) -> Track:
    """The melody, moved by whole octaves where it lies lower or higher than melodies do."""
    low, high = _MELODY_MIDDLE
    middle = median(note.pitch for note in melody.notes)
    shift = 0
    while middle + shift < low:
        shift += 12
    while middle + shift > high:
        shift -= 12
    notes = tuple(replace(n, pitch=min(n.pitch + shift, 127)) for n in melody.notes)
    return replace(melody, notes=notes)


LAYOUTS: dict[str, Layout] = {
    "rock": _layout((_GUITAR,), drums=True),
    "jazz": _layout((_COMPING,), drums=True, late_ticks=(SWUNG_TICK, DOTTED_TICK)),
    "symphony": _layout((_STRINGS, _WINDS), drums=False, passage_bars=32),
    "quartet": _layout((_STRINGS,), drums=False, passage_bars=32),
    "folk": _layout((_GUITAR,), drums=False, late_ticks=(SWUNG_TICK, DOTTED_TICK)),
    "songwriter": _layout((_PIANO,), drums=False),
    "band": _layout((_ALL_KEYS,), drums=True),
}
