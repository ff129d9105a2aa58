"""An allow-listed pool: who may pay in, take out or hold at all, and who says so.

    allowed   = not denied, and every bit of the right is set
    minted    = ether · shares / ether before                                   (rounded down)
    fee       = earned · shares · fee / (ether after · 10⁴ − earned · fee)      (rounded down)
    paid      = part of a withdrawal, at most what the shares were worth when asked (both down)

Two officers keep the list. The allower gives and takes rights but cannot touch a denial; the
denier denies, and who is let off again has no rights until the allower gives them anew. A
denied account can neither receive nor send nor be paid. In slashing containment nobody pays
in or asks to leave: a loss that is known but not yet counted must not be left to the others.

Redeeming is a line of shares: a request lies at a height (all shares asked for before it), a
withdrawal covers the next stretch, and what both share is paid. One state serves any number
of holders; a claim costs what its own withdrawals are.

Sources: liquid-collective/liquid-collective-protocol@ae4f2ce3 ``contracts/src/Allowlist.1.sol``,
``libraries/LibAllowlistMasks.sol``, ``River.1.sol``, ``components/SharesManager.1.sol``,
``RedeemManager.1.sol``. Rules by identity, residence and cap (``Policy``) are a model
parameter: the real platforms check persons off the chain (``unverified``). Amounts are wei or
shares (18 decimals), times are seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from lstwallet.units.checked import require
from lstwallet.units.fixed import BPS, div_floor, mul_div_floor

DEPOSIT: Final = 1
DONATE: Final = 1 << 1
REDEEM: Final = 1 << 2
DENIED: Final = 1 << 255
"""Not a right: it takes all of them away."""

DENIED_ACCOUNT: Final = "Denied"
UNAUTHORIZED: Final = "Unauthorized"
REMOVES_DENIAL: Final = "AttemptToRemoveDenyPermission"
SETS_DENIAL: Final = "AttemptToSetDenyPermission"
CONTAINMENT: Final = "SlashingContainmentModeEnabled"
RECIPIENT_DENIED: Final = "RecipientIsDenied"
CLAIM_RECIPIENT_DENIED: Final = "ClaimRecipientIsDenied"
CLAIM_INITIATOR_DENIED: Final = "ClaimInitiatorIsDenied"
EMPTY_DEPOSIT: Final = "EmptyDeposit"
ZERO_AMOUNT: Final = "InvalidZeroAmount"
ZERO_SHARES: Final = "ZeroMintedShares"
ALREADY_CLAIMED: Final = "RedeemRequestAlreadyClaimed"
NO_MATCH: Final = "DoesNotMatch"
POOL_FULL: Final = "PoolCapReached"
"""Model: the contract has no cap."""
PERSON_FULL: Final = "PersonCapReached"
"""Model: the contract does not know persons."""


class Identity(NamedTuple):
    """A person whom a platform has checked."""

    residence: str
    """The country that the check found, two letters."""
    valid_until: int
    """Seconds; from then on the check no longer counts."""


class Policy(NamedTuple):
    """Whom a pool takes, and how much (model parameters, ``unverified``)."""

    residences: frozenset[str]
    cap: int
    """Wei that the pool may hold; 0: no cap."""
    cap_each: int
    """Wei that one person may hold in it; 0: no cap."""


class Pool(NamedTuple):
    """All that the value of a share depends on."""

    ether: int
    shares: int
    """In existence: those that wait in the line too, until a withdrawal burns them."""
    contained: bool = False
    """Slashing containment: the oracle has seen a slashing whose loss is not counted yet."""


class Line(NamedTuple):
    """The two ends of the line, in shares."""

    asked: int = 0
    """The height of the next request."""
    covered: int = 0
    """Up to where withdrawals reach."""
    exceeding: int = 0
    """Wei that claims left behind, because a request is never paid more than its worth."""


class Request(NamedTuple):
    """A place in the line; a partly paid one moves up, its end stays."""

    height: int
    shares: int
    most: int
    """Wei that it may still be paid: what its shares were worth when it was made."""


class Withdrawal(NamedTuple):
    """``ether`` for the stretch of ``shares`` from ``height`` on."""

    height: int
    shares: int
    ether: int


class Claimed(NamedTuple):
    """What a claim did."""

    line: Line
    request: Request
    """What is left of it."""
    shares: int
    ether: int
    """Wei for the recipient."""


# --- the list --------------------------------------------------------------------------


def is_denied(held: int) -> bool:
    """Whether the account may not even hold."""
    return held & DENIED == DENIED


def is_allowed(held: int, right: int) -> bool:
    """Whether ``held`` has every bit of ``right`` and no denial."""
    return not is_denied(held) and held & right == right


def check(held: int, right: int) -> None:
    """Reverts for a denied account, then for one without the right (``onlyAllowed``)."""
    require(not is_denied(held), DENIED_ACCOUNT)
    require(held & right == right, UNAUTHORIZED)


def check_transfer(sender: int, recipient: int) -> None:
    """Anybody may hold and send who is not denied: no right is needed (``_onTransfer``)."""
    require(not is_denied(sender), DENIED_ACCOUNT)
    require(not is_denied(recipient), DENIED_ACCOUNT)


def set_allowed(held: int, wanted: int) -> int:
    """The allower's word: ``wanted`` replaces what was held (``setAllowPermissions``)."""
    require(not is_denied(held), REMOVES_DENIAL)
    require(not is_denied(wanted), SETS_DENIAL)
    return wanted


