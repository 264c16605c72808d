import { element } from "../keyboard/dom.js";

/**
 * A bar an edit, in its part's colour, the taller the surer; one drags to any of them. The slider
 * over the picture is what hands, keys and readers have.
 */

const FUTURE = 0.28; // how much of what is still to come is seen
const TOP_PX = 14; // for the marker, and what is vetoed
const LEAST = 0.06; // of the height: an edit that was hardly likely is there, too

/**
 * @typedef {{colours: string[], shares: number[], vetoed: number[], count: number}} Picture by
 *   edit, and how many have been made; `vetoed`: places from 1
 */

/** Where the bars lie, in CSS pixels: place 0 is before the first edit. Pure.
 * @param {number} width @param {number} edits */
export function layout(width, edits) {
  const each = width / (edits + 1);
  return { each, left: (place) => place * each, wide: Math.max(1, each - (each > 3 ? 1 : 0)) };
}

/** @param {(count: number) => void} go @param {AbortSignal} signal */
export function createStrip(go, signal) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const slider = element("input", {
    type: "range", class: "slider", min: 0, max: 0, value: 0, "aria-label": "Edit", title: "Drag to any edit",
  });
  const box = element("div", { class: "edit-strip" }, [canvas, slider]);
  const pen = canvas.getContext("2d");
  /** @type {Picture} */
  let shown = { colours: [], shares: [], vetoed: [], count: 0 };

  function paint() {
    const [width, height] = [box.clientWidth, box.clientHeight];
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    const size = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    const text = getComputedStyle(box).color;
    const { colours, shares, vetoed, count } = shown;
    const { each, left, wide } = layout(width, shares.length);
    slider.style.setProperty("--thumb", `${each}px`); // so that a bar is hit where it stands
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    shares.forEach((share, i) => {
      const tall = (height - TOP_PX) * Math.max(LEAST, share);
      pen.globalAlpha = i < count ? 1 : FUTURE;
      pen.fillStyle = i + 1 === count ? text : colours[i];
      pen.fillRect(left(i + 1), height - tall, wide, tall);
    });
    pen.globalAlpha = 1;
    pen.fillStyle = text;
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "center";
    for (const place of vetoed) pen.fillText("×", left(place) + each / 2, TOP_PX - 4);
    const middle = left(count) + each / 2;
    pen.fillRect(middle - 0.5, TOP_PX - 6, 1, height - TOP_PX + 6);
    pen.beginPath();
    pen.moveTo(middle - 5, 2);
    pen.lineTo(middle + 5, 2);
    pen.lineTo(middle, 9);
    pen.fill();
  }

  slider.addEventListener("input", () => go(Number(slider.value)), { signal });
  const resized = new ResizeObserver(paint);
  resized.observe(box);
  signal.addEventListener("abort", () => resized.disconnect());

  return {
    element: box,
    focus: () => slider.focus({ preventScroll: true }),

    /** @param {Picture} picture @param {string} words what a reader says of it */
    show(picture, words) {
      shown = picture;
      slider.max = String(picture.shares.length);
      slider.value = String(picture.count);
      slider.setAttribute("aria-valuetext", words);
      paint();
    },
  };
}
