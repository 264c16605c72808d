import { element, setText } from "../keyboard/dom.js";

/**
 * The column left of the lanes: a part's name, instrument, mute, solo, lock, volume and place.
 *
 * @typedef {import("./arrangement.js").Arrangement} Arrangement
 */

const TOGGLES = [["mute", "M", "Mute"], ["solo", "S", "Solo"], ["locked", "L", "Lock"]];
const WHY = { Lock: ": kept as it is, by hand and when bars are written anew" };

/**
 * @param {{select: (name: string) => void, toggle: (name: string, what: string) => void,
 *   strip: (name: string, change: any) => void, instrument: Function}} act
 * @param {AbortSignal} signal
 */
export function createPartHeads(act, signal) {
  const column = element("div", { class: "heads" });
  /** @type {Map<string, ReturnType<typeof make>>} */
  let heads = new Map();
  let options = [];
  const on = (target, type, listener) => target.addEventListener(type, listener, { signal });

  function toggle(name, [what, letter, verb]) {
    const label = `${verb} ${name}`;
    const made = element("button", {
      type: "button", class: `letter ${what}`, text: letter, "aria-label": label,
      title: `${label}${WHY[verb] ?? ""} (Shift+${letter} for the chosen part)`,
    });
    on(made, "click", () => act.toggle(name, what));
    return made;
  }

  function slider(name, what, range, rest) {
    const label = `${what === "pan" ? "Pan" : "Volume"} of ${name}`;
    const attributes = { type: "range", class: what, ...range, "aria-label": label };
    const made = element("input", attributes);
    const set = () => act.strip(name, { [what]: Number(made.value) });
    on(made, "input", set);
    on(made, "dblclick", () => {
      made.value = String(rest);
      set();
    });
    return made;
  }

  function make(name, is_drum) {
    const title = element("button", { type: "button", class: "name", text: name, title: name });
    on(title, "click", () => act.select(name));
    const toggles = TOGGLES.map((kind) => toggle(name, kind));
    const label = `Instrument of ${name}`;
    const instrument = is_drum
      ? element("span", { class: "instrument" })
      : element("select", { class: "instrument", "aria-label": label, title: label });
    if (!is_drum) {
      for (const type of ["focus", "pointerdown"]) on(instrument, type, () => fill(instrument));
      on(instrument, "change", () => act.instrument(name, Number(instrument.value)));
    }
    const mark = element("span", { class: "mark", text: "loading …", hidden: true });
    const volume = slider(name, "volume", { min: 0, max: 1, step: 0.01 }, 0.8);
    const pan = slider(name, "pan", { min: -1, max: 1, step: 0.05 }, 0);
    const letters = element("span", { class: "letters" }, toggles);
    const box = element("div", { class: "head", role: "group", "aria-label": name }, [
      element("div", { class: "controls" }, [title, letters, instrument, mark, volume, pan]),
    ]);
    on(box, "pointerdown", () => act.select(name));
    return { box, title, toggles, instrument, mark, volume, pan, is_drum };
  }

  /** All instruments only once one is to be chosen: 128 parts would mean thousands of options. */
  function fill(select) {
    if (select.options.length > 1) return;
    const chosen = select.value;
    const missing = [...options].filter(([program]) => String(program) !== chosen);
    for (const [program, name] of missing) select.append(new Option(name, String(program)));
    const order = [...select.options].sort((a, b) => Number(a.value) - Number(b.value));
    select.replaceChildren(...order);
    select.value = chosen;
  }

  function showInstrument(head, part) {
    if (head.is_drum) return setText(head.instrument, part.instrument);
    const value = String(part.program);
    const known = [...head.instrument.options].find((option) => option.value === value);
    if (known?.textContent !== part.instrument) {
      head.instrument.replaceChildren(new Option(part.instrument, value));
    }
    head.instrument.value = value;
  }

  return {
    element: column,

    /**
     * @param {Arrangement} work
     * @param {{selected: string, heard: (name: string) => boolean,
     *   waiting: (name: string) => boolean, lane_px: number}} state
     */
    show(work, { selected, heard, waiting, lane_px }) {
      options = work.instruments;
      column.style.setProperty("--lane", `${lane_px}px`);
      const next = new Map();
      for (const { name, is_drum } of work.parts) {
        const old = heads.get(name);
        next.set(name, old?.is_drum === is_drum ? old : make(name, is_drum));
      }
      const boxes = [...next.values()].map(({ box }) => box);
      const shown = [...column.children];
      if (boxes.length !== shown.length || boxes.some((box, i) => box !== shown[i])) {
        column.replaceChildren(...boxes);
      }
      heads = next;
      for (const part of work.parts) {
        const head = heads.get(part.name);
        const strip = work.mix[part.name];
        head.box.style.setProperty("--part", part.colour);
        head.box.classList.toggle("selected", part.name === selected);
        head.box.classList.toggle("unheard", !heard(part.name));
        head.title.setAttribute("aria-pressed", String(part.name === selected));
        [strip.mute, strip.solo, part.locked].forEach((pressed, i) =>
          head.toggles[i].setAttribute("aria-pressed", String(pressed)));
        showInstrument(head, part);
        head.mark.hidden = !waiting(part.name);
        head.volume.value = String(strip.volume);
        head.volume.style.setProperty("--filled", `${100 * strip.volume}%`);
        head.volume.title = `Volume ${Math.round(100 * strip.volume)} %`;
        head.pan.value = String(strip.pan);
        head.pan.title = panName(strip.pan);
      }
    },
  };
}

function panName(pan) {
  const percent = Math.round(100 * Math.abs(pan));
  return percent ? `Pan ${percent} % ${pan < 0 ? "left" : "right"}` : "Pan: where the band has it";
}
