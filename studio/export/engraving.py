"""Bars of signs as music21's objects: clefs, keys, voices, chord symbols.

music21 is imported when it is needed: it takes a quarter of a second, and the studio runs without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from studio.export.chord_kinds import ChordKind, harmony_of
from studio.export.drum_staff import place_of
from studio.export.notation import Bar, Sign
from studio.export.spelling import spelt
from studio.ground.errors import TuttiError
from studio.music.instruments import instrument_name
from studio.music.score import STEP_TICKS, TICKS_PER_BEAT, ChordMark, Score, Track, clean_text
from studio.music.theory import Key, parse_key, pitch_class_name

SWING = "Swing"
_MIDDLE_C = 60
_OTHER_TEMPO = 0.04  # by which a tempo differs that is worth a sign
_LOWEST = 12  # C0, which some keys spell as B# of the octave below
_GUITARS, _BASSES = range(24, 32), range(32, 40)  # they sound an octave lower than they are read


@dataclass(frozen=True, slots=True)
class Staff:
    """One staff of a part: the track's place in the score, its bars, and whether it is the lower
    of two, or None where it is the only one."""

    track: Track
    part: int
    bars: tuple[Bar, ...]
    lower: bool | None = None


def engraved(score: Score, staves: Sequence[Staff], bars: int, swung: bool) -> Any:
    """The score in music21's terms; raises TuttiError where music21 is not installed."""
    m = _music21()
    result = m.stream.Score()
    result.insert(0, m.metadata.Metadata(title=score.title or "Untitled"))
    last_part = None
    for staff in staves:
        part = _part(m, staff, score, bars, swung and staff is staves[0])
        if staff is staves[0]:
            _put_chords(m, part, score)
        result.insert(0, part)
        if staff.lower:
            group = m.layout.StaffGroup([last_part, part], symbol="brace", barTogether=True)
            result.insert(0, group)
        last_part = part
    return result


def _part(m: Any, staff: Staff, score: Score, bars: int, swung: bool) -> Any:
    """A part, or one of its two staves, bar by bar."""
    track, number = staff.track, staff.part + 1
    part = (m.stream.Part if staff.lower is None else m.stream.PartStaff)(id=f"P{number}")
    name = instrument_name(track.program, track.is_drum)
    part.partName = track.name or name
    player = m.instrument.Instrument(name)
    player.partId, player.instrumentId = f"P{number}", f"P{number}-I1"
    player.midiChannel = 9 if track.is_drum else _channel(staff.part)
    player.midiProgram = track.program
    part.insert(0, player)
    # music21 gives each part a channel that is free, and complains where there is none left
    player.autoAssignMidiChannel = lambda usedChannels=None: player.midiChannel  # noqa: N803
    key = parse_key(score.key) if score.key else None
    metre = m.meter.TimeSignature(str(score.metre))
    silence = ((Sign(0, score.metre.bar_ticks),),)
    tempos = _tempos(score, bars)
    for index in range(bars):
        measure = m.stream.Measure(number=index + 1)
        if index == 0:
            _put_signature(m, measure, staff, score, key, swung)
        if index in tempos and staff.part == 0 and not staff.lower:
            measure.insert(0, m.tempo.MetronomeMark(number=tempos[index]))
        voices = staff.bars[index] if index < len(staff.bars) else silence
        for number_in_bar, signs in enumerate(voices):
            voice = _voice(m, signs, track, key, metre, hidden_rests=number_in_bar > 0)
            voice.id = str(number_in_bar + (5 if staff.lower else 1))
            measure.insert(0, voice)
        if index == bars - 1:
            measure.rightBarline = m.bar.Barline("final")
        part.insert(index * score.metre.bar_ticks / TICKS_PER_BEAT, measure)
    if not track.is_drum:
        part.makeAccidentals(inPlace=True)
    return part


def _voice(
    m: Any, signs: Sequence[Sign], track: Track, key: Key | None, metre: Any, hidden_rests: bool
) -> Any:
    """One voice of one bar, beamed; a second voice comes and goes without a rest to be seen."""
    elements = [_element(m, sign, track, key) for sign in signs]
    voice = m.stream.Voice()
    for sign, element in zip(signs, elements, strict=True):
        element.style.hideObjectOnPrint = hidden_rests and not sign.pitches
        voice.coreInsert(Fraction(sign.start, TICKS_PER_BEAT), element)
    voice.coreElementsChanged()
    if len(elements) > 1:
        for element, beams in zip(elements, metre.getBeams(elements), strict=True):
            if beams is not None:
                element.beams = beams
    return voice


def _put_signature(
    m: Any, measure: Any, staff: Staff, score: Score, key: Key | None, swung: bool
) -> None:
    measure.insert(0, getattr(m.clef, _clef(staff))())
    if key is not None and not staff.track.is_drum:
        tonic = pitch_class_name(key.tonic, key).replace("b", "-")
        measure.insert(0, m.key.Key(tonic, "minor" if key.minor else "major"))
    measure.insert(0, m.meter.TimeSignature(str(score.metre)))
    if swung:
        words = m.expressions.TextExpression(SWING)
        words.placement = "above"
        measure.insert(0, words)


