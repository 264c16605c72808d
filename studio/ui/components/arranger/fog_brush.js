import { laneAt, laneTop, lanesTop, tickAt, xOf } from "./geometry.js";
import { clamp } from "./music.js";

/**
 * What a pointer does in the lanes while a replay is seen, where nothing is edited: it leads to the
 * edit that wrote a note, or paints fog over bars of a part.
 *
 * @param {{stage: any, lanes: () => number, grid: () => any, isOn: () => boolean,
 *   isFog: () => boolean, press: (lane: number, tick: number) => void,
 *   paint: (lane: number, bars: number[]) => void}} desk bars from 0
 * @param {AbortSignal} signal
 */
export function createFogBrush({ stage, lanes, grid, isOn, isFog, press, paint }, signal) {
  const { canvas, view } = stage;
  let begun = null;

  function at(event) {
    const area = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - area.left, event.clientY - area.top];
    const { bar_ticks, bars } = grid();
    const tick = tickAt(view, x);
    const bar = clamp(Math.floor(tick / bar_ticks), 0, bars - 1);
    return { lane: laneAt(view, y, lanes()), tick, bar };
  }

  const span = ({ bar }) => [Math.min(begun.bar, bar), Math.max(begun.bar, bar) + 1];

  function frame(event) {
    const { bar_ticks } = grid();
    const [from, to] = span(at(event)).map((bar) => xOf(view, bar * bar_ticks));
    const top = Math.max(lanesTop(view), laneTop(view, begun.lane));
    stage.setFrame({ x: from, y: top }, { x: to, y: top + view.lane_px });
  }

  function end(event) {
    const [from, to] = span(at(event));
    const { lane } = begun;
    begun = null;
    stage.setFrame(null);
    if (event.type === "pointerup") {
      paint(lane, Array.from({ length: to - from }, (_, i) => from + i));
    }
  }

  /** @param {PointerEvent} event */
  function heard(event) {
    if (!isOn()) return;
    event.stopImmediatePropagation(); // or it would edit
    if (event.type === "touchstart") {
      if (isFog()) event.preventDefault(); // a finger paints
    } else if (event.type === "pointerdown" && !event.button) {
      const found = at(event);
      if (found.lane < 0) return;
      if (!isFog()) return press(found.lane, found.tick);
      begun = found;
      canvas.setPointerCapture(event.pointerId);
      frame(event);
    } else if (begun) {
      if (event.type === "pointermove") frame(event);
      else end(event);
    }
  }

  for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel", "dblclick", "touchstart"]) {
    canvas.addEventListener(type, heard, { signal, capture: true, passive: false });
  }
}
