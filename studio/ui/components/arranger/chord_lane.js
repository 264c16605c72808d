import { element } from "../keyboard/dom.js";
import { LEFT_PX } from "./geometry.js";
import { placeName } from "./music.js";
import { createRoving } from "./roving.js";

/**
 * The chords over the bars: a button each, that becomes a field when it is pressed. They lie in
 * parts of the lane's width, so zooming moves them without a new layout of ours.
 */

const LONGEST_SYMBOL = 24;

/** @param {(tick: number, symbol: string) => void} onChord @param {AbortSignal} signal */
export function createChordLane(onChord, signal) {
  const lane = element("div", { class: "chords", role: "group", "aria-label": "Chords" });
  const roving = createRoving(lane, signal);
  let shown = ""; // what is there: built anew only where it differs
  let asking = null;

  /** Puts a field over the button. */
  function ask(button, tick, symbol) {
    const field = element("input", {
      class: "symbol", value: symbol, maxlength: LONGEST_SYMBOL, spellcheck: "false",
      "aria-label": `Chord in place of ${symbol}`, autocomplete: "off",
    });
    field.style.left = button.style.left;
    field.style.minWidth = button.style.width;
    const end = (keep, refocus) => {
      if (asking !== field) return;
      asking = null;
      const wish = field.value.trim();
      field.remove();
      if (refocus) button.focus();
      if (keep && wish && wish !== symbol) onChord(tick, wish);
    };
    asking = field;
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault(); // or Enter would press the button that gets the focus back
      end(event.key === "Enter", true);
    }, { signal });
    field.addEventListener("blur", () => end(true, false), { signal });
    lane.append(field);
    field.focus();
    field.select();
  }

  return {
    element: lane,

    /**
     * @param {Array<[number, string]>} chords
     * @param {import("./music.js").Grid} grid
     * @param {boolean} changeable
     * @param {number} px_per_tick
     */
    show(chords, grid, changeable, px_per_tick) {
      lane.style.width = `${grid.end_tick * px_per_tick}px`;
      lane.style.marginLeft = `${LEFT_PX}px`;
      const now = JSON.stringify([chords, grid.end_tick, changeable]);
      if (now === shown || asking) return;
      shown = now;
      const inside = chords.filter(([tick]) => tick >= 0 && tick < grid.end_tick);
      roving.fill(inside.map(([tick, symbol], i) => {
        const end = inside[i + 1]?.[0] ?? grid.end_tick;
        const name = `Chord ${symbol} at ${placeName(tick, grid)}`;
        const title = changeable ? `${symbol}: click to type another chord` : symbol;
        const attributes = { type: "button", text: symbol, title, "aria-label": name };
        const button = element("button", { ...attributes, disabled: !changeable });
        button.style.left = `${(100 * tick) / grid.end_tick}%`;
        button.style.width = `calc(${(100 * (end - tick)) / grid.end_tick}% - 2px)`;
        button.addEventListener("click", () => ask(button, tick, symbol), { signal });
        return button;
      }));
    },
  };
}
