import { readNotes, sorted } from "./music.js";

/**
 * Undo and redo without end, in the order in which things were done. A step is one of three:
 *
 * - notes that went and came, so that a long session stays small; it is undone by putting back
 *   exactly those. They are told apart by what they are, not by which array they came in: a step
 *   lives on when the page is loaded anew, and when another tab has changed other notes.
 * - a setting of a part: its strip, its lock, its instrument.
 * - a way from one place to another. Python knows what a place is, all that lies on the table but
 *   edits: takes, a band, bars and chords that a model wrote. Where only the view of it differs, the
 *   way is quiet: it is gone through, and counts for nothing.
 *
 * @typedef {import("./music.js").Note} Note
 * @typedef {import("./edits.js").Part} Part
 * @typedef {Array<{name: string, out: Note[], into: Note[]}>} Changes
 * @typedef {{id: string, label: string}} Place `id` without what follows its dot is the same where
 *   only the view differs
 * @typedef {{changes: Changes, where: string}} NotesStep `where`, the piece and its take
 * @typedef {{name: string, what: string, before: any, after: any, at_ms: number}} PartStep
 * @typedef {{from: Place, to: Place}} PlaceStep
 * @typedef {NotesStep | PartStep | PlaceStep} Step
 */

const ROOM_CHARACTERS = 300_000; // what a reload keeps: the storage is small, and others need it
const ONE_DRAG_MS = 1000; // settings of one slider that follow on one another are one step

/** @param {Part[]} before @param {Part[]} after the same parts in the same order @returns {Changes} */
export function stepBetween(before, after) {
  return before.flatMap((part, i) => {
    if (part.notes === after[i].notes) return [];
    const [old, fresh] = [new Set(part.notes), new Set(after[i].notes)];
    const out = part.notes.filter((note) => !fresh.has(note));
    const into = after[i].notes.filter((note) => !old.has(note));
    return out.length || into.length ? [{ name: part.name, out, into }] : [];
  });
}

/** The notes without those in `gone`, each taken once; null where one of them is not there. */
function without(notes, gone) {
  const exact = new Set(gone);
  const missing = new Map();
  for (const note of gone) missing.set(String(note), (missing.get(String(note)) ?? 0) + 1);
  const take = (note) => {
    const count = missing.get(String(note));
    if (count) missing.set(String(note), count - 1);
    return Boolean(count);
  };
  // the very same first: of two equal notes, that one goes which came
  const kept = notes.filter((note) => !(exact.has(note) && take(note))).filter((n) => !take(n));
  return [...missing.values()].some(Boolean) ? null : kept;
}

/**
 * @param {Part[]} parts @param {Changes} changes @param {boolean} back undo, not redo
 * @returns {{parts: Part[], chosen: Set<Note>} | null} null where its notes are not there any more
 */
function applied(parts, changes, back) {
  const chosen = new Set();
  let fits = changes.every(({ name }) => parts.some((part) => part.name === name));
  const next = parts.map((part) => {
    const change = changes.find(({ name }) => name === part.name);
    if (!change) return part;
    const come = back ? change.out : change.into;
    const kept = without(part.notes, back ? change.into : change.out);
    fits &&= kept !== null;
    for (const note of come) chosen.add(note);
    return { ...part, notes: sorted([...(kept ?? []), ...come]) };
  });
  return fits ? { parts: next, chosen } : null;
}

/** The newest steps, as many as there is room for. @param {Step[]} steps */
function written(steps) {
  const kept = [];
  let room = ROOM_CHARACTERS;
  for (let i = steps.length - 1; i >= 0; i -= 1) {
    const text = JSON.stringify(steps[i]);
    room -= text.length;
    if (room < 0) break;
    kept.unshift(text);
  }
  return `[${kept}]`;
}

/** Steps as they were kept. @returns {Step[]} */
function readSteps(raw) {
  if (!Array.isArray(raw)) return [];
  return raw.filter((step) => step && typeof step === "object").flatMap((step) => {
    if (Array.isArray(step.changes)) {
      const changes = step.changes.map(({ name, out, into }) =>
        ({ name: String(name), out: readNotes(out), into: readNotes(into) }));
      return [{ changes, where: String(step.where) }];
    }
    return step.what || (step.from?.id && step.to?.id) ? [step] : [];
  });
}

const isQuiet = ({ from, to }) =>
  Boolean(from) && from.id.split(".")[0] === to.id.split(".")[0];

/** @param {string} [storage] in session storage, where it outlasts a reload */
export function createHistory(storage = "") {
  /** @type {Step[]} */
  let past = [];
  /** @type {Step[]} */
  let future = [];
  /** @type {Place | null} */
  let at = null;
  try {
    const kept = JSON.parse((storage && sessionStorage.getItem(storage)) || "{}");
    [past, future] = [readSteps(kept.past), readSteps(kept.future)];
    at = kept.at?.id ? kept.at : null;
  } catch {
    // not ours, or damaged: nothing to go back to
  }

  function keep() {
    if (!storage) return;
    try {
      const [before, after] = [written(past), written(future)];
      const text = `{"past":${before},"future":${after},"at":${JSON.stringify(at)}}`;
      sessionStorage.setItem(storage, text);
    } catch {
      // storage full or forbidden: only a reload forgets the steps
    }
  }

  function fits(steps, parts, back, where) {
    const step = steps.at(-1);
    if (!step) return false;
    if (isQuiet(step)) return steps.some((one) => !isQuiet(one));
    return !step.changes || (step.where === where && applied(parts, step.changes, back) !== null);
  }

  function push(step) {
    past.push(step);
    if (!isQuiet(step)) future = [];
    keep();
  }

  /** What is to be done. */
  function go(from, to, parts, back, where) {
    if (!fits(from, parts, back, where)) return null;
    const step = from.pop();
    to.push(step);
    if (step.from) at = back ? step.from : step.to;
    keep();
    if (step.changes) return applied(parts, step.changes, back);
    if (step.from) return { place: at, label: step.to.label, quiet: isQuiet(step) };
    return { ...step, value: back ? step.before : step.after };
  }

  return {
    /** Whether the last step can be taken back: what it made is still there. @param {Part[]} parts */
    canUndo: (parts, where = "") => fits(past, parts, true, where),
    canRedo: (parts, where = "") => fits(future, parts, false, where),

    /** @param {Changes} changes @param {string} [where] */
    add: (changes, where = "") => changes.length > 0 && push({ changes, where }),

    /** A part's setting was another one. @param {Omit<PartStep, "at_ms">} change */
    addSetting(change) {
      const [last, at_ms] = [past.at(-1), Date.now()];
      const same = last?.what === change.what && last.name === change.name;
      if (same && change.what === "strip" && at_ms - last.at_ms < ONE_DRAG_MS) {
        past.pop();
        return push({ ...last, after: change.after, at_ms });
      }
      push({ ...change, at_ms });
    },

    /** The page shows a place: where it is another one, that was a step. @param {Place} place */
    arrive(place) {
      const from = at;
      at = place;
      if (from && from.id !== place.id) push({ from, to: place });
      else keep();
    },

    /**
     * @param {Part[]} parts @param {string} [where]
     * @returns {any} null where there is nothing; else the `parts` and what is `chosen`, or the
     *   `place` to go to, with its `label`, or the `value` of what is set of a part
     */
    undo: (parts, where = "") => go(past, future, parts, true, where),

    redo: (parts, where = "") => go(future, past, parts, false, where),
  };
}
