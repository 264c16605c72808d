import { REST, cellsAfter } from "./edits.js";

/**
 * What an edit was drawn from, as it is shown. Pure.
 *
 * @typedef {import("./edits.js").Replay} Replay
 * @typedef {{pitch: number | null, share: number, taken: boolean, held: boolean}} Option `held`:
 *   the note before goes on
 */

/**
 * The options of an edit, by its place from 1, the likeliest first; what it wrote is among them.
 *
 * @param {Replay} replay @param {number} count
 * @returns {{options: Option[], more: {count: number, share: number}, before: number | null}}
 *   `more`: what else the part may sing there; `before`: what stood there, null where nothing did
 */
export function oddsOf(replay, count) {
  const { part, start, pitch, anew, probability, options } = replay.edits[count - 1];
  const { pitches } = cellsAfter(replay, count - 1)[part];
  const last = start ? pitches[start - 1] : REST;
  const shown = options.map(([one, share]) => ({
    pitch: one, share, taken: one === pitch,
    held: one !== null && one === last && !(one === pitch && anew),
  }));
  if (!shown.some(({ taken }) => taken)) {
    shown.push({ pitch, share: probability, taken: true, held: pitch === last && !anew });
  }
  const { low, high } = replay.parts[part];
  const left = 1 - shown.reduce((sum, { share }) => sum + share, 0);
  const stood = pitches[start];
  return {
    options: shown,
    more: { count: Math.max(0, high - low + 2 - shown.length), share: Math.max(0, left) },
    before: stood < REST ? null : stood,
  };
}

/** How surprising so many edits were, in nats an edit. @param {Replay} replay @param {number} count */
export function surprise({ edits }, count) {
  const sum = edits.slice(0, count).reduce((nats, { probability }) =>
    nats - Math.log(Math.max(probability, 1e-4)), 0);
  return count ? sum / count : 0;
}

/** @param {number} share @returns {string} "62 %" */
export function percent(share) {
  if (share >= 0.0995) return `${Math.round(100 * share)} %`;
  return share >= 0.0005 ? `${(100 * share).toFixed(1)} %` : "< 0.1 %";
}
