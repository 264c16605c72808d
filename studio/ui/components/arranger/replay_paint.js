import { laneTop, notePx, noteWidth, pitchY, rowPx, xOf } from "./geometry.js";
import { noteKey } from "../replay/edits.js";

/**
 * What the replay draws over the lanes: a ring around what an edit wrote, where else it might have
 * gone, and which notes a veto has changed.
 *
 * @typedef {{lane: number, start: number, end: number, pitch: number | null,
 *   others: number[]}} Ring ticks, and the pitches that were weighed beside
 * @typedef {{lane: number, range: import("./geometry.js").Range, image: ImageData}} Cloud
 * @typedef {{ring: Ring | null, fresh: Set<string>, clouds?: Cloud[], end?: number}} Replayed
 *   `fresh`: by `noteKey` of a lane, the notes that a veto has changed; `clouds` reach up to `end`
 */

const [LEAST_PX, AROUND_PX, FAINT] = [14, 4, 0.5];

/** Fog behind a lane's notes: a small picture drawn large is soft.
 * @param {CanvasRenderingContext2D} pen @param {any} scene with `replay` @param {number} lane */
export function paintFog(pen, { view, replay }, lane) {
  const cloud = replay.clouds?.find((one) => one.lane === lane);
  if (!cloud) return;
  const { image, range } = cloud;
  const small = new OffscreenCanvas(image.width, image.height);
  small.getContext("2d").putImageData(image, 0, 0);
  const row = rowPx(view, range);
  const top = laneTop(view, lane) + pitchY(view, range, range.high) - row / 2;
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = "high";
  pen.save();
  pen.beginPath();
  pen.rect(0, laneTop(view, lane), view.width, view.lane_px);
  pen.clip();
  pen.drawImage(small, xOf(view, 0), top, replay.end * view.px_per_tick, row * image.height);
  pen.restore();
}

/** @param {CanvasRenderingContext2D} pen @param {any} scene with `replay` @param {number} lane */
export function paintReplay(pen, { view, parts, replay, colours }, lane) {
  const { notes, range, colour } = parts[lane];
  const top = laneTop(view, lane);
  const tall = notePx(view, range);
  const box = (start, wide, pitch, around) => {
    const y = top + pitchY(view, range, pitch) - tall / 2 - around;
    pen.beginPath();
    pen.roundRect(xOf(view, start) + 1 - around, y, wide + 2 * around, tall + 2 * around, 3 + around);
    pen.stroke();
  };
  pen.lineWidth = 1.5;
  pen.strokeStyle = colours.accent;
  if (replay.fresh.size) {
    for (const note of notes) {
      if (replay.fresh.has(noteKey(lane, note))) box(note[0], noteWidth(view, note, range), note[1], 1);
    }
  }
  const { ring } = replay;
  if (ring?.lane === lane) {
    const wide = (ring.end - ring.start) * view.px_per_tick - 1;
    const around = Math.max(AROUND_PX, (LEAST_PX - wide) / 2);
    pen.strokeStyle = colour;
    pen.globalAlpha = FAINT;
    pen.setLineDash([3, 2]);
    for (const pitch of ring.others) box(ring.start, wide, pitch, 0);
    pen.setLineDash([]);
    pen.globalAlpha = 1;
    pen.lineWidth = 2;
    pen.strokeStyle = colours.text;
    box(ring.start, wide, ring.pitch ?? (range.low + range.high) / 2, around);
  }
  pen.lineWidth = 1;
}
