"""Exact numbers: fixed point with named rounding, token amounts, simulated time.

The only place where a bare ``//`` stands. Everything above names its rounding by
calling one of these functions.
"""
