"""Two tabs on one piece: what both did is there, note by note, and what cannot be is said."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import line, tune
from hypothesis import given
from hypothesis import strategies as st
from jobs_tools import HandClock

from studio.composing import Edit, Recipe
from studio.composing.edits import rows_of, with_notes, with_program
from studio.library import Library, Version
from studio.library.merging import merged
from studio.library.records import BESIDE
from studio.music.melody import melody_to_json
from studio.music.score import Note, Score, Track
from studio.queue.store import Store

OWNER = "ann"
RECIPE = {"format": 2, "melody": melody_to_json(tune(2)), "model": "gone-gan", "seed": 4,
          "knobs": {}}  # fmt: skip
Rows = list[list[int]]


def song(keys: Rows) -> Score:
    band = [*tune(2).tracks, Track("Bass", line([40, 43], 4)), Track("Keys")]
    return with_notes(tune(2).with_tracks(band), "Keys", keys)


KEYS: Rows = [[0, 60, 480, 80], [480, 62, 480, 80], [960, 64, 480, 80]]


class Tab:
    """A tab that shows a piece and edits what it shows, as the page does."""

    def __init__(self, shelf: Library, piece: str) -> None:
        self.shelf, self.piece = shelf, piece
        self.reload()

    def reload(self) -> None:
        there = self.shelf.piece(self.piece)
        self._see(there.head, there.revision)

    def _see(self, version: str, revision: int) -> None:
        self.version, self.revision = version, revision
        self.score = self.shelf.opened(self.piece, version).score

    def set(self, part: str, notes: Rows) -> Version:
        """The browser says a part's whole list; the page puts it on the version it has."""
        work = self.shelf.opened(self.piece, self.version)
        return self._save(work.recipe, with_notes(work.score, part, notes), part, notes)

    def play(self, part: str, program: int) -> Version:
        work = self.shelf.opened(self.piece, self.version)
        score = with_program(work.score, part, program)
        recipe = Recipe.with_edits(work.recipe, [Edit(part, program=program)])
        return self._keep(score, recipe)

    def _save(self, recipe: dict[str, object], score: Score, part: str, notes: Rows) -> Version:
        return self._keep(score, Recipe.with_edits(recipe, [Edit.of_notes(score, part, notes)]))

    def _keep(self, score: Score, recipe: dict[str, object]) -> Version:
        saved = self.shelf.save(self.piece, self.version, score, recipe, "edit", self.revision)
        self._see(saved.id, saved.revision)
        return saved

    def keys(self) -> Rows:
        return rows_of(self.score, "Keys")


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Library]:
    store = Store.in_folder(tmp_path)
    yield Library(store, wall=HandClock(1_000_000.0))
    store.close()


@pytest.fixture
def piece(shelf: Library) -> str:
    return shelf.add(OWNER, "A tune", song(KEYS), RECIPE).id


def moved(index: int, to: int, notes: Rows = KEYS) -> Rows:
    return sorted([*notes[:index], [to, *notes[index][1:]], *notes[index + 1 :]])


def test_edits_of_different_notes_are_both_there(shelf: Library, piece: str) -> None:
    one, two = Tab(shelf, piece), Tab(shelf, piece)
    first = one.set("Keys", moved(0, 120))
    second = two.set("Keys", moved(2, 1080))
    both = [[120, 60, 480, 80], [480, 62, 480, 80], [1080, 64, 480, 80]]
    assert two.keys() == both
    assert (second.parent, second.label) == (first.id, "Edited")
    assert shelf.opened(piece).recipe["edits"] == [{"part": "Keys", "notes": both}]
    # the first tab has seen none of it and goes on
    one.set("Keys", moved(0, 240))
    assert one.keys() == [[240, 60, 480, 80], *both[1:]]
    assert shelf.piece(piece).head == one.version


def test_edits_of_different_parts_and_instruments_are_both_there(
    shelf: Library, piece: str
) -> None:
    one, two = Tab(shelf, piece), Tab(shelf, piece)
    one.play("Keys", 4)
    two.set("Bass", [[0, 41, 480, 80]])
    two.set("Keys", [])
    head = shelf.opened(piece)
    assert (head.score.tracks[2].program, rows_of(head.score, "Keys")) == (4, [])
    assert rows_of(head.score, "Bass") == [[0, 41, 480, 80]]


