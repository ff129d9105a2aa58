"""Why a command cannot be done. A refusal is data; the window makes the sentence.

Refusal
├── AmountRefused          something is wrong with a number that was typed
│   ├── NothingToDo        zero, or nothing left that the command could act on
│   ├── NotEnoughBalance   more than the account holds
│   │   └── NotEnoughAfterFee  more ether than is left when the network fee is paid
│   ├── BelowMinimum       less than the protocol takes
│   ├── AboveMaximum       more than the protocol takes at once
│   ├── NotAMultiple       not a multiple of what the protocol takes
│   └── BadRange           bounds that no range of prices can have
├── MarketRefused          the market or the pool cannot do it now
│   ├── NotEnoughLiquidity the pool or reserve holds less than was asked for
│   ├── CapReached         a supply or borrow cap
│   ├── SlippageExceeded   the price moved past the limit that was set
│   ├── Stopped            a protocol's committee has stopped it
│   └── FullySlashed       an operator whom services have slashed to nothing
├── DelegationRefused      restaked tokens and their operator
│   ├── AlreadyDelegated   to another operator
│   └── NotDelegated       to anybody
├── HealthRefused          the position would not be allowed
│   ├── HealthTooLow       the health factor would fall below 1
│   ├── NotEnoughCollateral the loan would exceed the loan-to-value limit
│   └── MultipleOutOfReach a loop cannot be brought to the multiple that was asked for
├── AddressRefused         something is wrong with the account or the address
│   ├── BadAddress         the text is not an address of this simulation
│   ├── SameAccount        it would go to the account that it comes from
│   ├── NotSendable        a token that stays with its account
│   └── TooManyAccounts    no further account can be opened
├── TimeRefused
│   └── NotReadyYet        a ticket or an exit that is still waiting
├── SigningRefused         the transaction around the calls cannot go through
│   ├── FeeNotPayable      too little ether for the network fee
│   ├── FeeAboveLimit      the base fee rose above what was agreed to
│   ├── NotApproved        a contract may not take that much
│   └── Moved              the outcome is not the one that the person saw
└── ProtocolRefused        a contract's own reason that has no sentence of its own yet

Each class names in ``field`` the input of the form that it stands beside.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass
class Refusal(Exception):
    """A command was refused; the world is unchanged."""

    def __post_init__(self) -> None:
        # The fields themselves: a text made here would fail for numbers of 4,301 digits,
        # and an exception made anew in another process gets its arguments back.
        super().__init__(*(getattr(self, field.name) for field in fields(self)))

    def __str__(self) -> str:
        return repr(self)

    __hash__ = Exception.__hash__

    @property
    def field(self) -> str:
        """The input of the form that caused it."""
        return "amount"


class AmountRefused(Refusal):
    """Something is wrong with a number that was typed."""


class MarketRefused(Refusal):
    """The market or the pool cannot do it now."""


class HealthRefused(Refusal):
    """The position would not be allowed."""


class AddressRefused(Refusal):
    """Something is wrong with the account or the address."""


class TimeRefused(Refusal):
    """It is too early."""


class SigningRefused(Refusal):
    """The transaction around the calls cannot go through."""


@dataclass
class NothingToDo(AmountRefused):
    """Zero, or nothing that the command could act on. ``what``: e.g. ``claim``, ``stake``."""

    what: str


@dataclass
class NotEnoughBalance(AmountRefused):
    """``wanted`` of ``token`` but only ``available``, in the token's base units (not shares)."""

    token: str
    wanted: int
    available: int


@dataclass
class NotEnoughAfterFee(NotEnoughBalance):
    """``available`` is what is left of the ether when ``fee`` wei are paid for the gas."""

    fee: int


@dataclass
class BelowMinimum(AmountRefused):
    """Less than ``minimum`` base units of ``token``; ``rule`` names the protocol's rule."""

    token: str
    wanted: int
    minimum: int
    rule: str


@dataclass
class AboveMaximum(AmountRefused):
    """More than ``maximum`` base units of ``token``; ``rule`` names the protocol's rule."""

    token: str
    wanted: int
    maximum: int
    rule: str


