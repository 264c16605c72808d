import { longestOf, rangeOf } from "./geometry.js";
import { gridOf, readNotes } from "./music.js";

/**
 * The take as it is played on the keyboard of the page, which tells of it in events: a lane that
 * grows.
 *
 * @typedef {{notes: import("../keyboard/timing.js").Note[], seconds: number, tempo_bpm: number,
 *   metre: string}} Recording `seconds`, where it stands now
 * @typedef {{tick: number, grid: import("./music.js").Grid, notes: import("./music.js").Note[],
 *   range: import("./geometry.js").Range, longest: number}} LiveTake
 */

const EARLY_SECONDS = 0.12; // what is played that much too soon is a pickup, as Python has it

/** @param {Recording} recording @param {number} bars at least @returns {LiveTake} */
export function liveTake({ notes, seconds, tempo_bpm, metre }, bars) {
  const { bar_ticks, tickAt } = gridOf({ tempo_bpm, metre });
  const first = Math.min(0, ...notes.slice(0, 1).map(({ start_seconds }) => start_seconds));
  const offset = first < -EARLY_SECONDS ? bar_ticks : 0;
  const tickOf = (time) => Math.round(tickAt(time)) + offset;
  const tick = Math.max(0, tickOf(seconds));
  const rows = readNotes(notes.map((note) => [
    tickOf(note.start_seconds), note.pitch,
    Math.round(tickAt(note.duration_seconds)), note.velocity,
  ]));
  return {
    tick, notes: rows, range: rangeOf(rows, false), longest: longestOf(rows),
    grid: gridOf({ tempo_bpm, metre, bars: Math.max(bars, Math.floor(tick / bar_ticks) + 1) }),
  };
}

/**
 * @param {() => number} bars that are seen at least @param {() => void} onChange
 * @param {AbortSignal} signal
 */
export function listenToTake(bars, onChange, signal) {
  /** @type {LiveTake | null} */
  let live = null;
  let over = false; // it is seen until the page has it
  window.addEventListener("tutti-recording", ({ detail }) => {
    over = !detail;
    if (detail) live = liveTake(detail, bars());
    else if (!live?.notes.length) live = null;
    onChange();
  }, { signal });
  return {
    now: () => live,
    /** The page shows what there is now: a take that is over is among it. */
    shown() {
      if (over) live = null;
    },
  };
}
