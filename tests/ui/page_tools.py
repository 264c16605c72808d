"""The Compose page under test: a studio and an owner of its own, and what people do there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from studio.arrangement import Arrangement
from studio.composing import Composition, Recipe, Request
from studio.ground.assets import ROOT
from studio.library import band_facts
from studio.measures.copies import Nearest
from studio.music.harmony import ChordPlan
from studio.music.melody import sample_melody
from studio.music.theory import Key
from studio.ui import house

MAIN = ROOT / "studio" / "ui" / "main.py"


def own_studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory of a test's own, behind the house's shared objects."""
    monkeypatch.setenv("TUTTI_DATA_DIR", str(tmp_path))
    engines = (house.engine, house.training_engine, house.engines)
    caches = (house.settings, house.store, house.library, *engines, house.sound_name)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    house.store().close()
    for cache in caches:
        cache.cache_clear()


def open_page(owner: str = "somebody") -> AppTest:
    """The studio's first page, in a tab of its own."""
    page = AppTest.from_file(str(MAIN), default_timeout=30)
    page.session_state.owner = owner
    return page.run()


def open_at(page_file: str, owner: str) -> AppTest:
    """Another of the studio's pages, in a tab of this owner's."""
    page = open_page(owner).switch_page(page_file).run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    """All that the page says, HTML included."""
    kinds = ("html", "markdown", "caption", "error", "info", "success", "warning")
    return "\n".join(
        str(getattr(each, "body", None) or getattr(each, "value", ""))
        for kind in kinds for each in page.get(kind)
    )  # fmt: skip


def take_sample(page: AppTest, sample_id: str) -> AppTest:
    page.segmented_control(key="way").set_value("Samples").run()
    return page.selectbox(key="sample").select(sample_id).run()


def finish_band(
    data_dir: Path, near: Nearest | None, arrangement: Arrangement | None = None
) -> None:
    """A band for Twinkle, as the worker leaves it, sound not rendered."""
    store = house.store()
    job_id = store.submit("compose", request("twinkle").to_json(), "somebody")
    assert store.claim("worker", 60.0) is not None
    score = sample_melody("twinkle")
    recipe = Recipe(score.with_tracks(score.tracks[:1]), "bach-gan", 1, {}, arrangement=arrangement)
    piece = Composition(score, ChordPlan(Key(0), 960, (0,)), recipe, "CPU", 0.1, near)
    house.library().keep("somebody", job_id, piece, band_facts(piece))
    store.append(job_id, "worker", "composed", band_facts(piece))
    store.finish(job_id, "worker", band_facts(piece))


def request(sample_id: str) -> Request:
    return Request(sample_melody(sample_id), "bach-gan", 1)


def arranged(page: AppTest) -> Any:
    """What the arranger is shown, None where it is not on the page."""
    found = [each.proto for each in page.get("bidi_component")]
    mine = [proto for proto in found if proto.component_name == "tutti_arranger"]
    data = [
        json.loads(proto.mixed.json if proto.WhichOneof("data") == "mixed" else proto.json)
        for proto in mine
    ]
    return data[0] if data else None


def generate_button(page: AppTest) -> Any:
    (button,) = [b for b in page.button if "Generate" in b.label]
    return button


def tell(tab: AppTest, *wishes: dict[str, Any]) -> AppTest:
    """The arranger asks for something, as the browser does."""
    shown = arranged(tab)
    base = {name: shown[name] for name in ("piece", "take", "revision")}
    first = int(shown["done"]) + 1
    said = [{"n": n, **base, **wish} for n, wish in enumerate(wishes, first)]

    def script() -> None:
        import streamlit as st

        from studio.ui.compose import answers

        answers.receive_all(st.session_state.told)

    helper = AppTest.from_function(script)
    chosen = ("model", "technique")
    for key in ("owner", "compose_draft", "arranger_shown", "arranger_done", *chosen):
        if key in tab.session_state:
            helper.session_state[key] = tab.session_state[key]
    helper.session_state.told = said
    helper.run()
    assert not helper.exception
    for key in (
        "compose_draft",
        "arranger_shown",
        "arranger_done",
        "compose_problem",
        "view_wanted",
        *chosen,
    ):
        if key in helper.session_state:
            tab.session_state[key] = helper.session_state[key]
    tab = tab.run()
    assert not tab.exception
    return tab
