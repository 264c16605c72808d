"""The export room: a finished piece in, files for other programs and other Tuttis out.

Enter at `FORMATS`: every form to take a piece home in, one entry each, made from a `Material`.
`open_piece` reads a piece file of another Tutti, `score_to_json` and `score_from_json` are how a
score lies on the disk, `to_tokens` and `from_tokens` what other models read and write; what comes
in is not believed. `musicxml` writes sheet music: `notation` turns notes into bars and voices,
`engraving` into music21's objects.
"""

from studio.export.format import Material
from studio.export.formats import FORMATS
from studio.export.piece_file import MAX_BYTES, open_piece
from studio.export.score_json import score_from_json, score_to_json
from studio.export.tokens import from_tokens, to_tokens

__all__ = [
    "FORMATS", "MAX_BYTES", "Material", "from_tokens", "open_piece", "score_from_json",
    "score_to_json", "to_tokens",
]  # fmt: skip
