"""The Train page: data and settings on the left; the run, its curves and its sound on the right."""

import streamlit as st

from studio.ui.train import data_panel, doctor, draft, queue_panel, runs, settings_panel, stage

PANEL_HEIGHT = 660  # the button below stays in sight while the panel scrolls

job = runs.shown()
panel, middle = st.columns([0.25, 0.75], gap="medium")
with panel:
    with st.container(height=PANEL_HEIGHT, border=True):
        chosen = data_panel.show()
        settings_panel.show(chosen)
        queue_panel.show(runs.runs(), job)
    settings_panel.train_button(chosen)
with middle:
    if draft.draft()["doctor"] and chosen is not None:
        doctor.show(chosen)
    else:
        stage.show(job)
