"""The Models page keeps its promises: every model, two side by side, the blind ear test."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_tools import open_at, own_studio, shown
from streamlit.testing.v1 import AppTest

from studio.catalog import Card, models, pack, unpack
from studio.ground.assets import ROOT, SHIPPED
from studio.ground.errors import BadModel
from studio.jobs.takes import PICTURE_FILE, WAV_FILE
from studio.library import take_folder
from studio.music.melody import sample_melody
from studio.pictures import roll_png
from studio.queue.records import Job
from studio.ui import house
from studio.ui.models import card_panel, ears, exchange, shelf, tally
from studio.ui.models.draft import DRAFT
from studio.ui.models.drawings import index_bar, placeholder

PAGE = "../../pages/30_models.py"
ME = "somebody"
HOSTILE = "<img src=x onerror=alert(1)> *bold* [a](b)"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


def open_models(owner: str = ME) -> AppTest:
    return open_at(PAGE, owner)


def view(page: AppTest, name: str) -> AppTest:
    page = page.segmented_control(key="models-view").set_value(name).run()
    assert not page.exception
    return page


def import_shipped(data_dir: Path, id: str, **changes: Any) -> str:
    """A shipped model as one of the user's own, its card changed."""
    card = unpack(pack(SHIPPED / id), data_dir / "models")
    path = data_dir / "models" / card.id / "card.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return card.id


def newest_audition() -> Job:
    job = house.store().latest(ME, "audition")
    assert job is not None
    return job


