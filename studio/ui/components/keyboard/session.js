import { MAX_NOTES, MAX_SECONDS } from "./recorder.js";
import { TICK_MS, createMetronome } from "./scheduler.js";
import { heardNow } from "./sound.js";
import { beatsOf, place } from "./timing.js";

/**
 * One press of Record to the next of Stop: count-in, metronome, limits.
 *
 * @typedef {import("./performance.js").Performance} Performance
 */

const LEAD_SECONDS = 0.15; // room to schedule the first click

/**
 * @param {ReturnType<typeof import("./sound.js").createSound>} sound
 * @param {ReturnType<typeof import("./recorder.js").createRecorder>} recorder
 * @param {{onPlace: Function, onStart: () => void, onLimit: (word: string) => void}} listener
 */
export function createSession(sound, recorder, listener) {
  /** @type {"idle" | "starting" | "recording"} */
  let state = "idle";
  let metronome = null;
  let timer = 0;
  let first_seconds = 0; // where the first click lies, before the downbeat by the count-in

  function tick(work) {
    metronome?.tick();
    const elapsed = Math.max(first_seconds, recorder.elapsed_seconds(performance.now()));
    listener.onPlace(place(elapsed, work.tempo_bpm, work.metre, work.metronome), elapsed < 0);
    if (recorder.isFull()) listener.onLimit(`${MAX_NOTES} notes fill a take: stopped and kept`);
    else if (elapsed > MAX_SECONDS) listener.onLimit("Ten minutes fill a take: stopped and kept");
  }

  /** Fixes the downbeat on the audio clock and, through what is heard, on that of the keys. */
  function downbeat(context, work) {
    const { beats_per_bar, quarters_per_beat } = beatsOf(work.metre);
    const first_beat = work.count_in ? -beats_per_bar : 0;
    const beats_per_minute = work.tempo_bpm / quarters_per_beat;
    first_seconds = (first_beat * 60) / beats_per_minute;
    const downbeat_audio_seconds = context.currentTime + LEAD_SECONDS - first_seconds;
    const grid = { downbeat_audio_seconds, beats_per_minute, beats_per_bar, first_beat };
    metronome = createMetronome({ sound, context, ...grid });
    const heard = heardNow(context);
    return heard.time_ms + 1000 * (downbeat_audio_seconds - heard.audio_seconds);
  }

  return {
    state: () => state,

    /** @param {Performance} work its settings hold for the whole take */
    async start(work) {
      state = "starting";
      first_seconds = 0;
      const context = await sound.ready();
      if (state !== "starting") return;
      const { tempo_bpm, metre, metronome: on } = work;
      const downbeat_ms = on ? downbeat(context, work) : null;
      recorder.begin({ tempo_bpm, metre, metronome: on, downbeat_ms }, performance.now());
      state = "recording";
      listener.onStart();
      timer = setInterval(() => tick(work), TICK_MS);
      tick(work);
    },

    stop() {
      clearInterval(timer);
      metronome?.stop();
      metronome = null;
      state = "idle";
    },
  };
}
