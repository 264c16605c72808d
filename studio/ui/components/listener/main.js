import { mounting } from "../mount.js";

/**
 * Takes of one melody, heard one at a time: another goes on at the same place in the tune. Streamlit
 * is told which were heard for a while.
 *
 * @typedef {{name: string, src: string}} Take
 * @typedef {{takes: Take[], start: string | null}} Data  start: what was asked to play when ready
 */

const ENOUGH_SECONDS = 4;
const ENOUGH_SHARE = 0.4; // of a take that is shorter
const begun = new Set(); // starts that have played: once each, however often the page is drawn

export default mounting(({ parentElement }) => createView(parentElement));

function createView(root) {
  const box = make("div", "listener");
  const slider = make("input", "slider");
  const said = make("output", "said");
  const audio = new Audio();
  slider.type = "range";
  slider.min = "0";
  slider.max = "0";
  slider.step = "any";
  slider.setAttribute("aria-label", "Place in the tune");
  audio.preload = "auto";
  root.append(box);

  let takes = [];
  let buttons = [];
  let chosen = -1;
  let listened = []; // seconds of each take
  let heard = new Set();
  let last = 0;
  let tell = () => {};

  function refresh(component) {
    const { takes: next, start } = component.data;
    tell = (names) => component.setStateValue("heard", names);
    if (JSON.stringify(next) !== JSON.stringify(takes)) {
      if (takes.length && next.some((take, i) => takes[i] && takes[i].src !== take.src)) reset();
      takes = next;
      draw();
    }
    if (start && takes.length && !begun.has(start)) {
      begun.add(start);
      play(0);
    }
  }

  function reset() {
    audio.pause();
    [chosen, listened, heard] = [-1, [], new Set()];
  }

  function draw() {
    buttons = takes.map((take, index) => {
      const button = make("button", "take");
      button.type = "button";
      button.addEventListener("click", () => {
        if (index === chosen && !audio.paused) audio.pause();
        else play(index);
      });
      return button;
    });
    box.replaceChildren(...buttons, slider, said);
    paint();
  }

  function play(index) {
    const take = takes[index];
    if (index !== chosen) {
      const at = chosen < 0 || audio.ended ? 0 : audio.currentTime;
      chosen = index;
      audio.src = take.src;
      audio.currentTime = at;
    }
    last = audio.currentTime;
    audio.play().catch(paint);
  }

  function listen() {
    const step = audio.currentTime - last;
    last = audio.currentTime;
    if (step > 0 && step < 1) listened[chosen] = (listened[chosen] ?? 0) + step;
    const enough = Math.min(ENOUGH_SECONDS, ENOUGH_SHARE * (audio.duration || Infinity));
    if (audio.ended || (listened[chosen] ?? 0) >= enough) hear();
    paint();
  }

  function hear() {
    if (heard.has(chosen)) return;
    heard.add(chosen);
    tell([...heard].map((index) => takes[index].name));
  }

  function paint() {
    buttons.forEach((button, index) => {
      const playing = index === chosen && !audio.paused && !audio.ended;
      const name = takes[index].name;
      button.textContent = `${playing ? "❚❚" : "▶"}${takes.length > 1 ? ` ${name}` : ""}`;
      button.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${name}`);
      button.setAttribute("aria-pressed", String(playing));
      button.classList.toggle("heard", takes.length > 1 && heard.has(index));
    });
    const [at, long] = [audio.currentTime, audio.duration || 0];
    slider.max = String(long);
    slider.value = String(at);
    const text = `${Math.floor(at)} of ${Math.round(long)} s`;
    slider.setAttribute("aria-valuetext", text);
    said.textContent = long ? text : "";
  }

  slider.addEventListener("input", () => {
    last = Number(slider.value);
    audio.currentTime = last;
  });
  audio.addEventListener("timeupdate", listen);
  for (const name of ["play", "pause", "ended", "loadedmetadata"]) audio.addEventListener(name, paint);

  function dispose() {
    audio.pause();
    audio.removeAttribute("src");
    box.remove();
  }

  return { refresh, dispose };
}

function make(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
