import { UNKNOWN, cellsAfter, notesOf } from "./edits.js";

/**
 * What a model thinks possible of all that it does not know yet, look by look. Pure.
 *
 * @typedef {import("./edits.js").Replay} Replay
 * @typedef {{looks: number, options: number, steps: number, parts: number, pitches: Uint8Array,
 *   odds: Uint8Array}} Fog by look, sixteenth, part and option: pitches, 0 for a rest, and their
 *   odds in 255ths, all 0 where the cell was known
 */

const SEEN = 8; // of 255: what is less likely asks for no room in a lane
const [THICKEST, SOON] = [0.9, 0.7]; // of a note's colour, and how soon it is there

const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

/** @param {any} told as the worker told it, with `fog` @returns {Fog} */
export const readFog = ({ fog, ticks, parts }) => ({
  looks: fog.looks, options: fog.options, steps: ticks.length - 1, parts: parts.length,
  pitches: bytes(fog.pitches), odds: bytes(fog.odds),
});

const cellAt = ({ steps, parts, options }, look, step, part) =>
  ((look * steps + step) * parts + part) * options;

/** Whether a cell is open after so many looks: the first of its options is the likeliest. */
export const isOpen = (fog, look, step, part) =>
  look < fog.looks && fog.odds[cellAt(fog, look, step, part)] > 0;

/** The notes that are settled after so many looks. @param {Replay} replay @param {Fog} fog */
export function settled(replay, fog, look) {
  const made = replay.edits.findIndex((edit) => edit.look >= look);
  const lines = cellsAfter(replay, made < 0 ? replay.edits.length : made);
  lines.forEach(({ pitches }, part) => {
    for (let step = 0; step < pitches.length; step += 1) {
      if (isOpen(fog, look, step, part)) pitches[step] = UNKNOWN;
    }
  });
  return notesOf(replay, lines);
}

/**
 * How much is open after so many looks: cells, of all that were to be written, and how undecided
 * they are, in nats a cell.
 *
 * @param {Fog} fog @param {number} look
 */
export function openness(fog, look) {
  const { odds, options, steps, parts } = fog;
  let [all, open, nats] = [0, 0, 0];
  for (let cell = 0; cell < steps * parts; cell += 1) {
    if (!odds[cell * options]) continue; // known from the beginning
    all += 1;
    const first = look < fog.looks ? (look * steps * parts + cell) * options : odds.length;
    if (!odds[first]) continue;
    open += 1;
    nats += surpriseOf(odds.subarray(first, first + options));
  }
  return { share: all ? open / all : 0, nats: all ? nats / all : 0 };
}

/** The entropy of odds in 255ths, what is not among them counted as one, in nats. */
function surpriseOf(shares) {
  let [left, nats] = [1, 0];
  for (const share of shares) {
    left -= share / 255;
    if (share) nats -= (share / 255) * Math.log(share / 255);
  }
  return left > 0.002 ? nats - left * Math.log(left) : nats;
}

/** The pitches for which a part's fog needs room. @param {Fog} fog @returns {number[]} */
export function pitchesOf({ pitches, odds, options, parts }, part) {
  const found = new Set();
  for (let i = 0; i < odds.length; i += 1) {
    if (odds[i] >= SEEN && pitches[i] && Math.floor(i / options) % parts === part) {
      found.add(pitches[i]);
    }
  }
  return [...found];
}

/**
 * The fog of a part, a dot a sixteenth and pitch, to be drawn large and soft.
 *
 * @param {Fog} fog @param {number} look @param {number} part
 * @param {{low: number, high: number}} range pitches, the highest in the first row
 * @param {number[]} colour red, green and blue @returns {ImageData}
 */
export function fogImage(fog, look, part, { low, high }, colour) {
  const picture = new ImageData(fog.steps, high - low + 1);
  for (let step = 0; step < fog.steps; step += 1) {
    const first = cellAt(fog, look, step, part);
    for (let i = first; i < first + fog.options; i += 1) {
      const pitch = fog.pitches[i];
      if (!fog.odds[i] || pitch < low || pitch > high) continue;
      const dot = 4 * ((high - pitch) * fog.steps + step);
      const thick = THICKEST * (fog.odds[i] / 255) ** SOON;
      picture.data.set([...colour, Math.round(255 * thick)], dot);
    }
  }
  return picture;
}
