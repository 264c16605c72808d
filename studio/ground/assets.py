"""Where the things lie that come with Tutti: beside the package in a checkout, in it in a wheel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PACKAGE = Path(__file__).parents[1]
_BUNDLE = _PACKAGE / "bundle"  # in a wheel: see pyproject.toml
ROOT = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent  # of `app.py`, `pages/` and settings
ASSETS = ROOT / "assets"
SHIPPED = ASSETS / "models"  # the models that come with Tutti


def write_network(
    into: Path, tensors: Mapping[str, NDArray[np.generic]], card: Mapping[str, object]
) -> None:
    """A network that comes with Tutti: its weights, in half precision, and its card."""
    from safetensors.numpy import save  # here, because what is light stands on this file, too

    into.mkdir(parents=True, exist_ok=True)
    halves = {name: value.astype("float16") for name, value in tensors.items()}
    (into / "weights.safetensors").write_bytes(save(halves))
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    (into / "card.json").write_text(text, encoding="utf-8")
