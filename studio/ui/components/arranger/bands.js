import { element } from "../keyboard/dom.js";

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
  let shown = "";

  function make({ take, label, roll }, pressed) {
    const picture = roll ? [element("img", { class: "roll", src: roll, alt: "" })] : [];
    const made = element("button", {
      type: "button", class: "take", title: `Listen to ${label}`,
      "aria-pressed": String(pressed), "data-take": take,
    }, [...picture, element("span", { text: label })]);
    made.addEventListener("click", () => choose(take), { signal });
    return made;
  }

  return {
    row,

    /** @param {Band[]} bands @param {number} chosen the take that is shown or asked for */
    show(bands, chosen) {
      row.hidden = bands.length < 2;
      const now = JSON.stringify([bands.map(({ label, roll }) => [label, roll]), chosen]);
      if (now === shown) return;
      shown = now;
      const focused = row.getRootNode().activeElement?.dataset?.take;
      row.replaceChildren(...bands.map((band) => make(band, band.take === chosen)));
      row.querySelector(`[data-take="${CSS.escape(focused ?? "")}"]`)?.focus();
      const pressed = row.querySelector('[aria-pressed="true"]');
      if (pressed) row.scrollLeft = pressed.offsetLeft - (row.clientWidth - pressed.offsetWidth) / 2;
    },
  };
}
