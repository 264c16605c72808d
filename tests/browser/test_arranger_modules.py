"""The arranger's modules, imported alone in a browser: no Streamlit, no server."""

from __future__ import annotations

from itertools import pairwise
from json import dumps
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, Route

from studio.composing.edits import rows_of, with_notes
from studio.music.score import Note, Score, Track
from studio.pictures.colours import PART_COLOURS, Colour

COMPONENTS = Path(__file__).resolve().parents[2] / "studio" / "ui" / "components"


def in_modules(page: Page, names: str, body: str) -> Any:
    """What the JavaScript `body` returns, with the exports of all modules `names` as `m`."""

    def serve(route: Route) -> None:
        path = COMPONENTS / urlparse(route.request.url).path.lstrip("/")
        if path.suffix == ".js":
            route.fulfill(path=path, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page.route("http://localhost/**", serve)  # answered from the folder, nothing is sent
    page.goto("http://localhost/")
    imports = ", ".join(f'import("/arranger/{name}.js")' for name in names.split())
    return page.evaluate(
        f"(async () => {{ const m = Object.assign({{}}, ...await Promise.all([{imports}])); "
        f"{TOOLS} {body} }})()"
    )


TOOLS = """
  const END = 8 * 1920;
  const part = (name, notes, rows = null) => ({name, notes: m.sorted?.(notes) ?? notes, rows});
  const text = (parts) => JSON.stringify(parts.map(({notes}) => notes));
  const random = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  // a buffer that is 1 in one sample in each half second, from `first` on
  const ticking = (seconds, rate, height = 1, first = 0) => {
    const buffer = new AudioBuffer({length: seconds * rate, numberOfChannels: 2, sampleRate: rate});
    for (let c = 0; c < 2; c += 1) {
      const data = buffer.getChannelData(c);
      for (let i = first * rate; i < data.length; i += rate / 2) data[Math.round(i)] = height;
    }
    return buffer;
  };
  const steady = (seconds, rate, value) => {
    const buffer = new AudioBuffer({length: seconds * rate, numberOfChannels: 2, sampleRate: rate});
    for (let c = 0; c < 2; c += 1) buffer.getChannelData(c).fill(value);
    return buffer;
  };
  const offline = (seconds) => {
    const context = new OfflineAudioContext(2, seconds * 48000, 48000);
    const world = {
      sound: {ready: async () => context, click: () => () => {}},
      heard: ({currentTime}) => currentTime,
    };
    return {context, world};
  };
"""


def test_any_edits_undone_give_the_same_notes_and_redone_the_same_again(page: Page) -> None:
    """300 random sessions over melody and drums; every step stays within piece, pitches and kit.
    In each third one the page is loaded anew in between, and only the storage knows the steps."""
    code = """
      const failures = [];
      for (let seed = 1; seed <= 300; seed += 1) {
        const next = random(seed);
        const pick = (n) => Math.floor(next() * n);
        const kit = [36, 38, 42, 49];
        const note = (pitch) => [pick(60) * 120, pitch, 30 + pick(900), 1 + pick(127)];
        let parts = [
          part("a", Array.from({length: pick(20)}, () => note(pick(128)))),
          part("b", Array.from({length: pick(20)}, () => note(kit[pick(4)])), kit),
          part("c", []),
        ];
        const before = text(parts);
        sessionStorage.clear();
        let history = m.createHistory("steps");
        let chosen = new Set();
        let copies = [];
        for (let i = 0; i < 25; i += 1) {
          if (seed % 3 === 0 && i === 12) {
            history = m.createHistory("steps");
            parts = JSON.parse(JSON.stringify(parts));
            chosen = new Set();
          }
          const all = parts.flatMap(({notes}) => notes);
          if (pick(3) === 0) chosen = new Set(all.filter(() => next() < 0.4));
          const way = pick(7);
          if (way >= 5) copies = m.copied(parts, chosen);
          const result = [
            () => m.moved(parts, chosen, (pick(41) - 20) * 97, pick(41) - 20, END),
            () => m.stretched(parts, chosen, (pick(21) - 10) * 120, END),
            () => m.removed(parts, chosen),
            () => m.added(parts, "abc"[pick(3)], [pick(END + 99), pick(128), 480, 90], END),
            () => m.pasted(parts, copies, pick(END), END),
            () => ({parts, chosen}),
            () => m.removed(parts, chosen),
          ][way]();
          if (way === 3 && result.parts[1].notes !== parts[1].notes) continue;
          history.add(m.stepBetween(parts, result.parts));
          ({parts, chosen} = result);
          for (const {notes, rows} of parts) {
            if (text([{notes}]) !== text([{notes: m.sorted(notes)}]))
              failures.push([seed, "order"]);
            for (const [start, pitch, length, velocity] of notes) {
              const fine = start >= 0 && start + length <= END && length > 0 && velocity > 0
                && (rows ? rows.includes(pitch) : pitch >= 0 && pitch <= 127)
                && [start, pitch, length].every(Number.isInteger);
              if (!fine) failures.push([seed, way, start, pitch, length]);
            }
          }
        }
        const after = text(parts);
        while (history.canUndo(parts)) ({parts} = history.undo(parts));
        if (text(parts) !== before) failures.push([seed, "undo"]);
        while (history.canRedo(parts)) ({parts} = history.redo(parts));
        if (text(parts) !== after) failures.push([seed, "redo"]);
      }
      return failures;"""
    assert in_modules(page, "edits history music", code) == []


def test_a_chosen_group_keeps_its_shape_at_the_borders(page: Page) -> None:
    code = """
      const parts = [part("a", [[0, 60, 480, 80], [480, 120, 480, 80]]),
                     part("b", [[960, 36, 120, 80]], [36, 38, 42])];
      const all = new Set(parts.flatMap(({notes}) => notes));
      const move = (ticks, rows) => JSON.parse(text(m.moved(parts, all, ticks, rows, END).parts));
      return [move(-500, 0), move(0, 99), move(99999, 0), move(240, 2)];"""
    stay, up, late, both = in_modules(page, "edits music", code)
    assert stay == [[[0, 60, 480, 80], [480, 120, 480, 80]], [[960, 36, 120, 80]]]
    assert up == [[[0, 62, 480, 80], [480, 122, 480, 80]], [[960, 42, 120, 80]]]  # two drums up
    assert late[1][0][0] + 120 == 8 * 1920
    assert both[0][0][:2] == [240, 62]


def test_any_score_edited_and_undone_in_the_arranger_is_the_same_score(page: Page) -> None:
    """Scores as they come, through what the page is sent, random edits, all undone, and back."""
    scores = [random_score(Random(seed)) for seed in range(25)]  # noqa: S311 - no secret
    sent = [
        [{"name": n, "is_drum": t.is_drum, "notes": rows_of(score, n)}
         for n, t in zip(score.part_names, score.tracks, strict=True)]
        for score in scores
    ]  # fmt: skip
    code = """
      return sent.map((parts, seed) => {
        const next = random(seed + 1);
        const pick = (n) => Math.floor(next() * n);
        let work = m.read({parts, bars: 4});
        const {end_tick} = work.grid;
        const history = m.createHistory();
        let chosen = new Set(), copies = [], changed = 0;
        const take = (result) => {
          const made = work.parts.map((part, i) => m.withNotes(part, result.parts[i].notes));
          changed += text(made) !== text(work.parts);
          work = {...work, parts: made};
          ({chosen} = result);
        };
        for (let i = 0; i < 30; i += 1) {
          const all = work.parts.flatMap(({notes}) => notes);
          if (pick(2)) chosen = new Set(all.filter(() => next() < 0.3));
          const way = pick(7), before = work.parts;
          if (way >= 5) copies = m.copied(before, chosen);
          take([
            () => m.moved(before, chosen, (pick(41) - 20) * 60, 0, end_tick),
            () => m.moved(before, chosen, 0, pick(25) - 12, end_tick),
            () => m.stretched(before, chosen, (pick(9) - 4) * 120, end_tick),
            () => m.removed(before, chosen),
            () => before.length ? m.added(before, before[pick(before.length)].name,
              [pick(end_tick), pick(128), 1 + pick(999), 1 + pick(127)], end_tick)
              : {parts: before, chosen},
            () => m.pasted(before, copies, pick(end_tick), end_tick),
            () => m.removed(before, chosen),
          ][way]());
          history.add(m.stepBetween(before, work.parts));
        }
        while (history.canUndo(work.parts)) take(history.undo(work.parts));
        return [changed, work.parts.map(({name, notes}) => [name, notes])];
      });"""
    done = in_modules(page, "arrangement edits history music", f"const sent = {dumps(sent)};{code}")
    assert sum(changed for changed, _ in done) > 200
    for score, (_, parts) in zip(scores, done, strict=True):
        back = score
        for name, notes in parts:
            back = with_notes(back, name, notes)
        assert back == score


def random_score(random: Random) -> Score:
    """Up to five parts, notes on one another and beyond the last bar, parts of the same name."""
    names = ["Melody", "Keys", "Keys", "", "Drums"][: random.randrange(6)]
    return Score(
        tuple(
            Track(
                name,
                tuple(
                    Note(
                        random.randrange(10_000),
                        random.randrange(128),
                        random.randrange(1, 3000),
                        random.randrange(1, 128),
                    )
                    for _ in range(random.randrange(20))
                )
                * random.randrange(1, 3),
                is_drum=name == "Drums",
            )
            for name in names
        )
    )


def test_a_step_lives_on_while_its_notes_do_whatever_else_comes(page: Page) -> None:
    """Another tab adds a note, a model writes a bar anew, and one goes back over that."""
    code = """
      sessionStorage.clear();
      const first = [0, 60, 480, 80], second = [1920, 62, 480, 80];
      let parts = [part("a", [first, second])];
      let history = m.createHistory("steps");
      for (const note of [first, second]) {
        const result = m.moved(parts, new Set([note]), 0, 1, END);
        history.add(m.stepBetween(parts, result.parts));
        parts = result.parts;
      }
      const more = [part("a", [...parts[0].notes.map((note) => [...note]), [960, 50, 480, 80]])];
      const other = history.undo(more);
      history.redo(other.parts);
      const anew = [part("a", [[0, 61, 480, 80], [1920, 70, 480, 80]])];
      const barred = [history.canUndo(anew), history.undo(anew)];
      history = m.createHistory("steps"); // a reload
      const back = history.undo(parts);
      sessionStorage.setItem("steps", '{"past": 7, "future": [null, {"out": 1}]}');
      const damaged = m.createHistory("steps");
      return [other.parts[0].notes, barred, back.parts[0].notes, history.canUndo(back.parts),
              history.canUndo([]), damaged.canUndo(parts)];"""
    other, barred, back, more, gone, damaged = in_modules(page, "edits history music", code)
    assert other == [[0, 61, 480, 80], [960, 50, 480, 80], [1920, 62, 480, 80]]
    assert barred == [False, None]
    assert back == [[0, 61, 480, 80], [1920, 62, 480, 80]]
    assert (more, gone, damaged) == (True, False, False)


def test_whatever_is_done_locked_parts_stay_and_the_rest_is_done(page: Page) -> None:
    code = """
      const failures = [];
      for (let seed = 1; seed <= 200; seed += 1) {
        const next = random(seed), pick = (n) => Math.floor(next() * n);
        const note = () => [pick(60) * 120, pick(128), 30 + pick(900), 1 + pick(127)];
        const parts = ["a", "b", "c"].map((name) => ({
          ...part(name, Array.from({length: 1 + pick(9)}, note)), locked: pick(2) === 1,
        }));
        const chosen = new Set(parts.flatMap(({notes}) => notes).filter(() => next() < 0.5));
        const result = [
          () => m.moved(parts, chosen, 120, 1, END), () => m.stretched(parts, chosen, 240, END),
          () => m.removed(parts, chosen), () => m.added(parts, "b", note(), END),
          () => m.pasted(parts, m.copied(parts, chosen), 480, END),
        ][pick(5)]();
        const {parts: kept, chosen: left, held} = m.sparing(parts, chosen, result);
        kept.forEach((part, i) => {
          const want = parts[i].locked ? parts[i].notes : result.parts[i].notes;
          if (part.notes !== want) failures.push([seed, part.name]);
        });
        if (held.some((name) => !parts.find((part) => part.name === name).locked))
          failures.push([seed, "held"]);
        const all = new Set(kept.flatMap(({notes}) => notes));
        if ([...left].some((one) => !all.has(one))) failures.push([seed, "chosen"]);
      }
      return failures;"""
    assert in_modules(page, "edits music", code) == []


def test_a_melody_without_a_band_sounds_by_itself(page: Page) -> None:
    code = """
      const hand = m.createHandSound(() => {});
      const tune = {...part("a", [[480, 69, 480, 90], [1920, 57, 240, 90]]), sprite: null};
      const url = await hand.stem(tune, (tick) => tick / 960);
      const first = window.tuttiStems.get(url);
      const again = await hand.stem({...tune, notes: []}, (tick) => tick / 960);
      const sound = first.getChannelData(0), rate = first.sampleRate;
      const loud = (from, to) =>
        sound.slice(from * rate, to * rate).reduce((a, b) => Math.max(a, Math.abs(b)), 0) > 0.02;
      return [loud(0, 0.499), loud(0.51, 0.9), loud(1.2, 1.99), loud(2.01, 2.2), loud(2.4, 2.55),
              url !== again, window.tuttiStems.size];"""
    found = in_modules(page, "hand_sound music", code)
    assert found == [False, True, False, True, False, True, 1]


def test_what_is_played_now_is_laid_on_the_recorders_grid(page: Page) -> None:
    code = """
      const note = (start_seconds) =>
        ({start_seconds, duration_seconds: 0.25, pitch: 60, velocity: 90});
      const of = (start, seconds, metre = "4/4") =>
        m.liveTake({notes: [note(start)], seconds, tempo_bpm: 120, metre}, 2);
      const [plain, pickup, early, late, six] =
        [of(0.5, 1), of(-0.25, 0.5), of(-0.05, 0.5), of(0, 9), of(0, 1.5, "6/8")];
      return [plain.notes, plain.tick, plain.grid.bars, pickup.notes[0][0], pickup.tick,
              early.notes[0][0], late.grid.bars, six.grid.bar_ticks, six.tick];"""
    found = in_modules(page, "live_take", code)
    assert found == [[[480, 60, 240, 90]], 960, 2, 1920 - 240, 1920 + 480, 0, 5, 1440, 1440]


def test_what_is_drawn_is_what_is_hit(page: Page) -> None:
    code = """
      const notes = [[0, 60, 480, 80], [480, 72, 960, 80], [480, 65, 120, 80]];
      const drums = [[0, 36, 60, 80], [240, 42, 60, 80]];
      const parts = [notes, drums].map((list, i) => ({notes: m.sorted(list),
        range: m.rangeOf(list, i === 1), longest: m.longestOf(list)}));
      const view = {px_per_tick: 0.1, lane_px: 72, scroll_x: 20, scroll_y: 3,
        width: 800, height: 300};
      const wrong = [];
      parts.forEach(({notes, range}, lane) => notes.forEach((note) => {
        const x = m.xOf(view, note[0]) + 3;
        const y = m.laneTop(view, lane) + m.pitchY(view, range, note[1]);
        const found = m.hit(parts, view, x, y);
        if (found.note !== note || found.lane !== lane || found.edge) wrong.push([note, found]);
        if (m.pitchAtY(view, range, y - m.laneTop(view, lane)) !== note[1]) wrong.push(note);
        const end = m.hit(parts, view, m.xOf(view, note[0] + note[2]) - 2, y);
        if (lane === 0 && note[2] > 200 && !end.edge) wrong.push(["edge", note]);
      }));
      const empty = m.hit(parts, view, m.xOf(view, 1700), m.laneTop(view, 0) + 5);
      return [wrong, empty, parts[1].range.rows];"""
    wrong, empty, rows = in_modules(page, "geometry music", code)
    assert wrong == []
    assert empty == {"lane": 0, "note": None, "edge": False}
    assert rows == [36, 38, 42]


def test_a_band_that_is_left_out_has_a_place_that_says_why(page: Page) -> None:
    code = """
      const said = [];
      const {row, show} = m.createBands(() => said.push("chosen"), (text) => said.push(text),
        new AbortController().signal);
      document.body.append(row);
      const band = (take) => ({take, label: `${take} Pop`, roll: null, parts: []});
      const words = () => [...row.querySelectorAll("span")].map((span) => span.textContent);
      const jazz = m.read({left_out: [{label: "<b>Jazz</b>", why: "Too many chords."}]}).left_out;
      show([band(1)], 1, jazz);
      row.lastChild.focus();
      show([band(1), band(2)], 1, jazz);
      const kept = document.activeElement === row.lastChild;
      const [there, hidden] = [words(), row.hidden];
      row.lastChild.click();
      show([band(1)], 1, m.read({}).left_out);
      return [there, hidden, kept, said, words(), row.hidden];"""
    there, hidden, kept, said, after, alone = in_modules(page, "bands arrangement", code)
    assert there == ["1 Pop", "2 Pop", "<b>Jazz</b>", "left out"]
    assert (hidden, kept, said) == (False, True, ["<b>Jazz</b> is left out. Too many chords."])
    assert (len(after), alone) == (1, True)


# what the canvas shows of a piece as it was told, and the scene that was drawn
PAINTED = """
      const pen = new OffscreenCanvas(900, 300).getContext("2d");
      const view = {px_per_tick: 0.05, lane_px: 72, scroll_x: 0, scroll_y: 0,
        width: 900, height: 300};
      const grid = m.gridOf({bars: 8, metre: "4/4", bar_ticks: 1920, ticks_per_beat: 480,
        tempo_bpm: 120});
      const painted = (told) => {
        const scene = {...m.sceneOf({...m.read(told), grid}, {chosen: new Set(), selected: "",
          bars: null, looping: false}, null), view, colours: {text: "#fff", accent: "#fff"}};
        m.paint(pen, scene);
        return scene;
      };"""


def test_bars_that_are_new_are_tinted_from_a_seam_on(page: Page) -> None:
    code = f"""{PAINTED}
      const drawn = (added) => {{
        painted({{parts: [{{name: "Melody", notes: []}}], added}});
        return [4, 5, 7].map((bar) =>
          pen.getImageData(m.xOf(view, (bar + 0.7) * 1920), m.CHORDS_PX + 5, 1, 1).data[3] > 0);
      }};
      return [[5, 7], null, [5], ["5", 7], "5,7"].map(drawn);"""
    marked, *plain = in_modules(page, "geometry arrangement scene paint music", code)
    assert marked == [False, True, False]
    assert all(each == [False, False, False] for each in plain)


def test_a_note_that_a_model_changed_has_a_dot(page: Page) -> None:
    code = f"""{PAINTED}
      const notes = [[0, 60, 480, 80], [1920, 60, 480, 80], [3840, 64, 480, 80]];
      const dots = (marks) => {{
        const parts = ["Melody", "Bass"].map((name) => ({{name, notes}}));
        const scene = painted({{parts, marks}});
        return [0, 1].flatMap((lane) => scene.parts[lane].notes.map(([tick, pitch]) => {{
          const {{range}} = scene.parts[lane];
          const above = m.notePx(view, range) / 2 + 5;
          const y = m.laneTop(view, lane) + m.pitchY(view, range, pitch) - above;
          return pen.getImageData(m.xOf(view, tick + 240) + 1, y, 1, 1).data[3] > 200;
        }}));
      }};
      return [[[1920, 60], [3840, 60]], [], null, "12"].map(dots);"""
    marked, *plain = in_modules(page, "geometry arrangement scene paint music", code)
    assert marked == [False, True, False, False, False, False]
    assert not any(map(any, plain))


def test_a_note_is_high_enough_to_be_seen_in_the_lowest_lane(page: Page) -> None:
    code = """
      const wide = Array.from({length: 40}, (_, i) => [i * 120, 40 + i, 120, 80]);
      return [54, 58, 72, 140, 320].map((lane_px) =>
        m.notePx({lane_px}, m.rangeOf(wide, false)));"""
    assert all(8 <= high <= 14 for high in in_modules(page, "geometry", code))


def test_the_softest_note_stands_out_from_its_lane_in_every_colour(page: Page) -> None:
    softest, unheard = in_modules(page, "paint", "return [m.SOFTEST, m.UNHEARD];")
    for part in PART_COLOURS:
        for tint, alpha in ((Colour.TEXT, 0.025), (part, 0.07)):  # a lane, and the chosen one
            lane = blend(rgb(tint), rgb(Colour.BACKGROUND), alpha)
            assert contrast(blend(rgb(part), lane, softest), lane) >= 3
            assert contrast(blend(rgb(Colour.TEXT), lane, unheard), lane) >= 3


Rgb = tuple[float, ...]


def rgb(colour: str) -> Rgb:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def blend(over: Rgb, under: Rgb, alpha: float) -> Rgb:
    return tuple(a * alpha + b * (1 - alpha) for a, b in zip(over, under, strict=True))


def contrast(one: Rgb, other: Rgb) -> float:
    """As WCAG 2.2 has it."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: Rgb) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (part / 255 for part in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_hover_tells_name_place_length_and_velocity(page: Page) -> None:
    code = """
      const grid = m.gridOf({bars: 8, metre: "4/4", bar_ticks: 1920, tempo_bpm: 120});
      const six = m.gridOf({bars: 2, metre: "6/8", tempo_bpm: 90});
      return [m.noteName([2400, 61, 720, 99], false, grid), m.noteName([0, 36, 480, 9], true, grid),
              m.noteName([600, 60, 480, 9], false, grid),
              m.placeName(six.bar_ticks + 720, six), grid.end_seconds,
              ...["6/8", "9/8", "12/8", "3/8", "7/8", "2/4", "5/4", "6/16"].map((metre) =>
                m.gridOf({bars: 1, metre}).beats_per_bar)];"""
    assert in_modules(page, "music", code) == [
        "C♯4 · 2.2 · 1.5 beats · velocity 99",
        "Kick · 1.1 · 1 beat · velocity 9",
        "C4 · 1.2 + 0.25 · 1 beat · velocity 9",
        "2.2",
        16,
        *(2, 3, 4, 3, 7, 2, 5, 2),
    ]


def test_the_metronome_clicks_on_every_beat_of_every_lap(page: Page) -> None:
    code = """
      const run = {audio_start: 10, song_start: 1, loop: {from: 2, to: 4}};
      const beats = {beatAt: (s) => s * 2, secondsOf: (beat) => beat / 2, beats_per_bar: 4};
      const found = [];
      for (let at = 9.9; at < 16; at += 0.17) found.push(...m.clicks(run, at, at + 0.17, beats));
      return [found.map((c) => +c.audio_seconds.toFixed(4)), found.map((c) => c.accent),
              m.songAt(run, 9), m.songAt(run, 12.5), m.songAt(run, 13), m.songAt(run, 17.25)];"""
    times, accents, before, inside, lap, far = in_modules(page, "clock", code)
    assert times[:12] == [10 + i / 2 for i in range(12)]
    # bars of two seconds: the pick-up from 1 s, then each lap begins on its downbeat
    assert accents[:12] == [i in (2, 6, 10) for i in range(12)]
    assert (before, inside, lap, far) == (1, 3.5, 2, 2.25)


def test_playhead_and_clicks_follow_the_tempos(page: Page) -> None:
    """Four beats at 120, then at 60: the fifth click comes after 2 s, the sixth a second later."""
    code = """
      const tempos = [[0, 500000], [1920, 1000000]];
      const {secondsAt, tickAt} = m.tempoClock(tempos, 480);
      const beats = {beatAt: (s) => tickAt(s) / 480, secondsOf: (beat) => secondsAt(beat * 480),
                     beats_per_bar: 4};
      const run = {audio_start: 0, song_start: 0, loop: null};
      const grid = m.gridOf({bars: 2, metre: "4/4", bar_ticks: 1920, tempo_bpm: 120, tempos});
      return [m.clicks(run, 0, 4.5, beats).map((c) => c.audio_seconds), grid.end_seconds,
              [0, 240, 1920, 2400].map(secondsAt), [0, 0.25, 2, 3].map(tickAt)];"""
    clicks, end, seconds, ticks = in_modules(page, "clock music ../keyboard/tempo", code)
    assert clicks == [0, 0.5, 1, 1.5, 2, 3, 4]
    assert end == 6
    assert seconds == [0, 0.25, 2, 3]
    assert ticks == [0, 240, 1920, 2400]


def test_the_playhead_is_where_the_sound_is(page: Page) -> None:
    """Played into an offline clock from 0.75 s, looped: each half second of the stem has a click of
    a height of its own, and it is in the sound at the time at which the playhead stands on it."""
    code = """
      const {context, world} = offline(6);
      const stem = steady(4, 48000, 0);
      for (let i = 0; i < 8; i += 1) stem.getChannelData(0)[i * 24000] = (i + 1) / 10;
      window.tuttiStems = new Map([["a", stem]]);
      const deck = m.createDeck(() => {}, world);
      deck.load([{name: "a", stem: "a"}], {end_seconds: 4, together: false});
      deck.setMix(() => ({level: 1, pan: 0}));
      deck.setLoop({from: 1, to: 3});
      deck.seek(0.75);
      await deck.play();
      const told = [];
      for (let at = 0.25; at < 6; at += 0.25) {
        context.suspend(at).then(() => {
          told.push([context.currentTime, deck.position()]);
          context.resume();
        });
      }
      const sound = (await context.startRendering()).getChannelData(0);
      deck.dispose();
      const heard = [];
      sound.forEach((value, i) => value > 0.05 && heard.push([i / 48000, value]));
      return [told, heard];"""
    told, heard = in_modules(page, "deck", code)
    assert len(heard) >= 11
    assert max(position for _, position in told) < 3
    for click, height in heard:
        at, position = max(pair for pair in told if pair[0] <= click or pair is told[0])
        place = position + click - at
        place -= 2 if place > 2.99 else 0  # the loop came in between
        assert place == pytest.approx((round(10 * height) - 1) / 2, abs=0.002)


def test_the_playhead_is_late_by_what_the_speaker_is(page: Page) -> None:
    code = """
      const now = performance.now();
      const stamped = {state: "running", currentTime: 5.2, outputLatency: 0.15,
        getOutputTimestamp: () => ({contextTime: 5.05, performanceTime: now - 4})};
      const plain = {state: "running", currentTime: 5.2, outputLatency: 0.15,
        getOutputTimestamp: () => ({contextTime: 0, performanceTime: 0})};
      const asleep = {...plain, state: "suspended"};
      return [stamped, plain, asleep].map(m.heardPosition);"""
    stamped, plain, asleep = in_modules(page, "deck", code)
    assert stamped == pytest.approx(5.054, abs=0.02)
    assert plain == pytest.approx(5.05, abs=0.02)
    assert asleep == pytest.approx(5.05, abs=1e-6)


def test_another_take_begins_at_the_same_clock_when_all_its_stems_are_there(page: Page) -> None:
    """Two parts; the second stem of the new take comes late: until then the old take goes on whole,
    and no sample is silent."""
    code = """
      const {context, world} = offline(4);
      const stems = window.tuttiStems = new Map([
        ["a1", steady(8, 48000, 0.1)], ["b1", steady(8, 48000, 0.2)], ["a2", steady(8, 48000, 0.3)],
      ]);
      window.fetch = async () => ({ok: true, status: 202});
      const deck = m.createDeck(() => {}, world);
      const parts = (take) => ["a", "b"].map((name) => ({name, stem: name + take}));
      deck.load(parts(1), {end_seconds: 8, together: false});
      deck.setMix(() => ({level: 1, pan: 0}));
      await deck.play();
      const waiting = [];
      context.suspend(1).then(() => {
        deck.load(parts(2), {end_seconds: 8, together: true});
        waiting.push(deck.isWaiting("a"), deck.isWaiting("b"));
        context.resume();
      });
      context.suspend(2).then(() => {
        stems.set("b2", steady(8, 48000, 0.4));
        deck.load(parts(2), {end_seconds: 8, together: false});
        waiting.push(deck.isWaiting("a"), deck.isWaiting("b"));
        context.resume();
      });
      const sound = (await context.startRendering()).getChannelData(0);
      deck.dispose();
      const at = (seconds) => +sound[seconds * 48000].toFixed(3);
      return [waiting, at(0.5), at(1.5), at(3),
              sound.subarray(9600, 190000).reduce((a, b) => Math.min(a, b))];"""
    waiting, first, still, second, quietest = in_modules(page, "deck", code)
    assert waiting == [True, True, False, False]
    assert (first, still, second) == (0.3, 0.3, 0.7)
    assert quietest > 0.2  # no gap


def test_play_waits_until_every_part_has_its_sound(page: Page) -> None:
    """The melody is there, the bass comes a second later: both begin then, at the first beat."""
    code = """
      const {context, world} = offline(4);
      const stems = window.tuttiStems = new Map([["a", steady(8, 48000, 0.1)]]);
      window.fetch = async () => ({ok: true, status: 202});
      const deck = m.createDeck(() => {}, world);
      const parts = ["a", "b"].map((name) => ({name, stem: name}));
      const load = () => deck.load(parts, {end_seconds: 8, together: false});
      load();
      deck.setMix(() => ({level: 1, pan: 0}));
      await deck.play();
      const told = [[deck.isPending(), deck.isPlaying()]];
      deck.pause();
      told.push([deck.isPending(), deck.isPlaying()]);
      await deck.play();
      context.suspend(1).then(() => {
        stems.set("b", steady(8, 48000, 0.2));
        load();
        told.push([deck.isPending(), deck.isPlaying()]);
        context.resume();
      });
      const sound = (await context.startRendering()).getChannelData(0);
      const at = deck.position();
      deck.dispose();
      const first = sound.findIndex((value) => value > 0);
      return [told, first / 48000, +sound[first + 960].toFixed(3), at];"""
    told, first, level, position = in_modules(page, "deck", code)
    assert told == [[True, False], [False, False], [False, True]]
    assert first == pytest.approx(1.05, abs=0.01)
    assert level == 0.3
    assert position == pytest.approx(2.95, abs=0.05)


def test_a_part_that_is_rendered_anew_goes_on_with_its_old_stem(page: Page) -> None:
    code = """
      const {context, world} = offline(2);
      window.tuttiStems = new Map([
        ["old", ticking(4, 48000, 0.4)], ["new", ticking(4, 48000, 0.8)],
      ]);
      const deck = m.createDeck(() => {}, world);
      const load = (stem) => deck.load([{name: "a", stem}], {end_seconds: 4, together: false});
      load("old");
      deck.setMix(() => ({level: 1, pan: 0}));
      await deck.play();
      const waiting = [];
      const later = (at, stem) => context.suspend(at).then(() => {
        load(stem);
        waiting.push(deck.isWaiting("a"));
        context.resume();
      });
      later(0.3, null);
      later(0.8, "new");
      const sound = (await context.startRendering()).getChannelData(0);
      deck.dispose();
      const clicks = [];
      sound.forEach((value, i) => value > 0.2 && clicks.push([i / 48000, +value.toFixed(2)]));
      return [waiting, clicks];"""
    waiting, clicks = in_modules(page, "deck", code)
    assert waiting == [True, False]
    assert [height for _, height in clicks] == [0.4, 0.4, 0.8, 0.8]
    gaps = [b[0] - a[0] for a, b in pairwise(clicks)]
    assert gaps == pytest.approx([0.5, 0.5, 0.5], abs=1e-4)  # the clock never jumps


def test_a_call_that_was_overtaken_as_it_loaded_takes_nothing_away(page: Page) -> None:
    """Streamlit cleans such a call up before it makes the one that overtook it."""
    code = """
      const host = document.body.appendChild(document.createElement("div"));
      const root = host.attachShadow({mode: "open"});
      const told = [];
      const mount = m.mounting(() => {
        told.push("made");
        return {refresh: ({data}) => told.push(data), dispose: () => told.push("gone")};
      });
      const turn = () => new Promise((go) => setTimeout(go, 1));
      const call = (data) => mount({parentElement: root, data});
      await Promise.resolve(call(1)).then((cleanup) => cleanup());
      await turn();
      const last = call(2);
      await turn();
      host.remove();
      last();
      last();
      await turn();
      document.body.append(host);
      call(3);
      return told;"""
    told = in_modules(page, "../mount", code)
    assert told == ["made", 1, 2, "gone", "made", 3]


def test_mute_solo_volume_and_pan_act_within_50_ms_without_a_request(page: Page) -> None:
    """By an offline clock: when what leaves the deck is what it is to be, and stays so."""
    code = """
      const {context, world} = offline(3);
      let requests = 0;
      window.fetch = async () => { requests += 1; return {ok: false, status: 404}; };
      window.tuttiStems = new Map([["a", steady(4, 48000, 0.5)]]);
      const deck = m.createDeck(() => {}, world);
      deck.load([{name: "a", stem: "a"}], {end_seconds: 4, together: false});
      deck.setMix(() => ({level: 0.8, pan: 0}));
      await deck.play();
      const settings = [[0.5, 0, 0], [1, 0.5, 0], [1.5, 0.5, -1], [2, 0.5, 0.5], [2.5, 0, 0.5]];
      for (const [at, level, pan] of settings) {
        context.suspend(at).then(() => {
          deck.setMix(() => ({level, pan}));
          context.resume();
        });
      }
      const sound = await context.startRendering();
      deck.dispose();
      const sides = [sound.getChannelData(0), sound.getChannelData(1)];
      return [requests, settings.map(([at]) => Math.max(...sides.map((side) => {
        const [from, to] = [at * 48000, (at + 0.5) * 48000 - 1];
        let last = to;
        while (last > from && Math.abs(side[last] - side[to]) < 0.005) last -= 1;
        return last / 48000 - at;
      }))), settings.map(([at]) => sides.map((side) => +side[(at + 0.4) * 48000].toFixed(3)))];"""
    requests, seconds, levels = in_modules(page, "deck", code)
    assert requests == 0
    assert 0 < min(seconds) <= max(seconds) < 0.05
    silent, half, left, right_of_centre, muted = levels
    assert silent == muted == [0, 0]
    assert half == [0.25, 0.25]
    assert left == [0.5, 0]
    assert 0 < right_of_centre[0] < right_of_centre[1]


def test_all_stems_together_are_as_loud_as_the_piece_says(page: Page) -> None:
    """Play waits until it is told; another one comes in a glide; without an address as they are."""
    code = """
      const heard = async (loudness, known) => {
        const {context, world} = offline(1);
        window.fetch = async () => ({ok: false, status: 404});
        window.tuttiStems = new Map([["a", steady(4, 48000, 0.01)], ...known]);
        const deck = m.createDeck(() => {}, world);
        const load = () =>
          deck.load([{name: "a", stem: "a"}], {end_seconds: 4, together: false, loudness});
        load();
        deck.setMix(() => ({level: 1, pan: 0}));
        await deck.play();
        context.suspend(0.5).then(() => {
          window.tuttiStems.set("mix.json", 12);
          load();
          context.resume();
        });
        const sound = (await context.startRendering()).getChannelData(0);
        deck.dispose();
        return [0.4, 0.9].map((at) => +sound[at * 48000].toFixed(3));
      };
      return [await heard(null, []), await heard("mix.json", []),
              await heard("mix.json", [["mix.json", 4]])];"""
    plain, late, known = in_modules(page, "deck", code)
    assert plain == [0.01, 0.01]
    assert late == [0, 0.12]
    assert known == [0.04, 0.12]


def test_a_stem_is_asked_for_until_it_is_there_and_fetched_once(page: Page) -> None:
    code = """
      const rate = 8000;
      const wav = new DataView(new ArrayBuffer(44 + 1600));
      const word = (at, letters) =>
        [...letters].forEach((letter, i) => wav.setUint8(at + i, letter.charCodeAt(0)));
      word(0, "RIFF"); wav.setUint32(4, 36 + 1600, true); word(8, "WAVEfmt ");
      wav.setUint32(16, 16, true); wav.setUint16(20, 1, true); wav.setUint16(22, 1, true);
      wav.setUint32(24, rate, true); wav.setUint32(28, 2 * rate, true);
      wav.setUint16(32, 2, true); wav.setUint16(34, 16, true); word(36, "data");
      wav.setUint32(40, 1600, true);
      const asked = {};
      const answers = [{ok: true, status: 202}, {ok: false, status: 404}, "broken", "noise"];
      let at_once = 0, most = 0;
      window.fetch = async (url) => {
        asked[url] = (asked[url] ?? 0) + 1;
        most = Math.max(most, at_once += 1);
        await new Promise((go) => setTimeout(go, 5));
        at_once -= 1;
        const answer = url === "/slow" ? answers.shift() : undefined;
        if (answer === "broken") throw new TypeError("network");
        const bytes = answer === "noise" ? new ArrayBuffer(9) : wav.buffer.slice(0);
        return answer?.status ? answer : {ok: true, status: 200, arrayBuffer: async () => bytes};
      };
      const timeout = window.setTimeout;
      const waits = [];
      window.setTimeout = (run, ms) => {
        if (ms > 100) waits.push(ms);
        return timeout(run, ms / 50);
      };
      const many = Array.from({length: 40}, (_, i) => `/stem${i}`);
      let done;
      const all = new Promise((go) => (done = go));
      const stems = m.createStems(() => ["/slow", ...many].every(stems_get) && done());
      function stems_get(url) { return stems.get(url); }
      stems.want(new Set(["/slow", ...many]));
      stems.want(new Set(["/slow", ...many]));
      await all;
      stems.want(new Set(["/slow"]));
      const once = many.every((url) => asked[url] === 1);
      const {duration} = stems.get("/slow");
      return [asked["/slow"], once, most, waits, duration, window.tuttiStems.size];"""
    asked, once, most, waits, seconds, kept = in_modules(page, "stems", code)
    assert (asked, once, seconds) == (5, True, 0.1)
    assert most <= 4
    assert waits == sorted(waits)
    assert len(set(waits)) == 4  # each pause longer than the last
    assert kept < 20  # what is wanted no longer makes room


def test_stems_of_long_songs_leave_room_in_the_memory(page: Page) -> None:
    code = """
      const rates = [];
      window.OfflineAudioContext = class {
        constructor(channels, length, rate) { this.rate = rate; }
        async decodeAudioData() {
          rates.push(this.rate);
          return {length: 600 * this.rate};
        }
      };
      window.fetch = async () => ({ok: true, status: 200, arrayBuffer: async () => null});
      window.tuttiStems = new Map();
      const want = async (names, seconds) => {
        await new Promise((go) => {
          const stems = m.createStems(() => names.every((name) => stems.get(name)) && go());
          stems.want(new Set(names), seconds);
        });
        return rates.at(-1);
      };
      const short = await want(["a", "b", "c", "d"], 150);
      const song = await want(["e", "f", "g", "h"], 450);
      const long = await want(["i", "j", "k", "l", "m"], 600);
      return [short, song, long, [...window.tuttiStems.keys()].join("")];"""
    short, song, long, kept = in_modules(page, "stems", code)
    assert short == 48_000
    assert 30_000 < song < 48_000
    assert 22_050 <= long < 23_000
    assert kept == "hijklm"  # what was wanted before, as far as there is room


def test_unanswered_messages_survive_a_reload_and_come_again(page: Page) -> None:
    code = """
      sessionStorage.clear();
      const sent = [];
      const pause = (ms) => new Promise((go) => setTimeout(go, ms));
      const first = m.createOutbox((messages) => sent.push(messages));
      first.open("p");
      first.add({kind: "edit", revision: 1, take: 1, part: "a", notes: [[0, 60, 1, 1]]});
      first.add({kind: "edit", revision: 1, take: 1, part: "a", notes: [[0, 61, 1, 1]]});
      first.add({kind: "lock", revision: 1, part: "b", locked: true});
      first.add({kind: "regenerate", revision: 1, bars: [0], parts: ["b"]});
      await pause(30);
      const kinds = sent.at(-1).map(({kind, notes}) => [kind, notes?.[0][1] ?? 0]);
      const numbers = sent.at(-1).map(({n}) => n);
      const again = m.createOutbox((messages) => sent.push(messages)); // after a reload
      again.open("p");
      await pause(30);
      const after = sent.at(-1).map(({kind, n}) => [kind, n]);
      again.answered({revision: 2}, ({kind}) => kind === "edit");
      const left = again.pending().map(({kind}) => kind);
      again.answered({revision: 3}, () => false);
      again.answered({revision: 4}, () => false);
      const refused = again.pending().length;
      again.add({kind: "mix", revision: 4, mix: {}});
      again.answered({revision: 5, done: again.pending().at(-1).n}, () => false);
      const other = m.createOutbox(() => {});
      other.open("p");
      const kept = other.pending().length;
      for (const box of [first, again]) box.answered({revision: 99, done: Infinity}, () => true);
      return [kinds, numbers, after, left, refused, kept];"""
    kinds, numbers, after, left, refused, kept = in_modules(page, "outbox", code)
    assert kinds == [["edit", 61], ["lock", 0], ["regenerate", 0]]
    assert numbers == sorted(set(numbers))
    assert after == [["edit", numbers[0]], ["lock", numbers[1]]]  # what was asked once is not again
    assert left == ["lock"]
    assert (refused, kept) == (0, 0)


def test_a_part_edited_again_was_shown_what_its_first_edit_was_made_of(page: Page) -> None:
    code = """
      sessionStorage.clear();
      const box = m.createOutbox(() => {});
      box.open("p");
      const edit = (part, revision) => box.add({kind: "edit", revision, take: 1, part, notes: []});
      edit("a", 1);
      box.answered({revision: 2}, () => false); // another tab's, while that one is on its way
      edit("a", 2);
      edit("b", 2);
      return box.pending().map(({part, revision}) => [part, revision]);"""
    assert in_modules(page, "outbox", code) == [["a", 1], ["b", 2]]


def test_strange_data_are_read_as_well_as_they_can_be(page: Page) -> None:
    code = """
      const work = m.read({parts: [
        {name: "a", notes: [[0, 300, -5, 900], ["x", 1, 2, 3], null, [5.4, 60, 10, 20]]},
        null, {name: "c", colour: "red; background: url(x)", notes: "none"},
      ], chords: [[0, 7], "no"], mix: {a: {volume: 9, pan: "x"}}, bars: 0});
      const none = m.read({});
      return [work.parts.map(({notes}) => notes), work.parts[2].colour, work.chords, work.mix.a,
              work.grid.bars, none.parts.length];"""
    notes, colour, chords, strip, bars, none = in_modules(page, "arrangement", code)
    assert notes == [[[0, 127, 1, 127], [5, 60, 10, 20]], [], []]
    assert colour == "#4fd1c0"
    assert chords == [[0, "7"]]
    assert strip == {"volume": 1, "pan": 0, "mute": False, "solo": False}
    assert (bars, none) == (1, 0)


def test_the_mix_is_that_of_what_is_exported(page: Page) -> None:
    """A stem at 0.8 sounds as it was rendered; mute is stronger than solo."""
    code = """
      const strip = {volume: 0.8, pan: 0, mute: false, solo: false};
      const of = (mix) => ["a", "b", "c"].map((name) => m.levels(mix)(name).level);
      const plain = {a: strip, b: {...strip, volume: 0.2}, c: {...strip, mute: true}};
      const solos = {...plain, b: {...plain.b, solo: true}, c: {...plain.c, solo: true}};
      return [of(plain), of(solos)];"""
    plain, solos = in_modules(page, "arrangement", code)
    assert plain == pytest.approx([1, 0.25, 0])
    assert solos == pytest.approx([0, 0.25, 0])


def test_a_drag_at_the_edge_scrolls_by_how_far_it_is_beyond(page: Page) -> None:
    code = """
      const width = 800;
      const at = (x, began = 400) => m.speed(x, began, 0, width);
      const moved = [];
      const edge = m.createEdgeScroll((x, y) => { moved.push([x, y]); return true; }, () => {});
      edge.go(at(width + 60), 0);
      await new Promise((go) => setTimeout(go, 300));
      edge.stop();
      const far = moved.reduce((sum, [x]) => sum + x, 0);
      const count = moved.length;
      await new Promise((go) => setTimeout(go, 60));
      return [[400, width - 30, width - 10, width + 60, 9999, -60].map((x) => at(x)),
              at(width - 6, width - 5), at(width + 20, width - 5), far, moved.length - count];"""
    speeds, pressed, further, far, after = in_modules(page, "edge_scroll", code)
    assert speeds[:2] == [0, 0]
    assert 0 < speeds[2] < speeds[3] < speeds[4]
    assert speeds[5] == -speeds[3]
    assert pressed == 0  # a press on a note at the edge is no wish to scroll
    assert further > 0
    assert 0.1 * speeds[3] < far < 0.6 * speeds[3]  # by the clock, not by the frame
    assert after == 0


def test_a_page_that_comes_back_wakes_its_sound_and_so_does_a_gesture(page: Page) -> None:
    code = """
      const context = new AudioContext();
      await context.resume();
      let asked = 0;
      window.tuttiStems = new Map([["a", steady(60, context.sampleRate, 0.1)]]);
      const deck = m.createDeck(() => {}, {
        sound: {ready: async () => { asked += 1; return context; }, click: () => () => {}},
        heard: (c) => c.currentTime,
      });
      deck.load([{name: "a", stem: "a"}], {end_seconds: 60, together: false});
      window.dispatchEvent(new PointerEvent("pointerdown"));
      window.dispatchEvent(new KeyboardEvent("keydown", {key: "Shift"}));
      const gestures = asked;
      await deck.play();
      await context.suspend();
      const before = deck.position();
      await new Promise((go) => setTimeout(go, 100));
      const still = deck.position() - before;
      document.dispatchEvent(new Event("visibilitychange"));
      while (context.state !== "running") await new Promise((go) => setTimeout(go, 5));
      deck.dispose();
      window.dispatchEvent(new PointerEvent("pointerdown"));
      return [gestures, still, asked];"""
    gestures, still, asked = in_modules(page, "deck", code)
    assert gestures == 2
    assert still == 0  # no sound, no running playhead
    assert asked == 3