def test_a_tab_whose_version_went_into_a_later_one_still_adds_to_what_is_there(
    shelf: Library, piece: str
) -> None:
    one = Tab(shelf, piece)
    one.set("Keys", moved(0, 120))
    two = Tab(shelf, piece)
    two.set("Keys", moved(1, 600, one.keys()))  # within minutes: one version with the first edit
    one.set("Keys", moved(2, 1080, one.keys()))
    assert one.keys() == [[120, 60, 480, 80], [600, 62, 480, 80], [1080, 64, 480, 80]]


def test_a_tab_that_comes_back_long_after_makes_a_version_beside(
    shelf: Library, piece: str, tmp_path: Path
) -> None:
    one = Tab(shelf, piece)
    old = one.set("Keys", moved(0, 120))
    Tab(shelf, piece).set("Keys", moved(1, 600, one.keys()))
    folder = tmp_path / "library" / piece / old.id
    os.utime(folder, (time.time() - 7200,) * 2)
    shelf.sweep()
    assert not folder.exists()
    late = one.set("Keys", moved(2, 1080, one.keys()))
    assert late.label.endswith(BESIDE)
    assert len(shelf.versions(piece)) == 3


def test_the_same_note_changed_twice_stays_as_two_versions(shelf: Library, piece: str) -> None:
    one, two = Tab(shelf, piece), Tab(shelf, piece)
    first, second = one.set("Keys", moved(0, 120)), two.set("Keys", moved(0, 240))
    assert second.label == "Edited" + BESIDE
    assert first.parent == second.parent
    assert (one.keys(), two.keys()) == (moved(0, 120), moved(0, 240))


def test_what_a_tab_did_before_and_sends_again_is_there_once() -> None:
    """It has moved a note, which is saved, and a second one before it saw another tab's."""
    seen, theirs = song(KEYS), song([*moved(0, 120), [1920, 70, 480, 80]])
    mine = song(moved(1, 600, moved(0, 120)))
    found = merged(seen, theirs, mine, theirs)
    assert found is not None
    assert rows_of(found.score, "Keys") == [*moved(1, 600, moved(0, 120)), [1920, 70, 480, 80]]


def test_the_same_edit_in_both_tabs_is_one(shelf: Library, piece: str) -> None:
    one, two = Tab(shelf, piece), Tab(shelf, piece)
    first = one.set("Keys", moved(0, 120))
    assert two.set("Keys", moved(0, 120)).id == first.id
    assert len(shelf.versions(piece)) == 2


def test_who_went_back_and_edits_does_not_get_again_what_he_left(
    shelf: Library, piece: str
) -> None:
    one = Tab(shelf, piece)
    begun = one.version
    bars = song([[0, 72, 480, 80]])
    shelf.save(piece, begun, bars, RECIPE, "bars", one.revision, label="Bar 1")
    one._see(begun, shelf.piece(piece).revision)  # Undo Bar 1
    other = Tab(shelf, piece)
    other.set("Bass", [])
    saved = one.set("Keys", moved(0, 120))
    assert one.keys() == moved(0, 120)
    assert (saved.parent, saved.label) == (begun, "Edited" + BESIDE)


NOTES = st.lists(
    st.builds(Note, st.integers(0, 3), st.integers(60, 62), st.just(1), st.just(80)), max_size=6
)


@given(NOTES, NOTES, NOTES)
def test_what_each_tab_did_is_in_what_both_did(
    base: list[Note], mine: list[Note], theirs: list[Note]
) -> None:
    def score(notes: list[Note]) -> Score:
        return replace(tune(1), tracks=(Track("Keys", tuple(notes)),))

    old, own, other = Counter(base), Counter(mine), Counter(theirs)
    found = merged(score(base), score(base), score(mine), score(theirs))
    if found is None:
        assert (old - own) & (old - other)  # one note, two hands
        return
    both = Counter(found.score.tracks[0].notes)
    assert not (own - old) - both  # what came is there
    assert not (other - old) - both
    assert both + (old - own) + (old - other) >= old  # nothing else went
    assert not both - (own | other | (own + other))
    if own == old:
        assert both == other
    if other == old:
        assert both == own
