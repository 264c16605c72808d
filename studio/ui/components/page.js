/**
 * What every page has beside what Streamlit draws: a voice that tells a screen reader how jobs get
 * on, our words where the server is gone, long texts that the keyboard can scroll, sliders called by
 * one name, and on a narrow screen the panel of what was chosen.
 */

import { NARROW } from "./narrow.js";

const SPEAKS_EVERY_MS = 4000; // bars come faster than they can be said
const SOON_MS = 200;
const TOLD = '[data-testid="stProgress"] p, .tutti-told'; // while a job runs
const RESULT = ".tutti-live"; // unseen: what has come of one
const GONE = "Tutti on this machine does not answer. Start it again: this page goes on by itself, " +
  "and nothing is lost.";
const NOT_OURS = /Streamlit (server|still running)|connected to the internet/i;

const voice = document.createElement("div");
voice.className = "tutti-unseen";
voice.setAttribute("role", "status");
document.body.append(voice);

let known = null; // null: what is there when a page opens is no news
let spoken_ms = 0;
let speaking = 0;

const lines = (what) =>
  [...new Set([...document.querySelectorAll(what)].map((line) => line.textContent.trim()))].join(" ");

function speak() {
  speaking = 0;
  const text = lines(TOLD) || lines(RESULT);
  if (known !== null && text && text !== known && text !== voice.textContent) {
    voice.textContent = text;
    spoken_ms = performance.now();
  }
  known = text;
}

/** Streamlit takes each server for one on the internet. */
function speakForServer() {
  for (const dialog of document.querySelectorAll('[role="dialog"]')) {
    const texts = document.createTreeWalker(dialog, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      if (NOT_OURS.test(texts.currentNode.data)) texts.currentNode.data = GONE;
    }
  }
}

/** The arrows lead through a text that is longer than the window, and a slider is called by its name
 * once: Streamlit names it and its group the same, and has both read. */
function helpReaders() {
  for (const thumb of document.querySelectorAll(".stSlider input[aria-labelledby]")) {
    if (thumb.ariaLabel === thumb.closest("[role=group]")?.ariaLabel) {
      thumb.removeAttribute("aria-labelledby");
    }
  }
  for (const body of document.querySelectorAll('[data-testid="stPopoverBody"]:not([tabindex])')) {
    body.tabIndex = 0;
  }
}

new MutationObserver(() => {
  speakForServer();
  helpReaders();
  const wait_ms = Math.max(SOON_MS, spoken_ms + SPEAKS_EVERY_MS - performance.now());
  speaking ||= setTimeout(speak, wait_ms);
}).observe(document.body, { childList: true, subtree: true, characterData: true });

// Below a list there is no panel in sight: what was chosen comes to the eye.
const CHOICES = '[class*="st-key-library-look-"], [class*="st-key-models-open-"]';
document.addEventListener("click", (event) => {
  const column = event.target.closest(CHOICES)?.closest('[data-testid="stColumn"]');
  if (!column || !NARROW.matches) return;
  column.nextElementSibling?.scrollIntoView({ block: "start", behavior: "smooth" });
});
