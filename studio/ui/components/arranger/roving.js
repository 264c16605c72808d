import { clamp } from "./music.js";

/**
 * Buttons in a row: Tab comes to one of them, arrows lead to the others.
 *
 * @param {HTMLElement} row of buttons, in their order
 * @param {AbortSignal} signal
 */
export function createRoving(row, signal) {
  const buttons = () => [...row.querySelectorAll("button")];
  let stop = 0;

  function stopAt(index) {
    const all = buttons();
    stop = clamp(index, 0, all.length - 1);
    all.forEach((button, i) => (button.tabIndex = i === stop ? 0 : -1));
    return all[stop];
  }

  row.addEventListener("focusin", ({ target }) => {
    const index = buttons().indexOf(target);
    if (index >= 0) stopAt(index);
  }, { signal });
  row.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!by || event.shiftKey || event.target.tagName !== "BUTTON") return;
    event.preventDefault();
    stopAt(stop + by)?.focus();
  }, { signal });

  return {
    buttons, stop: () => stop,
    focus: () => stopAt(stop)?.focus({ preventScroll: true }),

    /** Other buttons in their place; the focus stays. @param {Element[]} made */
    fill(made) {
      const focused = buttons().indexOf(row.getRootNode().activeElement);
      row.replaceChildren(...made);
      stopAt(focused < 0 ? stop : focused);
      if (focused >= 0) buttons()[stop]?.focus();
    },
  };
}
