import { createEdgeScroll, speed } from "./edge_scroll.js";
import * as edits from "./edits.js";
import {
  hit, inFrame, laneTop, lanesTop, pitchAtY, placeOf, pointOf, rulerTop, tickAt,
} from "./geometry.js";
import { SIXTEENTH_TICKS, clamp, noteName } from "./music.js";

/**
 * What a pointer does on the canvas. A drag shows what would be and settles when it ends. It
 * remembers where in the music it began, for the picture may move under it.
 *
 * @typedef {{x: number, y: number}} Point
 */

const SLACK_PX = 4; // a click may tremble
const VELOCITY = 90;

/**
 * @param {ReturnType<typeof import("./stage.js").createStage>} stage
 * @param {{state: () => any, preview: Function, settle: Function, choose: Function,
 *   touch: Function, prepare: (lane: number) => void,
 *   selectLane: (lane: number) => void, setBars: Function, seek: (tick: number) => void}} desk
 * @param {AbortSignal} signal
 */
export function listenToPointer(stage, desk, signal) {
  const { canvas, view } = stage;
  /**
   * @type {{kind: string, pressed: Point, begun: import("./geometry.js").Place,
   *   at: Point, [more: string]: any} | null}
   */
  let drag = null;
  const edge = createEdgeScroll(stage.scrollBy, () => {
    drawn();
    reach(drag);
  });
  const on = (type, listener, options = {}) =>
    canvas.addEventListener(type, listener, { signal, ...options });

  /** @returns {Point} */
  function at(event) {
    const area = canvas.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  }
  const onRuler = ({ y }) => y >= rulerTop(view) && y < lanesTop(view);
  const under = ({ x, y }) => hit(desk.state().parts, view, x, y);
  const barAt = (tick) => {
    const { grid } = desk.state();
    return clamp(Math.floor(tick / grid.bar_ticks), 0, grid.bars - 1);
  };

  function take(point, event) {
    const { chosen } = desk.state();
    const { lane, note, edge: at_end } = under(point);
    if (lane >= 0) desk.selectLane(lane);
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (!note) return { kind: "frame", before: more ? chosen : new Set() };
    const with_it = new Set(chosen);
    if (more && chosen.has(note)) with_it.delete(note);
    else with_it.add(note);
    const next = more ? with_it : chosen.has(note) ? chosen : new Set([note]);
    desk.choose(next);
    if (next.size === 1 && next.has(note)) desk.touch(lane, note);
    const alone = !more && chosen.has(note) && chosen.size > 1 ? note : null;
    return { kind: at_end ? "stretch" : "move", note, lane, alone, chosen: next };
  }

  /** What the drag would make of the notes; null where its note is gone, or its piece. */
  function outcome({ kind, begun, at: point, note, lane, chosen }) {
    const { parts, grid, snapping } = desk.state();
    if (!parts[lane]?.notes.includes(note)) return null;
    const from = pointOf(view, begun);
    const ticks = tickAt(view, point.x) - begun.tick;
    const [start, , duration] = note;
    if (kind === "stretch") {
      const end = edits.snapped(start + duration + ticks, snapping);
      const longer = Math.max(end, start + 1) - start - duration;
      return edits.stretched(parts, chosen, longer, grid.end_tick);
    }
    const { range } = parts[lane];
    const row = (p) => (range.rows ? range.rows.indexOf(p) : p);
    const rise = (y) => row(pitchAtY(view, range, y - laneTop(view, lane)));
    const by = edits.snapped(start + ticks, snapping) - start;
    const still = Math.abs(ticks * view.px_per_tick) < SLACK_PX; // straight up stays in time
    return edits.moved(parts, chosen, still ? 0 : by, rise(point.y) - rise(from.y), grid.end_tick);
  }

  /** Shows what the drag comes to at its place. */
  function drawn() {
    const { kind, begun, at: point, before, note, lane, chosen } = drag;
    const { parts, grid } = desk.state();
    if (kind === "bars") {
      const [a, b] = [barAt(begun.tick), barAt(tickAt(view, point.x))];
      desk.setBars({ from: Math.min(a, b), to: Math.max(a, b) + 1 });
    } else if (kind === "frame") {
      const from = pointOf(view, begun);
      stage.setFrame(from, point);
      desk.choose(new Set([...before, ...inFrame(parts, view, from, point)]));
    } else if (chosen.has(note)) {
      const result = outcome(drag);
      if (!result) return;
      const shown = desk.preview(result);
      const made = edits.counterpart(parts, chosen, note, shown.chosen);
      if (chosen.size === 1 && made[1] !== (drag.heard ?? note[1])) desk.touch(lane, made);
      drag.heard = made[1];
      stage.setTip(noteName(made, parts[lane].is_drum, grid), point.x, point.y);
    }
  }

  /** Scrolls while the pointer is at the edge: notes as far as their lane can be seen. */
  function reach({ kind, pressed, at: point, lane }) {
    const y = kind === "frame" || kind === "move"
      ? speed(point.y, pressed.y, lanesTop(view), view.height)
      : 0;
    const top = laneTop(view, lane ?? 0);
    const seen = y < 0 ? top >= lanesTop(view) : top + view.lane_px <= view.height;
    edge.go(speed(point.x, pressed.x, 0, view.width), kind === "move" && seen ? 0 : y);
  }

  function move(event) {
    const point = at(event);
    if (!drag) return hover(point);
    const far = Math.hypot(point.x - drag.pressed.x, point.y - drag.pressed.y);
    if (!drag.moved && far < SLACK_PX) return;
    drag.moved = true;
    drag.at = point;
    drawn();
    reach(drag);
  }

  function end(event) {
    if (!drag) return;
    const ended = drag;
    const { kind, moved, begun, alone, before, chosen, note } = ended;
    drag = null;
    edge.stop();
    stage.hold(false);
    stage.setFrame(null);
    stage.setTip("");
    if (event.type !== "pointerup") {
      return desk.preview({ parts: null, chosen: chosen ?? before });
    }
    if (kind === "bars" && !moved) {
      desk.seek(edits.snapped(begun.tick, desk.state().snapping));
    } else if (kind === "frame" && !moved) desk.choose(before);
    else if (note && moved && chosen.has(note)) {
      const result = outcome(ended); // of the notes as they are now: others may have come
      if (result) desk.settle(result, { quiet: true });
      else desk.preview({ parts: null });
    } else if (alone) desk.choose(new Set([alone]));
  }

  function hover(point) {
    if (onRuler(point)) {
      canvas.style.cursor = "pointer";
      return stage.setTip("");
    }
    const { lane, note, edge: at_end } = under(point);
    if (lane >= 0) desk.prepare(lane);
    canvas.style.cursor = at_end ? "ew-resize" : note ? "grab" : "default";
    if (!note) return stage.setTip("");
    const { parts, grid } = desk.state();
    stage.setTip(noteName(note, parts[lane].is_drum, grid), point.x, point.y);
  }

  on("pointerdown", (event) => {
    if (event.button !== 0 || drag) return;
    const point = at(event);
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    stage.setTip("");
    const what = onRuler(point) ? { kind: "bars" } : take(point, event);
    drag = { ...what, pressed: point, at: point, begun: placeOf(view, point) };
    stage.hold(true);
  });
  on("pointermove", move);
  on("pointerup", end);
  on("pointercancel", end);
  window.addEventListener("keydown", (event) => {
    if (!drag || event.key !== "Escape") return;
    event.preventDefault();
    event.stopImmediatePropagation(); // what is chosen stays chosen
    end(event); // as if nothing had been dragged
  }, { signal, capture: true });
  signal.addEventListener("abort", edge.stop);
  on("pointerleave", () => stage.setTip(""));
  // A finger on a note or the ruler works there; elsewhere it scrolls.
  on("touchstart", (event) => {
    const point = at(event.touches[0]);
    if (event.touches.length === 1 && (onRuler(point) || under(point).note)) event.preventDefault();
  }, { passive: false });

  on("dblclick", (event) => {
    const point = at(event);
    if (onRuler(point)) return desk.setBars(null);
    const { lane, note } = under(point);
    if (lane < 0 || note) return;
    const { parts, grid, snapping } = desk.state();
    const { name, range } = parts[lane];
    const pitch = pitchAtY(view, range, point.y - laneTop(view, lane));
    const tick = tickAt(view, point.x);
    if (tick < 0 || tick >= grid.end_tick) return;
    const start = snapping ? Math.floor(tick / SIXTEENTH_TICKS) * SIXTEENTH_TICKS : tick;
    const length = range.rows ? SIXTEENTH_TICKS : grid.beat_ticks;
    desk.settle(edits.added(parts, name, [start, pitch, length, VELOCITY], grid.end_tick));
  });
}
