"""The chord planner: a network that sees the whole tune, and an exact search over its odds."""
