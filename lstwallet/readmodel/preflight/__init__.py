"""Before signing: every rule that concerns an action, what it found, and how grave that is.

``findings`` looks at the command itself and at what it would do, never at what a form
says. One place decides what is noted, warned of, to be accepted or typed, and refused; the
window only shows it. The thresholds are those of EXPERIENCE.md; ``SOURCES`` names for each
rule the row that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from lstwallet.engine import kernel
from lstwallet.engine.accounts import Send
from lstwallet.engine.concentrated_facts import AddToRange, OpenRange
from lstwallet.engine.kernel import Batch, Command
from lstwallet.engine.lending_facts import (
    Borrow,
    ChooseEMode,
    Repay,
    Supply,
    SwitchCollateral,
    WithdrawSupply,
)
from lstwallet.engine.network import Approve, FeePaid
from lstwallet.engine.pools_facts import AddLiquidity, RemoveLiquidity, Swap
from lstwallet.engine.quotes import Quote
from lstwallet.engine.restaking_facts import (
    CompleteWithdrawal,
    Delegate,
    QueueWithdrawal,
    Restake,
    Undelegate,
)
from lstwallet.engine.rocketpool_facts import BurnReth, MintReth
from lstwallet.engine.staking_facts import Claim, RequestUnstake, Stake, Unwrap, Wrap
from lstwallet.engine.transactions import Transaction
from lstwallet.engine.validators_facts import LeaveNatively, StakeNatively
from lstwallet.engine.vaults_facts import (
    DepositVault,
    DonateVault,
    MintVault,
    RedeemVault,
    WithdrawVault,
)
from lstwallet.engine.wallet import UnwrapEth, WrapEth
from lstwallet.engine.world import Draft, World
from lstwallet.ledger.entries import Account
from lstwallet.readmodel.preflight import (
    borrowing,
    paying,
    providing,
    ranges,
    restaking,
    rocketpool,
    sending,
    staking,
    trading,
    vaults,
)
from lstwallet.readmodel.preflight.records import (
    CONSENTS,
    DANGER,
    FORBIDDEN,
    NOTE,
    SAFE,
    SEVERITIES,
    TICK,
    TYPE,
    WARNING,
    Case,
    Finding,
    Terms,
    checked,
    consent,
    fired,
    is_forbidden,
    worst_first,
)

Rule = Callable[[Case], Iterable[Finding]]

def _of_transaction(case: Case) -> Iterator[Finding]:
    yield from paying.of_transaction(case)
    yield from trading.of_several(case)


RULES: Final[dict[type, Rule]] = {
    Transaction: _of_transaction,
    Batch: trading.of_several,
    Approve: paying.of_approve,
    Send: sending.of_send,
    Swap: trading.of_swap,
    Wrap: trading.of_wrap,
    Unwrap: trading.of_wrap,
    WrapEth: trading.of_wrap,
    UnwrapEth: trading.of_wrap,
    Stake: staking.of_stake,
    MintReth: rocketpool.of_mint,
    BurnReth: rocketpool.of_burn,
    StakeNatively: staking.of_native_stake,
    LeaveNatively: staking.of_leave,
    RequestUnstake: staking.of_request,
    Claim: staking.of_claim,
    Supply: borrowing.of_supply,
    WithdrawSupply: borrowing.of_withdraw,
    Borrow: borrowing.of_borrow,
    Repay: borrowing.of_repay,
    SwitchCollateral: borrowing.of_switch,
    ChooseEMode: borrowing.of_emode,
    AddLiquidity: providing.of_add,
    RemoveLiquidity: providing.of_remove,
    DepositVault: vaults.of_put_in,
    MintVault: vaults.of_put_in,
    WithdrawVault: vaults.of_take_out,
    RedeemVault: vaults.of_take_out,
    DonateVault: vaults.of_gift,
    OpenRange: ranges.of_fund,
    AddToRange: ranges.of_fund,
    Restake: restaking.of_restake,
    Delegate: restaking.of_delegate,
    QueueWithdrawal: restaking.of_withdrawal,
    Undelegate: restaking.of_withdrawal,
    CompleteWithdrawal: restaking.of_completion,
}
"""What is looked at, by the kind of call."""

SOURCES: Final[dict[str, str]] = {
    "fee_high": "Stake: network fee",
    "fee_share": "Stake: network fee",
    "gas_left": "Stake: gas reserve",
    "approval": "Approve: spender, exact amount by default",
    "approval_unlimited": "Approve: exact amount by default",
    "approval_revoked": "Approve: revoke in bulk",
    "approval_exceeds": "Approve: exceeds balance",
    "first_time": "Send / receive: first time",
    "own_account": "Send / receive: own accounts and contacts",
    "checksum": "Send / receive: wrong chain",
    "whole_shares": "Send / receive: labelled row",
    "pool_part_goes": "Send / receive: labelled row",
    "impact": "Swap: impact 1/3/5 % coloured, ≥ 10 % typed, ≥ 15 % refused unless expert mode",
    "slippage": "Swap: slippage > 30 % refused, > 10 % and < 0.1 % warned",
    "off_oracle": "Swap: ≥ 4 % off the oracle warned",
    "below_queue": "Unstake: queue and market side by side",
    "dearer_than_staking": "Stake: a note if market and mint rate differ",
    "own_rate": "Wrap / unwrap: no slippage",
    "market_cheaper": "Stake: a note if the market sells the LST below mint rate",
    "stake_limit": "Stake: protocol limit",
    "leaving": "Stake: exit options",
    "deposit_fee": "Stake: rate both ways",
    "burnable": "Stake: exit options",
    "bonds_first": "Stake: operator spread",
    "burns_at_rate": "Unstake: queue and market side by side",
    "below_burning": "Unstake: queue and market side by side",
    "operators": "Stake: operator spread",
    "concentration": "Pre-flight: our own rule",
    "slashed_alone": "Stake: solo",
    "starts": "Stake: solo",
    "not_liquid": "Stake: exit options, solo",
    "no_way_back": "Stake: exit options, solo",
    "earns_till_out": "Stake: exit options, solo",
    "slash_may_lower": "Unstake: claimable may differ after a slash",
    "queue_wait": "Unstake: queue (~N days, range)",
    "no_rewards_queued": "Unstake: no rewards while queued",
    "split": "Unstake: maximum with automatic split",
    "market_pays_more": "Unstake: queue and market side by side",
    "set_aside": "Claim: Ready",
    "claim_less": "Unstake: claimable may differ after a slash",
    "cap": "Supply / withdraw: caps at 98 % warn, 100 % refuse",
    "stands": "Supply / withdraw: collateral switch",
    "lent_out": "Supply / withdraw: funds are lent out",
    "health": "Borrow / repay: health factor after < 1.5: tick; below 1 refused",
    "liquidation_price": "Borrow / repay: liquidation price",
    "ltv_near": "Borrow / repay: a second bar for LTV",
    "variable_rate": "Borrow / repay: APY",
    "carry": "Loop / deleverage: net APY including the LST's own yield",
    "no_dust": "Borrow / repay: dust-free close",
    "may_be_taken": "Supply / withdraw: collateral switch",
    "not_taken": "Supply / withdraw: collateral switch",
    "emode_left": "Borrow / repay: e-mode",
    "emode_limits": "Borrow / repay: e-mode",
    "pool_penalty": "Pools: bonus or penalty",
    "pool_leans": "Pools: imbalance",
    "pool_off_oracle": "Pools: pool price vs oracle",
    "fills": "Pools: position against holding",
    "divergence": "Pools: divergence loss",
    "out_any_time": "Pools: withdraw",
    "vault_fee": "Supply / withdraw: APY",
    "vault_rounding": "Why this number: the rounding",
    "vault_gift": "Pre-flight: our own rule",
    "range_idle": "Pre-flight: our own rule",
    "range_diverges": "Pre-flight: our own rule",
    "restake_slashable": "Restake: layered APR and layered risk",
    "restake_escrow": "Restake: escrow",
    "escrow_locked": "Restake: queue → wait → complete or redeposit",
    "escrow_slashable": "Restake: frozen, slashed",
    "escrow_over": "Restake: queue → wait → complete or redeposit",
    "former_slashes": "Restake: frozen, slashed",
}
"""Every rule, and where it comes from: a row of EXPERIENCE.md's flow table."""


