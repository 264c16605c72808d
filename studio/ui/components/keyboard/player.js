import { TICK_MS, createPlayback } from "./scheduler.js";
import { evenTime } from "./tempo.js";
import { place, quantised, trimmed } from "./timing.js";

/**
 * Plays a take back, as it will be handed on: trimmed, and quantised where its grid is known.
 *
 * @typedef {import("./performance.js").Performance} Performance
 * @typedef {import("./performance.js").Take} Take
 */

/** @param {Take} take @param {Performance} work */
export function asHeard(take, work) {
  const kept = trimmed(take.notes, work.trim);
  if (!take.metronome || work.quantise === "off") return kept;
  const { even, heard } = evenTime(take);
  const grid = quantised(timed(kept, even), take.tempo_bpm, work.quantise);
  return timed(grid, heard);
}

/** Copies of notes whose begin and end are other seconds. */
const timed = (notes, at) =>
  notes.map((note) => {
    const start_seconds = at(note.start_seconds);
    const end_seconds = at(note.start_seconds + note.duration_seconds);
    return { ...note, start_seconds, duration_seconds: end_seconds - start_seconds };
  });

/**
 * @param {ReturnType<typeof import("./sound.js").createSound>} sound
 * @param {{onNote: (pitch: number, on: boolean) => void, onEnd: () => void,
 *   onPlace: (where: {text: string, beat: number} | null, seconds: number) => void}} listener
 */
export function createPlayer(sound, listener) {
  let playback = null;
  let timer = 0;
  let asked = 0; // counts starts and stops: a stop that comes while sound wakes up wins

  function stop() {
    asked += 1;
    clearInterval(timer);
    playback?.stop();
    playback = null;
  }

  return {
    isPlaying: () => playback !== null,
    stop,

    /** @param {Take} take @param {Performance} work */
    async start(take, work) {
      stop();
      const mine = asked;
      const notes = asHeard(take, work);
      const context = await sound.ready();
      if (mine !== asked) return;
      const first = Math.min(0, ...notes.map((note) => note.start_seconds));
      const from_seconds = work.trim?.start_seconds ?? first;
      playback = createPlayback({ sound, context, notes, from_seconds, onNote: listener.onNote });
      timer = setInterval(() => {
        const heard = playback.tick();
        if (heard === null) {
          stop();
          listener.onEnd();
        } else {
          const even = take.metronome ? evenTime(take).even(heard) : heard;
          listener.onPlace(place(even, take.tempo_bpm, take.metre, take.metronome), heard);
        }
      }, TICK_MS);
    },
  };
}
