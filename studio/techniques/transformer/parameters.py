"""The network's parameters by name: their shapes, told without torch, and what older files call
them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from studio.techniques.transformer import vocabulary as v
from studio.techniques.transformer.sheet import CONTEXT

HEAD = 64  # features of an attention head

# what is chosen of an event, one after the other, and from how many; a chord has no others
CHOICES: dict[str, int] = {
    "position": v.POSITIONS, "role": len(v.ROLES), "sound": v.SOUNDS,
    "duration": len(v.DURATIONS), "loudness": v.LOUDNESSES, "chord": v.NO_TRIAD + 1,
}  # fmt: skip
# what the choices after it know of each; a melody has a role, too
EMBEDDED: dict[str, int] = {
    name: v.NO_ROLE if name == "role" else CHOICES[name]
    for name in ("position", "role", "sound", "duration")
}

_OF_A_BLOCK = {
    "before_attention": "attention_norm", "before_gate": "mlp_norm",
    "ask": "qkv", "answer": "out", "gate": "gate_up", "back": "down",
}  # fmt: skip
_OF_THE_NETWORK = {"tables": "column_embeddings"}
_OF_THE_NETWORK |= {name: f"heads.{name}" for name in CHOICES}
_OF_THE_NETWORK |= {f"chosen_{name}": f"choice_embeddings.{name}" for name in EMBEDDED}

Value = TypeVar("Value")


def mlp_width(width: int) -> int:
    """Features between the two layers of a block's SwiGLU."""
    return (width * 11 // 4 + 63) // 64 * 64


def shapes(width: int, layers: int) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter by name; raises ValueError for a width without whole heads."""
    if width < HEAD or width % HEAD:
        raise ValueError("The width of a transformer is a multiple of 64.")
    inner = mlp_width(width)
    block: dict[str, tuple[int, ...]] = {
        "attention_norm.gain": (width,),
        "mlp_norm.gain": (width,),
        "qkv.weight": (3 * width, width),
        "out.weight": (width, width),
        "gate_up.weight": (2 * inner, width),
        "down.weight": (width, inner),
    }
    result: dict[str, tuple[int, ...]] = {"norm.gain": (width,), "context.weight": (width, CONTEXT)}
    for column, size in enumerate(v.SIZES):
        result[f"column_embeddings.{column}.weight"] = (size, width)
    for layer in range(layers):
        result |= {f"blocks.{layer}.{name}": shape for name, shape in block.items()}
    for name, size in CHOICES.items():
        head = f"heads.{name}"
        result |= {f"{head}.0.weight": (width, width), f"{head}.0.bias": (width,)}
        result |= {f"{head}.2.weight": (size, width), f"{head}.2.bias": (size,)}
    for name, size in EMBEDDED.items():
        result[f"choice_embeddings.{name}.weight"] = (size, width)
    return result


def with_current_names(weights: Mapping[str, Value]) -> dict[str, Value]:
    """Weights, or a checkpoint's, that may have the names which files had before the network took
    its papers'; a name stays where its new one is there, too."""
    renamed = {name: _current(name) for name in weights}
    return {
        name if renamed[name] in weights else renamed[name]: value
        for name, value in weights.items()
    }


def _current(name: str) -> str:
    prefix, slash, parameter = name.rpartition("/")  # a checkpoint's: "network/blocks.0.ask.weight"
    first, *rest = parameter.split(".")
    if first == "blocks" and len(rest) > 1:
        rest[1] = _OF_A_BLOCK.get(rest[1], rest[1])
    return prefix + slash + ".".join([_OF_THE_NETWORK.get(first, first), *rest])
