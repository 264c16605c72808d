"""The parts of the Train page that need no page: events, points of charts, pictures, words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from train_tools import row

from studio.pictures import PICTURE_FILE, BadPicture
from studio.queue import JobEvent
from studio.ui import say
from studio.ui.train import charts, lines, take_home
from studio.ui.train.lines import Curves
from studio.ui.train.run_state import RunState, follow
from studio.ui.train.use_it import keep_picture

ROWS = [row(epoch) for epoch in range(1, 21)]
MINE = Curves("My tunes", ROWS, lines.THIS_RUN, mine=True)
PNG = b"\x89PNG"


def event(sequence: int, kind: str, attempt: int = 1, **data: object) -> JobEvent:
    return JobEvent("job", sequence, attempt, kind, data, 0.0)


def test_curves_stay_while_a_new_attempt_makes_ready() -> None:
    seen = follow(RunState(), [event(1, "history", rows=[]), event(2, "epoch", **row(1))])
    seen = follow(seen, [event(3, "stage", attempt=2, text="Reading", share=0.1)])
    assert [each["epoch"] for each in seen.rows] == [1]
    assert not seen.began
    seen = follow(seen, [event(4, "history", attempt=2, rows=[]), event(5, "epoch", 2, **row(1))])
    assert [each["epoch"] for each in seen.rows] == [1]
    assert seen.after == 5


def test_the_index_has_its_limits_its_line_and_a_cursor() -> None:
    points = lines.index_points([MINE], 0.0, 7)
    assert {p["series"]: p["value"] for p in points if p["role"] == "limit"} == {
        "real against real": 0.3,
        "random notes": 1.6,
    }
    drawn = [p["value"] for p in points if p["role"] == "line"]
    assert drawn == [each["similarity"] for each in ROWS]
    assert [p["epoch"] for p in points if p["role"] == "cursor"] == [7]


def test_smoothing_flattens_and_leaves_the_limits() -> None:
    plain, smooth = (lines.index_points([MINE], weight, None) for weight in (0.0, 0.9))

    def spread(points: list[lines.Point]) -> float:
        values = [p["value"] for p in points if p["role"] == "line"]
        return float(max(values) - min(values))

    assert spread(smooth) < spread(plain)
    assert [p for p in smooth if p["role"] == "limit"] == [p for p in plain if p["role"] == "limit"]


@pytest.mark.parametrize("log", [False, True])
def test_names_beside_the_lines_do_not_cover_each_other(log: bool) -> None:
    rows = [{"epoch": 1, "a_loss": 1.0, "b_loss": 1.001, "c_loss": 9.0}]
    points = lines.loss_points([Curves("x", rows, "#fff", mine=True)], list(rows[0])[1:], 0.0, None)
    apart = lines.apart(points, 0.1, log)
    a, b, c = (p["value"] for p in apart if p["role"] == "end")
    assert b - a > 0.05
    assert c == pytest.approx(9.0)
    assert [p for p in apart if p["role"] == "line"] == [p for p in points if p["role"] == "line"]


def test_a_loss_that_is_no_number_is_not_drawn() -> None:
    rows = [{"epoch": 1, "note_loss": float("nan")}, {"epoch": 2, "note_loss": 1.5}]
    points = lines.loss_points([Curves("x", rows, "#fff", mine=True)], ["note_loss"], 0.0, None)
    assert [p["epoch"] for p in points if p["role"] == "line"] == [2]


def test_features_are_told_at_the_cursor_beside_the_first() -> None:
    found = {each["feature"]: each for each in lines.features(ROWS, 5)}
    assert len(found) == 3
    assert all(each["now"] < each["first"] for each in found.values())
    assert {each["epoch"] for each in found.values()} == {5}
    assert lines.features([{"epoch": 1, "similarity": 1.0}], None) == []


def test_a_chart_without_any_data_is_still_one() -> None:
    assert len(charts.table([], False, 100)) == 1
    assert charts.curves(1, "Losses", True, 100)["layer"]


def test_charts_go_home_as_a_png_whatever_the_run_is_called() -> None:
    points = lines.index_points([MINE], 0.0, None)
    for title in (r"$\frac$", "<b>", "My tunes"):
        found = [("Similarity index", points), ("Loss", [])]
        assert take_home.picture(title, found, 20, True).startswith(PNG)


def encoded(width: int, height: int, kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, kind, comment=b"secret")
    return buffer.getvalue()


def test_a_models_picture_is_small_and_bare(tmp_path: Path) -> None:
    keep_picture(encoded(2000, 1000), tmp_path)
    data = (tmp_path / PICTURE_FILE).read_bytes()
    with Image.open(io.BytesIO(data)) as found:
        assert (found.format, found.size) == ("PNG", (512, 256))
    assert b"secret" not in data
    assert [path.name for path in tmp_path.iterdir()] == [PICTURE_FILE]


@pytest.mark.parametrize(
    "data", [b"", b"<svg onload='alert(1)'/>", encoded(30, 30)[:200], encoded(9000, 6000)]
)
def test_what_is_no_picture_is_refused_and_nothing_written(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadPicture):
        keep_picture(data, tmp_path)
    assert not (tmp_path / PICTURE_FILE).exists()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59, "59 s"), (190, "3 min 10 s"), (1500, "25 min"), (7500, "2 h 5 min")],
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert say.span(seconds) == said


def test_a_name_that_is_taken_gets_the_next_number() -> None:
    assert say.free_name("Choir", {"choir", "Choir 2"}) == "Choir 3"
    assert say.free_name("Choir 2", {"choir 2"}) == "Choir 3"
    assert say.free_name("New", {"Choir"}) == "New"


def test_choices_that_are_called_alike_can_be_told_apart() -> None:
    assert say.distinct({"a": "Songs", "b": "Songs"}) == {"a": "Songs", "b": "Songs (2)"}
