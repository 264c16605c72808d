"""What a band is asked for, as JSON and in words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scribe
from bands import compose, rewrite
from helpers import scores, tune
from hypothesis import given
from hypothesis import strategies as st

from studio.composing import Recipe, Request, Rewrite, load_band
from studio.ground.errors import BadKnob, BadScore
from studio.music.melody import melody_from_json, melody_to_json
from studio.music.score import Score

# as a job's payload was kept before a request could be stopped after some bars
OLD: dict[str, Any] = {
    "melody": melody_to_json(tune(2)), "model": "x", "seed": 7, "knobs": {"creative_risk": 0.5},
    "chords": "C | F", "chord_risk": 0.25, "parts": {"Bass": {"density": 8}}, "takes": 4,
}  # fmt: skip
KNOBS = st.dictionaries(
    st.sampled_from(["creative_risk", "sampling_technique"]),
    st.integers(-9, 9) | st.floats(-9, 9) | st.sampled_from(["TopK", "Nucleus"]),
)


@given(scores(), KNOBS, st.integers(0, Request.MAX_SEED), st.sampled_from([None, 1, 64]))
def test_a_request_is_read_as_it_was_written(
    score: Score, knobs: dict[str, Any], seed: int, bars: int | None
) -> None:
    melody = melody_from_json(melody_to_json(score))
    request = Request(melody, "x", seed, knobs, parts={"Bass": knobs}, bars=bars)
    told = json.dumps(request.to_json())
    again = Request.from_json(json.loads(told))
    assert again == request
    assert json.dumps(again.to_json()) == told  # a whole number stays one


def test_what_an_older_page_asked_for_is_still_asked_for() -> None:
    request = Request.from_json(OLD)
    assert request == Request(
        tune(2), "x", 7, {"creative_risk": 0.5}, "C | F", 0.25, {"Bass": {"density": 8}}, 4
    )
    assert request.seeds == [7, 8, 9, 10]
    longer = {key: OLD[key] for key in ("melody", "model", "seed", "knobs", "chords")}
    assert Request.from_json(longer).takes == 1


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [({"melody": {}}, "melody cannot be read"), ({"melody": 3}, "melody cannot be read"),
     ({"seed": 1.5}, "request cannot be read"), ({"knobs": [1]}, "request cannot be read"),
     ({"parts": {"Bass": None}}, "request cannot be read"), ({"model": None}, "cannot be read")],
    ids=str,
)  # fmt: skip
def test_a_damaged_request_is_one_sentence(damage: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadScore if "melody" in damage else BadKnob, match=sentence):
        Request.from_json({**OLD, **damage})


def test_a_request_that_cannot_be_is_one_sentence() -> None:
    good = Request(tune(2), "x")
    good.check()
    for takes in (0, 5, True):
        with pytest.raises(BadKnob, match="1 to 4 takes"):
            replace(good, takes=takes).check()
    assert replace(good, seed=Request.MAX_SEED, takes=2).seeds == [Request.MAX_SEED, 0]


def test_a_melody_named_as_a_part_of_the_band_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    band = load_band(scribe.hire(monkeypatch, tmp_path), "cpu")
    melody = tune(4)
    named = melody.with_tracks([replace(melody.tracks[0], name="Bass")])
    old = compose(band, named, 1)
    assert old.score.part_names[:2] == ("Bass", "Bass 2")
    new = rewrite(band, old, {"Bass": [1]}, 2)
    assert new.score.tracks[0] == old.score.tracks[0]
    assert new.score.tracks[1] != old.score.tracks[1]
    assert new.score.tracks[2:] == old.score.tracks[2:]
    assert band.replay(new.recipe).midi == new.midi


def test_a_recipe_says_where_a_bar_was_written_last() -> None:
    first, later = (Rewrite({"Keys": (2, 3)}, seed, {}, {}) for seed in (1, 2))
    recipe = Recipe(tune(4), "x", 0, {}).then(first).then(later)
    assert recipe.before("Keys", 2) == (Recipe(tune(4), "x", 0, {}).then(first), later)
    assert recipe.before("Keys", 1) is recipe.before("Bass", 2) is None
    assert (recipe.newest, recipe.next_seed) == (later, 3)
    api = Rewrite({"Keys": (4,)}, 9, {}, {}, marks_plan=True)
    told = Recipe(tune(4), "x", 0, {}).then(api)
    assert told.to_json()["rewrites"] == [api.to_json()]
    assert Recipe.from_json(json.dumps(told.then(later).then(api).to_json())).edits == (later, api)
