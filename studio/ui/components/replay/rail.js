import { element, setText } from "../keyboard/dom.js";
import { percent } from "./odds.js";

/**
 * Beside the piece: the odds of an edit, what was vetoed, and all edits as a table.
 *
 * @typedef {import("./odds.js").Option} Option
 * @typedef {{title: string, place: string, options: Array<Option & {name: string}>,
 *   more: {count: number, share: number}, colour: string} | null} Odds
 */

/**
 * @param {{takeBack: (index: number) => void, rows: () => string[][]}} act `rows`: all edits in
 *   words, by column
 * @param {AbortSignal} signal
 */
export function createRail(act, signal) {
  const title = element("h3");
  const place = element("span", { class: "count" });
  const odds = element("ol", { class: "odds" });
  const vetoes = element("ul", { class: "vetoes", "aria-label": "Vetoes" });
  const note = element("p", { class: "note" });
  const body = element("tbody");
  const columns = ["Edit", "Part", "Place", "Note", "Sure"];
  const head = element("tr", {}, columns.map((text) => element("th", { scope: "col", text })));
  const table = element("details", { class: "twin" }, [
    element("summary", { text: "All edits as a table" }),
    element("div", {}, [element("table", {}, [element("thead", {}, [head]), body])]),
  ]);
  table.addEventListener("toggle", () => (table.open ? fill() : body.replaceChildren()), { signal });

  let filled = null; // for which piece

  function fill(of = filled) {
    filled = of;
    body.replaceChildren(...act.rows().map((row) =>
      element("tr", {}, row.map((text) => element("td", { text })))));
  }

  const bar = (name, share, kind, most, words = "") => element("li", { class: kind }, [
    element("span", { text: name }),
    element("i", { style: `--share: ${(100 * share) / most}%`, "aria-hidden": "true" }),
    element("em", { text: percent(share) }),
    ...(words ? [element("span", { class: "unseen", text: words })] : []),
  ]);

  return {
    element: element("aside", { class: "rail", "aria-label": "Odds of this edit" }, [
      element("header", {}, [title, place]), odds,
      vetoes, note, table,
    ]),

    toggleTable: () => table.toggleAttribute("open"),

    /** @param {Odds} shown @param {{vetoes: string[], note: string, busy: boolean,
     *   of: unknown}} rest `of` which piece */
    show(shown, rest) {
      setText(title, shown?.title ?? "Nothing is written yet");
      setText(place, shown?.place ?? "");
      const most = Math.max(1e-6, ...(shown?.options ?? []).map(({ share }) => share));
      const rows = (shown?.options ?? []).map(({ name, share, taken }) =>
        bar(name, share, taken ? "taken" : "", most, taken ? "taken" : ""));
      if (shown?.more.count) {
        rows.push(bar(`${shown.more.count} more`, shown.more.share, "more", most));
      }
      odds.style.setProperty("--part", shown?.colour ?? "");
      odds.replaceChildren(...rows);
      vetoes.replaceChildren(...rest.vetoes.map((text, index) => {
        const back = element("button", {
          type: "button", text: "×", "aria-label": `Take back: ${text}`, title: "Take back",
        });
        back.disabled = rest.busy;
        back.addEventListener("click", () => act.takeBack(index));
        return element("li", {}, [element("span", { text }), back]);
      }));
      setText(note, rest.note);
      note.hidden = !rest.note;
      if (table.open && filled !== rest.of) fill(rest.of);
      filled = rest.of;
    },
  };
}
