import { SIXTEENTH_TICKS, clamp, sorted } from "./music.js";

/**
 * What can be done to notes. Pure: each takes the parts and the chosen notes and gives new ones.
 * Parts that do not change stay the same objects, and so do their notes.
 *
 * @typedef {import("./music.js").Note} Note
 * @typedef {{name: string, notes: Note[], rows: number[] | null, locked?: boolean}} Part `rows` are
 *   a kit's drums, low to high; null for pitches
 * @typedef {{parts: Part[], chosen: Set<Note>}} Result
 */

const SHORTEST_TICKS = 30; // a note that is shorter cannot be grasped any more

/** @param {number} tick @param {boolean} snap @returns {number} on the grid, or a whole tick */
export const snapped = (tick, snap) =>
  snap ? Math.round(tick / SIXTEENTH_TICKS) * SIXTEENTH_TICKS : Math.round(tick);

/** Those of the chosen notes that are there. */
export function present(parts, chosen) {
  const all = new Set(parts.flatMap(({ notes }) => notes));
  return new Set([...chosen].filter((note) => all.has(note)));
}

/**
 * What comes of an edit where locked parts stay as they are.
 *
 * @param {Part[]} before @param {Set<Note>} chosen those that were chosen then
 * @param {Result} result
 * @returns {Result & {held: string[]}} `held`, the locked parts that would have changed
 */
export function sparing(before, chosen, { parts, chosen: made }) {
  const stays = (part, i) => part.locked && parts[i].notes !== part.notes;
  const held = before.filter(stays).map(({ name }) => name);
  if (!held.length) return { parts, chosen: made, held };
  const kept = before.map((part, i) => (stays(part, i) ? part : parts[i]));
  return { parts: kept, chosen: present(kept, new Set([...made, ...chosen])), held };
}

/** The one note that is chosen, with its part; null where there are others, or it is of no part. */
export function single(parts, chosen) {
  if (chosen.size !== 1) return null;
  const [note] = chosen;
  const part = parts.find(({ notes }) => notes.includes(note));
  return part ? { part, note } : null;
}

/** Puts `change(note, part)` in the place of each chosen note; null takes it out. */
function rewritten(parts, chosen, change) {
  const next = new Set();
  const changed = parts.map((part) => {
    if (!part.notes.some((note) => chosen.has(note))) return part;
    const notes = [];
    for (const note of part.notes) {
      const made = chosen.has(note) ? change(note, part) : note;
      if (made) notes.push(made);
      if (made && made !== note) next.add(made);
      else if (made && chosen.has(note)) next.add(note);
    }
    return { ...part, notes: sorted(notes) };
  });
  return { parts: changed, chosen: next };
}

/** The row of a pitch: itself, or its place in the kit. @param {Part} part */
const rowOf = (part, pitch) => (part.rows ? part.rows.indexOf(pitch) : pitch);

/** @param {Part[]} parts @param {Set<Note>} chosen */
function* eachChosen(parts, chosen) {
  for (const part of parts) {
    for (const note of part.notes) if (chosen.has(note)) yield { note, part };
  }
}

/** What became of a chosen note, where none went. @param {Set<Note>} made those chosen then */
export function counterpart(parts, chosen, note, made) {
  if (made.has(note)) return note;
  const index = [...eachChosen(parts, chosen)].findIndex((each) => each.note === note);
  return [...made][index] ?? note;
}

/** @returns {Result} without the chosen */
export const removed = (parts, chosen) => rewritten(parts, chosen, () => null);

/** @param {Part[]} parts @param {string} name @param {Note} note @param {number} end_tick */
export function added(parts, name, [start, pitch, duration, velocity], end_tick) {
  const at = clamp(Math.round(start), 0, Math.max(0, end_tick - SHORTEST_TICKS));
  const length = clamp(Math.round(duration), 1, Math.max(1, end_tick - at));
  const note = [at, clamp(Math.round(pitch), 0, 127), length, clamp(velocity, 1, 127)];
  const next = parts.map((part) =>
    part.name === name ? { ...part, notes: sorted([...part.notes, note]) } : part);
  return { parts: next, chosen: new Set([note]) };
}

/**
 * Moves the chosen in time and by rows (semitones, or drums of the kit). All keep their distances:
 * where one would leave the piece, the pitches or the kit, all go only as far as it may.
 *
 * @returns {Result}
 */
export function moved(parts, chosen, ticks, rows, end_tick) {
  let [early, late, down, up] = [-Infinity, Infinity, -Infinity, Infinity];
  for (const { note: [start, pitch, duration], part } of eachChosen(parts, chosen)) {
    const highest = part.rows ? part.rows.length - 1 : 127;
    early = Math.max(early, -start);
    late = Math.min(late, Math.max(0, end_tick - start - duration));
    down = Math.max(down, -rowOf(part, pitch));
    up = Math.min(up, highest - rowOf(part, pitch));
  }
  const by_ticks = clamp(Math.round(ticks), early, late);
  const by_rows = clamp(Math.round(rows), down, up);
  if (!Number.isFinite(by_ticks) || (!by_ticks && !by_rows)) return { parts, chosen };
  return rewritten(parts, chosen, ([start, pitch, duration, velocity], part) => {
    const row = rowOf(part, pitch) + by_rows;
    return [start + by_ticks, part.rows ? part.rows[row] : row, duration, velocity];
  });
}

/** Lengthens or shortens the chosen, each within the piece. @returns {Result} */
export function stretched(parts, chosen, ticks, end_tick) {
  if (!Math.round(ticks)) return { parts, chosen };
  return rewritten(parts, chosen, (note) => {
    const [start, pitch, duration, velocity] = note;
    const longest = Math.max(duration, end_tick - start);
    const shortest = Math.min(duration, SHORTEST_TICKS);
    const length = clamp(duration + Math.round(ticks), shortest, longest);
    return length === duration ? note : [start, pitch, length, velocity];
  });
}

/**
 * The chosen for another place: ticks count from the sixteenth on which the first begins.
 *
 * @returns {Array<{part: string, note: Note}>}
 */
export function copied(parts, chosen) {
  const taken = [...eachChosen(parts, chosen)];
  const first = Math.min(...taken.map(({ note }) => note[0]));
  const origin = Math.floor(first / SIXTEENTH_TICKS) * SIXTEENTH_TICKS;
  return taken.map(({ note: [start, ...rest], part }) =>
    ({ part: part.name, note: [start - origin, ...rest] }));
}

/** Lays copies down from `tick` on, as far as the piece goes. @returns {Result} */
export function pasted(parts, copies, tick, end_tick) {
  const chosen = new Set();
  const next = parts.map((part) => {
    const notes = copies
      .filter(({ part: name, note }) => name === part.name && note[0] + tick < end_tick)
      .map(({ note: [start, pitch, duration, velocity] }) =>
        [start + tick, pitch, Math.min(duration, end_tick - tick - start), velocity]);
    for (const note of notes) chosen.add(note);
    return notes.length ? { ...part, notes: sorted([...part.notes, ...notes]) } : part;
  });
  return { parts: next, chosen };
}
