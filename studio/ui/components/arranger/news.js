import { beyond } from "./arrangement.js";
import { barsName } from "./music.js";

/**
 * What is said of a piece below the lanes as it comes.
 *
 * @typedef {import("./arrangement.js").Arrangement} Arrangement
 */

const DOUBLE = window.matchMedia("(hover: hover)").matches ? "Double-click" : "Tap twice";
const HINT = `${DOUBLE} to add a note, drag to move it; drag over the bar numbers to choose bars`;
const EMPTY = `Record below, or ${DOUBLE.toLowerCase()} here to write a note`;

const names = (parts) => parts.map(({ name }) => name).join(", ");

/** What stays as it is when a model writes, or `arranges`. @param {Arrangement} work */
export function keeping({ parts, form }, arranges = false) {
  const band = parts.slice(1);
  const by_hand = band.filter(({ name }) => arranges && form.by_hand.includes(name));
  const stay = (why, which) => (which.length ? `; ${why}, and as before: ${names(which)}` : "");
  return stay("edited by hand", by_hand) + stay("locked", band.filter(({ locked }) => locked));
}

/**
 * @param {Arrangement} work
 * @param {{longer: boolean, other_piece: boolean, other_take: boolean, went: boolean, anew: any[]}}
 *   how it came; where one `went` there, that was said
 * @returns {string} empty where nothing is new
 */
export function news(work, { longer, other_piece, other_take, went, anew }) {
  if (longer) return `New: ${barsName(...work.added)}`;
  if (went) return "";
  if (other_piece || (other_take && !work.rendered)) {
    return beyond(work) || (work.parts.some(({ notes }) => notes.length) ? HINT : EMPTY);
  }
  if (other_take) return `Band ${work.take}: ${names(work.parts)}`;
  if (!anew.length) return "";
  return `${work.change ? `${work.change}: new` : "New"} notes in ${names(anew)}${keeping(work)}`;
}
