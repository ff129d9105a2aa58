"""An index basket: one token for so many units of each of its components.

    weight ∝ 1 + √operators / Σ √operators + spread / Σ spread,   at most a half
    spread = 1 − Σ (operator's validators / all of the protocol's)²
    create q:  every component's unit · q is paid in               (rounded up)
    redeem q:  every component's unit · q is paid out              (rounded down)
    NAV        = Σ unit · rate                                     (each rounded down)
    new unit   = NAV · weight / rate                               (rounded down)

The basket is created and redeemed in kind: it needs no price and can never owe more than it
holds. Whoever sees its token above what creating it costs creates and sells, whoever sees it
below redeems: between the two the market price is free (``price_bounds``). Twice a year the
weights are computed anew, and Dutch auctions against a quote asset move the units there. A
streaming fee is minted as tokens, while the multiplier lowers all units by as much.

Sources: IndexCoop/dseth-methodology-reference@b8fe867 ``guidelines.md`` and
``src/auctionRebalanceProposer.ts`` (weights, units), IndexCoop/index-protocol@410b2f5
``BasicIssuanceModule.sol``, ``StreamingFeeModule.sol``, ``AuctionRebalanceModuleV1.sol``,
``BoundedStepwiseLinearPriceAdapter.sol``, ``lib/Position.sol``, ``SetToken.sol``. How weight
above the cap is spread over the others was not found (``unverified``: in proportion). Units,
rates, weights and fees have 18 decimals; times are seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import Final, NamedTuple

from lstwallet.units.checked import checked_sub, require
from lstwallet.units.clock import DAY
from lstwallet.units.concentration import herfindahl
from lstwallet.units.fixed import WAD, div_floor, mul_div_ceil, mul_div_floor

MAX_WEIGHT: Final = 5 * 10**17
"""No component may be more than half of the basket."""
FEE_YEAR: Final = 31_557_600
"""365.25 days of seconds: the year of the streaming fee (``ONE_YEAR_IN_SECONDS``)."""
REBALANCE: Final = DAY
"""Seconds that the auctions of one rebalance last."""

NOTHING_CREATED: Final = "Issue quantity must be > 0"
NOTHING_REDEEMED: Final = "Redeem quantity must be > 0"
TOO_MUCH_REDEEMED: Final = "ERC20: burn amount exceeds balance"
CAPS_TOO_TIGHT: Final = "CapsTooTight"
"""Model: fewer components than the cap needs."""
NO_WEIGHT: Final = "NoWeight"
"""Model: the weights to cap are all nothing."""
ON_QUOTE: Final = "Cannot bid explicitly on Quote Asset"
NO_QUANTITY: Final = "Component amount must be > 0"
TARGET_MET: Final = "Target already met"
WRONG_WAY: Final = "Auction direction mismatch"
TOO_LARGE: Final = "Bid size exceeds auction quantity"
OVER_LIMIT: Final = "Quote asset quantity exceeds limit"
UNDER_LIMIT: Final = "Quote asset quantity below limit"
NO_QUOTE: Final = "Insufficient quote asset balance"
ENDED: Final = "Rebalance must be in progress"
UNIT_TOO_SMALL: Final = "Real to Virtual unit conversion invalid"
UNIT_VANISHES: Final = "Virtual to Real unit conversion invalid"
BAD_AUCTION: Final = "BoundedStepwiseLinearPriceAdapter: Invalid params"


class Component(NamedTuple):
    """One token in the basket."""

    unit: int
    """Virtual: what one index token stands for, before the multiplier."""
    held: int
    """Base units in the basket; gifts too, which belong to nobody."""


class Basket(NamedTuple):
    """The components, in a fixed order, and the tokens that stand for them."""

    components: tuple[Component, ...]
    supply: int
    multiplier: int = WAD
    """What is left of every unit after streaming fees."""


class Auction(NamedTuple):
    """A price that moves a step with every bucket of seconds, within its bounds."""

    initial: int
    slope: int
    bucket: int
    """Seconds."""
    decreasing: bool
    """For what the basket sells; what it buys grows dearer."""
    highest: int
    lowest: int


class Traded(NamedTuple):
    """What a bid did."""

    basket: Basket
    paid: int
    """By the bidder: quote asset for what the basket sells, else the component."""
    received: int


# --- weights ---------------------------------------------------------------------------


def _shares(parts: Sequence[int]) -> tuple[int, ...]:
    """Each part of their sum, rounded down; all 0 when there is nothing."""
    whole = sum(parts)
    return tuple(mul_div_floor(part, WAD, whole) if whole else 0 for part in parts)


def operator_factors(operators: Sequence[int]) -> tuple[int, ...]:
    """For each protocol's number of node operators, its part of all square roots."""
    return _shares([isqrt(count * WAD * WAD) for count in operators])


