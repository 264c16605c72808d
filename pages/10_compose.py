"""The Compose page: melody, band, arranger, keyboard."""

import streamlit as st

from studio.ui.compose import (
    choose_band,
    choose_melody,
    current_melody,
    generate,
    read_table,
    show_header,
    show_keys,
    show_stage,
)

STAGE_HEIGHT = 460  # until `theme` gives stage and panel what the window has

head = st.container()
panel, middle = st.columns([0.27, 0.73], gap="medium")
table = read_table()
with panel:
    with st.container(height=STAGE_HEIGHT, border=True, key="compose-panel"):
        choose_melody()
        melody = current_melody()
        choose_band()
    generate(melody, table)
with middle, st.container(height=STAGE_HEIGHT, border=False, key="compose-stage"):
    show_stage(melody, table)
with head:
    show_header(melody, table)
show_keys()
