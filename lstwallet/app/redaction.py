"""What may be written about an error: its kind, where in the program, and the program's own words.

A message may quote anything: a path, an amount, a contact's name, half a password. No list of
secrets knows them all, so nothing of a message stays but words that stand in the program: in
the code that the error came through, or in Python's and SQLite's own messages. Figures never
do. Frames are named by module, line and function; values of variables are never looked at.
"""

from __future__ import annotations

import builtins
import getpass
import os
import platform
import re
from collections.abc import Collection, Iterator
from enum import Enum
from pathlib import Path, PurePath
from types import CodeType, TracebackType
from typing import Final

GAP: Final = "…"
"""Stands for what was left out."""
MOST_CAUSES: Final = 8
MOST_FRAMES: Final = 40
"""Of a longer stack the middle is left out."""
LONGEST_MESSAGE: Final = 2_000

_WORD: Final = re.compile(r"[A-Za-z_]+")
_PLAIN: Final = frozenset(
    _WORD.findall("""
    a already an and are argument arguments as assertion assignment at attribute base be
    before between by bytes C call callable can cannot changed circular class closed
    constraint convert could created database decode deleted depth descriptor dict did disk
    division does during encode enough error exceeded exist exists expected failed file for
    found from function given got has hashable have I import imported in index instance
    integer invalid is item iterable iteration iterator key keyword list literal local locked
    malformed map match maximum missing module modulo more must name named no non none not O
    object of on only open operand operation or out positional range read readonly recursion
    referenced required row script sequence set signature size slice string subscriptable
    supported table takes than that the thread to too tuple type types unexpected unhashable
    unique unpack unpacked unsupported value values variable was were while width with wrong
    zero
    """)
)
"""What Python's and SQLite's own messages are made of."""
_BUILTIN: Final = frozenset(dir(builtins)) | {"NoneType"}

_FRAME: Final = re.compile(r'\s+File "(?P<file>.*)", line (?P<line>\d+) in (?P<function>\S+)')
_THREAD: Final = re.compile(r"(?:Current thread|Thread) (?P<ident>0x[0-9a-f]+)")
_FATAL: Final = re.compile(r"(?:Fatal Python error|Windows fatal exception): (?P<what>[\w ]+)")

_PATTERNS: Final = (
    (re.compile(r"\bsim[:1][0-9a-zA-Z]{4,}"), "‹address›"),
    (re.compile(r"\b(?:0x)?[0-9a-fA-F]{16,}\b"), "‹key›"),
    (re.compile(r"(?:[A-Za-z]:)?(?:[\\/][^\s\\/:'\"]+){2,}[\\/]?"), "‹path›"),
    (re.compile(r"\b\d[\d  ,_']*[.,]\d+\b|\b\d{5,}\b"), "‹figure›"),
)  # fmt: skip


def described(error: BaseException) -> str:
    """Some lines about an error and what led to it."""
    return "\n".join(_chain(error, MOST_CAUSES, set()))


