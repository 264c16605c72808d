"""What `tutti check` says of a training set: what is kept, what is refused and why.

Nothing is dropped without a word: every file is either kept or stands under a reason.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import quantiles

from studio.corpus.bands_of import PartUse, band_of
from studio.corpus.laid_out import LaidOut
from studio.corpus.layouts import LAYOUTS, Layout, lay_out_all
from studio.corpus.reading import Refusal, Song, read_songs, same_files
from studio.corpus.sections import pieces_of
from studio.corpus.twins import remarks
from studio.corpus.windows import song_rolls, window_starts
from studio.ground.errors import BadKnob
from studio.music.instruments import instrument_name
from studio.music.score import clean_text
from studio.music.theory import Key

_TRIED = 8  # songs on which each layout is tried, where none is named
_EXACT = ("pop", "chorale")
_FIRST = ("band", "symphony", "rock", "jazz", "quartet", "songwriter")
# of equals the first
_ANY_FILE = (*_FIRST, *(name for name in LAYOUTS if name not in (*_EXACT, *_FIRST)))
_USUAL_BEATS = frozenset({2, 3, 4, 6, 9, 12})
_FAST_BPM = 240
_NEVER_TOGETHER = "melody and all parts never play together for eight bars"
_WIDTH, _SHOWN_FILES, _SHOWN_KINDS = 100, 5, 12


@dataclass(frozen=True, slots=True)
class UsableSong:
    """A song that can be learned from; `notes` are remarks on it that a person may want to act on.
    `bars` are those that can be used, `windows` how many stretches of eight bars they give;
    `composer` and `genre` are what the manifest says; `band` is how the song plays each part."""

    name: str
    bars: int
    windows: int
    tempo_bpm: float
    metre: str
    key: str
    instruments: tuple[str, ...]
    notes: tuple[str, ...]
    title: str = ""
    composer: str = ""
    genre: str = ""
    band: tuple[PartUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A training set, checked against the layout of that name."""

    sources: tuple[str, ...]
    layout: str
    kept: tuple[UsableSong, ...]
    refused: tuple[Refusal, ...]

    @property
    def windows(self) -> int:
        return sum(song.windows for song in self.kept)


def check(path: Path | Sequence[Path], layout: str | None = None) -> Report:
    """What a zip or folder of MIDI files, or several, hold for training. Without a layout, the one
    that keeps most of the first songs is taken.

    Raises BadMidi where a path is neither zip nor folder, BadKnob for a layout there is not.
    """
    if layout is not None and layout not in LAYOUTS:
        raise BadKnob(f"There is no layout called {layout!r}: choose one of {', '.join(LAYOUTS)}.")
    songs, refused = read_songs(path)
    name = layout or _likeliest_layout(songs)
    twins, worth_a_look = same_files(songs), remarks(songs)
    kept: dict[str, UsableSong] = {}
    for song in songs:
        found = _check_song(song, LAYOUTS[name])
        if isinstance(found, str):
            refused.append(Refusal(song.name, found))
        elif (twin := twins.get(song.name)) in kept:
            refused.append(Refusal(song.name, f"it is the same file as {twin}, which is kept"))
        else:
            notes = [worth_a_look[song.name]] if song.name in worth_a_look else []
            kept[song.name] = replace(found, notes=(*notes, *found.notes))
    sources = [path] if isinstance(path, Path) else path
    return Report(tuple(p.name for p in sources), name, tuple(kept.values()), tuple(refused))


def text(report: Report) -> str:
    """The report as a person reads it, a line a fact and a line a reason, with the files."""
    parts = ", ".join(LAYOUTS[report.layout].parts)
    songs = len(report.kept) + len(report.refused)
    bars = sum(song.bars for song in report.kept)
    lines = [
        f"{' and '.join(report.sources)}, laid out as {report.layout}: Melody, {parts}",
        f"Kept         {len(report.kept):,} of {songs:,} files: {bars:,} bars, "
        f"{report.windows:,} windows of eight bars",
        f"Refused      {len(report.refused):,}",
        *_grouped((refusal.reason, refusal.name) for refusal in report.refused),
    ]
    if not report.kept:
        return "\n".join([*lines, "There is nothing to learn from: try another layout or music."])
    lines += [
        *_counted("Keys         ", (song.key for song in report.kept)),
        *_counted("Metres       ", (song.metre for song in report.kept)),
        f"Tempos       {_spread([song.tempo_bpm for song in report.kept], 'bpm')}",
        f"Lengths      {_spread([song.bars for song in report.kept], 'bars')}",
        *_counted("Instruments  ", (name for song in report.kept for name in song.instruments)),
    ]
    notes = [(note, song.name) for song in report.kept for note in song.notes]
    if notes:
        lines += ["Worth a look, though kept", *_grouped(notes, _SHOWN_FILES)]
    return "\n".join(lines)


def _use(song: Song, layout: Layout) -> tuple[list[LaidOut], list[str], int] | str:
    """What the layout keeps of the song: its pieces, why others are left out, how many windows; or
    the reason why it keeps nothing."""
    pieces, reasons = lay_out_all(song, layout)
    if not pieces:
        return reasons[0]
    windows = sum(len(window_starts(song_rolls(piece))) for piece in pieces)
    return (pieces, reasons, windows) if windows else _NEVER_TOGETHER


