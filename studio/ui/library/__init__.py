"""The Library page: every piece with its history, and the ways home for it."""
