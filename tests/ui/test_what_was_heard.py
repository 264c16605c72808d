"""What was heard of a tune can be set right on the page: key, upbeat, beats, chords of its file. It
stays over a reload and goes with what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers import ROOT
from page_tools import arranged, open_page, own_studio, shown, take_sample, tell
from streamlit.testing.v1 import AppTest

from studio.composing import Request
from studio.jobs.kinds import genres
from studio.music import midi
from studio.music.harmony import chords_text
from studio.music.melody import Melody, from_file
from studio.music.score import ChordMark, Metre, Note, Score, Track
from studio.ui import desk, house
from studio.ui.compose import melody_panel

CASES = ROOT / "tests" / "cases"
MINE = Score(
    (Track("Tune", tuple(Note(i * 480, 60 + i % 5, 480) for i in range(16))),),
    chords=(ChordMark(0, "Cmaj7"), ChordMark(1920, "F/A"), ChordMark(3840, "N.C.")),
)


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


def imported(data: bytes, name: str = "my tune.mid") -> AppTest:
    page = open_page()
    page.segmented_control(key="way").set_value("Import").run()
    page.file_uploader(key="upload").set_value((name, data, "audio/midi")).run()
    assert not page.exception
    return page


def press(page: AppTest, label: str) -> AppTest:
    page = next(each for each in page.button if each.label.startswith(label)).click().run()
    assert not page.exception
    return page


def choose(page: AppTest, what: str, value: object) -> AppTest:
    page = page.selectbox(key=f"heard-{what}").set_value(value).run()
    assert not page.exception
    return page


def asked(kind: str) -> dict[str, Any]:
    job = house.store().latest("somebody", kind)
    assert job is not None
    return job.payload


def test_a_key_is_kept_over_a_reload_and_goes_with_all_that_is_asked_for() -> None:
    page = choose(take_sample(open_page(), "ode-to-joy"), "key", "Eb major")
    page = open_page()
    assert page.selectbox(key="heard-key").value == "Eb major"
    assert "Eb major" in shown(page)  # beside the title
    press(page, "Generate")
    assert Request.from_json(asked("compose")).key == "Eb major"
    page = take_sample(open_page(), "twinkle")  # another tune, another key
    assert page.selectbox(key="heard-key").value == ""


def test_an_extension_and_all_genres_keep_to_the_key() -> None:
    page = choose(take_sample(open_page(), "ode-to-joy"), "key", "B minor")
    page.segmented_control(key="technique").set_value("transformer").run()
    press(page, "Extend")
    assert asked("extend")["key"] == "B minor"
    press(page, "All genres")
    assert genres.Request.from_json(asked("genres")).key == "B minor"


def test_chords_alone_have_a_key_too() -> None:
    page = open_page()
    page.segmented_control(key="way").set_value("Chords").run()
    page.text_area(key="chart").set_value("Am | F").run()
    choose(page, "key", "F major")
    press(page, "Generate")
    assert asked("compose")["key"] == "F major"


def test_an_upbeat_that_was_heard_can_be_taken_back() -> None:
    data = (CASES / "pickup_at_tick_0.mid").read_bytes()
    page = imported(data)
    assert page.selectbox(key="heard-pickup").value == 1
    choose(page, "pickup", 0.0)
    page = open_page()
    assert page.selectbox(key="heard-pickup").value == 0
    press(page, "Generate")
    melody = Request.from_json(asked("compose")).melody
    right = from_file(midi.read(data), pickup=0).score
    assert (melody.tracks, melody.tempos) == (right.tracks, right.tempos)


def test_a_pickup_in_eighths_is_named_so() -> None:
    page = imported(midi.write(replace(MINE, chords=(), metre=Metre(6, 8))))
    assert page.selectbox(key="heard-pickup").options[:3] == ["None", "1 eighth", "2 eighths"]


def test_bars_of_samples_and_takes_are_laid_anew_too() -> None:
    page = choose(take_sample(open_page(), "twinkle"), "pickup", 2.0)
    press(page, "Generate")
    first = Request.from_json(asked("compose")).melody.tracks[0].notes[0]
    assert first.start_tick == 2 * 480
    assert page.selectbox(key="sample").value == "twinkle"


def test_free_playing_can_keep_the_beats_of_its_file() -> None:
    data = (CASES / "free_time.mid").read_bytes()
    page = imported(data)
    assert page.selectbox(key="heard-beats").value == desk.HEARD_BEATS
    heard = from_file(midi.read(data)).score
    for kind, right in (
        (desk.FILE_BEATS, from_file(midi.read(data), keep_grid=True).score),
        (desk.HEARD_BEATS, heard),
    ):
        page = choose(open_page(), "beats", kind)
        press(page, "Generate")
        melody = Request.from_json(asked("compose")).melody
        assert (melody.tracks[0].notes, melody.tempos) == (right.tracks[0].notes, right.tempos)
        house.store().cancel(house.store().latest("somebody", "compose").id)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("case", "readings"), [("pick_bass", [False]), ("free_time", [False, True])]
)
def test_a_file_is_read_once_and_once_more_where_it_was_played_freely(
    case: str, readings: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bool] = []

    def counted(file: midi.MidiFile, index: int, **how: bool) -> Melody:
        read.append(how.get("keep_grid", False))
        return from_file(file, index, **how)

    monkeypatch.setattr(melody_panel, "from_file", counted)
    page = imported((CASES / f"{case}.mid").read_bytes())
    assert "Kept: " in shown(page)
    assert "Kept: " in shown(page.run())  # the report stays
    assert read == readings


def test_bars_of_rest_stay_until_somebody_trims_them() -> None:
    notes = tuple(Note(1920 * 3 + i * 480, 60 + i % 5, 480) for i in range(16))
    data = midi.write(replace(MINE, tracks=(Track("Tune", notes),), chords=()))
    page = imported(data)
    assert "Kept: 3 bars of rest before the first note" in shown(page)
    [start] = [each for each in page.toggle if each.label == "Start at the first note"]
    press(page, "Generate")
    assert Request.from_json(asked("compose")).melody.tracks[0].notes == notes
    house.store().cancel(house.store().latest("somebody", "compose").id)  # type: ignore[union-attr]
    page = page.toggle(key=str(start.key)).set_value(True).run()
    assert "Moved: 3 empty bars" in shown(page)
    press(page, "Generate")
    assert Request.from_json(asked("compose")).melody.tracks[0].notes[0].start_tick == 0
    page = page.toggle(key=str(start.key)).set_value(False).run()  # and it can be taken back
    assert "Kept: 3 bars of rest before the first note" in shown(page)


@pytest.mark.parametrize(
    ("bars", "tempo_bpm", "said"),
    [(1, 100, "1 bar"), (300, 240, "after bar 256"), (55, 20, "after bar 50 (10 minutes)")],
)
def test_what_is_cut_of_a_long_song_is_said_and_the_rest_asked_for(
    bars: int, tempo_bpm: float, said: str
) -> None:
    notes = tuple(Note(i * 480, 60 + i % 5, 480) for i in range(4 * bars))
    song = replace(MINE, tracks=(Track("Tune", notes),), chords=(), tempo_bpm=tempo_bpm)
    page = imported(midi.write(song))
    assert said in shown(page)
    press(page, "Generate")
    melody = Request.from_json(asked("compose")).melody
    assert melody.tracks[0].notes == notes[: len(melody.tracks[0].notes)]
    assert melody.bars == min(bars, 256, 600 * tempo_bpm / 60 // 4)


def test_a_tune_on_a_grid_has_no_other_beats() -> None:
    page = take_sample(open_page(), "twinkle")
    assert "heard-beats" not in [each.key for each in page.selectbox]


def test_chords_of_a_file_are_kept_by_a_click_and_follow_its_bars() -> None:
    page = imported(midi.write(MINE))
    assert "Chords in the file: Cmaj7 | F/A | N.C. | N.C." in shown(page)
    page = press(page, "Keep the file")
    assert not [b for b in page.button if b.label.startswith("Keep the file")]
    assert "on your chords" in next(b.label for b in page.button if "Generate" in b.label)
    page = choose(page, "pickup", 2.0)
    press(page, "Generate")
    assert asked("compose")["chords"] == "? Cmaj7 | Cmaj7 F/A | F/A N.C. | N.C. | N.C."


def test_chords_of_free_playing_follow_its_beats_and_what_is_too_fast_is_said() -> None:
    free = midi.read_path(CASES / "free_time.mid").score
    names = ("C", "Am", "F", "G7")
    marks = tuple(ChordMark(i * 700, names[i % 4]) for i in range(free.end_tick // 700))
    data = midi.write(replace(free, chords=marks))
    page = press(imported(data), "Keep the file")
    assert "Tutti keeps two chords a bar: " in shown(page)
    for kind, grid in ((desk.FILE_BEATS, True), (desk.HEARD_BEATS, False)):
        page = choose(page, "beats", kind)
        right = from_file(midi.read(data), keep_grid=grid).score
        assert page.session_state.compose_draft.chords == chords_text(right, per_beat=False)


def test_without_a_tune_nothing_was_heard() -> None:
    assert not [each for each in open_page().selectbox if (each.key or "").startswith("heard")]


def test_undo_brings_bars_and_key_back() -> None:
    page = choose(take_sample(open_page(), "twinkle"), "key", "D minor")
    before = arranged(page)["place"]["id"]
    page = choose(choose(page, "pickup", 2.0), "key", "F major")
    after = arranged(page)["place"]["id"]
    for place, pickup, key in ((before, 0, "D minor"), (after, 2, "F major")):
        page = tell(page, {"kind": "go", "place": place})
        assert page.selectbox(key="heard-pickup").value == pickup
        assert page.selectbox(key="heard-key").value == key
