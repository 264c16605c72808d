import { clamp } from "./music.js";

/**
 * Where things lie on the canvas, in CSS pixels from its upper left corner. Pure.
 *
 * @typedef {import("./music.js").Note} Note
 * @typedef {import("./music.js").Grid} Grid
 * @typedef {{low: number, high: number, rows: number[] | null}} Range what a lane shows: pitches
 *   from low to high, or a kit's rows
 * @typedef {{px_per_tick: number, lane_px: number, scroll_x: number, scroll_y: number,
 *   width: number, height: number, form_px?: number}} View `form_px`, of the form between chords
 *   and ruler, where there is one
 */

const coarse = window.matchMedia("(pointer: coarse)").matches; // a finger is wider
export const CHORDS_PX = coarse ? 52 : 32;
export const FORM_PX = coarse ? 42 : 22; // close below the chords
const RULER_PX = 28;
export const GAP_PX = 6; // between lanes
export const LEFT_PX = 6; // before the first bar
export const RIGHT_PX = 14;
const LANE_INSET_PX = 7;
const SMALLEST_SPAN = 12; // an octave: three notes must not look like leaps
const NOTE_PX = [8, 14];
const LEAST_DRUM_PX = 4; // of a kit with many rows
const EDGE_PX = 7;
const BASIC_KIT = [36, 38, 42];

/**
 * @param {Note[]} notes @param {boolean} is_drum
 * @param {number[] | null} known rows the lane shows already: they stay
 * @returns {Range}
 */
export function rangeOf(notes, is_drum, known = null) {
  if (is_drum) {
    const used = notes.map(([, pitch]) => pitch);
    const rows = [...new Set([...BASIC_KIT, ...(known ?? []), ...used])].sort((a, b) => a - b);
    return { low: 0, high: rows.length - 1, rows };
  }
  if (!notes.length) return { low: 54, high: 66, rows: null };
  let [low, high] = [127, 0];
  for (const [, pitch] of notes) {
    low = Math.min(low, pitch);
    high = Math.max(high, pitch);
  }
  const missing = Math.max(0, SMALLEST_SPAN - (high - low));
  return { low: low - Math.ceil(missing / 2), high: high + Math.floor(missing / 2), rows: null };
}

export const xOf = (view, tick) => LEFT_PX + tick * view.px_per_tick - view.scroll_x;
export const tickAt = (view, x) => (x + view.scroll_x - LEFT_PX) / view.px_per_tick;
/** Where the bar numbers are, below chords and form. @param {View} view */
export const rulerTop = ({ form_px = 0 }) => CHORDS_PX + form_px;
/** Where the lanes begin. @param {View} view */
export const lanesTop = (view) => rulerTop(view) + RULER_PX;
export const laneTop = (view, index) =>
  lanesTop(view) + index * (view.lane_px + GAP_PX) - view.scroll_y;

/**
 * A point of the music, which stays where it is while one scrolls or zooms.
 *
 * @typedef {{tick: number, lane: number}} Place `lane` counts from the first one's top
 */

/** @param {View} view @param {{x: number, y: number}} point @returns {Place} */
export const placeOf = (view, { x, y }) => ({
  tick: tickAt(view, x),
  lane: (y - laneTop(view, 0)) / (view.lane_px + GAP_PX),
});

/** @param {View} view @param {Place} place */
export const pointOf = (view, { tick, lane }) => ({
  x: xOf(view, tick),
  y: laneTop(view, 0) + lane * (view.lane_px + GAP_PX),
});

/** The lane under a height, -1 for none. @param {number} count */
export function laneAt(view, y, count) {
  if (y < lanesTop(view)) return -1;
  const index = Math.floor((y + view.scroll_y - lanesTop(view)) / (view.lane_px + GAP_PX));
  return index < count && y < laneTop(view, index) + view.lane_px ? index : -1;
}

/** Pixels a row of the lane takes. @param {Range} range */
export const rowPx = (view, range) =>
  (view.lane_px - 2 * LANE_INSET_PX) / (range.high - range.low + 1);

