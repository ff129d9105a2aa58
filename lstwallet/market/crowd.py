"""Who is there when a world begins: seeded sizes and healths, as integers of a blueprint.

The totals are the catalogue's; how they are spread over accounts is drawn. Shares are
log-normal: a few large accounts and many small ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from lstwallet.engine.genesis import Purse, Wait
from lstwallet.engine.lending_facts import LIQUIDATORS, Loan
from lstwallet.market.accounts import ARBITRAGE, REDEEMER, accounts, loan_tokens
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.flows.sizes import units
from lstwallet.market.random_streams import Dice, Stream

SHARE_SPREAD: Final = 1.0
"""Standard deviation of the logarithm of an account's share."""
DECIMALS: Final = {"ETH": 18, "stETH": 18, "wstETH": 18, "WETH": 18, "USDC": 6}
RESERVES: Final = {"ETH": "WETH", "wstETH": "wstETH", "USDC": "USDC"}
"""Token at the door → name of its reserve."""
LOWEST_HEALTH: Final = {0: 1.15, 1: 1.03}
"""No loan begins below this, outside and inside the efficiency mode."""
SHORT_ETH: Final = 0.03
"""Part of the borrowed ETH that is lent against USDC instead of staked ETH."""
MEDIAN_WAIT: Final = 300
LARGEST_WAIT: Final = 1_000
"""stETH in one withdrawal request."""
ARBITRAGE_PART: Final = 1 / 3
"""Part of the purses that the arbitrageur and the redeemer hold, half each."""


