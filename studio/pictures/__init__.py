"""Drawings: a piece as a roll, a model's picture.

Enter at `plots`.
"""
