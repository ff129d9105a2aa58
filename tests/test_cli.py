"""The command line: fixed keys, the same answer every time, and one sentence for every error."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from lstwallet.app import safe
from lstwallet.app.session import Session
from lstwallet.cli import commands, door_words, window
from lstwallet.market import catalogue
from lstwallet.market.driver import MarketConfig
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import StoreUnavailable, Trouble
from lstwallet.store.journal import Store
from lstwallet.store.migrations import FORMAT
from lstwallet.store.schema import APPLICATION_ID
from lstwallet.units.paths import resources
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.vault import key_file
from tests.cheap_keys import POLICY, FakeKeyring
from tests.reliability.fuzz import journal_file
from tests.small_world import small_world

KEYS = ["world_hash", "seed", "days", "events", "balances", "positions"]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = commands.run([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def simulated(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    code, out, err = run(capsys, "simulate", *arguments, "--json")
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    assert list(found) == KEYS
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one sentence; never a traceback, never a clean exit."""
    code, out, err = run(capsys, *arguments)
    assert code != 0
    assert out == ""
    assert err.count("\n") == 1
    assert err.rstrip("\n")[-1] in ".?"
    assert "Traceback" not in err
    return err


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTWALLET_HOME", str(tmp_path / "home"))


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "Main.lstwallet"
    Session.create(path, small_world(), MarketConfig(), name="Main").close()
    return path


# --- simulate ----------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_world_with_or_without_a_profile(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first = simulated(capsys, "--days", 2, "--seed", 5)
    assert simulated(capsys, "--days", 2, "--seed", 5) == first
    kept = tmp_path / "kept.lstwallet"
    assert simulated(capsys, "--days", 2, "--seed", 5, "--out", kept) == first
    session = safe.open_profile(kept)
    assert world_hash(session.world) == first["world_hash"]
    assert session.world.events == sum(first["events"].values())
    session.close()
    assert simulated(capsys, "--days", 2, "--seed", 6)["world_hash"] != first["world_hash"]


def test_amounts_are_decimal_texts_and_totals_of_every_protocol_are_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = simulated(capsys, "--days", 1)
    assert found["seed"] == 7
    assert found["days"] == 1
    assert set(found["positions"]) == {
        "you", "lido", "rocketpool", "beacon", "lending", "pools",
    }  # fmt: skip
    assert "you" in found["balances"]
    for account in found["balances"].values():
        for amount in account.values():
            assert isinstance(amount, str)
            assert float(amount) > 0
    assert not any(name.startswith(("crowd", "supply")) for name in found["balances"])


def test_the_text_for_a_person_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    found = simulated(capsys, "--days", 1)
    code, out, _ = run(capsys, "simulate", "--days", 1)
    assert code == 0
    assert found["world_hash"] in out
    assert found["positions"]["lido"]["ether"] in out


@pytest.mark.slow
def test_in_a_month_the_others_are_busy(capsys: pytest.CaptureFixture[str]) -> None:
    counts = simulated(capsys, "--days", 30, "--seed", 7)["events"]
    for kind in ("Staked", "UnstakeRequested", "Borrowed", "Repaid", "ArbitrageSwapped"):
        assert counts[kind] >= 20, kind


def test_nobody_acts_when_the_flows_are_off(capsys: pytest.CaptureFixture[str]) -> None:
    counts = simulated(capsys, "--days", 2, "--no-flows")["events"]
    assert counts["PricesMoved"] == 48
    assert not {"Staked", "Swapped", "Borrowed", "ArbitrageSwapped"} & set(counts)


