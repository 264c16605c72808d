"""The library: every piece with its tree of versions.

Enter at `Library`: it hands out a `Piece`, its history of `Version`s, and what one holds,
`Content`. A band is born as a version (`Library.keep`) with the facts that `band_facts` tells of
it, and nothing of a version is ever changed. What a job plays without keeping it lies in a
`take_folder`, where `write_band` puts it.

Edits of two tabs are put together note by note (`merging`), each on what its tab showed as it was
made, for a page may show more by the time an edit arrives; where both changed one note, both
stay, as branches. Edits are whole lists of a part's notes; a recipe holds them in order, so that
it still gives the piece byte for byte.
"""

from studio.library.facts import band_facts
from studio.library.folder import take_folder, write_band
from studio.library.library import Library
from studio.library.records import Content, Piece, Version

__all__ = [
    "Content",
    "Library",
    "Piece",
    "Version",
    "band_facts",
    "take_folder",
    "write_band",
]
