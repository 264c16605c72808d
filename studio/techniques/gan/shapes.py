"""What a GAN's weights look like, told without building its networks, or torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from studio.music.instruments import Part
from studio.music.roll import PITCHES
from studio.techniques.gan.planes import PHASE_PLANES, condition_planes

Shape = tuple[int, ...]


def shapes(parts: Sequence[Part], width: int) -> Iterator[tuple[str, Shape]]:
    """Those of U-Net and texture prior, by name; raises ValueError for a width that is none."""
    noise, hidden, lags, groups = 16, 160, 4, 8
    if width % groups:
        raise ValueError("The width of a GAN is a multiple of eight.")
    planes = condition_planes(len(parts))
    a, b = 2 * width, 3 * width
    for i, (into, out) in enumerate(pairwise((planes, a, a, b, b))):
        yield from _layer(f"generator.down.{i}.0", (out, into, 4), out)
        yield from _layer(f"generator.down.{i}.1", (out,), out)
    for i, (into, out) in enumerate(((b + noise, b), (2 * b, a), (2 * a, a), (2 * a, a))):
        yield from _layer(f"generator.up.{i}.0", (into, out, 4), out)
        yield from _layer(f"generator.up.{i}.1", (out,), out)
    pitches = len(parts) * 2 * PITCHES
    yield from _layer("generator.head", (pitches, a + planes, 3), pitches)
    context = PHASE_PLANES + 2 * 8 + 2 + 1
    # how many notes begin and how many are held, together no more than there are voices
    sizes = [
        n + 1 if part.is_drum else (n + 1) * (n + 2) // 2
        for part, n in ((part, part.voices) for part in parts)
    ]
    yield "texture.busyness", (len(parts),)
    for name, size in (("weight_ih", context + lags * sum(sizes)), ("weight_hh", hidden)):
        yield f"texture.gru.{name}_l0", (3 * hidden, size)
    for name in ("bias_ih", "bias_hh"):
        yield f"texture.gru.{name}_l0", (3 * hidden,)
    for i, size in enumerate(sizes):
        yield from _layer(f"texture.heads.{i}", (size, hidden + context + sum(sizes[:i])), size)


def _layer(name: str, weight: Shape, bias: int) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.weight", weight
    yield f"{name}.bias", (bias,)
