"""The command line: ``lstwallet`` and what may follow it.

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
_PASSWORD = click.option(
    "--password-file", type=_FILE, metavar="FILE", help="Holds the password; - is stdin."
)


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
@click.option("--theme", type=click.Choice(["light", "dark"]), help="Of the pictures; else both.")
@click.pass_context
def demo(context: click.Context, out: Path, seed: int, theme: str | None) -> None:
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
    context.exit(road.run(out, seed, (theme,) if theme else road.THEMES))


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
@_PASSWORD
@click.option("--backups", is_flag=True, help="Also open and replay its backups.")
def verify(profile: Path, password_file: Path | None, backups: bool) -> None:
    """Audit PROFILE: slots, head mark, pages, and the history replayed from its first event.

    A profile with a password asks for it on the terminal. Not compared are the hourly samples
    that charts are drawn from.
    """
    from lstwallet.cli import keeping

    click.echo(keeping.verify(profile, password_file, with_backups=backups))


@lstwallet.command()
@click.argument("profile", type=_FILE)
@click.option("--to", type=_FILE, metavar="FOLDER", help="Instead of the one in the settings.")
@_PASSWORD
def backup(profile: Path, to: Path | None, password_file: Path | None) -> None:
    """Make a verified backup of PROFILE: one file, encrypted as the profile is."""
    from lstwallet.cli import keeping

    click.echo(keeping.back_up(profile, to, password_file))


@lstwallet.command()
@click.argument("file", type=_FILE)
@click.option("--as", "name", default="", metavar="NAME", help="Of the new profile.")
@_PASSWORD
def restore(file: Path, name: str, password_file: Path | None) -> None:
    """Make a new profile of the backup FILE, after replaying it from its first event."""
    from lstwallet.cli import keeping

    click.echo(keeping.restore(file, name, password_file))


@lstwallet.command()
@click.argument("profile", type=_FILE)
@click.argument("file", type=_FILE)
@_PASSWORD
def export(profile: Path, file: Path, password_file: Path | None) -> None:
    """Write the history of PROFILE to FILE as JSON Lines, in the clear."""
    from lstwallet.cli import keeping

    click.echo(keeping.export(profile, file, password_file))


@lstwallet.command("import")
@click.argument("file", type=_FILE)
@click.option("--as", "name", default="", metavar="NAME", help="Of the new profile.")
@_PASSWORD
def bring_in(file: Path, name: str, password_file: Path | None) -> None:
    """Make a new profile of FILE, a history that was exported.

    It has no password unless one is given in a file.
    """
    from lstwallet.cli import keeping

    click.echo(keeping.bring_in(file, name, password_file))


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
