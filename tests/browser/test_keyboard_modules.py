"""The keyboard's pure functions, imported alone in a browser: no Streamlit, no server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

MODULES = Path(__file__).resolve().parents[2] / "studio" / "ui" / "components" / "keyboard"


def in_module(page: Page, module: str, body: str) -> Any:
    """What the JavaScript `body` returns, with the module's exports as `m`."""

    def serve(route: Route) -> None:
        route.fulfill(path=MODULES / Path(route.request.url).name, content_type="text/javascript")

    page.route("http://localhost/**", serve)  # answered from the folder, nothing is sent
    page.goto(f"http://localhost/{module}")
    return page.evaluate(f"(async () => {{ const m = await import(location.href); {body} }})()")


def test_quantise_moves_copies_to_the_grid(page: Page) -> None:
    notes = [
        {"start_seconds": -0.14, "duration_seconds": 0.02, "pitch": 60, "velocity": 80},
        {"start_seconds": 0.36, "duration_seconds": 0.30, "pitch": 62, "velocity": 80},
    ]
    code = f"""
      const notes = {json.dumps(notes)};
      const grids = ["off", "1/8", "1/16", "triplets"];
      const times = (list) => list.flatMap((n) => [n.start_seconds, n.duration_seconds]);
      return [...grids.map((grid) => times(m.quantised(notes, 120, grid))), times(notes)];"""
    off, eighths, sixteenths, triplets, after = in_module(page, "timing.js", code)
    assert off == after == [-0.14, 0.02, 0.36, 0.30]
    assert eighths == pytest.approx([-0.25, 0.25, 0.25, 0.25])
    assert sixteenths == pytest.approx([-0.125, 0.125, 0.375, 0.25])
    assert triplets == pytest.approx([-1 / 6, 1 / 6, 1 / 3, 1 / 3])


def test_a_take_of_changing_tempo_is_laid_on_its_own_grid(page: Page) -> None:
    """Four quarters at 120 bpm, then four at 60; each is played a little late."""
    starts = [0.03, 0.53, 1.03, 1.53, 2.2, 3.2, 4.1, 4.9]
    notes = [{"start_seconds": s, "duration_seconds": 0.25, "pitch": 60} for s in starts]
    take = {"tempo_bpm": 120, "metronome": True, "notes": notes}
    code = f"""
      const take = {json.dumps(take)};
      const changing = {{...take, tempos: [[0, 500000], [1920, 1000000]]}};
      const starts = (one) => m.asHeard(one, {{quantise: "1/8", trim: null}})
        .map((note) => note.start_seconds);
      return [starts(changing), starts(take), changing.notes[0].start_seconds];"""
    changing, steady, untouched = in_module(page, "player.js", code)
    assert changing == pytest.approx([0, 0.5, 1, 1.5, 2, 3, 4, 5])
    assert steady == pytest.approx([0, 0.5, 1, 1.5, 2.25, 3.25, 4, 5])
    assert untouched == 0.03


def test_bars_of_a_changing_tempo_are_where_they_are_heard(page: Page) -> None:
    code = """
      const {even, heard} = m.evenTime({tempo_bpm: 120, tempos: [[0, 500000], [1920, 1000000]]});
      return [[0, 2, 4].map(heard), [-0.5, 1, 2, 6].map(even), m.evenTime({tempo_bpm: 9}).even(3)];
    """
    bars, even, steady = in_module(page, "tempo.js", code)
    assert bars == pytest.approx([0, 2, 6])
    assert even == pytest.approx([-0.5, 1, 2, 4])
    assert steady == 3


def test_quantise_keeps_the_length_that_was_played(page: Page) -> None:
    """Quarters of .85 beat, each played a little early or late, stay quarters that follow on one
    another; chords stay chords."""
    late = [0.0, -0.15, -0.1, 0.12, 0.0, -0.14]
    notes = [
        {"start_seconds": i + off, "duration_seconds": 0.85, "pitch": 60 + 2 * i + third}
        for i, off in enumerate(late, 1)
        for third in (0, 4)
    ]
    code = f"""
      const notes = {json.dumps(notes)};
      return ["1/8", "1/16"].map((grid) => m.quantised(notes, 60, grid)
        .map((n) => [n.start_seconds, n.duration_seconds, n.pitch]));"""
    eighths, sixteenths = in_module(page, "timing.js", code)
    assert [n[:2] for n in eighths] == [[i, 1] for i in range(1, 7) for _ in "ab"]
    for quantised in (eighths, sixteenths):
        ends = [(start, start + length) for start, length, _ in quantised]
        assert all(a[1] <= b[0] for a, b in zip(ends[::2], ends[2::2], strict=False))
        assert [pitch for *_, pitch in quantised] == [n["pitch"] for n in notes]


