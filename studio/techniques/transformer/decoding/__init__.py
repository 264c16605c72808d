"""Writes an event a step, without torch, for several sequences at once.

Enter at `weights.pack`; then `prefill` reads what is given, `sampling.sample` chooses the next
note, `step.decode_step` reads it, and so on: both read each weight once for all sequences. What
numba compiles for them is in `step`, `sampling_kernel` and `kernels`.
"""
