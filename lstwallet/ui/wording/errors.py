"""Errors of the user's environment as sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lstwallet.ui.wording.backups import name_problem
from lstwallet.ui.wording.door import refused_file
from lstwallet.ui.wording.keys import KEY_ERRORS
from lstwallet.ui.wording.numbers import translate
from lstwallet.ui.wording.refusals import refusal


def error(problem: BaseException) -> str:
    """One plain sentence for an error of the environment; our own bugs get a general one."""
    for kind in type(problem).__mro__:
        maker = _ERRORS.get(kind.__name__)
        if maker is not None:
            return maker(problem)
    if isinstance(problem, OSError) and problem.strerror:
        return translate("wording", "The computer says: {why}.").format(why=problem.strerror)
    return translate("wording", "Something went wrong inside the program.")


def refused_portfolio(problem: BaseException, file: str) -> str:
    """Why nobody can begin with the portfolio in ``file``: the file's own fault, or a protocol
    that does not give such an amount."""
    from lstwallet.engine.refusals import Refusal

    if isinstance(problem, Refusal):
        said = refusal(problem)
        return translate("door", "{file} asks for what cannot be had here. {said}").format(
            file=file, said=said
        )
    return error(problem)


def is_environment(problem: BaseException) -> bool:
    """Whether it is the user's environment (told and retried) rather than a bug of ours."""
    names = {kind.__name__ for kind in type(problem).__mro__}
    return isinstance(problem, OSError) or bool(names & _ERRORS.keys())


def _unavailable(problem: Any) -> str:
    sentences = {
        "missing": translate("wording", "The profile file is not there."),
        "exists": translate("wording", "There is a file of that name already."),
        "unreadable": translate("wording", "The profile file may not be read or written."),
        "read_only": translate("wording", "The profile is read-only: nothing can be saved."),
        "locked": translate(
            "wording", "The profile is open in another window or program. Close it there first."
        ),
        "disk_full": translate("wording", "The disk is full. Free some space and try again."),
        "moved": translate("wording", "The profile file was moved or replaced while it was open."),
        "io": translate("wording", "The disk reports an error."),
        "no_folder": translate("wording", "The folder is not there."),
    }
    return sentences.get(str(problem.trouble), str(problem.detail))


def _broken(problem: Any) -> str:
    sentences = {
        "not_sqlite": translate("wording", "This file is not a profile of lstwallet."),
        "not_a_backup": translate("wording", "This file is not a backup of lstwallet."),
        "not_a_profile": translate("wording", "This file is not a profile of lstwallet."),
        "damaged": translate("wording", "The profile file is damaged. Restore a copy of it."),
        "chain": translate(
            "wording", "The profile's history has been altered: its chain of hashes is broken."
        ),
        "undecodable": translate("wording", "The profile holds entries that cannot be read."),
        "newer": translate(
            "wording", "A newer version of lstwallet wrote this profile. Update to open it."
        ),
        "wrong_key": translate(
            "wording", "The profile cannot be opened with this key, or it is damaged."
        ),
        "encrypted": translate("wording", "The profile is encrypted, and its key is missing."),
        "rolled_back": translate(
            "wording", "This is an older state of the profile: what was done since is missing."
        ),
        "unmarked": translate(
            "wording", "The profile's head mark is missing: this may be an older state of it."
        ),
        "mismarked": translate(
            "wording", "The profile's head mark is not its own: this may be an older state of it."
        ),
        "not_encrypted": translate(
            "wording", "The profile is not encrypted, though it should be."
        ),
    }
    return sentences.get(str(problem.damage), str(problem.detail))


_ERRORS: Final[dict[str, Callable[[Any], str]]] = {
    "StoreUnavailable": _unavailable,
    "StoreBroken": _broken,
    "Opening": lambda _problem: translate("wording", "Another profile is being opened."),
    "InThePast": lambda _problem: translate(
        "wording",
        "You are looking at the past. Go on from here, or go back to now, to do something.",
    ),
    "BadName": lambda problem: name_problem(problem.problem),
    "SettingsProblem": lambda problem: str(problem.detail),
    "CatalogueError": str,
    "PriceTableError": str,
    "FileRefused": refused_file,
    **KEY_ERRORS,
}
