"""What the Compose tab does with a technique that writes bar by bar: takes, a piece that grows,
bars written anew, a melody that goes on, what parts are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import scribe
from page_tools import arranged, open_page, own_studio, take_sample, tell
from streamlit.testing.v1 import AppTest

from studio.composing import Composition, Request, load_band
from studio.jobs.growing import follow
from studio.library import band_facts
from studio.music.melody import melody_to_json
from studio.music.score import Score
from studio.queue.context import Cancelled, Context
from studio.queue.records import Job
from studio.techniques.transformer.settings import PartKnobs
from studio.ui import house
from studio.ui.compose import part_wishes, remarks, sketch
from studio.ui.desk import DRAFT
from studio.ui.say import plain

OWNER, WORKER = "somebody", "w1"
WRITER, OTHER = scribe.MODEL, "bach-scribe"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for model, genre in ((WRITER, "pop"), (OTHER, "bach"), ("folk-scribe", "folk")):
        scribe.hire(monkeypatch, tmp_path / "models", model, genre)
    yield from own_studio(tmp_path, monkeypatch)


@pytest.fixture
def tab(data_dir: Path) -> AppTest:
    """The tab with a melody on it and the writing technique chosen."""
    tab = take_sample(open_page(), "twinkle")
    return tab.segmented_control(key="technique").set_value("scribe").run()


def click(tab: AppTest, label: str) -> AppTest:
    (button,) = [b for b in tab.button if b.label == label]
    tab = button.click().run()
    assert not tab.exception
    return tab


def labels(tab: AppTest) -> list[str]:
    return [button.label for button in tab.button]


def elements(tab: AppTest, kind: str) -> list[Any]:
    """What is on the page of a kind that AppTest has no name for."""
    return list(tab.get(kind))


def newest(kind: str) -> Job:
    job = house.store().latest(OWNER, kind)
    assert job is not None
    return job


def said(tab: AppTest) -> str:
    """All text that the tab's own HTML says."""
    return " ".join(str(shown.body) for shown in tab.html)


def remember(tab: AppTest, **values: Any) -> None:
    """Another draft, in the store and in the tab."""
    draft = replace(tab.session_state.compose_draft, **values)
    house.store().save_draft(OWNER, DRAFT, asdict(draft))
    tab.session_state.compose_draft = draft
    tab.run()


# What a worker does, done here


def claimed(kind: str) -> Job:
    job = house.store().claim(WORKER, 60.0)
    assert job is not None
    assert job.kind == kind
    return job


def finish(data_dir: Path, job: Job, pieces: list[Composition], ended: bool = True) -> None:
    facts = [band_facts(each) for each in pieces]
    for take, (each, known) in enumerate(zip(pieces, facts, strict=True), 1):
        house.library().keep(OWNER, job.id, each, known, take)
    result = {**facts[0], "takes": len(pieces)}
    house.store().append(job.id, WORKER, "composed", result)
    if ended:
        house.store().finish(job.id, WORKER, result)


def composed(data_dir: Path, job: Job) -> list[Composition]:
    request = Request.from_json(job.payload)
    return load_band(data_dir / "models" / request.model, "cpu").takes(request)


def with_band(tab: AppTest, data_dir: Path, label: str = "Generate the band") -> AppTest:
    """The tab after its band was generated."""
    tab = click(tab, label)
    job = claimed("compose")
    finish(data_dir, job, composed(data_dir, job))
    return tab.run()


def follow_until(data_dir: Path, job: Job, bars: int) -> None:
    """Writes so many bars of a band as the worker does, then finds that it was cancelled."""
    request = Request.from_json(job.payload)
    band = load_band(data_dir / "models" / request.model, "cpu")
    pieces = band.growing(request)

    def check() -> None:
        if house.store().get(job.id).cancel_requested:
            raise Cancelled

    def emit(kind: str, data: dict[str, Any]) -> None:
        house.store().append(job.id, WORKER, kind, data)
        if data.get("bars") == bars:
            house.store().cancel(job.id)

    def keep(piece: Composition) -> None:
        house.library().keep(OWNER, job.id, piece, band_facts(piece))

    with pytest.raises(Cancelled):
        follow(Context(job, data_dir, emit, check), pieces, band.card.parts, keep)


# The panel


def test_knobs_are_shown_by_their_kind_and_go_with_the_band(tab: AppTest) -> None:
    tab.segmented_control(key="knob-sampling_technique").set_value(1).run()
    tab.toggle(key="knob-stay_in_key").set_value(True).run()
    tab.slider(key="knob-creative_risk").set_value(0.4).run()
    click(tab, "Generate the band")
    request = Request.from_json(newest("compose").payload)
    assert request.knobs["sampling_technique"] == 1
    assert request.knobs["stay_in_key"] == 1
    assert request.knobs["creative_risk"] == 0.4
    again = open_page()
    assert again.toggle(key="knob-stay_in_key").value is True
    assert again.segmented_control(key="knob-sampling_technique").value == 1


