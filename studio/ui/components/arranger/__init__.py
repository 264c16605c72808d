"""The arranger: sees, plays, mixes, edits and shapes a piece, and tells Python what was asked for.

It shares a few modules with the keyboard. What it tells is one trigger value, a list of messages in
order. A message that new data does not yet show comes again, so that none is lost; its number `n`
only grows, so that none need be done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from studio.ui.components.mount import component

_arranger = component("arranger", "replay")


def show_arranger(
    *, key: str, arrangement: Mapping[str, object], on_messages: Callable[[], None]
) -> None:
    """Shows `arrangement`.

    `arrangement` holds piece, version, take, revision, title, change (what a model did to it last,
    in words), bars, metre, bar_ticks, ticks_per_beat, tempo_bpm, tempos (`[start_tick,
    quarter_microseconds]`, empty where it is one), parts (name, instrument, program, colour,
    is_drum, locked, notes as `[start_tick, pitch, duration_ticks, velocity]`, stem: an address,
    which may answer 202 or 404 until it is there, or None while it is rendered), chords `[tick,
    symbol]`, added (None, or the bars that a model went on with, from 0 and up to the second),
    marks (where notes of the melody are that a model changed, as `[start_tick, pitch]`), mix
    (volume 0 to 1, pan -1 to 1, mute, solo by part), loudness (an address that says by how much all
    stems together are multiplied, as theirs may answer 202), takes (take, label, and so that one is
    heard at once roll: a picture's address, parts of name and stem, loudness), left_out (label
    and why, of bands that were asked for and could not be), form (None, or of a band that is
    arranged its sections as `text`, `fills`, the bars from 0 that a drummer fills or None, and
    `by_hand`, parts that no form changes), can (regenerate, rhythm, chords, form, think, retrace),
    instruments `[program, name]` and attention: None, or what a model looked at as it wrote the
    `note` of `part`, as notes `[part, start_tick, pitch, weight]`, chords `[tick, weight]` and bars
    `[bar from 0, weight]`. Part 0 is the melody. The page takes data whose `revision` is not lower
    than its own. `done`, where given, is the last message number that was dealt with: without it,
    the page takes as answered what the data show.

    Messages: `{n, kind, piece, revision, ...}` with edit (part, take, notes: the part's whole
    list), mix (mix), instrument (part, program), lock (part, locked), regenerate (bars from 0,
    parts), rhythm (part, bar from 0, bars that it is for, none for all that follow; taps in its
    place, each [ticks from the bar line, ticks, velocity]), chord (tick, symbol), form (form, as
    text), fill (bar from 0, fill: whether it is one), take (take), think (part, note), veto
    (vetoes: all that the piece is to keep to, each [part, start_tick, end_tick, pitch or None for a
    rest]).
    `piece` and `revision` are those the message was made on, which need not be those of now; `n`
    grows within one browser tab.
    `on_messages` runs before the page's script and reads them from
    `st.session_state[key].messages`, oldest first.
    """
    _arranger(key=key, data=arrangement, on_messages_change=on_messages)
