"""What a form to take a piece home in is, and what it is made from."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.ground.errors import SoundError
from studio.music.score import Score
from studio.sound import Mix, Mixdown

DAW, FRIEND, PRINT, GO_ON = (
    "For your music program", "For a friend", "To print", "To go on with it",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """What a piece is taken home from: the `score` under the piece's title, each part under the
    name that the `mix` has for it; the `recipe`, None where there is none; its sound, None where no
    format asked for needs it; and a `folder` for what is on its way."""

    score: Score
    recipe: Mapping[str, Any] | None
    mix: Mix
    mixdown: Mixdown | None
    folder: Path

    def sound(self) -> Mixdown:
        """The sound; raises SoundError where it is not there."""
        if self.mixdown is None or len(self.mixdown.stems) != len(self.score.tracks):
            raise SoundError("The stems are not those of this piece: render it again.")
        return self.mixdown

    def wav(self) -> Path:
        """The mix as it is set, written once."""
        path = self.folder / "mix.wav"
        if not path.exists():
            strips = self.mix.of([track.name for track in self.score.tracks])
            self.sound().write(strips, path)
        return path


@dataclass(frozen=True, slots=True)
class Format:
    """A form to take a piece home in: what for, in a few words; the `ending` of its file, what
    the page calls it, its media type, and what writes it into a file and returns a sentence for
    each part that could not be made. `sounds`: it needs the sound; `at_once`: it is made in no
    time, so that a page need not ask a worker; `inside`: its name in the zip of everything, None
    where it is not in there."""

    purpose: str
    ending: str
    label: str
    mime: str
    write: Callable[[Material, Path], Sequence[str]]
    sounds: bool = False
    at_once: bool = False
    needs_recipe: bool = False
    inside: str | None = "{name}{ending}"

    def data(self, material: Material) -> bytes:
        """The file's content, for what is made at once."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            self.write(material, path)
            return path.read_bytes()
