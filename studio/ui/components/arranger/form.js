import { barsName, clamp } from "./music.js";

/**
 * The sections of a band, how intense each is, and the bars that a drummer fills. Pure.
 *
 * @typedef {{name: string, bars: number, intense: number, phrases: string}} Section `intense` 0 to
 *   1; `phrases`, where others than of four bars were heard
 * @typedef {{sections: Section[], fills: Set<number> | null, by_hand: string[]}} Form `fills` are
 *   bars, from 0, null where nobody drums; `by_hand`, parts that were edited, which no form changes
 */

const SECTION = /^([A-Z]+)(\+?\d+(?:\+\d+)*):(\d?\.?\d*)$/;

/** @param {any} data as Python sent it @returns {Form | null} */
export function readForm(data) {
  const sections = readSections(String(data?.text));
  if (!sections.length) return null;
  return { sections, fills: data.fills ? new Set(data.fills) : null, by_hand: data.by_hand ?? [] };
}

/** @param {string} text such as `A8:0.4 B3+5:0.6` @returns {Section[]} */
export const readSections = (text) => text.split(" ").flatMap((word) => {
  const [, name, told = "", intense] = SECTION.exec(word) ?? [];
  const bars = told.split("+").reduce((sum, each) => sum + Number(each), 0);
  const phrases = told.includes("+") ? told : "";
  return bars ? [{ name, bars, intense: clamp(Number(intense), 0, 1), phrases }] : [];
});

/** @param {Section[]} sections */
export const formText = (sections) => sections.map(({ name, bars, intense, phrases }) =>
  `${name}${phrases || bars}:${rounded(intense)}`).join(" ");

/** In steps of 5 %. */
export const rounded = (intense) => clamp(Math.round(20 * intense) / 20, 0, 1);
export const percent = (intense) => `${Math.round(100 * intense)} %`;

/** With the bars of each, from 0. @param {Section[]} sections */
export function spansOf(sections) {
  let from = 0;
  return sections.map((section) => ({ ...section, from, to: (from += section.bars) }));
}

/** `Section B, bars 9 to 16, intensity 65 %`. */
export const sectionName = ({ name, from, to, intense }) =>
  `Section ${name}, ${barsName(from, to)}, intensity ${percent(intense)}`;

/** A section with something else. @param {Section[]} sections @param {Partial<Section>} change */
export const changed = (sections, place, change) =>
  sections.toSpliced(place, 1, { ...sections[place], ...change });

/** The border after a section, by some bars, as far as both keep one. @param {Section[]} sections */
export function moved(sections, place, by) {
  const [left, right] = [sections[place], sections[place + 1]];
  const bars = left && right ? clamp(by, 1 - left.bars, right.bars - 1) : 0;
  if (!bars) return sections;
  const next = changed(sections, place, { bars: left.bars + bars, phrases: "" });
  return changed(next, place + 1, { bars: right.bars - bars, phrases: "" });
}

/** A section of so many bars: what it gains, its neighbour loses. @param {Section[]} sections */
export function lengthened(sections, place, bars) {
  const by = bars - sections[place].bars;
  return sections[place + 1] ? moved(sections, place, by) : moved(sections, place - 1, -by);
}

/** A section in two, the second of which is called as no other is. @param {Section[]} sections */
export function split(sections, place, after) {
  const section = { ...sections[place], phrases: "" };
  if (after <= 0 || after >= section.bars) return sections;
  const free = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((letter) =>
    sections.every(({ name }) => name !== letter));
  return sections.toSpliced(place, 1, { ...section, bars: after },
    { ...section, name: free ?? `${section.name}X`, bars: section.bars - after });
}

/** A section that goes on to the end of the next. @param {Section[]} sections */
export function joined(sections, place) {
  const [left, right] = sections.slice(place);
  if (!right) return sections;
  return sections.toSpliced(place, 2, { ...left, bars: left.bars + right.bars, phrases: "" });
}

/** Whether the drummer can be asked to fill a bar: the last one ends the piece. @param {Form | null} form */
export const fillable = (form, bar) => Boolean(form?.fills) && bar < spansOf(form.sections).at(-1).to - 1;

/** The form with a bar that is filled, or not. @param {Form} form */
export const withFill = (form, bar, fill) =>
  ({ ...form, fills: new Set([...form.fills].filter((one) => one !== bar).concat(fill ? bar : [])) });
