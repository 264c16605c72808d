"""What old recipes and a user's own old models play, as digests: through the public API alone."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from golden_music import PLAIN, Digests, digest, sample, told
from old_files import NAMES, data_folder, model_file, recipes

import studio


@contextmanager
def home(folder: Path) -> Iterator[None]:
    """A data folder as the user's own."""
    before = os.environ.get("TUTTI_DATA_DIR")
    os.environ["TUTTI_DATA_DIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TUTTI_DATA_DIR"]
        else:
            os.environ["TUTTI_DATA_DIR"] = before


def old_recipes() -> Digests:
    """Every recipe, played again."""
    return told({name: studio.replay(path, device="cpu") for name, path in recipes().items()})


def own_models() -> Digests:
    """The models of the old data folder, and one that came as a file."""
    with data_folder() as folder, home(folder):
        with zipfile.ZipFile(io.BytesIO(model_file())) as archive:
            archive.extractall(folder / "models" / NAMES["packed"])
        pieces = {
            f"{id} {name}": studio.compose(sample(name), model=id, seed=6, **PLAIN)
            for id in (NAMES["own_model"], NAMES["textbook"], NAMES["packed"])
            for name in ("twinkle", "greensleeves", "swung-pickup")
        }
    return told(pieces)


def old_library() -> Digests:
    """The recipes of all versions in the old library whose models there are."""
    result: Digests = {}
    with data_folder() as folder, home(folder):
        for path in sorted((folder / "library").glob("*/*/recipe.json")):
            recipe = json.loads(path.read_text(encoding="utf-8"))
            if recipe.get("model") in studio.models():
                piece = studio.replay(path, device="cpu")
                result["/".join(path.parts[-3:-1])] = digest(piece.composition.midi)
    return result


CASES: dict[str, Callable[[], Digests]] = {
    "old recipes": old_recipes,
    "old library": old_library,
    "own models": own_models,
}