def play(data_dir: Path, job: Job, finish: bool = True) -> None:
    """What the worker leaves of an audition."""
    store = house.store()
    claimed = store.claim("worker", 60.0)
    assert claimed is not None
    assert claimed.id == job.id
    for take, model in enumerate(job.payload["models"], 1):
        folder = take_folder(data_dir, job.id, take)
        folder.mkdir(parents=True)
        (folder / PICTURE_FILE).write_bytes(roll_png(sample_melody("twinkle")))
        store.append(job.id, "worker", "composed", {"take": take, "model": model})
        with wave.open(str(folder / WAV_FILE), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(bytes(800))
        store.append(job.id, "worker", "sound", {"take": take})
    if finish:
        store.finish(job.id, "worker", {"takes": []})


# --- one model ----------------------------------------------------------------------------------


def test_every_model_is_listed_and_one_is_shown_with_its_card(data_dir: Path) -> None:
    page = open_models()
    cards, _ = models()
    labels = [b.label for b in page.button if str(b.key).startswith("models-open-")]
    assert len(labels) == len(cards)
    card = next(card for card in cards if card.id == "bach-gan")
    page = page.button(key="models-open-bach-gan").click().run()
    said = shown(page).replace("&#x27;", "'")
    for text in (card.description, card.data, card.licence, card.follows, card.reproduce):
        assert text in said
    assert "Similarity index 0.23" in said
    assert "epochs 60" in said


def test_what_was_looked_at_survives_a_reload(data_dir: Path) -> None:
    page = open_models()
    page = page.button(key="models-open-jazz-gan").click().run()
    view(page, "Ear test")
    again = open_models()
    assert again.segmented_control(key="models-view").value == "Ear test"
    assert house.store().load_draft(ME, DRAFT).data["shown"] == "jazz-gan"  # type: ignore[union-attr]


def test_a_title_is_text(data_dir: Path) -> None:
    id = import_shipped(data_dir, "bach-gan", title=HOSTILE, description=HOSTILE, data=HOSTILE,
                        reproduce=HOSTILE)  # fmt: skip
    page = open_models().button(key=f"models-open-{id}").click().run()
    for name in ("Model", "Side by side", "Ear test"):
        page = view(page, name)
        assert "<img" not in shown(page)
        assert "&lt;img" in shown(page) or name == "Side by side"
    (row,) = [b for b in page.button if b.key == f"models-open-{id}"]
    assert r"\*bold\*" in row.label


def test_a_broken_model_is_a_sentence_and_the_others_are_there(data_dir: Path) -> None:
    id = import_shipped(data_dir, "bach-gan", parts=[])
    page = open_models()
    assert id.replace("-", r"\-") in page.warning[0].value
    assert page.button(key="models-open-pop-gan")


def test_play_it_asks_for_an_audition_and_shows_it(data_dir: Path) -> None:
    page = open_models().button(key="models-open-pop-gan").click().run()
    page = page.selectbox(key="models-melody-1").select("ode-to-joy").run()
    page = page.button(key="models-play-1").click().run()
    job = newest_audition()
    assert set(job.payload) == {"models", "melody", "seed"}
    assert job.payload["models"] == ["pop-gan"]
    assert job.payload["melody"]["title"] == "Ode to Joy"
    assert page.button(key="models-play-1").disabled
    play(data_dir, job)
    page = page.run()
    assert takes(page) == {"the band": f"/pieces/{job.id}/mix.wav"}
    assert listener(page)["start"] == job.id  # what was asked for plays by itself
    again = open_models()
    assert takes(again) == takes(page)
    assert listener(again)["start"] is None  # and after a reload it does not
    assert not again.button(key="models-play-1").disabled


def test_an_audition_that_failed_says_why(data_dir: Path) -> None:
    page = open_models()
    page.button(key="models-play-1").click().run()
    house.store().claim("worker", 60.0)
    house.store().fail(newest_audition().id, "worker", "The weights are missing: reinstall.")
    assert "The weights are missing" in shown(open_models())


def test_one_user_does_not_hear_what_another_played(data_dir: Path) -> None:
    page = open_models()
    page.button(key="models-play-1").click().run()
    job = newest_audition()
    play(data_dir, job)
    assert job.id not in shown(open_models("somebody-else"))


# --- two side by side ---------------------------------------------------------------------------


def test_two_models_side_by_side_play_the_same_melody(data_dir: Path) -> None:
    page = view(open_models(), "Side by side")
    page = page.selectbox(key="models-side-0").select("pop-gan").run()
    page = page.selectbox(key="models-side-1").select("jazz-transformer").run()
    said = shown(page)
    for model in ("pop-gan", "jazz-transformer"):
        known = Card.read(SHIPPED / model).measures
        assert f"Its index is {known['similarity']:.2f}, " in said
        assert f"({known['similarity_floor']:.2f})" in said
    page = page.button(key="models-play-2").click().run()
    job = newest_audition()
    assert job.payload["models"] == ["pop-gan", "jazz-transformer"]
    play(data_dir, job)
    assert list(takes(open_models()).values()) == [
        f"/pieces/{job.id}/mix.wav",
        f"/pieces/{job.id}/2/mix.wav",
    ]


# --- the ear test -------------------------------------------------------------------------------


def begin_duel(data_dir: Path, genre: str = "jazz") -> tuple[AppTest, Job]:
    page = view(open_models(), "Ear test")
    page = page.selectbox(key="models-genre").select(genre).run()
    page = page.button(key="models-begin").click().run()
    assert not page.exception
    return page, newest_audition()


def listener(page: AppTest) -> Any:
    """What is shown to be listened to."""
    found = [each.proto for each in page.get("bidi_component")]
    (proto,) = [each for each in found if each.component_name == "tutti_listener"]
    return json.loads(proto.mixed.json if proto.WhichOneof("data") == "mixed" else proto.json)


def takes(page: AppTest) -> dict[str, str]:
    """Their names, and where their sounds are."""
    return {take["name"]: take["src"] for take in listener(page)["takes"]}


def listen(page: AppTest, job: Job, *names: str) -> AppTest:
    """Listens to takes of a duel for a while."""
    page.session_state["models-listened"] = {job.id: set(names)}
    return page.run()


def test_nobody_votes_before_both_were_listened_to_and_no_picture_tells(data_dir: Path) -> None:
    _, job = begin_duel(data_dir)
    play(data_dir, job)
    page = open_models()
    faces = len(page.get("image"))  # of all models, in the list
    for heard in ((), ("A",), ("B",)):
        page = listen(page, job, *heard)
        assert page.button(key="models-vote-A").disabled
        assert page.button(key="models-vote-none").disabled
        assert len(page.get("image")) == faces
    page = listen(page, job, "A", "B").button(key="models-vote-A").click().run()
    assert not page.exception
    assert len(page.get("image")) == faces + 2  # who was who may be seen now


def test_nothing_is_called_near_without_saying_to_what(data_dir: Path) -> None:
    cards, _ = models()
    for card in cards:
        assert "training set" in shelf.stands(card)
    said = shown(view(open_models(), "Ear test"))
    assert "100 %" not in said
    assert "held back" in said
    for card in cards:
        assert f"{card.measures['similarity_floor']:.2f}</td>" in said
        assert f"{card.measures['similarity_ceiling']:.2f}</td>" in said


@pytest.mark.parametrize(("low", "high"), [(0.67, 0.67), (0.6701, 0.6712), (0.6, 0.7)])
def test_an_interval_is_told_in_words_where_there_is_one(low: float, high: float) -> None:
    known = {"similarity": 0.67, "similarity_low": low, "similarity_high": high}
    said = card_panel._measures(known)
    assert ("0.60 to 0.70, 19 times out of 20" in said) == (high == 0.7)
    assert "0.67 to 0.67" not in said
    assert said.endswith(".")


def test_a_card_says_how_well_its_critic_knows_people() -> None:
    [card] = [card for card in models()[0] if card.id == "pop-gan"]
    assert card_panel._critic(replace(card, choices=1)) == ""
    told = {"critic_accuracy": 0.6725, "critic_preference": 0.7301}
    said = card_panel._critic(replace(card, choices=8, measures=told))
    assert "among 8 takes" in said
    assert "67%" in said
    assert "73%" in said


def test_the_number_leads_to_the_ears(data_dir: Path) -> None:
    page = open_models().button(key="models-to-ears").click().run()
    assert page.segmented_control(key="models-view").value == "Ear test"


def test_a_duel_is_blind_until_the_vote_and_then_counts(data_dir: Path) -> None:
    page, job = begin_duel(data_dir)
    assert sorted(job.payload["models"]) == ["jazz-gan", "jazz-transformer"]
    assert page.button(key="models-vote-A").disabled
    play(data_dir, job)
    page = listen(open_models(), job, "A", "B")
    above = shown(page).partition("Ears beside the number")[0]
    assert "Jazz" not in above
    page = page.button(key="models-vote-B").click().run()
    other, winner = job.payload["models"]
    assert ears.ratings(house.store()) == {
        winner: {"elo": 1012.0, "duels": 1},
        other: {"elo": 988.0, "duels": 1},
    }
    assert shelf.name(Card.read(SHIPPED / winner)) in page.success[0].value.replace("\\", "")
    assert not [b for b in page.button if str(b.key).startswith("models-vote-")]


def test_a_duel_counts_once_though_two_tabs_vote(data_dir: Path) -> None:
    _, job = begin_duel(data_dir)
    play(data_dir, job)
    one, other = (listen(open_models(), job, "A", "B") for _ in range(2))
    one.button(key="models-vote-A").click().run()
    other = other.button(key="models-vote-none").click().run()
    assert not other.exception
    assert {row["duels"] for row in ears.ratings(house.store()).values()} == {1}
    assert other.success


def test_no_difference_leaves_two_equal_models_equal(data_dir: Path) -> None:
    _, job = begin_duel(data_dir)
    play(data_dir, job)
    page = listen(open_models(), job, "A", "B").button(key="models-vote-none").click().run()
    assert {row["elo"] for row in ears.ratings(house.store()).values()} == {1000.0}
    page = page.button(key="models-next").click().run()
    assert page.button(key="models-begin")


def test_the_two_may_be_chosen(data_dir: Path) -> None:
    page = view(open_models(), "Ear test")
    page = page.selectbox(key="models-genre").select("rock").run()
    page = page.segmented_control(key="models-blind").set_value("chosen").run()
    page = page.selectbox(key="models-rival-0-rock").select("rock-transformer").run()
    assert not page.exception
    page = page.selectbox(key="models-rival-1-rock").select("rock-transformer").run()
    assert page.button(key="models-begin").disabled
    page = page.selectbox(key="models-rival-1-rock").select("rock-gan").run()
    page.button(key="models-begin").click().run()
    assert sorted(newest_audition().payload["models"]) == ["rock-gan", "rock-transformer"]


def test_the_order_of_a_duel_is_random(data_dir: Path) -> None:
    orders = set()
    for _ in range(24):
        page, job = begin_duel(data_dir)
        orders.add(tuple(job.payload["models"]))
        house.store().cancel(job.id)
        page = open_models()
        page.button(key="models-next").click().run()
        if len(orders) == 2:
            return
    pytest.fail("the same model came first 24 times")


def test_the_tally_says_whether_ears_agree_with_the_number(data_dir: Path) -> None:
    cards, _ = models()
    assert "No duel says yet" in tally.agreement(cards, {})
    ears.vote(house.store(), "jazz-gan", "jazz-transformer")  # .32 beats .69: they agree
    ears.vote(house.store(), "rock-transformer", "rock-gan")  # .64 beats .45: they do not
    ears.vote(house.store(), "pop-gan", "jazz-gan")  # two genres: no pair
    ratings = ears.ratings(house.store())
    assert tally.agreement(cards, ratings) == (
        "Ears and similarity index agree in 1 of 2 pairs of one genre."
    )
    assert "agree in 1 of 2 pairs" in shown(view(open_models(), "Ear test"))


# --- coming, going ------------------------------------------------------------------------------


def test_an_export_comes_in_again(data_dir: Path) -> None:
    card = exchange.bring_in(exchange.export(Card.read(SHIPPED / "jazz-transformer")))
    assert card.id == "jazz-transformer-2"
    page = open_models().button(key=f"models-open-{card.id}").click().run()
    assert "1 of your own" in shown(page)
    assert [b.label for b in page.download_button] == ["Export", "Curves as CSV"]


def test_a_model_file_that_is_uploaded_is_there_once_and_is_shown(data_dir: Path) -> None:
    page = open_models()
    packed = pack(SHIPPED / "bach-gan")
    page.file_uploader(key="models-upload").upload("a friend.zip", packed).run()
    page = page.run()
    assert [path.name for path in (data_dir / "models").iterdir()] == ["bach-gan-2"]
    assert house.store().load_draft(ME, DRAFT).data["shown"] == "bach-gan-2"  # type: ignore[union-attr]


def test_a_file_that_is_no_model_is_refused_with_a_sentence(data_dir: Path) -> None:
    page = open_models()
    page.file_uploader(key="models-upload").upload("song.zip", b"PK and nothing else").run()
    assert "no model file" in page.error[0].value
    assert not (data_dir / "models").exists()


def test_an_own_model_is_deleted_after_a_second_click(data_dir: Path) -> None:
    id = import_shipped(data_dir, "pop-gan", title="Mine")
    ears.vote(house.store(), id, "pop-transformer")
    page = open_models().button(key=f"models-open-{id}").click().run()
    assert (data_dir / "models" / id).exists()
    page = page.button(key=f"models-delete-{id}").click().run()
    assert not page.exception
    assert list((data_dir / "models").iterdir()) == []
    assert id not in ears.ratings(house.store())
    assert f"models-open-{id}" not in [b.key for b in page.button]


def test_a_shipped_model_cannot_be_deleted(data_dir: Path) -> None:
    page = open_models().button(key="models-open-pop-gan").click().run()
    assert not [b for b in page.button if str(b.key).startswith("models-delete-")]
    with pytest.raises(BadModel, match="belongs to Tutti"):
        exchange.delete(Card.read(SHIPPED / "pop-gan"))


def test_a_model_that_another_plays_with_stays(data_dir: Path) -> None:
    id = import_shipped(data_dir, "pop-transformer")
    import_shipped(data_dir, "folk-transformer", shares=id)
    with pytest.raises(BadModel, match="plays with its weights"):
        exchange.delete(Card.read(data_dir / "models" / id))


# --- drawings -----------------------------------------------------------------------------------


def test_each_model_has_a_face_of_its_own_and_always_the_same() -> None:
    cards, _ = models()
    faces = {placeholder(card) for card in cards}
    assert len(faces) == len(cards)
    assert placeholder(cards[0]) in faces


def test_the_bar_says_its_numbers_to_those_who_do_not_see_it() -> None:
    card = Card.read(SHIPPED / "pop-gan")
    assert 'aria-label="Similarity index 0.28: songs of its training set' in index_bar(card)
    assert index_bar(replace(card, measures={})) == ""


def test_the_page_needs_no_torch() -> None:
    code = (
        "import sys, studio.ui.models.ear_test, studio.ui.models.sides, "
        "studio.ui.models.card_panel, studio.ui.models.views; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
