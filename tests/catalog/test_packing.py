"""A model goes out as one file and comes in again; what is no model changes nothing."""

from __future__ import annotations

import io
import json
import pickle
import stat
import struct
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.numpy import save as save_tensors

from studio.catalog import Card, Model, models, pack, unpack
from studio.catalog.packing import clean_picture, shapes
from studio.ground.assets import SHIPPED
from studio.ground.errors import BadModel
from studio.music.instruments import Part
from studio.pictures.model_picture import SIDE_PIXELS
from studio.techniques import technique

Files = dict[str, bytes]
PARTS = (
    Part("Bass", 33, 1, 28, 55),
    Part("Keys", 4, 5, 45, 86),
    Part("Drums", 0, 4, 36, 51, is_drum=True),
)


def card(**changes: Any) -> Card:
    base = replace(Card.read(SHIPPED / "pop-gan"), id="mine-gan", title="Mine", parts=PARTS)
    return replace(base, **{"settings": {"width": 8}, "measures": {"similarity": 0.4}, **changes})


def write_tiny(folder: Path, described: Card) -> Path:
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(size=shape) for name, shape in shapes(described).items()}
    Model(described, weights).write(folder / described.id, [{"epoch": 1, "reconstruction_loss": 3}])
    return folder / described.id


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("models"), card())


@pytest.fixture(scope="module")
def packed(tiny: Path) -> bytes:
    return pack(tiny)


def files_of(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Files, compression: int = zipfile.ZIP_STORED) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return result.getvalue()


def with_card(files: Files, **changes: Any) -> Files:
    raw = {**json.loads(files["card.json"]), **changes}
    return {**files, "card.json": json.dumps(raw).encode()}


def with_weights(
    files: Files, change: Callable[[dict[str, np.ndarray[Any, Any]]], object]
) -> Files:
    weights = {name: np.zeros(shape, np.float16) for name, shape in shapes(card()).items()}
    change(weights)
    return {**files, "weights.safetensors": save_tensors(weights)}


def refused(data: bytes, into: Path) -> str:
    """The sentence with which a file is refused, within a second and leaving no trace."""
    into.mkdir(exist_ok=True)
    before = sorted(into.parent.rglob("*"))
    began = time.process_time()  # not the clock: other processes share the machine
    with pytest.raises(BadModel) as caught:
        unpack(data, into)
    assert time.process_time() - began < 1
    assert sorted(into.parent.rglob("*")) == before
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


# --- out and in again ---------------------------------------------------------------------------


def test_a_model_comes_back_as_it_was(tiny: Path, packed: bytes, tmp_path: Path) -> None:
    assert unpack(packed, tmp_path) == Card.read(tiny)
    old, new = Model.read(tiny), Model.read(tmp_path / "mine-gan")
    assert new.card == old.card
    assert all((new.weights[name] == old.weights[name]).all() for name in old.weights)
    assert (tmp_path / "mine-gan" / "history.jsonl").read_bytes() == (
        tiny / "history.jsonl"
    ).read_bytes()
    assert pack(tmp_path / "mine-gan") == packed == pack(tiny)
    assert [path.name for path in tmp_path.iterdir()] == ["mine-gan"]


def test_an_id_that_is_taken_gets_a_number(packed: bytes, tmp_path: Path) -> None:
    ids = [unpack(packed, tmp_path).id for _ in range(3)]
    assert ids == ["mine-gan", "mine-gan-2", "mine-gan-3"]
    cards, problems = models([tmp_path])
    assert [one.id for one in cards] == ids
    assert not problems


def test_a_shipped_model_never_hides_behind_an_imported_one(tmp_path: Path) -> None:
    assert unpack(pack(SHIPPED / "bach-gan"), tmp_path).id == "bach-gan-2"


def test_a_model_that_shares_its_weights_travels_with_them(tmp_path: Path) -> None:
    arrived = unpack(pack(SHIPPED / "folk-transformer"), tmp_path)
    assert arrived.shares == ""
    model = Model.read(tmp_path / arrived.id)
    assert model.copies is not None
    assert sum(value.size for value in model.weights.values()) == arrived.parameters


