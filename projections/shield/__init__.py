"""A responsibility claim held against what the ledger held: the twelve tests."""
