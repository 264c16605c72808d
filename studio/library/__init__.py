"""The library: every piece with its tree of versions.

Enter at `library`.
"""
