"""What the transformer reads: rows say a passage whole, in order, in any key."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import chorale, tune
from hypothesis import given
from hypothesis import strategies as st

from studio.catalog import GENRES
from studio.corpus.layouts import lay_out_chorale
from studio.corpus.windows import Windows, song_rolls
from studio.music.harmony import ChordPlan
from studio.music.instruments import Part
from studio.music.roll import PITCHES
from studio.music.score import Metre
from studio.music.theory import NO_CHORD, Key
from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.encoding import encode
from studio.techniques.transformer.passages import as_song, sheet_of, some_controls
from studio.techniques.transformer.sheet import (
    ROLE,
    SOUND,
    STEP,
    Control,
    Notes,
    Sheet,
    context,
    controls_of,
    ordered,
    rows,
    transposed,
)

ROLES = v.roles_of(GENRES["rock"].parts)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    bar_steps = draw(st.sampled_from([8, 12, 16, 20, 24]))
    bars = draw(st.integers(1, 5))
    steps = bar_steps * bars

    def notes(roles: tuple[int, ...], most: int) -> Notes:
        found = draw(
            st.lists(
                st.tuples(
                    st.integers(0, steps - 1),
                    st.integers(0, PITCHES - 1),
                    st.sampled_from(v.DURATIONS),
                    st.integers(0, v.NO_LOUDNESS),
                    st.sampled_from(roles),
                ),
                max_size=most,
                unique_by=lambda note: (note[0], note[1], note[4]),
            )
        )
        result = np.array(found, np.int64).reshape(-1, 5)
        drums = result[:, ROLE] == v.ROLES.index("Drums")
        result[drums, SOUND] = v.DRUM_PITCH + result[drums, SOUND] % 9
        return ordered(np.unique(result, axis=0))

    triads = np.repeat(draw(st.lists(st.integers(0, 24), min_size=bars, max_size=bars)), bar_steps)
    melody = notes((v.MELODY_ROLE,), 12)
    return Sheet(0, bar_steps, 4, bars, ROLES, melody, notes(ROLES, 30), triads)


@given(sheets())
def test_rows_say_every_note_of_the_sheet(sheet: Sheet) -> None:
    said = rows(sheet)
    for kind, notes in ((v.NOTE, sheet.notes), (v.MELODY, sheet.melody)):
        mine = said[said[:, v.KIND] == kind]
        durations = [v.DURATIONS[i] for i in mine[:, v.DURATION]]
        found = np.stack(
            [mine[:, v.TIME], mine[:, v.SOUND], durations, mine[:, v.LOUDNESS], mine[:, v.ROLE]], 1
        ).reshape(-1, 5)
        assert np.array_equal(found, notes)
        assert np.array_equal(mine[:, v.TIME] % sheet.bar_steps, mine[:, v.POSITION])


@given(sheets())
def test_every_column_stays_within_its_table(sheet: Sheet) -> None:
    for one in (sheet, as_song(sheet)):
        said = rows(one, controls_of(one))
        for column, size in enumerate(v.SIZES):
            assert said[:, column].min() >= 0
            assert said[:, column].max() < size


@given(sheets())
def test_a_bars_notes_come_after_its_melody_and_harmony_and_the_next_bars(sheet: Sheet) -> None:
    said = rows(sheet)
    bars = np.cumsum(said[:, v.KIND] == v.BAR) - 1
    for row, bar in zip(said, bars, strict=True):
        if row[v.KIND] == v.NOTE:
            assert row[v.TIME] // sheet.bar_steps == bar
        if row[v.KIND] in (v.MELODY, v.HARMONY):
            assert row[v.TIME] // sheet.bar_steps == bar + 1


@given(sheets())
def test_a_sheet_that_sings_never_tells_a_note_before_its_turn(sheet: Sheet) -> None:
    sung = as_song(sheet)
    said = rows(sung)
    bars = np.cumsum(said[:, v.KIND] == v.BAR) - 1
    times = said[:, v.TIME]
    assert not (said[:, v.KIND] == v.NOTE).any()
    assert (times[said[:, v.KIND] == v.MELODY] // sheet.bar_steps
            == bars[said[:, v.KIND] == v.MELODY]).all()  # fmt: skip
    assert not context(sung)[:, 24:].any()  # nor does what is heard beside it


@given(sheets(), st.integers(-5, 6))
def test_another_key_moves_pitches_and_chords_and_leaves_drums(sheet: Sheet, by: int) -> None:
    moved = transposed(sheet, by)
    drums = sheet.notes[sheet.notes[:, SOUND] >= PITCHES]
    assert np.array_equal(moved.notes[moved.notes[:, SOUND] >= PITCHES], drums)
    assert len(moved.melody) == len(sheet.melody)
    before = sorted(((sheet.melody[:, SOUND] + by) % 12).tolist())
    assert sorted((moved.melody[:, SOUND] % 12).tolist()) == before
    silent = sheet.triads == NO_CHORD
    assert np.array_equal(moved.triads == NO_CHORD, silent)
    assert np.array_equal(moved.triads[~silent] // 12, sheet.triads[~silent] // 12)


def test_windows_of_songs_become_sheets_note_for_note() -> None:
    song = song_rolls(lay_out_chorale_of(3))
    window = Windows([song], 16).batch(1, np.random.default_rng(0))[0]
    sheet = sheet_of(window, GENRES["bach"].parts, v.STYLES.index("bach"))
    assert (sheet.bar_steps, sheet.bars, sheet.before, sheet.after) == (16, 12, 0, 0)
    onsets = window.parts[:, 0].sum()
    assert len(sheet.notes) == onsets
    assert len(sheet.melody) == window.melody[0].sum()
    assert set(sheet.notes[:, ROLE]) == set(v.roles_of(GENRES["bach"].parts))
    assert (np.diff(sheet.notes[:, STEP]) >= 0).all()


def lay_out_chorale_of(seed: int):  # type: ignore[no-untyped-def]
    from studio.corpus.laid_out import LaidOut
    from studio.corpus.reading import Song

    found = lay_out_chorale(Song("chorale", chorale(seed)))
    assert isinstance(found, LaidOut)
    return found


def test_controls_say_how_the_parts_play() -> None:
    notes = np.array([[s, 30, 4, 8, ROLES[0]] for s in range(0, 32, 4)], np.int64)
    chords = [[s, p, 8, 8, ROLES[1]] for s in range(0, 32, 8) for p in (40, 44, 47)]
    sheet = Sheet(
        0, 16, 4, 2, ROLES[:2], np.zeros((0, 5), np.int64),
        ordered(np.concatenate([notes, np.array(chords)])), np.zeros(32, np.int64),
    )  # fmt: skip
    found = controls_of(sheet)
    assert found[ROLES[0]] == Control(v.density_class(4), v.register_class(30), 0)
    assert found[ROLES[1]].polyphony == v.polyphony_class(3)
    drawn = [some_controls(sheet, np.random.default_rng(i)) for i in range(60)]
    assert any(not told for told in drawn)
    assert any(told.get(ROLES[0]) == found[ROLES[0]] for told in drawn)


@pytest.mark.parametrize("beats", [2, 3, 4, 5, 7, 9, 11, 12])
def test_a_long_bar_is_read_in_equal_pieces(beats: int) -> None:
    melody = tune(3, Metre(beats, 4))
    plan = ChordPlan(Key(0), melody.metre.bar_ticks, (0,) * 3)
    sheet = encode(melody, plan, 0, ROLES)
    assert sheet.bar_steps <= v.LONGEST_BAR
    assert sheet.steps == 3 * 4 * beats
    assert rows(sheet)[:, v.POSITION].max() <= v.END


def test_parts_find_their_roles_and_no_two_share_one() -> None:
    for genre in GENRES.values():
        assert len(set(v.roles_of(genre.parts))) == len(genre.parts)
    harp = Part("Harp", 46, 4, 40, 80)
    assert len(set(v.roles_of([harp] * 9))) == 9
    with pytest.raises(ValueError, match="up to nine parts"):
        v.roles_of([harp] * 10)
