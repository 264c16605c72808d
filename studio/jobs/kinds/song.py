"""The song job: one file of a set, to be seen and heard before anything learns from it.

"notes" {"notes": [[start_seconds, end_seconds, pitch, velocity, is_melody], …], "seconds", "more":
how many notes are not among them} comes before its sound, which is the job's only take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.corpus.layouts import LAYOUTS, Layout, melody_notes
from studio.corpus.reading import Song, read_song
from studio.corpus.sets import music_of, sets_folder
from studio.ground.errors import BadKnob
from studio.ground.payload import Payload
from studio.jobs.takes import WAV_FILE, forget_old_sound
from studio.jobs.tools import Tools
from studio.library import take_folder
from studio.music.score import Note
from studio.queue import Context, JsonObject
from studio.sound import render

KIND = "song"
MOST_NOTES = 4000
_SAME_TICKS = 160  # a third of a beat: how far apart a note and its straightened copy may begin


@dataclass(frozen=True, slots=True)
class Request(Payload):
    """The id of a set, the name of a file in it, and how it is laid out."""

    set: str
    name: str
    layout: str


def run(request: Request, context: Context, tools: Tools) -> JsonObject:
    """Reads and renders it; raises BadMidi where it is gone or cannot be read, BadKnob for a layout
    there is not."""
    if request.layout not in LAYOUTS:
        raise BadKnob(f"There is no layout called {request.layout!r}: open the data doctor again.")
    song = read_song(music_of(sets_folder(context.data_dir), request.set), request.name)
    notes = drawn(song, LAYOUTS[request.layout])
    seconds = song.score.duration_seconds
    more = max(len(notes) - MOST_NOTES, 0)
    context.emit("notes", {"notes": notes[:MOST_NOTES], "seconds": seconds, "more": more})
    folder = take_folder(context.data_dir, context.job.id, 1)
    folder.mkdir(parents=True, exist_ok=True)
    render(song.score, tools.synth, folder / WAV_FILE)
    forget_old_sound(context.data_dir)
    return {"seconds": seconds}


def drawn(song: Song, layout: Layout) -> list[list[float | int | bool]]:
    """The notes of a song in order, each with whether the layout takes it for the melody's."""
    tracks = [track for track in song.score.tracks if not track.is_drum]
    notes = [note for track in tracks for note in track.notes]
    sung = _sung(notes, melody_notes(song, layout))
    clock = song.score.clock
    return sorted(
        [
            *(round(clock.seconds_at(tick), 3) for tick in (note.start_tick, note.end_tick)),
            *(note.pitch, note.velocity, place in sung),
        ]
        for place, note in enumerate(notes)
    )


def _sung(notes: Sequence[Note], melody: Sequence[Note]) -> set[int]:
    """The places among the notes of those that the melody is, a little straightened: for each of
    its notes the nearest of that pitch."""
    places: dict[int, list[int]] = {}
    for place, note in enumerate(notes):
        places.setdefault(note.pitch, []).append(place)
    found: set[int] = set()
    for note in melody:
        near = {
            place: abs(notes[place].start_tick - note.start_tick)
            for place in places.get(note.pitch, ())
            if place not in found
        }
        nearest = min(near, key=near.__getitem__, default=None)
        if nearest is not None and near[nearest] <= _SAME_TICKS:
            found.add(nearest)
    return found
