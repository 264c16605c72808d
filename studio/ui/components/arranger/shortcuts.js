import { isTypingField } from "../keyboard/input.js";

/**
 * Keys as editors have them. They are ours while the arranger has the focus; while nothing has,
 * those are ours that neither the piano on the page nor the browser needs.
 */

const NUDGE = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const LETTERS = { m: "mute", s: "solo", l: "locked" };

/** The piano's own keys go to it. @returns {"none" | "there" | "recording"} */
function piano() {
  let found = "none";
  for (const { shadowRoot } of document.querySelectorAll("*")) {
    if (shadowRoot?.querySelector(".desk .record.on")) return "recording";
    if (shadowRoot?.querySelector(".desk .keys")) found = "there";
  }
  return found;
}

/** @returns {"ours" | "nobody" | "others"} who has the focus */
function focus(root) {
  const active = document.activeElement;
  if (active && active === root.host) return "ours";
  return !active || active === document.body ? "nobody" : "others";
}

/** Undo and redo mean nothing to what else may have the focus, unless one types there. */
const isUndo = ({ ctrlKey, metaKey, key }) => (ctrlKey || metaKey) && /^[zy]$/i.test(key);

/** Whether an element needs this key itself. */
function keeps(element, event) {
  if (isTypingField(element)) return true;
  if (event.key === " " || event.key === "Enter") return element.tagName === "BUTTON";
  return element.type === "range" && (event.key.startsWith("Arrow") || event.key === "Home");
}

/**
 * @param {ShadowRoot} root
 * @param {Record<string, Function>} act
 * @param {AbortSignal} signal
 */
export function listenToShortcuts(root, act, signal) {
  /** @returns {(() => void) | null} */
  function meant(event, ours) {
    const { key, shiftKey, altKey } = event;
    const letter = key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (altKey) return null;
      if (letter === "z") return shiftKey ? act.redo : act.undo;
      if (letter === "y") return act.redo;
      if (shiftKey || !(ours || act.anyChosen())) return null;
      return { a: ours && act.chooseAll, c: act.copy, x: act.cut, v: act.paste }[letter] || null;
    }
    if (key in NUDGE) {
      const [by, rise] = NUDGE[key];
      if (altKey) return ours && by ? () => act.chooseNext(by) : null;
      if (act.anyChosen()) return () => act.nudge(by, rise, shiftKey);
      if (!ours) return null; // arrows scroll the page
      if (rise) return () => act.selectNext(-rise);
      return shiftKey ? () => act.growBars(by) : () => act.step(by);
    }
    if (/^[+=-]$/.test(key)) {
      const factor = key === "-" ? 1 / 1.4 : 1.4;
      return ours && (() => (altKey ? act.heighten(factor) : act.zoom(factor)));
    }
    if (altKey) return null;
    if (key === " ") return act.togglePlay;
    if (key === "Home") return act.home;
    if (key === "Delete" || key === "Backspace") return act.anyChosen() ? act.remove : null;
    if (key === "Insert") return ours && act.insert;
    if (key === "Escape") return ours || act.anyChosen() ? act.letGo : null;
    return letter in LETTERS && !shiftKey ? () => act.toggle(LETTERS[letter]) : null;
  }

  window.addEventListener("keydown", (event) => {
    const owner = focus(root);
    const ours = owner === "ours";
    if (event.isComposing || (event.defaultPrevented && !ours)) return;
    if (keeps(event.composedPath()[0], event)) return;
    if (owner === "others" && !isUndo(event)) return;
    if (!ours) {
      const player = piano();
      const letter = /^[a-z]$/i.test(event.key) && !event.ctrlKey && !event.metaKey;
      if (player === "recording" || (letter && player === "there")) return;
    }
    const action = meant(event, ours);
    if (!action) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the piano's letters, Streamlit's own shortcuts
    if (!event.repeat || event.key in NUDGE || /^[zy+=-]$/i.test(event.key)) action();
  }, { signal, capture: true });
}
