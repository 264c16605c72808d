import { beatsOf } from "../keyboard/timing.js";
import { tempoClock } from "../keyboard/tempo.js";

/**
 * Notes, places and their names. Pure.
 *
 * @typedef {[start_tick: number, pitch: number, duration_ticks: number, velocity: number]} Note
 *   Never changed in place: a note that differs is another array.
 * @typedef {{bars: number, bar_ticks: number, beat_ticks: number, beats_per_bar: number,
 *   end_tick: number, end_seconds: number, secondsAt: (tick: number) => number,
 *   tickAt: (seconds: number) => number}} Grid
 */

export const SIXTEENTH_TICKS = 120; // of 480 a quarter, as in every score of the studio
const NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const DRUMS = [
  "Acoustic kick", "Kick", "Side stick", "Snare", "Clap", "Electric snare", "Low floor tom",
  "Closed hi-hat", "High floor tom", "Pedal hi-hat", "Low tom", "Open hi-hat", "Low-mid tom",
  "High-mid tom", "Crash", "High tom", "Ride", "China", "Ride bell", "Tambourine", "Splash",
  "Cowbell", "Second crash", "Vibraslap", "Second ride",
]; // General MIDI from 35

/** @param {number} pitch @returns {string} such as "C♯4" */
export const pitchName = (pitch) => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

/** @param {number} pitch @returns {string} */
export const drumName = (pitch) => DRUMS[pitch - 35] ?? `Drum ${pitch}`;

const order = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];

/** The one order of a part's notes. @param {Note[]} notes @returns {Note[]} a copy */
export const sorted = (notes) => [...notes].sort(order);

/** @param {Note[]} a @param {Note[]} b both sorted */
export const same = (a, b) =>
  a.length === b.length && a.every((note, i) => note === b[i] || order(note, b[i]) === 0);

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Notes as they came, each made whole; what is no note is left out. @returns {Note[]} sorted */
export function readNotes(raw) {
  if (!Array.isArray(raw)) return [];
  const whole = (value, low, high) => clamp(Math.round(value), low, high);
  const notes = raw
    .filter((row) => Array.isArray(row) && row.length >= 4 && row.every(Number.isFinite))
    .map(([start, pitch, duration, velocity]) => [
      whole(start, 0, Infinity), whole(pitch, 0, 127), whole(duration, 1, Infinity),
      whole(velocity, 1, 127),
    ]);
  return sorted(notes);
}

/** @param {any} data an arrangement, or half of one @returns {Grid} */
export function gridOf(data) {
  const metre = /^[1-9]\d*\/[1-9]\d*$/.test(data.metre) ? data.metre : "4/4";
  const { beats_per_bar, quarters_per_beat } = beatsOf(metre);
  const quarter = data.ticks_per_beat > 0 ? data.ticks_per_beat : 480;
  const bar_ticks =
    data.bar_ticks > 0 ? data.bar_ticks : quarter * quarters_per_beat * beats_per_bar;
  const bars = Math.max(1, Math.ceil(data.bars) || 1);
  const tempo_bpm = data.tempo_bpm > 0 ? data.tempo_bpm : 120;
  const tempos = data.tempos?.length ? data.tempos : [[0, 6e7 / tempo_bpm]];
  const { secondsAt, tickAt } = tempoClock(tempos, quarter);
  const end_tick = bars * bar_ticks;
  return {
    bars, bar_ticks, beats_per_bar, beat_ticks: bar_ticks / beats_per_bar, end_tick,
    end_seconds: secondsAt(end_tick), secondsAt, tickAt,
  };
}

/** @param {number} tick @param {Grid} grid @returns {string} bar and beat, "3.2" */
export function placeName(tick, grid) {
  const bar = Math.floor(tick / grid.bar_ticks + 1e-9);
  const beat = Math.floor((tick - bar * grid.bar_ticks) / grid.beat_ticks + 1e-9);
  return `${bar + 1}.${Math.min(beat, grid.beats_per_bar - 1) + 1}`;
}

/** What a reader says of a place. @param {number} tick @param {Grid} grid */
export const placeWords = (tick, grid) =>
  placeName(tick, grid).replace(/(.+)\.(.+)/, "Bar $1, beat $2");

/** @param {number} seconds @returns {string} "0:07" */
export function clockName(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** @param {number} from first bar from 0 @param {number} to the bar after the last */
export const barsName = (from, to) =>
  to - from === 1 ? `bar ${from + 1}` : `bars ${from + 1} to ${to}`;

/** @param {number} count of notes */
export const counted = (count) => `${count} ${count === 1 ? "note" : "notes"}`;

/** What hovering tells, and a key that moves a note: "C4 · 1.2 + 0.5 · 1 beat · velocity 90", half
 * a beat after the second. @param {Note} note @param {boolean} is_drum @param {Grid} grid */
export function noteName([start, pitch, duration, velocity], is_drum, grid) {
  const inBeats = (ticks) => Math.round((100 * ticks) / grid.beat_ticks) / 100;
  const beats = inBeats(duration);
  const late = inBeats((start % grid.bar_ticks) % grid.beat_ticks);
  const length = `${beats} ${beats === 1 ? "beat" : "beats"}`;
  const name = is_drum ? drumName(pitch) : pitchName(pitch);
  return `${name} · ${placeName(start, grid)}${late ? ` + ${late}` : ""} · ${length} · velocity ${velocity}`;
}
