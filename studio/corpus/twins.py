"""Songs that seem to be in a set twice, though their files differ: the same notes, or names that
are nearly alike. What is there twice is learned twice, and where one of both is held out, it is no
test. Of a file that is there twice, only one is kept."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from pathlib import PurePosixPath

from studio.corpus.reading import Song, repeats, same_files

_COPY = re.compile(
    r"[\s_.-]*(?:\(\d+\)|\[\d+\]|\b(?:copy(?: of)?|copia|copie|kopie|duplicate|final|new|v\d+)\b"
    r"(?:[\s_.-]*\(?\d+\)?)?)$"
)
_COPY_OF = re.compile(r"^(?:copy of|copie de|kopie von)\s+")
_BETWEEN = re.compile(r"[\s_.-]+")
_LEAST_LETTERS = 3  # of a name that says anything


def remarks(songs: Sequence[Song]) -> dict[str, str]:
    """By name what a person may want to look at: the same notes, or nearly the same name, as an
    earlier song, whose file is another one."""
    notes, names = repeats(songs, _notes), repeats(songs, lambda song: plain_name(song.name))
    say = "its name is nearly that of {}: if both are one song, keep one"
    found = {name: say.format(other) for name, other in names.items()}
    found |= {name: f"it has the same notes as {other}: keep one" for name, other in notes.items()}
    dropped = same_files(songs)
    return {name: remark for name, remark in found.items() if name not in dropped}


def plain_name(name: str) -> str | None:
    """A file's name without what copies bear in theirs: `My_Song (1).MID` and `my song copy.mid`
    are both `my song`; None where no word is left."""
    stem = PurePosixPath(name).stem.casefold()
    before = None
    while stem != before:
        before, stem = stem, _COPY.sub("", stem)
    plain = _BETWEEN.sub(" ", _COPY_OF.sub("", stem)).strip()
    return plain if sum(sign.isalpha() for sign in plain) >= _LEAST_LETTERS else None


def _notes(song: Song) -> Hashable:
    rows = (
        (track.is_drum, note.start_tick, note.pitch, note.duration_ticks)
        for track in song.score.tracks
        for note in track.notes
    )
    return hash(tuple(sorted(rows)))
