"""Step 1 of the Compose page: where the melody comes from, and the keyboard itself."""

from __future__ import annotations

import html
from dataclasses import replace
from functools import cache
from pathlib import Path

import streamlit as st

from studio.ground.errors import TuttiError
from studio.music import midi
from studio.music.harmony import chords_alone
from studio.music.instruments import KEYBOARD, instrument_name
from studio.music.melody import (
    Melody,
    bars_of_rest,
    from_file,
    from_performance,
    part_lines,
    sample_melody,
    samples,
)
from studio.music.midi import MidiFile
from studio.music.score import MAX_BARS, Score
from studio.ui import desk
from studio.ui.components import show_keyboard
from studio.ui.compose import chords_panel, heard_panel

PLAY, SAMPLES, IMPORT, CHORDS = "Play", "Samples", "Import", "Chords"
_KEYBOARD = "keyboard"


def show() -> None:
    """The choice between playing, samples, import, and chords without a melody."""
    st.html('<p class="tutti-step tutti-first">1 · Melody</p>')
    st.session_state.setdefault("way", SAMPLES if _sample() else PLAY)
    way = st.segmented_control(
        "Where the melody comes from",
        [PLAY, SAMPLES, IMPORT, CHORDS],
        required=True,
        key="way",
        label_visibility="collapsed",
        width="stretch",
    )
    if way == SAMPLES:
        _choose_sample()
    elif way == IMPORT:
        _import()
    elif way == CHORDS:
        _chart()
    else:
        st.caption("Press Record below, and play.")


def _chart() -> None:
    chords_panel.show_box("Chords to play on", "chart")
    if desk.draft().performance["takes"]:
        st.caption("The band plays your melody on these chords. Clear the takes for chords alone.")
        return
    st.session_state.chart_bars = desk.draft().chart_bars
    st.number_input(
        "How many bars",
        1,
        MAX_BARS,
        key="chart_bars",
        placeholder="As many as the chart has",
        help="A chart that is shorter begins again, one that is longer is cut.",
        on_change=lambda: desk.change(chart_bars=st.session_state.chart_bars),
    )
    st.caption("Without a melody the band plays on the chords alone; Extend writes one.")


def _choose_sample() -> None:
    st.session_state.sample = _sample()
    titles = {sample.id: f"{sample.title} · {sample.key}, {sample.metre}" for sample in samples()}
    st.selectbox(
        "A sample melody",
        list(titles),
        index=None,
        format_func=titles.__getitem__,
        placeholder="Choose a melody",
        key="sample",
        on_change=_take_sample,
        label_visibility="collapsed",
    )


def _sample() -> str | None:
    """The one that is on the keyboard, under whatever name and in whatever bars; None for another
    melody."""
    takes = desk.draft().performance["takes"]
    if not takes or takes[-1]["source"] != "sample":
        return None
    return _tunes().get(tuple(note["pitch"] for note in takes[-1]["notes"]))


@cache
def _tunes() -> dict[tuple[int, ...], str]:
    """The samples by what is played in them."""
    return {
        tuple(note.pitch for note in sample_melody(each.id).tracks[0].notes): each.id
        for each in samples()
    }


def _take_sample() -> None:
    if st.session_state.sample:
        desk.push_melody(sample_melody(st.session_state.sample), "sample")


def _import() -> None:
    upload = st.file_uploader(
        "A MIDI file",
        type=list(midi.SUFFIXES),
        key="upload",
        label_visibility="collapsed",
        max_upload_size=5,
    )
    if upload is None:
        st.caption("A MIDI file of up to 5 MB. You choose which track is the melody.")
        return
    try:
        file = midi.read(upload.getvalue())
        _choose_track(file, Path(upload.name).stem, upload.file_id)
    except TuttiError as error:
        st.error(str(error))


def _choose_track(file: MidiFile, title: str, file_id: str) -> None:
    parts = part_lines(file)
    best = next((part for part in parts if part.why), None)
    index = st.selectbox(
        "The melody's track",
        range(len(parts)),
        index=best.number - 1 if best else None,
        format_func=lambda index: parts[index].label,
        placeholder="Choose one of the drum tracks",
        help="Another track is taken as soon as you choose it.",
        key=f"track-{file_id}",
    )
    if best and index == best.number - 1 and len(parts) > 1:
        st.caption(f"Taken: {best.why}.")
    trim = bool(st.session_state.get(f"trim-{file_id}"))
    if st.session_state.get("imported") != (file_id, index, trim):
        melody = from_file(file, index, trim=trim)
        st.session_state.imported = (file_id, index, trim)
        st.session_state.import_report = melody.report
        st.session_state.import_rests = trim or bool(bars_of_rest(melody.score))
        free = melody.is_free
        grid = from_file(file, index, keep_grid=True, trim=trim).score if free else None
        in_file = replace(grid, title=title) if grid else None
        desk.push_melody(replace(melody.score, title=title), "import", in_file)
    if st.session_state.import_rests:
        st.toggle(
            "Start at the first note",
            key=f"trim-{file_id}",
            help="Takes away the bars of rest before it. With them, what you take home lines up "
            "with the song; the band waits.",
        )
    for line in st.session_state.import_report:
        st.html(f'<p class="tutti-quiet">{html.escape(line)}</p>')  # track names are not Markdown


def keys() -> None:
    """The keyboard with its recorder; what it says is saved before the page runs again."""
    performance = desk.draft().performance
    program = int(performance["program"])
    offered = {**KEYBOARD, program: instrument_name(program)}  # an imported tune brings its own
    show_keyboard(
        key=_KEYBOARD,
        performance=performance,
        sprite=desk.sprite(program),
        instruments=[{"program": number, "name": name} for number, name in offered.items()],
        storage_key="tutti-recording",
        on_change=_keep_performance,
    )


def _keep_performance() -> None:
    performance = st.session_state[_KEYBOARD].performance
    if performance and performance["revision"] > desk.draft().performance["revision"]:
        desk.change_performance(performance)


def to_play_on(chords: str) -> tuple[Score, str]:
    """The melody on the keyboard, or none on chords alone, and the chords; raises BadScore and
    BadKnob where there is neither."""
    performance = desk.draft().performance
    if performance["takes"] or not chords.strip():
        return from_performance(performance).score, chords
    metre, tempo_bpm = str(performance["metre"]), float(performance["tempo_bpm"])
    return chords_alone(chords, desk.draft().chart_bars, metre, tempo_bpm)


def current() -> Melody | None:
    """The melody as it would be sent to the band, and on the page what was heard of it; None with
    the reason on the page."""
    performance = desk.draft().performance
    melody = None
    if performance["takes"] and performance["takes"][-1]["notes"]:
        try:
            melody = from_performance(performance)
        except TuttiError as error:
            st.error(str(error))
    heard_panel.show(melody)
    return melody