class Crowd:
    """Draws the crowd of one world, always in the same order."""

    def __init__(self, seed: int, catalogue: Catalogue, eth_usd: float) -> None:
        self._rng = Dice(seed).roll(Stream.CROWD, 0)
        self._catalogue = catalogue
        self._rate = catalogue.real("lido.state.ether_per_share")
        self._dollars = eth_usd / catalogue.real("world.start.eth_usd")
        """Dollar totals are meant for the catalogue's price of ETH and move with it."""
        self._usd = {"ETH": eth_usd, "wstETH": eth_usd * self._rate, "USDC": 1.0}
        self.loans = self._loans()
        self.deposits = self._deposits()
        self.spent = self._spent()
        self.purses = self._purses()
        self.waits = self._waits()

    def _shares(self, count: int) -> list[float]:
        """``count`` positive numbers that sum to one."""
        drawn = self._factors(SHARE_SPREAD, count)
        whole = math.fsum(drawn)
        return [each / whole for each in drawn]

    def _factors(self, spread: float, count: int) -> list[float]:
        """``count`` log-normal numbers around one.

        Not by ``np.exp``: its last bit depends on what vector instructions the machine has.
        """
        return [math.exp(spread * drawn) for drawn in self._rng.standard_normal(count).tolist()]

    def _reserve(self, token: str, key: str) -> float:
        return self._catalogue.real(f"aave_v3.reserve.{RESERVES[token]}.{key}")

    def _borrowed(self, token: str) -> float:
        """Tokens of a reserve that are lent out."""
        return self._total(token) * self._reserve(token, "utilisation")

    def _total(self, token: str) -> float:
        """Tokens supplied to a reserve."""
        return self._reserve(token, "supplied") * (self._dollars if token == "USDC" else 1)

    def _loan(
        self, who: str, tokens: tuple[str, str], owed: float, health: float, emode: int
    ) -> Loan:
        """The loan of ``owed`` tokens that has that health, with what it is backed by."""
        pledge, debt = tokens
        threshold = self._reserve(pledge, "liquidation_threshold")
        if emode:
            threshold = self._catalogue.real("aave_v3.emode.eth_correlated.liquidation_threshold")
        value = owed * self._usd[debt] * max(health, LOWEST_HEALTH[emode])
        needed = value / threshold / self._usd[pledge]
        return Loan(who, pledge, _units(needed, pledge), debt, _units(owed, debt), emode)

    def _spread(self, kind: str, count: int) -> list[float]:
        """``count`` factors around one with the spread of that kind of loan."""
        spread = self._catalogue.real(f"crowd.health.{kind}_spread")
        return self._factors(spread, count)

    def _loans(self) -> tuple[Loan, ...]:
        """Loops in the efficiency mode, then loans between ETH, staked ETH and USDC."""
        real = self._catalogue.real
        eth, usdc, wsteth = (self._borrowed(token) for token in ("ETH", "USDC", "wstETH"))
        loops = accounts("looper", self._catalogue)
        far = real("crowd.health.loops_median") - 1
        shares, factors = self._shares(len(loops)), self._spread("loops", len(loops))
        found = [
            self._loan(who, ("wstETH", "ETH"), eth * (1 - SHORT_ETH) * share, 1 + far * factor, 1)
            for who, share, factor in zip(loops, shares, factors, strict=True)
        ]
        others = accounts("borrower", self._catalogue)
        kinds = [loan_tokens(number) for number in range(len(others))]
        owed = self._owed(kinds, {"USDC": usdc, "ETH": eth * SHORT_ETH, "wstETH": wsteth})
        usual = real("crowd.health.loans_median")
        factors = self._spread("loans", len(others))
        for who, tokens, amount, factor in zip(others, kinds, owed, factors, strict=True):
            found.append(self._loan(who, tokens, amount, usual * factor, 0))
        return tuple(found)

    def _owed(self, kinds: Sequence[tuple[str, str]], totals: dict[str, float]) -> list[float]:
        """Tokens owed by each loan so that each debt sums to its total."""
        shares = self._shares(len(kinds))
        sums: dict[str, float] = {}
        for (_, debt), share in zip(kinds, shares, strict=True):
            sums[debt] = sums.get(debt, 0.0) + share
        return [
            totals[debt] * share / sums[debt]
            for (_, debt), share in zip(kinds, shares, strict=True)
        ]

    def _deposits(self) -> tuple[Loan, ...]:
        """What lenders supply: the rest of each reserve after the borrowers' collateral."""
        lenders = accounts("lender", self._catalogue)
        found = []
        for token in ("ETH", "USDC", "wstETH"):
            pledged = sum(loan.supplied for loan in self.loans if loan.collateral == token)
            rest = self._total(token) - pledged / 10 ** DECIMALS[token]
            shares = self._shares(len(lenders))
            for who, share in zip(lenders, shares, strict=True):
                if rest > 0:
                    found.append(Loan(who, token, _units(rest * share, token), token, 0, 0))
        return tuple(found)

    def _spent(self) -> tuple[Purse, ...]:
        """What borrowers no longer have of their loans (borrowed wstETH is kept)."""
        gone = 1 - self._catalogue.real("crowd.purses.kept")
        return tuple(
            Purse(loan.account, loan.debt, int(loan.borrowed * gone))
            for loan in self.loans
            if loan.debt != "wstETH"
        )

    def _purses(self) -> tuple[Purse, ...]:
        """What the others hold, spread over those who spend it."""
        real = self._catalogue.real
        kinds = ("trader", "provider", "lender")
        spenders = [who for kind in kinds for who in accounts(kind, self._catalogue)]
        found = []
        for token, path in (("ETH", "eth"), ("USDC", "usdc"), ("stETH", "steth")):
            total = real(f"crowd.purses.{path}") * (self._dollars if token == "USDC" else 1)
            for who in (ARBITRAGE, REDEEMER):
                if (who, token) != (REDEEMER, "stETH"):  # it redeems all it has
                    found.append(Purse(who, token, _units(total * ARBITRAGE_PART / 2, token)))
            rest = total * (1 - ARBITRAGE_PART)
            for who, share in zip(spenders, self._shares(len(spenders)), strict=True):
                found.append(Purse(who, token, _units(rest * share, token)))
        stakers = accounts("staker", self._catalogue)
        for token, path in (("ETH", "stakers_eth"), ("stETH", "stakers_steth")):
            total = real(f"crowd.purses.{path}")
            for who, share in zip(stakers, self._shares(len(stakers)), strict=True):
                found.append(Purse(who, token, _units(total * share, token)))
        half = real("crowd.purses.liquidators_eth") / 2
        found.append(Purse(LIQUIDATORS, "ETH", _units(half, "ETH")))
        found.append(Purse(LIQUIDATORS, "WETH", _units(half, "WETH")))
        dollars = real("crowd.purses.liquidators_usdc") * self._dollars
        found.append(Purse(LIQUIDATORS, "USDC", _units(dollars, "USDC")))
        return tuple(found)

    def _waits(self) -> tuple[Wait, ...]:
        """Requests that wait already: sizes drawn until the catalogue's total is reached."""
        stakers = accounts("staker", self._catalogue)
        left = self._catalogue.real("lido.state.waiting")
        found: list[Wait] = []
        while left >= 1:
            size = MEDIAN_WAIT * math.exp(float(self._rng.standard_normal()))
            size = min(size, LARGEST_WAIT, left)
            left -= size
            found.append(Wait(stakers[len(found) % len(stakers)], _units(size, "stETH")))
        return tuple(wait for wait in found if wait.steth > 0)


def _units(amount: float, token: str) -> int:
    """Base units, rounded down to a millionth of a token."""
    return units(amount, DECIMALS[token])
