import { element, icon, setText } from "../keyboard/dom.js";
import {
  alike, newNotes, notesAfter, readReplay, vetoOf, vetoedEdits, writerOf,
} from "../replay/edits.js";
import { oddsOf, percent, surprise } from "../replay/odds.js";
import { createRail } from "../replay/rail.js";
import { createStrip } from "../replay/strip.js";
import { laneAt, longestOf, rangeOf, tickAt } from "./geometry.js";
import { clamp, counted, pitchName, placeWords } from "./music.js";

/**
 * How a piece was written, seen edit by edit in its lanes: stepped, dragged and played through, and
 * written another way from any edit on.
 *
 * @typedef {import("../replay/edits.js").Replay} Replay
 */

const EDIT_MS = 250; // of play
const SAID_MS = 4000; // a reader is told no more often while it plays
const AGAIN_MS = 300;
const PLAY = "M4.5 2.5v11l9-5.5z";
const PAUSE = "M4 3h3v10H4zM9 3h3v10H9z";
const BACK = "M11 3v10L4.5 8zM3 3h1.5v10H3z";
const ON = "M5 3v10l6.5-5zM11.5 3H13v10h-1.5z";

/**
 * @param {{now: () => {work: any, chosen: Set<any>}, show: () => void, begin: () => void,
 *   tell: (kind: string, what: any) => void, say: (text: string) => void,
 *   touch: (part: any, note: any) => void, stage: any, board: Element}} desk `begin` silences what
 *   sounds; `board` has the lanes on it, and the replay about it while it is open
 * @param {AbortSignal} signal
 */
