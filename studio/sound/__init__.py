"""The sound room: a score in, stems, a mix and WAV files out.

`soundfonts` finds them, `synth` opens the best engine, `stems` renders and writes a score,
`sprite` the keyboard's notes, `encode` any audio; `engine` holds what the synthesisers share.
"""