@settings(max_examples=25)
@given(
    title=st.text(min_size=1, max_size=60).filter(
        lambda text: any(c.isprintable() and not c.isspace() for c in text)
    ),
    text=st.text(max_size=60),
    voices=st.integers(1, 6),
    low=st.integers(20, 60),
    accents=st.lists(st.integers(-20, 20), min_size=16, max_size=16),
    measures=st.dictionaries(st.text(max_size=20), st.floats(0, 9), max_size=4),
    rows=st.lists(
        st.dictionaries(st.text(max_size=12), st.floats(allow_nan=False, allow_infinity=False)),
        max_size=5,
    ),
)
def test_any_model_comes_back_as_it_was(
    title: str, text: str, voices: int, low: int, accents: list[int],
    measures: dict[str, float], rows: list[dict[str, float]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("any")
    part = Part("Keys", 4, voices, low, low + 20, accents=(tuple(accents),))
    described = card(
        title=_surrogates_out(title), data=_surrogates_out(text), parts=(part,),
        measures={_surrogates_out(name): value for name, value in measures.items()},
    )  # fmt: skip
    rng = np.random.default_rng(voices)
    weights = {name: rng.normal(size=shape) for name, shape in shapes(described).items()}
    history = [{**row, "epoch": number} for number, row in enumerate(rows)]
    Model(described, weights).write(folder / "out" / described.id, history)
    once = pack(folder / "out" / described.id)
    arrived = unpack(once, folder / "in")
    assert replace(arrived, title="") == replace(described, title="")
    assert pack(folder / "in" / arrived.id) == pack(folder / "in" / arrived.id)
    model = Model.read(folder / "in" / arrived.id)
    assert all((model.weights[n] == weights[n].astype(np.float16)).all() for n in weights)


def _surrogates_out(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def test_a_picture_travels_without_what_was_hidden_in_it(tiny: Path, tmp_path: Path) -> None:
    described = card()
    folder = write_tiny(tmp_path / "own", described)
    image = Image.new("RGB", (900, 300), "#ffb454")
    exif = image.getexif()
    exif[270] = "a secret"
    image.save(folder / "picture.png", exif=exif)
    arrived = unpack(pack(folder), tmp_path / "models")
    data = (tmp_path / "models" / arrived.id / "picture.png").read_bytes()
    assert b"a secret" not in data
    with Image.open(io.BytesIO(data)) as seen:
        assert seen.size == (SIDE_PIXELS, round(SIDE_PIXELS / 3))
    assert clean_picture(data) == data


# --- what the networks look like ----------------------------------------------------------------

BANDS = (PARTS, PARTS[1:2], (PARTS[1], PARTS[2], PARTS[0], replace(PARTS[0], name="Tenor")))


@pytest.mark.parametrize("parts", BANDS, ids=len)
@pytest.mark.parametrize(
    ("id", "values"),
    [("gan", {"width": 8}), ("gan", {"width": 24}), ("textbook", {}),
     ("transformer", {"width": 64, "layers": 2}), ("transformer", {"width": 128, "layers": 1})],
)  # fmt: skip
def test_the_shapes_are_those_of_the_networks(
    id: str, values: dict[str, Any], parts: tuple[Part, ...]
) -> None:
    kind = technique(id)
    chosen = kind.Settings.parse(values)
    learned = kind.trainer(parts, chosen, "cpu", None).weights()
    expected = shapes(card(technique=id, settings=values, parts=parts))
    assert {name: value.shape for name, value in learned.items()} == expected


@pytest.mark.parametrize("folder", sorted(SHIPPED.iterdir()), ids=lambda folder: folder.name)
def test_every_shipped_model_can_be_exported(folder: Path) -> None:
    assert {"card.json", "weights.safetensors", "history.jsonl"} <= set(files_of(pack(folder)))


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers(packed: bytes, tmp_path: Path, value: float) -> None:
    def spoil(weights: dict[str, Any]) -> None:
        weights["generator.head.bias"][3] = value

    broken = zipped(with_weights(files_of(packed), spoil))
    assert "not finite" in refused(broken, tmp_path / "models")


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.pop("texture.busyness"),
        lambda w: w.update(extra=np.zeros(2, np.float16)),
        lambda w: w.update({"texture.busyness": np.zeros(4, np.float16)}),
        lambda w: w.update({"texture.busyness": np.zeros(3, np.float32)}),
        lambda w: w.update({"texture.busyness": np.zeros(3, np.int64)}),
        lambda w: w.update({"generator.head.weight": w["generator.head.weight"].swapaxes(0, 1)}),
    ],
)
def test_weights_that_do_not_fit(
    packed: bytes, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    broken = zipped(with_weights(files_of(packed), change))
    assert "do not fit its card" in refused(broken, tmp_path / "models")


def test_settings_of_another_size(packed: bytes, tmp_path: Path) -> None:
    broken = zipped(with_card(files_of(packed), settings={"width": 16}))
    assert "do not fit its card" in refused(broken, tmp_path / "models")


def test_a_newer_version(packed: bytes, tmp_path: Path) -> None:
    files = files_of(packed)
    assert "newer Tutti" in refused(zipped(with_card(files, format=2)), tmp_path / "models")
    unknown = zipped(with_card(files, technique="diffusion"))
    assert "update Tutti" in refused(unknown, tmp_path / "models")


CARDS: list[dict[str, Any]] = [
    {"id": "../../etc"}, {"id": "/etc"}, {"id": ""}, {"id": 7}, {"id": "a" * 65}, {"title": ""},
    {"title": "\x00\x1b"}, {"title": 3}, {"data": "x" * 9_000}, {"parts": []}, {"parts": "Bass"},
    {"parts": [asdict(PARTS[0])] * 17}, {"parts": [{"name": "Bass"}]}, {"harmony": "noise"},
    {"settings": {"width": -8}}, {"settings": {"wings": 2}}, {"settings": {"width": "wide"}},
    {"settings": {"learning_rate": float("nan")}}, {"measures": {"similarity": float("inf")}},
    {"measures": {"similarity": "good"}}, {"measures": [1]}, {"parameters": "many"},
    {"shares": "pop-gan"}, {"shares": "../x"}, {"format": "1"}, {"format": None}, {"per_beat": 2},
    {"unknown": 1}, {"measures": {"similarity": 10**400}}, {"layout": 1}, {"licence": None},
]  # fmt: skip


@pytest.mark.parametrize("changes", CARDS, ids=lambda changes: str(changes)[:40])
def test_a_card_that_is_out_of_range(
    packed: bytes, tmp_path: Path, changes: dict[str, Any]
) -> None:
    refused(zipped(with_card(files_of(packed), **changes)), tmp_path / "models")


@pytest.mark.parametrize(
    "card_json", [b"", b"{}", b"[]", b"\xff\xfe", b"[" * 90_000, b'{"format": 1e999}', b"null"]
)
def test_a_card_that_is_no_card(packed: bytes, tmp_path: Path, card_json: bytes) -> None:
    refused(zipped({**files_of(packed), "card.json": card_json}), tmp_path / "models")


@pytest.mark.parametrize("history", [b"\xff", b"{", b"[1]\n", b'{"loss": 1}\n', b"\0" * 99])
def test_a_history_that_is_none(packed: bytes, tmp_path: Path, history: bytes) -> None:
    broken = zipped({**files_of(packed), "history.jsonl": history})
    assert "history" in refused(broken, tmp_path / "models")


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "/etc/passwd", "weights.pkl", "data/card.json", "picture.svg", "C:\\x", "a/"],
)
def test_files_that_do_not_belong(packed: bytes, tmp_path: Path, name: str) -> None:
    assert refused(zipped({**files_of(packed), name: b"x"}), tmp_path / "models")


