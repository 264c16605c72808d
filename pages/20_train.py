"""The Train page: data and settings on the left; the run, its curves and its sound on the right."""

import streamlit as st

from studio.ui.train import (
    choose_data,
    choose_settings,
    show_queue,
    show_stage,
    shown_run,
    train_button,
)

PANEL_HEIGHT = 660  # at most: the button below stays in sight while the panel scrolls

run = shown_run()
panel, middle = st.columns([0.25, 0.75], gap="medium")
with panel:
    with st.container(height=PANEL_HEIGHT, border=True, key="train-panel"):
        chosen = choose_data()
        choose_settings(chosen)
        show_queue(run)
    train_button(chosen)
with middle:
    show_stage(run, chosen)
