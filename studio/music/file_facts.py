"""What reading a MIDI file has to say of it as a whole: damage, guesses, what is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from studio.music import smf
from studio.music.score import clean_text
from studio.music.smf import EventFile

_UNIVERSAL = b"\x7e"  # system messages that all synthesisers know, such as a reset
_FEWEST_SYLLABLES = 8


def names(file: EventFile) -> Iterator[bytes]:
    """The texts by which the file's encoding is told."""
    for track in file.tracks:
        for _, kind, content in track.metas:
            if kind in (smf.NAME, smf.INSTRUMENT, smf.MARKER):
                yield content


def remarks(file: EventFile, decode: Callable[[bytes], str], encoding: str | None) -> list[str]:
    """A sentence for each damage and guess and for what is not kept, whichever part is chosen."""
    said = []
    broken = sum(not track.is_whole for track in file.tracks)
    missing = file.track_count - len(file.tracks)
    if broken:
        of = f"{broken} of {len(file.tracks)} tracks" if len(file.tracks) > 1 else "the track"
        breaks = "break" if broken > 1 else "breaks"
        said.append(f"Damaged: {of} {breaks} off; what comes before that was read.")
    if missing > 0:
        are = "are" if missing > 1 else "is"
        said.append(f"Damaged: {missing} of the file's {file.track_count} tracks {are} not in it.")
    if file.format == 2:
        said.append("Guessed: its patterns are read as tracks that begin together.")
    if file.is_filmed:
        said.append("Guessed: its time is in frames of a film; beats are those of its tempo.")
    if encoding is not None:
        said.append(f"Guessed: its names are written in {encoding}.")
    metas = [meta for track in file.tracks for meta in track.metas]
    notices = [decode(content) for _, kind, content in metas if kind == smf.COPYRIGHT]
    said += [f"Dropped: its notice “{text}”." for text in map(clean_text, notices) if text][:1]
    texts = [tick for tick, kind, _ in metas if kind == smf.TEXT]
    is_karaoke = len(set(texts)) >= _FEWEST_SYLLABLES
    kinds = {kind for _, kind, _ in metas}
    dropped = {
        "lyrics": smf.LYRIC in kinds or is_karaoke,
        "text": smf.TEXT in kinds and not is_karaoke,
        "cue points": smf.CUE in kinds,
        "settings of one synthesiser": any(
            kind == smf.SYSEX and not content.startswith(_UNIVERSAL) for _, kind, content in metas
        ),
    }
    if any(dropped.values()):
        said.append(f"Dropped: {', '.join(what for what, there in dropped.items() if there)}.")
    return said
