"""Adapter: cases of Ethereum's consensus layer (Electra), all kinds of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lstwallet.protocols import consensus
from lstwallet.protocols.consensus import Churn, Flag, SlashingEntry
from tests.golden.replay import Checked, checked, numbers

EMPTY: Final = Churn(0, 0)


def replay(document: dict[str, Any]) -> Iterator[Checked]:
    """Every case; a kind that is not known here is a difference, never passed over."""
    for index, case in enumerate(document["cases"]):
        kind = case["fn"]
        run_case = KINDS.get(kind)
        if run_case is None:
            yield Checked(str(index), kind, False, f"unknown kind of case {kind!r}")
            continue
        name = f"{index} {kind}"
        for op, expected, computed in run_case(numbers(case)):
            yield checked(name, op, expected, computed)


Found = Iterator[tuple[str, Any, Any]]


def _limits(case: dict[str, Any]) -> Found:
    total = case["total_active_balance_gwei"]
    computed = {
        "balance_churn_limit_gwei": consensus.balance_churn_limit(total),
        "activation_exit_churn_limit_gwei": consensus.activation_exit_churn_limit(total),
        "consolidation_churn_limit_gwei": consensus.consolidation_churn_limit(total),
        "base_reward_per_increment_gwei": consensus.base_reward_per_increment(total),
        "base_reward_32eth_gwei_per_epoch": consensus.base_reward(
            consensus.MIN_ACTIVATION_BALANCE, total
        ),
        "base_reward_2048eth_gwei_per_epoch": consensus.base_reward(
            consensus.MAX_EFFECTIVE_BALANCE, total
        ),
    }
    # What does not exist on so small a chain is null in the file.
    expected = {key: case[key] for key in computed if case.get(key) is not None}
    yield "limits", expected, computed


def _activation_exit_epoch(case: dict[str, Any]) -> Found:
    yield "epoch", case["return"], consensus.activation_exit_epoch(case["epoch"])


def _exit_churn(case: dict[str, Any]) -> Found:
    queue = EMPTY
    for op in case["ops"]:
        queue = consensus.join_exit_queue(
            queue,
            op["current_epoch"],
            op["exit_balance_gwei"],
            case["total_active_balance_gwei"],
        )
        expected = {
            "return": op["return_exit_epoch"],
            "earliest": op["state_earliest_exit_epoch"],
            "left": op["state_exit_balance_to_consume_gwei"],
        }
        yield (
            "exit",
            expected,
            {
                "return": queue.earliest_epoch,
                "earliest": queue.earliest_epoch,
                "left": queue.balance_left,
            },
        )


def _consolidation_churn(case: dict[str, Any]) -> Found:
    queue = EMPTY
    for op in case["ops"]:
        queue = consensus.join_consolidation_queue(
            queue,
            op["current_epoch"],
            op["consolidation_balance_gwei"],
            case["total_active_balance_gwei"],
        )
        expected = {
            "return": op["return_epoch"],
            "earliest": op["state_earliest_consolidation_epoch"],
            "left": op["state_consolidation_balance_to_consume_gwei"],
        }
        yield (
            "consolidate",
            expected,
            {
                "return": queue.earliest_epoch,
                "earliest": queue.earliest_epoch,
                "left": queue.balance_left,
            },
        )


def _validator_exits(case: dict[str, Any]) -> Found:
    queue = EMPTY
    for op in case["ops"]:
        queue = consensus.join_exit_queue(
            queue,
            op["current_epoch"],
            op["exit_effective_balance_gwei"],
            op["total_active_balance_gwei"],
        )
        exit_epoch = queue.earliest_epoch
        expected = {
            key: op[key]
            for key in (
                "exit_epoch",
                "withdrawable_epoch",
                "state_earliest_exit_epoch",
                "state_exit_balance_to_consume_gwei",
            )
        }
        yield (
            "initiate exit",
            expected,
            {
                "exit_epoch": exit_epoch,
                "withdrawable_epoch": consensus.withdrawable_epoch(exit_epoch),
                "state_earliest_exit_epoch": queue.earliest_epoch,
                "state_exit_balance_to_consume_gwei": queue.balance_left,
            },
        )


def _deposits(case: dict[str, Any]) -> Found:
    total = case["total_active_balance_gwei"]
    waiting = list(case["queue_amounts_gwei"])
    carried = 0
    for op in case["ops"]:
        done = consensus.process_deposits(waiting, carried, total)
        del waiting[: done.taken]
        carried = done.balance_left
        computed = {
            "activation_exit_churn_limit_gwei": consensus.activation_exit_churn_limit(total),
            "deposits_processed": done.taken,
            "amount_credited_gwei": done.amount,
            "state_deposit_balance_to_consume_gwei": carried,
            "remaining": len(waiting),
        }
        yield "deposits", {key: op[key] for key in computed}, computed


def _effective_balance(case: dict[str, Any]) -> Found:
    computed = consensus.updated_effective_balance(
        case["effective_balance_before_gwei"],
        case["balance_gwei"],
        case["credential_prefix"],
    )
    yield "effective balance", case["effective_balance_after_gwei"], computed


def _epoch_rewards(case: dict[str, Any]) -> Found:
    total = case["total_active_balance_gwei"]
    leak = consensus.is_in_leak(case["finality_delay_epochs"])
    participating = dict(
        zip(Flag, case["participating_balance_gwei_source_target_head"], strict=True)
    )
    rows = []
    for validator in case["validators"]:
        effective = validator["effective_balance_gwei"]
        hits = validator["participation_flags_source1_target2_head4"]
        hit_target = bool(hits & Flag.TARGET)
        reward = consensus.base_reward(effective, total)
        score = consensus.updated_inactivity_score(
            validator["inactivity_score_before"], hit_target, leak=leak
        )
        row: dict[str, Any] = {
            flag.name.lower(): consensus.flag_delta(
                reward, flag, bool(hits & flag), participating[flag], total, leak=leak
            )
            for flag in Flag
        }
        row["base_reward_gwei"] = reward
        row["inactivity_score_after"] = score
        row["inactivity_penalty"] = consensus.inactivity_penalty(effective, score, hit_target)
        rows.append(row)
    expected = [{key: validator[key] for key in rows[0]} for validator in case["validators"]]
    yield (
        "rewards",
        {"leak": case["in_inactivity_leak"], "rows": expected},
        {"leak": leak, "rows": rows},
    )


def _slashings(case: dict[str, Any]) -> Found:
    epoch = case["current_epoch"]
    queue = EMPTY
    entries: list[SlashingEntry] = []
    # Those who are slashed start with their effective balance; of others only changes matter.
    balances = {
        op["index"]: op["effective_balance_gwei"]
        for op in case["ops"]
        if op["op"] == "slash_validator"
    }
    effectives: dict[int, int] = {}
    withdrawable: dict[int, int] = {}
    for op in case["ops"]:
        if op["op"] == "slash_validator":
            index, effective = op["index"], op["effective_balance_gwei"]
            done = consensus.slash(
                queue, epoch, effective, case["total_active_balance_gwei_before"]
            )
            queue = done.exits
            entries.append(SlashingEntry(epoch, effective))
            effectives[index] = effective
            withdrawable[index] = done.withdrawable_epoch
            # Who proposes is chosen by RANDAO: the file says who, the rules say how much.
            proposer = next(
                (int(who) for who, change in op["balance_changes_gwei"].items() if change > 0),
                index,
            )
            before = {who: balances.get(who, 0) for who in (index, proposer)}
            after = dict(before)
            after[index] = consensus.decrease_balance(after[index], done.penalty)
            after[proposer] = consensus.increase_balance(after[proposer], done.reward)
            balances.update(after)
            computed = {
                "after": after,
                "exit_epoch": done.exit_epoch,
                "withdrawable_epoch": done.withdrawable_epoch,
                "slashings_vector_sum_gwei": consensus.slashed_in_window(entries, epoch),
            }
            changes = {int(who): change for who, change in op["balance_changes_gwei"].items()}
            expected = {key: op[key] for key in computed if key != "after"}
            expected["after"] = {who: was + changes.get(who, 0) for who, was in before.items()}
            if proposer != index:
                computed["initial_penalty_gwei"] = done.penalty
                expected["initial_penalty_gwei"] = op["initial_penalty_gwei"]
            yield op["op"], expected, computed
        else:
            now, total = op["epoch"], op["total_active_balance_gwei"]
            around = consensus.slashed_in_window(entries, now)
            paid = []
            for index, effective in effectives.items():
                before_now = balances[index]
                if consensus.correlation_penalty_due(withdrawable[index]) == now:
                    balances[index] = consensus.decrease_balance(
                        before_now,
                        consensus.correlation_penalty(effective, around, total),
                    )
                paid.append(before_now - balances[index])
            yield (
                op["op"],
                {
                    "sum": op["slashings_vector_sum_gwei"],
                    "penalties": op["correlation_penalty_gwei_by_index"],
                    "withdrawable": op["withdrawable_epochs"],
                },
                {
                    "sum": around,
                    "penalties": paid,
                    "withdrawable": list(withdrawable.values()),
                },
            )


KINDS: Final[dict[str, Callable[[dict[str, Any]], Found]]] = {
    "limits": _limits,
    "compute_activation_exit_epoch": _activation_exit_epoch,
    "compute_exit_epoch_and_update_churn_sequence": _exit_churn,
    "compute_consolidation_epoch_and_update_churn_sequence": _consolidation_churn,
    "initiate_validator_exit_sequence": _validator_exits,
    "process_pending_deposits_sequence": _deposits,
    "process_effective_balance_updates": _effective_balance,
    "epoch_rewards": _epoch_rewards,
    "slashing_sequence": _slashings,
}
