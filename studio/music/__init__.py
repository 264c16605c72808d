"""The language: what a score, a note, a chord and a bar are, and how MIDI files say them.

Enter at `score`: all that crosses a module's border is a `Score`.
"""
