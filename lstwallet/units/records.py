"""Records are NamedTuples; this makes them without their own constructors."""

from __future__ import annotations

from typing import Final

make: Final = tuple.__new__
"""``make(Prices, (eth, usdc))``: half the time of ``Prices(eth, usdc)``.

For what is made at every event or hour. Nothing checks the number of fields: elsewhere the
constructor is the better way.
"""
