import { element, setText } from "../keyboard/dom.js";

/**
 * The bands that a tune has by now, in a row, each with its picture: a press lets one hear it, at
 * the same place of the tune. Behind them are those that were asked for and could not be: a press
 * says why.
 *
 * @typedef {{take: number, label: string, roll: string | null,
 *   parts: Array<{name: string, stem: string}>, loudness: string | null}} Band
 * @typedef {{label: string, why: string}} Missing
 */

/**
 * @param {(take: number) => void} choose @param {(text: string) => void} say
 * @param {AbortSignal} signal
 */
export function createBands(choose, say, signal) {
  const row = element("div", { class: "bands", role: "group", "aria-label": "Bands" });
  /** @type {Map<number, {button: HTMLButtonElement, picture: any, name: any}>} by take */
  const made = new Map();
  let shown = NaN;
  /** @type {HTMLButtonElement[]} */
  let gaps = [];

  /** @param {Missing} missing */
  function gap({ label, why }) {
    const words = [element("span", { text: label }), element("span", { text: "left out" })];
    const title = `${label} is left out. ${why}`;
    const button = element("button", { type: "button", class: "take gap", title }, words);
    button.addEventListener("click", () => say(title), { signal });
    return button;
  }

  /** @param {Missing[]} missing */
  function showGaps(missing) {
    const made = missing.map(gap);
    if (made.map(({ title }) => title).join() !== gaps.map(({ title }) => title).join()) {
      for (const old of gaps) old.remove();
      gaps = made;
    }
    row.append(...gaps.filter((button) => !button.isConnected));
  }

  function make(take) {
    const picture = element("img", { class: "roll", alt: "" });
    const name = element("span");
    const button = element("button", { type: "button", class: "take" }, [picture, name]);
    button.addEventListener("click", () => choose(take), { signal });
    return { button, picture, name };
  }

  /** A button stays the same one while others come: a press of it must not be lost. */
  function fill({ button, picture, name }, { label, roll }, pressed) {
    if (roll && picture.getAttribute("src") !== roll) picture.src = roll;
    picture.hidden = !roll;
    setText(name, label);
    button.title = `Listen to ${label}`;
    button.ariaPressed = String(pressed);
  }

  return {
    row,

    /**
     * @param {Band[]} bands @param {number} chosen the take that is shown or asked for
     * @param {Missing[]} missing
     */
    show(bands, chosen, missing) {
      row.hidden = bands.length + missing.length < 2;
      for (const [take, { button }] of made) {
        if (bands.some((band) => band.take === take)) continue;
        button.remove();
        made.delete(take);
      }
      bands.forEach((band, place) => {
        const one = made.get(band.take) ?? make(band.take);
        made.set(band.take, one);
        fill(one, band, band.take === chosen);
        const there = row.children[place];
        if (there !== one.button) row.insertBefore(one.button, there ?? null);
      });
      showGaps(missing);
      const pressed = made.get(chosen)?.button;
      if (row.hidden || !pressed || chosen === shown) return;
      shown = chosen;
      row.scrollLeft = pressed.offsetLeft - (row.clientWidth - pressed.offsetWidth) / 2;
    },
  };
}
