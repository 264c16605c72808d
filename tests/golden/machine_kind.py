"""What the last bit of a sum depends on: the machine's kind, the libraries and their threads.

Two machines of one kind give the same bytes for the same recipe; others may differ by a note.
"""

from __future__ import annotations

import ctypes
import os
import platform
from importlib.metadata import version
from pathlib import Path

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_LIBRARIES = ("torch", "numpy", "numba", "llvmlite")
_CPU_FLAGS = ("FMA3", "AVX2", "AVX512F", "AVX512BF16", "NEON", "ASIMD", "SVE")


def machine_kind() -> str:
    """The kind of this machine in one line."""
    import torch
    from llvmlite import binding
    from numpy._core._multiarray_umath import __cpu_features__ as features  # type: ignore[import-not-found, unused-ignore]

    system = f"{platform.system()} {platform.machine()} {''.join(platform.libc_ver())}".strip()
    flags = " ".join(flag for flag in _CPU_FLAGS if features.get(flag))
    sums = torch.backends.cpu.get_cpu_capability()
    cpu = f"{binding.get_host_cpu_name()} ({flags}; torch {sums}, numpy {_blas_core()})"
    libraries = " ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"{system}, {cpu}, {libraries}"


def one_thread() -> None:
    """Lets torch and numpy work on one thread each, however many cores there are, and the
    processes begun from here too."""
    import torch

    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    torch.set_num_threads(1)
    library = _blas()
    if library is not None:
        library.scipy_openblas_set_num_threads64_(1)


def _blas_core() -> str:
    """Which processor numpy's matrices are multiplied for."""
    library = _blas()
    if library is None:
        return "other"
    library.scipy_openblas_get_corename64_.restype = ctypes.c_char_p
    name: bytes = library.scipy_openblas_get_corename64_()
    return name.decode()


def _blas() -> ctypes.CDLL | None:
    """numpy's own OpenBLAS, as its wheels bring it; None where it multiplies with another."""
    import numpy as np

    folder = Path(np.__file__).parent
    for place in (folder.parent / "numpy.libs", folder / ".dylibs"):
        for path in sorted(place.glob("libscipy_openblas64_*")):
            return ctypes.CDLL(str(path))
    return None
