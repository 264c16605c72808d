"""Jobs that survive a kill: a store, its workers, and the engine that keeps them alive. It knows no
music.

Enter at `store`.
"""
