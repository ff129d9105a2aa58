"""The restake room: deposits, operators, escrows, slashes and rewards."""
