import { element, setText } from "../keyboard/dom.js";

/**
 * The bands that a tune has by now, in a row, each with its picture: a press lets one hear it, at
 * the same place of the tune.
 *
 * @typedef {{take: number, label: string, roll: string | null,
 *   parts: Array<{name: string, stem: string}>, loudness: string | null}} Band
 */

/** @param {(take: number) => void} choose @param {AbortSignal} signal */
export function createBands(choose, signal) {
  const row = element("div", { class: "bands", role: "group", "aria-label": "Bands" });
  /** @type {Map<number, {button: HTMLButtonElement, picture: any, name: any}>} by take */
  const made = new Map();
  let shown = NaN;

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

    /** @param {Band[]} bands @param {number} chosen the take that is shown or asked for */
    show(bands, chosen) {
      row.hidden = bands.length < 2;
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
      const pressed = made.get(chosen)?.button;
      if (row.hidden || !pressed || chosen === shown) return;
      shown = chosen;
      row.scrollLeft = pressed.offsetLeft - (row.clientWidth - pressed.offsetWidth) / 2;
    },
  };
}
