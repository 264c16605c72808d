/**
 * How a band was written, edit by edit, and the piece after some of them. Pure.
 *
 * @typedef {[start_tick: number, pitch: number, duration_ticks: number, velocity: number]} Note
 * @typedef {{look: number, part: number, start: number, end: number, pitch: number | null,
 *   anew: boolean, probability: number, options: Array<[number | null, number]>}} Edit from one
 *   sixteenth to another a part sings `pitch`, or rests where it is null; struck `anew` where the
 *   pitch was there before; the likeliest `options`
 * @typedef {[part: string, start_tick: number, end_tick: number, pitch: number | null]} Veto
 * @typedef {{ticks: number[], parts: Array<{name: string, low: number,
 *   high: number}>, known: Array<[part: number, start: number, end: number, pitch: number]>,
 *   edits: Edit[], vetoes: Veto[], since: string[], looks: number}} Replay `ticks`: where sixteenths begin in the
 *   piece; `known`: what stood there before; `since`: parts that were changed after that; `looks`:
 *   in how many it was written at most
 */

export const [REST, UNKNOWN] = [-1, -2]; // beside pitches, what may stand in a cell
const SIXTEENTH_TICKS = 120;
const VELOCITY = 84;

/** @param {any} told as the worker told it @returns {Replay} */
export function readReplay(told) {
  return {
    ticks: told.ticks,
    parts: told.parts,
    known: told.known,
    edits: told.edits.map(([look, part, start, end, pitch, anew, probability, options]) =>
      ({ look, part, start, end, pitch, anew, probability, options })),
    vetoes: told.vetoes,
    since: told.since,
    looks: told.looks,
  };
}

/**
 * What stands in each cell after so many edits, and where it is struck anew.
 *
 * @param {Replay} replay @param {number} count
 * @returns {Array<{pitches: Int16Array, struck: Uint8Array}>} by part
 */
export function cellsAfter({ ticks, parts, known, edits }, count) {
  const lines = parts.map(() => ({
    pitches: new Int16Array(ticks.length - 1).fill(UNKNOWN),
    struck: new Uint8Array(ticks.length - 1),
  }));
  const write = (part, start, end, pitch, anew) => {
    const { pitches, struck } = lines[part];
    pitches.fill(pitch, start, end);
    struck.fill(0, start, end);
    struck[start] = Number(anew);
  };
  for (const [part, start, end, pitch] of known) write(part, start, end, pitch, true);
  for (const { part, start, end, pitch, anew } of edits.slice(0, count)) {
    write(part, start, end, pitch ?? REST, anew);
  }
  return lines;
}

/** @param {Replay} replay @param {number} count @returns {Note[][]} by part */
export const notesAfter = (replay, count) => notesOf(replay, cellsAfter(replay, count));

/** @param {Replay} replay @param {ReturnType<typeof cellsAfter>} lines @returns {Note[][]} */
export const notesOf = ({ ticks }, lines) => lines.map(({ pitches, struck }) => {
  const notes = [];
  let begun = 0;
  for (let step = 1; step <= pitches.length; step += 1) {
    if (pitches[step] === pitches[begun] && !struck[step]) continue;
    const [start, pitch] = [ticks[begun], pitches[begun]];
    if (pitch >= 0) notes.push([start, pitch, ticks[step] - start, VELOCITY]);
    begun = step;
  }
  return notes;
});

/** The place of the edit, from 1, that a cell has come from after so many; 0 where none has. */
export const writerOf = ({ edits }, count, part, step) =>
  1 + edits.slice(0, count).findLastIndex((edit) =>
    edit.part === part && edit.start <= step && step < edit.end);

/** How many edits two replays begin with alike. @param {Replay} a @param {Replay} b */
export function alike(a, b) {
  const key = ({ part, start, end, pitch, anew }) => `${part} ${start} ${end} ${pitch} ${anew}`;
  const other = b.edits.map(key);
  const first = a.edits.findIndex((edit, i) => key(edit) !== other[i]);
  return first < 0 ? a.edits.length : first;
}

/**
 * The notes that one replay comes to and another does not.
 *
 * @param {Replay} replay @param {Replay} other @returns {Set<string>} by `noteKey`
 */
export function newNotes(replay, other) {
  const keys = (one) => notesAfter(one, one.edits.length).flatMap((notes, part) =>
    notes.map((note) => noteKey(part, note)));
  const before = new Set(keys(other));
  return new Set(keys(replay).filter((key) => !before.has(key)));
}

export const noteKey = (part, [start, pitch, ticks]) => `${part} ${start} ${pitch} ${ticks}`;

/** What would keep an edit from being made. @param {Replay} replay @param {number} count of it
 * @returns {Veto} */
export function vetoOf({ parts, edits }, count) {
  const { part, start, end, pitch } = edits[count - 1];
  return [parts[part].name, start * SIXTEENTH_TICKS, end * SIXTEENTH_TICKS, pitch];
}

/** The places, from 1, of the first edits that vetoes have made others. @param {Replay} replay */
export const vetoedEdits = ({ parts, edits, vetoes }) => vetoes.map(([name, from, to]) =>
  1 + edits.findIndex(({ part, start, end }) => parts[part].name === name
    && start * SIXTEENTH_TICKS < to && from < end * SIXTEENTH_TICKS)).filter(Boolean);
