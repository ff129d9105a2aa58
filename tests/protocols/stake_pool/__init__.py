"""The SPL stake pool: the program's own examples, worked fractions, and what must hold."""
