import * as edits from "./edits.js";
import { SIXTEENTH_TICKS, clamp, counted, noteName } from "./music.js";

/**
 * What keys do to notes: choose them one after the other, move, copy, add, delete.
 *
 * @typedef {{now: () => any, settle: Function, choose: (chosen: Set<any>) => void,
 *   change: (some: any) => void, say: (text: string) => void, reveal: (tick: number) => void,
 *   touch: Function}} Desk `now`, the arranger's state with its `work`, and the playhead's `tick`
 */

const FINE_TICKS = 10; // an arrow's step without snapping
const VELOCITY = 90;

/** @param {Desk} desk */
export function createKeyEdits({ now, settle, choose, change, say, reveal, touch }) {
  let copies = [];

  /** The part that is chosen; the only one needs not be. */
  const partOf = ({ work: { parts }, selected }) =>
    (parts.length === 1 ? parts[0] : parts.find(({ name }) => name === selected));

  const acts = {
    remove() {
      const { work, chosen } = now();
      settle(edits.removed(work.parts, chosen), { words: `${counted(chosen.size)} deleted` });
    },

    nudge(by, rise, more) {
      const { work: { parts, grid }, chosen, snapping } = now();
      const ticks = by * (snapping ? SIXTEENTH_TICKS : FINE_TICKS);
      if (by && more) return settle(edits.stretched(parts, chosen, ticks, grid.end_tick));
      const pitched = parts.some(({ rows: kit, notes }) =>
        !kit && notes.some((note) => chosen.has(note)));
      const rows = rise * (more && pitched ? 12 : 1);
      settle(edits.moved(parts, chosen, ticks, rows, grid.end_tick));
    },

    copy() {
      const { work, chosen } = now();
      if (chosen.size) copies = edits.copied(work.parts, chosen);
      say(`${counted(copies.length)} copied`);
    },

    cut() {
      acts.copy();
      acts.remove();
    },

    paste() {
      if (!copies.length) return say("Nothing is copied yet");
      const { work, tick, snapping } = now();
      const at = Math.max(0, edits.snapped(tick, snapping));
      const result = edits.pasted(work.parts, copies, at, work.grid.end_tick);
      const { size } = result.chosen;
      settle(result, { words: size ? `${counted(size)} pasted` : "No room here: the piece ends" });
    },

    insert() {
      const { work, tick, snapping, ...rest } = now();
      const part = partOf({ work, ...rest });
      if (!part) return say("Choose a part first: click its name");
      const { range } = part;
      const pitch = range.rows ? range.rows[0] : Math.round((range.low + range.high) / 2);
      const length = range.rows ? SIXTEENTH_TICKS : work.grid.beat_ticks;
      const note = [edits.snapped(tick, snapping), pitch, length, VELOCITY];
      settle(edits.added(work.parts, part.name, note, work.grid.end_tick));
    },

    chooseAll() {
      const { work, selected } = now();
      const parts = work.parts.filter(({ name }) => !selected || name === selected);
      choose(new Set(parts.flatMap(({ notes }) => notes)));
    },

    chooseNext(by) {
      const { work, tick, chosen, selected } = now();
      const part = partOf({ work, selected }) ?? work.parts[0];
      if (!part?.notes.length) return;
      const { notes } = part;
      const here = notes.findIndex((note) => chosen.has(note));
      const start = notes.findIndex((note) => note[0] >= tick);
      const index = here >= 0 ? here + by : start >= 0 ? start : notes.length - 1;
      const note = notes[clamp(index, 0, notes.length - 1)];
      reveal(note[0]);
      change({ selected: part.name, chosen: new Set([note]) });
      touch(part, note);
      say(noteName(note, part.is_drum, work.grid));
    },

    selectNext(by) {
      const { work, selected } = now();
      const index = work.parts.findIndex(({ name }) => name === selected);
      const next = work.parts[clamp(index + by, 0, work.parts.length - 1)];
      if (!next) return;
      change({ selected: next.name });
      say(`${next.name}, ${next.instrument}, ${counted(next.notes.length)}`);
    },
  };
  return acts;
}