export function createReplay({ now, show, begin, tell, say, touch, stage, board }, signal) {
  /** @type {Replay | null} */
  let replay = null;
  let [count, version, asked] = [0, "", ""];
  let busy = false; // a veto is on its way
  let fresh = new Set();
  let [playing, said_at] = [0, 0];

  const round = (label, path, onClick, kind = "round") => {
    const made = element("button", { type: "button", class: kind, "aria-label": label, title: label },
      [icon(path)]);
    made.addEventListener("click", onClick, { signal });
    return made;
  };
  const play = round("Play the edits (Space)", PLAY, () => toggle(), "round main");
  const pauseIcon = icon(PAUSE);
  play.append(pauseIcon);
  const back = round("The edit before (←)", BACK, () => step(-1));
  const on = round("Next edit (→)", ON, () => step(1));
  const place = element("span", { class: "readout" });
  const sum = element("span", { class: "legend" });
  const strike = element("button", {
    type: "button", class: "wish", "aria-keyshortcuts": "V",
    title: "Strike this out, and go on another way from here",
  }, [element("span", { text: "Veto" }), element("kbd", { text: "V", "aria-hidden": "true" })]);
  strike.addEventListener("click", () => veto(), { signal });
  const leave = element("button", { type: "button", class: "wish", text: "Close the replay" });
  leave.addEventListener("click", () => close(), { signal });
  const row = element("div", { class: "tools", role: "group", "aria-label": "Replay" }, [
    back, play, on, strike, place, sum, element("div", { class: "tail" }, [leave]),
  ]);
  const strip = createStrip((to) => go(to), signal);
  const rail = createRail({
    rows: () => rowsOf(),
    takeBack: (index) => revise(replay.vetoes.filter((_, i) => i !== index)),
  }, signal);

  const laneOf = (part) => now().work.parts.findIndex(({ name }) => name === replay.parts[part].name);
  const nameOf = (pitch) => (pitch === null ? "rest" : pitchName(pitch));
  const placeOf = (edit) => placeWords(replay.ticks[edit.start], now().work.grid);

  function rowsOf() {
    return replay.edits.map((edit, i) => [
      String(i + 1), replay.parts[edit.part].name, placeOf(edit), nameOf(edit.pitch),
      percent(edit.probability),
    ]);
  }

  /** What an edit did, in words. */
  function words(place) {
    if (!place) return "Before the first edit: your melody alone";
    const edit = replay.edits[place - 1];
    const { before } = oddsOf(replay, place);
    const stays = before === null || before === (edit.pitch ?? -1);
    const instead = stays ? "" : `, in place of ${before < 0 ? "a rest" : nameOf(before)}`;
    const what = edit.pitch === null ? "a rest" : nameOf(edit.pitch);
    const where = placeOf(edit).replace("Bar", "bar");
    return `Edit ${place} of ${replay.edits.length}: ${replay.parts[edit.part].name}, ${where}, ` +
      `${what}${instead}, ${percent(edit.probability)}`;
  }

  function go(to, quiet = false) {
    if (!replay) return;
    count = clamp(to, 0, replay.edits.length);
    const edit = replay.edits[count - 1];
    if (edit) stage.reveal(replay.ticks[edit.start]);
    if (!quiet || performance.now() > said_at + SAID_MS) {
      said_at = performance.now();
      say(words(count));
    }
    display();
  }

  function step(by) {
    pause();
    go(count + by);
    tick();
  }

  /** A soft tick at the pitch of the edit. */
  function tick() {
    const edit = replay?.edits[count - 1];
    if (!edit || edit.pitch === null) return;
    touch(now().work.parts[laneOf(edit.part)], [0, edit.pitch, 1, 50]);
  }

  function toggle() {
    if (playing) return pause();
    if (!replay) return;
    begin();
    if (count === replay.edits.length) count = 0;
    playing = window.setInterval(() => {
      go(count + 1, true);
      tick();
      if (count === replay.edits.length) pause();
    }, EDIT_MS);
    display();
  }

  function pause() {
    window.clearInterval(playing);
    playing = 0;
    display();
  }

  function veto() {
    if (!replay || !count || busy) return;
    const edit = replay.edits[count - 1];
    say(`Striking out ${nameOf(edit.pitch)}, and going on another way …`);
    revise([...replay.vetoes, vetoOf(replay, count)], false);
  }

  function revise(vetoes, loud = true) {
    if (busy) return;
    pause();
    busy = true;
    if (loud) say("Taking it back …");
    tell("veto", { vetoes });
    display();
  }

  /** The replay of the version that is shown, as soon as a worker has told it. */
  async function fetchIt() {
    const { work } = now();
    const wanted = work.version;
    asked = wanted;
    let answer;
    do {
      answer = await fetch(`/replays/${work.piece}/${wanted}.json`, { signal });
      if (answer.status === 202) await new Promise((go_on) => setTimeout(go_on, AGAIN_MS));
      if (asked !== wanted) return;
    } while (answer.status === 202);
    const told = answer.ok ? await answer.json() : { error: "How it was written cannot be told." };
    if (asked !== wanted || signal.aborted) return;
    busy = false;
    if (told.error) {
      close();
      say(told.error);
      return;
    }
    version = wanted;
    take(readReplay(told));
  }

  function take(next) {
    const before = replay;
    replay = next;
    if (!before) {
      const [note] = now().chosen;
      return begun(note);
    }
    fresh = newNotes(next, before);
    const more = next.vetoes.length > before.vetoes.length;
    go((more && vetoedEdits(next).at(-1)) || Math.min(alike(next, before) + 1, next.edits.length));
    say(`${counted(fresh.size)} changed. ${words(count)}`);
  }

  /** At the edit that wrote the note which is chosen, else at the first. */
  function begun(note) {
    const { parts } = now().work;
    const part = replay.parts.findIndex(({ name }) =>
      parts.find((one) => one.name === name)?.notes.includes(note));
    const at = note ? replay.ticks.findLastIndex((tick) => tick <= note[0]) : 0;
    go((part >= 0 && writerOf(replay, replay.edits.length, part, at)) || Math.min(1, replay.edits.length));
    strip.focus();
  }

  async function open() {
    if (asked) return;
    begin();
    say("Asking how it was written …");
    try {
      await fetchIt();
    } catch (error) {
      if (!signal.aborted) say("How it was written could not be asked: try again.");
    } finally {
      if (!replay) asked = "";
    }
  }

  function close() {
    pause();
    [replay, version, asked, busy, fresh] = [null, "", "", false, new Set()];
    display();
    stage.canvas.focus({ preventScroll: true });
  }

  function display() {
    if (row.isConnected !== Boolean(replay)) {
      for (const part of [row, strip.element, rail.element]) part.remove();
      if (replay) {
        board.before(row);
        board.append(rail.element);
        board.after(strip.element);
      }
      show();
    }
    if (!replay) return;
    const { work } = now();
    const { edits } = replay;
    play.firstChild.toggleAttribute("hidden", Boolean(playing));
    pauseIcon.toggleAttribute("hidden", !playing);
    play.setAttribute("aria-label", playing ? "Pause the edits" : "Play the edits");
    back.disabled = !count;
    strike.disabled = !count || busy;
    on.disabled = count === edits.length;
    setText(place, `Edit ${count} of ${edits.length}`);
    setText(sum, `so far ${surprise(replay, count).toFixed(2).replace("0.", ".")} nats an edit`);
    stage.refresh();
    strip.show({
      colours: edits.map(({ part }) => work.parts[laneOf(part)]?.colour ?? "gray"),
      shares: edits.map(({ probability }) => probability),
      vetoed: vetoedEdits(replay), count,
    }, words(count));
    const since = replay.since.length
      ? `This is how it was written. Changed since: ${replay.since.join(", ")}.` : "";
    rail.show(count ? odds() : null, {
      vetoes: replay.vetoes.map(([part, start, , pitch]) =>
        `No ${nameOf(pitch)} in ${part}, ${placeWords(start, work.grid).toLowerCase()}`),
      note: since, busy, of: replay,
    });
  }

  function odds() {
    const edit = replay.edits[count - 1];
    const { options, more } = oddsOf(replay, count);
    return {
      title: `${replay.parts[edit.part].name}, ${placeOf(edit).toLowerCase()}`,
      place: `edit ${count}`, more,
      colour: now().work.parts[laneOf(edit.part)]?.colour ?? "",
      options: options.map((option) => ({
        ...option, name: option.held ? `hold ${nameOf(option.pitch)}` : nameOf(option.pitch),
      })),
    };
  }

  /** What the lanes show: the parts after so many edits, and what is drawn over them. */
  function scene(parts) {
    const notes = notesAfter(replay, count);
    const byLane = new Map(replay.parts.map((_, part) => [laneOf(part), part]));
    const shown = parts.map((part, lane) => {
      if (!byLane.has(lane)) return part;
      const index = byLane.get(lane);
      const sung = replay.edits.filter((edit) => edit.part === index && edit.pitch !== null);
      const range = rangeOf([...part.notes, ...sung.map(({ pitch }) => [0, pitch])], false);
      return { ...part, notes: notes[index], range, longest: longestOf(notes[index]) };
    });
    const edit = replay.edits[count - 1];
    const ring = edit && {
      lane: laneOf(edit.part), start: replay.ticks[edit.start], end: replay.ticks[edit.end],
      pitch: edit.pitch, others: edit.options.filter(([pitch, share]) =>
        pitch !== null && pitch !== edit.pitch && share >= 0.02).map(([pitch]) => pitch),
    };
    const lanes = new Set([...fresh].map((key) => {
      const [part, ...rest] = key.split(" ");
      return [laneOf(Number(part)), ...rest].join(" ");
    }));
    return { parts: shown, replay: { ring: ring ?? null, fresh: lanes } };
  }

  /** A press on a note leads to the edit that wrote it; nothing in the lanes is edited now. */
  function press(event) {
    if (!replay) return;
    event.stopImmediatePropagation();
    if (event.type !== "pointerdown" || event.button) return;
    const area = stage.canvas.getBoundingClientRect();
    const lane = laneAt(stage.view, event.clientY - area.top, now().work.parts.length);
    const part = replay.parts.findIndex((_, index) => laneOf(index) === lane);
    const tick_here = tickAt(stage.view, event.clientX - area.left);
    const at = replay.ticks.findLastIndex((tick_) => tick_ <= tick_here);
    const found = part >= 0 && writerOf(replay, replay.edits.length, part, at);
    if (!found) return;
    pause();
    go(found);
    strip.focus();
  }
  for (const type of ["pointerdown", "pointermove", "pointerup", "dblclick", "touchstart"]) {
    stage.canvas.addEventListener(type, press, { signal, capture: true });
  }
  signal.addEventListener("abort", () => window.clearInterval(playing));

  const KEYS = {
    ArrowLeft: () => step(-1), ArrowRight: () => step(1), Home: () => go(0),
    End: () => go(replay.edits.length), " ": toggle, Escape: close, v: veto, t: rail.toggleTable,
  };

  return {
    open, scene,
    isOpen: () => replay !== null,

    /** What a key does while the replay is open. @returns {(() => void) | undefined} */
    key: (name) => (replay ? KEYS[name.length > 1 ? name : name.toLowerCase()] : undefined),

    /** The page shows a version, which may be another one. @param {boolean} other_piece */
    refresh(other_piece) {
      const { work } = now();
      if (other_piece && replay) return close();
      if (!replay) return;
      if (work.version === version) {
        if (work.can.retrace) busy = false;
      } else if (work.version !== asked) fetchIt().catch(() => signal.aborted || close());
    },
  };
}
