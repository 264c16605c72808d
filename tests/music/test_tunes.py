"""The likeliest melody is a tune: by its name in the world's languages, and by how it plays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import BEAT, CASES, line

import studio
from studio.ground.errors import BadMidi
from studio.music import midi
from studio.music.melody import from_file, likeliest_melody, part_lines
from studio.music.midi import MidiFile
from studio.music.score import Note, Score, Track
from studio.music.tunes import why_likeliest


def block(pitches: tuple[int, ...], bars: int = 8, beats: int = 4) -> tuple[Note, ...]:
    return tuple(
        Note(bar * beats * BEAT, pitch, beats * BEAT) for bar in range(bars) for pitch in pitches
    )


LOW_TUNE = Track("", line([57, 59, 60, 62, 64, 62, 60, 59] * 4), 0)
CHORDS = Track("Klavier", block((72, 76, 79, 84), 16, 2))
BASS = Track("", line([36, 43, 36, 43] * 8), 33)
KIT = Track("", line([36, 42, 38, 42] * 16, 0.5))
PAD = Track("", line([84, 86] * 4, 4), 89)
STRINGS = Track("Rising Strings", block((67, 72, 76)), 48)
ARPEGGIO = Track("", line([60, 67, 72, 79] * 32, 0.25), 24)

TUNES = """Melody MELODY melody_1 LeadVocal lead-vocal Vocals Vox Voice Voz Voces Voce Canto Cantus
Chant Voix Mélodie Melodía Melodia Gesang Gesangsstimme Singstimme Stimme Hauptmelodie Zang Sång
Śpiew Wokal Zpěv Laulu Вокал голос Мелодия φωνή 主旋律 主旋律1 人声 メロディ 歌 보컬 멜로디
メロディー ボーカル ทำนอง धुन Lagu Sang Laul Veu לחן Song_Melody Main_Tune Solo Theme Lead Soprano"""


@pytest.mark.parametrize("name", TUNES.split())
def test_a_part_that_is_called_the_tune_is_the_tune(name: str) -> None:
    tune = replace(LOW_TUNE, name=name.replace("_", " "), program=32)
    assert likeliest_melody((CHORDS, BASS, KIT, ARPEGGIO, tune, PAD)) == 4


OTHERS = """Leadsheet_pads misleading Plead Rising Singular_Pad Invoice Cantina_Bass Bass_Lead
Melodic_Tom_Drums Lead_Bass Vocal_Pad Chord_Melody_Pad Chants_Percussion Backing_Vocals_Chords
伴奏 和弦 ベース ドラム Begleitung Accompagnement Schlagzeug Batterie Baixo Bajo Basso Бас
Ударные Drums Bassline E-Bass Bassgitarre Drum_Kit Congas リズム パッド เบส"""


@pytest.mark.parametrize("name", OTHERS.split())
def test_a_part_that_is_not_called_the_tune_is_none(name: str) -> None:
    """A word within another word says nothing, and one that is never a tune says more."""
    assert likeliest_melody((replace(CHORDS, name=name.replace("_", " ")), LOW_TUNE)) == 1


def test_the_title_of_the_piece_on_other_parts_is_no_sign_of_a_tune() -> None:
    titled = [replace(part, name="My song") for part in (KIT, CHORDS, BASS)]
    assert likeliest_melody((*titled, LOW_TUNE)) == 3
    assert "name" not in why_likeliest((*titled, replace(LOW_TUNE, name="My song")), 3)


def test_a_tune_goes_before_whole_notes_and_broken_chords_above_it() -> None:
    tune = Track("", line([60, 62, 64, 65, 67, 65, 64, 62] * 4))
    above = Track("", line([84, 86] * 4, 4), 48)
    broken = Track("", line([60, 64, 67, 72, 76, 72, 67, 64] * 8, 0.25))
    assert likeliest_melody((above, tune)) == likeliest_melody((broken, tune)) == 1


@pytest.mark.parametrize(
    "others",
    [
        (BASS,), (KIT,), (PAD,), (STRINGS,), (ARPEGGIO,), (CHORDS,),
        (BASS, KIT, PAD, STRINGS, ARPEGGIO),
    ],
)  # fmt: skip
@pytest.mark.parametrize("above", [0, 7, 12])
def test_a_part_that_plays_a_tune_is_the_tune(others: tuple[Track, ...], above: int) -> None:
    notes = tuple(replace(note, pitch=note.pitch + above) for note in LOW_TUNE.notes)
    tune = replace(LOW_TUNE, name="Track 9", notes=notes)
    assert likeliest_melody((*others, tune)) == len(others)
    assert likeliest_melody((tune, *others)) == 0


@pytest.mark.parametrize(
    ("name", "taken", "why"),
    [
        ("pick_bass", "Piano", "most like a tune of what there is"),
        ("pick_drums_on_channel_1", "Piano", "most like a tune of what there is"),
        ("pick_other_language", "Gesang", "its name says so"),
        ("pick_word_inside_word", "Main Tune", "its name says so"),
        ("format0_same_names", "Alto saxophone", "one note at a time, above the others"),
        ("melody_on_channel_10", "Melody", "the only part"),
    ],
)
def test_the_tune_of_the_cases_is_taken(name: str, taken: str, why: str) -> None:
    path = CASES / f"{name}.mid"
    assert [(part.name, part.why) for part in studio.tracks(path) if part.why] == [(taken, why)]
    melody = from_file(midi.read_path(path))
    assert melody.report[0].startswith(
        f"Kept: {len(melody.score.tracks[0].notes)} notes of “{taken}”"
    )


def test_what_is_chosen_is_obeyed_drums_too() -> None:
    file = midi.read_path(CASES / "pick_drums_on_channel_1.mid")
    assert from_file(file, 0).score.tracks[0].name == "Drums"
    drums = MidiFile(Score((Track("Beat", KIT.notes, 0, True),)))
    with pytest.raises(BadMidi, match="only drums"):
        from_file(drums)
    melody = from_file(drums, 0)
    assert melody.score.tracks == (Track("Beat", KIT.notes),)
    assert "Guessed: the notes of this drum track are meant as pitches." in melody.report


def test_parts_are_listed_as_a_musician_reads_them() -> None:
    tune, bass = replace(LOW_TUNE, name="Song", program=73), replace(BASS, name="Song")
    score = Score((tune, bass, Track("", KIT.notes, 0, True)))
    lines = part_lines(midi.read(midi.write(score)))
    assert [(p.number, p.name, p.instrument, p.notes, p.range) for p in lines] == [
        (1, "Song (Flute)", "Flute", 32, "A3 to E4"),
        (2, "Song (Finger bass)", "Finger bass", 32, "C2 to G2"),
        (3, "Track 3", "Drum kit", 64, "C2 to F#2"),
    ]
    assert [bool(part.why) for part in lines] == [True, False, False]
    drums = part_lines(MidiFile(Score((Track("Beat", KIT.notes, 0, True),))))
    assert [part.why for part in drums] == [""]
