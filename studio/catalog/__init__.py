"""Models on disk: cards, weights, one file to give away, and what each genre is.

Enter at `catalog`.
"""
