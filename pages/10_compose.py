"""The Compose page: melody, band, arranger, keyboard."""

import streamlit as st

from studio.ui import desk
from studio.ui.compose import band_panel, header, heading, melody_panel, stage
from studio.ui.compose import rewrite_panel as remaking

STAGE_HEIGHT = 460  # on a low screen less, see `theme`; the keyboard never moves under the hand
BUTTONS_HEIGHT = 98  # with the gaps above them; they stay in sight while the panel scrolls

head = st.container()
panel, middle = st.columns([0.27, 0.73], gap="medium")
job = desk.latest_piece()
remade = remaking.settled()
work = stage.on_table(job)
with panel:
    with st.container(height=STAGE_HEIGHT - BUTTONS_HEIGHT, border=True, key="compose-panel"):
        melody_panel.show()
        melody = melody_panel.current()
        band_panel.show()
    busy = job is not None and not job.ended
    band_panel.generate(melody is not None, busy)
with middle, st.container(height=STAGE_HEIGHT, border=False, key="compose-stage"):
    stage.show(melody, job, work, remade)
with head:
    newer = melody is not None and not stage.is_its(melody.score, job, work)
    own = job if job is not None and job.kind == "compose" else None
    header.show(heading.of(melody, work, newer), own)
melody_panel.keys()
