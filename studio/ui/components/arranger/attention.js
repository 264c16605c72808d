import {
  CHORDS_PX, between, laneTop, lanesTop, notePx, noteWidth, pitchY, rulerTop, xOf,
} from "./geometry.js";

/**
 * What a model looked at as it wrote a note: a heat map over the roll. Notes glow in their lanes,
 * chords under their names, bars in the ruler.
 *
 * @typedef {{part: string, note: import("./music.js").Note, notes: Map<string, number>,
 *   chords: Array<[number, number]>, bars: Array<[number, number]>}} Attention notes by
 *   `place`; chords by tick, bars from 0; each with its heat, 0 to 1
 */

const DIM = 0.3; // what was not looked at steps back
const HALO_PX = 3;

const rows = (value, length) => (Array.isArray(value) ? value : [])
  .filter((row) => Array.isArray(row) && row.length === length && row.at(-1) > 0);
const place = (part, [start, pitch]) => `${start} ${pitch} ${part}`;
const same = (a, b) => a.every((value, i) => value === b[i]);

/** @param {any} data as Python sent it @returns {Attention | null} */
export function readAttention(data) {
  if (!Array.isArray(data?.note)) return null;
  const [notes, chords, bars] = [rows(data.notes, 4), rows(data.chords, 2), rows(data.bars, 2)];
  const most = Math.max(...[...notes, ...chords, ...bars].map((row) => row.at(-1)));
  const heat = (weight) => Math.sqrt(weight / most); // or little would be seen beside the most
  return {
    part: String(data.part), note: data.note,
    notes: new Map(notes.map(([part, start, pitch, weight]) =>
      [place(part, [start, pitch]), heat(weight)])),
    chords: chords.map(([tick, weight]) => [tick, heat(weight)]),
    bars: bars.map(([bar, weight]) => [bar, heat(weight)]),
  };
}

/**
 * The attention that is to be seen: none where the note is gone or others are chosen.
 *
 * @param {Attention | null} attention @param {any[]} parts @param {Set<any>} chosen
 */
export function seen(attention, parts, chosen) {
  if (!attention) return null;
  const part = parts.find(({ name }) => name === attention.part);
  const note = part?.notes.find((one) => same(one, attention.note));
  const others = [...chosen].some((one) => one !== note);
  return note && !others ? attention : null;
}

/** How brightly a note is drawn, beside how loud it is. */
export function shadeOf(attention, part, note) {
  if (!attention) return 1;
  if (part === attention.part && same(note, attention.note)) return 1;
  return Math.max(DIM, attention.notes.get(place(part, note)) ?? 0);
}

/** Glows behind a lane's notes. @param {CanvasRenderingContext2D} pen */
export function paintGlow(pen, { view, parts, attention, colours }, lane, from, to) {
  const { name, notes, range, longest } = parts[lane];
  const top = laneTop(view, lane);
  const tall = notePx(view, range);
  for (const note of between(notes, from, to, longest)) {
    const asked = name === attention.part && same(note, attention.note);
    const heat = asked ? 1 : attention.notes.get(place(name, note));
    if (!heat) continue;
    pen.fillStyle = asked ? colours.accent : colours.text;
    for (const [reach, alpha] of [[2 * HALO_PX, 0.14], [HALO_PX, 0.42]]) {
      pen.globalAlpha = alpha * heat;
      pen.beginPath();
      pen.roundRect(
        xOf(view, note[0]) + 1 - reach, top + pitchY(view, range, note[1]) - tall / 2 - reach,
        noteWidth(view, note, range) + 2 * reach, tall + 2 * reach, reach + 2,
      );
      pen.fill();
    }
  }
  pen.globalAlpha = 1;
}

/** Under the chords' names and in the ruler. @param {CanvasRenderingContext2D} pen */
export function paintFrame(pen, { view, grid, attention, colours, chords }) {
  const ends = [...chords.map(([tick]) => tick), grid.end_tick];
  pen.fillStyle = colours.text;
  for (const [tick, heat] of attention.chords) {
    const end = ends.find((next) => next > tick) ?? grid.end_tick;
    stripe(pen, view, tick, end, CHORDS_PX - 3, 4, heat);
  }
  for (const [bar, heat] of attention.bars) {
    const [start, end] = [bar * grid.bar_ticks, (bar + 1) * grid.bar_ticks];
    stripe(pen, view, start, end, rulerTop(view) + 6, lanesTop(view) - rulerTop(view) - 9, heat * 0.45);
  }
  pen.globalAlpha = 1;
}

function stripe(pen, view, from, to, y, tall, alpha) {
  pen.globalAlpha = alpha;
  pen.fillRect(xOf(view, from) + 1, y, (to - from) * view.px_per_tick - 2, tall);
}