def test_another_technique_keeps_the_genre_and_remembers_the_model(tab: AppTest) -> None:
    assert tab.radio(key="model").value == WRITER  # it came from pop-gan
    tab.radio(key="model").set_value(OTHER).run()
    tab.segmented_control(key="technique").set_value("gan").run()
    assert tab.radio(key="model").value == "bach-gan"
    tab.radio(key="model").set_value("rock-gan").run()
    tab.segmented_control(key="technique").set_value("scribe").run()
    assert tab.radio(key="model").value == OTHER  # there is no rock, so the one chosen before
    assert open_page().radio(key="model").value == OTHER
    assert not tab.exception


def test_the_chosen_card_says_what_it_plays_and_what_it_is_good_at(tab: AppTest) -> None:
    assert "Bass, keys and drums. Good at being quick." in said(tab)


def test_a_technique_that_plays_at_once_has_no_more_than_it_had(tab: AppTest) -> None:
    tab.segmented_control(key="takes").set_value(4).run()
    tab.segmented_control(key="technique").set_value("gan").run()
    assert [field.label for field in tab.expander] == ["Arrangement"]
    assert not [c for c in tab.segmented_control if c.key == "takes"]
    click(tab, "Generate the band")
    assert Request.from_json(newest("compose").payload).takes == 1


def test_parts_are_asked_one_by_one_and_it_is_kept(tab: AppTest) -> None:
    tab.select_slider(key=f"wish-{WRITER}-Bass-density").set_value(8).run()
    tab.select_slider(key=f"wish-{WRITER}-Bass-register").set_value(40).run()
    tab.segmented_control(key=f"part-of-{WRITER}").set_value("Keys").run()
    tab.select_slider(key=f"wish-{WRITER}-Keys-polyphony").set_value(2.5).run()
    [line] = [c.value for c in tab.caption if "Asked for" in c.value]
    assert line == "Asked for: Bass density 8, register E2 · Keys polyphony 2.5."
    click(tab, "Generate the band")
    request = Request.from_json(newest("compose").payload)
    assert request.parts == {"Bass": {"density": 8, "register": 40}, "Keys": {"polyphony": 2.5}}
    again = click(open_page(), "Ask for nothing")
    assert not [c for c in again.caption if "Asked for" in c.value]
    assert again.select_slider(key=f"wish-{WRITER}-Bass-density").value == 0
    assert again.session_state.compose_draft.parts[WRITER] == {}


def test_a_part_is_asked_only_for_what_it_can_do(tab: AppTest) -> None:
    def asked_for(part: str) -> set[str]:
        tab.segmented_control(key=f"part-of-{WRITER}").set_value(part).run()
        return {str(s.key).split("-")[-1] for s in tab.select_slider}

    assert asked_for("Bass") == {"density", "register"}  # one voice
    assert asked_for("Keys") == {"density", "register", "polyphony"}
    assert asked_for("Drums") == {"density"}
    by_name = {field.name: field for field in PartKnobs.fields()}
    bass = scribe.PARTS[0]
    assert part_wishes.offers(by_name["register"], bass) == [0, *range(28, 56)]


# Takes


def test_four_takes_are_one_job_and_one_piece(tab: AppTest, data_dir: Path) -> None:
    tab.segmented_control(key="takes").set_value(4).run()
    tab = with_band(tab, data_dir, "Generate four bands")
    assert Request.from_json(newest("compose").payload).takes == 4
    shown = arranged(tab)
    assert [take["label"] for take in shown["takes"]] == ["Take 1", "Take 2", "Take 3", "Take 4"]
    assert shown["take"] == 1
    assert [line.value for line in tab.caption if line.value.endswith("seed 0")]


# A band that grows


def test_a_growing_band_is_drawn_and_what_is_there_is_kept_on_cancel(
    tab: AppTest, data_dir: Path
) -> None:
    tab = click(tab, "Generate the band")
    job = claimed("compose")
    follow_until(data_dir, job, 1)
    tab = tab.run()
    assert "Stop and keep" in labels(tab)  # it has not ended yet
    assert len(elements(tab, "image")) == 1
    house.store().release(job.id, WORKER)
    tab = tab.run()
    assert not tab.exception
    assert [c.value for c in tab.caption if re.match(r"Stopped after bar \d+ of 12 · ", c.value)]
    assert "Stop and keep" not in labels(tab)
    assert arranged(tab)["can"]["regenerate"]  # it can be heard and worked on
    tab.session_state[f"take-home-{job.id}"] = True
    tab = tab.run()
    assert not tab.exception
    homes = [b.proto.label for b in elements(tab, "download_button")]
    assert homes == ["MIDI", "WAV", "Picture, SVG", "Piece file for another Tutti", "Recipe"]


