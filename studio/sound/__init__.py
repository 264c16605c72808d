"""The sound room: a score in, stems, a mix and WAV files out, by one rule of loudness.

Enter at `open_synth`, which gives the best `Engine` of this machine, and `render`, which plays a
score into files. `StemStore` keeps each part's sound for the arranger and what is exported,
`Mixdown` mixes such files as a `Mix` says, `Sprite` is the keyboard's notes. Touch `engine` and
`loudness` with care: a mix is the sum of its stems to the last bit.
"""

from studio.sound.engine import Engine
from studio.sound.loudness import render
from studio.sound.mix import Mix
from studio.sound.mixdown import Mixdown
from studio.sound.sprite import Sprite
from studio.sound.stem_store import StemStore
from studio.sound.synth import open_synth, synth_status

__all__ = [
    "Engine", "Mix", "Mixdown", "Sprite", "StemStore", "open_synth", "render", "synth_status",
]  # fmt: skip