def test_recorded_prices_drive_the_world(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "prices.csv"
    table.write_text("date,eth_usd\n2022-06-01,1800\n2022-06-02,1200\n2022-06-03,1500\n")
    kept = tmp_path / "kept.lstwallet"
    simulated(capsys, "--days", 1, "--prices", table, "--no-flows", "--out", kept)
    session = safe.open_profile(kept)
    assert session.world.prices.eth == 1200 * 10**8
    session.close()


# --- verify ------------------------------------------------------------------------------------


def test_verify_tells_the_world_hash(capsys: pytest.CaptureFixture[str], profile: Path) -> None:
    session = Session.open(profile)
    expected = world_hash(session.world)
    session.close()
    code, out, err = run(capsys, "verify", profile)
    assert (code, err) == (0, "")
    assert expected in out
    assert "branches" not in out


def test_verify_replays_every_branch(capsys: pytest.CaptureFixture[str], profile: Path) -> None:
    session = Session.open(profile)
    session.fork(1)
    session.close()
    code, out, err = run(capsys, "verify", profile)
    assert (code, err) == (0, "")
    assert "branches: 2, each replayed" in out


def test_verify_fails_on_a_changed_history(
    capsys: pytest.CaptureFixture[str], profile: Path
) -> None:
    connection = sqlite3.connect(profile)
    connection.execute("UPDATE journal SET events = replace(events, 'crowd:', 'cr0wd:')")
    connection.commit()
    connection.close()
    assert "not sound" in refused(capsys, "verify", profile)


def test_verify_asks_for_a_password_but_not_in_its_arguments(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe, "tools", safe.Tools(POLICY, FakeKeyring()))
    path, right, wrong = (tmp_path / name for name in ("Main.lstwallet", "right", "wrong"))
    secrets = (safe.Password("green tractor"),)
    safe.begin_profile(path, small_world(), MarketConfig(), name="Main", secrets=secrets).close()
    right.write_text("green tractor\nand a line that is not read\n")
    wrong.write_bytes(b"\xef\xbb\xbfyellow tractor\r\n")
    assert "--password-file" in refused(capsys, "verify", path)
    said = refused(capsys, "verify", path, "--password-file", wrong)
    assert "does not open" in said
    assert "tractor" not in said
    refused(capsys, "verify", path, "--password-file", tmp_path / "none")
    code, out, err = run(capsys, "verify", path, "--password-file", right)
    assert (code, err) == (0, "")
    assert "is sound" in out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"green tractor\n")))
    assert run(capsys, "verify", path, "--password-file", "-")[0] == 0
    terminal = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    monkeypatch.setattr(click, "prompt", lambda *_, hide_input, err: "green tractor")
    assert run(capsys, "verify", path)[0] == 0


def test_verify_says_when_the_keys_are_ill(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "Main.lstwallet"
    safe.begin_profile(path, small_world(), MarketConfig(), name="Main").close()
    first, copy = key_file.paths(path)
    copy.write_bytes(b"x")
    assert "Main.lstwallet.keys.copy" in refused(capsys, "verify", path)
    first.write_bytes(b"x")
    assert "Both files with the keys" in refused(capsys, "verify", path)
    first.unlink()
    copy.unlink()
    assert "are gone" in refused(capsys, "verify", path)


# --- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize("days", ["0", "-1", "x", "1.5", "1e3", "", "99999999999999999999"])
def test_days_that_make_no_sense(capsys: pytest.CaptureFixture[str], days: str) -> None:
    assert "--days" in refused(capsys, "simulate", "--days", days)


@pytest.mark.parametrize("seed", ["-1", "x", str(2**64)])
def test_seeds_that_make_no_sense(capsys: pytest.CaptureFixture[str], seed: str) -> None:
    assert "--seed" in refused(capsys, "simulate", "--days", "1", "--seed", seed)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "prices.csv cannot be used: it is empty."),
        (b"day,price\n2022-06-01,1800\n", "header"),
        (b"date,eth_usd\n2022-06-01,cheap\n2022-06-02,1\n", "line 2"),
        (b"date,eth_usd\n2022-06-02,1800\n2022-06-01,1800\n", "line 3"),
        (b"date,eth_usd\n2022-06-01,1800\n", "at least 2"),
        (b"\xff\xfe\x00\x01binary", "line 1: it is not UTF-8 text"),
        (b"seeded", "header"),
        (b"replay:steth_2022", "header"),
    ],
)
def test_price_files_with_errors(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "prices.csv"
    path.write_bytes(content)
    assert said in refused(capsys, "simulate", "--days", "1", "--prices", path)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("9999-12-29,1800\n9999-12-30,1800", "beyond the year 9999"),
        ("9999-12-30,1800\n9999-12-31,1800", "beyond the year 9999"),
        ("2022-06-01,0.00000001\n2022-06-02,1800", "first price"),
    ],
)
def test_prices_that_no_world_can_stand_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rows: str, said: str
) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(f"date,eth_usd\n{rows}\n")
    assert said in refused(capsys, "simulate", "--days", "3", "--prices", path)


@pytest.mark.parametrize(("out", "said"), [(".", "file"), ("", "file"), ("..", "already")])
def test_a_profile_without_a_name(
    capsys: pytest.CaptureFixture[str], out: str, said: str
) -> None:
    assert said in refused(capsys, "simulate", "--days", "1", "--out", out)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")
def test_where_no_file_can_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "simulate", "--days", "1", "--out", "/proc/x")
    assert said.startswith("No file can be made at /proc/x")


