import { element, icon } from "./dom.js";

/**
 * The keys and their settings fold away, so that the page has their room; the browser remembers
 * it. On a very low screen they are folded until one asks for them.
 */

const STORED = "tutti-keys-folded";
const LOW = "(max-height: 559px)";
const CHEVRON = "M3.5 6 8 10.5 12.5 6";

/**
 * @param {HTMLElement} panel that gets `data-folded`; the page hears how high it is in `--desk`
 * @param {AbortSignal} signal
 * @returns {HTMLButtonElement} the button that folds
 */
export function createFold(panel, signal) {
  const button = element("button", { type: "button", class: "round fold" }, [
    icon(CHEVRON, "stroke"),
  ]);

  function fold(folded) {
    panel.toggleAttribute("data-folded", folded);
    const name = folded ? "Show the keys" : "Fold the keys away";
    button.setAttribute("aria-expanded", String(!folded));
    button.setAttribute("aria-label", name);
    button.title = name;
  }

  button.addEventListener("click", () => {
    fold(!panel.hasAttribute("data-folded"));
    remember(panel.hasAttribute("data-folded"));
  }, { signal });
  fold(remembered() ?? window.matchMedia(LOW).matches);

  const sized = new ResizeObserver(() =>
    document.documentElement.style.setProperty("--desk", `${panel.offsetHeight}px`));
  sized.observe(panel);
  signal.addEventListener("abort", () => sized.disconnect());
  return button;
}

function remember(folded) {
  try {
    localStorage.setItem(STORED, String(folded));
  } catch {
    // Storage forbidden: next time the keys are there.
  }
}

/** @returns {boolean | null} */
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? "null");
  } catch {
    return null;
  }
}
