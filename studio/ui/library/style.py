"""The Library page's own style, and that of Take home."""

from __future__ import annotations

import streamlit as st

_CSS = """
<style>
.st-key-library-cards { display: grid; gap: 0.7rem;
  grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); }
.st-key-library-cards { align-items: stretch !important; }
.st-key-library-cards > div { display: flex; height: auto; }
[class*="st-key-library-card-"] { padding: 0.6rem 0.7rem; gap: 0.25rem !important;
  background: #13161c; flex: 1 1 auto; min-width: 0; }
[class*="st-key-library-card-"]:has(button[kind="primary"]) { border-color: #ffb454;
  background: #1b1710; }
.library-roll { display: block; width: 100%; height: 72px; border-radius: 6px;
  background: #0f1216; }
.library-damaged { margin: 0; min-height: 72px; color: #f0b9b9; font-size: 0.84rem;
  line-height: 1.35; }
[class*="st-key-library-look-"] { min-width: 0; flex: 1 1 auto; }
[class*="st-key-library-look-"] button { background: none; border: none; padding: 0.1rem 0;
  min-height: 0; width: 100%; overflow: hidden; justify-content: flex-start; }
[class*="st-key-library-look-"] button * { min-width: 0; overflow: hidden;
  text-align: left; width: 100%; }
[class*="st-key-library-look-"] button p { font-weight: 600; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; color: #eceef2 !important; }
[class*="st-key-library-star-"] { flex: none; }
[class*="st-key-library-star-"] button { padding: 0 0.3rem; min-height: 0; }
[class*="st-key-library-star-"] button p { color: #ffb454; font-size: 1.1rem; }
.library-tags { margin: 0.2rem 0 0; display: flex; flex-wrap: wrap; gap: 0.3rem; }
.library-tags i { font-style: normal; font-size: 0.74rem; color: #b6bcc8; background: #1f252d;
  border-radius: 99px; padding: 0.05rem 0.55rem; overflow-wrap: anywhere; }
.library-version { display: flex; flex-direction: column; font-size: 0.86rem; line-height: 1.3;
  border-left: 2px solid #2a303b; padding-left: 0.6rem; }
.library-version b { color: #ffb454; font-weight: 500; font-size: 0.75rem; margin-left: 0.5rem; }
.st-key-library-history [data-testid="stElementContainer"]:has(.library-version) { flex: 1 1 auto; }
.st-key-library-history button { min-height: 0; padding: 0 0.3rem; }
.st-key-library-history { gap: 0.45rem !important; }
.st-key-library-actions { flex-wrap: nowrap !important; gap: 0.4rem !important;
  justify-content: flex-start !important; }
.st-key-library-actions > div { flex: none !important; width: auto !important; }
.st-key-library-actions button { min-height: 2.2rem !important;
  padding: 0.2rem 0.6rem !important; }
.st-key-library-actions button p { font-size: 0.86rem; }
.library-gone { display: flex; flex-wrap: wrap; gap: 0 0.8rem; font-size: 0.9rem;
  overflow-wrap: anywhere; }
.st-key-library-deleted [data-testid="stElementContainer"]:has(.library-gone) { flex: 1 1 auto; }
.st-key-library-deleted button { min-height: 0; padding: 0.15rem 0.7rem; }
.st-key-library-undo button { min-height: 0; padding: 0.2rem 0.9rem; }
.st-key-library-panel [data-tag] { background: #262b35; color: #eceef2; }
@media (min-width: 640px) {
  .st-key-library-two [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) {
    flex-wrap: nowrap; }
  .st-key-library-two [data-testid="stColumn"] { min-width: 0; }
  .st-key-library-two [data-testid="stColumn"]:last-child { min-width: 280px; }
}
</style>
"""
_TAKE_HOME = """
<style>
.st-key-take-home { width: 25rem; max-width: 82vw; }
.st-key-take-home button { min-height: 0; padding: 0.25rem 0.6rem; }
.st-key-take-home-small, .st-key-take-home-large { display: grid;
  grid-template-columns: 1fr 1fr; gap: 0.45rem !important; }
.st-key-take-home-large > div:first-child { grid-column: 1 / -1; }
.st-key-take-home p { font-size: 0.86rem; }
a.take-home-file { display: flex; flex-direction: column; color: #eceef2;
  text-decoration: none; border: 1px solid #ffb454; border-radius: 0.6rem;
  padding: 0.25rem 0.7rem; }
a.take-home-file { font-size: 0.86rem; line-height: 1.3; }
a.take-home-file span { color: #ffb454; font-size: 0.76rem; }
</style>
"""


def dress() -> None:
    """Adds the style sheet to the page."""
    st.html(_CSS)


def dress_take_home() -> None:
    """Adds the style sheet of the files to take home, on whatever page."""
    st.html(_TAKE_HOME)