def test_dots_in_a_path_are_left_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = tmp_path / "a..b" / ".." / "none"
    assert str(missing) in refused(capsys, "verify", missing)


def test_a_world_begins_with_a_portfolio(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("token,amount\nETH,1.5\nstETH,10\nUSDC,4000\n", "utf-8")
    asked = ("--days", 1, "--no-flows", "--portfolio", mine)
    found = simulated(capsys, *asked)
    assert found["balances"]["you"]["ETH"] == "1.5"
    assert found["balances"]["you"]["USDC"] == "4000"
    assert 10 < float(found["balances"]["you"]["stETH"]) < 10.01, "a day's reward"
    assert simulated(capsys, *asked, "--out", tmp_path / "p") == found
    mine.write_text("token,amount\nrETH,0.001\n", "utf-8")
    said = refused(capsys, "simulate", *asked, "--out", tmp_path / "q")
    assert said.endswith("mine.csv cannot be used: a protocol takes no less than 0.01 ETH.\n")
    assert not (tmp_path / "q").exists()
    mine.write_text("token,amount\nETH,1e9\n", "utf-8")
    assert "line 2, ETH: write 1e9 out in digits" in refused(capsys, "simulate", *asked)


def test_check_says_what_is_in_a_file_or_what_is_wrong_with_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("token,amount\nETH,5\nwstETH,0.25\n", "utf-8")
    assert run(capsys, "check", mine) == (0, "A portfolio: 5 ETH, 0.25 wstETH.\n", "")
    for path, said in (
        (resources() / "replays" / "steth_2022.csv", "Prices of 92 days"),
        (resources() / "lessons" / "en" / "01-any-amount.toml", "3 steps, 3 questions"),
        (resources() / "catalogue" / "pools.toml", "numbers, each with its source"),
    ):
        code, out, _ = run(capsys, "check", path)
        assert code == 0
        assert said in out
    journal = tmp_path / "a.jsonl"
    journal.write_bytes(journal_file(tmp_path / "profile"))
    lines = journal.read_text("ascii").count("\n")
    said = f"The journal of a profile: {lines} lines.\n"
    assert run(capsys, "check", journal) == (0, said, "")
    mine.write_text("token,amount\nETH,5\nstEHT,3\n", "utf-8")
    said = refused(capsys, "check", mine)
    assert said.endswith("line 3, stEHT: it is not known; did you mean “stETH”?\n")
    assert "another kind" in refused(capsys, "check", Path(__file__))


def test_every_refusal_of_the_door_has_a_sentence() -> None:
    for problem in Problem:
        told = FileRefused(problem, line=3, field="here", detail="this", near="that", wanted="9")
        said = door_words.refusal(told)
        assert said[-1] in ".?"
        assert "{" not in said
        assert "line 3, here: " in said


def test_a_price_file_that_is_not_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = tmp_path / "none.csv"
    assert str(missing) in refused(capsys, "simulate", "--days", "1", "--prices", missing)
    refused(capsys, "simulate", "--days", "1", "--prices", tmp_path)


def test_an_existing_profile_is_not_overwritten(
    capsys: pytest.CaptureFixture[str], profile: Path
) -> None:
    before = profile.read_bytes()
    assert "already" in refused(capsys, "simulate", "--days", "1", "--out", profile)
    assert profile.read_bytes() == before


def test_profiles_that_cannot_be_opened(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, profile: Path
) -> None:
    assert "no profile" in refused(capsys, "verify", tmp_path / "none")
    refused(capsys, "verify", tmp_path)
    text = tmp_path / "text"
    text.write_text("not a database " * 100)
    assert "not a SQLite file" in refused(capsys, "verify", text)
    other = tmp_path / "other"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    assert "not a profile of lstwallet" in refused(capsys, "verify", other)
    connection = sqlite3.connect(other)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    assert "newer version" in refused(capsys, "verify", other)
    holder = Session.open(profile)
    assert "open in another" in refused(capsys, "verify", profile)
    holder.close()


def test_a_full_disk(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(store: Store, page: object) -> None:
        raise StoreUnavailable(store.path, Trouble.DISK_FULL)

    monkeypatch.setattr(Store, "commit", full)
    said = refused(capsys, "simulate", "--days", "1", "--out", tmp_path / "new.lstwallet")
    assert "full" in said


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """The operating system itself refuses, in the middle of a run."""
    import resource

    path = tmp_path / "new.lstwallet"
    done = subprocess.run(
        [sys.executable, "-m", "lstwallet", "simulate", "--days", "20", "--out", str(path)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000)),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "could not be read or written" in done.stderr or "full" in done.stderr
    if path.exists():
        safe.open_profile(path).close()


def test_a_catalogue_with_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "resources" / "catalogue"
    folder.mkdir(parents=True)
    (folder / "world.toml").write_text("this is [not TOML")
    monkeypatch.setattr(catalogue, "resources", lambda: tmp_path / "resources")
    assert "catalogue file" in refused(capsys, "simulate", "--days", "1")


def test_unknown_commands_and_missing_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, "stimulate")
    refused(capsys, "simulate")
    refused(capsys, "verify")
    refused(capsys, "demo")
    refused(capsys, "simulate", "--days", "1", "--nonsense")


def test_a_bug_is_told_in_a_sentence_and_kept_in_the_log(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("lstwallet.app.safe.how", stumble)
    said = refused(capsys, "verify", tmp_path)
    log = tmp_path / "home" / "lstwallet.log"
    assert str(log) in said
    assert "ZeroDivisionError: a bug" in log.read_text()


# --- the window --------------------------------------------------------------------------------


def without_display(**more: str) -> dict[str, str]:
    left_out = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    return {key: value for key, value in os.environ.items() if key not in left_out} | more


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a display")
@pytest.mark.parametrize("display", [{}, {"DISPLAY": ":987"}, {"WAYLAND_DISPLAY": "none-here"}])
def test_without_a_display_one_sentence(display: dict[str, str]) -> None:
    for arguments in ([], ["--profile", "/nowhere"]):
        done = subprocess.run(
            [sys.executable, "-m", "lstwallet", *arguments],
            env=without_display(**display),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "no display" in done.stderr


def test_qt_may_be_told_to_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert window.has_display()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    assert not window.has_display()


def test_the_command_line_does_not_import_qt() -> None:
    code = (
        "import sys; from lstwallet.cli import commands; commands.run(['simulate','--days','1']);"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=120)
    assert done.returncode == 0


def test_a_reader_that_goes_away_is_no_bug() -> None:
    done = subprocess.run(
        f"{sys.executable} -m lstwallet simulate --days 1 | true",
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    assert "went wrong" not in done.stderr


# --- backups, exports ----------------------------------------------------------------------------


@pytest.fixture
def kept(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    """The profile Main, and a file with its password."""
    monkeypatch.setattr(safe, "tools", safe.Tools(POLICY, FakeKeyring()))
    path, password = home / "profiles" / "Main.lstwallet", tmp_path / "password"
    password.write_text("green tractor\n")
    secrets = (safe.Password("green tractor"),)
    safe.begin_profile(path, small_world(), MarketConfig(), name="Main", secrets=secrets).close()
    return path, password


def test_a_backup_is_made_verified_and_restored(
    capsys: pytest.CaptureFixture[str], kept: tuple[Path, Path]
) -> None:
    path, password = kept
    code, out, _ = run(capsys, "backup", path, "--password-file", password)
    assert code == 0
    file = Path(out.split(": backed up")[0])
    code, out, err = run(capsys, "verify", path, "--backups", "--password-file", password)
    assert (code, err) == (0, "")
    for words in ("slots: password", "head mark: 2 operations", "pages: every one", "1 in",
                  f"{file.name}: sound"):  # fmt: skip
        assert words in out
    taken = refused(capsys, "restore", file, "--as", "Main", "--password-file", password)
    assert "already" in taken
    code, out, _ = run(capsys, "restore", file, "--password-file", password)
    assert code == 0
    assert "Main 2.lstwallet: restored" in out
    data = bytearray(file.read_bytes())
    data[-5_000] ^= 1
    file.write_bytes(data)
    assert "is damaged" in refused(capsys, "restore", file, "--password-file", password)
    said = refused(capsys, "verify", path, "--backups", "--password-file", password)
    assert file.name in said
    assert "no folder" in refused(
        capsys, "backup", path, "--to", path.parent / "stick", "--password-file", password
    )


def test_a_history_goes_out_and_comes_in(
    capsys: pytest.CaptureFixture[str], kept: tuple[Path, Path], tmp_path: Path
) -> None:
    path, password = kept
    file = tmp_path / "history.jsonl"
    assert run(capsys, "export", path, file, "--password-file", password)[0] == 0
    code, out, _ = run(capsys, "import", file, "--as", "Again")
    assert code == 0
    assert "Again.lstwallet: 1 events" in out
    file.write_text(file.read_text().replace('"branch":1', '"branch":7', 1))
    assert "line 1" in refused(capsys, "import", file)
    file.write_text("{}\n")
    assert "history.jsonl" in refused(capsys, "import", file)
