import { sorted } from "./music.js";

/**
 * Undo and redo without end. A step holds only the notes that went and came, so that a long
 * session stays small; it is undone by putting back exactly those.
 *
 * @typedef {import("./music.js").Note} Note
 * @typedef {import("./edits.js").Part} Part
 * @typedef {Array<{name: string, out: Note[], into: Note[]}>} Step
 */

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

/** @param {Part[]} parts @param {Step} step @param {boolean} back undo, not redo */
function applied(parts, step, back) {
  const chosen = new Set();
  const next = parts.map((part) => {
    const change = step.find(({ name }) => name === part.name);
    if (!change) return part;
    const gone = new Set(back ? change.into : change.out);
    const come = back ? change.out : change.into;
    for (const note of come) chosen.add(note);
    const kept = part.notes.filter((note) => !gone.has(note));
    return { ...part, notes: sorted([...kept, ...come]) };
  });
  return { parts: next, chosen };
}

export function createHistory() {
  /** @type {Step[]} */
  let past = [];
  /** @type {Step[]} */
  let future = [];
  const without = (steps, name) =>
    steps.map((step) => step.filter((change) => change.name !== name)).filter((s) => s.length);

  return {
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,

    /** @param {Step} step */
    add(step) {
      if (!step.length) return;
      past.push(step);
      future = [];
    },

    /** @param {Part[]} parts @returns {{parts: Part[], chosen: Set<Note>} | null} */
    undo(parts) {
      const step = past.pop();
      if (!step) return null;
      future.push(step);
      return applied(parts, step, true);
    },

    redo(parts) {
      const step = future.pop();
      if (!step) return null;
      past.push(step);
      return applied(parts, step, false);
    },

    /** A part's notes came anew from elsewhere: its steps fit no longer. @param {string} name */
    forget(name) {
      past = without(past, name);
      future = without(future, name);
    },
  };
}
