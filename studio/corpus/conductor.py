"""What a training file says beside its notes: where the metre changes, which track is which."""

from __future__ import annotations

from studio.ground.errors import BadScore
from studio.music.melody import likeliest_melody
from studio.music.midi import MidiFile
from studio.music.score import Metre


def metre_changes(file: MidiFile) -> tuple[tuple[int, Metre], ...]:
    """Each metre of the file and the tick of the score from which it holds, the first at tick 0.

    A first metre that does not outlast a bar of the second is a pickup and counts as that bar.
    """
    changes: list[tuple[int, Metre]] = []
    for tick, beats, unit in file.conductor.metres:
        try:
            metre = Metre(beats, unit)
        except BadScore:
            metre = Metre()  # as studio.music.midi reads it
        if changes and tick <= metre.bar_ticks:
            changes = []
        if not changes or changes[-1][1] != metre:
            changes.append((tick if changes else 0, metre))
    return tuple(changes) or ((0, file.score.metre),)


def named_track(file: MidiFile, number: int) -> int | None:
    """Where the MIDI file's track `number`, counted from 0, stands among the score's tracks, which
    leave out empty ones: of several parts in it, the likeliest melody. None where that track has
    none but drums or there is none."""
    tracks = file.score.tracks
    own = [
        index
        for index, source in enumerate(file.sources)
        if source.track == number and not tracks[index].is_drum
    ]
    return own[likeliest_melody([tracks[index] for index in own])] if own else None
