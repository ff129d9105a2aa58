"""The tests bite: each saboteur breaks one promise in a copy of the program, and a named few of
the tests turn red. The copy itself is green.

The quick set tries the promises that matter most; ``-m nightly`` tries them all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
FAILED = 1
"""pytest's exit code when tests ran and some failed; an error of the tests themselves is none."""
PATIENCE_S = 600


class Saboteur(NamedTuple):
    """In ``lstwallet/<module>`` the text ``right``, which stands there once, becomes ``wrong``."""

    promise: str
    """What is broken."""
    module: str
    right: str
    wrong: str
    tests: tuple[str, ...]
    """Below ``tests/``: the few that must notice."""
    quick: bool = False
    """Tried in every run of the tests, not only at night."""


SABOTEURS = [
    # --- nothing acknowledged is lost ---------------------------------------------------------
    Saboteur(
        "a command is acknowledged before it is committed", "app/session.py",
        "        self._recorder.write(events, command)\n        self._commit(draft.freeze())\n",
        "        self._recorder.write(events, command)\n        self.world = draft.freeze()\n",
        ("reliability/test_kill.py::test_kills_lose_nothing_and_double_nothing",), quick=True,
    ),
    Saboteur(
        "a commit is not waited for: synchronous=OFF", "store/schema.py",
        '("synchronous", "EXTRA", 3)', '("synchronous", "OFF", 0)',
        ("store/test_store.py::test_the_settings_that_held_are_in_force",), quick=True,
    ),
    Saboteur(
        "the rollback journal is kept in memory", "store/schema.py",
        '("journal_mode", "DELETE", "delete")', '("journal_mode", "MEMORY", "memory")',
        ("store/test_store.py::test_the_settings_that_held_are_in_force",),
    ),
    Saboteur(
        "what was moved away is written on", "store/journal.py",
        "        if schema.identity(self.path) != self.identity:\n"
        "            raise StoreUnavailable(self.path, Trouble.MOVED)\n",
        "        schema.identity(self.path)\n",
        ("store/test_store.py::test_an_old_copy_put_in_the_place_of_an_open_profile_is_noticed",),
    ),
    Saboteur(
        "two may write to one profile", "store/lock.py",
        "        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "        fcntl.flock(handle, fcntl.LOCK_UN)",
        ("store/test_store.py::test_a_second_writer_is_refused_a_reader_is_not",),
    ),
    Saboteur(
        "after an I/O error it goes on acknowledging", "app/open_file.py",
        "        if self.halted is not None:\n            raise self.halted",
        "        if self.halted is None and self.read_only:\n            raise self.halted",
        ("app/test_halted.py::test_it_halts_shows_what_was_acknowledged_and_recovers",),
    ),
    Saboteur(
        "the window sends what cannot be saved", "ui/standstill.py",
        "        if self.trouble is None:\n            return False\n        if failed",
        "        if self is not None:\n            return False\n        if failed",
        ("ui/test_standstill.py::test_edits_wait_and_are_saved_afterwards",),
    ),
    # --- nothing goes back unseen --------------------------------------------------------------
    Saboteur(
        "no head mark is written", "store/journal.py",
        "        mark.advance(self.path, self._seal, done)\n", "",
        ("store/test_mark.py::test_every_transaction_is_in_the_mark_when_it_is_acknowledged",),
        quick=True,
    ),
    Saboteur(
        "the head mark is not looked at", "store/journal.py",
        "if told is not None and not accept_rollback:", "if told is None and accept_rollback:",
        ("store/test_mark.py::test_an_older_file_is_told_and_may_be_gone_on_from",),
    ),
    Saboteur(
        "anybody can write a head mark", "store/mark.py",
        "hmac.new(hmac.digest(key, _PURPOSE", "hmac.new(hmac.digest(bytes(32), _PURPOSE",
        ("store/test_mark.py::test_another_key_makes_no_mark",),
    ),
    Saboteur(
        "a moment leads to the event before it", "store/reading.py",
        "                if began <= time:\n", "                if began < time:\n",
        ("store/test_kept.py::test_a_moment_leads_to_the_newest_event_that_had_happened",),
    ),
    Saboteur(
        "an earlier file's postings are lost when it is brought up to date", "store/migrations.py",
        "    f\"SELECT group_concat({_ENTRY} ORDER BY place) FROM entries e\"\n",
        "    f\"SELECT max({_ENTRY}) FROM entries e\"\n",
        ("store/test_kept.py::test_before_and_after_an_upgrade_it_answers_the_same",),
    ),
    Saboteur(
        "the newest operation is not kept when a file is brought up to date", "store/migrations.py",
        "    \" (SELECT count, hash, before FROM operation) WHERE",
        "    \" (SELECT 0, hash, before FROM operation) WHERE",
        ("store/test_kept.py::test_an_upgrade_keeps_every_row_in_the_tables_of_a_new_profile",),
    ),
    Saboteur(
        "the chain of hashes is not held", "store/replay.py",
        "        if chain != row.hash:\n", "        if chain is None:\n",
        ("store/test_store.py::test_a_history_that_was_tampered_with_does_not_open",), quick=True,
    ),
    Saboteur(
        "a snapshot of anything is taken", "store/reading.py",
        "if after is None or snapshot_hash(blob, after.hash) != digest:", "if after is None:",
        ("store/test_store.py::test_a_snapshot_of_another_world_is_passed_over",),
    ),
    Saboteur(
        "a branch leaves its parent one event too early", "store/replay.py",
        "kept = lines[: upto - row.first_seq + 1]", "kept = lines[: upto - row.first_seq]",
        ("store/test_tree.py::test_any_event_may_be_gone_back_to",),
    ),
    Saboteur(
        "a later program's file is written to", "store/schema.py",
        "    if version > FORMAT:\n", "    if version > FORMAT + 999:\n",
        ("store/test_store.py::test_a_newer_format_is_refused_and_left_as_it_is",),
    ),
    # --- nobody gets in -------------------------------------------------------------------------
    Saboteur(
        "the file is not encrypted", "store/schema.py",
        "            if key is not None:\n                _unlock(path, connection, key)\n", "",
        ("store/test_encrypted.py::test_nothing_can_be_read_without_the_key",),
    ),
    Saboteur(
        "what SQLite sorts may reach the disk", "store/schema.py",
        '("temp_store", "MEMORY", 2)', '("temp_store", "FILE", 1)',
        ("store/test_store.py::test_the_settings_that_held_are_in_force",),
    ),
    Saboteur(
        "every profile has the same data key", "vault/slots.py",
        "    return secrets.token_bytes(KEY_BYTES)\n\n\ndef new_profile_id",
        "    return bytes(KEY_BYTES)\n\n\ndef new_profile_id",
        ("vault/test_slots.py::test_no_two_data_keys_are_alike",),
    ),
    Saboteur(
        "every password opens a slot", "vault/kdf.py",
        "                bytes(secret),\n                salt,",
        "                bytes(8),\n                salt,",
        ("vault/test_slots.py::test_another_secret_opens_nothing",), quick=True,
    ),
    Saboteur(
        "a slot's fields are not bound to it", "vault/slots.py",
        '        {"magic": MAGIC, "version": VERSION, "profile": profile, "slot": fields}\n',
        '        {"magic": MAGIC, "version": VERSION}\n',
        ("vault/test_slots.py::test_a_slot_of_another_profile_opens_nothing",
         "vault/test_slots.py::test_no_field_of_a_slot_can_be_changed"),
    ),
    Saboteur(
        "a slot file that somebody else wrote is believed", "vault/slots.py",
        "    return hmac.compare_digest(sealed.mac, _mac(sealed.keys, data_key))",
        "    return bool(sealed.mac)",
        ("vault/test_slots.py::test_the_whole_file_is_bound_to_the_data_key",),
    ),
    Saboteur(
        "a cheap password slot is taken", "vault/kdf.py",
        "            low <= part <= high", "            part <= high",
        ("vault/test_kdf.py::test_neither_cheaper_nor_dearer_is_read",),
    ),
    Saboteur(
        "slots are kept once, not twice", "vault/key_file.py",
        "        raise\n    with contextlib.suppress(OSError):\n"
        "        _replace(copy, sealed.text)\n",
        "        raise\n",
        ("vault/test_key_file.py::test_both_are_written_and_are_for_their_owner_only",),
    ),
    Saboteur(
        "a keyring that hangs is waited for", "vault/os_keyring.py",
        'json.dumps(call).encode("ascii"), self._patience)',
        'json.dumps(call).encode("ascii"), 20 * self._patience)',
        ("vault/test_os_keyring.py::test_a_helper_that_never_answers_is_killed",),
    ),
    Saboteur(
        "the log quotes what errors quote", "app/redaction.py",
        "        if clean and all(_is_own(part, known) for part in parts):\n",
        "        if token:\n",
        ("app/test_log.py::test_an_error_tells_nothing_of_the_users",), quick=True,
    ),
    # --- backups and the door --------------------------------------------------------------------
    Saboteur(
        "thinning keeps the oldest of each day", "app/thinning.py",
        "sorted(everything, reverse=True)", "sorted(everything)",
        ("app/test_thinning.py::test_as_it_is_told",),
    ),
    Saboteur(
        "thinning deletes the newest backup", "app/thinning.py",
        "        stay.add(max(everything))", "        stay.discard(max(everything))",
        ("app/test_thinning.py::test_the_newest_stays_and_so_does_all_of_today",),
    ),
    Saboteur(
        "a backup is not read again before it is one", "store/backup.py",
        "        raise StoreBroken(path, Damage.DAMAGED, f\"its {part.name} part was changed\")",
        "        pass",
        ("store/test_backup.py::test_no_flipped_bit_goes_unnoticed",),
    ),
    Saboteur(
        "what comes in by a link is followed", "units/strict/files.py",
        "    if stat.S_ISLNK(found.st_mode):\n", "    if not found:\n",
        ("app/test_door.py::test_links_are_not_followed",),
    ),
    Saboteur(
        "a spreadsheet may run what a cell says", "units/strict/tables.py",
        'frozenset("=+-@\\t\\r")', 'frozenset("+-@\\t\\r")',
        ("units/strict/test_strict.py::test_what_a_spreadsheet_would_run_is_prefixed",),
    ),
    Saboteur(
        "a file may nest without an end", "units/strict/documents.py",
        "            if depth > deepest:\n                where",
        "            if depth < 0:\n                where",
        ("units/strict/test_strict.py::test_brackets_are_counted_but_not_those_in_texts",),
    ),
    # --- the window ------------------------------------------------------------------------------
    Saboteur(
        "a second signal breaks a commit", "ui/shell/endings.py",
        "        signal.signal(getattr(signal, name), _noted)\n",
        "        signal.signal(getattr(signal, name), lambda *_: os._exit(1))\n",
        ("reliability/test_endings.py::test_signals_again_and_again_do_not_break_a_commit",),
    ),
    Saboteur(
        "an error in a thread is swallowed", "ui/shell/faults.py",
        "        threading.excepthook = self._thread_hook\n", "",
        ("ui/test_faults.py::test_a_bug_anywhere_opens_the_dialog_with_a_number_that_is_in_the_log",),
    ),
    Saboteur(
        "what a second start sends is not looked at", "ui/shell/instance.py",
        '    if len(profile) > LONGEST_PATH or "\\0" in profile or not os.path.isabs(profile):\n',
        "    if not profile:\n",
        ("reliability/test_instance.py::test_nonsense_gets_no_answer_and_does_nothing",),
    ),
    Saboteur(
        "dialogs stay when they are closed", "ui/shell/fault_dialog.py",
        "        super().__init__(parent)\n"
        "        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)\n",
        "        super().__init__(parent)\n",
        ("reliability/test_soak.py::test_everything_that_is_opened_ends_when_it_is_closed",),
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program and its tests, to be spoiled."""
    copy = tmp_path_factory.mktemp("tree")
    leave = shutil.ignore_patterns("__pycache__", "vectors", "pictures", ".git")
    for name in ("lstwallet", "tests", "resources"):
        shutil.copytree(ROOT / name, copy / name, ignore=leave)
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, copy / name)
    return copy


def result_of(tree: Path, tests: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run a few tests of the copy. No bytecode is kept: a quick change would be missed."""
    return subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p",
            "no:xdist", "-m", "not nightly",
            *(f"tests/{test}" for test in tests),
        ],
        cwd=tree, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip


def is_noticed(tree: Path, saboteur: Saboteur) -> None:
    """Spoil the copy, want a red test, mend it."""
    module = tree / "lstwallet" / saboteur.module
    sound = module.read_text("utf-8")
    assert sound.count(saboteur.right) == 1, f"not once in {saboteur.module}"
    module.write_text(sound.replace(saboteur.right, saboteur.wrong), "utf-8")
    try:
        done = result_of(tree, saboteur.tests)
    finally:
        module.write_text(sound, "utf-8")
    assert done.returncode == FAILED, f"nobody noticed: {done.stdout[-2_000:]}{done.stderr[-500:]}"


def is_green(tree: Path, saboteurs: list[Saboteur]) -> None:
    """What the saboteurs turn red is green without them."""
    done = result_of(tree, tuple(dict.fromkeys(test for each in saboteurs for test in each.tests)))
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-500:]


