"""The kernels of a decoding step, compiled by numba on first use and kept on disk.

A sequence comes out the same to the bit, alone or among others: a matrix is read once for all of
them, and each one's sums go from the first feature to the last.

What numba keeps is valid as long as the file that it was compiled from stays the same. So a file
that compiles functions of another into its own names that file's digest, and compiled code uses no
constant of other files: sizes come with the arrays. Nothing checks indices here; who calls does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Halves = NDArray[np.uint16]  # the bits of 16-bit floats
Float = np.float32
Numbers = NDArray[np.generic]
Eight = Any  # numbers, or rows of them, side by side in registers

_F, _I = np.float32, np.int32
_ONE, _HALF = _F(1), _F(0.5)
_EPSILON = _F(1e-5)  # of the network's norms

# exp(x) = 2^k exp(r), |r| <= ln 2 / 2: the Cephes library's polynomial, off by 1e-7 of the value
_PER_OCTAVE, _OCTAVE, _REST = _F(1.44269504), _F(0.693359375), _F(-2.12194440e-4)
_LEAST, _MOST = _F(-87), _F(88)
_C2, _C3, _C4 = _F(5.0000001201e-1), _F(1.6666665459e-1), _F(4.1665795894e-2)
_C5, _C6, _C7 = _F(8.3334519073e-3), _F(1.3981999507e-3), _F(1.9875691500e-4)

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
_Function = TypeVar("_Function", bound=Callable[..., object])


def compiled(function: _Function, *more: str) -> _Function:
    """The function as machine code for other compiled functions to call; `more` liberties that its
    sums may take, as LLVM calls them.

    It stands within what calls it: a process that compiles would else call other code than one that
    loads what is kept, and the last bits would differ.
    """
    options = _OPTIONS | {
        "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True,
        "fastmath": {"contract", *more},
    }  # fmt: skip
    return cast(_Function, njit(**options)(function))


def entry(function: _Function) -> _Function:
    """The function as machine code for Python to call, kept on disk where any folder lets it."""
    try:
        return cast(_Function, njit(**_OPTIONS, cache=True)(function))
    except RuntimeError:  # numba found no folder that it may write to
        return cast(_Function, njit(**_OPTIONS)(function))


def _f32(_: object, number: types.Type) -> tuple[object, Callable[..., ir.Value]]:
    """A 16-bit float, given as its bits, or a 32-bit one, as a 32-bit one."""

    def build(
        _context: object, builder: ir.IRBuilder, _signature: object, arguments: Sequence[ir.Value]
    ) -> ir.Value:
        if number == types.float32:
            return arguments[0]
        return builder.fpext(builder.bitcast(arguments[0], ir.HalfType()), ir.FloatType())

    return types.float32(number), build


f32: Callable[[float], Float] = cast(Callable[[float], Float], intrinsic(_f32))


@compiled
def exp(x: Float) -> Float:
    x = min(max(x, _LEAST), _MOST)
    octaves = np.floor(x * _PER_OCTAVE + _HALF)
    r = x - octaves * _OCTAVE - octaves * _REST
    p = (((((_C7 * r + _C6) * r + _C5) * r + _C4) * r + _C3) * r + _C2) * r * r + r + _ONE
    result: Float = p * _I((_I(octaves) + 127) << 23).view(_F)
    return result


@compiled
def silu(x: Float) -> Float:
    return x / (_ONE + exp(-x))


def _dot(a: Floats, b: Floats) -> Float:
    total = _F(0)
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def _softmax(logits: Floats) -> None:
    """In place."""
    most, total = logits[0], _F(0)
    for i in range(1, len(logits)):
        most = max(most, logits[i])
    for i in range(len(logits)):
        logits[i] = exp(logits[i] - most)
        total += logits[i]
    for i in range(len(logits)):
        logits[i] /= total


dot = compiled(_dot, "reassoc")
softmax = compiled(_softmax, "reassoc", "nnan", "nsz")


@compiled
def fill(x: Numbers, value: float | np.generic) -> None:
    for i in range(len(x)):
        x[i] = value


@compiled
def copy(x: Numbers, y: Numbers) -> None:
    """`x` into the beginning of `y`."""
    for i in range(len(x)):
        y[i] = x[i]


@compiled
def any_of(marks: NDArray[np.bool_]) -> bool:
    found = False
    for mark in marks:
        found |= mark
    return found


@compiled
def rms_norm(x: Floats, gain: Floats, y: Floats) -> None:
    """Of `x` into `y`."""
    scale = _ONE / np.sqrt(dot(x, x) / _F(len(x)) + _EPSILON)
    for i in range(len(x)):
        y[i] = x[i] * scale * gain[i]


@compiled
def eight(x: Numbers) -> Eight:
    return x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]


@compiled
def at(rows: Eight, j: int) -> Eight:
    """Column `j` of eight rows."""
    return (
        f32(rows[0][j]), f32(rows[1][j]), f32(rows[2][j]), f32(rows[3][j]),
        f32(rows[4][j]), f32(rows[5][j]), f32(rows[6][j]), f32(rows[7][j]),
    )  # fmt: skip


@compiled
def multiply_add(y: Float, a: Eight, w: Eight) -> Float:
    result: Float = (
        y + a[0] * w[0] + a[1] * w[1] + a[2] * w[2] + a[3] * w[3]
        + a[4] * w[4] + a[5] * w[5] + a[6] * w[6] + a[7] * w[7]
    )  # fmt: skip
    return result


@compiled
def add_matmul(matrix: Halves, x: Floats, y: Floats, count: int) -> None:
    """Adds `x` @ `matrix` to `y` for the first `count` rows; where they are several, x and y have a
    multiple of four. The features that are read are a multiple of eight."""
    if count == 1:
        y0 = y[0]
        for i in range(0, len(matrix), 8):
            rows, a = eight(matrix[i : i + 8]), eight(x[0, i : i + 8])
            for j in range(matrix.shape[1]):
                y0[j] = multiply_add(y0[j], a, at(rows, j))
        return
    for first in range(0, count, 4):
        y0, y1, y2, y3 = y[first], y[first + 1], y[first + 2], y[first + 3]
        for i in range(0, len(matrix), 8):
            rows = eight(matrix[i : i + 8])
            a, b = eight(x[first, i : i + 8]), eight(x[first + 1, i : i + 8])
            c, d = eight(x[first + 2, i : i + 8]), eight(x[first + 3, i : i + 8])
            for j in range(matrix.shape[1]):
                w = at(rows, j)
                y0[j], y1[j] = multiply_add(y0[j], a, w), multiply_add(y1[j], b, w)
                y2[j], y3[j] = multiply_add(y2[j], c, w), multiply_add(y3[j], d, w)
