"""Music to learn from: sets of songs, what is kept of them and why, and what a training sees.

Enter at `sets`, the sets that are there, and `sources`, those that Tutti can make: a new one is one
entry. `diagnosis` is the data doctor. For a training, `reading` gives songs, `layouts` says which
track is the melody and which the parts, `windows` cuts eight bars; `grooves` are drummers, `chords`
songs with chords alone. All else here serves these eight modules.
"""

__all__ = [  # modules, loaded when they are asked for
    "chords", "diagnosis", "grooves", "layouts", "reading", "sets", "sources", "windows",
]  # fmt: skip
