/**
 * The performance: the one value that Python and the page share. Pure functions; each change
 * gives a new object with the next revision.
 *
 * @typedef {import("./timing.js").Note} Note
 * @typedef {import("./timing.js").Trim} Trim
 * @typedef {{id: string, source: string, name: string, tempo_bpm: number, metre: string,
 *   metronome: boolean, notes: Note[], tempos?: Array<[number, number]>}} Take
 * @typedef {{revision: number, tempo_bpm: number, metre: string, metronome: boolean,
 *   count_in: boolean, quantise: string, octave: number, program: number, takes: Take[],
 *   trim: Trim | null}} Performance
 */

export const MAX_TAKES = 20;
export const TEMPO_RANGE_BPM = [20, 300];
export const OCTAVE_RANGE = [0, 7];

/** @type {Performance} */
export const EMPTY = Object.freeze({
  revision: 0,
  tempo_bpm: 100,
  metre: "4/4",
  metronome: true,
  count_in: true,
  quantise: "off",
  octave: 4,
  program: 0,
  takes: [],
  trim: null,
});

/** @param {Performance} work @returns {Take | null} the last one is the current one */
export const currentTake = (work) => work.takes.at(-1) ?? null;

/** @param {Performance} work @param {Partial<Performance>} change @returns {Performance} */
export const changed = (work, change) => ({ ...work, ...change, revision: work.revision + 1 });

/** @param {Performance} work @param {Take} take @returns {Performance} */
export const withTake = (work, take) =>
  changed(work, { takes: [...work.takes, take].slice(-MAX_TAKES), trim: null });

/**
 * What Python sent, where it is newer than what stands here; an equal or lower revision is an
 * echo of our own message.
 *
 * @param {Performance} work
 * @param {Performance | null | undefined} sent
 * @returns {Performance | null}
 */
export const newer = (work, sent) =>
  sent && sent.revision > work.revision ? { ...EMPTY, ...sent } : null;

/** @param {Take[]} takes @returns {string} "Take 3": one more than the highest number in use */
export function nextName(takes) {
  const numbers = takes.map((take) => Number(/^Take (\d+)$/.exec(take.name)?.[1] ?? 0));
  return `Take ${Math.max(0, ...numbers) + 1}`;
}

/** @returns {string} 16 hexadecimal digits; randomUUID is missing where a page is not https. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {number} value @param {number[]} range @returns {number} */
export const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));
