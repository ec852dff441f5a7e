"""The read side: pure folds from events to rows, and the drivers that keep the rows at a position."""