/** A note's height in its lane: more than its row, where rows are low, for the eye's sake; drums
 * of neighbouring rows would become one. */
export const notePx = (view, range) =>
  clamp(Math.round(rowPx(view, range)), range.rows ? LEAST_DRUM_PX : NOTE_PX[0], NOTE_PX[1]);

/** The middle of a pitch's row, from the top of the lane. */
export function pitchY(view, range, pitch) {
  const row = range.rows ? range.rows.indexOf(pitch) : pitch;
  const y = LANE_INSET_PX + (range.high - row + 0.5) * rowPx(view, range);
  return clamp(y, NOTE_PX[0] / 2, view.lane_px - NOTE_PX[0] / 2);
}

/** The pitch at a height of the lane. */
export function pitchAtY(view, range, y) {
  const row = Math.floor(range.high + 1 - (y - LANE_INSET_PX) / rowPx(view, range));
  if (range.rows) return range.rows[clamp(row, 0, range.rows.length - 1)];
  return clamp(row, 0, 127);
}

/** How wide a note is drawn; a drum has no length that would be heard. */
export const noteWidth = (view, note, range) =>
  range.rows
    ? clamp(note[2] * view.px_per_tick - 1, 2, 6)
    : Math.max(2, note[2] * view.px_per_tick - 1);

/** The first of the sorted notes that begins at `tick` or later. @param {Note[]} notes */
export function firstFrom(notes, tick) {
  let [low, high] = [0, notes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle][0] < tick) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const longestOf = (notes) => notes.reduce((most, note) => Math.max(most, note[2]), 0);

/** The notes that touch a span of ticks. @param {number} longest of all of them */
export function* between(notes, from, to, longest) {
  for (let i = firstFrom(notes, from - longest); i < notes.length && notes[i][0] < to; i += 1) {
    if (notes[i][0] + notes[i][2] > from) yield notes[i];
  }
}

/**
 * What lies under a point.
 *
 * @param {Array<{notes: Note[], range: Range, longest: number}>} parts
 * @returns {{lane: number, note: Note | null, edge: boolean}}
 */
export function hit(parts, view, x, y) {
  const lane = laneAt(view, y, parts.length);
  const found = { lane, note: null, edge: false };
  if (lane < 0) return found;
  const { notes, range, longest } = parts[lane];
  const tall = Math.max(7, notePx(view, range) + 2) / 2;
  const margin = 8 / view.px_per_tick;
  const tick = tickAt(view, x);
  let nearest = tall;
  for (const note of between(notes, tick - margin, tick + margin, longest)) {
    const left = xOf(view, note[0]) - 1;
    const width = Math.max(6, noteWidth(view, note, range) + 2);
    const off = Math.abs(y - laneTop(view, lane) - pitchY(view, range, note[1]));
    if (x < left || x > left + width || off > nearest) continue;
    nearest = off;
    found.note = note;
    found.edge = !range.rows && width >= 2 * EDGE_PX && x > left + width - EDGE_PX;
  }
  return found;
}

/** The notes that a frame drawn with the pointer touches. @returns {Set<Note>} */
export function inFrame(parts, view, a, b) {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)];
  const chosen = new Set();
  parts.forEach(({ notes, range, longest }, index) => {
    const y = laneTop(view, index);
    if (y > bottom || y + view.lane_px < top) return;
    for (const note of between(notes, tickAt(view, left), tickAt(view, right), longest)) {
      const middle = y + pitchY(view, range, note[1]);
      if (middle >= top - 2 && middle <= bottom + 2) chosen.add(note);
    }
  });
  return chosen;
}

/** The whole width and height behind the canvas. @param {Grid} grid @param {number} count */
export const extent = (view, grid, count) => ({
  width: LEFT_PX + grid.end_tick * view.px_per_tick + RIGHT_PX,
  height: lanesTop(view) + count * (view.lane_px + GAP_PX),
});
