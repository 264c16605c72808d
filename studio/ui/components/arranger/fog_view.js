import { fogImage, openness, pitchesOf, settled } from "../replay/fog.js";
import { percent } from "../replay/odds.js";
import { laneOf, lanesWith } from "./edit_view.js";

/**
 * A replay as the arranger shows it look by look: what is settled, and fog over all else.
 *
 * @typedef {import("../replay/edits.js").Replay} Replay
 * @typedef {import("../replay/fog.js").Fog} Fog
 */

/** @param {Replay} replay @param {Fog} fog @param {any} work */
export function fogView(replay, fog, work) {
  const left = Array.from({ length: fog.looks + 1 }, (_, look) => openness(fog, look));
  const most = Math.max(1e-6, ...left.map(({ nats }) => nats));
  const room = replay.parts.map((_, part) => pitchesOf(fog, part));
  const rgb = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) || 0);
  let drawn = { look: -1, notes: [], images: new Map() }; // a look is drawn many times
  const open = (look) => (left[look].share ? percent(left[look].share) : "nothing");
  const nats = (look) => left[look].nats.toFixed(2).replace(/^0/, "");

  return {
    size: fog.looks,
    each_ms: Math.min(600, Math.max(120, 6000 / (fog.looks + 1))),
    place: (look) => `Look ${look} of ${fog.looks}`,
    legend: (look) => `fog left: ${nats(look)} nats a cell`,
    tickOf: () => null,
    sound: () => null,
    words: (look) => (look === fog.looks
      ? `After ${look === 1 ? "one look" : `${look} looks`}: all is settled`
      : `Before look ${look + 1} of ${fog.looks}: ${open(look)} is open, ` +
        `${nats(look)} nats a cell`),
    strip: (look) => ({
      colours: left.slice(1).map(() => "#8f98a8"),
      shares: left.slice(0, -1).map((one) => one.nats / most), vetoed: [], count: look,
    }),

    scene(look, shown) {
      if (drawn.look !== look) {
        drawn = { look, notes: settled(replay, fog, look), images: new Map() };
      }
      const { notes, images } = drawn;
      const parts = lanesWith(replay, work, shown, (part) =>
        ({ notes: notes[part], pitches: room[part] }));
      const clouds = look === fog.looks ? [] : replay.parts.map((_, part) => {
        const lane = laneOf(replay, work, part);
        if (lane < 0) return null;
        const { range, colour } = parts[lane];
        if (!images.has(part)) images.set(part, fogImage(fog, look, part, range, rgb(colour)));
        return { lane, range, image: images.get(part) };
      }).filter(Boolean);
      const end = replay.ticks.at(-1);
      return { parts, replay: { ring: null, fresh: new Set(), clouds, end } };
    },
  };
}
