/**
 * The recording in progress, note by note in sessionStorage, so a reload loses nothing played.
 * One item a note: the cost of a note does not grow with the take.
 *
 * @typedef {import("./timing.js").PlayedNote} PlayedNote
 * @typedef {{tempo_bpm: number, metre: string, metronome: boolean,
 *   downbeat_ms: number | null}} RecordingHead
 */

/** @param {string} storage_key */
export function createDraft(storage_key) {
  const prefix = `tutti-recording:${storage_key}:`;
  let count = 0;

  function write(name, value) {
    try {
      sessionStorage.setItem(prefix + name, JSON.stringify(value));
    } catch {
      // Storage full or forbidden: recording goes on, only the safety net is missing.
    }
  }

  function clear() {
    for (let index = 0; sessionStorage.getItem(prefix + index) !== null; index += 1) {
      sessionStorage.removeItem(prefix + index);
    }
    sessionStorage.removeItem(`${prefix}head`);
    count = 0;
  }

  return {
    /** @param {RecordingHead} head */
    begin(head) {
      clear();
      write("head", head);
    },

    /** @param {PlayedNote} note */
    add(note) {
      write(String(count), note);
      count += 1;
    },

    clear,

    /** What a reload interrupted. @returns {{head: RecordingHead, played: PlayedNote[]} | null} */
    take() {
      try {
        const head = JSON.parse(sessionStorage.getItem(`${prefix}head`) ?? "null");
        const played = [];
        for (let index = 0; ; index += 1) {
          const note = JSON.parse(sessionStorage.getItem(prefix + index) ?? "null");
          if (!note) break;
          played.push(note);
        }
        clear();
        return head && played.length ? { head, played } : null;
      } catch {
        return null; // not ours, or damaged: nothing to restore
      }
    },
  };
}
