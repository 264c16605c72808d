"""torch where it is not loaded yet: the pages list techniques and read their settings without it.

    from studio.techniques.lazy import Module, Tensor, nn, torch

A file that says so reads like any torch code, and loads torch when it first builds or computes
something. At the file's outermost level nothing of torch may be used: no decorators, no constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch as torch
    from torch import Tensor as Tensor
    from torch import nn as nn
    from torch.nn import Module as Module
else:
    from functools import cache
    from importlib import import_module

    class _Later:
        """A module that is imported when something of it is first asked for."""

        def __init__(self, name):
            self._name = name

        def __getattr__(self, name):
            return getattr(import_module(self._name), name)

    torch, nn = _Later("torch"), _Later("torch.nn")

    class Tensor:
        """A name for annotations."""

    @cache
    def _with_torch(kind):
        own = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
        return type(kind.__name__, (kind, nn.Module), own)

    class Module:
        """A `torch.nn.Module` from its first instance on."""

        def __new__(cls, *args, **kwargs):
            return object.__new__(cls if issubclass(cls, nn.Module) else _with_torch(cls))
