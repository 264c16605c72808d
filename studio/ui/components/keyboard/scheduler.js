import { heardNow } from "./sound.js";

/**
 * Metronome and playback: both look a little ahead and hand their sounds to the audio clock, so a
 * busy page delays no beat. Their owner calls `tick` about forty times a second.
 *
 * @typedef {import("./timing.js").Note} Note
 */

export const TICK_MS = 25;

/** A hidden tab gets one tick a second, so it must look further ahead. */
const lookahead_seconds = () => (document.hidden ? 1.5 : 0.2);

/**
 * Clicks from beat `first_beat` on; beat 0 is the downbeat of bar 1, count-in beats are negative.
 *
 * @param {{sound: any, context: AudioContext, downbeat_audio_seconds: number, beats_per_minute: number,
 *   beats_per_bar: number, first_beat: number}} options
 */
export function createMetronome(options) {
  const { sound, context, downbeat_audio_seconds, beats_per_minute, beats_per_bar } = options;
  let beat = options.first_beat;
  /** @type {Array<() => void>} */
  let recent = [];
  const timeOf = (index) => downbeat_audio_seconds + (index * 60) / beats_per_minute;

  return {
    tick() {
      for (; timeOf(beat) < context.currentTime + lookahead_seconds(); beat += 1) {
        if (timeOf(beat) < context.currentTime - 0.02) continue; // too late to be heard in time
        const silence = sound.click(timeOf(beat), beat % beats_per_bar === 0);
        recent = [...recent.slice(-8), silence];
      }
    },
    stop() {
      for (const silence of recent) silence();
    },
  };
}

/**
 * Plays notes; `onNote` follows what is heard, so the keys light up with the sound.
 *
 * @param {{sound: any, context: AudioContext, notes: Note[], from_seconds: number,
 *   onNote: (pitch: number, on: boolean) => void}} options
 */
export function createPlayback({ sound, context, notes, from_seconds, onNote }) {
  const origin = context.currentTime + 0.12 - from_seconds;
  const queue = [...notes].sort((a, b) => a.start_seconds - b.start_seconds);
  const end_seconds = Math.max(...notes.map((note) => note.start_seconds + note.duration_seconds));
  /** @type {Array<{note: Note, voice: any, lit: boolean}>} */
  let active = [];

  return {
    /** @returns {number | null} seconds into the take as heard, null once it is over */
    tick() {
      const horizon = context.currentTime + lookahead_seconds() - origin;
      while (queue.length && queue[0].start_seconds < horizon) {
        const note = queue.shift();
        const voice = sound.strike(note.pitch, note.velocity, origin + note.start_seconds);
        voice.release(origin + note.start_seconds + note.duration_seconds);
        active.push({ note, voice, lit: false });
      }
      const heard = heardPosition(context) - origin;
      active = active.filter((item) => follow(item, heard, onNote));
      return heard > end_seconds + 0.1 ? null : heard;
    },
    stop() {
      for (const { note, voice } of active) {
        voice.release();
        onNote(note.pitch, false);
      }
    },
  };
}

/** Lights a key when its note is heard; false once the note is over. */
function follow(item, heard, onNote) {
  const { note } = item;
  if (!item.lit && heard >= note.start_seconds) {
    item.lit = true;
    onNote(note.pitch, true);
  }
  const over = heard >= note.start_seconds + note.duration_seconds;
  if (over) onNote(note.pitch, false);
  return !over;
}

/** @param {AudioContext} context @returns {number} audio-clock seconds that are heard now */
function heardPosition(context) {
  const { audio_seconds, time_ms } = heardNow(context);
  return audio_seconds + (performance.now() - time_ms) / 1000;
}
