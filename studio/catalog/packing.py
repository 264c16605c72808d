"""A model as one file: a zip of its card, weights, history, copy check and picture.

What comes in is somebody else's. Everything is checked in memory, then in a folder beside the
models; only a whole model that fits its card takes its place among them. Nothing in it can run.
"""

from __future__ import annotations

import io
import json
import math
import secrets
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors

from studio.catalog.card import FILE as CARD
from studio.catalog.card import Card, is_newer
from studio.catalog.model import Model
from studio.ground import assets
from studio.ground.errors import BadModel
from studio.measures import CopyIndex
from studio.music.harmony import STYLES
from studio.pictures import PICTURE_FILE, BadPicture, small_png
from studio.techniques import Critic, technique

WEIGHTS, HISTORY = "weights.safetensors", "history.jsonl"
MAX_BYTES = 220_000_000  # of a model file
NAMES_FILE, TENSORS_FILE = CopyIndex.FILES
CRITIC = Model.CRITIC
_LIMITS = {  # bytes
    CARD: 500_000, WEIGHTS: 200_000_000, HISTORY: 20_000_000, NAMES_FILE: 5_000_000,
    TENSORS_FILE: 50_000_000, PICTURE_FILE: 10_000_000, CRITIC: 1_500_000,
}  # fmt: skip
_MOST_RATIO = 100  # unpacked bytes to packed ones
_MOST_PIXELS = 16_000_000
_MOST_HEADER = 1_000_000  # bytes of the weights' own directory
_TITLE, _TEXT = 120, 8_000  # characters
_MOST_PARTS = 16
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip's directory
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same model gives the same bytes
_ASK = "ask for it again."

Shapes = dict[str, tuple[int, ...]]
Arrays = Mapping[str, NDArray[Any]]


def pack(folder: Path) -> bytes:
    """The model in `folder` as one file, with the weights it may share with another; raises
    BadModel where it is damaged."""
    card = Card.read(folder)
    packed = {CARD: replace(card, shares="").text().strip().encode()}
    try:
        packed[WEIGHTS] = card.weights(folder).read_bytes()
        for name in (HISTORY, NAMES_FILE, TENSORS_FILE, CRITIC, PICTURE_FILE):
            if (folder / name).is_file():
                packed[name] = (folder / name).read_bytes()
    except OSError as error:
        raise BadModel(
            f"A file of the model {card.id} cannot be read: install it again."
        ) from error
    _check_weights(packed[WEIGHTS], card)
    _check_critic(packed.get(CRITIC), card)
    packed[HISTORY] = _history(packed.get(HISTORY, b""))
    if PICTURE_FILE in packed:
        packed[PICTURE_FILE] = clean_picture(packed[PICTURE_FILE])
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in packed.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, _compression(name))
    return result.getvalue()


def unpack(data: bytes, into: Path) -> Card:
    """Puts the model of a file that `pack` wrote into the folder of models `into`; its card, under
    an id with -2, -3 … where its own is taken. Raises BadModel, and then nothing has changed."""
    files = _open(data)
    card = _card_of(files[CARD])
    _check_weights(files[WEIGHTS], card)
    _check_critic(files.get(CRITIC), card)
    files[HISTORY] = _history(files.get(HISTORY, b""))
    if PICTURE_FILE in files:
        files[PICTURE_FILE] = clean_picture(files[PICTURE_FILE])
    stage = into / f".incoming-{secrets.token_hex(8)}"
    folder = stage / card.id  # two deep, so that no one takes it for a model
    try:
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return _settle(folder, card, into)
    except OSError as error:
        raise BadModel("The model could not be written: make room on the disk first.") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def clean_picture(data: bytes) -> bytes:
    """A PNG of at most 512 pixels a side with nothing in it but the picture; `data` is
    a PNG, JPEG or WebP. Raises BadModel where it is no picture, or a huge one."""
    try:
        return small_png(data, _MOST_PIXELS)
    except BadPicture as error:
        raise BadModel(
            "The model's picture cannot be read: choose a PNG or JPEG of a few megabytes."
        ) from error


def _compression(name: str) -> int:
    """Weights and pictures hardly shrink."""
    return zipfile.ZIP_DEFLATED if name in (CARD, HISTORY, NAMES_FILE) else zipfile.ZIP_STORED


def _open(data: bytes) -> dict[str, bytes]:
    """The files of a model file, each within its limits; raises BadModel."""
    unfit = BadModel(f"This is no model file of Tutti, or it is damaged: {_ASK}")
    if not data.startswith(b"PK") or len(data) > MAX_BYTES:
        raise unfit
    if data.count(_ENTRY) > 4 * len(_LIMITS):  # a directory of thousands takes seconds to read
        raise BadModel(f"This zip holds more than a model: {_ASK}")
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                _check_entry(entry, files)
                with archive.open(entry) as file:
                    files[entry.filename] = file.read(_LIMITS[entry.filename] + 1)
    except BadModel:
        raise
    except Exception as error:  # zipfile raises nearly anything on forged directories
        raise unfit from error
    if not {CARD, WEIGHTS} <= set(files) or (NAMES_FILE in files) != (TENSORS_FILE in files):
        raise unfit
    return files


