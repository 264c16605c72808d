import { element } from "../keyboard/dom.js";
import { soloist } from "../keyboard/sound.js";
import * as arrangement from "./arrangement.js";
import { seen } from "./attention.js";
import { createBands } from "./bands.js";
import { createDeck } from "./deck.js";
import * as edits from "./edits.js";
import { listenToPointer } from "./gestures.js";
import { createHandSound } from "./hand_sound.js";
import { createHistory, stepBetween } from "./history.js";
import { createKeyEdits } from "./key_edits.js";
import { createLeadSheet } from "./lead_sheet.js";
import { listenToTake } from "./live_take.js";
import { barsName, clamp, counted, noteName, placeWords } from "./music.js";
import { keeping, news } from "./news.js";
import { createOutbox } from "./outbox.js";
import { createPartHeads } from "./part_heads.js";
import { createPartSettings } from "./part_settings.js";
import { createReplay } from "./replay.js";
import { createRhythms } from "./rhythms.js";
import { liveScene, sceneOf } from "./scene.js";
import { listenToShortcuts } from "./shortcuts.js";
import { createStage } from "./stage.js";
import { createToolbar } from "./toolbar.js";
import { createUndo } from "./undo.js";

/**
 * The table on which everything lies: the piece, what is chosen of it, and what hands can do.
 *
 * @typedef {import("./main.js").Component} Component
 */

const READYING = "Getting the sound ready …";

