"""Numbers that say how a band sounds; each with its definition and units."""
