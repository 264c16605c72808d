"""Where the things lie that come with Tutti."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets"
SHIPPED = ASSETS / "models"  # the models that come with Tutti
