"""The states that decisions look at, one module a life cycle, each with its pure `evolve`."""
