import * as edits from "./edits.js";
import { CHORDS_PX, TOP_PX, hit, inFrame, laneTop, pitchAtY, tickAt } from "./geometry.js";
import { SIXTEENTH_TICKS, clamp, noteName } from "./music.js";

/**
 * What a pointer does on the canvas. A drag shows what would be and settles when it ends.
 *
 * @typedef {{x: number, y: number}} Point
 */

const SLACK_PX = 4; // a click may tremble
const VELOCITY = 90;

/**
 * @param {ReturnType<typeof import("./stage.js").createStage>} stage
 * @param {{state: () => any, preview: Function, settle: Function, choose: Function,
 *   selectLane: (lane: number) => void, setBars: Function, seek: (tick: number) => void}} desk
 * @param {AbortSignal} signal
 */
export function listenToPointer(stage, desk, signal) {
  const { canvas, view } = stage;
  /** @type {{kind: string, from: Point, [more: string]: any} | null} */
  let drag = null;
  const on = (type, listener, options = {}) =>
    canvas.addEventListener(type, listener, { signal, ...options });

  /** @returns {Point} */
  function at(event) {
    const area = canvas.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  }
  const onRuler = ({ y }) => y >= CHORDS_PX && y < TOP_PX;
  const under = ({ x, y }) => hit(desk.state().parts, view, x, y);
  const barAt = (x) => {
    const { grid } = desk.state();
    return clamp(Math.floor(tickAt(view, x) / grid.bar_ticks), 0, grid.bars - 1);
  };

  function take(point, event) {
    const { chosen } = desk.state();
    const { lane, note, edge } = under(point);
    if (lane >= 0) desk.selectLane(lane);
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (!note) return { kind: "frame", from: point, before: more ? chosen : new Set() };
    const with_it = new Set(chosen);
    if (more && chosen.has(note)) with_it.delete(note);
    else with_it.add(note);
    const next = more ? with_it : chosen.has(note) ? chosen : new Set([note]);
    desk.choose(next);
    const alone = !more && chosen.has(note) && chosen.size > 1 ? note : null;
    const kind = edge ? "stretch" : "move";
    return { kind, from: point, note, lane, alone, chosen: next };
  }

  /** What the drag would make of the notes. */
  function outcome({ kind, from, note, lane, chosen }, point) {
    const { parts, grid, snapping } = desk.state();
    const ticks = (point.x - from.x) / view.px_per_tick;
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

  function move(event) {
    const point = at(event);
    if (!drag) return hover(point);
    const far = Math.hypot(point.x - drag.from.x, point.y - drag.from.y);
    if (!drag.moved && far < SLACK_PX) return;
    drag.moved = true;
    if (drag.kind === "bars") {
      const [a, b] = [barAt(drag.from.x), barAt(point.x)];
      desk.setBars({ from: Math.min(a, b), to: Math.max(a, b) + 1 });
    } else if (drag.kind === "frame") {
      stage.setFrame(drag.from, point);
      const { parts } = desk.state();
      desk.choose(new Set([...drag.before, ...inFrame(parts, view, drag.from, point)]));
    } else if (drag.chosen.has(drag.note)) {
      desk.preview((drag.result = outcome(drag, point)));
    }
  }

  function end(event) {
    if (!drag) return;
    const { kind, moved, result, from, alone, before, chosen } = drag;
    drag = null;
    stage.setFrame(null);
    if (event.type === "pointercancel") {
      return desk.preview({ parts: null, chosen: chosen ?? before });
    }
    if (kind === "bars" && !moved) {
      desk.seek(edits.snapped(tickAt(view, from.x), desk.state().snapping));
    } else if (kind === "frame" && !moved) desk.choose(before);
    else if (result) desk.settle(result);
    else if (alone) desk.choose(new Set([alone]));
  }

  function hover(point) {
    if (onRuler(point)) {
      canvas.style.cursor = "pointer";
      return stage.setTip("");
    }
    const { lane, note, edge } = under(point);
    canvas.style.cursor = edge ? "ew-resize" : note ? "grab" : "default";
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
    drag = onRuler(point) ? { kind: "bars", from: point } : take(point, event);
  });
  on("pointermove", move);
  on("pointerup", end);
  on("pointercancel", end);
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
