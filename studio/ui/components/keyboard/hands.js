/**
 * Which notes sound and which finger holds each. A finger is any source that can hold a key down:
 * "key:KeyA", "pointer:3", "midi:device:0:60".
 *
 * @typedef {{pitch: number, velocity: number, onset_ms: number, finger: string | null}} Sounding
 */

/**
 * @param {{begin: (note: Sounding) => void,
 *   end: (note: Sounding, release_ms: number) => void}} listener
 */
export function createHands(listener) {
  /** @type {Map<number, Sounding>} by pitch; `finger` is null while only the pedal holds it */
  const sounding = new Map();
  let pedal_down = false;

  function end(note, time_ms) {
    sounding.delete(note.pitch);
    listener.end(note, Math.max(time_ms, note.onset_ms));
  }

  function release(finger, time_ms) {
    for (const note of sounding.values()) {
      if (note.finger !== finger) continue;
      if (pedal_down) note.finger = null;
      else end(note, time_ms);
    }
  }

  return {
    /** A finger is on one key at a time; a pitch struck again ends the note before. */
    press(finger, pitch, velocity, time_ms) {
      if (pitch < 0 || pitch > 127) return;
      release(finger, time_ms);
      const before = sounding.get(pitch);
      if (before) end(before, time_ms);
      const note = { pitch, velocity, onset_ms: time_ms, finger };
      sounding.set(pitch, note);
      listener.begin(note);
    },

    release,

    pedal(down, time_ms) {
      pedal_down = down;
      if (down) return;
      for (const note of [...sounding.values()]) if (note.finger === null) end(note, time_ms);
    },

    releaseAll(time_ms) {
      pedal_down = false;
      for (const note of [...sounding.values()]) end(note, time_ms);
    },
  };
}
