"""The Train page: music, settings, live curves, and the epochs to listen to.

Enter at `stage`.
"""
