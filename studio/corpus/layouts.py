"""Which track of a training song is the melody, which the parts, and what its chords are.

A layout knows how one kind of collection is laid out. `pop` is POP909: a sung melody, a second
melody and a piano whose lowest voice becomes the bass. `chorale` is four voices, soprano first,
`voices` any four lines. The others find melody, bass, drums and the rest in any file, see
`studio.corpus.bands`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from studio.corpus import bands
from studio.corpus.laid_out import LaidOut, Layout, find_signature, marked_triads, split_bass
from studio.corpus.reading import Song
from studio.corpus.sections import LEAST_BARS, pieces_of, steady_passages
from studio.music.harmony import implied_triads, unit_ticks
from studio.music.score import STEP_TICKS, Note, Track, quantise, top_line
from studio.music.theory import parse_key

__all__ = [
    "LAYOUTS", "LaidOut", "Layout", "find_signature", "lay_out_all", "lay_out_chorale",
    "lay_out_pop", "melody_notes", "split_bass",
]  # fmt: skip

REGULAR_DOWNBEATS = 0.9
_VOICES = ("Second voice", "Third voice", "Bass")
SLIPS = "its downbeats slip against the bars"


def lay_out_pop(song: Song) -> LaidOut | str:
    """POP909: tracks MELODY, BRIDGE, PIANO; chords as markers; the key from the manifest."""
    try:
        regularity = float(song.facts.get("downbeat_regularity") or 1)
    except ValueError:
        return "its downbeat_regularity in the manifest is no number"
    if regularity < REGULAR_DOWNBEATS:
        return SLIPS
    return lay_out_piano_song(song)


def lay_out_piano_song(song: Song) -> LaidOut | str:
    """As `lay_out_pop`, wherever the downbeats are."""
    by_name = {track.name.split(" ")[0].upper(): track for track in song.score.tracks}
    melody, piano = by_name.get("MELODY"), by_name.get("PIANO")
    if melody is None or piano is None:
        return "it has no MELODY or no PIANO track"
    bass, rest = split_bass(quantise(piano, STEP_TICKS).notes)
    second = quantise(by_name["BRIDGE"], STEP_TICKS).notes if "BRIDGE" in by_name else ()
    score = song.score.with_tracks(
        [quantise(melody, STEP_TICKS), Track("Bass", bass), Track("Keys", rest + second)]
    )
    ticks = unit_ticks(score.metre, per_beat=False)
    if ticks % STEP_TICKS:
        return f"its metre {score.metre} is not counted in sixteenths"
    triads = marked_triads(score, ticks)
    key = parse_key(song.facts.get("key", ""))
    signature = key.signature if key else find_signature(score.tracks)
    return LaidOut(song.name, score, triads, ticks, signature)


def lay_out_chorale(song: Song) -> LaidOut | str:
    """Four voices from the top; chords are what the voices spell on each beat."""
    if song.score.metre.unit != 4:
        return f"its metre {song.score.metre} is not counted in quarters"
    return _lay_out_voices(song, ("Soprano", "Alto", "Tenor", "Bass"), per_beat=True)


def lay_out_voices(song: Song) -> LaidOut | str:
    """Any four parts that each play a line, as a string quartet does, in the file's order; of notes
    that are struck together the highest counts."""
    lines = song.score.with_tracks(map(top_line, song.score.tracks))
    for number, track in enumerate(lines.tracks, 1):
        if len(track.notes) < bands.LEAST_NOTES:
            return f"its voice {number} hardly plays"
    return _lay_out_voices(replace(song, score=lines), ("Melody", *_VOICES), per_beat=False)


def _lay_out_voices(song: Song, names: Sequence[str], per_beat: bool) -> LaidOut | str:
    if len(song.score.tracks) != len(names) or any(track.is_drum for track in song.score.tracks):
        return "it does not have four voices"
    voices = [quantise(track, STEP_TICKS) for track in song.score.tracks]
    tracks = [replace(v, name=n) for v, n in zip(voices, names, strict=True)]
    score = song.score.with_tracks(tracks)
    ticks = unit_ticks(score.metre, per_beat)
    if score.metre.bar_ticks % STEP_TICKS or ticks % STEP_TICKS:
        return f"its metre {score.metre} is not counted in sixteenths"
    units = -(-score.end_tick // ticks)
    triads = implied_triads([n for t in tracks for n in t.notes], units, ticks)
    return LaidOut(song.name, score, triads, ticks, find_signature(tuple(tracks)))


def steady_pieces(song: Song) -> list[LaidOut]:
    """What can be used of a piano song whose downbeats slip: the passages in which they do not."""
    laid_out = [(lay_out_piano_song(passage), passage) for passage in steady_passages(song)]
    end = song.score.end_tick
    return [placed(f, p.start_tick, end) for f, p in laid_out if isinstance(f, LaidOut)]


LAYOUTS: dict[str, Layout] = {
    "pop": Layout(("Bass", "Keys"), False, lay_out_pop),
    "chorale": Layout(("Alto", "Tenor", "Bass"), True, lay_out_chorale),
    **bands.LAYOUTS,
    "voices": Layout(_VOICES, False, lay_out_voices, sections=True, passage_bars=32),
}


def lay_out_all(song: Song, layout: Layout) -> tuple[list[LaidOut], list[str]]:
    """What the layout makes of a song: its usable pieces (the whole song, or its sections and
    passages), and a reason for each piece that is refused."""
    laid_out: list[LaidOut] = []
    reasons: list[str] = []
    whole = song.score.end_tick
    pieces = pieces_of(song, layout.passage_bars) if layout.sections else [song]
    if not pieces:
        reasons.append(f"its metre changes before {LEAST_BARS} bars are through")
    for piece in pieces:
        found = layout.lay_out(piece)
        if isinstance(found, str):
            reasons.append(found)
            continue
        if piece is not song:
            found = placed(found, piece.start_tick, whole)
        laid_out.append(found)
    return laid_out, reasons


def melody_notes(song: Song, layout: Layout) -> list[Note]:
    """The notes that the layout takes for the melody's, in the ticks of the whole song."""
    found = []
    for piece in pieces_of(song, layout.passage_bars) if layout.sections else [song]:
        laid_out = layout.lay_out(piece)
        if not isinstance(laid_out, str):
            found += [
                replace(note, start_tick=piece.start_tick + note.start_tick)
                for note in laid_out.score.tracks[0].notes
            ]
    return found


def placed(found: LaidOut, start_tick: int, whole_ticks: int) -> LaidOut:
    """The passage with its place in the piece, in whole bars of its own metre."""
    bar = found.score.metre.bar_ticks
    before = -(-start_tick // bar)
    after = max(whole_ticks - start_tick - found.score.bars * bar, 0) // bar
    bar_steps = bar // STEP_TICKS
    return replace(found, steps_before=before * bar_steps, steps_after=after * bar_steps)
