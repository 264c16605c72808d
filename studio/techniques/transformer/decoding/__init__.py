"""The Transformer's steps without torch: numba loops that read each weight once for all takes.

Enter at `choice`.
"""
