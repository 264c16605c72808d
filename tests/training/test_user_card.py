"""The card of a user's own model: true, and one that the catalog takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers import band_song, chorale, write_songs

from studio.catalog import GENRES, Card, Model
from studio.corpus.diagnosis import diagnose, narrowed
from studio.corpus.sets import UNKNOWN_LICENCE, MusicSet
from studio.ground.errors import BadKnob, BadMidi, BadModel
from studio.techniques import techniques
from studio.training.cards import learned_from, own_card, slug

TECHNIQUES, _ = techniques()

MINE = MusicSet("0" * 16, "My tunes", "upload", "Your own files.", UNKNOWN_LICENCE, "Yours.", 3, 1)
FOLK = MusicSet(
    "1" * 16, "Fiddle tunes", "builtin", "music21's corpus (ryansMammoth).", "Public domain.",
    "Say so.", 3, 1, "folk", "folk", "folk",
)  # fmt: skip


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return diagnose(write_songs(tmp_path_factory.mktemp("band"), [band_song(i) for i in range(3)]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("My Band", "my-band"), ("Éva's  Café, 2!", "eva-s-cafe-2"), ("Straße", "strasse"),
        ("小提琴", "my-band"), ("123", "my-band"), ("", "my-band"), ("--", "my-band"),
        ("../../etc", "etc"), ("7 Weeks", "7-weeks"),
    ],
)  # fmt: skip
def test_a_name_becomes_an_id(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_the_card_is_one_that_the_catalog_reads(
    technique: str, band: dict[str, Any], tmp_path: Path
) -> None:
    card = own_card("Noël " + "x" * 200, technique, {}, band, MINE)
    assert Card.is_id(card.id)
    assert card.id.endswith(f"-{technique}")
    Model(card, {}).write(tmp_path / card.id, [])
    assert Card.read(tmp_path / card.id) == card
    assert [part.name for part in card.parts] == ["Bass", "Keys", "Drums"]
    assert card.parts[2].is_drum
    assert (card.layout, card.harmony, card.per_beat, card.swings) == ("band", "pop", False, False)
    assert card.settings.get("style", 7) == 7  # a style of one's own
    assert card.genre not in GENRES


def test_the_command_names_the_settings_that_are_not_the_default(band: dict[str, Any]) -> None:
    settings = {"epochs": 40, "learning_rate": 0.002, "seed": 0}
    card = own_card("My Band", "gan", settings, band, MINE)
    assert card.reproduce == (
        "tutti train --technique gan --data YOUR-FILES --layout band --name my-band "
        "--epochs 40 --learning-rate 0.002"
    )
    assert card.settings["epochs"] == 40
    again = own_card("Reels", "textbook", {}, band, FOLK)
    assert again.reproduce.startswith("tutti train --technique textbook --data builtin:folk ")


def test_it_says_where_the_music_is_from(band: dict[str, Any]) -> None:
    card = own_card("Reels", "gan", {}, band, FOLK)
    assert (card.title, card.licence, card.follows) == ("Reels", "Public domain.", "Say so.")
    told = learned_from(card, [Path("music.zip")], 11, 1)
    assert told.data == (
        "Fiddle tunes: music21's corpus (ryansMammoth). 11 songs were learned from, 1 held out."
    )
    assert told.licence == card.licence
    upload = own_card("Mine", "gan", {}, band, MINE)
    assert upload.licence == "Unknown to Tutti: look where the files come from."
    assert "the user's own" in upload.data
    sly = own_card("Mine", "gan", {}, band, replace(MINE, name="{songs} of pop"))
    assert learned_from(sly, [], 11, 1).data.startswith("(songs) of pop: ")


def test_chords_change_as_often_as_in_the_layout(tmp_path: Path) -> None:
    voices = diagnose(write_songs(tmp_path, [chorale(i) for i in range(3)]))
    chorales = own_card("Voices", "gan", {}, voices, MINE)
    assert (chorales.harmony, chorales.per_beat) == ("chorales", True)
    # a set says whose chords it has, but four voices have one on each beat
    assert own_card("Voices", "gan", {}, voices, FOLK).harmony == "chorales"


def test_the_band_is_that_of_the_chosen_songs(band: dict[str, Any]) -> None:
    names = [song["name"] for song in band["kept"]]
    one = own_card("One", "gan", {}, narrowed(band, names[:1]), MINE)
    assert [part.name for part in one.parts] == ["Bass", "Keys", "Drums"]
    with pytest.raises(BadMidi, match="No song here"):
        own_card("None", "gan", {}, narrowed(band, []), MINE)


def test_what_is_out_of_range_is_refused(band: dict[str, Any]) -> None:
    with pytest.raises(BadKnob):
        own_card("Mine", "gan", {"epochs": 0}, band, MINE)
    with pytest.raises(BadKnob):
        own_card("Mine", "gan", {"epoch": 3}, band, MINE)
    with pytest.raises(BadModel):
        own_card("Mine", "polka", {}, band, MINE)


def test_a_name_without_words_still_has_a_title(band: dict[str, Any]) -> None:
    card = own_card(" \u0000 ", "gan", {}, band, MINE)
    assert (card.id, card.title) == ("my-band-gan", "My band")
