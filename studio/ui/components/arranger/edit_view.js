import { notesAfter, vetoedEdits, writerOf } from "../replay/edits.js";
import { oddsOf, percent, surprise } from "../replay/odds.js";
import { longestOf, rangeOf } from "./geometry.js";
import { pitchName, placeWords } from "./music.js";

/**
 * A replay as the arranger shows it, one edit at a time. Pure.
 *
 * @typedef {import("../replay/edits.js").Replay} Replay
 */

const WEIGHED = 0.02; // odds of what is drawn beside what was written

export const nameOf = (pitch) => (pitch === null ? "rest" : pitchName(pitch));

/** The lane of a part of the replay, -1 for one that the piece has no more. */
export const laneOf = (replay, work, part) =>
  work.parts.findIndex(({ name }) => name === replay.parts[part].name);

export const colourOf = (replay, work, part) => work.parts[laneOf(replay, work, part)]?.colour ?? "gray";

/** The lanes with other notes in those of the replay, in a range where `pitches` have room.
 * @param {(part: number) => {notes: any[], pitches: number[]}} of */
export function lanesWith(replay, work, parts, of) {
  const byLane = new Map(replay.parts.map((_, part) => [laneOf(replay, work, part), part]));
  return parts.map((shown, lane) => {
    if (!byLane.has(lane)) return shown;
    const { notes, pitches } = of(byLane.get(lane));
    const room = [...shown.notes, ...pitches.map((pitch) => [0, pitch])];
    return { ...shown, notes, range: rangeOf(room, false), longest: longestOf(notes) };
  });
}

/** @param {Replay} replay @param {any} work @param {Set<string>} fresh notes that a veto changed */
export function editView(replay, work, fresh) {
  const { edits, ticks, parts } = replay;
  const placeOf = (edit) => placeWords(ticks[edit.start], work.grid);

  return {
    size: edits.length,
    each_ms: 250,
    place: (count) => `Edit ${count} of ${edits.length}`,
    legend: (count) => `so far ${surprise(replay, count).toFixed(2).replace(/^0/, "")} nats an edit`,
    tickOf: (count) => ticks[edits[count - 1]?.start] ?? null,

    /** What an edit did. */
    words(count) {
      if (!count) return "Before the first edit: your melody alone";
      const edit = edits[count - 1];
      const { before } = oddsOf(replay, count);
      const stays = before === null || before === (edit.pitch ?? -1);
      const instead = stays ? "" : `, in place of ${before < 0 ? "a rest" : nameOf(before)}`;
      const what = edit.pitch === null ? "a rest" : nameOf(edit.pitch);
      return `Edit ${count} of ${edits.length}: ${parts[edit.part].name}, ` +
        `${placeOf(edit).replace("Bar", "bar")}, ${what}${instead}, ${percent(edit.probability)}`;
    },

    /** All edits in words, by column. */
    rows: () => edits.map((edit, i) => [
      String(i + 1), parts[edit.part].name, placeOf(edit), nameOf(edit.pitch),
      percent(edit.probability),
    ]),

    strip: (count) => ({
      colours: edits.map(({ part }) => colourOf(replay, work, part)),
      shares: edits.map(({ probability }) => probability), vetoed: vetoedEdits(replay), count,
    }),

    /** What the rail shows of an edit; null before the first. */
    odds(count) {
      if (!count) return null;
      const edit = edits[count - 1];
      const { options, more } = oddsOf(replay, count);
      return {
        title: `${parts[edit.part].name}, ${placeOf(edit).toLowerCase()}`,
        place: `edit ${count}`, more, colour: colourOf(replay, work, edit.part),
        options: options.map((option) => ({
          ...option, name: option.held ? `hold ${nameOf(option.pitch)}` : nameOf(option.pitch),
        })),
      };
    },

    vetoes: () => replay.vetoes.map(([part, start, , pitch]) =>
      `No ${nameOf(pitch)} in ${part}, ${placeWords(start, work.grid).toLowerCase()}`),

    /** What sounds with an edit. @returns {[part: any, note: any] | null} */
    sound(count) {
      const edit = edits[count - 1];
      const part = edit && work.parts[laneOf(replay, work, edit.part)];
      return part && edit.pitch !== null ? [part, [0, edit.pitch, 1, 50]] : null;
    },

    /** The edit that a cell comes from, 0 for none. */
    writer: (part, tick) => (part < 0 ? 0
      : writerOf(replay, edits.length, part, ticks.findLastIndex((start) => start <= tick))),

    /** What the lanes show, and what is drawn over them. */
    scene(count, shown) {
      const notes = notesAfter(replay, count);
      const lanes = lanesWith(replay, work, shown, (part) => ({
        notes: notes[part],
        pitches: edits.filter((edit) => edit.part === part && edit.pitch !== null)
          .map(({ pitch }) => pitch),
      }));
      const edit = edits[count - 1];
      const ring = edit && {
        lane: laneOf(replay, work, edit.part), start: ticks[edit.start], end: ticks[edit.end],
        pitch: edit.pitch, others: edit.options.filter(([pitch, share]) =>
          pitch !== null && pitch !== edit.pitch && share >= WEIGHED).map(([pitch]) => pitch),
      };
      const changed = new Set([...fresh].map((key) => {
        const [part, ...note] = key.split(" ");
        return [laneOf(replay, work, Number(part)), ...note].join(" ");
      }));
      return { parts: lanes, replay: { ring: ring ?? null, fresh: changed } };
    },
  };
}
