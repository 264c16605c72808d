"""The Models page's own style."""

from __future__ import annotations

import streamlit as st

_CSS = """
<style>
.models-bar { position: relative; height: 2.6rem; margin: 0.2rem 0 0; }
.models-bar::before { content: ""; position: absolute; left: 0; right: 0; top: 0.62rem;
  height: 2px; background: #262b35; }
.models-bar i { position: absolute; display: block; }
.models-bar .limit { top: 0.28rem; height: 0.8rem; width: 2px; background: #6b7482; }
.models-bar .span { top: 0.5rem; height: 0.36rem; border-radius: 3px; opacity: 0.35; }
.models-bar .dot { top: 0.34rem; width: 0.7rem; height: 0.7rem; border-radius: 50%;
  margin-left: -0.35rem; }
.models-bar span { position: absolute; top: 1.3rem; font-size: 0.72rem; color: #8b93a1;
  white-space: nowrap; transform: translateX(-0.2rem); }
.models-bar span.last { transform: translateX(-85%); }
.models-bar.small { height: 1.1rem; min-width: 6rem; margin: 0; }
.models-facts { display: grid; grid-template-columns: 6.4rem 1fr; gap: 0.5rem 0.9rem;
  font-size: 0.86rem; margin: 0; padding: 0 !important; line-height: 1.4; }
.models-facts dt { color: #8b93a1; margin: 0; padding: 0; }
.models-facts dd { margin: 0; padding: 0; color: #d5d9e1; overflow-wrap: anywhere; }
.models-facts code { font-size: 0.78rem; color: #b6bcc8; background: none; padding: 0; }
.models-name { font-size: 1.1rem; font-weight: 700; margin: 0; overflow-wrap: anywhere; }
.models-table { border-collapse: collapse; width: 100%; font-size: 0.84rem; }
.models-table th { font-weight: 400; text-align: left; color: #8b93a1;
  padding: 0.2rem 1rem 0.35rem 0; }
.models-table td { padding: 0.22rem 1rem 0.22rem 0; border-top: 1px solid #1f252d;
  color: #d5d9e1; vertical-align: middle; }
.models-table td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.models-table.two { table-layout: fixed; margin-bottom: 0.6rem; }
.models-table.two th { width: 5.6rem; vertical-align: top; border-top: 1px solid #1f252d; }
.models-table.two tr:first-child > * { border-top: none; }
.models-table.two td { vertical-align: top; overflow-wrap: anywhere; line-height: 1.4; }
.models-table td.quiet { color: #6b7482; }
[class*="st-key-models-row-"] { border-radius: 8px; padding: 0 0.3rem; }
[class*="st-key-models-row-"] img { border-radius: 6px; }
[class*="st-key-models-row-"] button { justify-content: flex-start; min-height: 0;
  padding: 0.35rem 0.2rem; }
[class*="st-key-models-row-"] > div:last-child { min-width: 0; }
[class*="st-key-models-row-"] button { max-width: 100%; overflow: hidden; }
[class*="st-key-models-row-"] button * { min-width: 0; overflow: hidden; }
[class*="st-key-models-row-"] button p { text-align: left; white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }
[class*="st-key-models-row-"]:has(button[kind="primary"]) { background: #241c10;
  outline: 1px solid #ffb454; }
[class*="st-key-models-row-"] button[kind="primary"] { background: none; border: none; }
[class*="st-key-models-row-"] button[kind="primary"]:enabled p { color: #eceef2; }
.st-key-models-actions [data-testid="stPopover"] button { min-height: 2.5rem;
  padding: 0.25rem 0.75rem; }
.models-sound audio { width: 100%; height: 40px; }
@media (max-width: 1100px) {
  .st-key-models-two > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"] {
    flex-direction: column; flex-wrap: nowrap; }
  .st-key-models-two > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"]
    > [data-testid="stColumn"] { width: 100%; min-width: 0; flex: none; }
  .models-table .spare { display: none; }
}
</style>
"""


def dress() -> None:
    """Adds the style sheet to the page."""
    st.html(_CSS)
