"""Writes an event a step, without torch, for several sequences at once.

Enter at `weights.pack`; then `prefill` reads what is given, `sampling.sample` chooses the next
note, `step.decode_step` reads it, and so on: both read each weight once for all sequences. The
files called `kernel` are what numba compiles for them.
"""
