"""Where the models run: CUDA, Apple's GPU or the CPU, chosen by itself or by the user."""

from __future__ import annotations

import os
import platform

from studio.ground.errors import BadKnob

DEVICES = ("auto", "cuda", "mps", "cpu")
_MOST_THREADS = 4  # small networks gain nothing from more


def choose_device(wanted: str = "auto") -> str:
    """`cuda`, `mps` or `cpu`; raises BadKnob where the one asked for is not here."""
    import torch

    if wanted not in DEVICES:
        raise BadKnob(f"There is no device called {wanted!r}: choose one of {', '.join(DEVICES)}.")
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted != "auto":
        if not present[wanted]:
            raise BadKnob(f"This machine has no {wanted} device: choose auto or cpu.")
        return wanted
    return next(device for device in ("cuda", "mps", "cpu") if present[device])


def device_name(device: str) -> str:
    """The device as people know it, such as `CPU, 2 cores`."""
    import torch

    if device == "cuda":
        return f"CUDA, {torch.cuda.get_device_name()}"
    if device == "mps":
        return f"Apple GPU, {platform.machine()}"
    cores = os.cpu_count() or 1
    return f"CPU, {cores} core{'s' if cores > 1 else ''}"


def prepare_torch(threads: int = 1) -> None:
    """So many threads for torch. One a band: small networks lose more to waiting than they win, and
    the order of the sums, so the result, stays the same."""
    import torch

    torch.set_num_threads(threads)


def threads_for_training(beside: int = 0) -> int:
    """The cores there are, up to four, without those left for what runs `beside`; at least one,
    and one where several processes learn together.

    On two idle cores a training is a third quicker with both, but twice as slow where others work
    there, so the studio's trainings leave it a core. The same number of threads gives the same
    weights, bit for bit."""
    alone = int(os.environ.get("WORLD_SIZE", "1")) == 1
    return max(min((os.cpu_count() or 1) - beside, _MOST_THREADS), 1) if alone else 1