QUICK = [each for each in SABOTEURS if each.quick]
LATER = [each for each in SABOTEURS if not each.quick]


def name_of(saboteur: Saboteur) -> str:
    return saboteur.promise


def lost(saboteurs: list[Saboteur]) -> list[str]:
    """Promises whose line or test is no more there when code moves: nothing would be spoiled."""
    found = [
        each.promise
        for each in saboteurs
        if (ROOT / "lstwallet" / each.module).read_text("utf-8").count(each.right) != 1
    ]
    for each in saboteurs:
        for test in each.tests:
            file, _, name = test.partition("::")
            if f"def {name}(" not in (ROOT / "tests" / file).read_text("utf-8"):
                found.append(f"{each.promise}: {test}")
    return found


@pytest.mark.slow
def test_the_copy_itself_is_green(tree: Path) -> None:
    is_green(tree, QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("saboteur", QUICK, ids=name_of)
def test_a_broken_promise_turns_a_test_red(tree: Path, saboteur: Saboteur) -> None:
    is_noticed(tree, saboteur)


@pytest.mark.nightly
def test_all_of_the_copy_is_green(tree: Path) -> None:
    is_green(tree, LATER)


@pytest.mark.nightly
@pytest.mark.parametrize("saboteur", LATER, ids=name_of)
def test_every_broken_promise_turns_a_test_red(tree: Path, saboteur: Saboteur) -> None:
    is_noticed(tree, saboteur)


def test_every_saboteur_finds_what_it_spoils_and_who_must_notice() -> None:
    assert lost(SABOTEURS) == []
