import { element, icon, setText } from "./dom.js";
import { TEMPO_RANGE_BPM, clamp, currentTake } from "./performance.js";
import { pitchName, lowestPitch } from "./keys.js";
import { beatsOf } from "./timing.js";

/**
 * The tools around the keys: a row for the take (record, play, clear) and a row of settings.
 *
 * @typedef {import("./performance.js").Performance} Performance
 * @typedef {{work: Performance, mode: "idle" | "starting" | "recording" | "playing"}} View
 */

const PLAY = "M4 2.5v11l9.5-5.5z";
const STOP = "M3.5 3.5h9v9h-9z";
const CLEAR = "M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4";
const QUANTISE = [["off", "off"], ["1/8", "1/8"], ["1/16", "1/16"], ["triplets", "triplets"]];
const METRES = ["4/4", "3/4", "2/4", "5/4", "6/8", "7/8", "9/8", "12/8"].map((one) => [one, one]);

/**
 * @param {Record<string, Function>} act what each tool does
 * @param {AbortSignal} signal
 */
export function createStrip(act, signal) {
  const button = (attributes, children, onClick) => {
    const made = element("button", { type: "button", ...attributes }, children);
    made.addEventListener("click", onClick, { signal });
    return made;
  };

  const recordText = element("span", { text: "Record" });
  const record = button({ class: "record" }, [element("i"), recordText], act.toggleRecord);
  const [playIcon, stopIcon] = [icon(PLAY), icon(STOP)];
  const play = button({ class: "round" }, [playIcon, stopIcon], act.togglePlay);
  const clear = button(named("round", "Clear all takes"), [icon(CLEAR, "stroke")], act.clear);
  const place = element("span", { class: "place", text: "1.1" });
  const beats = element("span", { class: "beats" });
  const readout = element("div", { class: "readout", "aria-hidden": "true" }, [place, beats]);
  const reset = button({ class: "quiet", text: "Reset trim" }, [], () => act.trim(null));

  const toggle = (text, name, title) =>
    button({ class: "quiet toggle", text, title }, [], ({ currentTarget }) =>
      act.change({ [name]: currentTarget.getAttribute("aria-pressed") !== "true" }));
  const metronome = toggle("Metronome", "metronome", "Clicks while you record");
  const countIn = toggle("Count-in 1 bar", "count_in", "One bar of clicks before the first");

  const tempo = element("input", {
    type: "number", min: TEMPO_RANGE_BPM[0], max: TEMPO_RANGE_BPM[1], step: 1, inputmode: "numeric",
    "aria-label": "Tempo in beats a minute",
  });
  tempo.addEventListener("change", () => {
    const asked = Math.round(Number(tempo.value) * 100) / 100;
    act.change({ tempo_bpm: clamp(asked || TEMPO_RANGE_BPM[0], TEMPO_RANGE_BPM) });
  }, { signal });
  tempo.addEventListener("keydown", (event) => event.key === "Enter" && tempo.blur(), { signal });

  const metre = choice("Metre", METRES, (value) => act.change({ metre: value }), signal);
  const quantise = choice("Quantise", QUANTISE, (value) => act.change({ quantise: value }), signal);
  const instrument = choice("Sound", [], (value) => act.change({ program: Number(value) }), signal);
  const step = (text, name, by) =>
    button({ ...named("step", name), text }, [], () => act.shiftOctave(by));
  const [lower, higher] = [step("−", "Octave down (Z)", -1), step("+", "Octave up (X)", 1)];
  const octave = element("output", { "aria-label": "Lowest key" });
  const midiText = element("span", { class: "midi-status", text: "connect" });
  const midiName = element("span", { text: "MIDI keyboard:" });
  const midi = button({ class: "quiet midi" }, [midiName, midiText], act.connectMidi);

  const group = (text, ...parts) =>
    element("span", { class: "group" }, [element("span", { class: "dim", text }), ...parts]);
  const settings = element("div", { class: "settings" }, [
    metronome, countIn, group("♩ =", tempo), metre, group("Quantise", quantise),
    group("Octave", lower, octave, higher), group("Sound", instrument), midi,
  ]);
  const takeTools = element("div", { class: "tools" }, [record, play, clear, readout]);

  return {
    takeTools, reset, settings,

    /** @param {Array<{program: number, name: string}>} instruments */
    setInstruments(instruments) {
      fill(instrument, instruments.map(({ program, name }) => [String(program), name]));
    },

    /** @param {View} view */
    show({ work, mode }) {
      const busy = mode === "recording" || mode === "starting";
      record.classList.toggle("on", busy);
      setText(recordText, busy ? "Stop" : "Record");
      const name = mode === "playing" ? "Stop playing" : "Play the take";
      play.setAttribute("aria-label", name);
      play.title = name;
      playIcon.toggleAttribute("hidden", mode === "playing");
      stopIcon.toggleAttribute("hidden", mode !== "playing");
      play.disabled = busy || !currentTake(work);
      clear.disabled = busy || !work.takes.length;
      reset.disabled = busy || !work.trim;
      metronome.setAttribute("aria-pressed", String(work.metronome));
      countIn.setAttribute("aria-pressed", String(work.count_in));
      for (const tool of [metronome, tempo, metre]) tool.disabled = busy;
      countIn.disabled = busy || !work.metronome; // a count-in is clicks
      if (tempo.getRootNode().activeElement !== tempo) tempo.value = String(work.tempo_bpm);
      if (![...metre.options].some(({ value }) => value === work.metre)) {
        metre.append(new Option(work.metre, work.metre)); // an imported 3/2, say
      }
      metre.value = work.metre;
      quantise.value = work.quantise;
      instrument.value = String(work.program);
      octave.value = pitchName(lowestPitch(work.octave));
      const length = beatsOf(work.metre).beats_per_bar;
      if (beats.childElementCount !== length) {
        beats.replaceChildren(...Array.from({ length }, () => element("i")));
      }
    },

    /** The place in the music: `text`, and the beat that sounds now (0 for none). */
    showPlace(text, beat, counting) {
      setText(place, text);
      readout.classList.toggle("counting", counting);
      readout.dataset.beat = String(beat);
      [...beats.children].forEach((dot, i) => dot.classList.toggle("on", i === beat - 1));
    },

    showMidi(text, connected) {
      setText(midiText, text);
      midi.title = text;
      midi.classList.toggle("connected", connected);
    },
  };
}

const named = (kind, name) => ({ class: kind, "aria-label": name, title: name });

/** A select that gives the letters back to the keys once a pointer has chosen. */
function choice(name, options, onChoose, signal) {
  const made = element("select", { "aria-label": name, title: name });
  let by_pointer = false;
  fill(made, options);
  made.addEventListener("pointerdown", () => (by_pointer = true), { signal });
  made.addEventListener("keydown", () => (by_pointer = false), { signal });
  made.addEventListener("change", () => {
    onChoose(made.value);
    if (by_pointer) made.blur();
  }, { signal });
  return made;
}

function fill(select, options) {
  select.replaceChildren(...options.map(([value, text]) => element("option", { value, text })));
}
