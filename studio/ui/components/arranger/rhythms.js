import { element, setText } from "../keyboard/dom.js";
import { isTypingField } from "../keyboard/input.js";
import { barsName } from "./music.js";

/**
 * A part goes on in the rhythm of a bar that is chosen, or in one that is tapped: the bar goes
 * round with clicks, and one taps on Space, on a button, or on any key of the keyboard, for as many
 * rounds as one likes. What becomes one bar's rhythm of that, Python knows.
 *
 * @typedef {[tick: number, ticks: number, velocity: number]} Tap ticks from where the first round
 *   began; none, where it was struck and not held
 * @typedef {{bar: number, bars: number[], part: string, taps: Tap[], lap: number, last: number,
 *   held: Map<string, {tap: Tap, at_ms: number}>}} Round `bars` that the rhythm is for, none for
 *   all that follow
 * @typedef {{now: () => {tick: number, playing: boolean, grid: import("./music.js").Grid,
 *   part: string, chosen: {from: number, to: number} | null},
 *   play: (bar: number) => void, rest: () => void, say: (text: string) => void,
 *   tell: (wish: {part: string, bar: number, bars: number[], taps: Tap[]}, words: string) => void
 *   }} Desk `tell` asks Python, and says `words` until it has answered
 */

const VELOCITY = 90;
const HELD_MS = 180; // a tap is shorter
const BACK_TICKS = 60; // by which the clock must have gone back where the bar began anew

/** @param {Desk} desk @param {AbortSignal} signal */
export function createRhythms({ now, play, rest, say, tell }, signal) {
  /** @type {Round | null} */
  let round = null;
  const button = (text, title) =>
    element("button", { type: "button", class: "wish", text, title });
  const pad = button("Tap", "Tap the rhythm here, on Space or on the keyboard");
  const done = button("Keep it", "The part goes on in this rhythm (Enter)");
  const drop = button("Drop it", "All stays as it was (Escape)");
  const row = element("div", { class: "tapping", role: "group", "aria-label": "Tap a rhythm" }, [
    pad, done, drop,
  ]);
  row.hidden = true;

  function press(finger, velocity) {
    const { tick, playing, grid } = now();
    if (!playing || round.held.has(finger)) return;
    const place = Math.max(0, tick - round.bar * grid.bar_ticks);
    if (place < round.last - BACK_TICKS) round.lap += 1;
    round.last = place;
    /** @type {Tap} */
    const tap = [round.lap * grid.bar_ticks + place, 0, velocity];
    round.taps.push(tap);
    round.held.set(finger, { tap, at_ms: performance.now() });
    show();
  }

  function release(finger) {
    const held = round.held.get(finger);
    if (!held) return;
    round.held.delete(finger);
    const ms = performance.now() - held.at_ms;
    if (ms < HELD_MS) return;
    const { grid } = now();
    const from = grid.secondsAt(round.bar * grid.bar_ticks);
    held.tap[1] = Math.round(grid.tickAt(from + ms / 1000) - grid.tickAt(from));
  }

  function show() {
    row.hidden = !round;
    if (!round) return;
    const count = round.taps.length;
    setText(pad, count ? `Tap (${count})` : "Tap");
    done.disabled = !count;
  }

  /** What is chosen, as Python takes it. */
  function wish() {
    const { part, chosen: { from, to } } = now();
    const bars = to - from > 1 ? Array.from({ length: to - from }, (_, i) => from + i) : [];
    return { part, bar: from, bars };
  }

  function end(kept) {
    const { part, bar, bars, taps } = round;
    round = null;
    show();
    rest();
    if (!kept || !taps.length) return say(`${part} stays as it was`);
    tell({ part, bar, bars, taps }, `${part} takes the rhythm that was tapped …`);
  }

  // before the arranger's own keys: while one taps, Space does nothing else
  window.addEventListener("keydown", (event) => {
    if (!round || isTypingField(event.composedPath()[0])) return;
    const act = { " ": () => press("space", VELOCITY), Enter: () => end(true),
      Escape: () => end(false) }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!event.repeat) act();
  }, { signal, capture: true });
  window.addEventListener("keyup", (event) => {
    if (!round || event.key !== " ") return;
    event.preventDefault(); // Firefox presses buttons only now
    release("space");
  }, { signal, capture: true });
  window.addEventListener("tutti-key", ({ detail: { pitch, down, velocity } }) => {
    if (round) down ? press(`key:${pitch}`, velocity) : release(`key:${pitch}`);
  }, { signal });
  pad.addEventListener("pointerdown", () => round && press("pad", VELOCITY), { signal });
  for (const type of ["pointerup", "pointercancel", "pointerleave"]) {
    pad.addEventListener(type, () => round && release("pad"), { signal });
  }
  // a button that assistive technology presses has no pointer
  pad.addEventListener("click", ({ detail }) => {
    if (detail || !round) return;
    press("pad", VELOCITY);
    release("pad");
  }, { signal });
  done.addEventListener("click", () => round && end(true), { signal });
  drop.addEventListener("click", () => round && end(false), { signal });

  return {
    row,

    /** The bar that goes round while one taps; null where nobody does. */
    tapped: () => round && { from: round.bar, to: round.bar + 1 },

    /** Settings of the parts as they are heard: what is tapped for would lead astray. */
    heard: (mix) => (round ? { ...mix, [round.part]: { ...mix[round.part], mute: true } } : mix),

    /** What is tapped for is there no more. */
    forget() {
      round = null;
      show();
    },

    act: {
      keepRhythm() {
        const { part, bar, bars } = wish();
        tell({ part, bar, bars, taps: [] },
          `${part} takes the rhythm of ${barsName(bar, bar + 1)} …`);
      },

      tapRhythm() {
        round = { ...wish(), taps: [], lap: 0, last: 0, held: new Map() };
        show();
        play(round.bar);
        say(`Tap the rhythm of ${round.part} to the clicks, on Space, the keyboard or here: `
          + "Enter keeps it, Escape drops it");
      },
    },
  };
}
