"""Where the things lie that come with Tutti: beside the package in a checkout, in it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_BUNDLE = _PACKAGE / "bundle"  # in a wheel: see pyproject.toml
ROOT = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent  # of `app.py`, `pages/` and settings
ASSETS = ROOT / "assets"
SHIPPED = ASSETS / "models"  # the models that come with Tutti
