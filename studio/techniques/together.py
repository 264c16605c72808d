"""Several processes that learn together, as `torchrun` starts them, a share of every batch each.

They draw the same batches, and the same chance for a whole batch, of which each takes its rows;
gradients are their mean. So the losses are those of one process that learns from whole batches,
but for the order of the sums.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any, TypeVar

from studio.ground.errors import BadKnob
from studio.techniques.lazy import Tensor, nn, torch

T = TypeVar("T")


def join(device: str) -> None:
    """Meets the other processes, where `torchrun` started several."""
    there = torch.distributed.is_available() and not torch.distributed.is_initialized()
    if not there or int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return
    if device == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    torch.distributed.init_process_group("nccl" if device == "cuda" else "gloo")


def processes() -> int:
    """How many learn together; 1 where there is one."""
    return torch.distributed.get_world_size() if _met() else 1


def process() -> int:
    """Which of the processes that learn together this is; 0 where there is one."""
    return torch.distributed.get_rank() if _met() else 0


def agreed(value: T) -> T:
    """What the first process says, for all to do the same; the others wait for it."""
    if processes() == 1:
        return value
    said = [value]
    torch.distributed.broadcast_object_list(said, src=0)
    return said[0]


def share_of(rows: Sequence[T]) -> Sequence[T]:
    """This process's rows of a batch. Raises BadKnob where a batch cannot be dealt out evenly."""
    if len(rows) % processes():
        raise BadKnob(
            f"{processes()} processes cannot share batches of {len(rows)} evenly: "
            "choose another batch size."
        )
    size = len(rows) // processes()
    return rows[process() * size : (process() + 1) * size]


def whole_chance() -> AbstractContextManager[Any]:
    """Within it, torch's random numbers are those of whole batches, and this process's rows of
    them. What is drawn must have the batch as its first dimension."""
    return _whole_chance() if processes() > 1 else nullcontext()


def average_gradients(parameters: Iterable[Tensor]) -> None:
    """The mean of all processes' gradients in place of one's own."""
    if processes() == 1:
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    together = torch.cat([gradient.flatten() for gradient in gradients])
    torch.distributed.all_reduce(together)
    together /= processes()
    means = torch.split(together, [gradient.numel() for gradient in gradients])
    for gradient, mean in zip(gradients, means, strict=True):
        gradient.copy_(mean.view_as(gradient))


def average_report(report: Mapping[str, float]) -> dict[str, float]:
    """The mean of what all processes report."""
    if processes() == 1:
        return dict(report)
    device = "cuda" if torch.distributed.get_backend() == "nccl" else "cpu"
    values = torch.tensor(list(report.values()), dtype=torch.float64, device=device)
    torch.distributed.all_reduce(values)
    return dict(zip(report, (values / processes()).tolist(), strict=True))


def whole_means(features: Sequence[Tensor]) -> list[Tensor]:
    """Features (batch, …) as their mean over the whole batch (1, …), for losses of means; as they
    are where there is one process."""
    return [_mean(one) for one in features] if processes() > 1 else list(features)


def _met() -> bool:
    return torch.distributed.is_available() and torch.distributed.is_initialized()


def _mean(features: Tensor) -> Tensor:
    mean: Tensor = _sum()(features.mean(0, keepdim=True))
    return mean / processes()


@cache
def _sum() -> Callable[[Tensor], Tensor]:
    """The sum over all processes, whose gradient is the sum of all processes' gradients."""

    def whole(value: Tensor) -> Tensor:
        result = value.clone()
        torch.distributed.all_reduce(result)
        return result

    class Sum(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, value: Tensor) -> Tensor:
            return whole(value.detach())

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return whole(gradient)

    result: Callable[[Tensor], Tensor] = Sum.apply
    return result


def _whole_chance() -> AbstractContextManager[Any]:
    """Draws for a whole batch where its rows are asked for, so that all processes' chance stays in
    step, and that of one process."""
    from torch.overrides import TorchFunctionMode

    class WholeChance(TorchFunctionMode):
        def __torch_function__(
            self,
            func: Callable[..., Any],
            types: Any,
            args: tuple[Any, ...] = (),
            kwargs: Mapping[str, Any] | None = None,
        ) -> Any:
            named = dict(kwargs or {})
            dropout = nn.functional.dropout
            if func in (torch.rand, torch.randn):
                return _own(func(args[0] * processes(), *args[1:], **named))
            if func is dropout and named["training"] and named["p"] > 0:
                return args[0] * _own(dropout(_ones(args[0]), named["p"]))
            return func(*args, **named)

    return WholeChance()


def _ones(like: Tensor) -> Tensor:
    """Ones for a whole batch, laid out in memory as `like` is, for so they are filled."""
    strides = like.stride()
    order = sorted(range(like.ndim), key=lambda d: -strides[d])
    sizes = [like.shape[d] * (processes() if d == 0 else 1) for d in order]
    return like.new_ones(sizes).permute([order.index(d) for d in range(like.ndim)])


def _own(whole: Tensor) -> Tensor:
    return whole.chunk(processes())[process()]
