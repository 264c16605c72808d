import { element, setText } from "../keyboard/dom.js";

/** Beside the piece while its fog clears: how much is open, and in how many looks it is to be
 * written. */

export const STEPS = [1, 2, 4, 8, 16, 32, 96];

/** @param {{choose: (looks: number) => void, keep: () => void}} act @param {AbortSignal} signal */
export function createFogRail(act, signal) {
  const title = element("h3");
  const state = element("p", { class: "note" });
  const steps = STEPS.map((looks) => {
    const made = element("button", { type: "button", text: looks, "aria-label": `${looks} looks` });
    made.addEventListener("click", () => act.choose(looks), { signal });
    return made;
  });
  const keep = element("button", { type: "button", class: "wish", text: "Keep this one" });
  keep.title = "The piece as it comes of so many looks, as a version that can be undone";
  keep.addEventListener("click", act.keep, { signal });
  const hint = element("p", { class: "note", text:
    "Fog is what it still thinks possible: the thicker, the likelier. Drag over bars of a part to " +
    "put fog back: they are written anew." });

  return {
    element: element("aside", { class: "rail", "aria-label": "Fog" }, [
      element("header", {}, [title]), state,
      element("div", { class: "steps", role: "group", "aria-label": "Written in how many looks" },
        steps), keep, hint,
    ]),

    /** @param {{title: string, state: string, looks: number, own: boolean, busy: boolean}} shown
     *   `own`: as the piece is */
    show({ title: text, state: left, looks, own, busy }) {
      setText(title, text);
      setText(state, left);
      steps.forEach((step, i) => {
        step.setAttribute("aria-pressed", String(STEPS[i] === looks));
        step.disabled = busy;
      });
      keep.hidden = own;
      keep.disabled = busy;
    },
  };
}
