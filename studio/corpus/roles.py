"""Who plays what in any file: the melody, the bass, the drums, and the rest by instrument."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from studio.corpus.laid_out import split_bass
from studio.corpus.reading import Song
from studio.corpus.rhythm import let_go, off_the_grid, straighten_song, unstrum
from studio.music.instruments import kit_track
from studio.music.melody import likeliest_melody
from studio.music.score import STEP_TICKS, Note, Track, map_notes, quantise, top_line
from studio.music.swing import SWUNG_TICK

ROLES = ("keys", "guitars", "strings", "winds", "others")
_PLUCKED = ("keys", "guitars")
_BASSES = range(32, 40)
_TIMPANI, _HARP, _ORCHESTRA_HIT, _FIDDLE = 47, 46, 55, 110
_SUNG = re.compile(r"melod|vocal|voice|sing|sopran|solo", re.IGNORECASE)
_DEEP = re.compile(r"\bbass\b|^walk|basso|contrabass|double b|cello|continuo|tuba", re.IGNORECASE)
_LOW_PITCH = 52  # E3: a part whose middle lies under it is no melody
_STEADY = 0.8  # share of a voice's notes that begin alone
_SYNC_PITCH, _SYNC_TICKS = 80, 2  # the tick that accompaniment programs write to line tracks up
_LEAST_MELODY = 8


@dataclass(frozen=True, slots=True)
class Roles:
    """One song's players on the sixteenth grid: `melody` and `bass` one note at a time, `drums` on
    the kit (see `kit_track`), `rest` by role: every name in `ROLES`, its notes in order.
    """

    melody: Track
    bass: Track
    drums: Track
    rest: dict[str, tuple[Note, ...]]

    @property
    def pitched(self) -> tuple[Note, ...]:
        """All notes but the drums'."""
        rest = (note for notes in self.rest.values() for note in notes)
        return tuple(sorted([*self.melody.notes, *self.bass.notes, *rest]))


def role_of(program: int) -> str | None:
    """The role of a General MIDI program; None for percussion, timpani and sound effects."""
    if program in (_TIMPANI, _ORCHESTRA_HIT) or program >= 112:
        return None
    if program < 24 or program in (_HARP, 108):
        return "keys"
    if program < 32 or program in (104, 105, 106, 107):
        return "guitars"
    if program < 40:
        return "bass"
    if program < 52 or program == _FIDDLE:
        return "strings"
    return "winds" if 56 <= program < 80 or program in (109, 111) else "others"


def find_roles(song: Song, late_ticks: Sequence[int] = (SWUNG_TICK,)) -> Roles | str:
    """The players of a song, or why they cannot be told.

    Swing at any of `late_ticks` is straightened. The melody is the track the manifest names, else
    the likeliest among those that do not lie low: its top line. The bass is whoever plays a bass,
    else a track named or placed like one, else the lowest voice of all. What doubles the melody
    note for note is left out of the rest.
    """
    tracks = _cleaned(song, late_ticks)
    pitched = [t for i, t in tracks if not t.is_drum and (role_of(t.program) or i == song.melody)]
    if not tracks:
        return "it is silent"
    if not pitched:
        return "it has only drums or sound effects"
    timing = off_the_grid([t if t.is_drum else unstrum(t) for _, t in tracks])
    if timing:
        return timing
    named = next((t for i, t in tracks if i == song.melody and not t.is_drum), None)
    melody = named or _likeliest(pitched)
    if melody is None:
        return "no melody was found in it: name the melody's track Melody"
    bars = song.score.bars
    others = [track for track in pitched if track is not melody]
    line, under = _split_top(quantise(melody, STEP_TICKS))
    if len(line.notes) < max(_LEAST_MELODY, bars / 4):
        return "its melody has hardly any notes: name the right track Melody"
    rest: dict[str, list[Note]] = {role: [] for role in ROLES}
    deep = _deep_tracks(others, bars)
    for track in others:
        if track not in deep:
            role = _harmonic_role(track)
            played = unstrum(track)
            if role in _PLUCKED:
                played = let_go(played, 2 * song.score.metre.bar_ticks)
            rest[role] += quantise(played, STEP_TICKS).notes
    own = _harmonic_role(melody)
    if deep:
        bass = _bottom_line([n for t in deep for n in quantise(t, STEP_TICKS).notes])
    else:
        rest[own] += under
        bass, _ = split_bass(tuple(sorted(n for notes in rest.values() for n in notes)))
    taken = {(note.start_tick, note.pitch) for note in (line.notes if deep else bass)}
    for role, notes in rest.items():
        rest[role] = [n for n in notes if (n.start_tick, n.pitch) not in taken]
    if deep:
        rest[own] += under
    return Roles(
        replace(line, name="Melody"),
        Track("Bass", bass, 33),
        kit_track(note for _, track in tracks if track.is_drum for note in track.notes),
        {role: tuple(sorted(set(notes))) for role, notes in rest.items()},
    )


