"""Why a file from outside is not let in, as a sentence."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from lstwallet.ui.wording.numbers import count, translate


def refused_file(refused: Any) -> str:
    """One sentence for a ``FileRefused``: the file, where in it, and what is wrong there."""
    said = _why(refused)
    if refused.near and refused.problem.value in ("unknown_key", "bad_value"):
        said = translate("door", "{said} Did you mean “{near}”?").format(
            said=said, near=refused.near
        )
    name = PurePath(refused.file).name or translate("door", "This file")
    if refused.line and refused.field:
        frame = translate("door", "{file}, line {line}, {field}: {said}")
    elif refused.line:
        frame = translate("door", "{file}, line {line}: {said}")
    elif refused.field:
        frame = translate("door", "{file}, {field}: {said}")
    else:
        frame = translate("door", "{file}: {said}")
    return frame.format(file=name, line=refused.line, field=refused.field, said=said)


def _why(refused: Any) -> str:
    problem = refused.problem.value
    if problem == "bad_number":
        text = _bad_number(refused)
    elif problem == "wrong_kind":
        return _expected(refused.wanted)
    elif problem == "too_large":
        kilobytes = int(refused.wanted or "0") // 1_000
        return translate("door", "it is larger than {size} kB.").format(size=count(kilobytes))
    else:
        text = _sentences()[problem]
    return text.format(detail=refused.detail, wanted=refused.wanted)


def _sentences() -> dict[str, str]:
    return {
        "missing": translate("door", "there is no such file."),
        "unreadable": translate("door", "it cannot be read."),
        "link": translate("door", "it is a link. Choose the file that it leads to."),
        "not_a_file": translate("door", "it is no ordinary file."),
        "empty": translate("door", "it is empty."),
        "not_text": translate("door", "it is not text in UTF-8."),
        "control": translate("door", "there is a character that shows nothing."),
        "long_line": translate("door", "it is longer than {wanted} characters."),
        "too_deep": translate("door", "it nests deeper than {wanted} levels."),
        "long_key": translate("door", "the name “{detail}” is longer than {wanted} characters."),
        "long_number": translate("door", "the number {detail} has more than {wanted} digits."),
        "not_finite": translate("door", "{detail} is not a number to work with."),
        "double_key": translate("door", "“{detail}” is there twice."),
        "too_many": translate("door", "there are too many or too few entries ({wanted})."),
        "not_json": translate("door", "it is not JSON."),
        "not_toml": translate("door", "it is not TOML."),
        "not_csv": translate("door", "it is not CSV."),
        "unknown_key": translate("door", "it is not known."),
        "missing_key": translate("door", "it is missing."),
        "bad_value": translate("door", "“{detail}” may not stand here."),
        "newer": translate("door", "a newer version of lstwallet wrote it."),
        "other_format": translate("door", "it is a file of another kind."),
        "content": translate("door", "{detail}."),
        "too_long": translate("door", "it took too long to read, as no honest file does."),
        "too_much_memory": translate(
            "door", "it took too much memory to read, as no honest file does."
        ),
        "stopped": translate("door", "reading it was stopped."),
        "failed": translate("door", "it could not be read. The log says more."),
    }


def _expected(wanted: str) -> str:
    return {
        "table": translate("door", "a table is expected."),
        "list": translate("door", "a list is expected."),
        "text": translate("door", "a text in quotes is expected."),
        "whole": translate("door", "a whole number is expected."),
        "amount": translate("door", "an amount like 12.5 is expected."),
        "flag": translate("door", "true or false is expected."),
    }[wanted]


def _bad_number(refused: Any) -> str:
    if refused.wanted:
        return translate("door", "{detail} is not within {wanted}.")
    return {
        "empty": translate("door", "an amount like 12.5 is expected."),
        "comma": translate("door", "“{detail}”: the decimal mark is a point."),
        "negative": translate("door", "{detail} is negative."),
        "zero": translate("door", "an amount above zero is expected."),
        "too_many_decimals": translate("door", "{detail} has more decimals than the token."),
        "too_long": translate("door", "{detail} has too many digits."),
        "exponent": translate("door", "write {detail} out in digits."),
        "too_large": translate("door", "{detail} is too much."),
    }.get(refused.near, translate("door", "“{detail}” is no number for this place."))
