"""The Models page: every model with its card, curves and samples, two side by side, and the blind
ear test."""
