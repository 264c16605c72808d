import { readAttention } from "./attention.js";
import { formText, readForm, readSections, withFill } from "./form.js";
import { longestOf, rangeOf } from "./geometry.js";
import { clamp, counted, gridOf, readNotes, same } from "./music.js";

/**
 * The piece as it is worked on here: what Python sent, with what is not yet answered on top. Pure.
 *
 * @typedef {import("./music.js").Note} Note
 * @typedef {{name: string, instrument: string, program: number, colour: string,
 *   is_drum: boolean, locked: boolean, stem: string | null, notes: Note[],
 *   sprite: import("../keyboard/sprite.js").Sprite | null,
 *   range: import("./geometry.js").Range, rows: number[] | null, longest: number}} Part
 * @typedef {{volume: number, pan: number, mute: boolean, solo: boolean}} Strip
 * @typedef {{piece: string, version: string, take: number, revision: number, title: string,
 *   change: string, rendered: boolean, grid: import("./music.js").Grid, parts: Part[], chords: Array<[number, string]>,
 *   form: import("./form.js").Form | null,
 *   mix: Record<string, Strip>, mixes: any, loudness: string | null,
 *   takes: import("./bands.js").Band[], left_out: import("./bands.js").Missing[],
 *   can: Record<"regenerate" | "rhythm" | "chords" | "form" | "think" | "retrace", boolean>,
 *   instruments: Array<[number, string]>,
 *   added: [from: number, to: number] | null, marks: Set<string>,
 *   attention: import("./attention.js").Attention | null}} Arrangement
 */

const PALETTE = ["#ffb454", "#a78bfa", "#4fd1c0", "#f472b6", "#60a5fa", "#a3d977"];
const PLAIN_VOLUME = 0.8; // at which a stem sounds as it was rendered, here as in what is exported
const STRIP = { volume: PLAIN_VOLUME, pan: 0, mute: false, solo: false };

const list = (value) => (Array.isArray(value) ? value : []);
const number = (value, otherwise) => (Number.isFinite(value) ? value : otherwise);

/** A part with other notes, and what follows from them. @param {Part} part @param {Note[]} notes */
export function withNotes(part, notes) {
  if (notes === part.notes) return part;
  const range = rangeOf(notes, part.is_drum, part.rows);
  return { ...part, notes, range, rows: range.rows, longest: longestOf(notes) };
}

/** @param {any} sent @param {number} index @param {Note[]} known_notes */
function readPart(sent, index, known_notes) {
  const fresh = readNotes(sent.notes);
  const notes = same(fresh, known_notes) ? known_notes : fresh;
  const colour = CSS.supports("color", sent.colour) ? sent.colour : PALETTE[index % PALETTE.length];
  const bare = {
    name: String(sent.name ?? `Part ${index + 1}`),
    instrument: String(sent.instrument ?? ""),
    program: number(sent.program, 0),
    colour,
    is_drum: Boolean(sent.is_drum),
    locked: Boolean(sent.locked),
    stem: typeof sent.stem === "string" ? sent.stem : null,
    sprite: typeof sent.sprite?.url === "string" ? sent.sprite : null,
    notes: null,
    rows: null,
  };
  return withNotes(bare, notes);
}

/** @param {any} strip @returns {Strip} */
export const readStrip = (strip) => ({
  volume: clamp(number(strip?.volume, STRIP.volume), 0, 1),
  pan: clamp(number(strip?.pan, STRIP.pan), -1, 1),
  mute: Boolean(strip?.mute),
  solo: Boolean(strip?.solo),
});

/** Settings of the parts of a band, of all that are known. @returns {Record<string, Strip>} */
export const mixOf = (mixes, parts) =>
  Object.fromEntries(parts.map(({ name }) => [name, readStrip(mixes?.[name])]));

/**
 * Reads what Python sent. Notes that agree with `known` stay the very same arrays, so that what is
 * chosen and what can be undone lives on.
 *
 * @param {any} data @param {Part[]} known of the same piece and take @returns {Arrangement}
 */
export function read(data, known = []) {
  const parts = list(data.parts).map((sent, index) => {
    const old = known.find(({ name }) => name === String(sent?.name));
    return readPart(sent ?? {}, index, old?.notes ?? []);
  });
  const chords = list(data.chords)
    .filter((chord) => Array.isArray(chord) && Number.isFinite(chord[0]))
    .map(([tick, symbol]) => [tick, String(symbol)])
    .sort((a, b) => a[0] - b[0]);
  return {
    piece: String(data.piece ?? ""),
    version: String(data.version ?? ""),
    take: number(data.take, 1),
    revision: number(data.revision, 0),
    title: String(data.title ?? ""),
    change: String(data.change ?? ""),
    rendered: data.rendered !== false,
    grid: gridOf(data),
    parts,
    chords,
    form: readForm(data.form),
    mix: mixOf(data.mix, parts),
    mixes: data.mix,
    loudness: typeof data.loudness === "string" ? data.loudness : null,
    takes: list(data.takes).map(({ take, label, roll, parts: own, loudness }) => ({
      take, label: String(label), roll: roll ?? null, parts: list(own), loudness: loudness ?? null,
    })),
    left_out: list(data.left_out).map(({ label, why }) => ({ label: String(label), why: String(why) })),
    can: {
      regenerate: Boolean(data.can?.regenerate), rhythm: Boolean(data.can?.rhythm),
      chords: Boolean(data.can?.chords), form: Boolean(data.can?.form),
      think: Boolean(data.can?.think), retrace: Boolean(data.can?.retrace),
    },
    instruments: list(data.instruments).map(([program, name]) => [Number(program), String(name)]),
    marks: new Set(list(data.marks).map((mark) => list(mark).join(":"))),
    added: list(data.added).length === 2 && data.added.every(Number.isInteger) ? data.added : null,
    attention: readAttention(data.attention),
  };
}

