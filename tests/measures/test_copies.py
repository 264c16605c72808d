"""The copy check: a planted copy is found, in any key; unrelated music is not taken for one."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from helpers import BEAT
from safetensors.numpy import load, save

from benchmarks.band_measures import copied_bars, copied_passages
from studio.ground.errors import BadModel
from studio.measures.copies import CopyIndex
from studio.measures.fingerprints import fingerprints, notes_in
from studio.music.score import Note, Score, Track, transpose

BAR = 4 * BEAT


@dataclass(frozen=True)
class Song:
    name: str
    score: Score
    signature: int = 0


def accompaniment(seed: int, bars: int, per_bar: int = 12) -> tuple[Note, ...]:
    """Notes of C major strewn over the bars."""
    rng = np.random.default_rng(seed)
    pitches = [p for p in range(40, 76) if p % 12 in (0, 2, 4, 5, 7, 9, 11)]
    places = {
        (bar * BAR + int(step) * 120, pitches[pitch])
        for bar in range(bars)
        for step, pitch in zip(
            rng.integers(0, 16, per_bar), rng.integers(0, len(pitches), per_bar), strict=True
        )
    }
    return tuple(Note(start, pitch, 120) for start, pitch in sorted(places))


def song(seed: int, bars: int = 16, per_bar: int = 12) -> Song:
    tracks = (
        Track("Melody", (Note(0, 72, BAR),)),
        Track("Keys", accompaniment(seed, bars, per_bar)),
    )
    return Song(f"song {seed}", Score(tracks))


SONGS = [song(seed) for seed in range(20)]
INDEX = CopyIndex.of(SONGS)
OTHER = song(100, bars=8).score


def moved(score: Score, ticks: int = 0, semitones: int = 0) -> Score:
    """The accompaniment moved in time and pitch."""
    up = [transpose(track, semitones) for track in score.tracks]
    late = [
        replace(t, notes=tuple(replace(n, start_tick=n.start_tick + ticks) for n in t.notes))
        for t in up[1:]
    ]
    return score.with_tracks([up[0], *late])


def planted(into: Score, source: Score, at_bar: int, source_bar: int, bars: int = 2) -> Score:
    """The piece with some bars of the source in place of its own."""
    start, end = at_bar * BAR, (at_bar + bars) * BAR
    own = [n for n in into.tracks[1].notes if not start <= n.start_tick < end]
    shift = (at_bar - source_bar) * BAR
    theirs = [
        replace(n, start_tick=n.start_tick + shift)
        for n in source.tracks[1].notes
        if start <= n.start_tick + shift < end
    ]
    return into.with_tracks([into.tracks[0], replace(into.tracks[1], notes=tuple(own + theirs))])


def test_a_planted_copy_is_found_where_it_lies() -> None:
    found = INDEX.nearest(planted(OTHER, SONGS[7].score, 4, 9), 0)
    assert found is not None
    assert (found.song, found.song_bar, found.bar, found.likeness) == ("song 7", 10, 5, 1.0)


@pytest.mark.parametrize("semitones", range(-11, 12))
def test_a_transposed_copy_is_found_too(semitones: int) -> None:
    piece = moved(planted(OTHER, SONGS[7].score, 4, 9), semitones=semitones)
    found = INDEX.nearest(piece, semitones % 12)
    assert found is not None
    assert (found.song, found.song_bar, found.likeness) == ("song 7", 10, 1.0)


def test_the_parts_that_carry_the_notes_and_how_long_they_last_do_not_matter() -> None:
    notes = planted(OTHER, SONGS[7].score, 4, 9).tracks[1].notes
    halves = [
        Track(name, tuple(replace(n, duration_ticks=480) for n in notes if (n.pitch < 55) == low))
        for name, low in (("Bass", True), ("Keys", False))
    ]
    found = INDEX.nearest(Score((Track("Melody"), *halves)), 0)
    assert found is not None
    assert found.likeness == 1.0


def test_unrelated_music_is_not_a_copy() -> None:
    found = INDEX.nearest(OTHER, 0)
    assert found is not None
    assert found.likeness < 0.35
    assert copied_bars(INDEX, OTHER, 0) == 0.0


def test_melody_and_drums_are_not_compared() -> None:
    source = SONGS[3].score
    drums = source.with_tracks([source.tracks[1], replace(source.tracks[1], is_drum=True)])
    assert INDEX.nearest(drums, 0) is None
    assert copied_bars(INDEX, drums, 0) == 0.0


@pytest.mark.parametrize("changed", [2, 6, 12])
def test_likeness_is_near_the_share_of_common_notes(changed: int) -> None:
    source = planted(Score((Track("M"), Track("Keys"))), SONGS[2].score, 0, 4)
    notes = source.tracks[1].notes
    other = [replace(n, pitch=n.pitch + 37) for n in notes[:changed]]
    piece = source.with_tracks([source.tracks[0], Track("Keys", (*notes[changed:], *other))])
    expected = (len(notes) - changed) / (len(notes) + changed)
    found = INDEX.nearest(piece, 0)
    assert found is not None
    assert found.likeness == pytest.approx(expected, abs=0.12)
    assert found.likeness < 1.0


def test_sketches_estimate_how_many_notes_bars_hold_and_share() -> None:
    _, sketches = fingerprints(SONGS[0].score, 0)
    bars: list[set[tuple[int, int]]] = [set() for _ in range(16)]
    for note in SONGS[0].score.tracks[1].notes:
        bars[note.start_tick // BAR].add((note.start_tick % BAR, note.pitch))
    assert np.allclose(notes_in(sketches), [len(bar) for bar in bars], atol=2.5)
    held, together = notes_in(sketches), notes_in(sketches[:, None] | sketches[None])
    shared = held[:, None] + held[None] - together
    truth = [[len(a & b) for b in bars] for a in bars]
    assert np.abs(shared - truth).mean() < 1.0


def test_a_few_notes_are_nobodys() -> None:
    sparse = song(50, per_bar=2)
    assert CopyIndex.of([sparse]).nearest(sparse.score, 0) is None


def test_too_short_or_empty_music_is_near_nothing() -> None:
    one_bar = OTHER.with_tracks([Track("M"), Track("K", accompaniment(1, 1))])
    assert INDEX.nearest(one_bar, 0) is None
    assert INDEX.nearest(Score(), 0) is None
    assert CopyIndex.of([]).nearest(OTHER, 0) is None
    assert copied_bars(CopyIndex.of([]), OTHER, 0) == copied_passages(INDEX, Score(), 0) == 0.0


def test_no_passage_reaches_over_the_end_of_a_song() -> None:
    last_bar, first_bar = SONGS[4].score, SONGS[5].score
    both = planted(planted(OTHER, last_bar, 2, 15, 1), first_bar, 3, 0, 1)
    assert copied_bars(INDEX, both, 0) == 2 / 8
    assert copied_passages(INDEX, both, 0) == 0.0
    found = INDEX.nearest(both, 0)
    assert found is not None
    assert found.likeness < 1.0


def test_shares_of_equal_bars_and_passages() -> None:
    piece = planted(OTHER, SONGS[7].score, 4, 9, bars=3)
    assert copied_bars(INDEX, piece, 0) == 3 / 8
    assert copied_passages(INDEX, piece, 0) == 2 / 7
    assert copied_bars(INDEX, moved(piece, ticks=240), 0) == 0.0  # another place in the bar
    assert copied_bars(INDEX, SONGS[0].score, 0) == copied_passages(INDEX, SONGS[0].score, 0) == 1


def test_one_note_more_is_no_equal_bar() -> None:
    source = SONGS[0].score
    more = replace(source.tracks[1], notes=(*source.tracks[1].notes, Note(0, 90, 120)))
    assert copied_bars(INDEX, source.with_tracks([source.tracks[0], more]), 0) == 15 / 16


def test_an_index_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    INDEX.save(tmp_path / "model")
    back = CopyIndex.load(tmp_path / "model")
    assert back.songs == INDEX.songs
    for name in ("first_bar", "hashes", "sketches"):
        assert np.array_equal(getattr(back, name), getattr(INDEX, name))


def test_four_hundred_songs_fit_a_megabyte_and_are_searched_at_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    bars = 400 * 80
    index = CopyIndex(
        tuple(f"midi/{n:03}.mid" for n in range(400)),
        np.arange(0, bars + 1, 80),
        rng.integers(1, 2**63, bars).astype(np.uint64),
        rng.integers(0, 2**63, (bars, 2)).astype(np.uint64),
    )
    index.save(tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 1_000_000
    began = time.process_time()
    index.nearest(song(3, bars=16).score, 0)
    assert time.process_time() - began < 1.0  # some 6 ms on an idle core


def test_fingerprints_stay_the_same_so_that_shipped_indexes_stay_readable() -> None:
    chord = Track("Keys", (Note(0, 60, 480), Note(240, 64, 120)))
    hashes, sketches = fingerprints(Score((Track("M"), chord)), 0)
    assert [hex(value) for value in hashes.tolist()] == ["0xd9a2a40738a997b6"]
    assert [[hex(word) for word in bar] for bar in sketches.tolist()] == [
        ["0x100000", "0x20000000000000"]
    ]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / CopyIndex.FILES[1]).unlink(),
        lambda folder: (folder / CopyIndex.FILES[0]).write_text("{"),
        lambda folder: (folder / CopyIndex.FILES[0]).write_text('{"format": 1, "songs": ["one"]}'),
        lambda folder: (folder / CopyIndex.FILES[0]).write_text('{"format": 2, "songs": []}'),
        lambda folder: (folder / CopyIndex.FILES[0]).write_text("[]"),
        lambda folder: (folder / CopyIndex.FILES[1]).write_bytes(b"\xff" * 40),
        lambda folder: alter(folder, "hashes", np.zeros(3, np.uint64)),
        lambda folder: alter(folder, "hashes", np.zeros(INDEX.hashes.shape, np.float32)),
        lambda folder: alter(folder, "sketches", np.zeros((1, 2), np.uint64)),
        lambda folder: alter(folder, "first_bar", INDEX.first_bar[::-1].copy()),
        lambda folder: alter(folder, "first_bar", np.zeros((0,), np.int64)),
    ],
)
def test_a_damaged_index_is_one_sentence(tmp_path: Path, damage: object) -> None:
    INDEX.save(tmp_path)
    assert callable(damage)
    damage(tmp_path)
    with pytest.raises(BadModel, match="copy check"):
        CopyIndex.load(tmp_path)


def alter(folder: Path, name: str, values: np.ndarray) -> None:
    tensors = load((folder / CopyIndex.FILES[1]).read_bytes())
    tensors[name] = values
    (folder / CopyIndex.FILES[1]).write_bytes(save(tensors))
    assert json.loads((folder / CopyIndex.FILES[0]).read_text())["format"] == 1
