"""Leads (线索): patterns in what the ledger holds that a human should look at; never findings, never scores."""