/** @param {Component} component */
export function createArranger(component) {
  const lifetime = new AbortController();
  const { signal } = lifetime;
  let work = arrangement.read({});
  const history = createHistory("tutti-arranger-steps");
  const shelf = new Map(); // notes of other takes of the piece
  let preview = null; // parts as a drag would make them
  let ahead = null; // the mix of another band that is heard already, but not yet seen
  let fresh = true;
  let asked = ""; // what is said while a model writes
  const state = {
    chosen: new Set(), selected: "", bars: null, playing: false, looping: false,
    clicking: false, snapping: true, take: 1, unlocked: [],
  };

  const outbox = createOutbox((messages) => component.setTriggerValue("messages", messages));
  const tell = (kind, what) =>
    outbox.add({ kind, piece: work.piece, revision: work.revision, ...what });
  const deck = createDeck(() => show());
  const hand = createHandSound(() => !work.rendered && load());
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
    undo: () => undo.back("undo"),
    redo: () => undo.back("redo"),
    take(take) {
      if (take === state.take) return;
      tell("take", { take });
      const band = work.takes.find((each) => each.take === take);
      if (band?.parts.length) { // it is heard before the page has answered
        ahead = arrangement.mixOf(work.mixes, band.parts);
        const { end_seconds } = work.grid;
        deck.load(band.parts, { end_seconds, together: true, loudness: band.loudness });
      }
      change({ take });
    },
    regenerate,
    think() {
      const { part, note } = edits.single(work.parts.slice(1), state.chosen);
      tell("think", { part: part.name, note });
    },
    select: (name) => state.selected !== name && change({ selected: name }),
    anyChosen: () => state.chosen.size > 0,
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

  const settings = createPartSettings({
    now: () => ({ work, selected: state.selected }), put: (next) => show((work = next)),
    tell, say: (text) => say(text), history,
  });
  const undo = createUndo({
    history, now: () => ({ parts: work.parts, where: where() }), isOnTheWay: () => isOnTheWay(),
    go: (place) => tell("go", { place }), take: (done) => take(done), apply: settings.apply,
    say: (text) => say(text), show: () => show(),
  });
  const rhythms = createRhythms({
    now: () => ({
      tick: tickNow(), playing: deck.isPlaying(), grid: work.grid, part: state.selected,
      chosen: state.bars,
    }),
    play: (bar) => { show(); seek(bar * work.grid.bar_ticks); play(); },
    rest: () => deck.pause(), say: (text) => say(text),
    tell: (wish, words) => { tell("rhythm", wish); say((asked = words)); },
  }, signal);
  Object.assign(act, settings.act, rhythms.act, createKeyEdits({
    now: () => ({ ...state, work, tick: tickNow() }),
    settle: (...edit) => settle(...edit), choose: (chosen) => choose(chosen), change,
    say: (text) => say(text), reveal: (tick) => stage.reveal(tick), touch: hand.touch,
  }));
  const toolbar = createToolbar(act, signal);
  const bands = createBands(act.take, toolbar.say, signal);
  const heads = createPartHeads(act, signal);
  const { say } = toolbar;
  toolbar.foot.append(rhythms.row);
  const lead = createLeadSheet({
    now: () => work, put: (next) => show((work = next)), tell, say, outbox,
    await: (text) => say((asked = text)), tick: tickNow,
  }, signal);
  act.fill = () => lead.fillAt(state.bars);
  const stage = createStage({
    heads: heads.element,
    lead,
    scene,
    playhead: () => {
      const live = liveNow();
      if (live) return live.tick;
      if (!deck.isPlaying()) return null;
      // behind the melody is only room to go on in
      if (!work.rendered && !state.looping && tickNow() >= arrangement.endOf(work)) act.stop();
      toolbar.showPlace(deck.position(), work.grid);
      return work.grid.tickAt(deck.position());
    },
    onZoom: () => showFrame(),
  }, signal);
  const board = element("div", { class: "board" }, [stage.element]);
  const replay = createReplay({
    now: () => ({ work, chosen: state.chosen }), show: () => show(), tell, say, stage, board,
    touch: hand.touch, begin: () => (begin(), deck.pause()),
  }, signal);
  Object.assign(act, { retrace: replay.open, keyOfReplay: replay.key });
  const panel = element("section", { class: "arranger" }, [
    toolbar.row, bands.row, board, toolbar.foot, lead.card,
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
      return { parts, chosen };
    },
    touch: (lane, note) => hand.touch(work.parts[lane], note),
    prepare: (lane) => hand.prepare(work.parts[lane]),
    settle, choose, setBars, seek,
    selectLane: (lane) => act.select(work.parts[lane].name),
  }, signal);
  listenToShortcuts(component.parentElement, act, signal);
  const recording = listenToTake(() => work.grid.bars, () => {
    const live = liveNow();
    if (live) toolbar.showPlace(live.grid.secondsAt(live.tick), live.grid);
    if (!work.rendered) stage.lay();
  }, signal);
  const liveNow = () => (work.rendered ? null : recording.now());

  function showWhy() {
    toolbar.showWhy(work.can.think && edits.single(work.parts.slice(1), state.chosen) !== null);
    const glows = seen(work.attention, work.parts, state.chosen) !== null;
    panel.toggleAttribute("data-attention", glows);
  }

  function scene() {
    const live = liveNow();
    return live ? liveScene(work.parts[0], live) : replay.over(sceneOf(work, state, preview));
  }

  const begin = soloist(() => state.playing && deck.pause(), signal);
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

  /**
   * An edit takes place: it can be undone, Python hears of it, and so does the person.
   *
   * @param {{words?: string, quiet?: boolean}} [how] `quiet`, where it was heard already
   */
  function settle(result, { words, quiet = false } = {}) {
    preview = null;
    const before = work.parts;
    const was = edits.single(before, state.chosen)?.note;
    const { held, ...rest } = spared(result);
    if (take(rest)) history.add(stepBetween(before, work.parts), where());
    if (held.length) say(`${held.join(", ")} is locked: unlock it to change its notes (Shift+L)`);
    else say(words ?? named(state.chosen) ?? `${counted(state.chosen.size)} changed`);
    const now = edits.single(work.parts, state.chosen);
    if (now && !quiet && was?.[1] !== now.note[1]) hand.touch(now.part, now.note);
    show();
  }

  /** The parts' sound: stems that a worker renders, or one that is made here. */
  function load(together = false) {
    const { end_seconds, secondsAt } = work.grid;
    const how = { end_seconds, together, loudness: work.loudness };
    if (work.rendered) return deck.load(work.parts, how);
    hand.lay(work.parts[0], secondsAt).then((part) => {
      if (!part || signal.aborted || work.rendered) return;
      deck.load([part], how);
      show();
    });
  }

  const where = () => `${work.piece}:${work.take}`;
  const isOnTheWay = () => outbox.pending().some(({ kind }) => kind === "go");

  /** @returns {boolean} whether a note differs */
  function take({ parts, chosen }) {
    const next = work.parts.map((part, i) => arrangement.withNotes(part, parts[i].notes));
    const touched = next.filter((part, i) => part !== work.parts[i]);
    work = { ...work, parts: next };
    state.chosen = chosen;
    for (const { name, notes } of touched) tell("edit", { take: work.take, part: name, notes });
    if (touched.length && !work.rendered) load();
    return touched.length > 0;
  }

  function regenerate(kind) {
    const { from, to } = state.bars;
    const bars = Array.from({ length: to - from }, (_, i) => from + i);
    tell("regenerate", { bars, parts: kind === "one" ? [state.selected] : state.unlocked });
    say((asked = `Writing ${barsName(from, to)} anew …${keeping(work)}`));
  }

  const lastBars = () => {
    const { bar_ticks, bars, secondsAt } = work.grid;
    const last = work.rendered ? bars : Math.round(arrangement.endOf(work) / bar_ticks);
    const span = rhythms.tapped() ?? state.bars ?? { from: 0, to: last };
    return { from: secondsAt(span.from * bar_ticks), to: secondsAt(span.to * bar_ticks) };
  };

  function showPlace() {
    toolbar.showPlace(deck.position(), work.grid);
    stage.setPlayhead(work.grid.tickAt(deck.position()));
  }

  function showFrame() {
    const { px_per_tick, lane_px } = stage.view;
    lead.show(px_per_tick);
    heads.element.style.setProperty("--lane", `${lane_px}px`);
  }

  /** Everything as it is now, for the eyes and for the ears. */
  function show() {
    const { grid, mix, parts } = work;
    const heard = arrangement.heard(mix);
    deck.setMix(arrangement.levels(rhythms.heard(ahead ?? mix)));
    deck.setLoop(state.looping || rhythms.tapped() ? lastBars() : null);
    deck.setMetronome({
      on: state.clicking || rhythms.tapped() !== null,
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
    toolbar.show(work, { ...state, ...undo.can() });
    panel.toggleAttribute("data-tapping", rhythms.tapped() !== null);
    bands.show(work.takes, state.take, work.left_out);
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
    if (other_take) shelf.set(work.take, work.parts);
    const known = (other_take ? shelf.get(data.take) : !other_piece && work.parts) || [];
    let next = arrangement.read(data, known);
    const went = isOnTheWay();
    const longer = !fresh && next.added && !work.added;
    if (other_piece) outbox.open(next.piece);
    outbox.answered(data, (message) => arrangement.shows(next, message));
    if (data.place && !isOnTheWay()) history.arrive(data.place);
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
      rhythms.forget();
      deck.clear();
      stage.begin();
    }
    panel.setAttribute("aria-label", `Arranger: ${work.title}`);
    panel.toggleAttribute("data-alone", !work.rendered);
    stage.makeRoom(work.form !== null);
    recording.shown();
    if (state.take === work.take) ahead = null;
    if (!ahead) load(other_take);
    show();
    stage.lay();
    if (longer) stage.reveal(work.grid.bar_ticks * work.added[0]);
    fresh = false;
    const said = news(work, { longer, other_piece, other_take, went, anew });
    if (said) say(said);
    else if ((work.can.regenerate || work.can.rhythm) && !outbox.pending().length) toolbar.unsay(asked); // it failed
    undo.goOn();
    replay.refresh(other_piece || other_take);
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
      hand.dispose();
      panel.remove();
    },
  };
}
