"""``lstwallet``, ``demo``, ``simulate``, ``verify``, ``check``.

Every error is one plain sentence on stderr and an exit code other than 0.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import click

from lstwallet import __version__
from lstwallet.cli.sentences import Stop, report_bug, sentence, tell
from lstwallet.cli.window import has_display, open_window

FAILED: Final = 1
MISUSED: Final = 2
INTERRUPTED: Final = 130
MOST_DAYS: Final = 36_500
LARGEST_SEED: Final = 2**63 - 1

_FILE = click.Path(path_type=Path)
_SEED = click.IntRange(0, LARGEST_SEED)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lstwallet")
@click.option("--profile", type=_FILE, metavar="PROFILE", help="The profile to open.")
@click.pass_context
def lstwallet(context: click.Context, profile: Path | None) -> None:
    """A desktop wallet that is a flight simulator for liquid staking.

    Without a command it opens the window.
    """
    if context.invoked_subcommand is None:
        context.exit(open_window(profile))


@lstwallet.command()
@click.option("--out", type=_FILE, required=True, metavar="FOLDER", help="Where pictures go.")
@click.option("--seed", type=_SEED, default=7, show_default=True, help="Of the world.")
@click.pass_context
def demo(context: click.Context, out: Path, seed: int) -> None:
    """Play the whole road through the real window and write a picture per step."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(f"{out} cannot be made: {error.strerror}.") from error
    try:
        from lstwallet.ui.robot import demo as road
    except ImportError as error:
        raise Stop(f"The window's libraries could not be loaded ({error}).") from error
    context.exit(road.run(out, seed))


@lstwallet.command()
@click.option("--days", type=click.IntRange(1, MOST_DAYS), required=True, help="How long.")
@click.option("--seed", type=_SEED, default=7, show_default=True, help="Of the world.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--prices", type=_FILE, metavar="FILE", help="CSV: date,eth_usd[,steth_per_eth].")
@click.option("--portfolio", type=_FILE, metavar="FILE", help="Begin with it: token,amount.")
@click.option("--no-flows", is_flag=True, help="Nobody else acts but liquidators.")
@click.option("--out", type=_FILE, metavar="PROFILE", help="Keep the history in a new profile.")
def simulate(
    days: int,
    seed: int,
    as_json: bool,
    prices: Path | None,
    portfolio: Path | None,
    no_flows: bool,
    out: Path | None,
) -> None:
    """Let a world go on without a window, and print what became of it."""
    from lstwallet.cli import simulation

    result = simulation.simulate(
        days, seed, prices, flows=not no_flows, out=out, portfolio=portfolio
    )
    click.echo(simulation.as_json(result) if as_json else simulation.as_text(result))


@lstwallet.command()
@click.argument("profile", type=_FILE)
@click.option(
    "--password-file", type=_FILE, metavar="FILE", help="Holds the password; - is stdin."
)
def verify(profile: Path, password_file: Path | None) -> None:
    """Replay PROFILE from its first event and audit what is in it.

    A profile with a password asks for it on the terminal. Not compared are the hourly samples
    that charts are drawn from.
    """
    from lstwallet.app import safe
    from lstwallet.cli.passwords import secret_for
    from lstwallet.units.clock import iso

    report = safe.verify_profile(profile, secret_for(profile, password_file))
    if not report.sound:
        raise Stop(f"{profile} is not sound: {'; '.join(report.problems)}.")
    click.echo(
        f"{profile} is sound: {report.events} events replayed to {iso(report.time)}, "
        f"{report.snapshots} snapshots equal, world hash {report.world_hash}"
    )


@lstwallet.command()
@click.argument("file", type=_FILE)
def check(file: Path) -> None:
    """Read FILE as a stranger's, change nothing, and say what is in it.

    A price table (CSV), a portfolio (CSV or JSON), a lesson or a file of the catalogue (TOML),
    an exported journal (JSON Lines; its lines are read, not replayed).
    """
    from lstwallet.app import door
    from lstwallet.cli.door_words import contents

    kind = door.kind_of(file)
    if door.KINDS[kind].streamed:
        with door.stream(file, kind) as items:
            click.echo(contents(kind, sum(1 for _ in items)))
    else:
        click.echo(contents(kind, door.read(file, kind)))


def run(arguments: list[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    try:
        code = lstwallet.main(arguments, prog_name="lstwallet", standalone_mode=False)
    except click.ClickException as error:
        tell(error.format_message())
        return MISUSED
    except (click.Abort, KeyboardInterrupt):
        tell("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (nobody reads on; the exit must not trip)
        return FAILED
    except Exception as error:
        known = sentence(error)
        if known is None:
            report_bug(error)
        else:
            tell(known)
        return FAILED
    return code if isinstance(code, int) else 0
