"""A password costs what was agreed: known answers, the floor, and what calibration makes of it."""

from __future__ import annotations

import pytest
from argon2.low_level import ARGON2_VERSION
from hypothesis import given
from hypothesis import strategies as st

from lstwallet.vault import kdf
from lstwallet.vault.kdf import STANDARD, Cost

CHEAP = Cost(1, 8, 1)


def test_it_is_argon2id_as_published() -> None:
    """The reference implementation's own test vectors (phc-winner-argon2, src/test.c)."""
    assert ARGON2_VERSION == 0x13
    derived = kdf.derive("password", b"somesalt".ljust(8), Cost(2, 65536, 1))
    assert derived.hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
    derived = kdf.derive("password", b"somesalt", Cost(2, 256, 2))
    assert derived.hex() == "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"


def test_one_password_however_it_was_composed() -> None:
    composed, decomposed, wide = "caf\u00e9 sel", "cafe\u0301 sel", "\uff43af\u00e9 sel"
    salt = bytes(16)
    first = kdf.derive(composed, salt, CHEAP)
    assert kdf.derive(decomposed, salt, CHEAP) == first
    assert kdf.derive(wide, salt, CHEAP) == first
    assert kdf.derive("cafe sel", salt, CHEAP) != first


@given(st.text(max_size=40))
def test_any_text_is_a_password(text: str) -> None:
    assert len(kdf.derive(text, bytes(16), CHEAP)) == 32


def test_the_floor_is_what_the_design_says() -> None:
    assert STANDARD.floor == Cost(3, 64 * 1024, 4)
    assert STANDARD.ceiling.memory_kib == 256 * 1024
    assert STANDARD.fixed is None


@pytest.mark.parametrize(
    "cost",
    [
        Cost(2, 64 * 1024, 4),
        Cost(3, 64 * 1024 - 1, 4),
        Cost(3, 64 * 1024, 3),
        Cost(33, 64 * 1024, 4),
        Cost(3, 256 * 1024 + 1, 4),
        Cost(3, 64 * 1024, 17),
        CHEAP,
    ],
)
def test_neither_cheaper_nor_dearer_is_read(cost: Cost) -> None:
    assert not STANDARD.allows(cost)


@pytest.mark.parametrize(
    ("seconds", "cost"),
    [
        (3.0, Cost(3, 64 * 1024, 4)),
        (1.0, Cost(3, 64 * 1024, 4)),
        (0.5, Cost(3, 128 * 1024, 4)),
        (0.25, Cost(3, 256 * 1024, 4)),
        (0.125, Cost(6, 256 * 1024, 4)),
        (0.0, Cost(32, 256 * 1024, 4)),
    ],
)
def test_calibration_takes_memory_first_then_passes(seconds: float, cost: Cost) -> None:
    assert kdf.calibrated(STANDARD, timed=lambda _: seconds) == cost
    assert STANDARD.allows(cost)


@given(st.floats(0, 100))
def test_calibration_never_leaves_the_bounds(seconds: float) -> None:
    assert STANDARD.allows(kdf.calibrated(STANDARD, timed=lambda _: seconds))


def test_a_real_calibration_is_within_the_bounds() -> None:
    assert STANDARD.allows(kdf.calibrated(STANDARD))


def test_wiping_leaves_nothing() -> None:
    secret = bytearray(b"not for anybody")
    kdf.wipe(secret)
    assert secret == bytes(15)


def test_no_memory_is_said_without_the_password() -> None:
    with pytest.raises(MemoryError) as caught:
        kdf.derive("correct horse", bytes(16), Cost(1, 2**32 - 1, 1))
    assert "horse" not in str(caught.value)
    assert caught.value.__cause__ is None
