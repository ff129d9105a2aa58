"""lstwallet: a flight simulator for liquid staking."""

__version__ = "0.1.0"
