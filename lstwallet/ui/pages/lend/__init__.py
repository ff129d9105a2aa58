"""Lend: supply to earn, borrow against it, keep the health factor above 1."""