def set_denied(wanted: int) -> int:
    """The denier's word: denied, or let off with no rights at all (``setDenyPermissions``)."""
    return DENIED if is_denied(wanted) else 0


def rights_of(policy: Policy, identity: Identity | None, now: int) -> int:
    """What an honest allower gives a person (model).

    Nothing without a valid check; who lives where the pool is not offered may only leave.
    """
    if identity is None or now >= identity.valid_until:
        return 0
    return DEPOSIT | REDEEM if identity.residence in policy.residences else REDEEM


# --- shares ----------------------------------------------------------------------------


def value_of(pool: Pool, shares: int) -> int:
    """Wei that ``shares`` are worth, rounded down; nothing while there are no shares."""
    return mul_div_floor(shares, pool.ether, pool.shares) if pool.shares else 0


def shares_for(pool: Pool, ether: int) -> int:
    """Shares that ``ether`` wei buy, rounded down; one for one in an empty pool."""
    if pool.ether == 0 or pool.shares == 0:
        return ether
    return mul_div_floor(ether, pool.shares, pool.ether)


def deposit(
    pool: Pool, policy: Policy, depositor: int, recipient: int, ether: int, held: int
) -> tuple[Pool, int]:
    """Pay in ``ether`` wei: the pool after, and the shares minted.

    ``depositor`` and ``recipient`` are the two accounts' permissions, ``held`` the shares
    that the recipient has already. Only the depositor needs the right. Reverts in
    containment, for nothing, without the right, for a denied recipient, and over a cap.
    """
    require(not pool.contained, CONTAINMENT)
    require(ether > 0, EMPTY_DEPOSIT)
    check(depositor, DEPOSIT)
    require(not is_denied(recipient), DENIED_ACCOUNT)
    require(not policy.cap or pool.ether + ether <= policy.cap, POOL_FULL)
    minted = shares_for(pool, ether)
    after = Pool(pool.ether + ether, pool.shares + minted, pool.contained)
    worth = value_of(after, held + minted)
    require(not policy.cap_each or worth <= policy.cap_each, PERSON_FULL)
    return after, minted


def donate(pool: Pool, donor: int, ether: int) -> Pool:
    """A cover fund pays for a loss: ether without shares, for all holders alike."""
    require(ether > 0, EMPTY_DEPOSIT)
    check(donor, DONATE)
    return pool._replace(ether=pool.ether + ether)


