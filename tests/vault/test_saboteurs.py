"""The tests of keys bite: each saboteur changes one line of a copy, and a test there turns red."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.nightly
ROOT = Path(__file__).parents[2]


class Saboteur(NamedTuple):
    """In ``lstwallet/<module>`` the text ``right``, which stands there once, becomes ``wrong``."""

    tests: str
    module: str
    right: str
    wrong: str


SLOTS, FILE, SAFE = "vault/test_slots.py", "vault/test_key_file.py", "app/test_safe.py"
REPLACING, KDF = "app/test_safe_replacing.py", "vault/test_kdf.py"
CHILD = "vault/test_os_keyring.py"
SABOTEURS = [
    Saboteur(SLOTS, "vault/slots.py", 'del fields["box"]', 'del fields["box"], fields["label"]'),
    Saboteur(SLOTS, "vault/slots.py", '"profile": profile, "slot": fields',
             '"profile": "", "slot": fields'),
    Saboteur(SLOTS, "vault/slots.py",
             "return hmac.compare_digest(sealed.mac, _mac(sealed.keys, data_key))", "return True"),
    Saboteur(SLOTS, "vault/slots.py", '"revision": keys.revision,', '"revision": 1,'),
    Saboteur(SLOTS, "vault/slots.py", "if len(text) > LARGEST_FILE:", "if False:"),
    Saboteur(SLOTS, "vault/slots.py", "canonical.encode(\"ascii\") != body", "False"),
    Saboteur(SLOTS, "vault/slots.py", "        secrets.token_bytes(_NONCE_BYTES),",
             "        bytes(_NONCE_BYTES),"),
    Saboteur(KDF, "vault/kdf.py", "floor=Cost(3, 64 * 1024, 4)", "floor=Cost(2, 64 * 1024, 4)"),
    Saboteur(KDF, "vault/kdf.py", "type=Type.ID", "type=Type.I"),
    Saboteur(KDF, "vault/kdf.py", 'normalize("NFKC", password)', 'normalize("NFC", password)'),
    Saboteur("vault/test_recovery.py", "vault/recovery.py",
             "weight * digit for weight", "digit for weight"),
    Saboteur("vault/test_recovery.py", "vault/recovery.py", "return (place - weighted)",
             "return (0 - weighted)"),
    Saboteur(FILE, "vault/key_file.py", "reverse=True", "reverse=False"),
    Saboteur(FILE, "vault/key_file.py", "os.open(made, flags, 0o600)",
             "os.open(made, flags, 0o644)"),
    Saboteur(FILE, "vault/key_file.py", "        os.link(made, path)\n",
             "        os.replace(made, path)\n"),
    Saboteur(FILE, "vault/key_file.py", "        os.replace(made, path)\n",
             "        path.unlink(missing_ok=True)\n        os.fsync(0) if False else None\n"
             "        os.replace(made, path)\n        path.write_bytes(text[:-1])\n"),
    Saboteur(SAFE, "app/safe_tools.py", "if not self.policy.allows(cost):", "if False:"),
    Saboteur(SAFE, "app/safe_tools.py",
             "if any(slots.belongs(newer, key) for newer in found[:place]):", "if False:"),
    Saboteur(SAFE, "app/safe_tools.py", "if not any(slot.kind is not Kind.KEYRING",
             "if not any(slot.kind is not None"),
    Saboteur(SAFE, "app/safe.py", "if found < known or", "if False or"),
    Saboteur(SAFE, "app/safe.py", "lambda now, make: (make(new), *_without(now, Kind.PASSWORD))",
             "lambda now, make: (make(new), *now)"),
    Saboteur(SAFE, "app/safe_records.py", 'return "Password(…)"', "return self.text"),
    Saboteur(REPLACING, "app/safe.py", "    if how(path).has(Kind.OPEN):", "    if False:"),
    Saboteur(REPLACING, "app/safe.py", "or not begun:", "or False:"),
    Saboteur(REPLACING, "store/rekey.py", "if _header(path) != awaited:", "if True:"),
    Saboteur(CHILD, "vault/os_keyring.py", '"-E", "-P", str', "str"),
    Saboteur(CHILD, "vault/os_keyring.py", "            child.kill()\n", ""),
    Saboteur(CHILD, "vault/keyring_child.py", '.startswith("unix:")', '.startswith("")'),
]  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program and its tests, to be spoiled."""
    copy = tmp_path_factory.mktemp("tree")
    leave = shutil.ignore_patterns("__pycache__", "golden", "journeys")
    for name in ("lstwallet", "tests", "resources"):
        shutil.copytree(ROOT / name, copy / name, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def run(tree: Path, tests: str) -> int:
    """0: all passed, 1: some failed; everything else is no answer."""
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist",
            "-m", "not slow", f"tests/{tests}",
        ],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        timeout=300,
    )  # fmt: skip
    return done.returncode


@pytest.mark.parametrize("tests", sorted({each.tests for each in SABOTEURS}))
def test_the_copy_itself_is_sound(tree: Path, tests: str) -> None:
    assert run(tree, tests) == 0


@pytest.mark.parametrize(
    "saboteur", SABOTEURS, ids=lambda each: f"{each.module}: {each.right.strip()[:40]}"
)
def test_a_saboteur_is_caught(tree: Path, saboteur: Saboteur) -> None:
    module = tree / "lstwallet" / saboteur.module
    sound = module.read_text(encoding="utf-8")
    assert sound.count(saboteur.right) == 1, "what is to be spoiled stands there once"
    try:
        module.write_text(sound.replace(saboteur.right, saboteur.wrong), encoding="utf-8")
        assert run(tree, saboteur.tests) == 1, "no test noticed"
    finally:
        module.write_text(sound, encoding="utf-8")
