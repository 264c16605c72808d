"""The Compose page: melody, band, result, keyboard."""

import streamlit as st

from studio.ui import band_panel, header, melody_panel, stage, state

STAGE_HEIGHT = 488  # fixed, so that the keyboard below never moves under the hand

heading = st.container()
panel, middle = st.columns([0.27, 0.73], gap="medium")
job = state.latest_piece()
with panel, st.container(height=STAGE_HEIGHT, border=True):
    melody_panel.show()
    melody = melody_panel.current()
    band_panel.show(melody.score if melody else None, job is not None and not job.ended)
with middle, st.container(height=STAGE_HEIGHT, border=False):
    stage.show(melody, job)
with heading:
    header.show(melody, job)
melody_panel.keys()
