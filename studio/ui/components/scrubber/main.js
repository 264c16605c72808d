import { mounting } from "../mount.js";

/**
 * Hear it learn: small rolls of one melody at several epochs, a slider across them, and the sound.
 * The epoch changes at once here; Streamlit hears of it a moment later and moves the cursor on the
 * curves. While it sounds, another epoch goes on at the same place in the tune.
 *
 * @typedef {{colour: string, is_drum: boolean, notes: number[][]}} Part  [start, pitch, ticks]
 * @typedef {{epoch: number, src: string, ticks: number, parts: Part[]}} Heard
 * @typedef {{epochs: Heard[], melody: number[][], colour: string, chosen: number | null}} Data
 */

const SVG = "http://www.w3.org/2000/svg";
const ROLLS = 4;
const WIDTH = 320;
const HEIGHT = 150;
const DRUMS = 26; // height of the drums' lane
const TELL_MS = 120;

export default mounting(({ parentElement }) => createView(parentElement));

function createView(root) {
  const box = make("div", "scrubber");
  const rolls = make("div", "rolls");
  const bar = make("div", "bar");
  const play = make("button", "play");
  const slider = make("input", "slider");
  const said = make("output", "said");
  const audio = new Audio();
  play.type = "button";
  slider.type = "range";
  slider.min = "0";
  slider.step = "1";
  slider.setAttribute("aria-label", "Epoch");
  audio.preload = "auto";
  bar.append(play, slider, said);
  box.append(rolls, bar);
  root.append(box);

  let data = { epochs: [], melody: [], colour: "#ffb454", chosen: null };
  let place = 0; // in data.epochs
  let picked = false; // by hand
  let told = null;
  let tell = () => {};
  let timer = 0;
  let frame = 0;
  let drawn = "";

  function refresh(component) {
    const next = component.data;
    tell = (epoch) => component.setStateValue("epoch", epoch);
    const fresh = JSON.stringify(next.epochs.map((each) => each.src)) + next.tune;
    const before = picked ? data.epochs[place]?.epoch : next.chosen; // else the newest
    data = next;
    if (fresh === drawn) return;
    drawn = fresh;
    const found = data.epochs.findIndex((each) => each.epoch === before);
    place = found >= 0 ? found : data.epochs.length - 1;
    slider.max = String(Math.max(data.epochs.length - 1, 0));
    show();
  }

  function show() {
    const heard = data.epochs[place];
    if (!heard) return;
    slider.value = String(place);
    slider.setAttribute("aria-valuetext", `Epoch ${heard.epoch}`);
    said.textContent = `Epoch ${heard.epoch}`;
    const shown = landmarks(data.epochs.length, place);
    rolls.replaceChildren(...shown.map((index) => card(index, index === place)));
    sound(heard.src);
    paint();
  }

  function card(index, chosen) {
    const heard = data.epochs[index];
    const button = make("button", chosen ? "roll chosen" : "roll");
    button.type = "button";
    button.setAttribute("aria-pressed", String(chosen));
    button.setAttribute("aria-label", `Epoch ${heard.epoch}`);
    button.append(picture(heard, data.melody, data.colour));
    const label = make("span", "epoch");
    label.textContent = index === 0 && heard.epoch === 0 ? "untrained" : String(heard.epoch);
    button.append(label);
    button.addEventListener("click", () => choose(index));
    return button;
  }

  function choose(index) {
    if (index === place) return;
    picked = true;
    place = index;
    show();
    clearTimeout(timer);
    timer = setTimeout(() => {
      const epoch = data.epochs[place]?.epoch;
      if (epoch !== told) tell((told = epoch));
    }, TELL_MS);
  }

  function sound(src) {
    if (audio.getAttribute("src") === src) return;
    const [at, playing] = [audio.currentTime, !audio.paused && !audio.ended];
    audio.src = src;
    audio.addEventListener(
      "loadedmetadata",
      () => {
        if (playing) audio.currentTime = Math.min(at, audio.duration || at);
        if (playing) audio.play().catch(() => {});
      },
      { once: true },
    );
  }

  function paint() {
    const playing = !audio.paused && !audio.ended;
    play.textContent = playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", playing ? "Pause" : "Play this epoch");
    const line = rolls.querySelector(".chosen .now");
    const share = audio.duration ? audio.currentTime / audio.duration : 0;
    line?.setAttribute("x", String(share * WIDTH));
    line?.setAttribute("opacity", playing || share > 0 ? "1" : "0");
    cancelAnimationFrame(frame);
    if (playing) frame = requestAnimationFrame(paint);
  }

  slider.addEventListener("input", () => choose(Number(slider.value)));
  play.addEventListener("click", () => {
    if (audio.paused) audio.play().catch(() => {});
    else audio.pause();
  });
  for (const name of ["play", "pause", "ended", "seeked"]) audio.addEventListener(name, paint);

  function dispose() {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    audio.pause();
    audio.removeAttribute("src");
    box.remove();
  }

  return { refresh, dispose };
}

/** Which epochs have a roll: some spread over all, the chosen one in the place of the nearest. */
function landmarks(count, chosen) {
  if (count <= ROLLS) return [...Array(count).keys()];
  const spread = [...Array(ROLLS).keys()].map((i) => Math.round((i * (count - 1)) / (ROLLS - 1)));
  const nearest = spread.reduce((a, b) => (Math.abs(b - chosen) < Math.abs(a - chosen) ? b : a));
  return spread.map((index) => (index === nearest ? chosen : index));
}

function picture(heard, melody, colour) {
  const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  svg.setAttribute("preserveAspectRatio", "none");
  const scale = WIDTH / Math.max(heard.ticks, 1);
  const pitched = heard.parts.filter((part) => !part.is_drum);
  const drums = heard.parts.filter((part) => part.is_drum);
  const lines = [melody, ...pitched.map((part) => part.notes)];
  const pitches = lines.flat().map((note) => note[1]);
  const [low, high] = [Math.min(...pitches, 48), Math.max(...pitches, 72)];
  const room = HEIGHT - 12 - (drums.length ? DRUMS : 0);
  const y = (pitch) => 6 + ((high - pitch) / (high - low)) * room;
  for (const part of pitched) svg.append(path(part.notes, scale, y, part.colour, 2.6));
  for (const part of drums) {
    const kit = part.notes.map((note) => note[1]);
    const [least, most] = [Math.min(...kit), Math.max(...kit, Math.min(...kit) + 1)];
    const lane = (pitch) => HEIGHT - 5 - ((pitch - least) / (most - least)) * (DRUMS - 8);
    const ticks = part.notes.map(([start, pitch]) => [start, pitch, 1]);
    svg.append(path(ticks, scale, lane, part.colour, 2));
  }
  svg.append(path(melody, scale, y, colour, 3.6));
  svg.append(draw("rect", { class: "now", x: 0, y: 0, width: 1.4, height: HEIGHT, opacity: 0 }));
  return svg;
}

function path(notes, scale, y, colour, thick) {
  const d = notes
    .map(([start, pitch, ticks]) => {
      const x = (start * scale).toFixed(1);
      return `M${x} ${y(pitch).toFixed(1)}h${Math.max(ticks * scale - 1, 1.4).toFixed(1)}`;
    })
    .join("");
  return draw("path", { d, stroke: colour, "stroke-width": thick, opacity: 0.9 });
}

function make(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

function draw(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
