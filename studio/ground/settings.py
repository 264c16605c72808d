"""Settings from the environment: `TUTTI_DATA_DIR`, `TUTTI_DEVICE`, `TUTTI_SOUNDFONT`,
`TUTTI_HOSTS`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from studio.ground.assets import ROOT, SHIPPED


def _whole(path: Path) -> Path:
    """The same folder wherever the studio is started from."""
    return path.expanduser().resolve()


def _words(text: object) -> object:
    """What stands between commas or spaces, in small letters."""
    return text.lower().replace(",", " ").split() if isinstance(text, str) else text


class Settings(BaseSettings):
    """What a user may set for the whole studio."""

    model_config = SettingsConfigDict(env_prefix="TUTTI_")

    data_dir: Annotated[Path, AfterValidator(_whole)] = user_data_path("tutti", appauthor=False)
    device: str = "auto"
    soundfont: str | None = None
    # names beside its own at which the studio answers, such as that of a proxy before it
    hosts: Annotated[frozenset[str], NoDecode, BeforeValidator(_words)] = frozenset()

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Where models are looked for: the user's own, then the shipped ones."""
        return (self.data_dir / "models", SHIPPED)

    @property
    def soundfont_folders(self) -> tuple[Path, ...]:
        """Where the user's own soundfonts lie."""
        return (ROOT / "soundfonts", self.data_dir / "soundfonts")
