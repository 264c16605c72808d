"""Phrases and sections of tunes that people know, and of any others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.arrangement import Form, read_form
from studio.arrangement.form import form_of
from studio.ground.errors import BadKnob
from studio.music.melody import sample_melody
from studio.music.score import Note

BAR = 1920
NOTES = st.lists(
    st.builds(
        lambda step, pitch, length: Note(120 * step, pitch, 120 * length),
        st.integers(0, 20 * 16 - 1), st.integers(36, 96), st.integers(1, 32),
    ),
    max_size=60,
)  # fmt: skip


def heard(sample: str) -> Form:
    melody = sample_melody(sample)
    return form_of(melody.tracks[0].notes, melody.bars, melody.metre.bar_ticks)


@pytest.mark.parametrize(
    ("sample", "sections"),
    [
        ("twinkle", "A4 B4 A4"),
        ("new-world", "A4 B4 A4"),
        ("jingle-bells", "A8 A8"),
        ("amazing-grace", "A8 A8"),
        ("ode-to-joy", "A8 B8"),
        ("frere-jacques", "A4 B4"),
    ],
)
def test_tunes_that_people_know_have_their_form(sample: str, sections: str) -> None:
    found = heard(sample)
    assert [f"{s.name}{s.bars}" for s in found.sections] == sections.split()
    assert {3, 7} <= found.ends


def test_what_comes_back_is_more_intense_and_knows_its_first_time() -> None:
    found = heard("twinkle")
    first, _, last = found.sections
    assert last.intense > first.intense
    assert found.first_time == [None] * 8 + [0, 1, 2, 3]
    assert found.section_ends == {3, 7, 11}


@given(NOTES, st.integers(1, 20))
def test_any_tune_has_a_form_that_can_be_written_and_read(notes: list[Note], bars: int) -> None:
    found = form_of(sorted(notes), bars, BAR)
    assert found.bars == bars == len(found.intensity) == len(found.first_time)
    assert all(0 <= one <= 1 for one in found.intensity)
    assert bars - 1 in found.ends
    assert all(0 <= end < bars for end in found.ends)
    names = [section.name for section in found.sections for _ in range(section.bars)]
    for bar, first in enumerate(found.first_time):
        assert first is None or (first < bar and names[first] == names[bar])
    assert read_form(str(found), bars) == found


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A8 B8", "A8:0.5 B8:0.5"),  # as long as the tune
        ("a4:0.2", "A16:0.2"),  # the last goes on
        ("A4 B99:1 C4", "A4:0.5 B12:1"),  # what is too much is left out
        ("A16 B4:0.9", "A16:0.5"),
        ("A8:.4 B3+5", "A8:0.4 B3+5:0.5"),  # phrases
        ("A4+4 B+8", "A8:0.5 B+8:0.5"),
        ("A3+5", "A3+5+8:0.5"),
        ("A8': B8:.7", None),
        ("A8 B8:.7", "A8:0.5 B8:0.7"),
    ],
)
def test_sections_that_somebody_wrote_fill_the_tune(text: str, read: str | None) -> None:
    if read is None:
        with pytest.raises(BadKnob, match="is no section"):
            read_form(text, 16)
    else:
        assert str(read_form(text, 16)) == read


@pytest.mark.parametrize(
    "text", ["A0", "8", "A", "A8:2", "A8:x", "A8:-1", "A1000", "🎵8", "A8;B8", "A4+", "A+0"]
)
def test_what_is_no_section_is_said(text: str) -> None:
    with pytest.raises(BadKnob, match="is no section"):
        read_form(text, 16)


def test_a_form_without_sections_is_said() -> None:
    with pytest.raises(BadKnob, match="names no section"):
        read_form("  ", 16)
