import { onPage } from "../keyboard/dom.js";
import { isTypingField, takesSpace } from "../keyboard/input.js";

/**
 * Keys as editors have them. They are ours while the arranger has the focus; while nothing has,
 * those are ours that the browser does not need. Letters are the piano's wherever the focus is, so
 * ours ask for Shift; Space plays from everywhere but where one types or Tab has led to a button.
 */

const NUDGE = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const LETTERS = { m: "mute", s: "solo", l: "locked" };

/** The page's frame has the focus where one has pressed nothing: it is nobody.
 * @returns {"ours" | "nobody" | "others"} who has the focus */
function focus(root) {
  const active = document.activeElement;
  if (active === root.host) return "ours";
  return !active || active.matches("body, main, section") ? "nobody" : "others";
}

/** Undo and redo mean nothing to what else may have the focus, unless one types there. */
const isUndo = ({ ctrlKey, metaKey, key }) => (ctrlKey || metaKey) && /^[zy]$/i.test(key);

/** Whether an element needs this key itself. */
function keeps(element, event) {
  if (event.key === " ") return takesSpace(element);
  if (isTypingField(element)) return true;
  if (element.closest?.(".card")) return true;
  if (element.closest?.(".form") && /^(Arrow|Home|End)/.test(event.key)) return true;
  if (element.closest?.(".chords") && /^(Arrow(Left|Right)|Home|End)$/.test(event.key)) return true;
  return element.type === "range" && (event.key.startsWith("Arrow") || event.key === "Home");
}

/**
 * @param {ShadowRoot} root
 * @param {Record<string, Function>} act
 * @param {AbortSignal} signal
 */
export function listenToShortcuts(root, act, signal) {
  let spaced = false;

  /** @returns {(() => void) | null} */
  function meant(event, ours) {
    const { key, shiftKey, altKey } = event;
    const letter = key.toLowerCase();
    const of_replay = !event.ctrlKey && !event.metaKey && !altKey && act.keyOfReplay(key);
    if (of_replay && (ours || key === " ")) return of_replay;
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
    return letter in LETTERS && shiftKey ? () => act.toggle(LETTERS[letter]) : null;
  }

  window.addEventListener("keydown", (event) => {
    const owner = focus(root);
    const ours = owner === "ours";
    if (event.isComposing || (event.defaultPrevented && !ours)) return;
    if (keeps(event.composedPath()[0], event)) return;
    if (owner === "others" && !isUndo(event) && event.key !== " ") return;
    if (onPage(".desk[data-busy]")) return; // it records or plays: its keys are its own
    const action = meant(event, ours);
    if (!action) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the piano's letters, Streamlit's own shortcuts
    spaced = event.key === " ";
    if (!event.repeat || event.key in NUDGE || /^[zy+=-]$/i.test(event.key)) action();
  }, { signal, capture: true });
  window.addEventListener("keyup", (event) => {
    if (spaced && event.key === " ") event.preventDefault(); // Firefox presses buttons only now
    spaced = false;
  }, { signal, capture: true });
}