def spread_factors(validators: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """For each protocol's validators by operator, its part of what is not concentrated.

    One operator alone has no spread; when that is true of all protocols, so has nobody.
    """
    return _shares([WAD - herfindahl(each) for each in validators])


def target_weights(
    operators: Sequence[int], validators: Sequence[Sequence[int]]
) -> tuple[int, ...]:
    """Weights before the cap: equal, plus both factors, over their sum (rounded down)."""
    factors = zip(operator_factors(operators), spread_factors(validators), strict=True)
    return _shares([WAD + by_number + by_spread for by_number, by_spread in factors])


def capped(weights: Sequence[int], cap: int = MAX_WEIGHT) -> tuple[int, ...]:
    """The weights with none above ``cap``; the others take the excess in proportion.

    Reverts when so few have weight that the cap leaves some over.
    """
    at_cap: set[int] = set()
    while True:
        free = sum(weight for place, weight in enumerate(weights) if place not in at_cap)
        room = WAD - cap * len(at_cap)
        require(free > 0, CAPS_TOO_TIGHT if at_cap else NO_WEIGHT)
        scaled = tuple(
            cap if place in at_cap else mul_div_floor(weight, room, free)
            for place, weight in enumerate(weights)
        )
        over = {place for place, weight in enumerate(scaled) if weight > cap}
        if not over:
            return scaled
        at_cap |= over


# --- value -----------------------------------------------------------------------------


def real_unit(basket: Basket, place: int) -> int:
    """Base units of a component that one index token stands for now, rounded down."""
    return mul_div_floor(basket.components[place].unit, basket.multiplier, WAD)


def nav(basket: Basket, rates: Sequence[int]) -> int:
    """Ether that one index token stands for; ``rates`` are ether for each component."""
    places = range(len(basket.components))
    return sum(
        mul_div_floor(real_unit(basket, place), rate, WAD)
        for place, rate in zip(places, rates, strict=True)
    )


def target_units(value: int, weights: Sequence[int], rates: Sequence[int]) -> tuple[int, ...]:
    """Units that give each component its weight of ``value`` ether, rounded down."""
    return tuple(
        mul_div_floor(value, weight, rate) for weight, rate in zip(weights, rates, strict=True)
    )


def price_bounds(
    value: int, quantity: int, create_cost: int, redeem_cost: int, per_order: int
) -> tuple[int, int]:
    """Market prices (18 decimals) at which neither redeeming nor creating pays.

    The costs are fractions of the value: trading the components, and the fee. ``per_order``
    is ether for one order of ``quantity`` tokens. Below the first somebody buys and redeems,
    above the second creates and sells. Rounded outwards, so that none pays at the bound.
    """
    order = mul_div_ceil(per_order, WAD, quantity)
    low = mul_div_floor(value, WAD - redeem_cost, WAD) - order
    high = mul_div_ceil(value, WAD + create_cost, WAD) + order
    return max(low, 0), high


# --- creating and redeeming --------------------------------------------------------------


def to_create(basket: Basket, quantity: int) -> tuple[int, ...]:
    """What creating ``quantity`` takes of each component, rounded up."""
    places = range(len(basket.components))
    return tuple(mul_div_ceil(real_unit(basket, place), quantity, WAD) for place in places)


def create(basket: Basket, quantity: int) -> tuple[Basket, tuple[int, ...]]:
    """Mint ``quantity`` tokens for components: the basket after, and what was paid in."""
    require(quantity > 0, NOTHING_CREATED)
    paid = to_create(basket, quantity)
    components = tuple(
        each._replace(held=each.held + amount)
        for each, amount in zip(basket.components, paid, strict=True)
    )
    return basket._replace(components=components, supply=basket.supply + quantity), paid


def redeem(basket: Basket, quantity: int) -> tuple[Basket, tuple[int, ...]]:
    """Burn ``quantity`` tokens for components: the basket after, and what was paid out."""
    require(quantity > 0, NOTHING_REDEEMED)
    require(quantity <= basket.supply, TOO_MUCH_REDEEMED)
    places = range(len(basket.components))
    paid = tuple(mul_div_floor(quantity, real_unit(basket, place), WAD) for place in places)
    components = tuple(
        each._replace(held=each.held - amount)
        for each, amount in zip(basket.components, paid, strict=True)
    )
    return basket._replace(components=components, supply=basket.supply - quantity), paid


def accrue_fee(basket: Basket, per_year: int, elapsed: int) -> tuple[Basket, int]:
    """Take the streaming fee of ``elapsed`` seconds: the basket after, and tokens minted.

    The minted tokens are that fraction of all; units shrink by it, so nothing is diluted
    twice (``actualizeFee``).
    """
    fee = mul_div_floor(elapsed, per_year, FEE_YEAR)
    minted = div_floor(fee * basket.supply, WAD - fee)
    multiplier = mul_div_floor(basket.multiplier, WAD - fee, WAD)
    return basket._replace(supply=basket.supply + minted, multiplier=multiplier), minted


# --- rebalancing -------------------------------------------------------------------------


def normalized_target(basket: Basket, target: int, multiplier_then: int) -> int:
    """The target unit, lowered by fees taken since the rebalance began."""
    return mul_div_floor(target, basket.multiplier, multiplier_then)


def auction_price(auction: Auction, elapsed: int) -> int:
    """Quote asset for one component ``elapsed`` seconds into the rebalance.

    Reverts for settings that make no auction.
    """
    initial, slope, bucket, decreasing, highest, lowest = auction
    sound = initial > 0 and slope > 0 and bucket > 0 and lowest <= initial <= highest
    require(sound, BAD_AUCTION)
    change = div_floor(elapsed, bucket) * slope
    return max(initial - change, lowest) if decreasing else min(initial + change, highest)


def auction_size(basket: Basket, place: int, target: int) -> tuple[bool, int]:
    """Whether the basket sells a component, and how much is left to trade.

    Reverts when its unit is ``target`` already.
    """
    unit = real_unit(basket, place)
    require(unit != target, TARGET_MET)
    current = mul_div_floor(basket.supply, unit, WAD)
    wanted = mul_div_ceil(basket.supply, target, WAD)
    return (True, current - wanted) if wanted < current else (False, wanted - current)


def sell(
    basket: Basket, place: int, quote: int, quantity: int, target: int, price: int, limit: int
) -> Traded:
    """The bidder takes ``quantity`` of a component and pays the quote asset, rounded up.

    ``quote`` is the quote asset's place; the bid reverts above ``limit``.
    """
    _check_bid(basket, place, quote, quantity, target, selling=True)
    paid = mul_div_ceil(quantity, price, WAD)
    require(paid <= limit, OVER_LIMIT)
    after = _moved(_moved(basket, place, -quantity), quote, paid)
    return Traded(after, paid, quantity)


def buy(
    basket: Basket, place: int, quote: int, quantity: int, target: int, price: int, limit: int
) -> Traded:
    """The bidder brings ``quantity`` of a component for the quote asset, rounded down.

    The bid reverts below ``limit``, or when the basket has not enough of the quote asset.
    """
    _check_bid(basket, place, quote, quantity, target, selling=False)
    received = mul_div_floor(quantity, price, WAD)
    require(received >= limit, UNDER_LIMIT)
    require(received <= basket.components[quote].held, NO_QUOTE)
    after = _moved(_moved(basket, quote, -received), place, quantity)
    return Traded(after, quantity, received)


def check_running(started: int, now: int, duration: int = REBALANCE) -> None:
    """Reverts once the auctions are over."""
    require(now < started + duration, ENDED)


def is_met(basket: Basket, place: int, target: int) -> bool:
    """Whether a component's unit is its target, give or take one for the roundings."""
    unit = real_unit(basket, place)
    return unit == 0 if target == 0 else abs(unit - target) <= 1


def _check_bid(
    basket: Basket, place: int, quote: int, quantity: int, target: int, *, selling: bool
) -> None:
    require(place != quote, ON_QUOTE)
    require(quantity > 0, NO_QUANTITY)
    is_sale, left = auction_size(basket, place, target)
    require(is_sale is selling, WRONG_WAY)
    require(quantity <= left, TOO_LARGE)


def _moved(basket: Basket, place: int, change: int) -> Basket:
    """The basket with ``change`` more of a component, its unit following.

    What was held beyond the units is not counted in (``calculateDefaultEditPositionUnit``).
    """
    before = basket.components[place]
    counted = mul_div_floor(real_unit(basket, place), basket.supply, WAD)
    given = checked_sub(before.held, counted)
    held = before.held + change
    unit = mul_div_floor(checked_sub(held, given), WAD, basket.supply)
    virtual = mul_div_floor(unit, WAD, basket.multiplier)
    require(unit == 0 or virtual > 0, UNIT_TOO_SMALL)
    require(unit == 0 or mul_div_floor(virtual, basket.multiplier, WAD) > 0, UNIT_VANISHES)
    components = list(basket.components)
    components[place] = Component(virtual, held)
    return basket._replace(components=tuple(components))
