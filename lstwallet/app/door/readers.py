"""Readers that run in the child: a file's bytes in, plain data out."""

from __future__ import annotations

from typing import Any

from lstwallet.app.lessons import lesson as lessons
from lstwallet.market import catalogue as catalogues
from lstwallet.market.price_table import PriceTableError, read_price_table
from lstwallet.units.strict.documents import read_toml
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.units.strict.texts import text_of


def prices(data: bytes) -> dict[str, Any]:
    """The checked text of a price table, and what a preview shows of it."""
    text = text_of(data)
    try:
        table = read_price_table(text)
    except PriceTableError as error:
        raise FileRefused(Problem.CONTENT, line=error.line, detail=error.problem) from error
    return {
        "text": text,
        "begin": table.begin,
        "end": table.end,
        "days": len(table.eth),
        "lowest": table.eth and min(table.eth),
        "highest": max(table.eth),
        "steth": bool(table.steth),
    }


def lesson(data: bytes) -> dict[str, Any]:
    """The document of a lesson that holds."""
    document = read_toml(text_of(data))
    try:
        lessons.from_document(document)
    except lessons.BadLesson as bad:
        raise FileRefused(Problem.CONTENT, detail=str(bad)) from bad
    return document


def catalogue(data: bytes, stem: str) -> list[list[Any]]:
    """The numbers of one file of a catalogue: path, then the fields of a ``Number``."""
    document = read_toml(text_of(data))
    try:
        numbers = catalogues.numbers_of(stem, document)
    except catalogues.CatalogueError as error:
        raise FileRefused(
            Problem.CONTENT,
            field=f"[{error.table}] {error.key}".strip() if error.table else "",
            detail=error.problem,
        ) from error
    return [[path, *number] for path, number in numbers.items()]
