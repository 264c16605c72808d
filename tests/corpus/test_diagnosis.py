"""The data doctor: plain JSON, what `tutti check` says, and the band that the songs make."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers import band_song, chorale, pop_song, write_songs

from studio.corpus.diagnosis import diagnose, narrowed, select
from studio.corpus.report import check
from studio.corpus.sets import MusicSet, music_of, store
from studio.ground.errors import BadKnob, BadMidi
from studio.music import midi
from studio.music.instruments import Part
from studio.music.score import Metre, Score, Track, map_notes

MANIFEST = """file,title,composer,genre
000.mid,Morning,Ann,folk
001.mid,Noon,Ben,folk
002.mid,Night,Ann,blues
"""


@pytest.fixture(scope="module")
def bands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three bands, a waltz of four, a broken file."""
    folder = tmp_path_factory.mktemp("bands") / "music"
    songs = [replace(band_song(i), tempo_bpm=80.0 + 20 * i) for i in range(3)]
    write_songs(folder, [*songs, waltz()])
    (folder / "bad.mid").write_bytes(b"MThd")
    (folder / "manifest.csv").write_text(MANIFEST)
    return folder


def waltz() -> Score:
    """The band in three, without its last beat."""
    song = band_song(9)
    tracks = [
        replace(t, notes=tuple(
            replace(n, start_tick=n.start_tick // 1920 * 1440 + n.start_tick % 1920,
                    duration_ticks=min(n.duration_ticks, 1440 - n.start_tick % 1920))
            for n in t.notes if n.start_tick % 1920 < 1440
        ))
        for t in song.tracks
    ]  # fmt: skip
    return replace(song, tracks=tuple(tracks), metre=Metre(3, 4))


@pytest.fixture(scope="module")
def found(bands: Path) -> dict[str, Any]:
    return diagnose(bands)


def test_it_is_plain_json_and_says_what_the_check_says(bands: Path, found: dict[str, Any]) -> None:
    assert json.loads(json.dumps(found)) == found
    report = check(bands)
    assert found["layout"] == report.layout == "band"
    assert found["windows"] == report.windows > 0
    assert [song["name"] for song in found["kept"]] == [song.name for song in report.kept]
    assert [song["windows"] for song in found["kept"]] == [song.windows for song in report.kept]
    [refused] = found["refused"]
    assert refused["name"] == "bad.mid"
    assert refused["reason"] == report.refused[0].reason
    first = found["kept"][0]
    assert (first["title"], first["composer"], first["genre"]) == ("Morning (Ann)", "Ann", "folk")
    assert (first["metre"], first["tempo_bpm"]) == ("4/4", 80)
    assert "Flute" in first["instruments"]


def test_the_parts_are_what_the_songs_play(found: dict[str, Any]) -> None:
    bass, keys, drums = (Part(**part) for part in found["parts"])
    assert (bass.name, bass.program, bass.voices) == ("Bass", 33, 1)
    assert keys.program in (0, 27, 48, 60)
    assert keys.voices > 1
    assert drums.is_drum
    assert len(drums.accents) == 9
    for part in (bass, keys):
        assert part.high - part.low >= 12
        assert 40 <= part.velocity <= 96


def test_a_part_that_plays_softer_than_the_tune_is_softer(tmp_path: Path) -> None:
    def louder(track: Track, velocity: int) -> Track:
        return map_notes(track, lambda n: replace(n, velocity=velocity + n.start_tick // 480 % 7))

    velocities = {"Tune": 100, "Bass": 70}
    songs = [
        song.with_tracks([louder(t, velocities.get(t.name, 90)) for t in song.tracks])
        for song in (band_song(i) for i in range(3))
    ]
    bass, keys, _ = diagnose(write_songs(tmp_path, songs), "band")["parts"]
    assert bass["velocity"] == pytest.approx(50, abs=2)
    assert keys["velocity"] == pytest.approx(70, abs=2)


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({}, "0123"),
        ({"genre": ["folk"]}, "01"),
        ({"composer": ["Ann"]}, "02"),
        ({"genre": ["folk"], "composer": ["Ann"]}, "0"),
        ({"genre": []}, "0123"),
        ({"metre": ["3/4"]}, "3"),
        ({"metre": ["3/4", "4/4"]}, "0123"),
        ({"tempo_bpm": [90, 110]}, "13"),
        ({"tempo_bpm": [81, 99]}, ""),
        ({"instrument": ["Flute"]}, "0123"),
        ({"instrument": ["Kazoo"]}, ""),
        ({"key": ["F# major or D# minor"]}, ""),
    ],
)
def test_filters_choose_songs(found: dict[str, Any], filters: dict[str, Any], kept: str) -> None:
    assert select(found, filters) == [f"00{number}.mid" for number in kept]


def test_a_narrowed_diagnosis_is_that_of_the_songs_alone(found: dict[str, Any]) -> None:
    names = [song["name"] for song in found["kept"]]
    assert narrowed(found, names) == found
    one = narrowed(found, names[:1])
    assert [song["name"] for song in one["kept"]] == names[:1]
    assert one["windows"] == found["kept"][0]["windows"]
    assert [part["name"] for part in one["parts"]] == ["Bass", "Keys", "Drums"]
    nothing = narrowed(found, [])
    assert (nothing["parts"], nothing["windows"]) == ([], 0)


def test_instruments_are_found_by_who_plays_the_notes(tmp_path: Path) -> None:
    voices = [
        replace(song, tracks=tuple(replace(t, program=60 + i) for i, t in enumerate(song.tracks)))
        for song in (chorale(i) for i in range(3))
    ]
    parts = diagnose(write_songs(tmp_path / "voices", voices))["parts"]
    assert [part["program"] for part in parts] == [61, 62, 63]
    assert [part["voices"] for part in parts] == [1, 1, 1]
    pop = [
        replace(song, tracks=(song.tracks[0], replace(song.tracks[1], program=4)))
        for song in (pop_song(i) for i in range(3))
    ]
    parts = diagnose(write_songs(tmp_path / "pop", pop))["parts"]
    assert [part["program"] for part in parts] == [4, 4]  # both hands are one electric piano's


def test_the_layout_of_a_set_is_taken_where_none_is_asked_for(tmp_path: Path) -> None:
    songs = [(f"{i}.mid", midi.write(chorale(i))) for i in range(3)]
    facts = MusicSet("", "Bach", "builtin", "", "", "", layout="songwriter")
    made = store(tmp_path, facts, songs)
    assert diagnose(music_of(tmp_path, made.id))["layout"] == "songwriter"
    assert diagnose(music_of(tmp_path, made.id), "chorale")["layout"] == "chorale"
    plain = store(tmp_path, replace(facts, layout=""), songs)
    assert diagnose(music_of(tmp_path, plain.id))["layout"] == "chorale"


def test_what_is_no_set_and_no_layout_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadMidi, match="neither a folder nor a zip"):
        diagnose(tmp_path / "none.zip")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    assert diagnose(tmp_path / "empty.zip")["kept"] == []
    with pytest.raises(BadKnob, match="no layout"):
        diagnose(tmp_path, "polka")
