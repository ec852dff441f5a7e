"""The write side: what may happen (deciders), what happened (events), and the log that keeps it."""