def _chain(error: BaseException, most: int, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    yield f"{type(error).__module__}.{type(error).__qualname__}: {message_of(error)}".removeprefix(
        "builtins."
    ).rstrip(": ")
    yield from _stack(error.__traceback__)
    inner = list(getattr(error, "exceptions", ())) if isinstance(error, BaseExceptionGroup) else []
    for word, other in (
        *(("holding", each) for each in inner),
        ("because of", error.__cause__),
        ("while handling", None if error.__suppress_context__ else error.__context__),
    ):
        if other is None or id(other) in seen:
            continue
        if most == 0:
            yield f"{word} {GAP}"
            return
        yield f"{word}"
        yield from _chain(other, most - 1, seen)


def _stack(trace: TracebackType | None) -> Iterator[str]:
    """Where it came through, outermost first."""
    lines = []
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"  {place(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    half = MOST_FRAMES // 2
    if len(lines) > MOST_FRAMES:
        lines[half:-half] = [f"  {GAP} {len(lines) - 2 * half} more"]
    yield from lines


def message_of(error: BaseException) -> str:
    """The message as far as it is the program's own, and facts that are names of ours."""
    try:
        text = str(error)[:LONGEST_MESSAGE]
    except Exception:  # an error whose words are broken too
        text = ""
    if isinstance(error, OSError) and error.errno:
        text = os.strerror(error.errno)
        known: Collection[str] = frozenset(_WORD.findall(text))
    else:
        known = _words_on_the_way(error)
    facts = [
        f"{name}={value.value if isinstance(value, Enum) else value}"
        for name, value in sorted(getattr(error, "__dict__", {}).items())
        if isinstance(value, Enum)
    ]
    sqlite = getattr(error, "sqlite_errorname", None)
    if isinstance(sqlite, str) and re.fullmatch(r"SQLITE_[A-Z_]{1,40}", sqlite):
        facts.append(sqlite)
    return " ".join([own_words(text, known), *facts]).strip()


def own_words(text: str, known: Collection[str] = ()) -> str:
    """A text without every word that is neither ``known`` nor of the plain ones."""
    kept: list[str] = []
    for token in text.split():
        parts = _WORD.findall(token)
        clean = token.isascii() and not any(letter.isdigit() for letter in token)
        if clean and all(_is_own(part, known) for part in parts):
            kept.append(token)
        elif not kept or kept[-1] != GAP:
            kept.append(GAP)
    return " ".join(kept)


def _is_own(word: str, known: Collection[str]) -> bool:
    return word in known or word in _BUILTIN or word.lower() in _PLAIN


def _words_on_the_way(error: BaseException) -> frozenset[str]:
    """Words of the code that an error came through, and of its class."""
    words: set[str] = set()
    for kind in type(error).__mro__:
        code = getattr(kind.__dict__.get("__init__"), "__code__", None)
        if code is not None:
            words |= _words_in(code)
    trace = error.__traceback__
    while trace is not None:
        words |= _words_in(trace.tb_frame.f_code)
        trace = trace.tb_next
    return frozenset(words)


def _words_in(code: CodeType) -> set[str]:
    texts = (each for each in code.co_consts if isinstance(each, str))
    return {word for text in (*texts, *code.co_names) for word in _WORD.findall(text)}


def place(file: str) -> str:
    """The module a source file is: nothing of where it is installed, or by whom."""
    parts = PurePath(file.replace("\\", "/")).with_suffix("").parts
    for mark, keep in (("site-packages", False), ("lstwallet", True), ("tests", True)):
        if mark in parts:
            at = len(parts) - 1 - parts[::-1].index(mark)
            return ".".join(parts[at if keep else at + 1 :])
    for at, part in enumerate(parts):
        if re.fullmatch(r"python3\.\d+|Lib", part):
            return ".".join(parts[at + 1 :])
    return file if file.startswith("<frozen ") else GAP


def dumped(text: str, thread: int | None = None) -> list[str]:
    """What ``faulthandler`` wrote, as lines of ours; ``thread``: only that one's frames.

    Innermost first. A line that is none of its known ones is left out.
    """
    lines: list[str] = []
    wanted = thread is None
    for line in text.splitlines():
        if found := _THREAD.match(line):
            wanted = thread is None or int(found["ident"], 16) == thread
            if thread is None:
                lines.append("thread")
        elif found := _FATAL.match(line):
            lines.append(own_words(found["what"], _FATAL_WORDS))
        elif wanted and (found := _FRAME.match(line)):
            name = found["function"] if found["function"].isprintable() else GAP
            lines.append(f"  {place(found['file'])}:{found['line']} {name}")
    return lines


_FATAL_WORDS: Final = frozenset(
    _WORD.findall("""
    Segmentation fault Aborted Bus error Illegal instruction Floating point exception access
    violation stack overflow
    """)
)


class Veil:
    """Puts words in the place of what is known to be the user's: the last sieve of every line."""

    def __init__(self, *hidden: tuple[str, str]) -> None:
        """``hidden``: (text, what stands for it); the user, the home folder and the computer
        are always hidden."""
        self._hidden: dict[str, str] = {}
        for text, words in (*_mine(), *hidden):
            self.hide(text, words)

    def hide(self, text: str, words: str) -> None:
        """From now on ``words`` stand for ``text``; a single letter is not worth it."""
        if len(text) > 1:
            self._hidden[text] = words
            longest_first = sorted(self._hidden, key=len, reverse=True)
            self._known = re.compile("|".join(_bounded(each) for each in longest_first))

    def names(self, text: str) -> str:
        """Without names and folders."""
        if not self._hidden:
            return text
        return self._known.sub(lambda found: self._hidden[found[0]], text)

    def all(self, text: str) -> str:
        """Without names, folders, addresses, keys and figures."""
        text = self.names(text)
        for pattern, words in _PATTERNS:
            text = pattern.sub(words, text)
        return text


def _bounded(text: str) -> str:
    """A pattern for a text that is not part of a longer word."""
    before = r"(?<!\w)" if text[0].isalnum() else ""
    after = r"(?!\w)" if text[-1].isalnum() else ""
    return before + re.escape(text) + after


def _mine() -> Iterator[tuple[str, str]]:
    home = Path.home()
    for folder in {str(home), os.path.realpath(home)}:
        if len(folder) > 1:
            yield folder, "‹home›"
    try:
        yield getpass.getuser(), "‹user›"
    except (KeyError, OSError):
        pass
    yield platform.node(), "‹computer›"
