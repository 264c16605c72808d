/** The computer's keys, anywhere on the page except in a field where one types. */

/** Semitones above the lowest visible key. */
export const COMPUTER_KEYS = {
  a: 0, w: 1, s: 2, e: 3, d: 4, f: 5, t: 6, g: 7, y: 8, h: 9, u: 10, j: 11,
  k: 12, o: 13, l: 14, p: 15, ";": 16,
};
const COMPUTER_VELOCITY = 90;
const NOT_TYPED_IN = new Set(["button", "checkbox", "radio", "range", "submit", "reset", "color"]);

const PRESSED_BY_SPACE = "button, input:not([type=range]), summary, audio, video, " +
  "[role=button], [role=tab], [role=radio], [role=checkbox], [role=switch], [role=menuitem]";

/** @param {EventTarget} target @returns {boolean} whether letters belong to this element */
export function isTypingField(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !NOT_TYPED_IN.has(target.type);
  if (/^(TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable) return true;
  return Boolean(target.closest("[role=textbox], [role=combobox], [role=searchbox]"));
}

/** Whether it is the keyboard that has led to what has the focus. `:focus-visible` does not say so:
 * with the next key it is true of what a pointer has pressed, too. */
let led = true;
window.addEventListener("pointerdown", () => (led = false), { capture: true });
window.addEventListener("keydown", ({ key }) => (led ||= key === "Tab"), { capture: true });

/**
 * Whether Space presses this element: one that types, or one to which the keyboard has led. What a
 * pointer has pressed has the focus, too, but there Space plays, as everywhere.
 *
 * @param {EventTarget} target
 */
export const takesSpace = (target) =>
  isTypingField(target) || (led && target.matches?.(PRESSED_BY_SPACE));

/**
 * @param {{press: Function, release: Function}} hands
 * @param {{lowest: () => number, shiftOctave: (by: number) => void, releaseAll: () => void}} page
 * @param {AbortSignal} signal
 */
export function listenToComputerKeys(hands, page, signal) {
  const options = { signal, capture: true }; // before Streamlit's own shortcuts

  window.addEventListener("keydown", (event) => {
    // with Shift they are the arranger's
    const { ctrlKey, metaKey, altKey, shiftKey } = event;
    if (ctrlKey || metaKey || altKey || shiftKey || event.isComposing) return;
    if (isTypingField(event.composedPath()[0])) return;
    const name = event.key.toLowerCase();
    const shift = { z: -1, x: 1 }[name];
    const step = COMPUTER_KEYS[name] ?? (event.code === "Semicolon" ? 16 : undefined);
    if (shift === undefined && step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return;
    if (shift !== undefined) page.shiftOctave(shift);
    else hands.press(`key:${event.code}`, page.lowest() + step, COMPUTER_VELOCITY, event.timeStamp);
  }, options);

  window.addEventListener("keyup", (event) => {
    hands.release(`key:${event.code}`, event.timeStamp);
  }, options);

  // Keys that come up while another window is in front are never told to us.
  window.addEventListener("blur", page.releaseAll, options);
  window.addEventListener("pagehide", page.releaseAll, options);
}
