/**
 * What Python has yet to answer: kept in session storage, sent as one list in order, and sent
 * again until new data shows it. A number that only grows keeps anything from being done twice.
 *
 * Beside what the kind asks for, each message says of which piece and on which `revision` it was
 * made, and an edit of which `take`, so that Python can tell an edit of what changed meanwhile.
 *
 * @typedef {{n: number, kind: string, piece: string, revision: number,
 *   [more: string]: any}} Message
 */

const SETTLE_MS = { edit: 350, mix: 250, form: 600 };
const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 60_000;
const PATIENCE = 3; // answers that do not show a message: then Python has refused it
const ONCE = new Set(["regenerate", "rhythm", "take", "think", "veto", "go"]); // not asked after a reload

let latest = 0;
/** Grows over reloads and tabs: the clock, or one more. */
const nextNumber = () => (latest = Math.max(latest + 1, Date.now()));

/** Whether another message is the same wish. @param {Message} message */
const sameWish = (message) => ({ kind, part, take }) =>
  kind === message.kind && part === message.part && (kind !== "edit" || take === message.take);

/** @param {(messages: Message[]) => void} send */
export function createOutbox(send) {
  /** @type {Message[]} */
  let pending = [];
  let place = "";
  let timer = 0;
  let unsent = false;
  let retry_ms = FIRST_RETRY_MS;
  const unshown = new Map();

  function keep() {
    const lasting = pending.filter(({ kind }) => !ONCE.has(kind));
    try {
      if (lasting.length) sessionStorage.setItem(place, JSON.stringify(lasting));
      else sessionStorage.removeItem(place);
    } catch {
      // Storage full or forbidden: only the safety net is missing.
    }
  }

  function schedule(wait_ms) {
    clearTimeout(timer);
    timer = setTimeout(flush, wait_ms);
  }

  function flush() {
    clearTimeout(timer);
    unsent = false;
    if (!pending.length) return;
    send(pending);
    schedule(retry_ms); // a message can be lost on the way
    retry_ms = Math.min(2 * retry_ms, LONGEST_RETRY_MS);
  }

  /** The same wish twice is the last one, as long as nothing else was asked in between. */
  function replaceable(message) {
    const index = pending.findLastIndex(sameWish(message));
    const between = index < 0 ? [] : pending.slice(index + 1);
    return between.every(({ kind }) => kind in SETTLE_MS) ? index : -1;
  }

  return {
    /** @returns {Message[]} oldest first */
    pending: () => pending,

    /** Whether a message may still be followed by another in its place. */
    isSettling: () => unsent,

    /** What still waits for more of its kind goes now. */
    hurry: () => unsent && flush(),

    /** Begins with a piece: what a reload cut off comes back. @param {string} piece */
    open(piece) {
      clearTimeout(timer); // what another piece has left waits in the storage for its return
      place = `tutti-arranger:${piece}`;
      pending = [];
      try {
        const kept = JSON.parse(sessionStorage.getItem(place) ?? "[]");
        if (Array.isArray(kept)) pending = kept.filter(({ n, kind }) => n > 0 && kind);
      } catch {
        // not ours, or damaged: nothing to restore
      }
      latest = Math.max(latest, ...pending.map(({ n }) => n));
      if (pending.length) schedule(0);
    },

    /** @param {{kind: string, piece: string, revision: number}} wish */
    add(wish) {
      const message = { n: nextNumber(), ...wish };
      // what is edited again was shown before what came meanwhile: the part's notes are still mine
      const earlier = message.kind === "edit" && pending.find(sameWish(message));
      if (earlier) message.revision = earlier.revision;
      const index = message.kind in SETTLE_MS ? replaceable(message) : -1;
      if (index >= 0) pending = pending.filter((_, i) => i !== index);
      pending = [...pending, message];
      unsent = true;
      keep();
      retry_ms = FIRST_RETRY_MS;
      schedule(SETTLE_MS[message.kind] ?? 0);
    },

    /**
     * @param {{revision: number, done?: number}} data `done`, where Python says it, is the last
     *   number it has dealt with
     * @param {(message: Message) => boolean} shown
     */
    answered({ revision, done = 0 }, shown) {
      pending = pending.filter((message) => {
        if (done >= message.n || shown(message)) return false;
        if (revision <= message.revision) return true;
        if (/^(regenerate|rhythm|veto)$/.test(message.kind)) return false;
        const seen = unshown.get(message.n) ?? new Set();
        unshown.set(message.n, seen.add(revision));
        return seen.size < PATIENCE;
      });
      keep();
      if (!pending.length) clearTimeout(timer);
    },

    dispose: () => clearTimeout(timer),
  };
}
