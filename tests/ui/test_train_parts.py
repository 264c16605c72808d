"""The parts of the Train page that need no page: events, points of charts, pictures, words."""

from __future__ import annotations

import io
from importlib.metadata import distribution
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from train_tools import row

from studio.pictures import PICTURE_FILE, BadPicture
from studio.queue import JobEvent
from studio.techniques import technique
from studio.ui import say
from studio.ui.train import charts, lines, roll, runs_table, take_home
from studio.ui.train.lines import Curves, Panel
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


INDEX_PANEL = Panel("Similarity index", ("similarity",))
OTHER = Curves("Other", ROWS[:9], "#60a5fa")


def values(points: list[lines.Point], role: str = "line") -> list[float]:
    return [p["value"] for p in points if p["role"] == role]


def test_the_index_has_its_limits_its_line_and_a_cursor() -> None:
    points = lines.points([MINE], INDEX_PANEL, 0.0, 7)
    assert {p["series"]: p["value"] for p in points if p["role"] == "limit"} == {
        "real songs 0.30": 0.3,
        "random notes 1.60": 1.6,
    }
    assert values(points) == [each["similarity"] for each in ROWS]
    assert [p["epoch"] for p in points if p["role"] == "cursor"] == [7]


def test_smoothing_flattens_and_leaves_the_limits() -> None:
    plain, smooth = (lines.points([MINE], INDEX_PANEL, weight, None) for weight in (0.0, 0.9))

    def spread(points: list[lines.Point]) -> float:
        return max(values(points)) - min(values(points))

    assert spread(smooth) < spread(plain)
    assert values(plain, "limit") == values(smooth, "limit")


def test_each_loss_has_a_panel_which_its_twin_on_unseen_music_shares() -> None:
    gan = Curves("My tunes", ROWS, "#fff", mine=True, kind=technique("gan"))
    names = [
        "critic_loss", "held_out_reconstruction_loss", "gradient_penalty", "reconstruction_loss",
        "held_out_texture_loss",
    ]  # fmt: skip
    assert [panel.columns for panel in lines.panels(gan, names)] == [
        ("similarity",),
        ("critic_loss",),
        ("gradient_penalty",),
        ("reconstruction_loss", "held_out_reconstruction_loss"),
        ("held_out_texture_loss",),
    ]
    styles = ["held_out_note_loss_pop", "note_loss", "held_out_note_loss_rock"]
    shared = Curves("x", [], "#fff", kind=technique("transformer"))
    _, panel = lines.panels(shared, styles)
    assert panel == Panel("Note loss", ("note_loss", styles[0], styles[2]))


def test_runs_share_a_panel_each_in_its_colour_and_what_is_unseen_is_dashed() -> None:
    rows = [{"epoch": 1, "note_loss": 2.0, "held_out_note_loss": 2.2}]
    kind = technique("transformer")
    runs = [Curves("A", rows, "#aaa", True, kind), Curves("B", rows, "#bbb", False, kind)]
    _, panel = lines.panels(runs[0], ["note_loss", "held_out_note_loss"])
    drawn = [p for p in lines.points(runs, panel, 0.0, None) if p["role"] == "line"]
    assert {(p["series"], p["colour"], p["dash"]) for p in drawn} == {
        ("A", "#aaa", False),
        ("A, unseen music", "#aaa", True),
        ("B", "#bbb", False),
        ("B, unseen music", "#bbb", True),
    }


def test_a_run_that_is_switched_off_leaves_the_limits_to_another() -> None:
    points = lines.points([OTHER], INDEX_PANEL, 0.0, 7)
    assert values(points, "limit") == [0.3, 1.6]
    assert not values(points, "cursor")
    assert lines.points([], INDEX_PANEL, 0.0, 7) == []


def test_a_loss_that_is_no_number_is_not_drawn() -> None:
    rows = [{"epoch": 1, "note_loss": float("nan")}, {"epoch": 2, "note_loss": 1.5}]
    panel = Panel("Note loss", ("note_loss",))
    points = lines.points([Curves("x", rows, "#fff", mine=True)], panel, 0.0, None)
    assert [p["epoch"] for p in points if p["role"] == "line"] == [2]