def _check_entry(entry: zipfile.ZipInfo, known: Mapping[str, bytes]) -> None:
    if entry.filename not in _LIMITS or entry.orig_filename != entry.filename:
        raise BadModel(f"This zip holds files that do not belong to a model: {_ASK}")
    linked = stat.S_ISLNK(entry.external_attr >> 16)
    if entry.filename in known or linked or entry.flag_bits & 0x1 or entry.is_dir():
        raise BadModel(f"This zip holds links, locked files or one file twice: {_ASK}")
    packed = max(entry.compress_size, 1)
    if entry.file_size > min(_LIMITS[entry.filename], _MOST_RATIO * packed + 10_000):
        raise BadModel(f"This zip unpacks to more than a model can be: {_ASK}")


def _card_of(data: bytes) -> Card:
    """The card, after what `Card` cannot know: a newer version, an id, long texts."""
    unfit = BadModel(f"The card of this model is damaged: {_ASK}")
    try:
        if is_newer(data):
            raise BadModel("This model needs a newer Tutti: update Tutti to use it.")
        card = Card.parse(data)
    except BadModel:
        raise
    except (LookupError, RecursionError, TypeError, ValueError) as error:
        raise unfit from error
    texts = [value for value in asdict(card).values() if isinstance(value, str)]
    names = [part.name for part in card.parts] + list(card.measures)
    title = unicodedata.normalize("NFC", card.title)
    title = "".join(c for c in title if c.isprintable())[:_TITLE].strip()
    whole = (
        Card.is_id(card.id)
        and not card.shares
        and card.harmony in STYLES
        and len(card.parts) <= _MOST_PARTS
        and all(len(text) <= _TEXT for text in texts)
        and all(len(name) <= _TITLE for name in names)
    )
    if not whole or not title:
        raise unfit
    return replace(card, title=title)


def _settle(folder: Path, card: Card, into: Path) -> Card:
    """Judges the model in `folder` and moves it among the others, whole, at one stroke."""
    try:
        _write_card(folder, card)
        if (folder / NAMES_FILE).exists():
            CopyIndex.load(folder)
    except BadModel as error:
        raise BadModel(f"The card or the copy check of this model is damaged: {_ASK}") from error
    for id in Card.ids(card.id):
        if (into / id).exists() or (assets.SHIPPED / id).exists():
            continue
        if id != folder.name:
            folder = folder.rename(folder.with_name(id))
            card = _write_card(folder, replace(card, id=id))
        try:
            folder.rename(into / id)
        except OSError:
            if (into / id).exists():
                continue  # somebody was quicker
            raise
        break
    return card


def _write_card(folder: Path, card: Card) -> Card:
    (folder / CARD).write_text(card.text(), encoding="utf-8")
    return Card.read(folder)


def _history(data: bytes) -> bytes:
    """The rows of a history with names and finite numbers alone; raises BadModel where there is a
    line that is no row."""
    rows = []
    try:
        for line in filter(str.strip, data.decode("utf-8").split("\n")):
            row = json.loads(line)
            numbers = {k: x for k, x in row.items() if type(x) in (int, float) and math.isfinite(x)}
            if "epoch" not in numbers or any(len(name) > _TITLE for name in numbers):
                raise ValueError
            rows.append(json.dumps(numbers))
    except (ValueError, AttributeError, RecursionError, OverflowError) as error:
        raise BadModel(f"The history of this model is damaged: {_ASK}") from error
    return "".join(f"{row}\n" for row in rows).encode()


def _check_weights(data: bytes, card: Card) -> None:
    """Raises BadModel unless the weights are those that the card's technique builds from parts and
    settings: names, shapes, half precision, every number finite."""
    kind = technique(card.technique)
    _check("weights", data, partial(shapes, card), kind.current_names)


def _check_critic(data: bytes | None, card: Card) -> None:
    """The same of a critic, where there is one."""
    if data is not None:
        _check("critic", data, lambda: Critic.shapes(len(card.parts) + 1), dict)


def _check(
    what: str, data: bytes, shapes_: Callable[[], Shapes], named: Callable[[Arrays], Arrays]
) -> None:
    do = "do" if what == "weights" else "does"
    unfit = BadModel(f"The {what} of this model {do} not fit its card: {_ASK}")
    try:
        if int.from_bytes(data[:8], "little") > _MOST_HEADER:
            raise unfit
        expected = shapes_()
        if len(data) > 8 + _MOST_HEADER + 2 * sum(map(math.prod, expected.values())):
            raise unfit
        weights = load_tensors(data)
    except BadModel:
        raise
    except (SafetensorError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise unfit from error
    if {name: value.shape for name, value in named(weights).items()} != expected:
        raise unfit
    if any(value.dtype != np.float16 for value in weights.values()):
        raise unfit
    if not all(np.isfinite(value).all() for value in weights.values()):
        raise BadModel(
            f"The {what} of this model {do} not fit: some are not finite numbers, {_ASK}"
        )


def shapes(card: Card) -> Shapes:
    """The names and shapes of the weights that a card asks for; raises ValueError where its
    settings or parts build no network, BadModel for a technique that is not known here."""
    kind = technique(card.technique)
    return kind.shapes(card.parts, kind.Settings.parse(card.settings))
