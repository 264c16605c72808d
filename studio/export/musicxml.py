"""Sheet music as MusicXML, which MuseScore, Finale, Sibelius and Dorico open: written by music21.

The same score gives the same bytes: music21's dates, versions and made-up names are taken out. Its
own clean-up of notation is not used, for `notation` has done what a reader needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from studio.export.drum_staff import name_drums
from studio.export.engraving import SWING, Staff, engraved
from studio.export.notation import bars_of, drum_bars_of
from studio.ground.errors import BadScore
from studio.music.score import TICKS_PER_BEAT, Note, Score, Track
from studio.music.swing import is_swung, straighten_swing, unswung_beats

MAX_NOTES = 10_000
MAX_BARS = 256  # of all parts together eight times as many
_MIDDLE_C = 60
_KEYBOARDS = range(8)  # General MIDI programs that are written on two staves
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)


def lead_sheet(score: Score) -> bytes:
    """The melody and the chord symbols; raises BadScore where there is no part, or far too much,
    TuttiError where music21 is not installed."""
    alone = score.with_tracks(score.tracks[:1])
    return full_score(alone, alone.bars or score.bars)  # over rests, where there is no melody


def full_score(score: Score, least_bars: int = 0) -> bytes:
    """All parts with the chord symbols above the first; raises what `lead_sheet` raises.

    Swung pieces are written in even eighths under the word Swing, as musicians read them; where
    only a few bars swing, these are written in triplets.
    """
    _check_size(score)
    swung = _swings([n for track in score.tracks for n in track.notes if not track.is_drum])
    if swung:
        score = score.with_tracks(
            straighten_swing(track, but=unswung_beats(track.notes)) for track in score.tracks
        )
    staves = [
        staff for index, track in enumerate(score.tracks) for staff in _staves(track, index, score)
    ]
    bars = max(least_bars, *(len(staff.bars) for staff in staves))
    root = _exported(engraved(score, staves, bars, swung))
    _tidy(root)
    if swung:
        _tell_players_to_swing(root)
    for staff in staves:
        if staff.track.is_drum:
            signs = (sign for bar in staff.bars for voice in bar for sign in voice)
            pitches = [pitch for sign in signs for pitch in sign.pitches]
            name_drums(root, f"P{staff.part + 1}", pitches)
    ElementTree.indent(root)
    return (_HEAD + ElementTree.tostring(root, encoding="unicode") + "\n").encode()


def _swings(notes: Sequence[Note]) -> bool:
    """Whether a reader may swing all: most beats are swung, or nothing in them tells."""
    beats = {note.start_tick // TICKS_PER_BEAT for note in notes}
    return is_swung(notes) and len(unswung_beats(notes)) * 3 < len(beats)


def _check_size(score: Score) -> None:
    if not score.tracks:
        raise BadScore("There is no part to write down: record or open a melody first.")
    too_long = score.bars > MAX_BARS or score.bars * len(score.tracks) > 8 * MAX_BARS
    marks = len(score.chords) > MAX_NOTES or any(
        mark.start_tick > MAX_BARS * score.metre.bar_ticks for mark in score.chords
    )
    if score.note_count > MAX_NOTES or too_long or marks:
        raise BadScore("This piece is too long for sheet music: take it home as MIDI.")


def _staves(track: Track, part: int, score: Score) -> list[Staff]:
    bars, metre = max(score.bars, 1), score.metre
    if track.is_drum:
        return [Staff(track, part, drum_bars_of(track.notes, metre, bars))]
    low = [note for note in track.notes if note.pitch < _MIDDLE_C]
    high = [note for note in track.notes if note.pitch >= _MIDDLE_C]
    sounding = sum(note.duration_ticks for note in track.notes)
    wide = all(sum(n.duration_ticks for n in hand) > sounding / 8 for hand in (low, high))
    if track.program not in _KEYBOARDS or not wide:
        return [Staff(track, part, bars_of(track.notes, metre, bars))]
    right, left = bars_of(high, metre, bars), bars_of(low, metre, bars)
    return [Staff(track, part, right, False), Staff(track, part, left, True)]


def _exported(stream: Any) -> ElementTree.Element:
    from music21.musicxml.m21ToXml import ScoreExporter

    root: ElementTree.Element = ScoreExporter(stream, makeNotation=False).parse()
    return root


def _tell_players_to_swing(root: ElementTree.Element) -> None:
    """Says beside the word, which is for people, what programs read: two to one."""
    words = (d for d in root.iter("direction") if d.findtext("direction-type/words") == SWING)
    swing = ElementTree.SubElement(ElementTree.SubElement(next(words), "sound"), "swing")
    for tag, text in (("first", "2"), ("second", "1"), ("swing-type", "eighth")):
        ElementTree.SubElement(swing, tag).text = text


def _tidy(root: ElementTree.Element) -> None:
    """Takes out what changes from run to run, what is said twice, and comments."""
    for degree in root.iter("degree"):
        degree.set("print-object", "no")  # the text of its chord says it
    for tag in ("identification", "movement-title"):
        for element in root.findall(tag):
            root.remove(element)
    for parent in root.iter():
        for child in [child for child in parent if not isinstance(child.tag, str)]:
            parent.remove(child)
