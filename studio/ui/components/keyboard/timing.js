/**
 * Pure functions over notes and time. Seconds count from the downbeat of bar 1.
 *
 * @typedef {{start_seconds: number, duration_seconds: number, pitch: number,
 *   velocity: number}} Note
 * @typedef {{onset_ms: number, release_ms: number, pitch: number, velocity: number}} PlayedNote
 * @typedef {{start_seconds: number, end_seconds: number}} Trim
 */

/** Grid steps in a quarter; a step of "triplets" is a triplet eighth. */
const STEPS_PER_QUARTER = { "1/8": 2, "1/16": 4, triplets: 3 };

/**
 * A metre as it is counted: 6/8 and its kin in dotted beats, others in the unit they are written
 * in. A beat is told in quarters, for the tempo counts quarters.
 *
 * @param {string} metre such as "3/4", "6/8"
 * @returns {{beats_per_bar: number, quarters_per_beat: number}}
 */
export function beatsOf(metre) {
  const [count, unit] = metre.split("/").map(Number);
  const threes = unit >= 8 && count > 3 && count % 3 === 0;
  const beats_per_bar = threes ? count / 3 : count;
  return { beats_per_bar, quarters_per_beat: (4 * count) / unit / beats_per_bar };
}

/**
 * Where the music stands. The count-in is bar 0.
 *
 * @param {number} elapsed_seconds
 * @param {number} tempo_bpm
 * @param {string} metre
 * @returns {{bar: number, beat: number}}
 */
export function position(elapsed_seconds, tempo_bpm, metre) {
  const { beats_per_bar, quarters_per_beat } = beatsOf(metre);
  const index = Math.floor((elapsed_seconds * tempo_bpm) / 60 / quarters_per_beat + 1e-6);
  const bar = Math.floor(index / beats_per_bar);
  return { bar: bar + 1, beat: index - bar * beats_per_bar + 1 };
}

/**
 * How the readout tells the place: "3.2" on a known grid, "0:07" without one.
 *
 * @param {number} elapsed_seconds
 * @param {number} tempo_bpm
 * @param {string} metre
 * @param {boolean} grid_known
 * @returns {{text: string, beat: number}} beat 1 is the first of a bar, 0 where there is no grid
 */
export function place(elapsed_seconds, tempo_bpm, metre, grid_known) {
  if (!grid_known) {
    const whole = Math.max(0, Math.floor(elapsed_seconds));
    return { text: `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`, beat: 0 };
  }
  const { bar, beat } = position(elapsed_seconds, tempo_bpm, metre);
  return { text: bar < 1 ? `in ${beat}` : `${bar}.${beat}`, beat };
}

/**
 * Notes as they were played, in seconds from `origin_ms`, sorted. Event times carry tenths of a
 * millisecond, so four decimals keep all that was measured.
 *
 * @param {PlayedNote[]} played
 * @param {number | null} origin_ms null where no grid was heard: the first onset is 0.
 * @returns {Note[]}
 */
export function timedNotes(played, origin_ms) {
  const origin = origin_ms ?? Math.min(...played.map((note) => note.onset_ms));
  return played
    .map((note) => ({
      start_seconds: seconds(note.onset_ms - origin),
      duration_seconds: Math.max(0.001, seconds(note.release_ms - note.onset_ms)),
      pitch: note.pitch,
      velocity: note.velocity,
    }))
    .sort((a, b) => a.start_seconds - b.start_seconds || a.pitch - b.pitch);
}

/** @param {number} ms */
const seconds = (ms) => Math.round(ms * 10) / 10000;

/**
 * Copies with onsets on the nearest grid line and lengths of whole steps, at least one: a note that
 * was played early is no shorter for it. What had ended as another note began still has.
 *
 * @param {Note[]} notes in order
 * @param {number} tempo_bpm
 * @param {string} grid "off", "1/8", "1/16" or "triplets"
 * @returns {Note[]}
 */
export function quantised(notes, tempo_bpm, grid) {
  const steps = STEPS_PER_QUARTER[grid];
  if (!steps) return notes;
  const step_seconds = 60 / tempo_bpm / steps;
  const snap = (time) => Math.floor(time / step_seconds + 0.5);
  return notes.map((note, i) => {
    const start = snap(note.start_seconds);
    const end_seconds = note.start_seconds + note.duration_seconds;
    let next = i + 1;
    while (next < notes.length && notes[next].start_seconds < end_seconds) next += 1;
    const room = next < notes.length ? snap(notes[next].start_seconds) - start : Infinity;
    const length = Math.max(snap(note.duration_seconds), 1);
    return {
      ...note,
      start_seconds: start * step_seconds,
      duration_seconds: (room > 0 ? Math.min(length, room) : length) * step_seconds,
    };
  });
}

/**
 * The notes that begin inside the trim; one that rings past its end is cut there.
 *
 * @param {Note[]} notes
 * @param {Trim | null} trim
 * @returns {Note[]}
 */
export function trimmed(notes, trim) {
  if (!trim) return notes;
  return notes
    .filter(({ start_seconds: at }) => at >= trim.start_seconds && at < trim.end_seconds)
    .map((note) => ({
      ...note,
      duration_seconds: Math.min(note.duration_seconds, trim.end_seconds - note.start_seconds),
    }));
}

/**
 * From the downbeat, or the pickup before it, to the last release.
 *
 * @param {Note[]} notes
 * @returns {Trim}
 */
export function extent(notes) {
  let start_seconds = 0;
  let end_seconds = 0;
  for (const note of notes) {
    start_seconds = Math.min(start_seconds, note.start_seconds);
    end_seconds = Math.max(end_seconds, note.start_seconds + note.duration_seconds);
  }
  return { start_seconds, end_seconds };
}