/** @param {Arrangement} work @param {string} name @param {Partial<Part>} change */
export const withPart = (work, name, change) => ({
  ...work,
  parts: work.parts.map((part) => (part.name === name ? { ...part, ...change } : part)),
});

/**
 * Puts a message that Python has not yet answered on top.
 *
 * @param {Arrangement} work @param {any} message @param {Part[]} known as `read` has it
 * @returns {Arrangement}
 */
export function withMessage(work, message, known = []) {
  const { kind, part: name } = message;
  if (kind === "edit" && message.take === work.take) {
    const old = known.find((part) => part.name === name);
    const fresh = readNotes(message.notes);
    const notes = old && same(fresh, old.notes) ? old.notes : fresh;
    const parts = work.parts.map((part) => (part.name === name ? withNotes(part, notes) : part));
    return { ...work, parts };
  }
  if (kind === "instrument") {
    const known = work.instruments.find(([program]) => program === message.program);
    return withPart(work, name, { program: message.program, instrument: known?.[1] ?? "" });
  }
  if (kind === "lock") return withPart(work, name, { locked: message.locked });
  if (kind === "mix") return { ...work, mix: { ...work.mix, ...pick(message.mix, work.mix) } };
  if (kind === "chord") {
    const chords = work.chords.map(([tick, symbol]) =>
      [tick, tick === message.tick ? message.symbol : symbol]);
    return { ...work, chords };
  }
  if (!work.form) return work;
  if (kind === "form") {
    return { ...work, form: { ...work.form, sections: readSections(message.form) } };
  }
  if (kind === "fill") return { ...work, form: withFill(work.form, message.bar, message.fill) };
  return work;
}

const pick = (from, like) =>
  Object.fromEntries(Object.keys(like).filter((name) => name in from).map((name) =>
    [name, readStrip(from[name])]));

/** Whether what Python sent already holds what a message asked for. */
export function shows(work, message) {
  const part = work.parts.find(({ name }) => name === message.part);
  switch (message.kind) {
    case "edit":
      return message.take !== work.take || !part || same(part.notes, readNotes(message.notes));
    case "instrument": return !part || part.program === message.program;
    case "lock": return !part || part.locked === message.locked;
    case "take": return work.take === message.take;
    case "chord":
      return work.chords.some(([tick, symbol]) =>
        tick === message.tick && symbol === message.symbol);
    case "form": return !work.form || formText(work.form.sections) === message.form;
    case "fill": return !work.form?.fills || work.form.fills.has(message.bar) === message.fill;
    case "mix":
      return Object.entries(message.mix).every(([name, strip]) => !(name in work.mix)
        || Object.keys(STRIP).every((key) => work.mix[name][key] === strip[key]));
    default: return false;
  }
}

/** Which parts are heard: none that is muted, and where one is solo, only solos. */
export function heard(mix) {
  const solos = Object.values(mix).some(({ solo }) => solo);
  return (name) => !mix[name].mute && (!solos || mix[name].solo);
}

/** How loud each part is, and where. @param {Record<string, Strip>} mix */
export function levels(mix) {
  const sounds = heard(mix);
  return (name) => {
    if (!mix[name]) return { level: 0, pan: 0 }; // of the piece before
    const { volume, pan } = mix[name];
    return { level: sounds(name) ? volume / PLAIN_VOLUME : 0, pan };
  };
}

/** Where the music ends, on a bar line: the last bars may be empty. @param {Arrangement} work */
export function endOf({ parts, grid }) {
  let last = 0;
  for (const { notes } of parts) for (const note of notes) last = Math.max(last, note[0] + note[2]);
  const end = Math.ceil(last / grid.bar_ticks) * grid.bar_ticks;
  return last ? Math.min(end, grid.end_tick) : grid.end_tick;
}

/** What lies behind the last bar is kept, and said. @param {Arrangement} work */
export function beyond({ parts, grid }) {
  const count = parts.reduce((sum, { notes }) =>
    sum + notes.filter(([start]) => start >= grid.end_tick).length, 0);
  return count ? `${counted(count)} beyond the last bar: kept, but not shown` : "";
}
