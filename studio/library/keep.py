"""Every finished composition keeps itself: what a worker does for the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from studio.errors import TuttiError
from studio.library.library import Library
from studio.queue import Context, Store


@contextmanager
def library_in(data_dir: Path) -> Iterator[Library]:
    """The library of a data directory, for as long as a job needs it."""
    store = Store.in_folder(data_dir)
    try:
        yield Library(store)
    finally:
        store.close()


def keep_takes(context: Context, labels: Sequence[str]) -> None:
    """Keeps the takes of a job that were written, a label each, and clears out what is long gone.
    Says "kept" {"piece"}, or "not kept" {"text"} where the disk is full, say: the job goes on, for
    its music is there."""
    job = context.job
    try:
        with library_in(context.data_dir) as library:
            for take, label in enumerate(labels, 1):
                piece = library.keep(job.owner, job.id, take, label=label)
            library.sweep()
    except TuttiError as error:
        context.emit("not kept", {"text": str(error)})
    else:
        context.emit("kept", {"piece": piece.id})
