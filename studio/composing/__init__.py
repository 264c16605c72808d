"""From a melody and a model to a band, and what is done to a band afterwards.

Enter at `performance`.
"""