@given(epochs=st.integers(1, 3000), log=st.booleans(), axis=st.booleans())
def test_all_panels_have_the_same_axis_of_epochs(epochs: int, log: bool, axis: bool) -> None:
    plain, full = (
        charts.curves(epochs, (0.0, high), 80, log, axis, limits)
        for high, limits in ((1.0, False), (9.0, True))
    )
    encodings = [layer["encoding"] for layer in (*plain["layer"], *full["layer"])]
    xs = [each["x"]["scale"] for each in encodings if "scale" in each.get("x", {})]
    ys = [each["y"]["axis"] for each in encodings if "axis" in each.get("y", {})]
    assert len(xs) > 1
    assert all(each == xs[0] for each in xs)
    assert len({(each["minExtent"], each["maxExtent"]) for each in ys}) == 1


def lines_at(values: list[float]) -> list[lines.Point]:
    rows = [{"epoch": i, "note_loss": value} for i, value in enumerate(values, 1)]
    run = Curves("x", rows, "#fff", mine=True)
    return lines.points([run], Panel("Note loss", ("note_loss",)), 0.0, None)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_the_axis_of_values_holds_them_all(values: list[float]) -> None:
    low, high = charts.domain(lines_at(values))
    assert low < high
    slack = 1e-5 * (high - low)
    assert low - slack <= min(values) <= max(values) <= high + slack


def test_the_axis_of_values_seldom_changes_while_a_curve_falls() -> None:
    falling = [15 * 0.95**i for i in range(60)]
    seen = {charts.domain(lines_at(falling[:count])) for count in range(2, 61)}
    assert len(seen) < 10
    assert charts.domain(lines_at(falling)) == (0.0, 15.0)
    assert charts.domain(lines_at([2.0, 1.9])) == pytest.approx((1.9, 2.0))
    assert charts.domain([]) == (0.0, 1.0)


def test_features_are_told_at_the_cursor_beside_the_first() -> None:
    found = {each["feature"]: each for each in lines.features(ROWS, 5)}
    assert len(found) == 3
    assert all(each["now"] < each["first"] for each in found.values())
    assert {each["epoch"] for each in found.values()} == {5}
    assert lines.features([{"epoch": 1, "similarity": 1.0}], None) == []


def test_a_chart_without_any_data_is_still_one() -> None:
    assert len(charts.table([])) == 1
    assert charts.curves(1, (0.0, 1.0), 80, True, True, True)["layer"]


@pytest.mark.parametrize("title", [r"$\frac$", "<b>", "My tunes", "_my_songs"])
def test_charts_go_home_as_a_png_whatever_the_run_is_called(title: str) -> None:
    mine = Curves(title, ROWS, lines.THIS_RUN, mine=True)
    found = [("Similarity index", lines.points([mine, OTHER], INDEX_PANEL, 0.0, None)), ("x", [])]
    assert take_home.picture(title, found, 20, True).startswith(PNG)


@given(
    st.lists(
        st.dictionaries(st.sampled_from("abc"), st.sampled_from([1, 2, "x"]), min_size=1),
        min_size=1,
    )
)
def test_the_table_of_runs_loses_nothing_and_shows_what_differs(
    asked: list[dict[str, int | str]],
) -> None:
    differ, same = runs_table.apart(asked)
    assert {name for line in asked for name in line} == {*differ, *same}
    assert not set(differ) & set(same)
    for name in same:
        assert {line[name] for line in asked if name in line} == {same[name]}


def test_the_piano_roll_is_served_without_what_it_asks_of_other_hosts() -> None:
    build = distribution("streamlit-pianoroll").locate_file("streamlit_pianoroll/frontend/build")
    page = (Path(str(build)) / "index.html").read_text(encoding="utf-8")
    assert "https://" in page
    ours = roll.patched(page)
    assert "//" not in ours.replace("http://www.w3.org/2000/svg", "").partition("</style>")[
        2
    ].replace("// Streamlit does not", "")
    assert 'src="./static/js/' in ours
    assert 'id="my-svg"' in ours


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
