"""Every command there is, in any order, with any numbers: nothing may break.

After each step the whole world is audited. What is refused changes nothing; what is done
equals its preview; every event survives its way through the journal's text, and the whole
history replayed gives the same world.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lstwallet.engine import address, kernel, quotes, signing, staking
from lstwallet.engine.concentrated import DeployConcentrated, OpenRange
from lstwallet.engine.guards import STOPS
from lstwallet.engine.kernel import Batch, Command, Transaction
from lstwallet.engine.lending import Borrow, Supply
from lstwallet.engine.lending_queue import queue_of
from lstwallet.engine.lending_view import owed_units, supplied_units
from lstwallet.engine.network import Approve, DeployNetwork
from lstwallet.engine.pools import AddLiquidity
from lstwallet.engine.refusals import NotApproved, Refusal
from lstwallet.engine.restaking_facts import (
    Delegate,
    DeployRestaking,
    QueueWithdrawal,
    Restake,
)
from lstwallet.engine.restaking_view import withdrawable
from lstwallet.engine.rocketpool import DeployRocketPool, MintReth
from lstwallet.engine.staking import RequestUnstake, Stake, Wrap, tickets_of
from lstwallet.engine.validators import StakeNatively
from lstwallet.engine.vaults import DeployVaults, DepositVault
from lstwallet.engine.wallet import Fund, WrapEth
from lstwallet.engine.world import YOU, Draft, World
from lstwallet.market import concentrated as concentrated_market
from lstwallet.market import restaking, rocketpool, vaults
from lstwallet.market.driver import Driver, MarketConfig
from lstwallet.market.genesis import tiny
from lstwallet.market.network import network_of
from lstwallet.store import codec, journal, replay
from lstwallet.units.amount import ALL, Wanted
from lstwallet.units.clock import DAY, HOUR, MINUTE
from lstwallet.units.fixed import WAD
from tests.small_world import old_world, small_world

TOKENS = ("ETH", "WETH", "stETH", "wstETH", "USDC", "rETH")
PAIRS = {
    "steth_eth": ("ETH", "stETH"), "usdc_eth": ("USDC", "ETH"), "reth_eth": ("ETH", "rETH"),
}  # fmt: skip
POOLS = tuple(PAIRS)
ETH = 10**18
PAYS_IN = {
    "Stake": "ETH",
    "StakeNatively": "ETH",
    "WrapEth": "ETH",
    "UnwrapEth": "WETH",
    "Wrap": "stETH",
    "Unwrap": "wstETH",
    "MintReth": "ETH",
    "BurnReth": "rETH",
}
"""What the amount of a command without a token field is of."""

OPERATORS = tuple(name for _, name in restaking.OPERATORS)
SERVICES = tuple(name for _, name in restaking.SERVICES)
RESERVES = ("WETH", "wstETH", "USDC")
MEANT = {
    "Supply": (*RESERVES, "ETH"),
    "Borrow": RESERVES,
    "RequestUnstake": ("stETH", "wstETH"),
    "Fund": ("ETH", "USDC"),
    **dict.fromkeys(
        ("DepositVault", "MintVault", "WithdrawVault", "RedeemVault", "DonateVault"),
        ("ETH", "WETH", "wstETH"),
    ),
}
LENT = ("Repay", "WithdrawSupply", "SwitchCollateral")
"""Their amounts are of what is lent or owed, not of what is in the wallet."""

Draw = Callable[[st.SearchStrategy[Any]], Any]

PARTS = st.sampled_from(
    ("part", "part", "dust", "whole", "zero", "huge", "negative", "over", "all", "part", "part")
)
"""Hypothesis likes the ends of a list: the useful ones stand there."""
ADDRESSES = (
    "sim1ycq8se22r8zjfft9sw9fjqcv5z4ypdqy0e75dy",
    "sim1ycq8se22r8zjfft9sw9fjqcv5z4ypdqy0e75dx",
)
"""Somebody else's, and one with a slip."""


def of_account(world: World) -> Callable[[str], str]:
    """The addresses of one's own accounts."""
    return lambda account: address.of_account(world, account)


