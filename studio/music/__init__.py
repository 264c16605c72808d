"""The language: what a note, a bar, a chord and a key are, and how MIDI files say them.

Its door names eight modules, for a language is more than eight words. Enter at `score`: a `Score`
is all that crosses a room's border. `theory` and `harmony` hold keys, chords and chord plans,
`melody` where melodies come from, `midi` files, `roll` what the models see, `swing` and
`instruments` what their names say. All of it is pure, but for files that are read.
"""

__all__ = ["harmony", "instruments", "melody", "midi", "roll", "score", "swing", "theory"]