def test_a_piece_whose_rest_failed_is_shown_with_the_sentence(tab: AppTest, data_dir: Path) -> None:
    tab = click(tab, "Generate the band")
    job = claimed("compose")
    first = composed(data_dir, job)[0]
    house.library().keep(OWNER, job.id, first, band_facts(first))
    house.store().fail(job.id, WORKER, "The rest did not come: try again.")
    tab = tab.run()
    assert [error.value for error in tab.error] == ["The rest did not come: try again."]
    assert arranged(tab)["piece"] == job.id


def test_notes_cut_at_a_bar_line_are_whole_in_the_end() -> None:
    events: list[dict[str, Any]] = [
        {"notes": [[[0, 60, 480, 80], [1440, 62, 480, 80]], []]},
        {"notes": [[[1440, 62, 960, 80], [2400, 64, 480, 80]], [[1920, 36, 480, 80]]]},
    ]
    assert sketch.merged(events, 2) == [
        [[0, 60, 480, 80], [1440, 62, 960, 80], [2400, 64, 480, 80]],
        [[1920, 36, 480, 80]],
    ]


def test_the_growing_picture_is_an_svg_that_asks_nobody_for_anything() -> None:
    lane = sketch.lane(0, [(0, 60, 480, 80), (480, 67, 480, 80)])
    text = sketch.picture([lane], sketch.Frame(2, 1920, 4, [], 1))
    assert text.startswith("<svg xmlns=")
    assert text.count("http") == 1  # the name of what it is
    assert '#ffb454"' in text
    assert sketch.picture([], sketch.Frame(4, 1920, 4, [(0, "<C&")], 2)).count("&lt;C&amp;") == 1


# Asked and measured


def test_what_was_asked_stands_beside_what_was_got(tab: AppTest, data_dir: Path) -> None:
    tab.select_slider(key=f"wish-{WRITER}-Bass-density").set_value(8).run()
    tab.select_slider(key=f"wish-{WRITER}-Bass-register").set_value(40).run()
    tab = with_band(tab, data_dir)
    assert "asked 8 · got 8" in said(tab)
    assert "asked E2 · got " in said(tab)


def test_the_table_is_empty_where_nothing_was_asked_and_says_nothing_of_silence() -> None:
    rows = [
        {"name": "<Bass>", "asked": {"density": 4.0}, "got": {"density": 3.25}},
        {"name": "Keys", "asked": {"register": 60.0}, "got": {"density": 0.0, "register": None}},
    ]
    text = remarks.asked_table(rows, [])
    assert "asked 4 · got 3.2" in text
    assert "asked C4 · got nothing" in text
    assert "&lt;Bass&gt;" in text
    assert text.count("<td></td>") == 2
    assert "Together" not in text


# A melody that goes on


def longer(melody: Score, added: int) -> Score:
    bar = melody.metre.bar_ticks
    last = melody.tracks[0].notes[-1]
    start = melody.bars * bar
    more = [type(last)(start + i * bar, 60 + i, bar, 80) for i in range(added)]
    track = melody.tracks[0]
    return melody.with_tracks([type(track)(track.name, (*track.notes, *more), track.program)])


def go_on(tab: AppTest, chords: str = "C | G") -> AppTest:
    """Extends the melody by two bars, as the worker does."""
    tab = click(tab, "Extend")
    job = claimed("extend")
    melody = Request.from_json(job.payload).melody
    result = {"melody": melody_to_json(longer(melody, 2)), "chords": chords, "added": 2}
    house.store().finish(job.id, WORKER, result)
    tab = tab.run()
    assert not tab.exception
    return tab


def test_a_longer_melody_becomes_the_melody_and_undo_brings_back_the_old(
    tab: AppTest,
) -> None:
    before = tab.session_state.compose_draft.performance
    place = arranged(tab)["place"]["id"]
    tab.slider(key="extend-knob-extension_duration").set_value(2).run()
    tab.toggle(key="extend-knob-stay_in_key").set_value(False).run()
    tab = go_on(tab)
    request = Request.from_json(newest("extend").payload)
    assert request.knobs["extension_duration"] == 2
    assert request.knobs["stay_in_key"] == 0
    takes = tab.session_state.compose_draft.performance["takes"]
    assert takes[-1]["source"] == "extension"
    assert len(takes[-1]["notes"]) == len(before["takes"][-1]["notes"]) + 2
    assert tab.session_state.compose_draft.chords == ""
    assert (
        open_page().session_state.compose_draft.performance["takes"] == takes
    )  # a reload keeps it

    tab = tell(tab, {"kind": "go", "place": place})
    after = tab.session_state.compose_draft.performance
    assert after["takes"] == before["takes"]
    for name in ("tempo_bpm", "metre", "trim", "quantise", "program"):
        assert after[name] == before[name]


