"""The melody alone, as the streamlit-pianoroll component draws it; its player is not used, for the
page plays with its own soundfont."""

from __future__ import annotations

import html
import warnings

import pandas as pd
import streamlit as st

from studio.music.melody import Melody


def show(melody: Melody) -> None:
    """The melody's notes, and what was heard in them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydub, which it brings, misses ffmpeg; we do not
        import streamlit_pianoroll  # slow, and a first page without a melody needs none

    score = melody.score
    seconds = score.seconds_per_tick
    notes = pd.DataFrame(
        {
            "pitch": [note.pitch for note in score.tracks[0].notes],
            "velocity": [note.velocity for note in score.tracks[0].notes],
            "start": [note.start_tick * seconds for note in score.tracks[0].notes],
            "end": [note.end_tick * seconds for note in score.tracks[0].notes],
        }
    )
    streamlit_pianoroll.from_notes_df(notes, show_bird_view=True, key="overview")
    for line in melody.report:
        st.html(f'<p class="tutti-quiet">{html.escape(line)}</p>')
