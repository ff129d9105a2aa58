"""Swap: any two of the wallet's tokens, by pools and wrappers."""
