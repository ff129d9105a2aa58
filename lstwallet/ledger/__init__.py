"""Double entry: accounts, postings, entries that sum to zero per token, balances."""
