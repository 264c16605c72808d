import { element } from "./dom.js";
import { evenTime } from "./tempo.js";
import { beatsOf, extent } from "./timing.js";

/**
 * The take at a glance, with two handles that trim it. The handles are range inputs, so they can
 * be dragged, touched, and moved with the arrow keys.
 *
 * @typedef {import("./timing.js").Note} Note
 * @typedef {import("./timing.js").Trim} Trim
 */

const STEP_SECONDS = 0.05;
const SHORTEST_SECONDS = 0.1;
const INSET_PX = 8; // half a handle: the value of a range input lies under its handle's middle
const EMPTY_TEXT = "Your take appears here";

/** The range of the handles: whole steps around everything played. @param {Note[]} notes */
export function handleRange(notes) {
  const { start_seconds, end_seconds } = extent(notes);
  const inSteps = (steps) => Math.round(steps * STEP_SECONDS * 100) / 100;
  return {
    start_seconds: inSteps(Math.floor(start_seconds / STEP_SECONDS)),
    end_seconds: inSteps(Math.ceil(end_seconds / STEP_SECONDS)),
  };
}

/** @param {(trim: Trim | null) => void} onTrim @param {AbortSignal} signal */
export function createOverview(onTrim, signal) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const head = element("div", { class: "playhead", hidden: true });
  const empty = element("span", { class: "empty", text: EMPTY_TEXT });
  const [start, end] = ["Trim start", "Trim end"].map((name) =>
    element("input", { type: "range", class: "handle", "aria-label": name, step: STEP_SECONDS }),
  );
  const box = element("div", { class: "overview" }, [canvas, head, empty, start, end]);
  let view = { notes: [], trim: null, tempo_bpm: 100, metre: "4/4", grid: false, editable: false };
  let range = handleRange([]);

  /** The handles' values, or null where they stand at both ends. */
  function chosen() {
    const [from, to] = [Number(start.value), Number(end.value)];
    const whole = from <= range.start_seconds && to >= range.end_seconds;
    return whole ? null : { start_seconds: from, end_seconds: to };
  }

  function move(moved) {
    if (end.value - start.value < SHORTEST_SECONDS) {
      if (moved === start) start.value = Number(end.value) - SHORTEST_SECONDS;
      else end.value = Number(start.value) + SHORTEST_SECONDS;
    }
    view = { ...view, trim: chosen() };
    speak();
    draw();
  }

  function speak() {
    for (const handle of [start, end]) {
      handle.setAttribute("aria-valuetext", `${Number(handle.value).toFixed(2)} seconds`);
    }
  }

  for (const handle of [start, end]) {
    handle.addEventListener("input", () => move(handle), { signal });
    handle.addEventListener("change", () => onTrim(chosen()), { signal });
  }
  const resized = new ResizeObserver(() => draw());
  resized.observe(box);
  signal.addEventListener("abort", () => resized.disconnect());

  /** Pixels a second. */
  const scale = () =>
    (canvas.clientWidth - 2 * INSET_PX) / (range.end_seconds - range.start_seconds);
  const x = (time) => INSET_PX + (time - range.start_seconds) * scale();

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    if (!view.notes.length || !width) return;
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(box);
    pen.scale(ratio, ratio);
    if (view.grid) drawBars(pen, style.getPropertyValue("--line"), height);
    drawNotes(pen, style.getPropertyValue("--accent"), height);
    pen.globalAlpha = 0.72;
    pen.fillStyle = style.getPropertyValue("--well");
    if (view.trim) {
      pen.fillRect(0, 0, x(view.trim.start_seconds), height);
      pen.fillRect(x(view.trim.end_seconds), 0, width, height);
    }
  }

  function drawBars(pen, colour, height) {
    const { beats_per_bar, quarters_per_beat } = beatsOf(view.metre);
    const bar_seconds = (beats_per_bar * quarters_per_beat * 60) / view.tempo_bpm;
    pen.fillStyle = colour;
    if (bar_seconds * scale() < 6) return; // too close to read
    const { heard } = evenTime(view);
    for (let bar = 0; heard(bar * bar_seconds) < range.end_seconds; bar += 1) {
      pen.fillRect(Math.round(x(heard(bar * bar_seconds))), 0, 1, height);
    }
  }

  function drawNotes(pen, colour, height) {
    const pitches = view.notes.map((note) => note.pitch);
    const lowest = Math.min(...pitches);
    const span = Math.max(12, Math.max(...pitches) - lowest);
    pen.fillStyle = colour;
    for (const note of view.notes) {
      const y = height - 7 - ((note.pitch - lowest) / span) * (height - 14);
      pen.globalAlpha = 0.45 + (0.55 * note.velocity) / 127;
      const length = Math.max(2, note.duration_seconds * scale() - 1);
      pen.fillRect(x(note.start_seconds), y - 1.5, length, 3);
    }
    pen.globalAlpha = 1;
  }

  return {
    element: box,
    /** @param {Partial<typeof view>} next */
    show(next) {
      view = { ...view, ...next };
      range = handleRange(view.notes);
      empty.hidden = view.notes.length > 0;
      for (const handle of [start, end]) {
        handle.min = String(range.start_seconds);
        handle.max = String(range.end_seconds);
        handle.disabled = !view.editable;
        handle.hidden = !view.notes.length;
      }
      start.value = String(view.trim?.start_seconds ?? range.start_seconds);
      end.value = String(view.trim?.end_seconds ?? range.end_seconds);
      speak();
      draw();
    },
    /** @param {number | null} time seconds into the take */
    playhead(time) {
      head.hidden = time === null;
      if (time !== null) head.style.transform = `translateX(${Math.max(0, x(time))}px)`;
    },
  };
}
