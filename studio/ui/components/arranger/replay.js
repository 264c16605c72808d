import { alike, newNotes, readReplay, vetoOf, vetoedEdits } from "../replay/edits.js";
import { readFog } from "../replay/fog.js";
import { createFogRail } from "../replay/fog_rail.js";
import { createRail } from "../replay/rail.js";
import { createStrip } from "../replay/strip.js";
import { editView, laneOf, nameOf } from "./edit_view.js";
import { createFogBrush } from "./fog_brush.js";
import { fogView } from "./fog_view.js";
import { clamp, counted } from "./music.js";
import { createReplayRow } from "./replay_row.js";

/**
 * How a piece was written, seen in its lanes: one edit at a time, and another way from any of them
 * on; or look by look, as fog that clears, in more looks or fewer.
 *
 * @typedef {import("../replay/edits.js").Replay} Replay
 */

const SAID_MS = 4000; // a reader is told no more often while it plays
const AGAIN_MS = 300;
const AS_WRITTEN = 0; // in how many looks fog is asked for
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @param {{now: () => {work: any, chosen: Set<any>}, show: () => void, begin: () => void,
 *   tell: (kind: string, what: any) => void, say: (text: string) => void,
 *   touch: (part: any, note: any) => void, stage: any, board: Element}} desk `begin` silences what
 *   sounds; `board` has the lanes on it, and the replay about it while it is open
 * @param {AbortSignal} signal
 */
