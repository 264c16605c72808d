import { element, setText } from "../keyboard/dom.js";
import {
  changed, fillable, formText, joined, lengthened, percent, sectionName, spansOf, split,
} from "./form.js";
import { barsName } from "./music.js";

/**
 * All of a section, in a card below it, which a press beside it closes: what was changed there
 * counts then, but not with Escape.
 */

const EDGE_PX = 4;

/**
 * @param {{settle: (sections: import("./form.js").Section[], place: number) => void,
 *   fill: (bar: number, fill: boolean) => void, back: () => void}} desk `back` gives the keys back
 * @param {AbortSignal} signal
 */
export function createFormCard({ settle, fill, back }, signal) {
  const field = (text, attributes) => {
    const input = element("input", attributes);
    return [input, element("label", { class: attributes.type }, [element("span", { text }), input])];
  };
  const button = (onClick, text = "") => {
    const made = element("button", { type: "button", text });
    made.addEventListener("click", onClick, { signal });
    return made;
  };
  const [name, name_label] = field("Section", { type: "text", maxlength: 6, autocomplete: "off" });
  const [bars, bars_label] = field("Bars", { type: "number", min: 1 });
  const [intense, intense_label] = field("Intensity", { type: "range", min: 0, max: 1, step: 0.05 });
  const [filled, fill_label] = field("Fill at its end", { type: "checkbox" });
  const told = intense_label.appendChild(element("output"));
  const cut = button(() => act(split(open.sections, open.place, open.after)));
  const join = button(() => act(joined(open.sections, open.place)));
  const card = element("div", { class: "card", role: "dialog", popover: "auto" }, [
    name_label, bars_label, intense_label, fill_label, cut, join, button(() => close(), "Done"),
  ]);
  /** @type {any} the section that is told of, null while the card is closed */
  let open = null;

  const showIntense = () => setText(told, percent(intense.value));

  function keep() {
    const { sections, place, last, fills } = open;
    const was = sections[place];
    const called = name.value.toUpperCase().replace(/[^A-Z]/g, "") || was.name;
    const next = changed(lengthened(sections, place, Math.round(bars.value) || was.bars), place,
      { name: called, intense: Number(intense.value) });
    open = null;
    if (formText(next) !== formText(sections)) settle(next, place);
    else if (!fill_label.hidden && filled.checked !== fills) fill(last, filled.checked);
  }

  function close() {
    card.hidePopover();
    back();
  }

  /** Without what was changed. */
  function drop() {
    open = null;
    close();
  }

  function act(sections) {
    const { place } = open;
    drop();
    settle(sections, place);
  }

  intense.addEventListener("input", showIntense, { signal });
  card.addEventListener("keydown", (event) => {
    const done = event.key === "Enter" && event.target.tagName === "INPUT";
    if (!done && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (done) close();
    else drop();
  }, { signal });
  card.addEventListener("beforetoggle", ({ newState }) => {
    if (newState === "closed" && open) keep();
  }, { signal });

  return {
    element: card,

    /** @param {import("./form.js").Form} form @param {number} place @param {HTMLElement} chip
     * @param {number} bar at which it was pressed, from 0 */
    open(form, place, chip, bar) {
      const { sections, fills } = form;
      const [span, next] = spansOf(sections).slice(place);
      const inside = bar > span.from && bar < span.to;
      const after = inside ? bar - span.from : Math.ceil(span.bars / 2);
      const last = span.to - 1;
      open = { sections, place, after, last, fills: Boolean(fills?.has(last)) };
      card.ariaLabel = sectionName(span);
      [name.value, bars.value, intense.value] = [span.name, span.bars, span.intense];
      bars.disabled = sections.length < 2;
      filled.checked = open.fills;
      fill_label.hidden = !fillable(form, last);
      cut.hidden = span.bars < 2;
      setText(cut, `Split before bar ${span.from + after + 1}`);
      join.hidden = !next;
      if (next) setText(join, `Join with ${next.name}, ${barsName(next.from, next.to)}`);
      showIntense();
      card.showPopover();
      const { left, bottom } = chip.getBoundingClientRect();
      const within = (at, room) => `${Math.max(0, Math.min(at, room - EDGE_PX))}px`;
      card.style.left = within(left, window.innerWidth - card.offsetWidth);
      card.style.top = within(bottom + EDGE_PX, window.innerHeight - card.offsetHeight);
      intense.focus({ preventScroll: true });
    },

    /** What was told of may be no more. @param {import("./form.js").Form | null} form */
    check: (form) =>
      open && formText(form?.sections ?? []) !== formText(open.sections) && drop(),
  };
}