def test_pickles(packed: bytes, tmp_path: Path) -> None:
    pickled = pickle.dumps({"weights": [1, 2]})
    refused(pickled, tmp_path / "models")
    refused(zipped({**files_of(packed), "weights.safetensors": pickled}), tmp_path / "models")
    refused(zipped({"archive/data.pkl": pickled, "archive/version": b"3"}), tmp_path / "models")


def test_a_link(packed: bytes, tmp_path: Path) -> None:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, content in files_of(packed).items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16 if name == "history.jsonl" else 0
            archive.writestr(entry, content)
    assert "links" in refused(result.getvalue(), tmp_path / "models")


def test_a_file_twice(packed: bytes, tmp_path: Path) -> None:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, content in files_of(packed).items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("card.json", b"{}")
    assert "twice" in refused(result.getvalue(), tmp_path / "models")


def test_a_bomb(packed: bytes, tmp_path: Path) -> None:
    bomb = {**files_of(packed), "weights.safetensors": bytes(190_000_000)}
    data = zipped(bomb, zipfile.ZIP_DEFLATED)
    assert len(data) < 1_000_000
    assert "unpacks to more" in refused(data, tmp_path / "models")


def test_a_bomb_with_a_forged_size(packed: bytes, tmp_path: Path) -> None:
    bomb = {**files_of(packed), "weights.safetensors": bytes(50_000_000)}
    data = zipped(bomb, zipfile.ZIP_DEFLATED)
    forged = data.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 40_000))
    assert forged != data
    refused(forged, tmp_path / "models")


