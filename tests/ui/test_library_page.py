"""The Library page keeps its promises: all is found again, nothing is lost, damage stays alone."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import mido
import pytest
from helpers import tune
from page_tools import open_at, own_studio, shown
from streamlit.testing.v1 import AppTest

from studio.export import FORMATS, Material, open_piece
from studio.export.format import Format
from studio.export.piece_file import pack_piece
from studio.ground.assets import ROOT
from studio.jobs.kinds.take_home import folder_of, material
from studio.library import Piece, Version
from studio.library.library import FOLDER, Library
from studio.music.melody import sample_melody
from studio.music.score import Score
from studio.sound import Mix
from studio.ui import desk, house
from studio.ui.library import history
from studio.ui.thumbnail import roll_thumbnail

PAGE, COMPOSE = "../../pages/40_library.py", "10_compose.py"
ME = "somebody"
HOSTILE = "<script>alert(1)</script> *bold*"
RECIPE = {"format": 2, "model": "bach-gan", "seed": 1, "knobs": {}}


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from own_studio(tmp_path, monkeypatch)


def keep(name: str, owner: str = ME, recipe: dict[str, Any] | None = None) -> Piece:
    recipe = RECIPE if recipe is None else recipe
    return Library(house.store()).add(owner, name, sample_melody("twinkle"), recipe)


def open_library(owner: str = ME) -> AppTest:
    return open_at(PAGE, owner)


def cards(page: AppTest) -> list[str]:
    """Their names, as the stars are called."""
    stars = [b.label for b in page.button if str(b.key).startswith("library-star-")]
    return [label[len("☆ :gray[") : -1] for label in stars]


def click(page: AppTest, key: str) -> AppTest:
    page = page.button(key=key).click().run()
    assert not page.exception
    return page


def open_take_home(page: AppTest, piece: Piece) -> AppTest:
    page.session_state[f"take-home-{piece.id}"] = True
    page = page.run()
    assert not page.exception
    return page


# --- finding ------------------------------------------------------------------------------------


def test_an_empty_library_says_how_it_fills(data_dir: Path) -> None:
    assert "Nothing here yet" in shown(open_library())


def test_every_piece_of_mine_is_a_card_with_its_roll_and_its_model(data_dir: Path) -> None:
    for name in ("First", "Second"):
        keep(name)
    keep("Theirs", owner="else")
    page = open_library()
    assert cards(page) == ["Second", "First"]
    said = shown(page)
    assert said.count("/rolls/") == 2
    assert "Bach · GAN" in said
    assert "today" in said


def test_pieces_are_found_by_words_tag_and_star(data_dir: Path) -> None:
    first, second = keep("Dusk"), keep("Dawn")
    Library(house.store()).tag(first.id, ["slow", "for Ann"])
    page = open_library()
    page = page.text_input(key="library-search").set_value("ann").run()
    assert cards(page) == ["Dusk"]
    page = page.text_input(key="library-search").set_value("no such").run()
    assert cards(page) == []
    assert "No piece has" in shown(page)
    page = page.text_input(key="library-search").set_value("").run()
    page = page.selectbox(key="library-tag").select("slow").run()
    assert cards(page) == ["Dusk"]
    page = page.selectbox(key="library-tag").set_value(None).run()
    page = click(page, f"library-star-{second.id}")
    page = page.toggle(key="library-favourites").set_value(True).run()
    assert cards(page) == ["Dawn"]


def test_many_pieces_come_a_page_at_a_time(data_dir: Path) -> None:
    for number in range(26):
        keep(f"Piece {number}")
    page = open_library()
    assert len(cards(page)) == 24
    assert len(cards(click(page, "library-more"))) == 26


# --- changing -----------------------------------------------------------------------------------


def test_a_name_and_tags_are_text(data_dir: Path) -> None:
    piece = keep("Old")
    Library(house.store()).rename(piece.id, HOSTILE)
    Library(house.store()).tag(piece.id, ["<b>loud</b>"])
    page = open_library()
    assert "<script" not in shown(page)
    assert "<b>loud" not in shown(page)
    assert "&lt;b&gt;loud" in shown(page)
    assert house.library().piece(piece.id).name == HOSTILE
    assert cards(page) == ["\\<script\\>alert\\(1\\)\\<\\/script\\> \\*bold\\*"]


def test_a_deleted_piece_comes_back_even_after_a_reload(data_dir: Path) -> None:
    keep("Kept")
    keep(HOSTILE)
    page = click(open_library(), "library-delete")
    assert cards(page) == ["Kept"]
    page = open_library()
    assert "&lt;script&gt;" in shown(page)
    page = click(page, "library-undelete")
    assert len(cards(page)) == 2
    assert not [b for b in page.button if b.key == "library-undelete"]


def test_what_was_deleted_is_listed_until_it_goes_and_comes_back(data_dir: Path) -> None:
    assert "Recently deleted" not in shown(open_library())
    days_ago = (1, 29.5, 400)  # the last was not swept out yet
    names = ("Yesterday", HOSTILE, "Long ago")
    pieces = [keep(name) for name in names]
    for piece, days in zip(pieces, days_ago, strict=True):
        at = time.time() - days * 86_400
        Library(house.store(), wall=partial(float, at)).delete(piece.id)
    keep("Theirs", owner="else")
    page = open_library()
    assert [expander.label for expander in page.expander][-1] == "Recently deleted (3)"
    assert not [b for b in page.button if b.key == "library-undelete"]  # that was for an hour
    said = shown(page)
    assert said.index("Yesterday") < said.index("&lt;script&gt;") < said.index("Long ago")
    assert re.findall(r", goes ([a-z0-9 ]+)<", said) == ["in 29 days", "in 1 day", "soon"]
    page = click(page, f"library-back-{pieces[1].id}")
    assert len(cards(page)) == 1
    assert house.library().piece(pieces[1].id).deleted_at is None
    assert "Recently deleted (2)" in [expander.label for expander in page.expander]


def test_many_deleted_pieces_are_all_within_reach(data_dir: Path) -> None:
    for number in range(14):
        house.library().delete(keep(f"Piece {number}").id)

    def backs(page: AppTest) -> int:
        return len([b for b in page.button if str(b.key).startswith("library-back-")])

    page = open_library()
    assert backs(page) == 12
    assert backs(click(page, "library-deleted-more")) == 14


def test_a_duplicate_is_looked_at_and_the_first_stays(data_dir: Path) -> None:
    keep("Tune")
    page = click(open_library(), "library-duplicate")
    assert sorted(cards(page)) == ["Copy of Tune", "Tune"]
    others = [b.label for b in page.button if str(b.key).startswith("library-look-")]
    assert others == ["Tune"]


# --- versions -----------------------------------------------------------------------------------


def test_any_version_opens_on_compose(data_dir: Path) -> None:
    piece = keep("Tune")
    later = house.library().save(piece.id, piece.head, tune(2), RECIPE, "chord", piece.revision)
    page = open_library()
    said = shown(page)
    assert "Chord changed" in said
    assert "Opened" in said
    page = page.button(key=f"library-version-{piece.head}").click().run()
    draft = house.store().load_draft(ME, desk.DRAFT)
    assert draft is not None
    assert draft.data["piece"] == {"id": piece.id, "version": piece.head}
    open_library().button(key="library-open").click().run()
    draft = house.store().load_draft(ME, desk.DRAFT)
    assert draft is not None
    assert draft.data["piece"]["version"] == later.id


def test_a_damaged_version_is_a_sentence_on_its_card_and_the_rest_works(data_dir: Path) -> None:
    broken, good = keep("Broken"), keep("Good")
    (data_dir / FOLDER / broken.id / broken.head / "score.json").write_text('{"tracks": 3}')
    page = open_library()
    assert len(cards(page)) == 2
    assert "is damaged" in shown(page)
    page = click(click(page, f"library-look-{broken.id}"), "library-open")
    assert page.error
    page = open_take_home(page, broken)
    assert "is damaged" in shown(page)
    page = click(page, f"library-look-{good.id}")
    click(page, "library-open")
    draft = house.store().load_draft(ME, desk.DRAFT)
    assert draft is not None
    assert draft.data["piece"]["id"] == good.id


def version(id: str, parent: str | None) -> Version:
    return Version(id, "piece", parent, "edit", id, 0.0, 1, None, None)


def test_the_tree_goes_on_at_its_depth_and_branches_stand_aside() -> None:
    #  a - b - d - e      the newest made of b is d's sibling f
    #       \- f
    made = [("a", None), ("b", "a"), ("d", "b"), ("e", "d"), ("f", "b"), ("z", "lost")]
    rows = history.tree([version(id, parent) for id, parent in made])
    assert [(depth, row.id) for depth, row in rows] == [
        (0, "z"), (0, "f"), (1, "e"), (1, "d"), (0, "b"), (0, "a"),
    ]  # fmt: skip


def test_bands_of_one_tune_are_told_apart_by_their_number() -> None:
    made = [version("a", None), version("b", "a"), version("c", None)]
    assert list(history.names_of(made).values()) == ["1 a · Edited", "b · Edited", "2 c · Edited"]
    assert list(history.names_of(made[:2]).values()) == ["a · Edited", "b · Edited"]


def test_a_long_history_is_drawn_in_time() -> None:
    made = [version(str(n), str(n - 1) if n else None) for n in range(20_000)]
    assert len(history.tree(made)) == 20_000


# --- taking home and opening --------------------------------------------------------------------


def test_small_files_are_downloads_and_large_ones_are_jobs(data_dir: Path) -> None:
    piece = keep("Größe")
    page = open_take_home(open_library(), piece)
    files = {each.proto.label: not each.proto.disabled for each in page.get("download_button")}
    others = ["Picture, SVG", "Piece file for another Tutti", "Recipe"]
    assert files == {"MIDI": True, "WAV": False, **dict.fromkeys(others, True)}
    stems = house.store().latest(ME, "stems")  # what WAV waits for
    assert stems is not None
    house.store().cancel(stems.id)
    page = click(page, "take-home-all")
    job = house.store().latest(ME, "take_home")
    assert job is not None
    assert job.payload["what"] == "all"
    assert not [b for b in page.button if b.key == "take-home-all"]
    store = house.store()
    assert store.claim("worker", 60.0) is not None
    folder_of(data_dir, job.id).mkdir(parents=True)
    (folder_of(data_dir, job.id) / "groe.zip").write_bytes(bytes(2_000_000))
    revision = house.library().piece(piece.id).revision
    remark = "This machine's sound library writes no MP3: take WAV or OGG."
    facts = {"file": "groe.zip", "bytes": 2_000_000, "revision": revision, "remarks": [remark]}
    store.finish(job.id, "worker", facts)
    page = page.run()
    assert f'href="/take-home/{job.id}/groe.zip"' in shown(page)
    assert "2.0 MB" in shown(page)
    assert "writes no MP3" in shown(page)
    house.library().mix(piece.id, {"Melody": {"volume": 0.2}})  # it is another sound now
    assert "/take-home/" not in shown(page.run())


def test_a_failed_job_is_its_sentence_and_can_be_asked_again(data_dir: Path) -> None:
    piece = keep("Tune")
    page = click(open_take_home(open_library(), piece), "take-home-mp3")
    job = house.store().latest(ME, "take_home")
    assert job is not None
    while (claimed := house.store().claim("worker", 60.0)) and claimed.id != job.id:
        pass
    house.store().fail(job.id, "worker", "This machine writes no MP3: take WAV.")
    page = page.run()
    assert "take WAV" in shown(page).replace("\\", "")
    assert page.button(key="take-home-mp3")


def test_a_format_that_is_an_entry_stands_on_the_panel(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_: Material, target: Path) -> tuple[str, ...]:
        target.write_text("names")
        return ()

    for key, at_once in (("quick", True), ("slow", False)):
        format = Format(
            "To print", f".{key}", f"All that is {key}", "text/plain", write, at_once=at_once
        )
        monkeypatch.setitem(FORMATS, key, format)
    page = open_take_home(open_library(), keep("Tune"))
    assert "All that is quick" in [each.proto.label for each in page.get("download_button")]
    assert page.button(key="take-home-slow").label == "All that is slow"
    page = click(page, "take-home-slow")
    job = house.store().latest(ME, "take_home")
    assert job is not None
    assert job.payload["what"] == "slow"


def upload(page: AppTest, data: bytes, name: str = "tune.tutti") -> AppTest:
    uploader: Any = page.get("file_uploader")[0]
    page = uploader.set_value((name, data, "application/octet-stream")).run()
    assert not page.exception
    return page


def test_a_piece_file_becomes_a_piece_of_ones_own_once(data_dir: Path) -> None:
    score = replace(sample_melody("twinkle"), title=HOSTILE)
    page = upload(open_library(), pack_piece(score, RECIPE, Mix.read({"Melody": {"pan": -0.5}})))
    (piece,) = house.library().pieces(ME)
    assert (piece.name, piece.mix["Melody"]["pan"]) == (HOSTILE, -0.5)
    (only,) = house.library().versions(piece.id)
    assert only.kind == "opened"
    page.run()
    assert len(house.library().pieces(ME)) == 1
    assert "<script" not in shown(page)


@pytest.mark.parametrize(
    "recipe", [None, {"rewrites": 3}, {"model": [1], "seed": {}}, {"edits": None}, {"format": "x"}]
)
def test_a_file_with_a_strange_recipe_opens_or_is_refused(data_dir: Path, recipe: Any) -> None:
    page = upload(open_library(), pack_piece(tune(2), recipe))
    assert len(house.library().pieces(ME)) == 1 or "damaged" in shown(page)
    assert not open_library().exception


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06" + bytes(18), b"nonsense"])
def test_what_is_no_piece_file_is_refused_with_a_sentence(data_dir: Path, data: bytes) -> None:
    page = upload(open_library(), data)
    assert page.error
    assert house.library().pieces(ME) == []


def test_what_is_taken_home_opens_elsewhere(data_dir: Path) -> None:
    piece = keep("Tune")
    opened = house.library().opened(piece.id)
    whole = material(piece, opened, None, data_dir)
    again = open_piece(FORMATS["piece"].data(whole))
    assert [t.notes for t in again.score.tracks] == [t.notes for t in opened.score.tracks]
    song = mido.MidiFile(file=io.BytesIO(FORMATS["midi"].data(whole)))
    assert sum(m.type == "note_on" and m.velocity > 0 for t in song.tracks for m in t) == 42
    assert json.loads(FORMATS["recipe"].data(whole)) == RECIPE
    with zipfile.ZipFile(io.BytesIO(FORMATS["piece"].data(whole))) as archive:
        assert archive.testzip() is None


# --- quick and light ----------------------------------------------------------------------------


def test_a_thumbnail_is_small_however_many_notes_there_are() -> None:
    notes = tuple(tune(900).tracks[0].notes)
    score = Score((replace(tune(1).tracks[0], notes=notes),) * 4, 100.0)
    assert len(roll_thumbnail(score)) < 100_000
    assert roll_thumbnail(Score((), 100.0)).startswith("<svg ")


def test_the_page_loads_no_torch() -> None:
    code = (
        "import sys, studio.ui.library.bring_in, studio.ui.library.cards, "
        "studio.ui.library.piece_panel; print('torch' in sys.modules, 'music21' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