def _check_song(song: Song, layout: Layout) -> UsableSong | str:
    """The song as the layout keeps it, or the reason why it does not."""
    used = _use(song, layout)
    if isinstance(used, str):
        return used
    pieces, reasons, windows = used
    bars = sum(piece.score.bars for piece in pieces)
    signature = Counter(piece.signature for piece in pieces).most_common(1)[0][0]
    return UsableSong(
        song.name,
        bars,
        windows,
        song.score.tempo_bpm,
        str(song.score.metre),
        f"{Key(signature)} or {Key((signature + 9) % 12, minor=True)}",
        tuple(sorted({instrument_name(t.program, t.is_drum) for t in song.score.tracks})),
        (
            *_remarks(song, layout.sections),
            *(f"partly left out: {reason}" for reason in sorted(set(reasons))),
        ),
        song.title,
        clean_text(song.facts.get("artist") or song.facts.get("composer") or ""),
        clean_text(song.facts.get("genre") or song.facts.get("style") or ""),
        band_of(pieces, _first_used(song, layout)),
    )


def _first_used(song: Song, layout: Layout) -> Song:
    """The piece of the song that is the first of those laid out."""
    pieces = pieces_of(song, layout.passage_bars) if layout.sections else [song]
    if len(pieces) == 1:
        return pieces[0]
    return next(piece for piece in pieces if not isinstance(layout.lay_out(piece), str))


def _remarks(song: Song, sections: bool) -> list[str]:
    metre, tempo_bpm = song.score.metre, song.score.tempo_bpm
    remarks = []
    if len({each for _, each in song.metres}) > 1:
        instead = "it is cut into pieces that keep one" if sections else "only one is counted"
        remarks.append(f"its metre changes: {instead}")
    if metre.beats not in _USUAL_BEATS:
        remarks.append(f"its metre {metre} is an odd one")
    if tempo_bpm > _FAST_BPM:
        remarks.append(f"its tempo is above {_FAST_BPM} bpm: its beats may be half beats")
    if song.score.tempos:
        remarks.append("its tempo changes: the one that holds longest is shown here")
    return remarks


def _some(songs: Sequence[Song]) -> Sequence[Song]:
    return songs[:: max(len(songs) // _TRIED, 1)][:_TRIED]


def _keeps(songs: Sequence[Song], layout: str) -> int:
    """How many of some songs a layout keeps."""
    return sum(not isinstance(_use(song, LAYOUTS[layout]), str) for song in songs)


def _likeliest_layout(songs: Sequence[Song]) -> str:
    """The layout that keeps most of some songs; one made for a collection, where it keeps a few."""
    some = _some(songs)
    exact = next((name for name in _EXACT if _keeps(some, name) > len(some) / 4), None)
    return exact or max(_ANY_FILE, key=partial(_keeps, some))


def layout_like(path: Path | Sequence[Path], layout: str) -> str:
    """The layout, or where it keeps hardly one of the songs another whose band has the same parts:
    `pop` reads one collection, and a pop band can learn more from any file's bass and keys."""
    some = _some(read_songs(path)[0])
    wanted = LAYOUTS[layout]
    alike = [
        name for name, other in LAYOUTS.items()
        if (other.parts, other.per_beat) == (wanted.parts, wanted.per_beat) and name != layout
    ]  # fmt: skip
    kept = _keeps(some, layout)
    return layout if 4 * kept > len(some) else max([layout, *alike], key=partial(_keeps, some))


def _grouped(rows: Iterable[tuple[str, str]], most: int | None = None) -> list[str]:
    """A line for each reason with its count, most frequent first, and under it the files: all of
    them, or `most`."""
    names: dict[str, list[str]] = {}
    for reason, name in rows:
        names.setdefault(reason, []).append(name)
    lines = []
    for reason, files in sorted(names.items(), key=lambda item: -len(item[1])):
        lines += _wrapped(f"{len(files):>7}  ", reason)
        shown = files if most is None else files[:most]
        more = [f"and {len(files) - len(shown)} more"] if len(shown) < len(files) else []
        lines += _wrapped(" " * 9, ", ".join(shown + more))
    return lines


def _counted(head: str, values: Iterable[str]) -> list[str]:
    counts = Counter(values).most_common()
    shown = [f"{value} {count}" for value, count in counts[:_SHOWN_KINDS]]
    more = [f"and {len(counts) - len(shown)} more"] if len(shown) < len(counts) else []
    return _wrapped(head, ", ".join(shown + more))


def _wrapped(head: str, words: str) -> list[str]:
    return textwrap.wrap(
        words, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _spread(values: Sequence[float], unit: str) -> str:
    low, high = min(values), max(values)
    if low == high:
        return f"{low:g} {unit}"
    first, _, third = quantiles(values, n=4, method="inclusive")
    return f"{low:g} to {high:g} {unit}, half of them {first:g} to {third:g}"
