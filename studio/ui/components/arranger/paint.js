import { paintFrame, paintGlow, shadeOf } from "./attention.js";
import {
  GAP_PX, between, laneTop, lanesTop, notePx, noteWidth, pitchY, rulerTop, tickAt, xOf,
} from "./geometry.js";
import { SIXTEENTH_TICKS } from "./music.js";
import { paintFog, paintReplay } from "./replay_paint.js";

/**
 * The picture behind the playhead: ruler, lanes, grid, notes. Only what is visible is drawn, and
 * only when something changed; the canvas itself is the cache.
 *
 * @typedef {{view: import("./geometry.js").View, grid: import("./music.js").Grid,
 *   parts: Array<{notes: any[], range: any, longest: number, colour: string, heard: boolean}>,
 *   added: [from: number, to: number] | null, marks: Set<string>, chosen: Set<any>, selected: number,
 *   bars: {from: number, to: number} | null, loop: boolean,
 *   attention: import("./attention.js").Attention | null, chords: Array<[number, string]>,
 *   replay?: import("./replay_paint.js").Replayed,
 *   colours: Record<string, string>}} Scene
 */

/** How opaque the softest note is: in each part's colour 3 to 1 against its lane (WCAG 1.4.11). */
export const SOFTEST = 0.62;
export const UNHEARD = 0.42; // of the text's colour, which is as much
const MANY = 2500; // notes in sight; beyond, corners are not rounded: nobody sees them, all wait
const BAR_STEPS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** @param {CanvasRenderingContext2D} pen scaled to CSS pixels @param {Scene} scene */
export function paint(pen, scene) {
  const { view, grid } = scene;
  pen.clearRect(0, 0, view.width, view.height);
  const from = Math.max(0, tickAt(view, 0));
  const to = Math.min(grid.end_tick, tickAt(view, view.width));
  const lanes = lanesInSight(scene);
  pen.save();
  pen.beginPath();
  pen.rect(0, lanesTop(view), view.width, view.height);
  pen.clip();
  for (const lane of lanes) paintLane(pen, scene, lane, from, to);
  paintLines(pen, scene, lanes, from, to);
  paintNotes(pen, scene, lanes, from, to);
  pen.restore();
  if (scene.attention) paintFrame(pen, scene);
  if (scene.added) paintAdded(pen, scene);
  paintRuler(pen, scene, from, to);
  paintBars(pen, scene);
}

function lanesInSight({ view, parts }) {
  const lanes = [];
  for (let lane = 0; lane < parts.length; lane += 1) {
    const top = laneTop(view, lane);
    if (top + view.lane_px > lanesTop(view) && top < view.height) lanes.push(lane);
  }
  return lanes;
}

function paintLane(pen, { view, parts, selected, colours }, lane, from, to) {
  const left = xOf(view, from);
  const [top, width] = [laneTop(view, lane), xOf(view, to) - left];
  pen.globalAlpha = lane === selected ? 0.07 : 0.025;
  pen.fillStyle = lane === selected ? parts[lane].colour : colours.text;
  pen.fillRect(left, top, width, view.lane_px);
  pen.globalAlpha = 1;
}

function paintLines(pen, { view, grid, parts, colours }, lanes, from, to) {
  const levels = [
    { ticks: SIXTEENTH_TICKS, alpha: 0.03, closest: 13 },
    { ticks: grid.beat_ticks, alpha: 0.05, closest: 7 },
    { ticks: grid.bar_ticks, alpha: 0.12, closest: 3 },
  ];
  const last = laneTop(view, parts.length) - GAP_PX;
  const bottom = Math.min(view.height, last);
  pen.fillStyle = colours.text;
  for (const { ticks, alpha, closest } of levels) {
    if (ticks * view.px_per_tick < closest || !lanes.length) continue;
    pen.globalAlpha = alpha;
    for (let tick = Math.ceil(from / ticks) * ticks; tick <= to + 1; tick += ticks) {
      pen.fillRect(Math.round(xOf(view, tick)), lanesTop(view), 1, bottom - lanesTop(view));
    }
  }
  pen.globalAlpha = 1;
  // lanes stay apart: the lines do not cross the gaps
  for (const lane of lanes) {
    pen.clearRect(0, laneTop(view, lane) + view.lane_px, view.width, GAP_PX);
  }
}

