"""Why a file from outside is not let in, and what is in one that is, in plain words."""

from __future__ import annotations

from typing import Any, Final

from lstwallet.app.door import FileRefused, Problem
from lstwallet.units.amount import format_exact
from lstwallet.units.clock import iso

_WHY: Final = {
    Problem.MISSING: "there is no such file",
    Problem.UNREADABLE: "it cannot be read ({detail})",
    Problem.LINK: "it is a link; name the file that it leads to",
    Problem.NOT_A_FILE: "it is no ordinary file",
    Problem.EMPTY: "it is empty",
    Problem.TOO_LARGE: "it is larger than {wanted} bytes",
    Problem.NOT_TEXT: "it is not UTF-8 text",
    Problem.CONTROL: "there is a character that shows nothing {detail}",
    Problem.LONG_LINE: "it is longer than {wanted} characters",
    Problem.TOO_DEEP: "it nests deeper than {wanted} levels",
    Problem.LONG_KEY: "the name “{detail}” is longer than {wanted} characters",
    Problem.LONG_NUMBER: "the number {detail} is longer than {wanted} digits",
    Problem.NOT_FINITE: "{detail} is not a number to work with",
    Problem.DOUBLE_KEY: "“{detail}” is there twice",
    Problem.TOO_MANY: "there are too many or too few entries; allowed: {wanted}",
    Problem.NOT_JSON: "it is not JSON ({detail})",
    Problem.NOT_TOML: "it is not TOML ({detail})",
    Problem.NOT_CSV: "it is not CSV ({detail})",
    Problem.UNKNOWN_KEY: "it is not known",
    Problem.MISSING_KEY: "it is missing",
    Problem.WRONG_KIND: "{wanted} is expected",
    Problem.BAD_NUMBER: "“{detail}” is no number for this place",
    Problem.BAD_VALUE: "“{detail}” may not stand here",
    Problem.NEWER: "a newer version of lstwallet wrote it",
    Problem.OTHER_FORMAT: "it is a file of another kind",
    Problem.CONTENT: "{detail}",
    Problem.TOO_LONG: "it took too long to read, as no honest file does",
    Problem.TOO_MUCH_MEMORY: "it took too much memory to read, as no honest file does",
    Problem.STOPPED: "reading it was stopped",
    Problem.FAILED: "it could not be read ({detail})",
}
_KINDS: Final = {
    "table": "a table",
    "list": "a list",
    "text": "a text in quotes",
    "whole": "a whole number",
    "amount": "an amount like 12.5",
    "flag": "true or false",
}
_BAD_NUMBERS: Final = {
    "empty": "an amount like 12.5 is expected",
    "comma": "“{detail}”: the decimal mark is a point",
    "negative": "{detail} is negative",
    "zero": "an amount above zero is expected",
    "too_many_decimals": "{detail} has more decimals than the token",
    "too_long": "{detail} has too many digits",
    "exponent": "write {detail} out in digits",
    "too_large": "{detail} is too much",
}


def why(refused: FileRefused) -> str:
    """``line 3, stEHT: it is not known; did you mean “stETH”?``, without a full stop."""
    text = _WHY[refused.problem]
    if refused.problem is Problem.BAD_NUMBER:
        text = _BAD_NUMBERS.get(refused.near, text)
        if refused.wanted:
            text += "; allowed: {wanted}"
    wanted = _KINDS.get(refused.wanted, refused.wanted)
    said = " ".join(text.format(detail=refused.detail, wanted=wanted).split())
    said = said.removesuffix(" ()")
    if refused.near and refused.problem in (Problem.UNKNOWN_KEY, Problem.BAD_VALUE):
        said += f"; did you mean “{refused.near}”?"
    where = [f"line {refused.line}"] if refused.line else []
    where += [refused.field] if refused.field else []
    return f"{', '.join(where)}: {said}" if where else said


def refusal(refused: FileRefused) -> str:
    """The whole sentence."""
    said = why(refused)
    stop = "" if said.endswith("?") else "."
    return f"{refused.file or 'The file'} cannot be used: {said}{stop}"


def contents(kind: str, answer: Any) -> str:
    """What is in a file that was let in, as a sentence."""
    match kind.partition(".")[0]:
        case "prices":
            low, high = (format_exact(answer[name], 8) for name in ("lowest", "highest"))
            return (
                f"Prices of {answer['days']} days, from {iso(answer['begin'])} to "
                f"{iso(answer['end'])}; ETH between {low} and {high} USD"
                + (", stETH beside it." if answer["steth"] else ".")
            )
        case "portfolio":
            held = ", ".join(f"{units} {token}" for token, units in answer["holdings"].items())
            return f"A portfolio: {held}."
        case "lesson":
            steps, quiz = len(answer["steps"]), len(answer["quiz"])
            return f"A lesson, “{answer['title']}”: {steps} steps, {quiz} questions."
        case "catalogue":
            return f"A file of the catalogue: {len(answer)} numbers, each with its source."
        case "journal":
            return f"The journal of a profile: {answer} lines."
    return "It can be read."
