"""Outside prices, and what gas costs: recorded facts that the market hands in.

USD with 8 decimals, as Aave's oracle gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lstwallet.engine.network import Network
from lstwallet.engine.refusals import NothingToDo
from lstwallet.units.records import make

if TYPE_CHECKING:
    from lstwallet.engine.world import Draft, Readable

USD: Final = 10**8
"""One dollar."""


class Prices(NamedTuple):
    """What one whole token costs outside, in USD with 8 decimals."""

    eth: int
    usdc: int


class SetPrices(NamedTuple):
    """The market's hourly tick."""

    eth: int
    usdc: int
    base_fee: int = 0
    """Wei per gas; 0: as it was."""


class PricesMoved(NamedTuple):
    """Outside prices are now these (USD, 8 decimals)."""

    at: int
    eth: int
    usdc: int
    base_fee: int = 0
    """Wei per gas; 0: as it was."""


def decide_set_prices(world: Readable, command: SetPrices) -> Sequence[PricesMoved]:
    """Record new prices; a price of zero or less, or a fee below, is refused."""
    eth, usdc, base_fee = command
    if eth <= 0 or usdc <= 0 or base_fee < 0:
        raise NothingToDo("price")
    return (make(PricesMoved, (world.time, eth, usdc, base_fee)),)


def evolve_prices_moved(draft: Draft, event: PricesMoved) -> None:
    """The new prices stand."""
    _, eth, usdc, base_fee = event
    draft.prices = make(Prices, (eth, usdc))
    network = draft.network
    if base_fee and network is not None:
        draft.network = make(Network, (network.rules, base_fee, network.tip))


DECIDE: dict[type, Callable[..., Sequence[Any]]] = {SetPrices: decide_set_prices}
EVOLVE: dict[type, Callable[..., None]] = {PricesMoved: evolve_prices_moved}
