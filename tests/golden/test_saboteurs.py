"""One wrong digit in a protocol turns the replay red: each saboteur changes one line of a copy.

With ``-s`` a table is printed: place, change, file, and how many of its operations differ.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
VECTORS = Path(__file__).parent / "vectors"


class Saboteur(NamedTuple):
    """In ``protocols/<module>`` the text ``right``, which stands there once, becomes ``wrong``."""

    vectors: str
    module: str
    right: str
    wrong: str

    def change(self) -> str:
        """Both texts without the words they share at either end, for a table."""
        right, wrong = self.right.split(), self.wrong.split()
        begin = shared(right, wrong)
        right, wrong = right[begin:], wrong[begin:]
        end = shared(right[::-1], wrong[::-1])
        before, after = right[: len(right) - end], wrong[: len(wrong) - end]
        return f"{' '.join(before) or '(nothing)'}  →  {' '.join(after) or '(nothing)'}"


def shared(one: list[str], other: list[str]) -> int:
    """How many words two texts begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


class Replayed(NamedTuple):
    """What ``python -m tests.golden`` told of one file."""

    code: int
    """0 exact, 1 something differs."""
    operations: int
    differ: int


SABOTEURS = [
    Saboteur("lido_steth", "lido.py",
             "fee_ether = mul_div_floor(rewards, fees.total, fees.precision)",
             "fee_ether = mul_div_floor(rewards, fees.total, fees.precision) + 1"),
    Saboteur("lido_steth", "lido.py", "return mul_div_floor(shares, pool.ether, pool.shares)",
             "return mul_div_ceil(shares, pool.ether, pool.shares)"),
    Saboteur("lido_steth", "withdrawal_queue.py", "MAX_AMOUNT: Final = 1_000 * 10**18",
             "MAX_AMOUNT: Final = 1_001 * 10**18"),
    Saboteur("lido_steth", "withdrawal_queue.py",
             "        return mul_div_floor(shares, max_rate, RAY)",
             "        return mul_div_floor(shares, max_rate, RAY) + 1"),
    Saboteur("ethereum_consensus", "consensus.py", "more = div_ceil(balance - left, limit)",
             "more = div_floor(balance - left, limit)"),
    Saboteur("ethereum_consensus", "consensus.py",
             "return div_floor(INCREMENT * BASE_REWARD_FACTOR, isqrt(total_active))",
             "return div_ceil(INCREMENT * BASE_REWARD_FACTOR, isqrt(total_active))"),
    Saboteur("curve_stableswap_ng", "stableswap.py", "return div_floor(terms.fee * 2, 4)",
             "return div_floor(terms.fee * 2, 3)"),
    Saboteur("curve_stableswap_ng", "stableswap.py",
             "burned = mul_div_floor(_sub(d0, d2), pool.supply, d0) + 1",
             "burned = mul_div_floor(_sub(d0, d2), pool.supply, d0)"),
    Saboteur("uniswap_v2", "constant_product.py", "AFTER_FEE: Final = 997",
             "AFTER_FEE: Final = 996"),
    Saboteur("uniswap_v2", "constant_product.py", "return div_floor(numerator, denominator) + 1",
             "return div_floor(numerator, denominator)"),
    Saboteur("uniswap_v3_math", "concentrated/prices.py",
             "return -(-liquidity * abs(b - a) >> 96)", "return liquidity * abs(b - a) >> 96"),
    Saboteur("uniswap_v3_math", "concentrated/ticks.py", "return -(-ratio >> 32)",
             "return ratio >> 32"),
    Saboteur("uniswap_v3_math", "concentrated/steps.py",
             "return make(Step, (after, amount_in, min(out, wanted), paid))",
             "return make(Step, (after, amount_in, out, paid))"),
    Saboteur("uniswap_v3_pool", "concentrated/swaps.py",
             "tick = stop - 1 if zero_for_one else stop", "tick = stop"),
    Saboteur("uniswap_v3_pool", "concentrated/ticks.py", "WORD: Final = 256",
             "WORD: Final = 512"),
    Saboteur("uniswap_v3_pool", "concentrated/positions.py",
             "outside_0, outside_1 = pool.growth_0, pool.growth_1",
             "outside_0, outside_1 = pool.growth_1, pool.growth_0"),
    Saboteur("aave_v3", "lending/liquidation.py", "CLOSE_FACTOR: Final = 5_000",
             "CLOSE_FACTOR: Final = 5_001"),
    Saboteur("aave_v3", "lending/liquidation.py", "to_cover = debt_needed(worth, bonus)",
             "to_cover = debt_needed(worth, bonus) + 1"),
    Saboteur("aave_v3", "lending/account.py",
             "available = power - debt if power > debt else 0",
             "available = power - debt - 1 if power > debt else 0"),
    Saboteur("aave_v302", "lending/rules.py", "debt_needed=percent_div,",
             "debt_needed=percent_div_ceil,"),
    Saboteur("aave_v302", "lending/v302.py", "if amount == balance:\n        position =",
             "if scaled == held - 1:\n        position ="),
    Saboteur("aave_v302", "lending/v302.py",
             "require(account.health_factor > HEALTHY,",
             "require(account.health_factor > HEALTHY + 10**17,"),
    Saboteur("aave_v302", "lending/curve.py", "overall = ray_div(ray_mul(weight, borrow), weight)",
             "overall = borrow"),
    Saboteur("aave_v3_math", "lending/rules.py", "    mint_supply=word.ray_div_floor,",
             "    mint_supply=word.ray_div_ceil,"),
    Saboteur("aave_v3_math", "lending/curve.py",
             "    if deficit:\n        usage = ray_div(debt, liquidity + debt + deficit)",
             "    if deficit:\n        usage = ray_div(debt, liquidity + debt + deficit + 1)"),
    Saboteur("eip1559", "fee_market.py", "BLOB_FRACTION: Final = 5_007_716",
             "BLOB_FRACTION: Final = 5_007_717"),
    Saboteur("eip1559", "fee_market.py", "return parent_fee + max(step, 1)",
             "return parent_fee + step"),
    Saboteur("eip1559", "fee_market.py", "step = div_floor(off_target, CHANGE_DENOMINATOR)",
             "step = div_floor(off_target, CHANGE_DENOMINATOR + 1)"),
    Saboteur("rocketpool_reth", "rocketpool.py",
             "return mul_div_floor(reth, ether, supply) if supply else reth",
             "return mul_div_floor(reth, ether, supply) + 1 if supply else reth"),
    Saboteur("rocketpool_reth", "rocketpool.py",
             "short = mul_div_floor(target, pool.reported.ether, WAD) - pool.collateral",
             "short = mul_div_floor(target, pool.reported.ether, WAD) - pool.collateral + 1"),
    Saboteur("rocketpool_reth", "rocketpool.py",
             "fee = mul_div_floor(ether, settings.deposit_fee, WAD)",
             "fee = mul_div_floor(ether, settings.deposit_fee, WAD + 1)"),
    Saboteur("erc4626_oz", "vault_shares.py", "VIRTUAL_ASSETS: Final = 1",
             "VIRTUAL_ASSETS: Final = 2"),
    Saboteur("erc4626_oz", "vault_shares.py", "preview_withdraw = shares_ceil",
             "preview_withdraw = shares_floor"),
    Saboteur("erc4626_oz", "vault_shares.py", "return int(10**vault.offset)",
             "return int(10**vault.offset) + 1"),
    Saboteur("eigenlayer_strategy", "restaking.py", "VIRTUAL: Final = 1_000",
             "VIRTUAL: Final = 1_001"),
    Saboteur("eigenlayer_strategy", "restaking.py",
             "left = mul_div_ceil(shares, after, before)",
             "left = mul_div_floor(shares, after, before)"),
    Saboteur("eigenlayer_strategy", "restaking.py",
             "taken = wad_mul_ceil(current, part)", "taken = wad_mul_floor(current, part)"),
    Saboteur("eigenlayer_strategy", "restaking.py",
             "effect_block = now + delays.deallocation + 1",
             "effect_block = now + delays.deallocation"),
]  # fmt: skip


