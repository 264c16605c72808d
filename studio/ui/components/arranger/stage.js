import { element } from "../keyboard/dom.js";
import { FORM_PX, GAP_PX, LEFT_PX, RIGHT_PX, extent, lanesTop, tickAt, xOf } from "./geometry.js";
import { clamp } from "./music.js";
import { paint } from "./paint.js";

/**
 * Where the notes lie: a box that scrolls, a canvas that stays in its window, and over it the
 * playhead and the frame that chooses notes, which move without the canvas being drawn again.
 */

const LANE_PX = { usual: 72, alone: 140, most: 320 };
const BAR_PX = { usual: 72, fit: 40, most: 2400 };
const HELP = "Notes. Arrows move what is chosen or the playhead, Alt and arrows choose the next " +
  "note, Insert adds one, Delete takes away, Space plays, Shift with M, S and L mutes, solos and " +
  "locks the part";

/**
 * @param {{heads: Element, lead: {corner: HTMLElement, lanes: Element}, scene: () => any, playhead: () => number | null,
 *   onZoom: () => void}} parts `playhead` in ticks while playing, null at rest
 * @param {AbortSignal} signal
 */
export function createStage({ heads, lead, scene, playhead, onZoom }, signal) {
  const canvas = element("canvas", { tabindex: 0, role: "application", "aria-label": HELP });
  const pen = canvas.getContext("2d");
  const line = element("div", { class: "playhead" });
  const frame = element("div", { class: "frame", hidden: true });
  const tip = element("div", { class: "tip", hidden: true });
  const over = element("div", { class: "over" }, [line, frame, tip]);
  const window_ = element("div", { class: "window" }, [canvas, over]);
  const { corner } = lead;
  const strip = element("div", { class: "strip" }, [corner, lead.lanes]);
  const sizer = element("div", { class: "sizer" }, [window_, strip, heads]);
  const box = element("div", { class: "scroll" }, [sizer]);

  /** @type {import("./geometry.js").View} */
  const view = {
    px_per_tick: 0.05, lane_px: LANE_PX.usual, scroll_x: 0, scroll_y: 0, width: 0, height: 0,
  };
  let fitted = true; // follows the width until one zooms
  let shared = true; // lanes share the height until one heightens them
  let stale = true;
  let running = 0;
  let line_tick = 0;
  let line_x = NaN;
  let held = false; // a drag holds on to the music

  const grid = () => scene().grid;
  const least = () => (view.width - LEFT_PX - RIGHT_PX) / grid().end_tick;

  function fit() {
    const per_bar = least() * grid().bar_ticks;
    view.px_per_tick = per_bar >= BAR_PX.fit ? least() : BAR_PX.usual / grid().bar_ticks;
  }

  /** A head's controls need that much. */
  const leastLane = () => parseFloat(getComputedStyle(box).getPropertyValue("--least-lane"));

  /** A page that gives the lanes a height has them fill it. */
  function share() {
    const count = Math.max(scene().parts.length, 1);
    const most = parseFloat(getComputedStyle(box).maxHeight);
    const usual = count === 1 ? LANE_PX.alone : LANE_PX.usual;
    const [room, high] = most ? [most, usual] : [box.clientHeight, LANE_PX.most];
    const each = Math.floor((room - lanesTop(view)) / count) - GAP_PX;
    view.lane_px = Math.max(Math.min(each, high), leastLane());
  }

  /** Sizes of everything, then a new picture. */
  function lay() {
    const wide = box.clientWidth - corner.offsetWidth;
    if (wide <= 0) return;
    view.width = wide;
    if (fitted) fit();
    if (shared) share();
    view.px_per_tick = clamp(view.px_per_tick, least(), BAR_PX.most / grid().bar_ticks);
    const { width, height } = extent(view, grid(), scene().parts.length);
    sizer.style.width = `${corner.offsetWidth + Math.max(width, wide)}px`;
    sizer.style.height = `${height}px`;
    view.height = Math.min(box.clientHeight, height) || height;
    onZoom();
    const ratio = window.devicePixelRatio || 1;
    const size = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (canvas.width !== size[0] || canvas.height !== size[1]) {
      [canvas.width, canvas.height] = size;
      for (const layer of [canvas, over]) {
        layer.style.width = `${view.width}px`;
        layer.style.height = `${view.height}px`;
      }
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    scrolled();
  }

  function scrolled() {
    view.scroll_x = box.scrollLeft;
    view.scroll_y = box.scrollTop;
    if (!held) tip.hidden = true; // what it told of has moved away
    refresh();
  }

  function refresh() {
    stale = true;
    if (!running) running = requestAnimationFrame(turn);
  }

  function colours() {
    const style = getComputedStyle(box);
    return { text: style.getPropertyValue("--text"), accent: style.getPropertyValue("--accent") };
  }

  /** One frame: the picture where it is stale, the playhead where it moved. */
  function turn() {
    running = 0;
    const tick = playhead();
    if (tick !== null) {
      follow(tick);
      line_tick = tick;
    }
    if (stale && view.width) {
      stale = false;
      paint(pen, { ...scene(), view, colours: colours() });
      box.dataset.painted = "yes";
    }
    const x = xOf(view, line_tick);
    if (x !== line_x) {
      line_x = x;
      line.hidden = x < -1 || x > view.width;
      line.style.transform = `translateX(${x}px)`;
    }
    if (tick !== null) running = requestAnimationFrame(turn);
  }

  /** Turns the page under the playhead, unless one has scrolled away from it. */
  function follow(tick) {
    const [before, now] = [xOf(view, line_tick), xOf(view, tick)];
    const seen = before >= -1 && before <= view.width;
    if (held || !seen || (now >= 0 && now <= view.width)) return;
    box.scrollLeft = tick * view.px_per_tick - view.width * 0.08;
    scrolled();
  }

  function zoom(factor, anchor_x = view.width / 2) {
    const tick = tickAt(view, anchor_x);
    fitted = false;
    view.px_per_tick *= factor;
    lay();
    fitted = Math.abs(view.px_per_tick - least()) < 1e-9;
    box.scrollLeft = LEFT_PX + tick * view.px_per_tick - anchor_x;
    scrolled();
  }

  function heighten(factor, anchor_y = view.height / 2) {
    const before = view.lane_px;
    const place = (anchor_y + view.scroll_y - lanesTop(view)) / before;
    shared = false;
    view.lane_px = clamp(Math.round(before * factor), leastLane(), LANE_PX.most);
    lay();
    box.scrollTop = view.scroll_y + place * (view.lane_px - before);
    scrolled();
  }

  box.addEventListener("scroll", scrolled, { signal, passive: true });
  box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault(); // the page stays as large as it is
    const factor = Math.exp(-event.deltaY / 300);
    const area = canvas.getBoundingClientRect();
    if (event.shiftKey || event.altKey) heighten(factor, event.clientY - area.top);
    else zoom(factor, event.clientX - area.left);
  }, { signal, passive: false });
  const resized = new ResizeObserver(lay);
  resized.observe(box);
  window.addEventListener("resize", lay, { signal }); // room above what there is to see
  signal.addEventListener("abort", () => {
    resized.disconnect();
    cancelAnimationFrame(running);
  });

  return {
    element: box,
    canvas, view, refresh, lay, zoom, heighten,

    /** Another piece: seen whole, from its beginning. */
    begin() {
      [fitted, shared] = [true, true];
      box.scrollTo(0, 0);
    },

    /** @param {boolean} has whether there is a form between chords and ruler */
    makeRoom(has) {
      box.toggleAttribute("data-form", has);
      view.form_px = has ? FORM_PX : 0;
    },

    /** @param {number} tick at rest */
    setPlayhead(tick) {
      line_tick = tick;
      if (!running) running = requestAnimationFrame(turn);
    },

    /** @param {boolean} hold whether the page is not to be turned under a hand */
    hold(hold) {
      held = hold;
    },

    /** By pixels, as far as there is anything. @returns {boolean} whether anything moved */
    scrollBy(x, y) {
      const [left, top] = [box.scrollLeft, box.scrollTop];
      box.scrollBy({ left: x, top: y, behavior: "instant" });
      if (box.scrollLeft === left && box.scrollTop === top) return false;
      scrolled();
      return true;
    },

    /** Scrolls until a place is in sight. @param {number} tick */
    reveal(tick) {
      const x = xOf(view, tick);
      if (x >= 0 && x <= view.width) return;
      box.scrollLeft = tick * view.px_per_tick - view.width * 0.08;
    },

    /** @param {{x: number, y: number} | null} a @param {{x: number, y: number}} [b] */
    setFrame(a, b) {
      frame.hidden = !a;
      if (!a) return;
      const [left, top] = [Math.min(a.x, b.x), Math.max(lanesTop(view), Math.min(a.y, b.y))];
      frame.style.transform = `translate(${left}px, ${top}px)`;
      frame.style.width = `${Math.abs(a.x - b.x)}px`;
      frame.style.height = `${Math.max(a.y, b.y) - top}px`;
    },

    /** @param {string} text empty for none */
    setTip(text, x = 0, y = 0) {
      tip.hidden = !text;
      if (!text) return;
      tip.textContent = text;
      const left = clamp(x + 12, 0, Math.max(0, view.width - tip.offsetWidth - 4));
      tip.style.transform = `translate(${left}px, ${y > 70 ? y - 30 : y + 18}px)`;
    },
  };
}
