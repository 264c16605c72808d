import { readNotes, sorted } from "./music.js";

/**
 * Undo and redo without end. A step holds only the notes that went and came, so that a long
 * session stays small; it is undone by putting back exactly those. Notes are told apart by what
 * they are, not by which array they came in: a step lives on when the page is loaded anew, and when
 * another tab has changed other notes of the part.
 *
 * @typedef {import("./music.js").Note} Note
 * @typedef {import("./edits.js").Part} Part
 * @typedef {Array<{name: string, out: Note[], into: Note[]}>} Step
 */

const ROOM_CHARACTERS = 300_000; // what a reload keeps: the storage is small, and others need it

/** @param {Part[]} before @param {Part[]} after the same parts in the same order @returns {Step} */
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
 * @param {Part[]} parts @param {Step} step @param {boolean} back undo, not redo
 * @returns {{parts: Part[], chosen: Set<Note>} | null} null where its notes are not there any more
 */
function applied(parts, step, back) {
  const chosen = new Set();
  let fits = step.every(({ name }) => parts.some((part) => part.name === name));
  const next = parts.map((part) => {
    const change = step.find(({ name }) => name === part.name);
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
  return raw.filter(Array.isArray).map((step) => step.map(({ name, out, into }) =>
    ({ name: String(name), out: readNotes(out), into: readNotes(into) })));
}

/** @param {string} [place] in session storage, where it outlasts a reload */
export function createHistory(place = "") {
  /** @type {Step[]} */
  let past = [];
  /** @type {Step[]} */
  let future = [];
  try {
    const kept = JSON.parse((place && sessionStorage.getItem(place)) || "{}");
    [past, future] = [readSteps(kept.past), readSteps(kept.future)];
  } catch {
    // not ours, or damaged: nothing to go back to
  }

  function keep() {
    if (!place) return;
    try {
      sessionStorage.setItem(place, `{"past":${written(past)},"future":${written(future)}}`);
    } catch {
      // storage full or forbidden: only a reload forgets the steps
    }
  }

  const fits = (steps, parts, back) =>
    steps.length > 0 && applied(parts, steps.at(-1), back) !== null;

  function go(from, to, parts, back) {
    const result = from.length ? applied(parts, from.at(-1), back) : null;
    if (!result) return null;
    to.push(from.pop());
    keep();
    return result;
  }

  return {
    /** Whether the last step can be taken back: what it made is still there. @param {Part[]} parts */
    canUndo: (parts) => fits(past, parts, true),
    canRedo: (parts) => fits(future, parts, false),

    /** @param {Step} step */
    add(step) {
      if (!step.length) return;
      past.push(step);
      future = [];
      keep();
    },

    /** @param {Part[]} parts @returns {{parts: Part[], chosen: Set<Note>} | null} */
    undo: (parts) => go(past, future, parts, true),

    redo: (parts) => go(future, past, parts, false),
  };
}