def test_bars_that_are_new_are_marked_as_long_as_they_are_there(tab: AppTest) -> None:
    assert arranged(tab)["added"] is None
    place = arranged(tab)["place"]["id"]
    tab = go_on(tab)
    old = arranged(tab)["added"][0]
    tune = arranged(tab)["parts"][0]["notes"]
    words = f"Bars {old + 1} to {old + 2} are new"
    extended = arranged(tab)["place"]["id"]
    for page in (tab, open_page()):
        assert arranged(page)["added"] == [old, old + 2]
        assert words in said(page)

    def edited(notes: list[Any]) -> AppTest:
        return tell(tab, {"kind": "edit", "part": "Melody", "notes": notes})

    bar = arranged(tab)["bar_ticks"]
    sharper = [[start, pitch + (start == 0), *rest] for start, pitch, *rest in tune]
    assert arranged(edited(sharper))["added"] == [old, old + 2]
    shorter = [note for note in tune if note[0] < (old + 1) * bar]
    tab = edited(shorter)
    assert arranged(tab)["added"] == [old, old + 1]
    assert f"Bar {old + 1} is new" in said(tab)
    assert arranged(edited([[start + bar, *rest] for start, *rest in tune]))["added"] is None
    assert arranged(edited([note for note in tune if note[0] < old * bar]))["added"] is None
    assert arranged(edited(tune))["added"] == [old, old + 2]  # undone by the arranger
    tab = tell(tab, {"kind": "go", "place": place})
    assert arranged(tab)["added"] is None
    assert " new" not in said(tab)
    assert arranged(tell(tab, {"kind": "go", "place": extended}))["added"] == [old, old + 2]


def test_a_melody_that_begins_with_a_rest_goes_on_in_its_own_bars(tab: AppTest) -> None:
    notes, bar = arranged(tab)["parts"][0]["notes"], arranged(tab)["bar_ticks"]
    later = [[start + bar, *rest] for start, *rest in notes]
    tab = go_on(tell(tab, {"kind": "edit", "part": "Melody", "notes": later}))
    shown = arranged(tab)
    assert shown["parts"][0]["notes"][:-2] == later
    assert shown["added"] == [13, 15]


@pytest.mark.parametrize(
    ("mine", "wanted", "kept"), [("", False, ""), ("F | C", False, "C | G"), ("", True, "C | G")]
)
def test_its_chords_are_kept_where_there_were_some_or_they_are_wanted(
    tab: AppTest, mine: str, wanted: bool, kept: str
) -> None:
    remember(tab, chords=mine)
    tab = tab.toggle(key="extend_chords").set_value(wanted).run()
    place = arranged(tab)["place"]["id"]
    tab = go_on(tab)
    assert tab.session_state.compose_draft.chords == kept
    tab = tell(tab, {"kind": "go", "place": place})
    assert tab.session_state.compose_draft.chords == mine


def test_a_melody_that_cannot_go_on_is_one_sentence(tab: AppTest) -> None:
    tab = click(tab, "Extend")
    house.store().fail(claimed("extend").id, WORKER, "It is as long as it can be.")
    tab = tab.run()
    assert [error.value for error in tab.error] == [plain("It is as long as it can be.")]
    assert len(tab.session_state.compose_draft.performance["takes"]) == 1
    assert "Extend" in labels(tab)


def test_a_melody_that_would_be_too_long_is_not_sent(tab: AppTest) -> None:
    take = tab.session_state.compose_draft.performance["takes"][-1]
    later = [note["start_seconds"] + 505.0 for note in take["notes"]]
    notes = [
        {**note, "start_seconds": start, "start_tick": None}
        for note, start in zip(take["notes"], later, strict=True)
    ]
    performance = {**tab.session_state.compose_draft.performance}
    performance["takes"] = [{**take, "notes": [*take["notes"], *notes]}]
    remember(tab, performance=performance)
    tab = tab.slider(key="extend-knob-extension_duration").set_value(32).run()
    assert any("A melody can have up to " in c.value for c in tab.caption)
    (button,) = [b for b in tab.button if b.label == "Extend"]
    assert button.disabled


def test_an_extension_can_be_cancelled_and_nothing_is_lost(tab: AppTest) -> None:
    tab = click(tab, "Extend")
    job = newest("extend")
    tab = click(tab, "Cancel")
    assert house.store().get(job.id).state == "cancelled"
    tab = tab.run()
    assert len(tab.session_state.compose_draft.performance["takes"]) == 1
    assert not tab.exception


def test_the_score_of_a_piece_is_what_was_played(tab: AppTest, data_dir: Path) -> None:
    with_band(tab, data_dir)
    job = newest("compose")
    assert house.library().opened(job.id).score == composed(data_dir, job)[0].score