export function createReplay({ now, show, begin, tell, say, touch, stage, board }, signal) {
  /** @type {{edits: Replay | null, fog: Replay | null}} of the version that was asked last */
  let told = { edits: null, fog: null };
  let at = { edits: 0, fog: 0 };
  let mode = "edits";
  let view = null; // of what is seen
  let [looks, own] = [AS_WRITTEN, 0]; // that are asked for, and those of the piece
  let [address, version] = ["", ""];
  let busy = false; // another version is on its way
  let fresh = new Set();
  let [playing, said_at] = [0, 0];

  const row = createReplayRow({ toggle, step, veto, close, choose }, signal);
  const strip = createStrip((to) => go(to), signal);
  const rails = {
    edits: createRail({
      rows: () => view.rows(),
      takeBack: (index) => revise(told.edits.vetoes.filter((_, i) => i !== index), "Taking it back …"),
    }, signal),
    fog: createFogRail({ choose: chooseLooks, keep }, signal),
  };

  function go(to, quiet = false) {
    if (!view) return;
    at[mode] = clamp(to, 0, view.size);
    const tick = view.tickOf(at[mode]);
    if (tick !== null) stage.reveal(tick);
    if (!quiet || performance.now() > said_at + SAID_MS) {
      said_at = performance.now();
      say(view.words(at[mode]));
    }
    display();
  }

  function step(by) {
    pause();
    go(at[mode] + by);
    sound();
  }

  function sound() {
    const heard = view?.sound(at[mode]);
    if (heard) touch(...heard);
  }

  function toggle() {
    if (playing) return pause();
    if (!view) return;
    begin();
    if (at[mode] === view.size) at[mode] = 0;
    playing = window.setInterval(() => {
      go(at[mode] + 1, true);
      sound();
      if (at[mode] < view.size) return;
      pause();
      say(view.words(view.size));
    }, view.each_ms);
    display();
  }

  function pause() {
    window.clearInterval(playing);
    playing = 0;
    display();
  }

  function veto() {
    const count = at.edits;
    if (mode !== "edits" || !count || busy) return;
    const what = nameOf(told.edits.edits[count - 1].pitch);
    const vetoes = [...told.edits.vetoes, vetoOf(told.edits, count)];
    revise(vetoes, `Striking out ${what}, and going on another way …`);
  }

  /** Asks for the piece written another way. */
  function revise(vetoes, words, more = {}) {
    if (busy) return;
    pause();
    busy = true;
    say(words);
    tell("veto", { vetoes, ...more });
    display();
  }

  function keep() {
    revise(told.fog.vetoes, `Keeping it as it is in looks: ${looks} …`, { looks });
  }

  /** Fog comes back over bars of a part. */
  function cover(bars, part) {
    const { name, locked } = now().work.parts[part];
    if (locked) return say(`${name} is locked: unlock it to write it anew`);
    if (busy) return;
    pause();
    busy = true;
    looks = AS_WRITTEN;
    say(`Fog comes back over ${name} …`);
    tell("regenerate", { bars, parts: [name], looks });
    display();
  }

  function choose(next) {
    if (next === mode) return;
    pause();
    mode = next;
    seen();
    if (told[mode]) display();
    else ask();
  }

  function chooseLooks(next) {
    pause();
    looks = next === own ? AS_WRITTEN : next;
    ask();
  }

  /** What is shown, as soon as a worker has told it. */
  async function ask() {
    const { work } = now();
    const wanted = `/replays/${work.piece}/${work.version}${mode === "fog" ? `/${looks}` : ""}.json`;
    [address, version] = [wanted, work.version];
    if (mode === "fog") say("Asking what it thought possible …");
    try {
      let answer;
      do {
        answer = await fetch(wanted, { signal });
        if (address !== wanted) return;
        if (answer.status === 202) await new Promise((go_on) => setTimeout(go_on, AGAIN_MS));
      } while (answer.status === 202);
      const found = await answer.json();
      if (address === wanted) arrived(found);
    } catch {
      if (!signal.aborted && address === wanted) failed("How it was written could not be asked: try again.");
    }
  }

  function failed(why) {
    close();
    say(why);
  }

  function arrived(found) {
    if (found.error) return failed(found.error);
    const before = told[mode];
    const again = Boolean(view);
    busy = false;
    told = { ...told, [mode]: { ...readReplay(found), fog: found.fog && readFog(found) } };
    if (looks === AS_WRITTEN) own = found.looks;
    if (mode === "fog") {
      seen();
      go(0, true);
      say(view.words(0));
      if (before) STILL.matches ? go(view.size) : toggle(); // somebody has asked to see it clear
    } else if (before) changed(before);
    else begun();
    if (!again) strip.focus();
  }

  /** After a veto: at what came in its place, and what is another note now stands out. */
  function changed(before) {
    const next = told.edits;
    fresh = newNotes(next, before);
    seen();
    const more = next.vetoes.length > before.vetoes.length;
    go((more && vetoedEdits(next).at(-1)) || Math.min(alike(next, before) + 1, next.edits.length));
    say(`${counted(fresh.size)} changed. ${view.words(at.edits)}`);
  }

  /** At the edit that wrote the note which is chosen, else at the first. */
  function begun() {
    seen();
    const { work, chosen } = now();
    const [note] = chosen;
    const part = told.edits.parts.findIndex((_, index) =>
      work.parts[laneOf(told.edits, work, index)]?.notes.includes(note));
    go((note && view.writer(part, note[0])) || Math.min(1, view.size));
  }

  /** Makes the view of what is told for the piece as it is now. */
  function seen() {
    const { work } = now();
    const replay = told[mode];
    if (!replay) return;
    view = mode === "fog" ? fogView(replay, replay.fog, work) : editView(replay, work, fresh);
  }

  function open() {
    if (address) return;
    begin();
    say("Asking how it was written …");
    ask();
  }

  function close() {
    pause();
    [told, view, mode, looks] = [{ edits: null, fog: null }, null, "edits", AS_WRITTEN];
    [address, version, busy, fresh] = ["", "", false, new Set()];
    display();
    stage.canvas.focus({ preventScroll: true });
  }

  /** Puts the replay about the lanes, or away. */
  function mount() {
    board.parentElement.toggleAttribute("data-replay", view !== null);
    if (view) {
      board.before(row.element);
      board.append(rails[mode].element);
      board.after(strip.element);
    } else {
      for (const { element } of [row, strip, rails.edits, rails.fog]) element.remove();
    }
    show();
    stage.lay(); // the heads are as wide as they need to be
  }

  function display() {
    if (row.element.isConnected !== Boolean(view)) mount();
    const other = rails[mode === "fog" ? "edits" : "fog"].element;
    if (other.isConnected) other.replaceWith(rails[mode].element);
    if (!view || !told[mode]) return;
    const count = at[mode];
    row.show({
      mode, count, size: view.size, playing: playing > 0, busy,
      place: view.place(count), legend: view.legend(count),
    });
    stage.refresh();
    strip.show(view.strip(count), view.words(count));
    if (mode === "fog") {
      rails.fog.show({
        title: view.place(count), state: view.words(count), looks: told.fog.looks,
        own: told.fog.looks === own, busy,
      });
      return;
    }
    const { since } = told.edits;
    rails.edits.show(view.odds(count), {
      vetoes: view.vetoes(), busy, of: told.edits,
      note: since.length ? `This is how it was written. Changed since: ${since.join(", ")}.` : "",
    });
  }

  createFogBrush({
    stage, lanes: () => now().work.parts.length, grid: () => now().work.grid,
    isOn: () => view !== null, isFog: () => mode === "fog",
    /** A press on a note leads to the edit that wrote it. */
    press(lane, tick) {
      const part = told.edits.parts.findIndex((_, i) => laneOf(told.edits, now().work, i) === lane);
      const writer = view.writer(part, tick);
      if (!writer) return;
      pause();
      go(writer);
      strip.focus();
    },
    paint: (lane, bars) => told.fog.parts.some((_, i) => laneOf(told.fog, now().work, i) === lane)
      && cover(bars, lane),
  }, signal);
  signal.addEventListener("abort", () => window.clearInterval(playing));

  const KEYS = {
    ArrowLeft: () => step(-1), ArrowRight: () => step(1), Home: () => go(0),
    End: () => go(view.size), " ": toggle, Escape: close, v: veto,
    f: () => choose(mode === "fog" ? "edits" : "fog"),
    t: () => mode === "edits" && rails.edits.toggleTable(),
  };

  return {
    open,

    /** What the lanes show in place of a scene. */
    over: (scene) => (view ? { ...scene, ...view.scene(at[mode], scene.parts) } : scene),

    /** What a key does while the replay is open. @returns {(() => void) | undefined} */
    key: (name) => (view ? KEYS[name.length > 1 ? name : name.toLowerCase()] : undefined),

    /** The page shows a version, which may be another one. @param {boolean} other_piece */
    refresh(other_piece) {
      if (!view) return;
      const { work } = now();
      if (other_piece) return close();
      if (work.version === version) {
        if (work.can.retrace) busy = false;
        seen();
        return display();
      }
      told = { edits: mode === "edits" ? told.edits : null, fog: mode === "fog" ? told.fog : null };
      ask();
    },
  };
}