def findings(
    world: World, account: Account, command: Command, quote: Quote, terms: Terms
) -> tuple[Finding, ...]:
    """What there is to say about an action, worst first; ``quote`` is its preview on ``world``."""
    found: list[Finding] = []
    for case in _cases(world, account, command, quote, terms):
        rule = RULES.get(type(case.call))
        if rule is not None:
            found.extend(rule(case))
    return worst_first(found)


def _cases(
    world: World, account: Account, command: Command, quote: Quote, terms: Terms
) -> Iterator[Case]:
    """One for each call, with the worlds around it; what a transaction does by itself apart."""
    calls = _calls(command)
    yield Case(account, command, quote.events, world, quote.after, world, quote.after, terms)
    if calls is None:
        return
    draft, before = Draft(world), world
    for event in quote.events:
        if type(event) is FeePaid:
            kernel.apply(draft, event)
            before = draft.freeze()
    for call in calls:
        events = tuple(kernel.handle(draft, call))
        done = draft.freeze()
        yield Case(account, call, events, before, done, world, quote.after, terms)
        before = done


def _calls(command: Command) -> tuple[Command, ...] | None:
    """The calls inside a command, or ``None`` when it is one itself."""
    if isinstance(command, Transaction):
        return command.calls
    return command.commands if isinstance(command, Batch) else None



__all__ = [
    "CONSENTS", "DANGER", "FORBIDDEN", "NOTE", "RULES", "SAFE", "SEVERITIES", "SOURCES", "TICK",
    "TYPE", "WARNING", "Case", "Finding", "Terms", "checked", "consent", "findings", "fired",
    "is_forbidden",
]  # fmt: skip
