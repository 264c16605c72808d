import { element, onPage, setText } from "./dom.js";
import { createDraft } from "./draft.js";
import { createFold } from "./fold.js";
import { createHands } from "./hands.js";
import { listenToComputerKeys, takesSpace } from "./input.js";
import { createKeys, lowestPitch } from "./keys.js";
import { createMidi } from "./midi.js";
import { createOverview } from "./overview.js";
import * as perform from "./performance.js";
import { createPlayer } from "./player.js";
import { createRecorder, finishedTake } from "./recorder.js";
import { createSession } from "./session.js";
import { audioContext, createSound, soloist } from "./sound.js";
import { createStrip } from "./strip.js";

/**
 * The desk: keys, tools, recorder and player on one table, and what a hand can do with them.
 *
 * @typedef {import("./main.js").Component} Component
 */

const SETTINGS_PAUSE_MS = 300;
const WELCOME = window.matchMedia("(hover: hover)").matches
  ? "Play with the keys A W S E D … or the mouse, then press Record"
  : "Touch the keys to play; Record keeps it";

/** @param {Component} component */
export function createDesk(component) {
  const lifetime = new AbortController();
  const { signal } = lifetime;
  let work = perform.EMPTY;
  let sending = 0;

  const sound = createSound();
  const draft = createDraft(component.data.storage_key);
  const recorder = createRecorder(draft);
  const voices = new Map();
  const held = new Map(); // keys that are down, by pitch
  const hands = createHands({
    begin({ pitch, velocity, onset_ms }) {
      held.set(pitch, { pitch, velocity, onset_ms });
      voices.set(pitch, sound.strike(pitch, velocity));
      keys.light(pitch, "down", true);
      tellKey({ pitch, velocity, down: true });
    },
    end({ pitch, velocity, onset_ms }, release_ms) {
      voices.get(pitch)?.release();
      voices.delete(pitch);
      held.delete(pitch);
      keys.light(pitch, "down", false);
      tellKey({ pitch, velocity, down: false });
      recorder.add({ onset_ms, release_ms, pitch, velocity });
    },
  });
  // a rhythm may be played for a part of the arranger
  const tellKey = (detail) => window.dispatchEvent(new CustomEvent("tutti-key", { detail }));
  const releaseAll = () => hands.releaseAll(performance.now());

  const keys = createKeys(hands, signal);
  const overview = createOverview((trim) => setTrim(trim), signal);
  const live = { class: "status", role: "status", "aria-live": "polite" };
  const status = element("p", { ...live, text: WELCOME });
  const say = (text) => setText(status, text);

  const session = createSession(sound, recorder, {
    onPlace(where, counting) {
      strip.showPlace(where.text, where.beat, counting);
      tellTake();
      say(counting ? "Counting in: a note played now is a pickup" : "Recording");
    },
    onStart: () => show(),
    onLimit: (word) => finish(word),
  });
  const begin = soloist(() => player.isPlaying() && rest(), signal);
  const player = createPlayer(sound, {
    onNote: (pitch, on) => keys.light(pitch, "playing", on),
    onPlace(where, seconds) {
      strip.showPlace(where.text, where.beat, false);
      overview.playhead(seconds);
    },
    onEnd() {
      rest();
      say(summary(perform.currentTake(work)));
    },
  });

  const strip = createStrip({
    toggleRecord: () => (session.state() === "idle" ? record() : finish()),
    togglePlay: () => (player.isPlaying() ? rest() : play()),
    clear,
    trim: (trim) => setTrim(trim),
    change: (settings) => apply(perform.changed(work, settings), SETTINGS_PAUSE_MS),
    shiftOctave,
    connectMidi: () => midi.connect(),
  }, signal);
  const onMidi = (word, sentence, connected) => {
    strip.showMidi(word, connected);
    say(sentence);
  };
  const midi = createMidi(hands, onMidi, () => {
    if (audioContext().state === "suspended") say("Click anywhere once to switch the sound on");
  });

  /** Takes a change over, shows it, and tells Python: at once, or when a setting has settled. */
  function apply(next, pause_ms = 0) {
    work = next;
    show();
    clearTimeout(sending);
    sending = setTimeout(() => component.setStateValue("performance", work), pause_ms);
  }

  const soFar = () => recorder.soFar(performance.now(), held.values());

  /** What is played is drawn here, and in the arranger. */
  function tellTake() {
    const { tempo_bpm, metre } = work;
    const { notes, seconds } = soFar();
    overview.show({ notes });
    const detail = { notes, seconds, tempo_bpm, metre };
    window.dispatchEvent(new CustomEvent("tutti-recording", { detail }));
  }

  function record() {
    rest();
    begin();
    session.start(work);
    show();
  }

  function finish(word) {
    releaseAll();
    session.stop();
    const take = recorder.finish(work.takes);
    window.dispatchEvent(new CustomEvent("tutti-recording", { detail: null }));
    if (take) apply(perform.withTake(work, take));
    rest();
    say(take ? (word ?? summary(take)) : "Nothing was played");
  }

  function play() {
    begin();
    const take = perform.currentTake(work);
    player.start(take, work).then(show);
    say(`Playing ${take.name}`);
  }

  /** Nothing runs: the readout goes back to the start. */
  function rest() {
    if (player.isPlaying()) say("Stopped");
    player.stop();
    overview.playhead(null);
    strip.showPlace("1.1", 0, false);
    show();
  }

  function clear() {
    rest();
    apply(perform.changed(work, { takes: [], trim: null }));
    say("Cleared; Ctrl+Z brings the takes back");
  }

  const setTrim = (trim) => apply(perform.changed(work, { trim }), SETTINGS_PAUSE_MS);

  function shiftOctave(by) {
    const octave = perform.clamp(work.octave + by, perform.OCTAVE_RANGE);
    if (octave !== work.octave) apply(perform.changed(work, { octave }), SETTINGS_PAUSE_MS);
  }

  function show() {
    const mode = player.isPlaying() ? "playing" : session.state();
    panel.toggleAttribute("data-busy", mode !== "idle");
    strip.show({ work, mode });
    keys.show(work.octave);
    keys.dim();
    for (const pitch of voices.keys()) keys.light(pitch, "down", true);
    const editable = session.state() === "idle";
    const { tempo_bpm, tempos, metre, metronome, notes = [] } = editable
      ? (perform.currentTake(work) ?? work)
      : { ...work, notes: soFar().notes };
    const trim = editable ? work.trim : null;
    overview.show({ notes, trim, tempo_bpm, tempos, metre, grid: metronome, editable });
  }

  const panel = element("section", { class: "desk", "aria-label": "Keyboard and recorder" });
  const row = [strip.takeTools, overview.element, strip.reset, createFold(panel, signal)];
  panel.append(element("div", { class: "transport" }, row), strip.settings, keys.element, status);
  component.parentElement.append(panel);

  const page = { lowest: () => lowestPitch(work.octave), shiftOctave, releaseAll };
  listenToComputerKeys(hands, page, signal);
  // Space plays the take where there is no arranger that plays all, and ends what runs here.
  window.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.defaultPrevented || takesSpace(event.composedPath()[0])) return;
    const busy = panel.hasAttribute("data-busy");
    if (!busy && (!work.takes.length || onPage(".arranger"))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat) return;
    if (session.state() !== "idle") finish();
    else if (player.isPlaying()) rest();
    else play();
  }, { signal, capture: true });
  for (const gesture of ["pointerdown", "keydown"]) {
    window.addEventListener(gesture, () => audioContext(), { signal, capture: true, once: true });
  }
  midi.reconnect();

  function restore() {
    const lost = draft.take();
    if (!lost) return;
    const take = finishedTake(lost.head, lost.played, work.takes);
    apply(perform.withTake(work, take));
    say(`An interrupted recording is restored. ${summary(take)}`);
  }

  let fresh = true;
  return {
    /** @param {Component} next the same component with new data */
    refresh(next) {
      component = next;
      const { performance: sent, sprite, instruments } = component.data;
      const adopted = perform.newer(fresh ? { ...work, revision: -1 } : work, sent);
      if (adopted) {
        if (player.isPlaying()) rest();
        clearTimeout(sending); // a setting not yet told is older than what came
        work = adopted;
      }
      strip.setInstruments(instruments);
      sound.load(sprite, () => (panel.dataset.sound = sound.kind()));
      panel.dataset.sound = sound.kind();
      show();
      if (fresh) restore();
      fresh = false;
    },

    dispose() {
      releaseAll(); // a take in progress stays in the draft for the next mount
      session.stop();
      player.stop();
      midi.dispose();
      sound.dispose();
      lifetime.abort();
      panel.remove();
    },
  };
}

/** @param {perform.Take} take @returns {string} "Take 3: 12 notes" */
function summary({ name, notes }) {
  return `${name}: ${notes.length} ${notes.length === 1 ? "note" : "notes"}`;
}
