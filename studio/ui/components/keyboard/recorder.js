import { newId, nextName } from "./performance.js";
import { timedNotes } from "./timing.js";

/**
 * Collects what is played between Record and Stop. Times are those of the input events, in
 * milliseconds; they become seconds only when the take is finished.
 *
 * @typedef {import("./timing.js").PlayedNote} PlayedNote
 * @typedef {import("./draft.js").RecordingHead} RecordingHead
 * @typedef {import("./performance.js").Take} Take
 */

export const MAX_NOTES = 5000;
export const MAX_SECONDS = 600;

/**
 * @param {RecordingHead} head `downbeat_ms` is null where no metronome was heard.
 * @param {PlayedNote[]} played
 * @param {Take[]} takes the takes so far, for the name
 * @returns {Take}
 */
export const finishedTake = (head, played, takes) => ({
  id: newId(),
  source: "take",
  name: nextName(takes),
  tempo_bpm: head.tempo_bpm,
  metre: head.metre,
  metronome: head.metronome,
  notes: timedNotes(played, head.downbeat_ms),
});

/** @param {ReturnType<typeof import("./draft.js").createDraft>} draft */
export function createRecorder(draft) {
  /** @type {RecordingHead | null} */
  let head = null;
  /** @type {PlayedNote[]} */
  let played = [];
  let armed_ms = 0;

  return {
    /** @param {RecordingHead} next @param {number} now_ms notes begun earlier do not count */
    begin(next, now_ms) {
      head = next;
      played = [];
      armed_ms = now_ms;
      draft.begin(next);
    },

    /** @param {PlayedNote} note */
    add(note) {
      if (!head || note.onset_ms < armed_ms || played.length >= MAX_NOTES) return;
      played.push(note);
      draft.add(note);
    },

    isFull: () => played.length >= MAX_NOTES,

    /** Seconds since the downbeat; without a grid, since Record. @param {number} now_ms */
    elapsed_seconds: (now_ms) => (now_ms - (head?.downbeat_ms ?? armed_ms)) / 1000,

    /**
     * The notes so far, as the take will show them, and where it stands.
     *
     * @param {number} now_ms @param {Iterable<Omit<PlayedNote, "release_ms">>} held keys still down
     */
    soFar(now_ms, held) {
      const down = [...held].filter(({ onset_ms }) => onset_ms >= armed_ms);
      const all = [...played, ...down.map((note) => ({ ...note, release_ms: now_ms }))];
      if (!head || !all.length) return { notes: [], seconds: this.elapsed_seconds(now_ms) };
      const origin_ms = head.downbeat_ms ?? Math.min(...all.map(({ onset_ms }) => onset_ms));
      return { notes: timedNotes(all, origin_ms), seconds: (now_ms - origin_ms) / 1000 };
    },

    /** @param {Take[]} takes @returns {Take | null} null where nothing was played */
    finish(takes) {
      const take = head && played.length ? finishedTake(head, played, takes) : null;
      head = null;
      played = [];
      draft.clear();
      return take;
    },
  };
}
