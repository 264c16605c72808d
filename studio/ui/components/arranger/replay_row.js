import { element, icon, setText } from "../keyboard/dom.js";

/** The row above the lanes while a replay is seen: how it is moved through, and what of it is
 * shown. */

const PLAY = "M4.5 2.5v11l9-5.5z";
const PAUSE = "M4 3h3v10H4zM9 3h3v10H9z";
const BACK = "M11 3v10L4.5 8zM3 3h1.5v10H3z";
const ON = "M5 3v10l6.5-5zM11.5 3H13v10h-1.5z";
const MODES = { edits: "One note at a time", fog: "Let the fog clear" };

/**
 * @param {{toggle: () => void, step: (by: number) => void, veto: () => void, close: () => void,
 *   choose: (mode: "edits" | "fog") => void}} act
 * @param {AbortSignal} signal
 */
export function createReplayRow(act, signal) {
  const button = (label, onClick, attributes, children) => {
    const made = element("button", { type: "button", "aria-label": label, title: label, ...attributes },
      children);
    made.addEventListener("click", onClick, { signal });
    return made;
  };
  const round = (label, path, onClick, kind = "round") =>
    button(label, onClick, { class: kind }, [icon(path)]);
  const play = round("Play", PLAY, act.toggle, "round main");
  const pauseIcon = icon(PAUSE);
  play.append(pauseIcon);
  const back = round("One back (←)", BACK, () => act.step(-1));
  const on = round("One on (→)", ON, () => act.step(1));
  const veto = button(null, act.veto, {
    class: "wish", "aria-keyshortcuts": "V",
    title: "Strike this out, and go on another way from here",
  }, [element("span", { text: "Veto" }), element("kbd", { text: "V", "aria-hidden": "true" })]);
  const modes = Object.entries(MODES).map(([mode, text]) =>
    button(null, () => act.choose(mode), { text, title: null, value: mode }));
  const place = element("span", { class: "readout" });
  const legend = element("span", { class: "legend" });
  const leave = button(null, act.close, { class: "wish", text: "Close the replay", title: null });

  return {
    element: element("div", { class: "tools", role: "group", "aria-label": "Replay" }, [
      back, play, on,
      element("div", { class: "modes", role: "group", "aria-label": "How it is seen" }, modes),
      veto, place, legend, element("div", { class: "tail" }, [leave]),
    ]),

    /** @param {{mode: string, count: number, size: number, playing: boolean, busy: boolean,
     *   place: string, legend: string}} shown */
    show({ mode, count, size, playing, busy, place: where, legend: more }) {
      play.firstChild.toggleAttribute("hidden", playing);
      pauseIcon.toggleAttribute("hidden", !playing);
      play.setAttribute("aria-label", playing ? "Pause the replay" : "Play the replay");
      play.title = playing ? "Pause (Space)" : "Play (Space)";
      back.disabled = !count;
      on.disabled = count === size;
      veto.hidden = mode !== "edits";
      veto.disabled = !count || busy;
      for (const each of modes) each.setAttribute("aria-pressed", String(each.value === mode));
      setText(place, where);
      setText(legend, more);
    },
  };
}
