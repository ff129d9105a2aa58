"""What is on its way out: tickets, validators that leave, restaked tokens in escrow."""

from __future__ import annotations

from typing import Final, NamedTuple

from lstwallet.engine import restaking_view
from lstwallet.engine.world import World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel import staking, unstaking
from lstwallet.units.clock import DAY, SLOT, SimTime, start_of
from lstwallet.units.fixed import div_ceil

TICKET: Final = "ticket"
VALIDATOR: Final = "validator"
ESCROW: Final = "escrow"
_STEPS: Final = (1, 2, 5, 7, 14, 28, 56, 112, 364)
"""Days between two ticks."""
_MOST_TICKS: Final = 3


class Exit(NamedTuple):
    """One wait, from its beginning to the range in which it ends."""

    kind: str
    """``ticket``, ``validator`` or ``escrow``."""
    id: int
    wei: int
    """What it pays, or would if it ended now; in ETH by the token's own rate."""
    start: SimTime
    """When it was asked for; of validators that still attest, now: nobody notes when."""
    sure: SimTime
    """Not before this."""
    likely: SimTime
    """By then, as the queue stands."""
    ready: bool
    """Waits to be claimed."""

    @property
    def key(self) -> str:
        """Names the row: ``ticket:12``."""
        return f"{self.kind}:{self.id}"


def exits(world: World, account: Account) -> tuple[Exit, ...]:
    """Ready ones first, then by when they end."""
    rows = [
        Exit(
            TICKET,
            row.id,
            row.pays,
            row.asked_at,
            row.ready_from,
            row.ready_to,
            row.state == unstaking.READY,
        )
        for row in unstaking.ticket_rows(world, account)
    ]
    for own in staking.validator_rows(world, account):
        leaving = world.validators[own.id]
        if leaving.paid_at:
            start = min(world.time, leaving.exit_at)
            paid = leaving.paid_at
            rows.append(Exit(VALIDATOR, own.id, own.value, start, paid, paid, False))
    for escrow in restaking_view.escrows_of(world, account):
        units = restaking_view.escrow_worth(world, escrow)
        wei = restaking_view.eth_of(world, escrow.token, units)
        asked = escrow.withdrawal.start_block * SLOT
        rows.append(Exit(ESCROW, escrow.id, wei, asked, escrow.ends, escrow.ends, escrow.ready))
    return tuple(sorted(rows, key=lambda row: (not row.ready, row.sure, row.kind, row.id)))


def ticks(rows: tuple[Exit, ...], now: SimTime) -> tuple[SimTime, ...]:
    """Midnights ahead of now, a round number of days apart, until the last wait may end."""
    last = max([row.likely for row in rows] + [now])
    days = div_ceil(last - now, DAY)
    step = next((each for each in _STEPS if each * _MOST_TICKS >= days), _STEPS[-1]) * DAY
    return tuple(range(start_of(DAY, now) + step, last + 1, step))


__all__ = ["ESCROW", "TICKET", "VALIDATOR", "Exit", "exits", "ticks"]
