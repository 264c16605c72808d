"""The Library page: every piece with its history, and the ways home for it.

The page enters at `cards`, with the panel of the piece that is looked at beside them; `pieces` says
what the page knows of each and does what is asked for. Other pages take `take_home_panel`, the
files of a version, and `part_sounds`, what it sounds like part by part.
"""

__all__ = [
    "bring_in", "cards", "deleted", "part_sounds", "piece_panel", "pieces", "take_home_panel",
]  # fmt: skip