def _tempos(score: Score, bars: int) -> dict[int, float]:
    """What a metronome shows by bar, from 0: the first bar's tempo, then each bar's mean where the
    tempo is clearly another one."""
    shown = {0: score.tempo_bpm}
    clock, bar = score.clock, score.metre.bar_ticks
    for index in range(bars if score.tempos else 0):
        seconds = clock.span(index * bar, (index + 1) * bar)
        bpm = round(60 * bar / TICKS_PER_BEAT / seconds)
        if index == 0 or abs(bpm / shown[max(shown)] - 1) >= _OTHER_TEMPO:
            shown[index] = bpm
    return shown


def _put_chords(m: Any, part: Any, score: Score) -> None:
    """Chord symbols at their places on the grid; a mark that names no chord is written as words."""
    bar, ticks = score.metre.bar_ticks, min(STEP_TICKS, score.metre.bar_ticks // score.metre.beats)
    measures = list(part.getElementsByClass(m.stream.Measure))
    for mark in score.chords:
        tick = round(mark.start_tick / ticks) * ticks
        if 0 <= tick < len(measures) * bar:
            symbol = _symbol(m, mark)
            if symbol is not None:
                measures[tick // bar].insert(tick % bar / TICKS_PER_BEAT, symbol)


def _symbol(m: Any, mark: ChordMark) -> Any:
    text = clean_text(mark.symbol)
    harmony = harmony_of(text)
    if isinstance(harmony, ChordKind):
        bass = None if harmony.bass is None else harmony.bass.replace("b", "-")
        root = harmony.root.replace("b", "-")
        told = m.harmony.ChordSymbol(root=root, bass=bass, kind=harmony.kind, kindStr=harmony.text)
        for how, (number, alter) in harmony.degrees:
            told.addChordStepModification(m.harmony.ChordStepModification(how, number, alter))
        return told
    if harmony is not None:
        return m.harmony.NoChord()
    return m.expressions.TextExpression(text) if text else None


def _element(m: Any, sign: Sign, track: Track, key: Key | None) -> Any:
    """A rest, note or chord; on a drum part unpitched ones at their places on the staff."""
    if not sign.pitches:
        return m.note.Rest(duration=_duration(m, sign))
    if track.is_drum:
        heads = [_drum(m, pitch) for pitch in sign.pitches]
        together = m.percussion.PercussionChord
    else:
        heads = [_pitched(m, pitch, key) for pitch in sign.pitches]
        together = m.chord.Chord
    tie = {(False, True): "start", (True, True): "continue", (True, False): "stop"}.get(
        (sign.tied_back, sign.tied_on)
    )
    if tie is not None:
        for head in heads:
            head.tie = m.tie.Tie(tie)
    for head in heads:
        head.duration = _duration(m, sign)
    return heads[0] if len(heads) == 1 else together(heads, duration=_duration(m, sign))


def _duration(m: Any, sign: Sign) -> Any:
    """The written value, with the bracket of a triplet at its first and last sign."""
    if sign.triplet is None:
        return m.duration.Duration(sign.length / TICKS_PER_BEAT)
    start, end, third = sign.triplet.start, sign.triplet.end, sign.triplet.third
    duration = m.duration.Duration(sign.length * 3 / 2 / TICKS_PER_BEAT)
    tuplet = m.duration.Tuplet(3, 2, {320: "quarter", 160: "eighth", 80: "16th"}[third])
    tuplet.type = {start: "start", end - sign.length: "stop"}.get(sign.start)
    duration.appendTuplet(tuplet)
    return duration


def _pitched(m: Any, pitch: int, key: Key | None) -> Any:
    # MusicXML has no octave below 0, and nobody hears one
    letter, alter, octave = spelt(pitch if pitch > _LOWEST else pitch + 12, key)
    name = letter + "#" * alter + "-" * -alter
    return m.note.Note(m.pitch.Pitch(name, octave=octave))


def _drum(m: Any, pitch: int) -> Any:
    place = place_of(pitch)
    drum = m.note.Unpitched(displayName=f"{place.step}{place.octave}")
    drum.notehead = place.head
    return drum


def _clef(staff: Staff) -> str:
    """The clef that players of the instrument read, or the one in which most notes lie."""
    if staff.track.is_drum:
        return "PercussionClef"
    if staff.lower is not None:
        return "BassClef" if staff.lower else "TrebleClef"
    pitches = sorted(note.pitch for note in staff.track.notes) or [_MIDDLE_C]
    typical = pitches[len(pitches) // 2]
    if staff.track.program in _GUITARS and typical >= _MIDDLE_C - 12:
        return "Treble8vbClef"
    if staff.track.program in _BASSES and typical < _MIDDLE_C - 12:
        return "Bass8vbClef"
    return "TrebleClef" if typical >= _MIDDLE_C else "BassClef"


def _channel(part: int) -> int:
    """A MIDI channel from 0 that is not the drums'."""
    channel = part % 15
    return channel + (channel >= 9)


def _music21() -> Any:
    try:
        import music21
    except ImportError as error:
        raise TuttiError(
            "Sheet music needs music21: install it with `pip install music21`."
        ) from error
    return music21
