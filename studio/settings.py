"""Settings from the environment: `TUTTI_DATA_DIR`, `TUTTI_DEVICE`, `TUTTI_SOUNDFONT`."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic_settings import BaseSettings, SettingsConfigDict

from studio.catalog import SHIPPED

ROOT = Path(__file__).parent.parent


class Settings(BaseSettings):
    """What a user may set for the whole studio."""

    model_config = SettingsConfigDict(env_prefix="TUTTI_")

    data_dir: Path = user_data_path("tutti", appauthor=False)
    device: str = "auto"
    soundfont: str | None = None

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Where models are looked for: the shipped ones, then the user's own."""
        return (SHIPPED, self.data_dir / "models")

    @property
    def soundfont_folders(self) -> tuple[Path, ...]:
        """Where the user's own soundfonts lie."""
        return (ROOT / "soundfonts", self.data_dir / "soundfonts")