def test_metres_are_counted_as_people_count_them(page: Page) -> None:
    code = """
      const of = (metre) => Object.values(m.beatsOf(metre));
      return [["6/8", "9/8", "12/8", "3/8", "7/8", "2/4", "5/4", "4/4"].map(of),
              m.place(0.9, 100, "6/8", true), m.place(-0.9, 100, "6/8", true),
              m.place(0.31, 100, "7/8", true)];"""
    metres, second, count_in, seven = in_module(page, "timing.js", code)
    assert metres == [
        [2, 1.5], [3, 1.5], [4, 1.5], [3, 0.5], [7, 0.5], [2, 1], [5, 1], [4, 1],
    ]  # fmt: skip
    assert (second["text"], count_in["text"], seven["text"]) == ("1.2", "in 2", "1.2")


def test_trim_keeps_what_begins_inside_and_cuts_what_rings_on(page: Page) -> None:
    code = """
      const note = (start_seconds) => ({start_seconds, duration_seconds: 1, pitch: 60});
      const kept = m.trimmed([0, 1, 1.5, 2].map(note), {start_seconds: 1, end_seconds: 2});
      return kept.map((n) => [n.start_seconds, n.duration_seconds]);"""
    assert in_module(page, "timing.js", code) == [[1, 1], [1.5, 0.5]]


def test_the_readout_counts_bars_and_beats(page: Page) -> None:
    code = """
      return [m.place(-2.4, 100, "4/4", true), m.place(0, 100, "4/4", true),
              m.place(3.0, 100, "3/4", true), m.place(67, 100, "4/4", false)];"""
    assert in_module(page, "timing.js", code) == [
        {"text": "in 1", "beat": 1},
        {"text": "1.1", "beat": 1},
        {"text": "2.3", "beat": 3},
        {"text": "1:07", "beat": 0},
    ]


def test_the_metronome_never_drifts(page: Page) -> None:
    """Ticks come late and unevenly, as on a busy page; the clicks stay on the audio clock."""
    code = """
      const clicks = [];
      const sound = {click: (at, accent) => { clicks.push([at, accent]); return () => {}; }};
      const context = {currentTime: 0};
      const metronome = m.createMetronome({sound, context, downbeat_audio_seconds: 2.15,
        beats_per_minute: 90, beats_per_bar: 3, first_beat: -3});
      for (let i = 0; i < 4000; i += 1) {
        context.currentTime += 0.01 + 0.13 * ((i * 7919) % 11) / 10;
        metronome.tick();
      }
      return clicks;"""
    clicks = in_module(page, "scheduler.js", code)
    assert len(clicks) > 400
    for index, (at_seconds, accent) in enumerate(clicks):
        assert at_seconds == pytest.approx(2.15 + (index - 3) * 60 / 90, abs=1e-6)
        assert accent == (index % 3 == 0)


def test_a_take_is_full_at_5000_notes(page: Page) -> None:
    code = """
      const draft = {begin() {}, add() {}, clear() {}};
      const recorder = m.createRecorder(draft);
      const head = {tempo_bpm: 100, metre: "4/4", metronome: true, downbeat_ms: 1000};
      recorder.begin(head, 500);
      const note = (onset_ms) => ({onset_ms, release_ms: onset_ms + 5, pitch: 60, velocity: 1});
      recorder.add(note(499.9)); // held since before Record
      const full = [];
      for (let i = 0; i < 5001; i += 1) {
        full.push(recorder.isFull());
        recorder.add(note(500 + i));
      }
      const take = recorder.finish([{name: "Take 4"}]);
      return [full.indexOf(true), take.notes.length, take.name, take.notes[0].start_seconds];"""
    assert in_module(page, "recorder.js", code) == [5000, 5000, "Take 5", -0.5]


def test_at_most_twenty_takes_are_kept_and_echoes_ignored(page: Page) -> None:
    code = """
      let work = m.EMPTY;
      for (let i = 0; i < 23; i += 1) work = m.withTake(work, {name: `Take ${i}`});
      const echo = m.newer(work, {...work, revision: 23});
      const pushed = m.newer(work, {revision: 24, takes: []});
      return [work.takes.length, work.takes[0].name, work.revision, echo, pushed.octave];"""
    assert in_module(page, "performance.js", code) == [20, "Take 3", 23, None, 4]
