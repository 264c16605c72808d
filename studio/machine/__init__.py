"""What this machine has, and where things lie on it: device, settings, folders.

Enter at `settings`.
"""
