"""Navigation: what Streamlit runs for every page, before the page itself."""

import streamlit as st

from studio.settings import ROOT
from studio.ui import theme

st.set_page_config(page_title="Tutti", layout="wide", initial_sidebar_state="collapsed")
theme.dress()
pages = [st.Page(ROOT / "pages" / "1_compose.py", title="Compose", default=True)]
st.navigation(pages, position="top").run()
