"""The data doctor: what of a set is kept, what is refused and why, and filters by tags."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from studio.corpus.layouts import LAYOUTS
from studio.corpus.sets import delete_set
from studio.training import RunSpec
from studio.ui import say
from studio.ui.train import charts, draft, music, order, song_panel
from studio.ui.train.music import Selection

_TAGS = (
    ("genre", "Genre"), ("composer", "Composer"), ("metre", "Metre"), ("key", "Key"),
    ("instrument", "Instruments"),
)  # fmt: skip
_BARS, _BINS = 8, 8
_FIND_OUT = ""


def show(chosen: Selection) -> None:
    """All of it, in place of the curves."""
    known = chosen.diagnosis
    head, close = st.columns([0.82, 0.18], vertical_alignment="center")
    title = f"Data doctor · {chosen.music.name}"
    head.html(f'<h1 class="tutti-panel-title">{html.escape(title)}</h1>')
    close.button("Close", on_click=lambda: draft.change(doctor=False), width="stretch")
    st.markdown(_verdict(chosen))
    st.html(f'<p class="tutti-quiet">{html.escape(_terms(chosen))}</p>')
    if draft.draft().only is not None:
        st.button("Learn from all songs again", on_click=lambda: draft.change(only=None))
    if known["kept"]:
        _filters(known["kept"])
        _pictures(chosen)
    _layout(known)
    song_panel.show(chosen)
    _refused(known["refused"])
    _kept(chosen)
    _delete(chosen)


def _verdict(chosen: Selection) -> str:
    """What it comes to, in a sentence or two."""
    kept, refused = chosen.diagnosis["kept"], chosen.diagnosis["refused"]
    total = len(kept) + len(refused)
    if not kept:
        return f"**Nothing can be learned from here:** all {total} files were refused, see why."
    text = f"**{len(kept):,} of {say.counted(total, 'file')} can be learned from.** "
    if chosen.only is not None:
        text += f"{say.counted(len(chosen.names), 'song')} of them pass your filters. "
    text += f"They give {say.counted(chosen.windows, 'passage')} of eight bars; "
    settings = order.settings_now(chosen.windows)
    spec = RunSpec(technique=draft.draft().technique, settings=settings)
    seconds = spec.seconds_an_epoch(chosen.windows)
    return f"{text}an epoch takes about {say.span(max(seconds, 1))} here."


def _terms(chosen: Selection) -> str:
    lines = (chosen.music.source, f"Licence: {chosen.music.licence}", chosen.music.follows)
    return " ".join(line.rstrip(".") + "." for line in lines if line)


def _filters(songs: list[dict[str, Any]]) -> None:
    """Only those songs that have one of the chosen tags; a tag that all share is no choice."""
    choices = {name: _values(songs, name) for name, _ in _TAGS}
    offered = [(name, title) for name, title in _TAGS if len(choices[name]) > 1]
    tempos = [float(song["tempo_bpm"]) for song in songs]
    low, high = int(min(tempos)), int(max(tempos)) + 1
    now = draft.draft().filters
    if not offered and high - low < 2:
        return
    st.html('<p class="tutti-step">Learn only from</p>')
    columns = st.columns(3)
    for place, (name, title) in enumerate(offered):
        options = choices[name]
        columns[place % 3].multiselect(
            title, options, default=[v for v in now.get(name, ()) if v in options],
            placeholder="all", key=f"filter-{name}",
            format_func=say.signs if name == "key" else str,
            on_change=lambda name=name: _filter(name, st.session_state[f"filter-{name}"]),
        )  # fmt: skip
    if high - low >= 2:
        first, last = now.get("tempo_bpm", (low, high))
        columns[len(offered) % 3].slider(
            "Tempo, bpm", low, high, (max(int(first), low), min(int(last), high)),
            key="filter-tempo",
            on_change=lambda: _filter("tempo_bpm", list(st.session_state["filter-tempo"])),
        )  # fmt: skip


def _filter(name: str, value: list[Any]) -> None:
    filters = {key: kept for key, kept in draft.draft().filters.items() if key != name}
    draft.change(filters={**filters, name: value} if value else filters)


def _values(songs: Iterable[dict[str, Any]], name: str) -> list[str]:
    """All values of a tag, the most frequent first."""
    found: Counter[str] = Counter()
    for song in songs:
        found.update(song["instruments"] if name == "instrument" else [song.get(name) or ""])
    return [value for value, _ in found.most_common() if value]


def _pictures(chosen: Selection) -> None:
    """Keys, metres, tempos and instruments of the songs that pass."""
    songs = chosen.songs
    tables = (
        ("Keys", Counter(_key(song).split(" or ")[0] for song in songs).most_common(_BARS)),
        ("Metres", Counter(song["metre"] for song in songs).most_common(_BARS)),
        ("Tempos, bpm", _tempos([float(song["tempo_bpm"]) for song in songs])),
        ("Instruments", Counter(n for s in songs for n in s["instruments"]).most_common(_BARS)),
    )
    for column, (title, values) in zip(st.columns(4), tables, strict=True):
        column.html(f'<p class="tutti-step">{title}</p>')
        if values:
            column.altair_chart(charts.counts(values, title), width="stretch", theme=None)


def _key(song: Mapping[str, Any]) -> str:
    return say.signs(str(song["key"]))


def _tempos(tempos: list[float]) -> list[tuple[str, int]]:
    """How many songs are in each stretch of tempos."""
    if not tempos:
        return []
    width = next(w for w in (5, 10, 20, 40, 80, 400) if (max(tempos) - min(tempos)) / w < _BINS)
    found = Counter(int(tempo // width) * width for tempo in tempos)
    return [(f"{low}-{low + width}", found[low]) for low in sorted(found)]


def _layout(known: dict[str, Any]) -> None:
    """Which part is whose, and another way to read the files."""
    parts = ", ".join(str(part["name"]) for part in known["parts"])
    with st.expander(f"Read as: melody, {say.plain(parts)}"):
        base = music.base_card()
        if base is not None:
            st.caption(f"As {say.plain(base.title)} has it, which training goes on from.")
            return
        st.caption(
            "How the files are laid out: which track is the melody and which parts are learned. "
            "Tutti takes what keeps the most songs."
        )
        options = [_FIND_OUT, *LAYOUTS]
        now = draft.draft().layout or _FIND_OUT
        st.selectbox(
            "Layout", options, index=options.index(now) if now in options else 0,
            format_func=lambda name: name.capitalize() or f"What fits best ({known['layout']})",
            key="train_layout", label_visibility="collapsed",
            on_change=lambda: draft.change(layout=st.session_state.train_layout or None),
        )  # fmt: skip


def _refused(refused: list[dict[str, str]]) -> None:
    if not refused:
        return
    files: dict[str, list[str]] = {}
    for each in refused:
        reason = each["reason"][:1].upper() + each["reason"][1:]
        files.setdefault(reason, []).append(each["name"])
    st.html('<p class="tutti-step">Refused, and why</p>')
    rows = sorted(files.items(), key=lambda item: -len(item[1]))
    table = [
        {"Files": len(names), "Reason": reason, "Which": ", ".join(names)} for reason, names in rows
    ]
    st.dataframe(
        table, hide_index=True, height="content" if len(table) < _BARS else 300,
        column_config={"Files": st.column_config.NumberColumn(width=55)},
    )  # fmt: skip


def _kept(chosen: Selection) -> None:
    if not (songs := chosen.songs):
        return
    st.html('<p class="tutti-step">Kept</p>')
    table = [
        {
            "Song": song.get("title") or song["name"],
            "File": song["name"],
            "Bars": song["bars"],
            "Passages": song["windows"],
            "Tempo": round(float(song["tempo_bpm"])),
            "Metre": song["metre"],
            "Key": _key(song),
            "Instruments": ", ".join(song["instruments"]),
            "Worth a look": "; ".join(song["notes"]),
        }
        for song in songs
    ]
    st.dataframe(table, hide_index=True, height="content" if len(table) < _BARS else 260)


def _delete(chosen: Selection) -> None:
    with st.popover("Delete this set", type="tertiary"):
        st.caption("The music is deleted from Tutti's folder. Models that learned from it stay.")
        st.button("Delete it", on_click=_forget, args=(chosen.music.id,))


def _forget(set_id: str) -> None:
    delete_set(music.folder(), set_id)
    draft.change(set=None, doctor=False, diagnosis=None, filters={}, only=None, layout=None)