def _cleaned(song: Song, late_ticks: Sequence[int]) -> list[tuple[int, Track]]:
    """The tracks with notes and their places in the score, swing straightened, without sync ticks;
    the notes that one part plays after a change of program join it again."""
    tracks = []
    for track in song.score.tracks:
        notes = tuple(n for n in track.notes if not _is_sync(n))
        tracks.append(replace(track, notes=notes))
    joined: list[tuple[int, Track]] = []
    for index, track in enumerate(straighten_song(tracks, late_ticks)):
        if not track.notes:
            continue
        last = joined[-1][1] if joined else None
        if last and last.name == track.name and _take_turns(last, track) and index != song.melody:
            program = max(last, track, key=lambda t: len(t.notes)).program
            both = replace(last, notes=last.notes + track.notes, program=program)
            joined[-1] = (joined[-1][0], both)
        else:
            joined.append((index, track))
    return joined


def _is_sync(note: Note) -> bool:
    at_start = note.start_tick == 0 and note.duration_ticks <= _SYNC_TICKS
    return at_start and note.pitch == _SYNC_PITCH


def _take_turns(one: Track, other: Track) -> bool:
    if one.program == other.program or one.is_drum or other.is_drum:
        return False
    steps = {n.start_tick // STEP_TICKS for n in one.notes}
    return not any(n.start_tick // STEP_TICKS in steps for n in other.notes)


def _likeliest(tracks: Sequence[Track]) -> Track | None:
    pool = [
        track
        for track in tracks
        if _SUNG.search(track.name)
        or (
            _middle(track) >= _LOW_PITCH and track.program not in _BASSES and role_of(track.program)
        )
    ]
    pool = [track for track in pool if len(track.notes) >= _LEAST_MELODY]
    return pool[likeliest_melody(pool)] if pool else None


def _deep_tracks(tracks: Sequence[Track], bars: int) -> list[Track]:
    """The tracks that together are the bass; empty where it must be taken from the others."""
    played = [track for track in tracks if track.program in _BASSES]
    named = [t for t in tracks if _DEEP.search(t.name) and _middle(t) < 57]
    steady = [
        track
        for track in tracks
        if _middle(track) < _LOW_PITCH
        and role_of(track.program) != "keys"
        and len({note.start_tick for note in track.notes}) >= _STEADY * len(track.notes)
    ]
    lowest = sorted(steady, key=_middle)[:1]
    for found in (played, named, lowest):
        if sum(len(track.notes) for track in found) >= bars / 2:
            return found
    return []


def _harmonic_role(track: Track) -> str:
    role = role_of(track.program)
    return role if role in ROLES else "others"


def _middle(track: Track) -> float:
    return median(note.pitch for note in track.notes)


def _split_top(track: Track) -> tuple[Track, list[Note]]:
    """The highest voice, and the notes that are not in it."""
    line = top_line(track)
    tops = {(note.start_tick, note.pitch) for note in line.notes}
    return line, [n for n in track.notes if (n.start_tick, n.pitch) not in tops]


def _bottom_line(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The lowest voice, one note at a time: the top line of the music turned upside down."""

    def turned(track: Track) -> Track:
        return map_notes(track, lambda note: replace(note, pitch=127 - note.pitch))

    return turned(top_line(turned(Track("", tuple(notes))))).notes
