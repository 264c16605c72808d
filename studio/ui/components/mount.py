"""How a component comes to the page: as modules that the page fetches from `/components/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

# A module fetched from its own address can import its neighbours; one given inline cannot.
_LOADER = """
const address = new URL("/components/%s/main.js", window.location.href);
export default async (component) => (await import(address)).default(component);
"""


def component(name: str, *parts: str) -> Any:
    """Registers the component in the folder `name`: `main.js`, and `name`.css for its looks, with
    those of the folders of its `parts`."""
    here = Path(__file__).parent
    css = "".join((here / each / f"{each}.css").read_text("utf-8") for each in (name, *parts))
    return st.components.v2.component(f"tutti_{name}", css=css, js=_LOADER % name)
