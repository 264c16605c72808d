import { element } from "../keyboard/dom.js";
import { soloist } from "../keyboard/sound.js";
import * as arrangement from "./arrangement.js";
import { seen } from "./attention.js";
import { createChordLane } from "./chord_lane.js";
import { createDeck } from "./deck.js";
import * as edits from "./edits.js";
import { longestOf } from "./geometry.js";
import { listenToPointer } from "./gestures.js";
import { createHistory, stepBetween } from "./history.js";
import { SIXTEENTH_TICKS, barsName, clamp, counted, noteName, placeWords } from "./music.js";
import { createOutbox } from "./outbox.js";
import { createPartHeads } from "./part_heads.js";
import { listenToShortcuts } from "./shortcuts.js";
import { createStage } from "./stage.js";
import { createToolbar } from "./toolbar.js";

/**
 * The table on which everything lies: the piece, what is chosen of it, and what hands can do.
 *
 * @typedef {import("./main.js").Component} Component
 */

const HINT = "Double-click adds a note, a drag moves it; drag over the bar numbers to choose bars";
const READYING = "Getting the sound ready …";
const FINE_TICKS = 10; // an arrow's step without snapping
const VELOCITY = 90;

/** @param {Component} component */
export function createArranger(component) {
  const lifetime = new AbortController();
  const { signal } = lifetime;
  let work = arrangement.read({});
  let history = createHistory();
  /** Other takes of the piece: notes and what can be undone. */
  const shelf = new Map();
  let preview = null; // parts as a drag would make them
  let copies = [];
  let fresh = true;
  const state = {
    chosen: new Set(), selected: "", bars: null, playing: false, looping: false,
    clicking: false, snapping: true, take: 1, unlocked: [],
  };

  const outbox = createOutbox((messages) => component.setTriggerValue("messages", messages));
  const tell = (kind, what) =>
    outbox.add({ kind, piece: work.piece, revision: work.revision, ...what });
  const deck = createDeck(() => show());
  const tickNow = () => Math.round(work.grid.tickAt(deck.position()));

  const act = {
    togglePlay: () => (deck.isPlaying() || deck.isPending() ? deck.pause() : play()),
    stop() {
      deck.stop();
      stage.reveal(tickNow());
    },
    home: () => seek(0),
    toggleLoop: () => change({ looping: !state.looping }),
    toggleMetronome: () => change({ clicking: !state.clicking }),
    toggleSnap: () => change({ snapping: !state.snapping }),
    zoom: (factor) => stage.zoom(factor),
    heighten: (factor) => stage.heighten(factor),
    undo: () => back(history.undo(work.parts), "Undone"),
    redo: () => back(history.redo(work.parts), "Done again"),
    take(take) {
      if (take === state.take) return;
      tell("take", { take });
      change({ take });
    },
    regenerate,
    think() {
      const { part, note } = edits.single(work.parts.slice(1), state.chosen);
      tell("think", { part: part.name, note });
    },
    select: (name) => state.selected !== name && change({ selected: name }),
    toggle(what_or_name, what) {
      const [name, kind] = what ? [what_or_name, what] : [state.selected, what_or_name];
      const part = work.parts.find((candidate) => candidate.name === name);
      if (!part) return say("Choose a part first: click its name");
      if (kind !== "locked") {
        const on = !work.mix[name][kind];
        say(`${name}: ${kind} ${on ? "on" : "off"}`);
        return setStrip(name, { [kind]: on });
      }
      work = arrangement.withPart(work, name, { locked: !part.locked });
      tell("lock", { part: name, locked: !part.locked });
      say(part.locked
        ? `${name} is unlocked: it can be edited and written anew`
        : `${name} is locked: it stays as it is, by hand, too`);
      show();
    },
    strip: setStrip,
    instrument(name, program) {
      tell("instrument", { part: name, program });
      work = arrangement.withMessage(work, { kind: "instrument", part: name, program });
      show();
    },
    anyChosen: () => state.chosen.size > 0,
    remove() {
      settle(edits.removed(work.parts, state.chosen), `${counted(state.chosen.size)} deleted`);
    },
    nudge(by, rise, more) {
      const step = state.snapping ? SIXTEENTH_TICKS : FINE_TICKS;
      const { parts, grid } = work;
      if (by && more) return settle(edits.stretched(parts, state.chosen, by * step, grid.end_tick));
      const pitched = parts.some(({ rows: kit, notes }) =>
        !kit && notes.some((note) => state.chosen.has(note)));
      const rows = rise * (more && pitched ? 12 : 1);
      settle(edits.moved(parts, state.chosen, by * step, rows, grid.end_tick));
    },
    copy() {
      if (state.chosen.size) copies = edits.copied(work.parts, state.chosen);
      say(`${counted(copies.length)} copied`);
    },
    cut() {
      act.copy();
      act.remove();
    },
    paste() {
      if (!copies.length) return say("Nothing is copied yet");
      const tick = Math.max(0, edits.snapped(tickNow(), state.snapping));
      const result = edits.pasted(work.parts, copies, tick, work.grid.end_tick);
      const { size } = result.chosen;
      settle(result, size ? `${counted(size)} pasted` : "No room here: the piece ends");
    },
    chooseAll() {
      const parts = work.parts.filter(({ name }) => !state.selected || name === state.selected);
      choose(new Set(parts.flatMap(({ notes }) => notes)));
    },
    chooseNext,
    selectNext(by) {
      const index = work.parts.findIndex(({ name }) => name === state.selected);
      const next = work.parts[clamp(index + by, 0, work.parts.length - 1)];
      if (next) change({ selected: next.name });
      if (next) say(`${next.name}, ${next.instrument}, ${counted(next.notes.length)}`);
    },
    insert() {
      const part = work.parts.find(({ name }) => name === state.selected);
      if (!part) return say("Choose a part first: click its name");
      const { range } = part;
      const pitch = range.rows ? range.rows[0] : Math.round((range.low + range.high) / 2);
      const length = range.rows ? SIXTEENTH_TICKS : work.grid.beat_ticks;
      const start = edits.snapped(tickNow(), state.snapping);
      const note = [start, pitch, length, VELOCITY];
      settle(edits.added(work.parts, part.name, note, work.grid.end_tick));
    },
    letGo() {
      if (state.chosen.size) choose(new Set());
      else setBars(null);
    },
    step: (by) => seek(edits.snapped(tickNow(), true) + by * work.grid.beat_ticks),
    growBars(by) {
      const here = clamp(Math.floor(tickNow() / work.grid.bar_ticks), 0, work.grid.bars - 1);
      const { from, to } = state.bars ?? { from: here, to: here + 1 - Math.max(0, by) };
      setBars({ from, to: clamp(to + by, from + 1, work.grid.bars) });
    },
  };

  const toolbar = createToolbar(act, signal);
  const heads = createPartHeads(act, signal);
  const chords = createChordLane((tick, symbol) => {
    tell("chord", { tick, symbol });
    work = arrangement.withMessage(work, { kind: "chord", tick, symbol });
    show();
  }, signal);
  const { say } = toolbar;
  const stage = createStage({
    heads: heads.element,
    chords: chords.element,
    scene,
    playhead: () => {
      if (!deck.isPlaying()) return null;
      toolbar.showPlace(deck.position(), work.grid);
      return work.grid.tickAt(deck.position());
    },
    onZoom: () => showFrame(),
  }, signal);
  const panel = element("section", { class: "arranger" }, [
    toolbar.row, stage.element, toolbar.foot,
  ]);
  component.parentElement.append(panel);
  // Before the hand is at another button of the page, the page knows the last edit.
  panel.addEventListener("pointerleave", outbox.hurry, { signal });
  // What a pointer has pressed gives the keys back, or Space would press it again.
  panel.addEventListener("click", (event) => {
    const typing = /^(INPUT|SELECT)$/.test(component.parentElement.activeElement?.tagName);
    if (event.detail > 0 && !typing) stage.canvas.focus({ preventScroll: true });
  }, { signal });

  listenToPointer(stage, {
    state: () => ({ ...state, parts: work.parts, grid: work.grid }),
    preview(result) {
      const { parts, chosen } = result.parts ? spared(result) : result;
      preview = parts;
      if (chosen) state.chosen = chosen;
      stage.refresh();
    },
    settle, choose, setBars, seek,
    selectLane: (lane) => act.select(work.parts[lane].name),
  }, signal);
  listenToShortcuts(component.parentElement, act, signal);

  function showWhy() {
    toolbar.showWhy(work.can.think && edits.single(work.parts.slice(1), state.chosen) !== null);
    const glows = seen(work.attention, work.parts, state.chosen) !== null;
    panel.toggleAttribute("data-attention", glows);
  }

  function scene() {
    const heard = arrangement.heard(work.mix);
    const parts = work.parts.map((part, i) => {
      const notes = preview?.[i].notes ?? part.notes;
      const longest = notes === part.notes ? part.longest : longestOf(notes);
      return { ...part, notes, longest, heard: heard(part.name) };
    });
    const selected = work.parts.findIndex(({ name }) => name === state.selected);
    const { chosen, bars, looping } = state;
    const { grid, chords: marks } = work;
    const attention = seen(work.attention, parts, chosen);
    return { grid, parts, chords: marks, chosen, selected, bars, loop: looping, attention };
  }

  const begin = soloist(() => deck.isPlaying() && deck.pause(), signal);
  async function play() {
    begin();
    await deck.play();
    if (deck.isPending()) say(READYING);
  }

  /** @param {number} tick */
  function seek(tick) {
    deck.seek(work.grid.secondsAt(clamp(tick, 0, work.grid.end_tick)));
    stage.reveal(tickNow());
    showPlace();
    say(placeWords(Math.min(tickNow(), work.grid.end_tick - 1), work.grid));
  }

  function change(some) {
    Object.assign(state, some);
    show();
  }

  function choose(chosen) {
    state.chosen = chosen;
    if (chosen.size) say(named(chosen) ?? `${counted(chosen.size)} chosen`);
    showWhy();
    stage.refresh();
  }

  function chooseNext(by) {
    const part = work.parts.find(({ name }) => name === state.selected) ?? work.parts[0];
    if (!part?.notes.length) return;
    const { notes } = part;
    const here = notes.findIndex((note) => state.chosen.has(note));
    const start = notes.findIndex((note) => note[0] >= tickNow());
    const index = here >= 0 ? here + by : start >= 0 ? start : notes.length - 1;
    const note = notes[clamp(index, 0, notes.length - 1)];
    state.selected = part.name;
    state.chosen = new Set([note]);
    stage.reveal(note[0]);
    show();
    say(noteName(note, part.is_drum, work.grid));
  }

  /** @param {{from: number, to: number} | null} bars */
  function setBars(bars) {
    state.bars = bars;
    if (bars) say(`Chosen: ${barsName(bars.from, bars.to)}`);
    show();
  }

  const spared = (result) => edits.sparing(work.parts, state.chosen, result);

  /** What the one note that is chosen is; null where there are others. */
  function named(chosen) {
    const one = edits.single(work.parts, chosen);
    return one && noteName(one.note, one.part.is_drum, work.grid);
  }

  /** An edit takes place: it can be undone, and Python hears of it. @param {string} [words] */
  function settle(result, words) {
    preview = null;
    const before = work.parts;
    const { held, ...rest } = spared(result);
    if (take(rest)) history.add(stepBetween(before, work.parts));
    if (held.length) say(`${held.join(", ")} is locked: unlock it to change its notes (Shift+L)`);
    else say(words ?? named(state.chosen) ?? `${counted(state.chosen.size)} changed`);
    show();
  }

  function back(result, word) {
    if (!result) return;
    take(result);
    say(word);
    show();
  }

  /** @returns {boolean} whether a note differs */
  function take({ parts, chosen }) {
    const next = work.parts.map((part, i) => arrangement.withNotes(part, parts[i].notes));
    const touched = next.filter((part, i) => part !== work.parts[i]);
    work = { ...work, parts: next };
    state.chosen = chosen;
    for (const { name, notes } of touched) tell("edit", { take: work.take, part: name, notes });
    return touched.length > 0;
  }

  function setStrip(name, some) {
    const strip = { ...work.mix[name], ...some };
    work = { ...work, mix: { ...work.mix, [name]: strip } };
    tell("mix", { mix: work.mix });
    show();
  }

  function regenerate(kind) {
    const { from, to } = state.bars;
    const bars = Array.from({ length: to - from }, (_, i) => from + i);
    tell("regenerate", { bars, parts: kind === "one" ? [state.selected] : state.unlocked });
    say(`Writing ${barsName(from, to)} anew …`);
  }

  const lastBars = () => {
    const { bar_ticks, bars, secondsAt } = work.grid;
    const span = state.bars ?? { from: 0, to: bars };
    return { from: secondsAt(span.from * bar_ticks), to: secondsAt(span.to * bar_ticks) };
  };

  function showPlace() {
    toolbar.showPlace(deck.position(), work.grid);
    stage.setPlayhead(work.grid.tickAt(deck.position()));
  }

  function showFrame() {
    const { px_per_tick, lane_px } = stage.view;
    chords.show(work.chords, work.grid, work.can.chords, px_per_tick);
    heads.element.style.setProperty("--lane", `${lane_px}px`);
  }

  /** Everything as it is now, for the eyes and for the ears. */
  function show() {
    const { grid, mix, parts } = work;
    const heard = arrangement.heard(mix);
    deck.setMix(arrangement.levels(mix));
    deck.setLoop(state.looping ? lastBars() : null);
    deck.setMetronome({
      on: state.clicking,
      beatAt: (seconds) => grid.tickAt(seconds) / grid.beat_ticks,
      secondsOf: (beat) => grid.secondsAt(beat * grid.beat_ticks),
      beats_per_bar: grid.beats_per_bar,
    });
    state.playing = deck.isPlaying() || deck.isPending();
    if (!deck.isPending()) toolbar.unsay(READYING);
    // the melody is the user's: only what goes with it is written anew
    state.unlocked = parts.slice(1).filter(({ locked }) => !locked).map(({ name }) => name);
    const unanswered = new Set(outbox.pending()
      .filter(({ kind }) => kind === "edit" || kind === "instrument").map(({ part }) => part));
    const waiting = (name) => unanswered.has(name) || deck.isWaiting(name);
    toolbar.show(work, { ...state, history });
    showWhy();
    heads.show(work, { selected: state.selected, heard, waiting, lane_px: stage.view.lane_px });
    showFrame();
    showPlace();
    stage.refresh();
  }

  function adopt(data) {
    const other_piece = fresh || String(data.piece ?? "") !== work.piece;
    if (!other_piece && data.revision < work.revision) return; // overtaken on the way
    const other_take = !other_piece && data.take !== work.take;
    if (other_piece) shelf.clear();
    if (other_take) shelf.set(work.take, { parts: work.parts, history });
    const here = { parts: other_piece ? [] : work.parts, history };
    const kept = other_take ? shelf.get(data.take) : here;
    const known = kept?.parts ?? [];
    let next = arrangement.read(data, known);
    history = kept && !other_piece
      ? kept.history
      : createHistory(`tutti-arranger-steps:${next.piece}:${next.take}`);
    if (other_piece) outbox.open(next.piece);
    outbox.answered(data, (message) => arrangement.shows(next, message));
    for (const message of outbox.pending()) next = arrangement.withMessage(next, message, known);
    const anew = next.parts.filter(({ name, notes }) =>
      known.find((part) => part.name === name)?.notes !== notes);
    work = next;
    preview = null;
    state.chosen = edits.present(work.parts, state.chosen);
    state.take = outbox.pending().findLast(({ kind }) => kind === "take")?.take ?? work.take;
    if (!work.parts.some(({ name }) => name === state.selected)) state.selected = "";
    if (state.bars && state.bars.to > work.grid.bars) state.bars = null;
    if (other_piece) {
      state.bars = null;
      deck.clear();
      stage.begin();
    }
    panel.setAttribute("aria-label", `Arranger: ${work.title}`);
    const { end_seconds } = work.grid;
    deck.load(work.parts, { end_seconds, together: other_take, loudness: work.loudness });
    show();
    stage.lay();
    if (other_piece) say(arrangement.beyond(work) || HINT);
    else if (anew.length && !other_take) {
      say(`New notes in ${anew.map(({ name }) => name).join(", ")}`);
    }
    fresh = false;
  }

  return {
    /** @param {Component} next the same component with new data */
    refresh(next) {
      component = next;
      if (component.data?.parts) adopt(component.data);
    },
    dispose() {
      lifetime.abort();
      outbox.dispose();
      deck.dispose();
      panel.remove();
    },
  };
}
