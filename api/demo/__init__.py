"""The demonstration: a world given as data, run through the real commands."""
