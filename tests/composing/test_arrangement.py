"""Pieces as they are worked on: edits, splices, chords, and recipes that hold them all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scribe
from helpers import line, scores, tune
from hypothesis import given
from hypothesis import strategies as st

from studio.catalog.catalog import find
from studio.composing.edits import (
    changed_bars,
    chords_text,
    edited_recipe,
    part_names,
    rows_of,
    spliced,
    with_chord,
    with_notes,
    with_program,
)
from studio.composing.performance import Band, Composition, compose, load_band
from studio.composing.recipe import Edit, Regeneration, newest, read_recipe, with_rewrite
from studio.composing.replays import regenerate, replay
from studio.composing.rewrites import rewrite
from studio.errors import BadKnob, BadScore
from studio.machine.assets import SHIPPED
from studio.music import midi
from studio.music.score import MAX_BARS, ChordMark, Metre, Note, Score, Track
from studio.music.theory import NO_CHORD

BAR = 1920
Bars = dict[str, tuple[int, ...]]


def piece(bars: int = 4) -> Score:
    """A melody over bass notes of a bar and a half, which cross the bar lines, and no keys yet."""
    halves = range(bars * 2 - 2)
    bass = Track("Bass", tuple(Note(i * 960, 40 + i, 1440) for i in halves), 33)
    chords = (ChordMark(0, "C"), ChordMark(1920, "F"), ChordMark(5760, "C"))
    return replace(tune(bars), tracks=(*tune(bars).tracks, bass, Track("Keys")), chords=chords)


# Edits


def test_an_edit_replaces_one_part_and_nothing_else() -> None:
    before = piece()
    after = with_notes(before, "Bass", [[480, 41, 240, 90], [0, 40, 480, 80]])
    assert after.tracks[1].notes == (Note(0, 40, 480, 80), Note(480, 41, 240, 90))
    assert replace(after, tracks=before.tracks) == before
    assert [after.tracks[i] for i in (0, 2)] == [before.tracks[i] for i in (0, 2)]
    assert with_program(before, "Keys", 19).tracks[2] == Track("Keys", (), 19)


@given(scores().filter(lambda score: score.bars <= MAX_BARS), st.data())
def test_edits_that_are_undone_leave_the_same_score(score: Score, data: st.DataObject) -> None:
    names = part_names(score)
    assert len(set(names)) == len(score.tracks)
    part = data.draw(st.sampled_from(names))
    mine = rows_of(score, part)
    some = [row for row in mine if data.draw(st.booleans())]
    program = data.draw(st.integers(0, 127))
    edited = with_program(with_notes(score, part, some), part, program)
    own = score.tracks[names.index(part)].program
    assert with_program(with_notes(edited, part, mine), part, own) == score


def test_parts_of_one_name_are_told_apart() -> None:
    names = ("Bass", "", "Bass 2", "Bass", "")
    score = Score(tuple(Track(name, line([60])) for name in names))
    assert part_names(score) == ("Bass", "Part 2", "Bass 2", "Bass 3", "Part 5")
    emptied = with_notes(score, "Bass 3", [])
    assert [len(track.notes) for track in emptied.tracks] == [1, 1, 1, 0, 1]


@pytest.mark.parametrize(
    "rows",
    [[[0, 60, 480]], [[0, 60, 480, 80, 1]], [[0, 128, 480, 80]], [[-1, 60, 480, 80]],
     [[0, 60, 0, 80]], [[0, 60, 480, 0]], [[0.5, 60, 480, 80]], [[True, 60, 480, 80]],
     [["0", 60, 480, 80]], [[0, None, 480, 80]], [7], 7, [[10**30, 60, 1, 80]],
     [[64 * BAR, 60, 480, 80]]],
    ids=str,
)  # fmt: skip
def test_what_is_no_note_of_a_piece_is_refused_whole(rows: Any) -> None:
    with pytest.raises(BadScore, match=r"^[^\n]+\.$"):
        with_notes(piece(), "Bass", rows)


def test_a_note_held_over_the_last_bar_is_cut_there() -> None:
    last = 63 * BAR + 960
    held = with_notes(piece(), "Bass", [[last, 60, 4000, 80]])
    assert held.tracks[1].notes == (Note(last, 60, 960, 80),)
    assert held.bars == 64


def test_parts_and_instruments_that_are_none_are_refused() -> None:
    for program in (-1, 128, 1.0, True, "3"):
        with pytest.raises(BadScore):
            with_program(piece(), "Bass", program)  # type: ignore[arg-type]
    with pytest.raises(BadScore, match="'Oboe': choose one of Melody, Bass, Keys"):
        with_notes(piece(), "Oboe", [])


def test_128_parts_and_parts_without_notes_are_a_piece() -> None:
    score = Score(tuple(Track("Voice", line([60 + i % 12])) for i in range(128)))
    last = part_names(score)[-1]
    assert last == "Voice 128"
    assert with_notes(score, last, []).note_count == 127
    assert midi.write(with_notes(score, last, []))


# Splices


def test_a_splice_keeps_the_rest_to_the_note() -> None:
    before = piece()
    new = Track("Bass", tuple(Note(i * 480, 60, 2000, 99) for i in range(16)))
    after = spliced(before, Score((new,)), [1, 2], ["Bass"])
    bar = [note.start_tick // BAR for note in after.tracks[1].notes]
    outside = [n for n, at in zip(after.tracks[1].notes, bar, strict=True) if at not in (1, 2)]
    assert outside == [n for n in before.tracks[1].notes if n.start_tick // BAR not in (1, 2)]
    inside = [n for n, at in zip(after.tracks[1].notes, bar, strict=True) if at in (1, 2)]
    assert [n.start_tick for n in inside] == [BAR + i * 480 for i in range(8)]
    # held over the bar line between the two, but not into the bar that stays
    assert [n.duration_ticks for n in inside] == [2000] * 4 + [1920, 1440, 960, 480]
    assert (after.tracks[0], after.tracks[2]) == (before.tracks[0], before.tracks[2])
    with pytest.raises(BadKnob, match="no part called 'Keys'"):
        spliced(before, Score((new,)), [1], ["Bass", "Keys"])


@given(scores(), st.sets(st.integers(0, 40)))
def test_a_splice_from_itself_changes_no_onset(score: Score, bars: set[int]) -> None:
    score = score.with_tracks([replace(t, name=str(i)) for i, t in enumerate(score.tracks)])
    again = spliced(score, score, bars, part_names(score))
    for old, new in zip(score.tracks, again.tracks, strict=True):
        onsets = [(n.start_tick, n.pitch, n.velocity) for n in old.notes]
        assert sorted((n.start_tick, n.pitch, n.velocity) for n in new.notes) == onsets


# Chords


def test_a_chord_covers_the_bars_until_the_next() -> None:
    before = piece()
    after = with_chord(before, 1920, "Dm7")
    assert [mark.symbol for mark in after.chords] == ["C", "Dm7", "C"]
    assert changed_bars(before, after) == (1, 2)
    assert changed_bars(before, with_chord(before, 2880, "G")) == (1, 2)
    assert changed_bars(before, before) == ()
    assert chords_text(after, per_beat=False) == "C | Dm7 | Dm7 | C"
    assert chords_text(with_chord(before, 2880, "G"), per_beat=False) == "C | F G | G | C"
    assert chords_text(replace(before, chords=(ChordMark(960, "Am"),)), True) == (
        "? ? Am Am | Am | Am | Am"
    )
    with pytest.raises(BadKnob, match="no chord"):
        with_chord(before, 0, "<script>")
    for tick in (-1, 7680, 0.5):
        with pytest.raises(BadKnob, match="no such place"):
            with_chord(before, tick, "C")  # type: ignore[arg-type]


# Recipes


def test_of_two_edits_of_a_part_the_later_counts() -> None:
    first = edited_recipe({"format": 2}, [{"part": "A", "notes": []}, {"part": "A", "program": 1}])
    again = edited_recipe(first, [{"part": "A", "notes": [[0, 1, 2, 3]]}])
    assert again["edits"] == [{"part": "A", "program": 1}, {"part": "A", "notes": [[0, 1, 2, 3]]}]
    anew = Regeneration({"B": (1,)}, 7, {}, {}).to_json()
    later = edited_recipe(again, [anew, {"part": "A", "notes": []}, {"part": "A", "notes": [[9]]}])
    assert later["edits"] == [*again["edits"], anew, {"part": "A", "notes": [[9]]}]
    assert newest({"seed": 1, **later})["seed"] == 7


@pytest.fixture(params=["bach-gan", scribe.MODEL])
def band(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Band]:
    """One that plays all at once, and one that writes bar by bar."""
    with pytest.MonkeyPatch.context() as patch:
        scribe.hire(patch, tmp_path)
        yield load_band(find(request.param, (tmp_path, SHIPPED)), "cpu")


def edited(new: Composition, part: str) -> Composition:
    """The piece with the first bar of a part emptied and a note high above, as a user may do it."""
    rows = [row for row in rows_of(new.score, part) if row[0] >= BAR] + [[30, 120, 100, 5]]
    score = with_notes(new.score, part, rows)
    edit = {"part": part, "notes": rows_of(score, part)}
    return replace(new, score=score, recipe=edited_recipe(new.recipe, [edit]))


def anew(band: Band, old: Composition, bars: Bars, **how: Any) -> Composition:
    last = newest(old.recipe)
    wanted = Regeneration(bars, how.pop("seed", 5), last["knobs"], last["parts"], **how)
    new = regenerate(band, old.score, wanted)
    return replace(new, recipe=edited_recipe(old.recipe, [wanted.to_json()]))


def test_bars_are_made_anew_around_edits_and_the_recipe_gives_all_again(band: Band) -> None:
    first = compose(band, tune(4), 3)
    bass, other = first.score.tracks[1].name, first.score.tracks[2].name
    work = edited(edited(first, bass), "Melody")
    after = anew(band, work, {bass: (2,), other: (2, 3)})
    for index, (old, new) in enumerate(zip(work.score.tracks, after.score.tracks, strict=True)):
        bars = {1: (1,), 2: (1, 2)}.get(index, ())
        stays = [n for n in old.notes if n.start_tick // BAR not in bars]
        assert [n for n in new.notes if n.start_tick // BAR not in bars] == stays
        assert bool(bars) == (new != old)
    assert after.score.chords == work.score.chords
    last = edited(after, other)
    recipe = json.loads(json.dumps(last.recipe))
    assert recipe["format"] == 3
    again = replay(band, read_recipe(json.dumps(recipe)))
    assert again.midi == midi.write(last.score)
    assert again.recipe == recipe


def on_chord(score: Score) -> float:
    """The share of the band's notes in bar 2 that are E, G sharp or B."""
    inside = [n.pitch for t in score.tracks[1:] for n in t.notes if n.start_tick // BAR == 1]
    return sum(pitch % 12 in (4, 8, 11) for pitch in inside) / len(inside)


def test_a_changed_chord_is_played_in_its_bars_only(band: Band) -> None:
    old = compose(band, tune(4), 3)
    marked = with_chord(old.score, 2 * BAR, "C")
    for beat in range(4):
        marked = with_chord(marked, BAR + beat * 480, "E")
    bars: Bars = {track.name: (2,) for track in old.score.tracks[1:]}
    marks = tuple((mark.start_tick, mark.symbol) for mark in marked.chords)
    new = anew(band, old, bars, seed=3, chords=marks)
    assert new.score.chords == marked.chords
    for before, after in zip(old.score.tracks, new.score.tracks, strict=True):
        stays = [n for n in before.notes if n.start_tick // BAR != 1]
        assert [n for n in after.notes if n.start_tick // BAR != 1] == stays
    if band.card.id == "bach-gan":  # the other one writes what it likes
        assert on_chord(new.score) > max(0.6, on_chord(old.score) + 0.2)
    again = replay(band, read_recipe(json.dumps(new.recipe)))
    assert (again.midi, again.recipe) == (midi.write(new.score), new.recipe)


def test_what_has_no_chords_is_written_anew_with_new_ones_and_silence_stays(band: Band) -> None:
    old = compose(band, tune(4), 3)
    wanted = Regeneration({old.score.tracks[1].name: (1,)}, 1, {}, {})
    bare = regenerate(band, replace(old.score, chords=()), wanted)
    assert NO_CHORD not in bare.plan.triads
    silent = regenerate(band, replace(old.score, chords=(ChordMark(BAR, "N.C."),)), wanted)
    assert silent.plan.triad_at(0) != NO_CHORD
    assert {silent.plan.triad_at(bar * BAR) for bar in (1, 2, 3)} == {NO_CHORD}


def test_what_cannot_be_made_anew_is_a_sentence(band: Band) -> None:
    old = compose(band, tune(4), 3)
    bass = old.score.tracks[1].name

    def refused(score: Score, bars: Bars, why: str) -> None:
        with pytest.raises((BadKnob, BadScore), match=why):
            regenerate(band, score, Regeneration(bars, 1, {}, {}))

    refused(old.score, {"Melody": (1,)}, "melody is yours")
    refused(old.score, {"Oboe": (1,)}, "no part called 'Oboe'")
    refused(old.score, {bass: ()}, "No bar was chosen")
    refused(old.score, {bass: (0,)}, "melody ends in bar 4")
    longer = with_notes(old.score, bass, [[9 * BAR, 40, 480, 80]])
    refused(longer, {bass: (10,)}, "melody ends in bar 4")
    assert regenerate(band, longer, Regeneration({bass: (1,)}, 1, {}, {})).score.bars == 10
    refused(with_notes(old.score, "Melody", []), {bass: (1,)}, "no melody yet")
    foreign = old.score.with_tracks([*old.score.tracks, Track("Oboe", line([60]))])
    refused(foreign, {"Oboe": (1,)}, "does not play 'Oboe'")
    assert regenerate(band, foreign, Regeneration({bass: (1,)}, 1, {}, {})).score.note_count


def test_bars_rewritten_before_and_after_edits_come_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    band = load_band(scribe.hire(monkeypatch, tmp_path), "cpu")
    work = compose(band, tune(4), 3)
    for seed in (1, 2):
        new = rewrite(band, work.score, {"Keys": [1]}, seed)
        recipe = with_rewrite(work.recipe, {"Keys": [2]}, new.recipe)
        work = edited(replace(new, recipe=recipe), "Keys")
    assert [sorted(each) for each in work.recipe["edits"]] == [
        ["notes", "part"], ["rewrite"], ["notes", "part"],
    ]  # fmt: skip
    again = replay(band, read_recipe(json.dumps(work.recipe)))
    assert (again.midi, again.recipe) == (midi.write(work.score), work.recipe)


def test_a_recipe_without_edits_is_one_that_older_versions_read(band: Band) -> None:
    new = compose(band, tune(2), 3)
    assert (new.recipe["format"], "edits" in new.recipe) == (2, False)
    for format in (1, 2):
        old = replay(band, read_recipe(json.dumps({**new.recipe, "format": format})))
        assert (old.midi, old.recipe) == (new.midi, new.recipe)


@pytest.mark.parametrize(
    "edits", [3, [3], [{"part": "Bass"}], [{"part": "Bass", "notes": [1]}], [{"bars": {}}],
              [{"rewrite": {}}], [{"part": "Bass", "program": "loud"}]],
    ids=str,
)  # fmt: skip
def test_damaged_edits_are_a_sentence(edits: Any, band: Band) -> None:
    recipe = {**compose(band, tune(1), 3).recipe, "format": 3, "edits": edits}
    with pytest.raises(BadScore, match="damaged"):
        read_recipe(json.dumps(recipe))
    with pytest.raises(BadScore, match="newer Tutti"):
        read_recipe(json.dumps({**recipe, "format": 4}))


def test_edits_are_read_as_they_were_written() -> None:
    melody = {"melody": {"title": "", "tempo_bpm": 100, "metre": "4/4", "key": None, "name": "M",
                         "program": 0, "notes": [[0, 60, 480, 80]]},
              "model": "x", "seed": 1, "knobs": {}}  # fmt: skip
    edits: list[Edit | Regeneration] = [
        Edit("Bass", ((0, 40, 480, 80),)),
        Edit("Bass", program=32),
        Regeneration({"Keys": (1, 2)}, 4, {"risk": 1.0}, {"Keys": {"density": 3.0}}, ((0, "C"),)),
    ]
    recipe = edited_recipe({"format": 2, **melody}, [edit.to_json() for edit in edits])
    assert read_recipe(json.dumps(recipe)).edits == tuple(edits)
    assert Metre() == read_recipe(json.dumps(recipe)).melody.metre
