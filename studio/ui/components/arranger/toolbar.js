import { element, icon, setText } from "../keyboard/dom.js";
import { fillWish } from "./lead_sheet.js";
import { barsName, clockName, placeName } from "./music.js";

/**
 * The rows above and below the lanes: transport, place, tools; what is to be said, and what
 * can be asked for the chosen bars and of the chosen note.
 *
 * @typedef {import("./arrangement.js").Arrangement} Arrangement
 */

const ICONS = {
  play: "M4.5 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  stop: "M3.5 3.5h9v9h-9z",
  loop: "M11 1.5 13.5 4 11 6.5M13.5 4H5a2.5 2.5 0 0 0-2.5 2.5V8" +
    "M5 14.5 2.5 12 5 9.5M2.5 12H11a2.5 2.5 0 0 0 2.5-2.5V8",
  click: "M5.5 2h5l2.5 12H3zM8 11l4.5-7",
  snap: "M3 2v6a5 5 0 0 0 10 0V2h-3.5v6a1.5 1.5 0 0 1-3 0V2zM3 5h3.5M9.5 5H13",
  undo: "M6 3 2.5 6.5 6 10M2.5 6.5h7a4 4 0 0 1 0 8H6",
  redo: "M10 3 13.5 6.5 10 10M13.5 6.5h-7a4 4 0 0 0 0 8H10",
  closer: "M8 3v10M3 8h10",
  wider: "M3 8h10",
  taller: "M8 1.5v13M5 4.5 8 1.5 11 4.5M5 11.5 8 14.5 11 11.5",
  lower: "M8 1v5M5.5 4 8 6.5 10.5 4M8 15v-5M5.5 12 8 9.5 10.5 12",
};
const FILLED = new Set(["play", "pause", "stop"]);

/** @param {Record<string, Function>} act @param {AbortSignal} signal */
export function createToolbar(act, signal) {
  const draw = (name) => icon(ICONS[name], FILLED.has(name) ? "fill" : "stroke");
  const button = (name, label, onClick, kind = "tool") => {
    const attributes = { type: "button", class: kind, "aria-label": label, title: label };
    const made = element("button", attributes, [draw(name)]);
    made.addEventListener("click", onClick, { signal });
    return made;
  };
  const group = (label, ...children) =>
    element("div", { class: "group", role: "group", "aria-label": label }, children);

  const pauseIcon = draw("pause");
  const stop = button("stop", "Stop and rewind", act.stop, "round");
  const play = button("play", "Play (Space)", act.togglePlay, "round main");
  play.append(pauseIcon);
  const loop = button("loop", "Loop the chosen bars, or all", act.toggleLoop, "round");
  const place = element("span", { class: "place" });
  const time = element("span", { class: "time" });
  const readout = element("div", { class: "readout", "aria-hidden": "true" }, [place, time]);
  const click = button("click", "Clicks while it plays", act.toggleMetronome);
  const snap = button("snap", "Snap to sixteenths", act.toggleSnap);
  const undo = button("undo", "Undo (Ctrl+Z)", act.undo);
  const redo = button("redo", "Redo (Ctrl+Shift+Z)", act.redo);
  const zoom = group("Zoom",
    button("wider", "See more bars (−)", () => act.zoom(1 / 1.4)),
    button("closer", "See fewer bars (+)", () => act.zoom(1.4)),
    button("lower", "Lower lanes (Alt −)", () => act.heighten(1 / 1.25)),
    button("taller", "Higher lanes (Alt +)", () => act.heighten(1.25)));
  const row = element("div", { class: "tools transport", role: "group", "aria-label": "Transport" }, [
    stop, play, loop, readout,
    element("div", { class: "tail" }, [group("Editing", click, snap, undo, redo), zoom]),
  ]);

  const status = element("p", { class: "status", role: "status", "aria-live": "polite" });
  const wish = (what, kind = null, text = "") => {
    const made = element("button", { type: "button", class: "wish", hidden: true, text });
    made.addEventListener("click", () => what(kind), { signal });
    return made;
  };
  const [one, all] = [wish(act.regenerate, "one"), wish(act.regenerate, "all")];
  const rhythm = wish(() => act.keepRhythm());
  const tap = wish(() => act.tapRhythm(), null, "Tap a rhythm");
  tap.title = "The first of these bars goes round with clicks: tap, and the part takes it over";
  const fill = wish(() => act.fill());
  const why = wish(act.think, null, "Why this note?");
  why.title = "What the model drew it from, and what it looked at";
  const how = wish(() => act.retrace(), null, "How it was written");
  how.title = "Every edit of the model, in its order";
  const foot = element("div", { class: "foot" }, [status, how, why, fill, rhythm, tap, one, all]);

  return {
    row, foot,

    /** @param {string} text */
    say: (text) => setText(status, text),

    /** What was said is over. @param {string} text */
    unsay: (text) => status.textContent === text && setText(status, ""),

    /** @param {boolean} can whether there is a note to ask about */
    showWhy: (can) => why.toggleAttribute("hidden", !can),

    /** @param {Arrangement} work @param {any} state of the arranger */
    show(work, state) {
      const { playing, looping, clicking, snapping, bars, selected } = state;
      play.setAttribute("aria-label", playing ? "Pause" : "Play");
      play.title = playing ? "Pause (Space)" : "Play (Space)";
      play.firstChild.toggleAttribute("hidden", playing);
      pauseIcon.toggleAttribute("hidden", !playing);
      for (const [tool, on] of [[loop, looping], [click, clicking], [snap, snapping]]) {
        tool.setAttribute("aria-pressed", String(on));
      }
      undo.disabled = !state.undoable;
      redo.disabled = !state.redoable;
      const part = work.parts.findIndex(({ name }) => name === selected);
      one.hidden = !bars || !work.can.regenerate || part < 1 || work.parts[part].locked;
      all.hidden = !bars || !work.can.regenerate || !state.unlocked.length;
      rhythm.hidden = !bars || !work.can.rhythm || part < 1 || work.parts[part].locked;
      tap.hidden = rhythm.hidden;
      how.hidden = !work.can.retrace;
      const filling = fillWish(work, bars);
      fill.hidden = !filling;
      if (filling) setText(fill, filling);
      if (!bars) return;
      const span = barsName(bars.from, bars.to);
      setText(one, `Write ${span} anew in ${selected}`);
      setText(all, `Write ${span} anew, all but the locked`);
      all.title = `Writes ${state.unlocked.join(", ")}`;
      const several = bars.to - bars.from > 1;
      setText(rhythm, several ? "Rhythm of the first in all" : "Keep this rhythm");
      rhythm.title = several
        ? `${selected} plays the rhythm of bar ${bars.from + 1} in ${span}, on their chords`
        : `${selected} goes on in the rhythm of ${span}, on the chords that follow`;
    },

    /** @param {number} seconds @param {import("./music.js").Grid} grid */
    showPlace(seconds, grid) {
      const tick = Math.min(grid.tickAt(seconds), grid.end_tick - 1);
      setText(place, `${placeName(tick, grid)} / ${grid.bars}`);
      setText(time, `${clockName(seconds)} / ${clockName(grid.end_seconds)}`);
    },
  };
}
