"""The parts of a MIDI file: who plays which notes.

One file track is one part, on however many channels and programs; only drums on channel 10 are
apart. A file of one track (format 0) has a part on each channel, unless one part wanders over them
as MPE controllers write it: a note to a channel, so that each can be bent alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from studio.music import smf
from studio.music.channels import (
    AFTERTOUCH,
    BENDS,
    MPE,
    PEDAL,
    TIMBRE,
    Channel,
    FileNote,
    channels_of,
)  # fmt: skip
from studio.music.instruments import instrument_name
from studio.music.score import clean_text
from studio.music.smf import EventFile, EventTrack

DRUM_CHANNEL = 9
_STAYS, _TOGETHER = 0.6, 0.1
_BENT_CHANNELS = 3


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part as the file has it; `track` is the number of its file track, from 0, with `channels`
    from 0, and `losses` say what of it is not in its notes, a sentence each."""

    track: int
    channels: tuple[int, ...]
    name: str
    program: int
    is_drum: bool
    notes: tuple[FileNote, ...]
    losses: tuple[str, ...]


def parts_of(file: EventFile, text: Callable[[bytes], str]) -> list[FilePart]:
    """The parts that have notes, in the file's order; `text` reads the file's names."""
    playing = [number for number, track in enumerate(file.tracks) if _plays(track)]
    programs = {  # set for all by tracks without notes
        status & 0x0F: first
        for number, track in enumerate(file.tracks)
        if number not in playing
        for _, status, first, _ in track.messages
        if status & 0xF0 == smf.PROGRAM
    }
    found: list[FilePart] = []
    for number in playing:
        track = file.tracks[number]
        channels = channels_of(track, programs, file.ticks_per_quarter)
        groups = _groups(channels, file.format == 0, len(playing) == 1)
        names = _names(track, text)
        is_split = file.format == 0 or sum(group != [DRUM_CHANNEL] for group in groups) > 1
        for group in groups:
            wanted = channels if len(groups) == 1 else {n: channels[n] for n in group}
            is_drum = group == [DRUM_CHANNEL]
            program = _program(list(wanted.values()))
            own = names.get(group[0]) or names.get(None) or next(iter(names.values()), "")
            is_shared = len(groups) > 1 and group[0] not in names
            is_named = not is_shared or not (is_drum or is_split)
            name = own if is_named else instrument_name(program, is_drum)
            notes = tuple(note for n in group for note in channels[n].notes)
            losses = tuple(_losses(list(wanted.values()), program, is_drum))
            found.append(FilePart(number, tuple(group), name, program, is_drum, notes, losses))
    return found


def _plays(track: EventTrack) -> bool:
    return any(status & 0xF0 == smf.ON and velocity for _, status, _, velocity in track.messages)


def _groups(channels: Mapping[int, Channel], is_format_0: bool, is_alone: bool) -> list[list[int]]:
    """Which channels are a part together. The channels of a file's only track are parts of their
    own, too, where each has set another program and they play at once."""
    used = sorted(number for number, channel in channels.items() if channel.notes)
    if len(used) == 1 or any(MPE in channel.controls for channel in channels.values()):
        return [used]
    programs = [set(channels[n].programs) - {None} for n in used]
    is_one_sound = len(set[int | None]().union(*programs)) <= 1
    wanders = _wanders([channels[n] for n in used])
    if is_one_sound and wanders:
        return [used]
    if is_format_0 or (is_alone and not is_one_sound and not wanders):
        return [[number] for number in used]
    pitched = [number for number in used if number != DRUM_CHANNEL]
    return [pitched, *([[DRUM_CHANNEL]] if DRUM_CHANNEL in used else [])]


def _wanders(channels: Sequence[Channel]) -> bool:
    """Whether one part is handed from channel to channel: note by note, or each with bends of its
    own."""
    bent = [c for c in channels if BENDS in c.controls and c.controls & {AFTERTOUCH, TIMBRE}]
    if len(bent) >= _BENT_CHANNELS:
        return True
    notes = sorted((note[0], n) for n, channel in enumerate(channels) for note in channel.notes)
    stays = sum(one[1] == other[1] for one, other in pairwise(notes))
    together = sum(one[0] == other[0] and one[1] != other[1] for one, other in pairwise(notes))
    return stays <= _STAYS * len(notes) and together <= _TOGETHER * len(notes)


def _program(channels: Sequence[Channel]) -> int:
    """The program that most notes are played with, else the last one set beside them, else 0."""
    counts = sum((channel.programs for channel in channels), Counter[int | None]())
    counts.update(channel.program for channel in channels)
    known = [program for program in counts if program is not None]
    return max(known, key=lambda each: counts[each], default=0)


def _names(track: EventTrack, text: Callable[[bytes], str]) -> dict[int | None, str]:
    """The names that a track gives itself (None) or, behind a prefix, a channel; a track's own name
    before that of its instrument."""
    names: dict[int | None, str] = {}
    for wanted in (smf.NAME, smf.INSTRUMENT):
        channel = None
        for _, kind, content in track.metas:
            if kind == smf.PREFIX and content:
                channel = content[0]
            elif kind == wanted and (name := clean_text(text(content))):
                names.setdefault(channel, name)
    return names


def _losses(channels: Sequence[Channel], program: int, is_drum: bool) -> Iterator[str]:
    """What the notes of these channels do not hold, a sentence each."""
    controls = set[str]().union(*(channel.controls for channel in channels)) - {MPE}
    played = set[int | None]().union(*(channel.programs for channel in channels)) - {None}
    if len(played) > 1 and not is_drum:
        yield f"Simplified: its instrument changes; {instrument_name(program)} plays all of it."
    endless = sum(channel.endless for channel in channels)
    if endless:
        one = "1 note, which has" if endless == 1 else f"{endless} notes, which have"
        yield f"Guessed: where to end {one} no end in the file."
    if BENDS in controls:
        yield "Dropped: pitch bends; each note keeps its plain pitch."
    if PEDAL in controls:
        yield "Dropped: the pedal; each note lasts as long as its key was held."
    others = sorted(controls - {BENDS, PEDAL})
    if others:
        yield f"Dropped: {', '.join(others)}."
