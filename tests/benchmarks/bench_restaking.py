"""Slashing an operator with 10 and with 10,000 delegators, against the same plain arithmetic.

Every delegator deposits, joins the operator and puts a part in escrow, in blocks of his own.
A slash then takes a part of the magnitude: what is left to those delegated, and to those in
escrow. Ours makes new records and checks its input. The floor knows neither: it works the
same formulas on bare integers and lists. Neither looks at a delegator; the note tells how
much longer 10,000 of them take than 10.
"""

from __future__ import annotations

from bisect import bisect_left
from statistics import median
from typing import Final, NamedTuple

from lstwallet.protocols import restaking
from lstwallet.protocols.restaking import NOTHING, Delays, Operator, Strategy
from tests.benchmarks.rows import Measured, Row, cpu_clock, interleaved

FEW: Final = 10
MANY: Final = 10_000
SLASHES: Final = 5
"""Of one operator, one after the other: his history grows with his slashes."""
ROUNDS: Final = 800
ETHER: Final = 10**18
ONE: Final = 10**18
PART: Final = 10**15
"""A thousandth of what is allocated, at every slash."""
DELAYS: Final = Delays(100_800, 100_800, 0)


class Floor(NamedTuple):
    """An operator as bare numbers."""

    shares: int
    magnitude: int
    current: int
    encumbered: int
    blocks: list[int]
    values: list[int]
    queue_blocks: list[int]
    queue_sums: list[int]


def operator_with(delegators: int) -> Operator:
    """Everybody deposited 32 and then put one of them in escrow, a block after the other."""
    strategy, operator = Strategy(0, 0), restaking.new_operator(1)
    operator = restaking.allocate(operator, 0, ONE, 1, DELAYS)
    for block in range(1, delegators + 1):
        done = restaking.deposit(strategy, NOTHING, None, 32 * ETHER)
        strategy = done.strategy
        held, operator = restaking.delegate(done.deposit, operator)
        queued = restaking.queue_withdrawal(held, operator, ETHER, block, DELAYS)
        assert queued.operator is not None
        operator = queued.operator
    return operator


def ours(operator: Operator, first: int) -> int:
    """Slash the operator in one block after the other, and begin anew; the shares to burn."""
    to_burn = 0
    slash = restaking.slash
    for _ in range(ROUNDS):
        slashed = operator
        for now in range(first, first + SLASHES):
            done = slash(slashed, 0, PART, now, DELAYS)
            assert done is not None
            slashed, _, _, _, burned = done
            to_burn += burned
    return to_burn


def floor(scene: Floor, first: int) -> int:
    """The same jobs by a function on bare integers."""
    to_burn = 0
    for _ in range(ROUNDS):
        shares, magnitude, current, encumbered, begin_blocks, begin_values, blocks, sums = scene
        history_blocks, history = begin_blocks.copy(), begin_values.copy()
        for now in range(first, first + SLASHES):
            shares, magnitude, current, encumbered, burned = bare_slash(
                shares, magnitude, current, encumbered, blocks, sums, now
            )
            history_blocks.append(now)
            history.append(magnitude)
            to_burn += burned
    return to_burn


def bare_slash(
    shares: int,
    magnitude: int,
    current: int,
    encumbered: int,
    blocks: list[int],
    sums: list[int],
    now: int,
) -> tuple[int, int, int, int, int]:
    """Ceilings, floors, and the queue's sum at two moments; nothing checked."""
    taken = -(-current * PART // ONE)
    after = magnitude - taken
    left = -(-shares * after // magnitude)
    old = sums[max(0, bisect_left(blocks, now - DELAYS.withdrawal) - 1)]
    waiting = (sums[-1] - old) * magnitude // ONE
    lost = waiting - -(-waiting * after // magnitude)
    return left, after, current - taken, encumbered - taken, shares - left + lost


def bare(operator: Operator) -> Floor:
    magnitudes, queued = operator.magnitudes, operator.queued
    return Floor(
        operator.shares,
        magnitudes[-1].value,
        operator.allocations[0].current,
        operator.encumbered,
        [each.block for each in magnitudes],
        [each.value for each in magnitudes],
        list(queued.blocks),
        list(queued.sums),
    )


def measure() -> Measured:
    """Both loops in turn over 10,000 delegators; then ours over 10, for the note."""
    many, few = operator_with(MANY), operator_with(FEW)
    scene, first = bare(many), MANY + 1
    assert ours(many, first) == floor(scene, first)
    assert ours(few, first) == floor(bare(few), first)

    def timed(operator: Operator) -> float:
        begin = cpu_clock()
        ours(operator, first)
        return cpu_clock() - begin

    def bare_timed() -> float:
        begin = cpu_clock()
        floor(scene, first)
        return cpu_clock() - begin

    pairs = [(timed(many), timed(few)) for _ in range(7)]
    times = median(with_many / with_few for with_many, with_few in pairs)
    note = f"{ROUNDS} × {SLASHES} slashes; {MANY:,} delegators take {times:.2f} × the time of {FEW}"
    return interleaved(lambda: timed(many), bare_timed, note.replace(",", " "))


ROWS: Final = [
    Row(
        "restaking slash: an operator with 10 000 delegators",
        "≥ 0.5 of the plain integers' speed",
        measure,
    )
]
