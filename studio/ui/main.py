"""Navigation: what Streamlit runs for every page, before the page itself."""

import streamlit as st

from studio.machine import assets
from studio.ui import theme

PAGES = ("1_compose.py", "2_train.py", "3_models.py", "4_library.py")

st.set_page_config(page_title="Tutti", layout="wide", initial_sidebar_state="collapsed")
theme.dress()
paths = [path for name in PAGES if (path := assets.ROOT / "pages" / name).exists()]
pages = [
    st.Page(path, title=path.stem[2:].capitalize(), default=path.name == PAGES[0]) for path in paths
]
st.navigation(pages, position="top").run()
