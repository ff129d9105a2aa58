"""Pools: what they pay, what they cost, and one's share of them."""