@dataclass
class NotAMultiple(AmountRefused):
    """Not a multiple of ``step`` base units of ``token``."""

    token: str
    wanted: int
    step: int


@dataclass
class BadRange(AmountRefused):
    """No range lies between the ticks ``lower`` and ``upper``.

    ``problem`` is ``order`` (lower must be below upper), ``reach`` (no price lies so far out)
    or ``spacing`` (only every so many ticks one may be used).
    """

    lower: int
    upper: int
    problem: str

    @property
    def field(self) -> str:
        return "range"


@dataclass
class NotEnoughLiquidity(MarketRefused):
    """The pool or reserve ``where`` has only ``available`` of ``token``."""

    where: str
    token: str
    wanted: int
    available: int


@dataclass
class CapReached(MarketRefused):
    """``kind`` is ``supply`` or ``borrow``; ``room`` base units are left under the cap."""

    token: str
    kind: str
    cap: int
    room: int


@dataclass
class SlippageExceeded(MarketRefused):
    """``received`` of ``token`` is below the ``minimum`` that was agreed to."""

    token: str
    received: int
    minimum: int


@dataclass
class Stopped(MarketRefused):
    """``what`` is stopped, one of ``guards.STOPS``."""

    what: str


@dataclass
class FullySlashed(MarketRefused):
    """Nothing can be delegated to ``operator`` any more."""

    operator: str


class DelegationRefused(Refusal):
    """Something is wrong with whom restaked tokens are delegated to."""

    @property
    def field(self) -> str:
        return "operator"


@dataclass
class AlreadyDelegated(DelegationRefused):
    """The account has an ``operator``; it has to leave that one first."""

    operator: str


@dataclass
class NotDelegated(DelegationRefused):
    """``account`` has no operator."""

    account: str


@dataclass
class HealthTooLow(HealthRefused):
    """The health factor (18 decimals) would fall from ``before`` to ``after``, below 1."""

    before: int
    after: int


@dataclass
class NotEnoughCollateral(HealthRefused):
    """Only ``available`` base units of ``token`` can be borrowed against the collateral."""

    token: str
    wanted: int
    available: int


@dataclass
class MultipleOutOfReach(HealthRefused):
    """A loop can be brought to ``reached`` (18 decimals) only, not to ``wanted``.

    ``limit`` says what binds: ``ltv``, ``liquidity``, ``borrow_cap``, ``supply_cap``,
    ``slippage`` or ``rounds``.
    """

    wanted: int
    reached: int
    limit: str

    @property
    def field(self) -> str:
        return "multiple"


@dataclass
class BadAddress(AddressRefused):
    """``problem`` is one of ``address.Problem``'s values."""

    problem: str

    @property
    def field(self) -> str:
        return "to"


@dataclass
class SameAccount(AddressRefused):
    """``account`` would send to itself."""

    account: str

    @property
    def field(self) -> str:
        return "to"


@dataclass
class NotSendable(AddressRefused):
    """``token`` stays with its account: what is supplied, or owed."""

    token: str


@dataclass
class TooManyAccounts(AddressRefused):
    """There are ``most`` accounts already."""

    most: int


@dataclass
class NotReadyYet(TimeRefused):
    """``what`` (a ticket, an exit) is ready between two moments (simulated seconds)."""

    what: str
    earliest: int
    latest: int


@dataclass
class FeeNotPayable(SigningRefused):
    """The network fee takes ``needed`` wei of ETH, ``available`` are there."""

    needed: int
    available: int


@dataclass
class FeeAboveLimit(SigningRefused):
    """Gas costs ``price`` wei, ``most`` was agreed to."""

    price: int
    most: int


@dataclass
class NotApproved(SigningRefused):
    """``spender`` would take ``wanted`` of ``token`` and is ``allowed`` less (base units)."""

    token: str
    spender: str
    wanted: int
    allowed: int


@dataclass
class Moved(SigningRefused):
    """The outcome differs from the one agreed to: (token, agreed, now) in base units."""

    changes: tuple[tuple[str, int, int], ...]


@dataclass
class ProtocolRefused(Refusal):
    """``protocol`` refused with its own ``reason``."""

    protocol: str
    reason: str
