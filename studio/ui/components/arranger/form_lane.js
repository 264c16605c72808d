import { element } from "../keyboard/dom.js";
import { changed, formText, moved, percent, rounded, sectionName, spansOf } from "./form.js";
import { LEFT_PX } from "./geometry.js";
import { createRoving } from "./roving.js";

/**
 * The sections between chords and bar numbers, a button each, as full as it is intense: dragged up
 * and down it becomes more so or less, its border goes to other bar lines, a press tells all of it.
 * Up and down change what has the focus, with Shift the arrows move its end.
 *
 * @typedef {import("./form.js").Section} Section
 */

const SLACK_PX = 4; // a press may tremble
const WHOLE_PX = 110; // from none to all
const HOW = "drag it up or down, its border to another bar, press it for more";

/**
 * @param {{settle: (sections: Section[], place: number) => void, isFree: () => boolean,
 *   open: (place: number, chip: HTMLElement, bar: number) => void}} desk `open` tells all of a
 *   section that was pressed at that bar, from 0, NaN where no pointer did
 * @param {AbortSignal} signal
 */
export function createFormLane({ settle, isFree, open }, signal) {
  const lane = element("div", { class: "form", role: "group", "aria-label": "Form" });
  const roving = createRoving(lane, signal);
  /** @type {import("./form.js").Form | null} */
  let form = null;
  let grid = null;
  let shown = ""; // what is there: built anew only where it differs
  let drag = null;

  const share = (bar) => `${(100 * bar * grid.bar_ticks) / grid.end_tick}%`;
  const at = (bar, tag, more) => {
    const made = element(tag, more);
    made.style.left = share(bar);
    return made;
  };

  function chipOf(span, place, fills) {
    const { name, bars, from, to, intense } = span;
    const filled = fills.filter((bar) => bar >= from && bar < to).map((bar) => bar + 1);
    const label = sectionName(span) + (filled.length ? `, fills in ${filled.join(", ")}` : "");
    const chip = at(from, "button", {
      type: "button", title: `${label}: ${HOW}`, "aria-label": label, "aria-haspopup": "dialog",
    });
    const raised = drag?.moved && drag.place === place && !drag.border;
    chip.append(element("span", { text: raised ? percent(intense) : `${name} ${bars}` }));
    chip.style.width = `calc(${share(bars)} - 2px)`;
    chip.style.setProperty("--intense", `${100 * intense}%`);
    chip.addEventListener("click", ({ detail, clientX }) => {
      const { left, width } = lane.getBoundingClientRect();
      open(place, chip, detail ? Math.floor(((clientX - left) / width) * grid.bars) : NaN);
    }, { signal });
    return chip;
  }

  /** Builds what is there. @param {Section[]} sections */
  function build(sections) {
    const fills = [...(form.fills ?? [])].filter((bar) => bar < grid.bars);
    const now = JSON.stringify([sections, fills, grid.end_tick, drag]);
    if (now === shown) return;
    shown = now;
    const spans = spansOf(sections).filter(({ from }) => from < grid.bars);
    roving.fill([
      ...spans.map((span, place) => chipOf(span, place, fills)),
      ...fills.map((bar) => at(bar + 1, "i")),
      ...spans.slice(1).map(({ from }, place) => at(from, "span", { class: "border", "data-place": place })),
    ]);
  }

  /** What a drag comes to. @returns {Section[]} */
  function dragged({ clientX, clientY }) {
    const { border, place, x, y } = drag;
    if (border) {
      const bar_px = lane.clientWidth / grid.bars;
      return moved(form.sections, place, Math.round((clientX - x) / bar_px));
    }
    const intense = rounded(form.sections[place].intense + (y - clientY) / WHOLE_PX);
    return changed(form.sections, place, { intense });
  }

  function end(event) {
    if (!drag) return;
    const { moved: far, place } = drag;
    const sections = dragged(event);
    drag = null;
    build(form.sections);
    if (far && event.type === "pointerup") give(sections, place);
  }

  const give = (sections, place) =>
    formText(sections) !== formText(form.sections) && settle(sections, place);

  const on = (type, listener) => lane.addEventListener(type, listener, { signal });
  on("pointerdown", ({ button, target, clientX: x, clientY: y }) => {
    const border = target.closest(".border");
    const place = border ? Number(border.dataset.place) : roving.buttons().indexOf(target.closest("button"));
    if (!button && place >= 0 && isFree()) drag = { border: Boolean(border), place, x, y, moved: false };
  });
  on("pointermove", (event) => {
    if (!drag) return;
    const far = drag.border ? event.clientX - drag.x : event.clientY - drag.y;
    if (!drag.moved && Math.abs(far) < SLACK_PX) return;
    lane.setPointerCapture(event.pointerId); // only now, or a press would be none
    drag.moved = true;
    build(dragged(event));
  });
  on("pointerup", end);
  on("pointercancel", end);
  on("pointerleave", () => !drag?.moved && (drag = null));
  on("keydown", (event) => {
    const place = roving.stop();
    const rise = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key];
    const by = event.shiftKey && { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!rise && !by) return;
    event.preventDefault();
    if (by) return give(moved(form.sections, place, by), place);
    const intense = rounded(form.sections[place].intense + rise);
    give(changed(form.sections, place, { intense }), place);
  });

  return {
    element: lane,
    focus: roving.focus,

    /** @param {typeof form} now null where the band is not arranged @param {number} px_per_tick */
    show(now, on, px_per_tick) {
      [form, grid] = [now, on];
      lane.hidden = !form;
      lane.style.width = `${grid.end_tick * px_per_tick}px`;
      lane.style.marginLeft = `${LEFT_PX}px`;
      lane.toggleAttribute("data-busy", !isFree());
      if (form && !drag) build(form.sections);
    },
  };
}