function paintNotes(pen, scene, lanes, from, to) {
  const { view, parts, chosen, colours, attention } = scene;
  for (const lane of lanes) {
    if (attention) paintGlow(pen, scene, lane, from, to);
    if (scene.replay) paintFog(pen, scene, lane);
    const { name, notes, range, longest, colour, heard } = parts[lane];
    const top = laneTop(view, lane);
    const tall = notePx(view, range);
    const round = notes.length < MANY && tall > 3;
    pen.fillStyle = heard ? colour : colours.text;
    const bright = [];
    for (const note of between(notes, from, to, longest)) {
      if (chosen.has(note)) {
        bright.push(note);
        continue;
      }
      const loud = SOFTEST + (1 - SOFTEST) * (note[3] / 127) ** 1.6;
      pen.globalAlpha = (heard ? loud : UNHEARD) * shadeOf(attention, name, note);
      drawNote(pen, view, range, note, top, tall, round);
    }
    pen.globalAlpha = 1;
    for (const note of bright) {
      pen.fillStyle = colours.text;
      drawNote(pen, view, range, note, top, tall + 2, round);
      pen.fillStyle = colour;
      if (noteWidth(view, note, range) <= 6) continue;
      drawNote(pen, view, range, note, top, tall - 2, round, 2);
    }
    if (lane === 0 && scene.marks.size) paintMarks(pen, scene, from, to);
    if (scene.replay) paintReplay(pen, scene, lane);
  }
  pen.globalAlpha = 1;
}

/** A dot over each note of the melody that a model changed. */
function paintMarks(pen, { view, parts: [{ notes, range, longest }], marks, colours }, from, to) {
  const above = laneTop(view, 0) - notePx(view, range) / 2 - 5;
  pen.fillStyle = colours.text;
  for (const note of between(notes, from, to, longest)) {
    if (!marks.has(`${note[0]}:${note[1]}`)) continue;
    const middle = xOf(view, note[0]) + 1 + noteWidth(view, note, range) / 2;
    pen.beginPath();
    pen.arc(middle, above + pitchY(view, range, note[1]), 2.5, 0, 2 * Math.PI);
    pen.fill();
  }
}

function drawNote(pen, view, range, note, top, tall, round, inset = 0) {
  const x = xOf(view, note[0]) + 1 + inset;
  const y = top + pitchY(view, range, note[1]) - tall / 2;
  const width = noteWidth(view, note, range) - 2 * inset;
  if (!round) return pen.fillRect(x, y, width, tall);
  pen.beginPath();
  pen.roundRect(x, y, width, tall, Math.min(2.5, tall / 2, width / 2));
  pen.fill();
}

/** The bars that a model went on with, in the ruler, and the seam before them through the melody. */
function paintAdded(pen, { view, grid, parts, added }) {
  const [left, right] = added.map((bar) => Math.round(xOf(view, bar * grid.bar_ticks)));
  const bottom = laneTop(view, 0) + view.lane_px;
  pen.fillStyle = pen.strokeStyle = parts[0].colour;
  pen.globalAlpha = 0.16;
  pen.fillRect(left, rulerTop(view) + 3, right - left, lanesTop(view) - rulerTop(view) - 6);
  pen.globalAlpha = 0.8;
  pen.setLineDash([2, 3]);
  pen.beginPath();
  pen.moveTo(left + 0.5, rulerTop(view) + 3);
  pen.lineTo(left + 0.5, Math.max(bottom, lanesTop(view)));
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

function paintRuler(pen, { view, grid, colours }, from, to) {
  const bar_px = grid.bar_ticks * view.px_per_tick;
  const step = BAR_STEPS.find((bars) => bars * bar_px >= 30) ?? 512;
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "middle";
  pen.fillStyle = colours.text;
  pen.globalAlpha = 0.6;
  const first = Math.floor(from / grid.bar_ticks / step) * step;
  for (let bar = first; bar < grid.bars && bar * grid.bar_ticks < to; bar += step) {
    pen.fillText(String(bar + 1), xOf(view, bar * grid.bar_ticks) + 4, rulerTop(view) + 15);
  }
  pen.globalAlpha = 1;
}

function paintBars(pen, { view, grid, parts, bars, loop, colours }) {
  const span = bars ?? (loop ? { from: 0, to: grid.bars } : null);
  if (!span) return;
  const left = xOf(view, span.from * grid.bar_ticks);
  const width = xOf(view, span.to * grid.bar_ticks) - left;
  pen.fillStyle = colours.accent;
  if (loop) pen.fillRect(left, rulerTop(view) + 3, width, 4);
  if (!bars) return;
  const bottom = Math.min(view.height, laneTop(view, parts.length) - GAP_PX);
  pen.globalAlpha = 0.08;
  pen.fillRect(left, rulerTop(view) + 3, width, bottom - rulerTop(view) - 3);
  pen.globalAlpha = 0.7;
  pen.strokeStyle = colours.accent;
  pen.setLineDash([4, 3]);
  pen.strokeRect(left + 0.5, rulerTop(view) + 3.5, width - 1, bottom - rulerTop(view) - 4);
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}
