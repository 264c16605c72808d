"""Training a model: from what is asked for, through a run that survives a kill, to its curves.

Enter at `RunSpec`, what a person asks for; `inputs_of` makes card and music of it, and `train`
says `events` until the model is there. A `RunFolder` is what a run keeps on the disk, `Controls`
what is asked on its way, `fine_tuned` the card of a model that goes on; `curves` puts a history
into words. `train` alone loads torch, when it is called. Losses and networks are the techniques'
affair: here you may touch how a run is kept, steered, measured and read, as long as a killed one
ends as ever.

All that a run is between two steps fits one checkpoint: networks, averaged weights, optimisers'
moments, random generators, its place in the epoch, and the weights of the epoch that judged best
where the technique's losses say so. A checkpoint is a safetensors file and a JSON file with its
digest, renamed into place, the newest two kept; on a CPU what goes on from one ends with the same
bytes. Its owner's wishes are a draft in the store, looked at a few times a second. The similarity
index is measured on bands to held-out melodies, between two lines: people against people, and
random notes. Under `torchrun` several processes learn one model: each takes its slice of every
batch, chance is drawn for the whole batch, gradients are averaged (`techniques/together.py`).
"""

from studio.training import curves, events
from studio.training.cards import fine_tuned
from studio.training.controls import Controls
from studio.training.folder import RunFolder
from studio.training.resolve import inputs_of
from studio.training.run import train
from studio.training.spec import RunSpec

__all__ = [
    "Controls", "RunFolder", "RunSpec", "curves", "events", "fine_tuned", "inputs_of", "train",
]  # fmt: skip
