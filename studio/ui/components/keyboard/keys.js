import { element } from "./dom.js";
import { COMPUTER_KEYS } from "./input.js";

/**
 * Two octaves of keys, one where two would be too narrow for a finger: drawn, lit, played by mouse,
 * touch and from the focused key.
 *
 * @typedef {{press: (finger: string, pitch: number, velocity: number, time_ms: number) => void,
 *   release: (finger: string, time_ms: number) => void}} Hands
 */

export const KEY_COUNT = 25;
const ONE_OCTAVE = 13;
const NARROW_PX = 560;
const NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const BLACK = new Set([1, 3, 6, 8, 10]);
const WHITE_COUNTS = { [KEY_COUNT]: 15, [ONE_OCTAVE]: 8 };
const FOCUS_VELOCITY = 90;

/** @param {number} octave @returns {number} MIDI pitch of the lowest key; octave 4 is middle C */
export const lowestPitch = (octave) => 12 * (octave + 1);

/** @param {number} pitch @returns {string} such as "C♯4" */
export const pitchName = (pitch) => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

/** Struck low on the key is loud, as on a real one far from its hinge: 30 at the top, 127 below. */
export const velocityAt = (fraction) => Math.round(30 + 97 * Math.min(1, Math.max(0, fraction)));

/** @param {Hands} hands @param {AbortSignal} signal */
export function createKeys(hands, signal) {
  const row = element("div", { class: "keys", role: "group" });
  const keys = Array.from({ length: KEY_COUNT }, (_, index) => drawKey(index));
  row.append(...keys);
  let lowest = 60;
  let focused = 0;
  let count = KEY_COUNT;

  const pitchOf = (key) => lowest + keys.indexOf(key);
  const on = (type, listener) => row.addEventListener(type, listener, { signal });

  function focus(index) {
    keys[focused].tabIndex = -1;
    focused = Math.min(count - 1, Math.max(0, index));
    keys[focused].tabIndex = 0;
  }

  /** @type {Map<number, Element | null>} the key under each pointer that is down */
  const under = new Map();

  /** Plays the key a pointer has come to; dragging across keys is a glissando. */
  function slide(event) {
    const finger = `pointer:${event.pointerId}`;
    const hit = row.getRootNode().elementFromPoint(event.clientX, event.clientY);
    const key = hit && row.contains(hit) ? hit.closest(".key") : null;
    if (under.get(event.pointerId) === key) return;
    under.set(event.pointerId, key);
    if (!key) return hands.release(finger, event.timeStamp);
    const box = key.getBoundingClientRect();
    const velocity = velocityAt((event.clientY - box.top) / box.height);
    hands.press(finger, pitchOf(key), velocity, event.timeStamp);
  }

  on("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault(); // no text selection, no drag
    row.setPointerCapture(event.pointerId);
    under.set(event.pointerId, null);
    slide(event);
    const key = event.target.closest(".key");
    if (key) focus(keys.indexOf(key));
  });
  on("pointermove", (event) => under.has(event.pointerId) && slide(event));
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
    on(type, (event) => {
      under.delete(event.pointerId);
      hands.release(`pointer:${event.pointerId}`, event.timeStamp);
    });
  }
  on("contextmenu", (event) => event.preventDefault()); // a long touch is a long note

  /** As many keys as are wide enough. */
  function fit() {
    const narrow = row.clientWidth && row.clientWidth < NARROW_PX; // 0: not on the page
    count = narrow ? ONE_OCTAVE : KEY_COUNT;
    row.style.setProperty("--whites", String(WHITE_COUNTS[count]));
    keys.forEach((key, index) => (key.hidden = index >= count));
    const [first, last] = [pitchName(lowest), pitchName(lowest + count - 1)];
    row.setAttribute("aria-label", `Keys ${first} to ${last}: arrows move, Space plays`);
    focus(focused);
  }

  const sized = new ResizeObserver(fit);
  sized.observe(row);
  signal.addEventListener("abort", () => sized.disconnect());

  const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -KEY_COUNT, End: KEY_COUNT };
  on("keydown", (event) => {
    if (event.key in STEPS) {
      event.preventDefault();
      focus(focused + STEPS[event.key]);
      keys[focused].focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!event.repeat) {
        hands.press(`focus:${event.key}`, lowest + focused, FOCUS_VELOCITY, event.timeStamp);
      }
    }
  });
  on("keyup", (event) => hands.release(`focus:${event.key}`, event.timeStamp));
  on("click", (event) => {
    // A screen reader clicks without pointer or key: play a short note.
    const key = event.target.closest(".key");
    if (!key || event.detail !== 0) return;
    hands.press("reader", pitchOf(key), FOCUS_VELOCITY, event.timeStamp);
    setTimeout(() => hands.release("reader", performance.now()), 300);
  });

  return {
    element: row,
    /** @param {number} octave */
    show(octave) {
      lowest = lowestPitch(octave);
      fit();
      keys.forEach((key, index) => {
        key.setAttribute("aria-label", pitchName(lowest + index));
        key.dataset.pitch = String(lowest + index);
        const name = index % 12 === 0 ? pitchName(lowest + index) : "";
        key.querySelector(".octave").textContent = name;
      });
    },
    /** @param {number} pitch @param {"down" | "playing"} how @param {boolean} on */
    light(pitch, how, on) {
      keys[pitch - lowest]?.classList.toggle(how, on);
    },
    dim() {
      for (const key of keys) key.classList.remove("down", "playing");
    },
  };
}

/** @param {number} index semitones above the lowest key */
function drawKey(index) {
  const black = BLACK.has(index % 12);
  const before = Array.from({ length: index }, (_, semitone) => semitone);
  const whites_before = before.filter((semitone) => !BLACK.has(semitone % 12));
  const key = element(
    "button",
    { type: "button", class: `key ${black ? "black" : "white"}`, tabindex: index ? -1 : 0 },
    [
      element("span", { class: "letter", text: letterOf(index), "aria-hidden": "true" }),
      element("span", { class: "octave", "aria-hidden": "true" }),
    ],
  );
  key.style.left = `calc(100% * ${whites_before.length} / var(--whites))`;
  return key;
}

/** @param {number} index @returns {string} the computer key that plays it, or "" */
function letterOf(index) {
  const letter = Object.keys(COMPUTER_KEYS).find((name) => COMPUTER_KEYS[name] === index);
  return letter ? letter.toUpperCase() : "";
}
