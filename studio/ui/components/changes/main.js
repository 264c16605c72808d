import { element } from "../keyboard/dom.js";
import { TICK_MS, createPlayback } from "../keyboard/scheduler.js";
import { createSound, soloist } from "../keyboard/sound.js";
import { mounting } from "../mount.js";

/**
 * A line for each change of a melody: its bar is heard as it was and as it is, and it is taken back
 * or made again.
 *
 * @typedef {import("../keyboard/timing.js").Note} Note
 * @typedef {{text: string, help: string, state: "made" | "undone" | "lost", old: Note[],
 *   new: Note[]}} Change
 * @typedef {{sprite: import("../keyboard/sprite.js").Sprite, changes: Change[]}} Data
 */

const HEARD = [["old", "As it was"], ["new", "Mended"]];
const ACTS = { made: "Take back", undone: "Mend again" };

export default mounting(({ parentElement }) => {
  const list = element("ul");
  const sound = createSound();
  const gone = new AbortController();
  const alone = soloist(stop, gone.signal);
  let playback = null;
  let timer = 0;
  let asked = 0;
  let shown = "";
  parentElement.append(list);

  function stop() {
    asked += 1;
    clearInterval(timer);
    playback?.stop();
    playback = null;
    for (const button of list.querySelectorAll("[aria-pressed]")) button.ariaPressed = "false";
  }

  /** @param {Note[]} notes @param {HTMLButtonElement} button */
  async function play(notes, button) {
    const again = button.ariaPressed === "true";
    stop();
    if (again) return;
    alone();
    const mine = asked;
    button.ariaPressed = "true";
    const context = await sound.ready();
    if (mine !== asked) return;
    playback = createPlayback({ sound, context, notes, from_seconds: 0, onNote: () => {} });
    timer = setInterval(() => playback.tick() === null && stop(), TICK_MS);
  }

  /** @param {Change} change @param {number} place @param {any} component */
  function line(change, place, component) {
    const { text, help, state } = change;
    const buttons = HEARD.map(([which, name]) => {
      const label = `${name}: ${text}`;
      const button = element("button", { type: "button", "aria-pressed": "false", "aria-label": label });
      button.textContent = name;
      button.addEventListener("click", () => play(change[which], button));
      return button;
    });
    const act = ACTS[state];
    if (act) {
      const button = element("button", { type: "button", class: "act", "aria-label": `${act}: ${text}` });
      button.textContent = act;
      button.addEventListener("click", () => component.setTriggerValue("toggled", place));
      buttons.push(button);
    } else buttons.push(element("span", { text: "Changed since" }));
    const said = element("p", { text: text.replace(" %", "\u00a0%"), title: help });
    return element("li", { class: state }, [said, element("div", {}, buttons)]);
  }

  return {
    refresh(component) {
      const { sprite, changes } = component.data;
      sound.load(sprite, () => {});
      const next = JSON.stringify(changes);
      if (next === shown) return;
      stop();
      const focus = [...list.querySelectorAll("button")].indexOf(parentElement.activeElement);
      shown = next;
      list.replaceChildren(...changes.map((change, place) => line(change, place, component)));
      list.querySelectorAll("button")[focus]?.focus();
    },
    dispose() {
      stop();
      gone.abort();
      sound.dispose();
      list.remove();
    },
  };
});
