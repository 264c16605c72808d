"""The studio's look beyond `.streamlit/config.toml`: Streamlit's own chrome steps back."""

from __future__ import annotations

import streamlit as st

_CSS = """
<style>
.stMainBlockContainer { padding: 3.4rem 2rem 0.5rem; max-width: 1500px; }
[data-testid="stPopover"] button { min-height: 0; padding: 0; }
[data-testid="stHeader"] { background: #0f1216; height: 3rem;
  min-height: 3rem; }
/* the name stands before the pages, once */
[data-testid="stHeader"] .rc-overflow::before { content: "tutti"; font-weight: 700;
  font-size: 1.25rem; margin-right: 1.2rem; background: linear-gradient(90deg,
  #eceef2 86%, #ffb454 86%); background-clip: text; color: transparent; }
.tutti-brand { display: none; }
[data-testid="stTopNavLink"] { background: none; }
[data-testid="stToolbar"] { min-height: 0; }
.stMainBlockContainer [data-testid="stVerticalBlock"] { gap: 0.55rem; }
.tutti-brand { font-size: 1.35rem; letter-spacing: 0.01em; margin-right: 0.6rem; }
.tutti-brand i { font-style: normal; color: #ffb454; }
.tutti-title { display: flex; align-items: baseline; gap: 0.9rem; min-height: 2.2rem; }
.tutti-title h1 { font-size: 1.25rem; font-weight: 700; margin: 0; padding: 0; }
.tutti-quiet { color: #8b93a1; font-size: 0.86rem; }
p.tutti-quiet { margin: 0; }
.tutti-title .tutti-pill { margin-left: auto; margin-right: 2.2rem; }
.tutti-pill { border: 1px solid #262b35; border-radius: 99px; padding: 0.15rem 0.8rem;
  color: #8b93a1; font-size: 0.75rem; white-space: nowrap; }
.tutti-step { letter-spacing: 0.09em; font-size: 0.72rem; color: #8b93a1;
  text-transform: uppercase; margin: 0; }
.tutti-asked { border-collapse: collapse; font-size: 0.8rem; color: #8b93a1; }
.tutti-asked th { font-weight: 400; text-align: left; padding: 0.1rem 1.4rem 0.1rem 0; }
.tutti-asked td { padding: 0.1rem 1.4rem 0.1rem 0; color: #b6bcc8; }
.tutti-asked tr > th:first-child { color: #eceef2; }
.tutti-asked i { display: inline-block; width: 0.6rem; height: 0.6rem; border-radius: 3px;
  margin-right: 0.45rem; }
/* the keyboard under the stage is never cut on a screen of 750 pixels and more */
:root { --stage: clamp(360px, calc(100vh - 390px), 640px); }
div:has(> .st-key-compose-stage), .st-key-compose-stage { height: var(--stage) !important;
  --arranger-scroll: calc(var(--stage) - 127px); }
div:has(> .st-key-compose-stage), div:has(> .st-key-compose-panel) { flex: none !important; }
div:has(> .st-key-compose-panel), .st-key-compose-panel {
  height: calc(var(--stage) - 98px) !important; }
@media (max-width: 1000px) {
  :root { --stage: clamp(360px, calc(100vh - 424px), 640px); }
  .st-key-compose-stage { --arranger-scroll: calc(var(--stage) - 200px); }
}
/* views, what is known of the piece, the way back, the files: in one line where there is room */
.st-key-stage-head { gap: 0.2rem 0.9rem !important; }
.st-key-stage-head [data-testid="stElementContainer"]:has([data-testid="stCaptionContainer"]) {
  flex: 1 1 12rem; min-width: 0; }
.st-key-stage-head > [data-testid="stLayoutWrapper"] { flex: 0 0 auto; width: auto; }
.st-key-stage-head [data-testid="stCaptionContainer"] { margin: 0; }
.st-key-stage-head [data-testid="stCaptionContainer"] p { font-size: 0.8rem; margin: 0; }
.st-key-stage-head button[kind="tertiary"] { min-height: 0; padding: 0; }
.st-key-stage-head button[kind="tertiary"] p { font-size: 0.8rem; }
.tutti-stage audio { width: 100%; height: 40px; }
/* the overview draws dark on white; here it is the negative, its colours turned back */
iframe[title*="pianoroll"] { filter: invert(0.92) hue-rotate(180deg);
  clip-path: inset(8px 10px 2px 11px round 6px); }
/* on a tablet the panel keeps its width and the stage gives way */
@media (min-width: 700px) {
  [data-testid="stHorizontalBlock"]:has(.tutti-first) { flex-wrap: nowrap; }
  [data-testid="stColumn"]:has(.tutti-first) { min-width: 258px; }
  [data-testid="stColumn"]:has(.tutti-first) + [data-testid="stColumn"] { min-width: 0; }
}
button[kind="primary"]:enabled p { color: #1d1405; font-weight: 600; }
/* the models as cards, two in a row; the whole card is its label */
.st-key-model [role="radiogroup"] { display: grid; grid-template-columns: 1fr 1fr; gap: 0.4rem;
  align-items: stretch; }
.st-key-model [role="radiogroup"] > div { position: relative; border: 1px solid #262b35;
  border-radius: 8px; padding: 0.3rem 0.6rem 0.4rem; }
.st-key-model [role="radiogroup"] > div:has(input:checked) { border-color: #ffb454;
  background: #241c10; }
.st-key-model [role="radiogroup"] > div:has(input:focus-visible) { outline: 2px solid #ffb454; }
.st-key-model [data-testid="stRadioOption"]::after { content: ""; position: absolute; inset: 0; }
.st-key-model [data-testid="stRadioOption"] > div { position: relative; z-index: 1; }
.st-key-model [data-testid="stRadioOption"] > div > div:first-child { display: none; }
.st-key-model [data-testid="stRadioCaption"] { margin: 0; padding: 0; pointer-events: none; }
.st-key-model [data-testid="stRadioCaption"] p { font-size: 0.72rem; line-height: 1.25; }
.st-key-chords { flex-shrink: 0; }
/* training: a sentence over the curves, quiet controls that stay small */
.tutti-says { margin: 0; font-size: 0.93rem; }
.tutti-panel-title { font-size: 1.15rem; font-weight: 700; margin: 0; padding: 0; }
[class*="st-key-train_technique"] button, [class*="st-key-train_preset"] button {
  padding: 0 0.35rem; }
[class*="st-key-train_technique"] button p, [class*="st-key-train_preset"] button p {
  font-size: 0.8rem; }
.st-key-train_curves, .st-key-train_hear, .st-key-train_use { background: #13161c; }
.st-key-train_hear [data-testid="stElementContainer"]:has(.tutti-step) { flex: 1 1 auto; }
.st-key-train_use [data-testid="stElementContainer"]:has(.tutti-says) { flex: 1 1 auto; }
.st-key-train_wheel { gap: 0.5rem; }
.st-key-train_wheel button, .st-key-train_wheel [data-testid="stPopover"] button,
.st-key-train_curves [data-testid="stPopover"] button, .st-key-train_use button,
.st-key-train_hear button[kind="secondary"] { padding: 0.2rem 0.8rem; min-height: 0; }
.tutti-welcome { max-width: 34rem; margin: 5.5rem auto 0; }
.tutti-welcome h2 { font-size: 1.35rem; padding: 0 0 0.8rem; }
.tutti-welcome li { color: #b6bcc8; margin: 0.35rem 0; }
.tutti-welcome b { color: #eceef2; }
</style>
"""


def dress() -> None:
    """Adds the style sheet to the page."""
    st.html(_CSS)
