import { element } from "../keyboard/dom.js";
import { withMessage } from "./arrangement.js";
import { createChordLane } from "./chord_lane.js";
import { fillable, formText, sectionName, spansOf } from "./form.js";
import { createFormCard } from "./form_card.js";
import { createFormLane } from "./form_lane.js";
import { keeping } from "./news.js";

/**
 * What lies over the bars: chords, and below them the form. What is changed there, a band is
 * written or arranged to.
 *
 * @typedef {import("./arrangement.js").Arrangement} Arrangement
 * @typedef {{now: () => Arrangement, put: (work: Arrangement) => void,
 *   tell: (kind: string, what: any) => void, await: (text: string) => void,
 *   say: (text: string) => void, tick: () => number,
 *   outbox: ReturnType<typeof import("./outbox.js").createOutbox>}} Desk `await` says what is waited
 *   for, `put` takes the place of what there is `now`, `tick` is where one is
 */

const BUSY = "One moment: the band is being written";

/** @param {Desk} desk @param {AbortSignal} signal */
export function createLeadSheet({ now, put, tell, await: wait, say, outbox, tick }, signal) {
  /** Whether another form can be asked for. */
  const isFree = () => now().can.form && (outbox.isSettling()
    || !outbox.pending().some(({ kind }) => /^(form|fill)$/.test(kind)));

  function ask(kind, what, words) {
    if (kind !== "chord" && !isFree()) return say(BUSY);
    tell(kind, what);
    const work = withMessage(now(), { kind, ...what });
    wait(`${words(work)}${keeping(work, kind !== "chord")}`);
    put(work);
  }
  const settle = (sections, place) => ask("form", { form: formText(sections) },
    ({ form: { sections: next } }) => sectionName(spansOf(next)[place]));
  const fill = (bar, filled) => ask("fill", { bar, fill: filled },
    () => `${filled ? "Fill" : "No fill"} in bar ${bar + 1}`);

  const chords = createChordLane((at, symbol) =>
    ask("chord", { tick: at, symbol }, () => `Writing to ${symbol} …`), signal);
  const card = createFormCard({ settle, fill, back: () => form.focus() }, signal);
  const form = createFormLane({
    settle, isFree,
    open(place, chip, bar) {
      if (!isFree()) return say(BUSY);
      const work = now();
      card.open(work.form, place, chip, bar >= 0 ? bar : Math.floor(tick() / work.grid.bar_ticks));
    },
  }, signal);

  return {
    card: card.element,
    corner: element("div", { class: "corner" }, [
      element("span", { text: "Chords" }), element("span", { class: "of-form", text: "Form" }),
    ]),
    lanes: element("div", {}, [chords.element, form.element]),

    /** Fills the last of the chosen bars, or no longer. @param {{to: number}} bars */
    fillAt: ({ to }) => fill(to - 1, !now().form.fills.has(to - 1)),

    /** @param {number} px_per_tick */
    show(px_per_tick) {
      const work = now();
      chords.show(work.chords, work.grid, work.can.chords, px_per_tick);
      form.show(work.form, work.grid, px_per_tick);
      card.check(work.form);
    },
  };
}

/** What can be asked of the drummer for the last of some bars.
 * @param {Arrangement} work @param {{to: number} | null} bars */
export function fillWish({ form, can }, bars) {
  if (!bars || !can.form || !fillable(form, bars.to - 1)) return "";
  return `${form.fills.has(bars.to - 1) ? "No fill" : "Fill"} in bar ${bars.to}`;
}