def test_two_hundred_thousand_entries(tmp_path: Path) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, *[0] * 7, 1, *[0] * 6) + b"a"
    count = 200_000
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, count % 65536, count % 65536, len(entry) * count, 4, 0
    )
    assert "more than a model" in refused(b"PK\3\4" + entry * count + end, tmp_path / "models")


def test_a_huge_directory_in_the_weights(packed: bytes, tmp_path: Path) -> None:
    names = {f"w{i}": {"dtype": "F16", "shape": [0], "data_offsets": [0, 0]} for i in range(90_000)}
    header = json.dumps(names).encode()
    weights = len(header).to_bytes(8, "little") + header
    refused(zipped({**files_of(packed), "weights.safetensors": weights}), tmp_path / "models")


def _huge_picture() -> bytes:
    result = io.BytesIO()
    Image.new("1", (5_000, 5_000)).save(result, "PNG")
    return result.getvalue()


@pytest.mark.parametrize("picture", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n" + bytes(40), None])
def test_a_picture_that_is_none(packed: bytes, tmp_path: Path, picture: bytes | None) -> None:
    data = _huge_picture() if picture is None else picture
    broken = zipped({**files_of(packed), "picture.png": data})
    assert "picture" in refused(broken, tmp_path / "models")


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"MThd", bytes(10_000)])
def test_what_is_no_zip(tmp_path: Path, data: bytes) -> None:
    assert "no model file" in refused(data, tmp_path / "models")


def test_a_zip_without_weights(packed: bytes, tmp_path: Path) -> None:
    files = files_of(packed)
    del files["weights.safetensors"]
    assert "no model file" in refused(zipped(files), tmp_path / "models")


def test_a_damaged_copy_check(tmp_path: Path) -> None:
    files = files_of(pack(SHIPPED / "bach-gan"))
    refused(zipped({**files, "copies.json": b"{}"}), tmp_path / "models")
    del files["copies.json"]
    refused(zipped(files), tmp_path / "models")


@settings(max_examples=300)
@given(place=st.integers(0, 10**9), flip=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_file_is_refused_or_is_a_whole_model(
    packed: bytes, tmp_path_factory: pytest.TempPathFactory, place: int, flip: int, cut: bool
) -> None:
    into = tmp_path_factory.getbasetemp() / "damaged"
    at = place % len(packed)
    data = packed[:at] if cut else packed[:at] + bytes([packed[at] ^ flip]) + packed[at + 1 :]
    try:
        arrived = unpack(data, into)
    except BadModel:
        return
    Model.read(into / arrived.id)


def test_a_disk_that_is_full_leaves_nothing(
    packed: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "weights.safetensors":
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "make room" in refused(packed, tmp_path / "models")


def test_a_model_with_weights_that_are_no_numbers_is_not_exported(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path, card())
    weights = {name: np.full(shape, np.nan) for name, shape in shapes(card()).items()}
    Model(card(), weights).write(folder, [{"epoch": 1}])
    with pytest.raises(BadModel, match="not finite"):
        pack(folder)
