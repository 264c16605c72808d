import { audioContext, createSound } from "../keyboard/sound.js";

/**
 * What sounds without a worker: the notes that a hand touches, and the stem of a melody that has no
 * band yet, each on its part's own instrument, or on a soft tone until that is there.
 *
 * @typedef {import("./arrangement.js").Part} Part
 * @typedef {import("./music.js").Note} Note
 */

const TOUCH_SECONDS = 0.4;
const TAIL_SECONDS = 0.3;

let made = 0;

/** @param {() => void} onReady an instrument has come */
export function createHandSound(onReady) {
  /** @type {Map<string, ReturnType<typeof createSound>>} by address */
  const sounds = new Map();
  let last = null;
  let stem = "";
  let asked = 0;
  let laying = Promise.resolve(null);

  /** @param {Part} part */
  function of({ sprite }) {
    const url = sprite?.url ?? "";
    if (!sounds.has(url)) {
      const sound = createSound();
      sounds.set(url, sound);
      sound.load(sprite, onReady);
    }
    return sounds.get(url);
  }

  return {
    /** The part is near to be touched. @param {Part} part */
    prepare: (part) => void of(part),

    /** Sounds a note, and no other with it. @param {Part} part @param {Note} note */
    touch(part, [, pitch, , velocity]) {
      last?.release();
      last = of(part).strike(pitch, velocity);
      last.release(audioContext().currentTime + TOUCH_SECONDS);
    },

    /**
     * Makes a part's stem, in the place of the one made before.
     *
     * @param {Part} part @param {(tick: number) => number} secondsAt
     * @returns {Promise<string>} its address, under which `stems.js` has it
     */
    async stem(part, secondsAt) {
      const end_tick = part.notes.reduce((end, [start, , long]) => Math.max(end, start + long), 1);
      const rate = window.tuttiAudio?.context?.sampleRate ?? 48_000;
      const length = Math.ceil((secondsAt(end_tick) + TAIL_SECONDS) * rate);
      const context = new OfflineAudioContext(1, length, rate);
      const sound = of(part);
      for (const [start, pitch, long, velocity] of part.notes) {
        sound.lay(context, pitch, velocity, secondsAt(start), secondsAt(start + long));
      }
      const buffer = await context.startRendering();
      const cache = (window.tuttiStems ??= new Map());
      cache.delete(stem);
      made += 1;
      stem = `hand:${made}`;
      cache.set(stem, buffer);
      return stem;
    },

    /**
     * The same, one after the other.
     *
     * @returns {Promise<{name: string, stem: string} | null>} null where another was asked for since
     */
    lay(part, secondsAt) {
      asked += 1;
      const mine = asked;
      laying = laying.then(async () =>
        (mine === asked ? { name: part.name, stem: await this.stem(part, secondsAt) } : null));
      return laying;
    },

    dispose() {
      for (const sound of sounds.values()) sound.dispose();
    },
  };
}
