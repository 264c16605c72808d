"""What parts a MIDI file has, for people who choose the melody among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from studio.music.instruments import instrument_name
from studio.music.midi import MidiFile
from studio.music.score import Score, Track
from studio.music.theory import pitch_class_name
from studio.music.tunes import is_called_tune, likeliest_melody, why_likeliest


@dataclass(frozen=True, slots=True)
class FilePartLine:
    """A part of a file: its `number` from 1, how many `notes` it has, its `range` as `C4 to G5`
    (C4 is middle C), and, where it is taken for the melody unless another is chosen, `why`."""

    number: int
    name: str
    instrument: str
    notes: int
    range: str
    why: str = ""

    @property
    def label(self) -> str:
        """All of it but why, in one line."""
        named = (
            "" if self.instrument.casefold() in self.name.casefold() else f" · {self.instrument}"
        )
        notes = "1 note" if self.notes == 1 else f"{self.notes} notes"
        return f"{self.number}. {self.name}{named} · {notes} · {self.range}"


def part_lines(file: MidiFile) -> tuple[FilePartLine, ...]:
    """The parts of a file in its order; where all are drums, none is taken."""
    tracks = file.score.tracks
    best = likeliest_melody(tracks)
    is_taken = not tracks[best].is_drum or is_called_tune(tracks[best].name)
    lines = []
    for index, (name, track) in enumerate(zip(part_names(tracks), tracks, strict=True)):
        pitches = [note.pitch for note in track.notes]
        lines.append(
            FilePartLine(
                index + 1,
                name,
                _instrument(track),
                len(pitches),
                f"{_note_name(min(pitches))} to {_note_name(max(pitches))}",
                why_likeliest(tracks, index) if is_taken and index == best else "",
            )
        )
    return tuple(lines)


def part_names(tracks: Sequence[Track]) -> tuple[str, ...]:
    """What parts are called, each otherwise: those of one name by their instruments, too, where
    these differ."""
    instruments: dict[str, set[str]] = {}
    for track in tracks:
        instruments.setdefault(track.name, set()).add(_instrument(track))
    return Score(
        tuple(
            replace(track, name=f"{track.name} ({_instrument(track)})")
            if len(instruments[track.name]) > 1
            else track
            for track in tracks
        )
    ).part_names


def _instrument(track: Track) -> str:
    return instrument_name(track.program, track.is_drum)


def _note_name(pitch: int) -> str:
    return f"{pitch_class_name(pitch % 12)}{pitch // 12 - 1}"