@pytest.fixture(scope="module")
def table() -> Iterator[list[tuple[Saboteur, int, Replayed]]]:
    """What each saboteur came to, printed when all are through."""
    rows: list[tuple[Saboteur, int, Replayed]] = []
    yield rows
    print(f"\n{'place':<34} {'file':<20} {'differ':>14}  change")
    for spoilt, line, found in rows:
        place = f"{spoilt.module}:{line}"
        differ = f"{found.differ} of {found.operations}"
        print(f"{place:<34} {spoilt.vectors:<20} {differ:>14}  {spoilt.change()}")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a replay needs, to be spoiled."""
    copy = tmp_path_factory.mktemp("tree")
    leave = shutil.ignore_patterns("ui", "__pycache__", "vectors")
    shutil.copytree(ROOT / "lstwallet", copy / "lstwallet", ignore=leave)
    shutil.copytree(ROOT / "tests" / "golden", copy / "tests" / "golden", ignore=leave)
    (copy / "tests" / "__init__.py").touch()
    return copy


def replay(tree: Path, vectors: str) -> Replayed:
    """``python -m tests.golden`` on the copy.

    No bytecode is kept: a digit changed within a second would go unnoticed.
    """
    found = subprocess.run(
        [sys.executable, "-m", "tests.golden", str(VECTORS / f"{vectors}.json")],
        cwd=tree, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = re.search(r"(\d+) operations, \d+ exact, (\d+) differ", found.stdout)
    if found.returncode not in (0, 1) or told is None:
        pytest.fail(found.stderr)
    return Replayed(found.returncode, int(told[1]), int(told[2]))


def test_the_copy_itself_is_exact(tree: Path) -> None:
    for vectors in sorted({spoilt.vectors for spoilt in SABOTEURS}):
        found = replay(tree, vectors)
        assert (found.code, found.differ) == (0, 0)
        assert found.operations > 0


@pytest.mark.parametrize("spoilt", SABOTEURS, ids=lambda each: f"{each.module}: {each.wrong}")
def test_a_wrong_digit_is_found(
    tree: Path, table: list[tuple[Saboteur, int, Replayed]], spoilt: Saboteur
) -> None:
    module = tree / "lstwallet" / "protocols" / spoilt.module
    sound = module.read_text("utf-8")
    assert sound.count(spoilt.right) == 1
    module.write_text(sound.replace(spoilt.right, spoilt.wrong), "utf-8")
    try:
        found = replay(tree, spoilt.vectors)
    finally:
        module.write_text(sound, "utf-8")
    assert found.code == 1
    assert found.differ > 0
    table.append((spoilt, sound[: sound.index(spoilt.right)].count("\n") + 1, found))


def test_every_file_has_two_saboteurs() -> None:
    counted = Counter(spoilt.vectors for spoilt in SABOTEURS)
    assert {path.stem for path in VECTORS.glob("*.json")} == set(counted)
    assert min(counted.values()) >= 2
