"""Pieces as they are worked on: edits, splices, chords, and recipes that hold them all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scribe
from bands import compose, rewrite
from helpers import line, scores, tune
from hypothesis import given
from hypothesis import strategies as st

from studio.catalog import find
from studio.composing import Band, Composition, Edit, Recipe, Rewrite, load_band
from studio.composing.edits import rows_of, spliced, with_notes, with_program
from studio.ground.assets import SHIPPED
from studio.ground.errors import BadKnob, BadScore
from studio.music import midi
from studio.music.harmony import changed_bars, chords_text, with_chord
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
    names = score.part_names
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
    assert score.part_names == ("Bass", "Part 2", "Bass 2", "Bass 3", "Part 5")
    emptied = with_notes(score, "Bass 3", [])
    assert [len(track.notes) for track in emptied.tracks] == [1, 1, 1, 0, 1]


@pytest.mark.parametrize(
    "rows",
    [[[0, 60, 480]], [[0, 60, 480, 80, 1]], [[0, 128, 480, 80]], [[-1, 60, 480, 80]],
     [[0, 60, 0, 80]], [[0, 60, 480, 0]], [[0.5, 60, 480, 80]], [[True, 60, 480, 80]],
     [["0", 60, 480, 80]], [[0, None, 480, 80]], [7], 7, [[10**30, 60, 1, 80]],
     [[250 * BAR, 60, 480, 80]]],
    ids=str,
)  # fmt: skip
def test_what_is_no_note_of_a_piece_is_refused_whole(rows: Any) -> None:
    with pytest.raises(BadScore, match=r"^[^\n]+\.$"):
        with_notes(piece(), "Bass", rows)


def test_a_note_held_over_the_last_bar_is_cut_there() -> None:
    last = 249 * BAR + 960  # at 100 bpm ten minutes are 250 bars
    held = with_notes(piece(), "Bass", [[last, 60, 4000, 80]])
    assert held.tracks[1].notes == (Note(last, 60, 960, 80),)
    assert held.bars == 250


def test_parts_and_instruments_that_are_none_are_refused() -> None:
    for program in (-1, 128, 1.0, True, "3"):
        with pytest.raises(BadScore):
            with_program(piece(), "Bass", program)  # type: ignore[arg-type]
    with pytest.raises(BadScore, match="'Oboe': choose one of Melody, Bass, Keys"):
        with_notes(piece(), "Oboe", [])


def test_128_parts_and_parts_without_notes_are_a_piece() -> None:
    score = Score(tuple(Track("Voice", line([60 + i % 12])) for i in range(128)))
    last = score.part_names[-1]
    assert last == "Voice 128"
    assert with_notes(score, last, []).note_count == 127
    assert midi.write(with_notes(score, last, []))


# Splices


def test_a_splice_keeps_the_rest_to_the_note() -> None:
    before = piece()
    new = Track("Bass", tuple(Note(i * 480, 60, 2000, 99) for i in range(16)))
    after = spliced(before, Score((new,)), {"Bass": [1, 2]})
    bar = [note.start_tick // BAR for note in after.tracks[1].notes]
    outside = [n for n, at in zip(after.tracks[1].notes, bar, strict=True) if at not in (1, 2)]
    assert outside == [n for n in before.tracks[1].notes if n.start_tick // BAR not in (1, 2)]
    inside = [n for n, at in zip(after.tracks[1].notes, bar, strict=True) if at in (1, 2)]
    assert [n.start_tick for n in inside] == [BAR + i * 480 for i in range(8)]
    # held over the bar line between the two, but not into the bar that stays
    assert [n.duration_ticks for n in inside] == [2000] * 4 + [1920, 1440, 960, 480]
    assert (after.tracks[0], after.tracks[2]) == (before.tracks[0], before.tracks[2])
    with pytest.raises(BadKnob, match="no part called 'Keys'"):
        spliced(before, Score((new,)), {"Bass": [1], "Keys": [1]})


@given(scores(), st.sets(st.integers(0, 40)))
def test_a_splice_from_itself_changes_no_onset(score: Score, bars: set[int]) -> None:
    score = score.with_tracks([replace(t, name=str(i)) for i, t in enumerate(score.tracks)])
    again = spliced(score, score, dict.fromkeys(score.part_names, bars))
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
    first = Recipe.with_edits({"format": 2}, [Edit("A", ()), Edit("A", program=1)])
    again = Recipe.with_edits(first, [Edit("A", ((0, 1, 2, 3),))])
    assert again["edits"] == [{"part": "A", "program": 1}, {"part": "A", "notes": [[0, 1, 2, 3]]}]
    anew = Rewrite({"B": (1,)}, 7, {}, {})
    later = Recipe.with_edits(again, [anew, Edit("A", ()), Edit("A", ((9, 9, 9, 9),))])
    last = {"part": "A", "notes": [[9, 9, 9, 9]]}
    assert later["edits"] == [*again["edits"], anew.to_json(), last]


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
    return replace(new, score=score, recipe=new.recipe.then(Edit.of_notes(score, part, rows)))


def anew(band: Band, old: Composition, bars: Bars, **how: Any) -> Composition:
    last = old.recipe.newest
    wanted = Rewrite(bars, how.pop("seed", 5), last.knobs, last.parts, **how)
    return band.rewrite(old.score, old.recipe, wanted)


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
    recipe = json.dumps(last.recipe.to_json())
    assert json.loads(recipe)["format"] == 3
    again = band.replay(Recipe.from_json(recipe))
    assert again.midi == midi.write(last.score)
    assert json.dumps(again.recipe.to_json()) == recipe


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
    again = band.replay(Recipe.from_json(json.dumps(new.recipe.to_json())))
    assert (again.midi, again.recipe) == (midi.write(new.score), new.recipe)


def test_what_has_no_chords_is_written_anew_with_new_ones_and_silence_stays(band: Band) -> None:
    old = compose(band, tune(4), 3)
    wanted = Rewrite({old.score.tracks[1].name: (1,)}, 1, {}, {})
    bare = band.rewrite(replace(old.score, chords=()), old.recipe, wanted)
    assert NO_CHORD not in bare.plan.triads
    marked = replace(old.score, chords=(ChordMark(BAR, "N.C."),))
    silent = band.rewrite(marked, old.recipe, wanted)
    assert silent.plan.triad_at(0) != NO_CHORD
    assert {silent.plan.triad_at(bar * BAR) for bar in (1, 2, 3)} == {NO_CHORD}


def test_what_cannot_be_made_anew_is_a_sentence(band: Band) -> None:
    old = compose(band, tune(4), 3)
    bass = old.score.tracks[1].name

    def refused(score: Score, bars: Bars, why: str) -> None:
        with pytest.raises((BadKnob, BadScore), match=why):
            band.rewrite(score, old.recipe, Rewrite(bars, 1, {}, {}))

    refused(old.score, {"Melody": (1,)}, "melody is yours")
    refused(old.score, {"Oboe": (1,)}, "no part called 'Oboe'")
    refused(old.score, {bass: ()}, "No bar was chosen")
    refused(old.score, {bass: (0,)}, "melody ends in bar 4")
    longer = with_notes(old.score, bass, [[9 * BAR, 40, 480, 80]])
    refused(longer, {bass: (10,)}, "melody ends in bar 4")
    first = Rewrite({bass: (1,)}, 1, {}, {})
    assert band.rewrite(longer, old.recipe, first).score.bars == 10
    silent = replace(with_notes(old.score, "Melody", []), chords=())
    refused(silent, {bass: (1,)}, "no melody yet")
    foreign = old.score.with_tracks([*old.score.tracks, Track("Oboe", line([60]))])
    refused(foreign, {"Oboe": (1,)}, "does not play 'Oboe'")
    assert band.rewrite(foreign, old.recipe, first).score.note_count


def test_bars_rewritten_before_and_after_edits_come_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    band = load_band(scribe.hire(monkeypatch, tmp_path), "cpu")
    work = compose(band, tune(4), 3)
    for seed in (1, 2):
        work = edited(rewrite(band, work, {"Keys": [1]}, seed), "Keys")
    told: Any = work.recipe.to_json()
    assert [sorted(each) for each in told["edits"]] == [
        ["notes", "part"], ["rewrite"], ["notes", "part"],
    ]  # fmt: skip
    again = band.replay(Recipe.from_json(json.dumps(told)))
    assert (again.midi, again.recipe) == (midi.write(work.score), work.recipe)


def test_a_recipe_without_edits_is_one_that_older_versions_read(band: Band) -> None:
    new = compose(band, tune(2), 3)
    told = new.recipe.to_json()
    assert (told["format"], "edits" in told) == (2, False)
    for format in (1, 2):
        old = band.replay(Recipe.from_json({**told, "format": format}))
        assert (old.midi, old.recipe) == (new.midi, new.recipe)


@pytest.mark.parametrize(
    "edits", [3, [3], [{"part": "Bass"}], [{"part": "Bass", "notes": [1]}], [{"bars": {}}],
              [{"rewrite": {}}], [{"part": "Bass", "program": "loud"}]],
    ids=str,
)  # fmt: skip
def test_damaged_edits_are_a_sentence(edits: Any, band: Band) -> None:
    recipe = {**compose(band, tune(1), 3).recipe.to_json(), "format": 3, "edits": edits}
    with pytest.raises(BadScore, match="damaged"):
        Recipe.from_json(json.dumps(recipe))
    with pytest.raises(BadScore, match="newer Tutti"):
        Recipe.from_json(json.dumps({**recipe, "format": 4}))


def test_edits_are_read_as_they_were_written() -> None:
    melody = {"melody": {"title": "", "tempo_bpm": 100, "metre": "4/4", "key": None, "name": "M",
                         "program": 0, "notes": [[0, 60, 480, 80]]},
              "model": "x", "seed": 1, "knobs": {}}  # fmt: skip
    edits: list[Edit | Rewrite] = [
        Edit("Bass", ((0, 40, 480, 80),)),
        Edit("Bass", program=32),
        Rewrite({"Keys": (1, 2)}, 4, {"risk": 1.0}, {"Keys": {"density": 3.0}}, ((0, "C"),)),
    ]
    recipe = Recipe.from_json(json.dumps(Recipe.with_edits({"format": 2, **melody}, edits)))
    assert recipe.edits == tuple(edits)
    assert Metre() == recipe.melody.metre
    assert recipe.newest == edits[-1]