def report(pool: Pool, balance: int, fee_bps: int, *, contained: bool) -> tuple[Pool, int]:
    """The oracle counts ``balance`` wei: the pool after, and shares minted for the collector.

    A fee is taken of gains only (``_onEarnings``); a loss falls on every share alike.
    """
    after = Pool(balance, pool.shares, contained)
    earned = balance - pool.ether
    if earned <= 0:
        return after, 0
    require(pool.shares > 0, ZERO_SHARES)
    below = balance * BPS - earned * fee_bps
    fee = div_floor(earned * pool.shares * fee_bps, below) if below else 0
    return after._replace(shares=pool.shares + fee), fee


# --- leaving ---------------------------------------------------------------------------


def request(
    pool: Pool, line: Line, initiator: int, recipient: int, shares: int
) -> tuple[Line, Request]:
    """Join the line with ``shares``, which the pool's line holds from now on.

    Reverts in containment, without the right, for a denied recipient, for nothing.
    """
    require(not pool.contained, CONTAINMENT)
    check(initiator, REDEEM)
    require(not is_denied(recipient), RECIPIENT_DENIED)
    require(shares > 0, ZERO_AMOUNT)
    made = Request(line.asked, shares, value_of(pool, shares))
    return line._replace(asked=line.asked + shares), made


def demand(line: Line) -> int:
    """Shares that wait without a withdrawal."""
    return line.asked - line.covered


def withdraw(pool: Pool, line: Line, available: int) -> tuple[Pool, Line, Withdrawal | None]:
    """Cover as much of the line as ``available`` wei reach, at today's rate.

    The covered shares are burned with their ether (``_reportWithdrawToRedeemManager``).
    Short of ether, shares are rounded down: who stays may pay up to the worth of one share.
    ``None`` when nothing waits or nothing is available; also when it would not buy a whole
    share, where the contract would make a withdrawal of no shares that nobody could claim.
    """
    shares = demand(line)
    ether = value_of(pool, shares)
    if ether > available:
        ether = available
        shares = mul_div_floor(available, pool.shares, pool.ether)
    if ether == 0 or shares == 0:
        return pool, line, None
    event = Withdrawal(line.covered, shares, ether)
    after = Pool(pool.ether - ether, pool.shares - shares, pool.contained)
    return after, line._replace(covered=line.covered + shares), event


def claim(
    line: Line,
    withdrawals: Sequence[Withdrawal],
    asked: Request,
    initiator: int,
    recipient: int,
) -> Claimed:
    """Pay what the withdrawals (all of them, in order) cover of ``asked``.

    Each covered stretch pays the lesser of its part of the withdrawal and of the request's
    worth; the rest stays in the line as ``exceeding``. Reverts for denied accounts, when
    all was claimed before, and while no withdrawal reaches it.
    """
    require(not is_denied(recipient), CLAIM_RECIPIENT_DENIED)
    require(not is_denied(initiator), CLAIM_INITIATOR_DENIED)
    require(asked.shares > 0, ALREADY_CLAIMED)
    require(asked.height < line.covered, NO_MATCH)
    place = bisect_right(withdrawals, asked.height, key=_height) - 1
    height, shares, most = asked
    paid = matched = exceeding = 0
    while shares > 0 and place < len(withdrawals):
        event = withdrawals[place]
        part = min(shares, event.height + event.shares - height)
        ether = mul_div_floor(part, event.ether, event.shares)
        worth = mul_div_floor(part, most, shares)
        exceeding += max(ether - worth, 0)
        ether = min(ether, worth)
        height, shares, most = height + part, shares - part, most - ether
        matched, paid = matched + part, paid + ether
        place += 1
    after = line._replace(exceeding=line.exceeding + exceeding)
    return Claimed(after, Request(height, shares, most), matched, paid)


def _height(event: Withdrawal) -> int:
    return event.height


def pull_exceeding(pool: Pool, line: Line, most: int) -> tuple[Pool, Line]:
    """At most ``most`` wei that claims left behind go back to those who stay."""
    moved = min(line.exceeding, most)
    back = pool._replace(ether=pool.ether + moved)
    return back, line._replace(exceeding=line.exceeding - moved)