SMALL = st.integers(0, 10)
BY_NAME: dict[str, Callable[[World], st.SearchStrategy[Any]]] = {
    "account": lambda world: st.sampled_from(
        (YOU, YOU, YOU, *sorted(world.positions)[:2], *world.accounts, YOU, YOU, YOU)
    ),
    "borrower": lambda world: st.sampled_from((YOU, *sorted(world.positions))),
    "to": lambda world: st.sampled_from(ADDRESSES + tuple(map(of_account(world), world.accounts))),
    "token_out": lambda world: st.sampled_from(TOKENS),
    "pool": lambda world: st.sampled_from((*POOLS, "route", "nowhere", *POOLS)),
    "ticket": lambda world: st.sampled_from((ALL, 0, 10**9, *sorted(world.tickets), ALL)),
    "validator": lambda world: st.sampled_from((ALL, 0, 10**9, *sorted(world.validators), ALL)),
    "min_out": lambda world: st.sampled_from((0, 0, 0, 10**30, 1, 0, 0)),
    "min_lp": lambda world: st.sampled_from((0, 0, 0, 10**30, 1, 0, 0)),
    "max_lp": lambda world: st.sampled_from((10**40, 10**40, 10**20, 1, 0)),
    "base_fee": lambda world: st.sampled_from((0, 1, 10**9, 10**12, -1, 7 * 10**8)),
    "spender": lambda world: st.sampled_from(("aave", "wsteth", "router", "", YOU, "aave")),
    "number": lambda world: st.integers(-1, 2),
    "most": lambda world: st.integers(0, 20),
    "eth": lambda world: st.integers(world.prices.eth // 3 - 1, world.prices.eth * 2),
    "usdc": lambda world: st.integers(95_000_000, 105_000_000),
    "gwei": lambda world: st.integers(-1, 10**6 * 10**9),
    "participation": lambda world: st.integers(-1, 10_001),
    "execution": lambda world: st.integers(-1, 10**19),
    "consensus": lambda world: st.integers(-(10**21), 10**21),
    "budget": lambda world: st.integers(0, 10**23),
    "border": lambda world: st.integers(0, world.staking.queue.last_id + 1),
    "period": lambda world: st.integers(1, 3 * DAY),
    "future_a": lambda world: st.integers(0, 2_000_000),
    "seconds": lambda world: st.integers(0, 30 * DAY),
    "oracle": lambda world: st.sampled_from(("market", "exchange", "capped", "nowhere")),
    "growth": lambda world: st.integers(-1, 2_000),
    "blocks": lambda world: st.integers(-1, 10_000),
    "what": lambda world: st.sampled_from((*STOPS, "nowhere")),
    "asset": lambda world: st.sampled_from(("WETH", "wstETH", "DOGE")),
    "part": lambda world: st.sampled_from((WAD // 10, WAD, 1, 0, -1, WAD + 1)),
    "shares": lambda world: st.sampled_from((10**18, 1, 10**9, 0, -1, 10**24, 2**256)),
    "lower": lambda world: st.sampled_from((-60, 1_900, 1_980, 2_050, 10**6, -(10**6), 1_950)),
    "upper": lambda world: st.sampled_from((1_900, 2_010, 2_020, 2_100, 10**6, 60, 3_000)),
    "range_id": lambda world: st.sampled_from((0, 10**9, *sorted(world.ranges)[-3:] * 3)),
    "min_liquidity": lambda world: st.sampled_from((0, 0, 0, 10**30, 1, 0, 0)),
    "limit": lambda world: st.sampled_from((0, 0, 0, 2**96, 1, -1, 2**160, 0)),
    "blueprint": lambda world: st.just(rocketpool.blueprint(SMALL)),
    "founding": lambda world: st.just(restaking.founding(SMALL)),
    "operator": lambda world: st.sampled_from((*OPERATORS, "Nobody", OPERATORS[1])),
    "service": lambda world: st.sampled_from((*SERVICES, "Nobody", SERVICES[0])),
    "escrow": lambda world: st.sampled_from((ALL, 0, *sorted(world.escrows), ALL)),
}


def holding(world: World, token: str, kind: str = "") -> int:
    """What you have of a token for that kind of command, in the units it is given in."""
    if kind == "QueueWithdrawal":
        tokens = [each.token for each in world.restaking.strategies] if world.restaking else []
        return withdrawable(world, YOU, tokens.index(token)) if token in tokens else 0
    if kind in LENT and token in RESERVES:
        owed = kind == "Repay"
        return (owed_units if owed else supplied_units)(world, YOU, token)
    if token == "stETH":
        return staking.steth_of(world, YOU)
    return world.balance(YOU, token)


def likely(world: World, kind: str) -> list[str]:
    """Tokens that the command has something to do with; they come up more often."""
    tokens = MEANT.get(kind, RESERVES if kind in LENT else TOKENS)
    return [token for token in tokens if kind in ("Borrow", "Fund") or holding(world, token, kind)]


def some(draw: Draw, available: int, *, integers_only: bool = False) -> Wanted:
    """A number that has to do with what is available, or one that should be refused."""
    match draw(PARTS):
        case "part":
            return max(available, 1) * draw(st.integers(1, 999)) // 1_000
        case "all":
            return available if integers_only else ALL
        case "whole":
            return available
        case "over":
            return available + draw(st.integers(1, 10**19))
        case "dust":
            return draw(st.integers(1, 200))
        case "zero":
            return 0
        case "negative":
            return -draw(st.integers(1, 10**20))
        case _:
            return 10 ** draw(st.integers(20, 60))


def made_up(kind: type, world: World, draw: Draw) -> Command:
    """A command of a kind, its fields drawn by their names and types."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for name in kind._fields:  # type: ignore[attr-defined]
        values[name] = field(kind.__name__, name, hints[name], values, world, draw)
    return kind(**values)


def field(kind: str, name: str, hint: Any, before: dict[str, Any], world: World, draw: Draw) -> Any:
    """One field; ``before`` holds the fields in front of it."""
    pool = before.get("pool", "steth_eth")
    known = pool if pool in POOLS else "steth_eth"
    pair = ("wstETH", "ETH") if "Range" in kind else PAIRS[known]
    if get_origin(hint) is Literal:
        return draw(st.sampled_from(get_args(hint)))
    if get_origin(hint) is tuple:
        if name == "min_out":
            return (0, draw(BY_NAME["min_out"](world)))
        exact = get_args(hint) == (int, int)
        return tuple(some(draw, holding(world, each), integers_only=exact) for each in pair)
    if hint == Wanted and name not in ("ticket", "validator", "escrow"):
        token = before.get("token") or before.get("token_in") or PAYS_IN.get(kind, "ETH")
        if name == "lp":
            token = f"LP:{known}"
        if name == "liquidity":
            mine = world.ranges.get(before["range_id"])
            return some(draw, mine.position.liquidity if mine else 10**20)
        if kind == "StakeNatively" and draw(st.booleans()):
            return draw(st.integers(1, 4)) * 32 * ETH
        return some(draw, holding(world, token, kind))
    if name in ("token", "token_in", "collateral", "debt"):
        return draw(
            st.sampled_from((*likely(world, kind) * 2, *TOKENS, "DOGE", *likely(world, kind)))
        )
    if name == "token_out" and pool in POOLS and draw(st.booleans()):
        return draw(st.sampled_from(PAIRS[pool]))
    if name == "units":
        return draw(st.sampled_from((0, -1, 1, 10**9, 10**18, 40 * 10**18, 10**24, 10**60)))
    if hint is bool:
        return draw(st.booleans())
    return draw(BY_NAME[name](world))


SOMETHING_OF_EVERYTHING = (
    Stake(YOU, 150 * ETH),
    Wrap(YOU, 60 * ETH),
    WrapEth(YOU, 40 * ETH),
    Supply(YOU, "wstETH", 20 * ETH),
    Supply(YOU, "WETH", 10 * ETH),
    Borrow(YOU, "USDC", 30_000 * 10**6),
    AddLiquidity(YOU, "steth_eth", (10 * ETH, 20 * ETH), 0),
    AddLiquidity(YOU, "usdc_eth", (9_000 * 10**6, 3 * ETH), 0),
    MintReth(YOU, 30 * ETH),
    Restake(YOU, "stETH", 15 * ETH),
    Delegate(YOU, "Harbour Nodes"),
    Restake(YOU, "rETH", 5 * ETH),
    QueueWithdrawal(YOU, "stETH", 5 * ETH),
    AddLiquidity(YOU, "reth_eth", (10 * ETH, 10 * ETH), 0),
    StakeNatively(YOU, 64 * ETH),
    RequestUnstake(YOU, 5 * ETH),
    DepositVault(YOU, "ETH", 15 * ETH),
    DepositVault(YOU, "wstETH", 5 * ETH),
    OpenRange(YOU, 1_900, 2_100, (9 * ETH, 11 * ETH)),
)
"""Most stories begin in the middle of things."""

SMALL = tiny()
"""The catalogue of the small world; read once."""

DEPLOYED = (DeployNetwork, DeployVaults, DeployConcentrated)
"""Commands that found a mechanism in an older world: once, and it was so from the beginning."""
WHOLE = (Batch, Transaction, *DEPLOYED)
KINDS = sorted((kind for kind in kernel.COMMANDS.values() if kind not in WHOLE), key=repr)
OFTEN = [kind for kind in KINDS if "account" in kind._fields]  # type: ignore[attr-defined]


def of(*areas: str) -> st.SearchStrategy[type]:
    """Kinds of command that an account can give in some areas."""
    names = {f"lstwallet.engine.{area}" for area in areas}
    modules = [area for area in kernel.AREAS if area.__name__ in names]
    assert len(modules) == len(names)
    return st.sampled_from(
        [kind for area in modules for kind in area.DECIDE if "account" in kind._fields]
    )


def told(work: Callable[[], Any]) -> Any:
    """What the engine answers, be it a refusal."""
    try:
        return work()
    except Refusal as refusal:
        return refusal


def attentive(world: World) -> Draft:
    """A draft that has begun to remember what it keeps beside the world."""
    draft = Draft(world)
    tickets_of(draft, YOU)
    queue_of(draft)
    return draft


def remembers(draft: Draft, world: World) -> None:
    """What a draft keeps beside the world is what a look at the world finds."""
    for account in {ticket.account for ticket in world.tickets.values()} | {YOU}:
        assert tickets_of(draft, account) == tickets_of(world, account)
    kept, found = queue_of(draft), queue_of(world)
    assert {pair: line for pair, line in kept.pairs.items() if line} == found.pairs
    assert (kept.waiting, kept.others) == (found.waiting, found.others)


class Life(RuleBasedStateMachine):
    """One world, whatever happens to it."""

    def __init__(self) -> None:
        super().__init__()
        self.world = small_world()
        self.lines: list[str] = []
        self.driver: Driver | None = None

    @initialize(flows=st.booleans(), seed=st.integers(0, 4))
    def begin(self, flows: bool, seed: int) -> None:
        born, self.world = journal.birth(old_world(seed) if seed == 4 else small_world(seed))
        self.driver = Driver(MarketConfig(flows=flows), seed, SMALL)
        self.lines = [codec.encode_event(born)]
        self.hash = codec.world_hash(self.world)
        self.do(Fund(YOU, "ETH", 500 * 10**18))
        self.do(Fund(YOU, "USDC", 500_000 * 10**6))
        before = self.world.events
        if seed == 4:
            self.do(DeployRocketPool(rocketpool.blueprint(SMALL)))
            self.do(DeployNetwork(network_of(SMALL, seed, self.world.time)))
            self.do(vaults.founding(SMALL))
            self.do(concentrated_market.founding(SMALL))
            assert self.world.concentrated is not None
            self.do(DeployRestaking(restaking.founding(SMALL)))
            assert self.world.rocketpool is not None
            assert self.world.network is not None
            assert self.world.vaults
            before = self.world.events
        for command in SOMETHING_OF_EVERYTHING if seed != 3 else ():
            self.do(command)
            assert self.world.events > before, f"{command} was refused"
            before = self.world.events

    def do(self, command: Command) -> None:
        """Preview, execute, compare."""
        before = self.world
        draft = attentive(before)
        quote = told(lambda: quotes.preview(before, command))
        events = told(lambda: tuple(kernel.handle(draft, command)))
        if isinstance(events, Refusal):
            assert quote == events, f"{command}: previewed {quote}, refused {events}"
            assert codec.world_hash(draft.freeze()) == self.hash, f"refused, but changed: {command}"
            return
        assert isinstance(quote, quotes.Quote), f"{command}: previewed {quote}, was done"
        assert quote.events == events
        after = draft.freeze()
        assert quote.after == after
        assert codec.world_hash(before) == self.hash, f"{command} wrote into a published world"
        assert after.time == before.time
        assert after.events == before.events + len(events)
        remembers(draft, after)
        self.took(after, events)

    def took(self, world: World, events: tuple[Any, ...]) -> None:
        self.lines.extend(map(codec.encode_event, events))
        self.world = world
        self.hash = codec.world_hash(world)

    @rule(kind=of("wallet", "accounts", "staking"), data=st.data())
    def stake_and_wrap(self, kind: type, data: st.DataObject) -> None:
        self.do(made_up(kind, self.world, data.draw))

    @rule(kind=of("lending"), data=st.data())
    def lend(self, kind: type, data: st.DataObject) -> None:
        self.do(made_up(kind, self.world, data.draw))

    @rule(kind=of("pools"), data=st.data())
    def pool_and_swap(self, kind: type, data: st.DataObject) -> None:
        self.do(made_up(kind, self.world, data.draw))

    @rule(kind=of("restaking"), data=st.data())
    def restake(self, kind: type, data: st.DataObject) -> None:
        self.do(made_up(kind, self.world, data.draw))

    @rule(kind=of("rocketpool"), data=st.data())
    def mint_and_burn_reth(self, kind: type, data: st.DataObject) -> None:
        self.do(made_up(kind, self.world, data.draw))

    @rule(kind=of("concentrated"), data=st.data())
    def provide_in_ranges(self, kind: type, data: st.DataObject) -> None:
        self.do(made_up(kind, self.world, data.draw))

    @rule(kind=of("validators"), data=st.data())
    def stake_natively(self, kind: type, data: st.DataObject) -> None:
        self.do(made_up(kind, self.world, data.draw))

    @rule(kind=st.sampled_from(KINDS), data=st.data())
    def whatever(self, kind: type, data: st.DataObject) -> None:
        self.do(made_up(kind, self.world, data.draw))

    @rule(kinds=st.lists(st.sampled_from(OFTEN), min_size=1, max_size=3), data=st.data())
    def batch(self, kinds: list[type], data: st.DataObject) -> None:
        self.do(Batch(tuple(made_up(kind, self.world, data.draw) for kind in kinds)))

    @rule(
        kinds=st.lists(st.sampled_from(OFTEN), min_size=1, max_size=3),
        most=st.sampled_from((10**15, 0, 10**15)),
        unlimited=st.booleans(),
        agreed=st.sampled_from(("", "seen", "off")),
        data=st.data(),
    )
    def sign(
        self, kinds: list[type], most: int, unlimited: bool, agreed: str, data: st.DataObject
    ) -> None:
        """A transaction: with the approvals it needs where they can be told."""
        calls = tuple(made_up(kind, self.world, data.draw) for kind in kinds)
        calls = tuple(call._replace(account=YOU) for call in calls)
        signed = told(lambda: signing.sign(self.world, YOU, calls, unlimited=unlimited))
        if not isinstance(signed, Transaction):
            signed = Transaction(YOU, calls, most)
        elif most:
            quote = told(lambda: quotes.preview(self.world, signed))
            if isinstance(quote, NotApproved):  # what they approve themselves may be too little
                own = {call[1:3] for call in calls if type(call) is Approve}
                assert (quote.token, quote.spender) in own, f"{signed} is {quote}"
                return
            assert isinstance(quote, quotes.Quote), f"{signed} was prepared and is {quote}"
            if agreed:
                signed = signing.agree(signed, quote)
            if agreed == "off":
                signed = signed._replace(agreed=(*signed.agreed, ("none", 1)))
        self.do(signed)

    @rule(seconds=st.sampled_from((1, MINUTE, HOUR, 5 * HOUR + 17, DAY)))
    def time_passes(self, seconds: int) -> None:
        assert self.driver is not None
        self.passes(self.driver, seconds)

    @rule(days=st.sampled_from((12, 33)))
    def a_long_time_passes(self, days: int) -> None:
        """Without the others: long enough for tickets, validators and interest."""
        self.passes(Driver(MarketConfig(flows=False), 5, SMALL), days * DAY)

    def passes(self, driver: Driver, seconds: int) -> None:
        draft = attentive(self.world)
        events: list[Any] = []
        for step in driver.steps(draft, self.world.time + seconds):
            events.extend(step.events)
        assert draft.time == self.world.time + seconds
        self.took(draft.freeze(), tuple(events))
        remembers(draft, self.world)

    @rule()
    def reopened(self) -> None:
        """A snapshot is the same world again."""
        world = replay.unpack(replay.pack(self.world))
        assert world == self.world
        self.world = world

    @invariant()
    def sound(self) -> None:
        assert kernel.audit(self.world) == []

    def teardown(self) -> None:
        if not self.lines:
            return
        events = [codec.decode_event(line) for line in self.lines]
        draft = Draft(events[0].world)
        draft.events = 0
        kernel.replay(draft, events)
        draft.time = self.world.time
        assert codec.world_hash(draft.freeze()) == self.hash


class Nightly(Life):
    """The same for a whole night."""


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)

TestNightly = pytest.mark.nightly(Nightly.TestCase)
TestNightly.settings = settings(max_examples=2_000, stateful_step_count=40, deadline=None)


def test_every_kind_of_command_can_be_made_up() -> None:
    """A new command must not be left out."""
    world = small_world()
    for kind in KINDS:
        for name, hint in get_type_hints(kind).items():
            plain = get_origin(hint) in (Literal, tuple) or hint in (Wanted, bool)
            by_hand = name in ("units", "token", "token_in", "collateral", "debt")
            assert plain or by_hand or name in BY_NAME, f"{kind.__name__}.{name}"
    assert holding(world, "stETH") == 0
