"""The export room: a finished piece in, files for other programs and other Tuttis out.

`musicxml` writes sheet music: `notation` turns notes into bars and voices, `engraving` into
music21's objects. `mix` says how loud each part is, `audio` mixes stems and encodes them,
`piece_file` packs a piece for another Tutti, `bundle` puts all into one zip.
"""
