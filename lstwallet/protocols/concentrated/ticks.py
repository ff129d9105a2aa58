"""Ticks: prices a ten-thousandth apart, and the places where liquidity may begin and end.

Tick ``i`` stands for the price ``1.0001ⁱ`` of token 0 in token 1. Prices are kept as their
square roots with 96 binary places: ``√1.0001ⁱ · 2⁹⁶``, always rounded up, so that
``tick_at`` of ``price_at(i)`` is ``i`` again.

Source: v3-core ``TickMath.sol``, ``TickBitmap.sol`` and ``Tick.sol`` (d8b1c635).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from lstwallet.units.checked import MAX_UINT256, Revert
from lstwallet.units.fixed import div_floor

MIN_TICK: Final = -887_272
MAX_TICK: Final = 887_272
MIN_SQRT_PRICE: Final = 4_295_128_739
"""The price at ``MIN_TICK``: about 2⁻¹²⁸."""
MAX_SQRT_PRICE: Final = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342
"""The price at ``MAX_TICK``: about 2¹²⁸. No pool reaches it."""
WORD: Final = 256
"""So many usable ticks share a word of the bitmap; a swap stops at the end of each word."""
MAX_UINT128: Final = 2**128 - 1
NO_PLACE: Final = -1
"""In place of a place: nobody uses that tick."""

TICK_OUT_OF_BOUNDS: Final = "T"
PRICE_OUT_OF_BOUNDS: Final = "R"

_ROOTS: Final = (
    0xFFFCB933BD6FAD37AA2D162D1A594001,
    0xFFF97272373D413259A46990580E213A,
    0xFFF2E50F5F656932EF12357CF3C7FDCC,
    0xFFE5CACA7E10E4E61C3624EAA0941CD0,
    0xFFCB9843D60F6159C9DB58835C926644,
    0xFF973B41FA98C081472E6896DFB254C0,
    0xFF2EA16466C96A3843EC78B326B52861,
    0xFE5DEE046A99A2A811C461F1969C3053,
    0xFCBE86C7900A88AEDCFFC83B479AA3A4,
    0xF987A7253AC413176F2B074CF7815E54,
    0xF3392B0822B70005940C7A398E4B70F3,
    0xE7159475A2C29B7443B29C7FA6E889D9,
    0xD097F3BDFD2022B8845AD8F792AA5825,
    0xA9F746462D870FDF8A65DC1F90E061E5,
    0x70D869A156D2A1B890BB3DF62BAF32F7,
    0x31BE135F97D08FD981231505542FCFA6,
    0x9AA508B5B7A84E1C677DE54F3E99BC9,
    0x5D6AF8DEDB81196699C329225EE604,
    0x2216E584F5FA1EA926041BEDFE98,
    0x48A170391F7DC42444E8FA2,
)
"""``√1.0001`` to the power of ``−2ᵏ``, 128 binary places, for k = 0 … 19."""
_LOG_ROUNDS: Final = 14
"""Binary places of the logarithm: enough to name a tick, or two neighbours."""
_LOG_SCALE: Final = 255_738_958_999_603_826_347_141
"""``2⁶⁴ / log₂ √1.0001``: turns a binary logarithm (64 places) into ticks (128 places)."""
_ERROR_BELOW: Final = 3_402_992_956_809_132_418_596_140_100_660_247_210
_ERROR_ABOVE: Final = 291_339_464_771_989_622_907_027_621_153_398_088_495
"""By how much that logarithm may be too large or too small."""


@lru_cache(maxsize=8_192)  # a swap asks for the same few ticks as the one before it
def price_at(tick: int) -> int:
    """The square root of the price at ``tick``, 96 binary places, rounded up."""
    steps = abs(tick)
    if steps > MAX_TICK:
        raise Revert(TICK_OUT_OF_BOUNDS)
    ratio = 1 << 128
    for place, root in enumerate(_ROOTS):
        if steps >> place & 1:
            ratio = ratio * root >> 128
    if tick > 0:
        ratio = div_floor(MAX_UINT256, ratio)
    return -(-ratio >> 32)


@lru_cache(maxsize=256)  # a pool's price and the limits of swaps are asked for again
def tick_at(sqrt_price: int) -> int:
    """The greatest tick whose price is at most ``sqrt_price``.

    A binary logarithm by repeated squaring names one tick or two neighbours; of two, the
    upper one's price decides.
    """
    if not MIN_SQRT_PRICE <= sqrt_price < MAX_SQRT_PRICE:
        raise Revert(PRICE_OUT_OF_BOUNDS)
    ratio = sqrt_price << 32
    top = ratio.bit_length() - 1
    r = ratio >> (top - 127) if top >= 128 else ratio << (127 - top)
    log_2 = top - 128
    for _ in range(_LOG_ROUNDS):
        r = r * r >> 127
        digit = r >> 128
        log_2 = log_2 << 1 | digit
        r >>= digit
    log = (log_2 << (64 - _LOG_ROUNDS)) * _LOG_SCALE
    low = (log - _ERROR_BELOW) >> 128
    high = (log + _ERROR_ABOVE) >> 128
    return high if low == high or price_at(high) <= sqrt_price else low


def word_start(tick: int, spacing: int) -> int:
    """The first tick of the bitmap's word in which ``tick`` lies."""
    reach = WORD * spacing
    return div_floor(tick, reach) * reach


def max_liquidity_per_tick(spacing: int) -> int:
    """So much may begin or end at one tick that all of them together fit 128 bits."""
    each_side = div_floor(MAX_TICK, spacing)
    return div_floor(MAX_UINT128, 2 * each_side + 1)


# --- where a swap stops ---------------------------------------------------------------


def stops_below(
    ticks: tuple[int, ...], place: int, tick: int, spacing: int
) -> Iterator[tuple[int, int]]:
    """The ticks at which a falling price stops, each with its place if it is a used one.

    ``ticks`` are the used ones in order, the first ``place`` of them at or below ``tick``.
    The walk also stops at the first tick of each word of the bitmap, with ``NO_PLACE``.
    """
    reach = WORD * spacing
    start = word_start(tick, spacing)
    for index in range(place - 1, -1, -1):
        at = ticks[index]
        while start > at:
            yield start, NO_PLACE
            start -= reach
        yield at, index
        if start == at:
            start -= reach
    while start > MIN_TICK:
        yield start, NO_PLACE
        start -= reach
    yield MIN_TICK, NO_PLACE


def stops_above(
    ticks: tuple[int, ...], place: int, tick: int, spacing: int
) -> Iterator[tuple[int, int]]:
    """The same for a rising price, which stops at the last tick of each word."""
    reach = WORD * spacing
    end = word_start(tick + spacing, spacing) + reach - spacing
    for index in range(place, len(ticks)):
        at = ticks[index]
        while end < at:
            yield end, NO_PLACE
            end += reach
        yield at, index
        if end == at:
            end += reach
    while end < MAX_TICK:
        yield end, NO_PLACE
        end += reach
    yield MAX_TICK, NO_PLACE
