"""Guided lessons: steps as data, proven by the ledger."""
