"""The tests of the door for files bite: each saboteur opens it a little, and a test turns red."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.reliability.test_saboteurs import Saboteur, is_green, is_noticed, lost, name_of, tree

__all__ = ["tree"]  # the copy to be spoiled, as a fixture

DOOR: Final = "app/test_door.py::"
STRICT: Final = "units/strict/test_strict.py::"
BOMBS: Final = "app/test_door_bombs.py::test_every_bomb_is_refused_in_time_and_room"
DOCUMENTS, FIELDS = "units/strict/documents.py", "units/strict/fields.py"
CHILD, PARENT = "app/door/child.py", "app/door/door.py"

SABOTEURS = [
    Saboteur(
        "a device or a pipe is opened", "units/strict/files.py",
        "    if not stat.S_ISREG(found.st_mode):\n", "    if not found:\n",
        (f"{DOOR}test_only_a_regular_file_is_opened",),
    ),
    Saboteur(
        "a file may be as large as it likes", "units/strict/files.py",
        "    if found.st_size > most_bytes:\n", "    if found.st_size > most_bytes * 9:\n",
        (f"{STRICT}test_a_file_that_is_too_large_is_refused_by_its_size",),
    ),
    Saboteur(
        "a file may grow while it is read", "units/strict/files.py",
        "    left = most_bytes + 1\n", "    left = most_bytes * 9\n",
        (f"{STRICT}test_no_more_is_read_than_allowed_even_if_the_file_has_grown",),
    ),
    Saboteur(
        "control characters come in", "units/strict/texts.py",
        "    at = found.start() if found else text.find(BOM)", "    at = text.find(BOM)",
        (BOMBS,),
    ),
    Saboteur(
        "a line may be as long as it likes", "units/strict/texts.py",
        "    if max(lengths) > longest_line:", "    if max(lengths) < 0:", (BOMBS,),
    ),
    Saboteur(
        "a name may turn itself round", "units/strict/texts.py",
        'shown = HIDDEN.sub("", text)', "shown = text",
        (f"{STRICT}test_what_turns_round_is_taken_out_of_a_name",),
    ),
    Saboteur(
        "the second of two equal keys counts", DOCUMENTS,
        "        if key in made:", "        if key is made:", (f"{STRICT}test_a_key_stands_once",),
    ),
    Saboteur(
        "NaN is a number", DOCUMENTS,
        "            parse_constant=lambda word: _not_finite(word, line),\n", "",
        (f"{STRICT}test_numbers_stay_the_digits_that_were_written",),
    ),
    Saboteur(
        "a number may have any number of digits", DOCUMENTS,
        "    if len(digits) > LONGEST_NUMBER:", "    if len(digits) < 0:",
        (f"{STRICT}test_numbers_stay_the_digits_that_were_written",),
    ),
    Saboteur(
        "a key may have any number of parts", DOCUMENTS,
        "                if parts >= MOST_PARTS:", "                if parts < 0:",
        (f"{STRICT}test_dots_and_brackets_in_texts_and_remarks_do_not_count",),
    ),
    Saboteur(
        "what is none of the plain kinds comes in", DOCUMENTS,
        "    elif type(value) not in (str, int, bool):", "    elif value is None:", (BOMBS,),
    ),
    Saboteur(
        "unknown keys are overlooked", FIELDS,
        "            if key not in self._asked:", "            if key is self._asked:",
        (f"{STRICT}test_a_key_that_nobody_asked_for",),
    ),
    Saboteur(
        "true is a number", FIELDS,
        "        if type(value) is not int:\n", "        if not isinstance(value, int):\n",
        (f"{STRICT}test_only_a_whole_number_is_one",),
    ),
    Saboteur(
        "a text may hide what it says", FIELDS,
        "        hidden = HIDDEN.search(value)\n", "        hidden = None\n",
        (f"{STRICT}test_texts_that_will_not_do",),
    ),
    Saboteur(
        "a quote need not close", "units/strict/tables.py",
        "strict=True)", "strict=False)", (f"{STRICT}test_a_quote_closes_at_the_end_of_its_cell",),
    ),
    Saboteur(
        "a carriage return begins a row", "units/strict/tables.py",
        'cell.replace("\\r\\n", "\\n").replace("\\r", "\\n")', "cell",
        ("readmodel/test_activity.py::"
         "test_csv_reads_back_and_nothing_in_it_begins_as_a_formula",),
    ),
    Saboteur(
        "a prefixed cell does not read back", "units/strict/tables.py",
        " or _looks_prefixed(text) else text", " else text",
        (f"{STRICT}test_what_a_spreadsheet_would_run_is_prefixed",),
    ),
    Saboteur(
        "a child may use any memory", CHILD,
        "            (resource.RLIMIT_AS, _room()),\n", "",
        (f"{DOOR}test_a_child_that_goes_astray_is_ended",),
    ),
    Saboteur(
        "a child may compute for ever", CHILD,
        "        signal.setitimer(signal.ITIMER_PROF, SECONDS)", "        pass",
        (f"{DOOR}test_a_child_is_ended_by_the_system_where_no_python_runs",),
    ),
    Saboteur(
        "nobody can stop a reading", PARENT,
        "            elif self.unwanted():\n",
        "            elif self.unwanted is self:\n",
        (f"{DOOR}test_nobody_has_to_wait_for_what_is_not_wanted_any_more",),
    ),
    Saboteur(
        "a child that sleeps is waited for", PARENT,
        "            if due is not None and time.monotonic() > due:", "            if due is self:",
        (f"{DOOR}test_a_child_that_only_sleeps_is_ended",),
    ),
    Saboteur(
        "an answer may be as long as it likes", PARENT,
        "        left -= len(line)\n", "",
        (f"{DOOR}test_an_answer_has_a_limit_of_its_own",),
    ),
    Saboteur(
        "a helper is told all of the environment", "units/helpers.py",
        "    kept = {name: os.environ[name] for name in (*_KEPT, *more) if name in os.environ}",
        "    kept = dict(os.environ)",
        ("units/test_helpers.py::test_a_helper_is_told_nothing_of_the_users",),
    ),
    Saboteur(
        "names are kept as they come", "app/session.py",
        "        edit = plain(edit)\n", "",
        ("store/test_book.py::test_a_name_cannot_turn_round_or_hide_what_it_is",),
    ),
    Saboteur(
        "Qt draws what looks like HTML", "ui/theme/plain.py",
        '    return f"<qt>{html.escape(text)}</qt>".replace("\\n", "<br>")', "    return text",
        ("ui/test_plain_text.py::test_no_tip_of_qts_own_is_given_html",),
    ),
    Saboteur(
        "a lesson's name may lead anywhere", "app/lessons/lesson.py",
        "        if not _IDENT.fullmatch(value):", "        if not value:",
        ("app/test_lesson.py::test_an_error_is_named_with_its_place",),
    ),
    Saboteur(
        "an unknown key of the catalogue is overlooked", "market/catalogue.py",
        '            raise CatalogueError(file, _unknown("key", key, keys), table=table, key=key)',
        "            continue",
        ("market/test_catalogue.py::test_an_error_is_a_sentence_with_its_place",),
    ),
    Saboteur(
        "a window may be off every screen", "ui/shell/place.py",
        "    _bring_back(window)\n", "",
        ("ui/test_outside_text.py::test_no_text_makes_the_window_go_astray",),
    ),
    Saboteur(
        "a seed has no world", "market/genesis.py",
        "    if tokens <= reserve.supply_cap:", "    if tokens:",
        ("market/test_genesis.py::test_a_crowd_that_pledges_more_than_usual_has_a_world",),
    ),
]  # fmt: skip


@pytest.mark.nightly
def test_all_of_the_copy_is_green(tree: Path) -> None:
    is_green(tree, SABOTEURS)


@pytest.mark.nightly
@pytest.mark.parametrize("saboteur", SABOTEURS, ids=name_of)
def test_whoever_opens_the_door_is_noticed(tree: Path, saboteur: Saboteur) -> None:
    is_noticed(tree, saboteur)


def test_every_saboteur_finds_what_it_spoils_and_who_must_notice() -> None:
    assert lost(SABOTEURS) == []
