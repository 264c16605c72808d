"""Navigation: what Streamlit runs for every page, before the page itself."""

from pathlib import Path

import streamlit as st

from studio.ground import assets
from studio.ui import house
from studio.ui.pages import find_pages

first, *others = find_pages(assets.ROOT / "pages")
pages = [st.Page(first.file, title=first.title, default=True)]
pages += [st.Page(page.file, title=page.title, url_path=page.address) for page in others]
page = st.navigation(pages, position="top")
st.set_page_config(
    page_title=f"{page.title} · Tutti", layout="wide", initial_sidebar_state="collapsed"
)
st.html(Path(__file__).with_name("theme.css"))  # Streamlit's own chrome steps back
with st.container(horizontal=True, key="pages"):  # on a narrow screen, where the others are folded
    for each in pages:
        st.page_link(each)
page.run()
house.first_page.set()
