import * as arrangement from "./arrangement.js";
import { seen } from "./attention.js";
import { longestOf } from "./geometry.js";

/**
 * What the canvas shows: the piece with what is chosen of it, or a take that is being played. Pure.
 *
 * @typedef {import("./paint.js").Scene} Scene without view and colours, which the stage has
 */

/**
 * @param {import("./arrangement.js").Arrangement} work
 * @param {{chosen: Set<any>, selected: string, bars: any, looping: boolean}} state
 * @param {any[] | null} preview parts as a drag would make them
 */
export function sceneOf(work, { chosen, selected, bars, looping }, preview) {
  const heard = arrangement.heard(work.mix);
  const parts = work.parts.map((part, i) => {
    const notes = preview?.[i].notes ?? part.notes;
    const longest = notes === part.notes ? part.longest : longestOf(notes);
    return { ...part, notes, longest, heard: heard(part.name) };
  });
  return {
    grid: work.grid, parts, chords: work.chords, added: work.added, marks: work.marks,
    chosen, bars, loop: looping,
    selected: work.parts.findIndex(({ name }) => name === selected),
    attention: seen(work.attention, parts, chosen),
  };
}

/** The melody's lane while it is played. @param {any} part @param {any} live what was played */
export const liveScene = (part, live) => ({
  grid: live.grid, parts: [{ ...part, ...live, heard: true }], chords: [], chosen: new Set(),
  selected: -1, added: null, marks: new Set(), bars: null, loop: false, attention: null,
});
