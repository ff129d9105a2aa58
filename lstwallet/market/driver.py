"""The one way time passes: what is due and what the market does, in order.

Session, lab, lessons and ``simulate`` all advance through a ``Driver``. At every whole
hour the market ticks: outside prices move, then the others act. Between, and at the same
second *after* the market, comes what the agenda has planned: a run that stops at an item
of a whole hour has that hour's tick behind it.

One step is one item of the agenda or one whole tick: whoever stops between two steps (a
cancel, a closed window, a power cut) leaves a world from which the same history goes on.
Nothing about the market is remembered outside the world: a fresh ``Driver`` for every
slice gives the same events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from lstwallet.engine import agenda, kernel
from lstwallet.engine.kernel import Command, Event
from lstwallet.engine.prices import SetPrices
from lstwallet.engine.refusals import Refusal
from lstwallet.engine.world import Draft
from lstwallet.market import catalogue as catalogues
from lstwallet.market.catalogue import Catalogue
from lstwallet.market.flows import Flows
from lstwallet.market.network import BaseFees, fee_model
from lstwallet.market.price_table import PriceTable, PriceTableError, read_price_table
from lstwallet.market.prices import PriceModel, PriceSource, RecordedPrices, SeededPrices
from lstwallet.market.random_streams import hour_of
from lstwallet.units.clock import HOUR, SimTime, next_after
from lstwallet.units.paths import resources
from lstwallet.units.records import make

SEEDED: Final = "seeded"
REPLAY: Final = "replay:"
REPLAYS: Final = ("steth_2022",)
"""The recorded series that are shipped."""
BP: Final = 10_000


class MarketConfig(NamedTuple):
    """What drives a world from outside; a profile keeps it beside its seed."""

    prices: str = SEEDED
    """``seeded``, ``replay:NAME`` for a shipped series, or the text of a price file."""
    flows: bool = True
    """Whether the others act. Liquidators always do: they are part of how lending works."""


class Step(NamedTuple):
    """One item of the agenda, or one whole tick of the market."""

    command: Command
    """What was due, or the tick's ``SetPrices``."""
    events: Sequence[Event]
    """All that came of it, the others' actions included."""


def price_table(config: MarketConfig) -> PriceTable | None:
    """The recorded prices that a configuration names, or ``None`` for the seeded process.

    Raises ``PriceTableError`` for an unknown name or a file with an error.
    """
    if config.prices == SEEDED:
        return None
    if not config.prices.startswith(REPLAY):
        return read_price_table(config.prices)
    name = config.prices.removeprefix(REPLAY)
    if name not in REPLAYS:
        raise PriceTableError(0, f"there is no shipped series called “{name[:40]}”")
    return read_price_table((resources() / "replays" / f"{name}.csv").read_text("utf-8"))


def price_model(catalogue: Catalogue) -> PriceModel:
    """The catalogue's parameters of the seeded processes."""
    return PriceModel(
        annual_volatility=catalogue.real("prices.eth.volatility"),
        degrees_of_freedom=catalogue.real("prices.eth.degrees_of_freedom"),
        usdc_noise=catalogue.real("prices.usdc.noise") / BP,
        basis_mean=catalogue.real("prices.basis.mean") / BP,
        basis_sd=catalogue.real("prices.basis.sd") / BP,
        basis_half_life_days=catalogue.real("prices.basis.half_life"),
    )


def price_source(config: MarketConfig, seed: int, catalogue: Catalogue) -> PriceSource:
    """Whatever says what things cost outside. Raises ``PriceTableError``."""
    table = price_table(config)
    model = price_model(catalogue)
    return SeededPrices(seed, model) if table is None else RecordedPrices(table, seed, model)


class Driver:
    """Advances a draft. Holds caches only: it may be made anew at any step."""

    def __init__(self, config: MarketConfig, seed: int, catalogue: Catalogue | None = None) -> None:
        """Raises ``CatalogueError`` or ``PriceTableError``."""
        numbers = catalogues.load() if catalogue is None else catalogue
        self.prices = price_source(config, seed, numbers)
        """Outside prices, and what the outside pays for stETH."""
        self._fees = BaseFees(seed, fee_model(numbers))
        self._flows = Flows(seed, numbers, self.prices, others=config.flows)
        self.refused: Counter[str] = Counter()
        """How many of the others' commands were refused, by command and refusal."""

    def steps(self, draft: Draft, until: SimTime) -> Iterator[Step]:
        """Apply to ``draft`` all that happens up to and including ``until``.

        Each step is applied when it is yielded. When the iteration comes to its end,
        ``draft.time`` is ``until``; no event says so. Raises ``ValueError`` for a moment
        that has passed.
        """
        if until < draft.time:
            raise ValueError(f"{until} lies before {draft.time}")
        tick = next_after(HOUR, draft.time)
        while True:
            due = agenda.next_due(draft)
            if due is not None and due.at < tick and due.at <= until:
                yield self._planned(draft, due)
            elif tick <= until:
                yield self._market(draft, tick)
                tick += HOUR
            else:
                break
        draft.time = until

    def _planned(self, draft: Draft, due: agenda.Due) -> Step:
        """An item of the agenda. It cannot be refused: that would be a bug."""
        draft.time = max(due.at, draft.time)
        events = kernel.handle(draft, due.command)
        assert events, f"{due.command} was due and did nothing"
        return make(Step, (due.command, events))

    def _market(self, draft: Draft, tick: SimTime) -> Step:
        """Prices move, gas included; then the others act, each seeing what the last one did."""
        draft.time = tick
        base_fee = 0 if draft.network is None else self._fees.at(tick)
        move = make(SetPrices, (*self.prices.at(tick, draft.prices), base_fee))
        events = list(kernel.handle(draft, move))
        for command in self._flows.commands(draft, hour_of(tick)):
            try:
                events.extend(kernel.handle(draft, command))
            except Refusal as refusal:
                self.refused[f"{type(command).__name__} {type(refusal).__name__}"] += 1
        return make(Step, (move, events))

    def advance(self, draft: Draft, until: SimTime) -> int:
        """Run all steps up to ``until``; how many events there were."""
        return sum(len(step.events) for step in self.steps(draft, until))
