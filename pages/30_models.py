"""The Models page: every model, two side by side, and the blind ear test."""

import streamlit as st

from studio.ui.models import bring_in_model, read_shelf, show_head, show_list, show_view

known = read_shelf()
show_head(known)
panel, middle = st.columns([0.27, 0.73], gap="medium")
with panel:
    st.html('<i class="tutti-first"></i>')
    with st.container(border=True, height=620):
        chosen = show_list(known)
    bring_in_model()
with middle:
    show_view(known, chosen)
