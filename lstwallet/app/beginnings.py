"""How a new profile begins: empty with play money, as the demo portfolio, or as a file says.

The demo portfolio is nothing but commands in the order a person would give them, each signed
as the window signs it, on the real prices of May to July 2022, with time passing between them. A
wallet that a file fills is filled by one batch, see ``holdings``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

from lstwallet.app import holdings, profiles, safe
from lstwallet.app.door.portfolio import Portfolio
from lstwallet.app.session import Session
from lstwallet.engine.kernel import Batch, Command
from lstwallet.engine.lending import Borrow, Supply
from lstwallet.engine.pools import AddLiquidity, Swap
from lstwallet.engine.rocketpool import MintReth
from lstwallet.engine.signing import prepare
from lstwallet.engine.staking import RequestUnstake, Stake, Wrap
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU, is_yours
from lstwallet.ledger.entries import Account
from lstwallet.market.driver import MarketConfig
from lstwallet.market.genesis import genesis
from lstwallet.store import mark
from lstwallet.units.clock import DAY

Kind = Literal["empty", "demo"]
SEED: Final = 7
ETH: Final = 10**18
USDC: Final = 10**6
EMPTY: Final = MarketConfig()
DEMO: Final = MarketConfig("replay:steth_2022")
START_ETH: Final = 100 * ETH
START_USDC: Final = 50_000 * USDC

Step = Command | int
"""A command, or how many seconds pass."""

DEMO_STEPS: Final[tuple[Step, ...]] = (
    Fund(YOU, "ETH", START_ETH),
    Fund(YOU, "USDC", START_USDC),
    Stake(YOU, 32 * ETH),
    3 * DAY,
    Batch((Wrap(YOU, 12 * ETH), Supply(YOU, "wstETH", 9 * ETH))),
    2 * DAY,
    Borrow(YOU, "USDC", 6_000 * USDC),
    4 * DAY,
    Batch((Stake(YOU, 10 * ETH), AddLiquidity(YOU, "steth_eth", (6 * ETH, 5 * ETH), 0))),
    8 * DAY,
    Swap(YOU, "usdc_eth", "USDC", 4_000 * USDC, 1, "ETH"),
    1 * DAY,
    MintReth(YOU, 8 * ETH),
    8 * DAY,
    RequestUnstake(YOU, 3 * ETH),
    2 * DAY,
)
"""Two stakes and some rETH, a loan against wstETH, a pool share, a swap and a ticket that waits."""


def free_path(name: str = profiles.DEFAULT_NAME) -> tuple[str, Path]:
    """A name that no profile has yet, counted up from ``name``, and its file."""
    fresh = profiles.free_name(name)
    return fresh, profiles.path_of(fresh)


def create(
    kind: Kind,
    *,
    name: str = "",
    path: Path | None = None,
    seed: int = SEED,
    market: MarketConfig | None = None,
    portfolio: Portfolio | None = None,
    gate: Callable[[], None] | None = None,
    secrets: Sequence[safe.Secret] = (safe.NOTHING,),
) -> Session:
    """A new profile in the profiles' folder (or at ``path``), open.

    ``market`` is by default the seeded one, and for the demo portfolio the real prices of 2022.
    ``portfolio``: what an empty one holds, instead of the play money of the others.
    ``secrets``: what opens it. Raises ``StoreError``, ``KeysError``, ``CatalogueError``,
    ``PriceTableError`` or a ``Refusal``; nothing is left behind then.
    """
    if market is None:
        market = DEMO if kind == "demo" else EMPTY
    if path is None:
        name, path = free_path(name or ("Demo portfolio" if kind == "demo" else "Main"))
    world = genesis(seed, market=market)
    session = safe.begin_profile(path, world, market, name=name or path.stem, secrets=secrets)
    try:
        if portfolio is not None:
            play(session, (holdings.fill(session.world, portfolio),), gate)
        else:
            play(session, DEMO_STEPS if kind == "demo" else DEMO_STEPS[:2], gate, signed=True)
    except BaseException:
        session.close()
        path.unlink(missing_ok=True)
        safe.delete_keys(path)
        mark.remove(path)
        raise
    return session


def play(
    session: Session,
    steps: tuple[Step, ...],
    gate: Callable[[], None] | None = None,
    *,
    signed: bool = False,
) -> None:
    """Give the commands and let the time pass. Raises the refusal of a refused command.

    ``signed``: each as a transaction of the account of the user's that gives it; play money,
    and what no account of the user's gives, is none.
    """
    for step in steps:
        if isinstance(step, int):
            session.advance(session.world.time + step, gate=gate)
            continue
        signer = _signer(step) if signed else ""
        outcome = session.execute(
            prepare(session.world, signer, step).transaction if signer else step
        )
        if outcome.refusal is not None:
            raise outcome.refusal


def _signer(step: Command) -> Account:
    """Who signs the command, or the first of a batch; nobody for what is no transaction."""
    first = step.commands[0] if isinstance(step, Batch) else step
    account = getattr(first, "account", "")
    return account if account and is_yours(account) and not isinstance(step, Fund) else ""
