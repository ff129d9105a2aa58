"""Backups of a real, encrypted profile: made, kept, thinned, restored, put back."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstwallet.app import backups, dustbin, journals, profile_files, profiles, restoring, safe
from lstwallet.app.safe import HeldKey, Password
from lstwallet.app.session import Session
from lstwallet.engine.wallet import Fund
from lstwallet.engine.world import YOU
from lstwallet.market.driver import MarketConfig
from lstwallet.store import backup
from lstwallet.store.book import Contact, PutContact
from lstwallet.store.codec import world_hash
from lstwallet.store.errors import Damage, StoreBroken, StoreUnavailable, Trouble
from lstwallet.units.strict.refused import FileRefused, Problem
from lstwallet.vault.errors import WrongSecret
from tests.cheap_keys import POLICY, FakeKeyring
from tests.cut_off import Killed
from tests.small_world import small_world

ETH = 10**18
SECRET = Password("correct horse battery staple")
CANARY = "canary of the coal mine"
NOON = datetime(2026, 11, 28, 12).timestamp()


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password costs next to nothing here."""
    monkeypatch.setattr(safe, "tools", safe.Tools(POLICY, FakeKeyring()))


@pytest.fixture
def session(home: Path) -> Iterator[Session]:
    """The profile Main, with a password, a contact's name and some play money."""
    session = begin("Main")
    session.edit(_contact(session))
    session.execute(Fund(YOU, "ETH", 5 * ETH))
    yield session
    session.close()


def begin(name: str, *secrets: safe.Secret) -> Session:
    path = profiles.path_of(name)
    return safe.begin_profile(
        path, small_world(), MarketConfig(), name=name, secrets=secrets or (SECRET,)
    )


def _contact(session: Session) -> PutContact:
    from lstwallet.engine import address

    place = address.of_account(session.world, "you:9")
    return PutContact(place, Contact(place, CANARY[:20], CANARY))


def fund(session: Session) -> None:
    session.execute(Fund(YOU, "ETH", ETH))


# --- made ----------------------------------------------------------------------------------------


def test_a_backup_opens_by_itself_with_the_password(session: Session) -> None:
    path = backups.back_up(session, backups.ready_folder(backups.folder()), now=NOON)
    assert path.name == "Main 2026-11-28 1200.lstbackup"
    (found,) = backups.listed(backups.folder())
    assert (found.name, found.made, found.problem) == ("Main", int(NOON), None)
    with pytest.raises(WrongSecret):
        restoring.stage(path).open(Password("another horse"))
    staged = restoring.stage(path)
    assert staged.how().state is safe.State.LOCKED
    preview = staged.open(SECRET)
    assert preview.problems == ()
    assert (preview.events, preview.at) == (session.world.events, session.world.time)
    assert preview.net_worth > 0
    staged.close()
    assert not staged.path.exists()


def test_nothing_of_an_encrypted_profile_can_be_read_in_its_backup(session: Session) -> None:
    path = backups.back_up(session, backups.ready_folder(backups.folder()))
    data = path.read_bytes()
    for word in (CANARY, CANARY[:20], "SQLite format", "Funded", "stETH"):
        assert word.encode() not in data, word
    assert backups.described(path).label.open is False  # type: ignore[union-attr]
    left = [each.name for each in profiles.folder().iterdir() if "copying" in each.name]
    assert left == []


def test_one_without_a_password_says_so(home: Path) -> None:
    session = begin("Open", safe.NOTHING)
    path = backups.back_up(session, backups.ready_folder(backups.folder()))
    session.close()
    assert backups.described(path).label.open is True  # type: ignore[union-attr]
    staged = restoring.stage(path)
    assert staged.open(safe.NOTHING).problems == ()
    staged.close()


def test_two_in_a_minute_have_two_names(session: Session) -> None:
    where = backups.ready_folder(backups.folder())
    names = [backups.back_up(session, where, now=NOON).name for _ in range(3)]
    assert names == [f"Main 2026-11-28 1200{end}.lstbackup" for end in ("", "-2", "-3")]
    assert {each.name for each in backups.listed(where)} == {"Main"}


def test_a_copy_that_does_not_hold_is_no_backup(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = type(session._store).copy_into

    def torn(store: object, target: Path) -> None:
        real(store, target)  # type: ignore[arg-type]
        data = bytearray(target.read_bytes())
        data[len(data) // 2] ^= 1
        target.write_bytes(data)

    monkeypatch.setattr(type(session._store), "copy_into", torn)
    with pytest.raises(StoreBroken):
        backups.back_up(session, backups.ready_folder(backups.folder()))
    assert backups.listed(backups.folder()) == []
    fund(session)


def test_a_folder_that_is_not_there_is_told_and_not_made(session: Session, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    kept = backups.keep(session, str(stick), "hour")
    assert isinstance(kept.problem, StoreUnavailable)
    assert kept.problem.trouble is Trouble.NO_FOLDER
    assert not stick.exists()
    stick.mkdir()
    assert backups.keep(session, str(stick), "hour").made is not None


def test_a_full_disk_is_told_nothing_is_left_and_it_is_tried_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(backup.os, "fsync", full)  # type: ignore[attr-defined]
        kept = backups.keep(session, "", "hour")
    assert isinstance(kept.problem, StoreUnavailable)
    assert kept.problem.trouble is Trouble.DISK_FULL
    assert list(backups.folder().iterdir()) == []
    fund(session)
    assert backups.keep(session, "", "hour").problem is None


def test_ended_at_any_moment_a_backup_is_whole_or_not_there(
    session: Session, ending: Callable[[int], None]
) -> None:
    where = backups.ready_folder(backups.folder())
    seen = set()
    for moves in range(100):
        before = len(backups.listed(where))
        ending(moves)
        try:
            backups.back_up(session, where)
            passed = True
        except Killed:
            passed = False
        ending(10**9)
        found = backups.listed(where)
        for each in found:
            assert each.problem is None
            backup.check(each.path)
        seen.add((len(found) - before, passed))
        if passed:
            break
    assert moves > 8
    assert {(0, False), (1, True)} <= seen <= {(0, False), (1, True), (1, False)}
    left = {each.name for each in profiles.folder().iterdir()}
    assert not any("copying" in name for name in left)
    fund(session)


def test_what_an_ended_process_left_of_a_backup_is_cleared_away(session: Session) -> None:
    where = backups.ready_folder(backups.folder())
    kept = backups.back_up(session, where)
    part = where / "Main 2026-01-01 0000.lstbackup.part"
    copies = [session.path.with_name(f"{session.path.name}.copying{end}")
              for end in ("", ".keys", ".head", "-journal")]  # fmt: skip
    for each in (part, *copies):
        each.write_text("half of it")
    backups.tidy(where)
    assert part.exists(), "it may be another process's, just now"
    assert copies[0].exists(), "its profile is open"
    session.close()
    backups.tidy(where, now=time.time() + 7_200)
    assert sorted(where.iterdir()) == [kept]
    assert not any(each.exists() for each in copies)


def test_ended_at_any_moment_a_restored_profile_is_whole_or_not_there(
    session: Session, ending: Callable[[int], None]
) -> None:
    path = backups.back_up(session, backups.ready_folder(backups.folder()))
    before = world_hash(session.world)
    fund(session)
    later = world_hash(session.world)
    session.close()
    seen = set()
    for moves in range(200):
        staged, passed = None, False
        ending(moves)
        with contextlib.suppress(Killed):
            staged = restoring.stage(path)
            restoring.in_place(staged, session.path)
            passed = True
        ending(10**9)
        if staged is not None and staged._lock is not None:
            staged._lock.release()  # an ended process holds none
        profile_files.tidy(profiles.folder())
        dustbin.empty(now=NOON)
        restoring.sweep()
        again = safe.open_profile(session.path, SECRET)
        seen.add((world_hash(again.world) == before, passed))
        assert world_hash(again.world) in (before, later)
        again.close()
        if passed or world_hash(again.world) == before:
            break
    assert {(False, False)} <= seen
    assert any(restored for restored, _ in seen)
    assert list(restoring.staging().iterdir()) == []


# --- by itself -----------------------------------------------------------------------------------


def test_one_is_made_when_something_changed_and_the_last_is_old(session: Session) -> None:
    made = [backups.keep(session, "", "hour", now=NOON).made]
    made.append(backups.keep(session, "", "hour", now=NOON + 7_200).made)  # nothing has changed
    fund(session)
    made.append(backups.keep(session, "", "hour", now=NOON + 1_800).made)  # too soon
    made.append(backups.keep(session, "", "day", now=NOON + 7_200).made)  # too soon for a day
    made.append(backups.keep(session, "", "never", now=NOON + 10**6).made)
    made.append(backups.keep(session, "", "hour", now=NOON + 7_200).made)
    assert [each is not None for each in made] == [True, False, False, False, False, True]


def test_what_somebody_asked_for_and_what_is_not_ours_is_never_thinned(session: Session) -> None:
    where = backups.ready_folder(backups.folder())
    old = NOON - 400 * 86_400
    asked = backups.back_up(session, where, now=old)
    auto = [backups.back_up(session, where, why=backups.AUTO, now=old + day * 60)
            for day in range(1, 3)]  # fmt: skip
    broken = where / "Main 2020-01-01 0000.lstbackup"
    broken.write_bytes(asked.read_bytes()[:-1])
    theirs = where / "letter.txt"
    theirs.write_text("mine")
    newest = backups.back_up(session, where, why=backups.AUTO, now=NOON)
    gone = backups.thin(where, backups.owner(session.path).profile, now=NOON)
    assert gone == (auto[0],)
    assert set(where.iterdir()) == {asked, auto[1], broken, theirs, newest}


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 60 * 86_400), min_size=1, max_size=30, unique=True))
def test_thinning_files_never_takes_the_last_one(home: Path, ages: list[int]) -> None:
    """Labels only: what thinning looks at."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        for age in ages:
            backup.write(
                where / f"Main {age}.lstbackup", int(NOON) - age, {backup.DATABASE: b"x"},
                profile="p", why=backups.AUTO, is_open=False,
            )  # fmt: skip
        backups.thin(where, "p", now=NOON)
        left = backups.listed(where)
        assert left
        assert left[0].made == int(NOON) - min(ages)
        days = {(datetime.fromtimestamp(NOON) - timedelta(seconds=age)).date() for age in ages}
        recent = {day for day in days if 0 < (datetime.fromtimestamp(NOON).date() - day).days <= 7}
        assert recent <= {datetime.fromtimestamp(each.made).date() for each in left}
        assert backups.thin(where, "p", now=NOON) == ()


# --- restored ------------------------------------------------------------------------------------


def test_restored_as_a_new_profile_it_is_the_same_world(session: Session) -> None:
    path = backups.back_up(session, backups.ready_folder(backups.folder()))
    before = world_hash(session.world)
    fund(session)
    fresh = restoring.as_new(restoring.stage(path), "From before")
    assert fresh == profiles.path_of("From before")
    again = safe.open_profile(fresh, SECRET)
    assert world_hash(again.world) == before
    assert again.name == "From before"
    assert again.book.contacts == session.book.contacts
    fund(again)
    again.close()


def test_a_name_that_is_taken_or_bad_is_refused_and_the_backup_stays_staged(
    session: Session,
) -> None:
    staged = restoring.stage(backups.back_up(session, backups.ready_folder(backups.folder())))
    for name in ("Main", "main", "", "a/b"):
        with pytest.raises(profiles.BadName):
            restoring.as_new(staged, name)
    restoring.as_new(staged, "Other")


def test_in_place_the_old_one_waits_in_the_dustbin(session: Session) -> None:
    path = backups.back_up(session, backups.ready_folder(backups.folder()))
    before = world_hash(session.world)
    fund(session)
    later = world_hash(session.world)
    with pytest.raises(StoreUnavailable) as told:
        restoring.in_place(restoring.stage(path), session.path)
    assert told.value.trouble is Trouble.LOCKED
    assert world_hash(session.world) == later
    session.close()
    restoring.in_place(restoring.stage(path), session.path)
    again = safe.open_profile(session.path, SECRET)
    assert world_hash(again.world) == before
    again.close()
    (thrown,) = dustbin.found()
    back = dustbin.put_back(thrown)
    assert back == profiles.path_of("Main 2")
    once_more = safe.open_profile(back, SECRET)
    assert world_hash(once_more.world) == later
    once_more.close()
    assert dustbin.found() == []


def test_a_leftover_journal_is_never_rolled_into_a_restored_file(session: Session) -> None:
    """A hot journal of the old file would overwrite pages of the new one."""
    path = backups.back_up(session, backups.ready_folder(backups.folder()))
    before = world_hash(session.world)
    fund(session)
    hot = _hot_journal(session)
    session.close()
    journal = profile_files.beside(session.path, profile_files.JOURNAL)
    journal.write_bytes(hot)
    restoring.in_place(restoring.stage(path), session.path)
    assert not journal.exists()
    again = safe.open_profile(session.path, SECRET)
    assert world_hash(again.world) == before
    assert again.verify().problems == ()
    again.close()
    fresh = profiles.path_of("Fresh")
    profile_files.beside(fresh, profile_files.JOURNAL).write_bytes(hot)
    restoring.as_new(restoring.stage(path), "Fresh")
    new = safe.open_profile(fresh, SECRET)
    assert world_hash(new.world) == before
    assert new.verify().problems == ()
    new.close()


def test_a_leftover_journal_is_never_rolled_into_a_profile_that_is_begun(
    session: Session,
) -> None:
    hot = _hot_journal(session)
    fresh = profiles.path_of("Fresh")
    profile_files.beside(fresh, profile_files.JOURNAL).write_bytes(hot)
    begun = begin("Fresh")
    fund(begun)
    assert begun.verify().problems == ()
    begun.close()


def test_a_restored_profile_is_opened_as_the_restored_one_after_an_end(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened as the old one, what was done then would be replaced at the next start."""
    path = backups.back_up(session, backups.ready_folder(backups.folder()))
    before = world_hash(session.world)
    fund(session)
    session.close()
    staged = restoring.stage(path)
    calls = []

    def ends(_: Path) -> None:
        if profile_files.beside(session.path, ".restored").exists():
            raise Killed
        calls.append(1)

    with monkeypatch.context() as patched:
        patched.setattr(profile_files, "_roll", ends)
        with pytest.raises(Killed):
            profile_files.replace(staged.path, session.path)
    assert calls
    again = safe.open_profile(session.path, SECRET)
    assert world_hash(again.world) == before
    fund(again)
    after = world_hash(again.world)
    again.close()
    profile_files.tidy(profiles.folder())
    last = safe.open_profile(session.path, SECRET)
    assert world_hash(last.world) == after
    last.close()


def test_a_slot_file_that_is_not_its_own_is_in_no_backup(session: Session) -> None:
    other = begin("Other", Password("somebody else's password"))
    other.close()
    safe.new_recovery_code(other.path, Password("somebody else's password"))
    for suffix in (profile_files.COPY, profile_files.KEYS):
        stranger = profile_files.beside(other.path, suffix).read_bytes()
        profile_files.beside(session.path, suffix).write_bytes(stranger)
        if suffix == profile_files.COPY:
            made = backups.back_up(session, backups.ready_folder(backups.folder()))
            staged = restoring.stage(made)
            assert staged.open(SECRET).problems == ()
            staged.close()
    with pytest.raises(StoreBroken):
        backups.back_up(session, backups.folder())


def _hot_journal(session: Session) -> bytes:
    """What SQLite would find after a crash in the middle of a commit of this very profile."""
    store = session._store
    assert store is not None
    journal = profile_files.beside(session.path, profile_files.JOURNAL)
    connection = store._database.conn
    connection.execute("PRAGMA cache_size=1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE journal SET began = began")
    connection.execute("UPDATE snapshots SET seq = seq")
    connection.execute("CREATE TABLE filler (x)")
    connection.executemany("INSERT INTO filler VALUES (?)", [("y" * 3_000,)] * 200)
    data = journal.read_bytes()
    connection.execute("ROLLBACK")
    assert len(data) > 4_096
    return data


def test_a_damaged_backup_is_refused_with_nothing_left_behind(session: Session) -> None:
    path = backups.back_up(session, backups.ready_folder(backups.folder()))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreBroken) as told:
        restoring.stage(path)
    assert told.value.damage is Damage.DAMAGED
    assert told.value.path == path
    assert list(restoring.staging().iterdir()) == []


def test_what_an_ended_process_staged_is_swept_and_what_is_in_use_is_not(
    session: Session,
) -> None:
    staged = restoring.stage(backups.back_up(session, backups.ready_folder(backups.folder())))
    left = restoring.new_stage()
    (left / "profile.lstwallet").write_text("of a process that ended")
    restoring.sweep()
    assert not left.exists()
    assert staged.path.exists()
    staged.close()


# --- the dustbin ---------------------------------------------------------------------------------


def test_a_deleted_profile_can_be_put_back_for_a_week(session: Session) -> None:
    before = world_hash(session.world)
    session.close()
    thrown = dustbin.throw(session.path, now=NOON)
    assert not session.path.exists()
    left = [each.name for each in profiles.folder().iterdir()]
    assert left == []
    dustbin.empty(now=NOON + dustbin.WEEK - 1)
    assert dustbin.found() == [thrown]
    path = dustbin.put_back(thrown)
    again = safe.open_profile(path, SECRET)
    assert (path, world_hash(again.world)) == (session.path, before)
    again.close()
    dustbin.throw(path, now=NOON)
    dustbin.empty(now=NOON + dustbin.WEEK)
    assert dustbin.found() == []
    assert list(dustbin.folder().iterdir()) == []


def test_what_has_a_second_name_or_cannot_be_looked_at_stays_in_the_dustbin(
    session: Session, tmp_path: Path
) -> None:
    """Backup programs give files a second name; one broken entry is no reason to empty the rest."""
    session.close()
    thrown = dustbin.throw(session.path, now=NOON)
    os.link(thrown.path, tmp_path / "a second name")
    broken = dustbin.folder() / "A broken one"
    broken.mkdir()
    (broken / "A.lstwallet").symlink_to(tmp_path / "nowhere")
    dustbin.empty(now=NOON + 1)
    assert [each.path for each in dustbin.found()] == [thrown.path]
    again = safe.open_profile(dustbin.put_back(thrown), SECRET)
    again.close()


# --- exported and imported -----------------------------------------------------------------------


def test_through_the_door_an_export_comes_in_under_another_key(
    session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "history.jsonl"
    count = journals.export_to(session, file)
    assert count == len(file.read_text().splitlines())
    other = Password("a horse of another colour")
    again = journals.import_file(file, secrets=(other,))
    assert again.name == "Main 2"
    assert world_hash(again.world) == world_hash(session.world)
    again.close()
    with pytest.raises(WrongSecret):
        safe.unlock(again.path, SECRET)
    assert safe.open_profile(again.path, other).close() is None
    assert list(restoring.staging().iterdir()) == []


def test_a_file_that_is_refused_leaves_no_profile(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    journals.export_to(session, file)
    lines = file.read_text().splitlines()
    lines[3:3] = ['{"branch":1}']
    file.write_text("\n".join(lines))
    before = sorted(profiles.folder().iterdir())
    with pytest.raises(FileRefused) as told:
        journals.import_file(file)
    assert (told.value.problem, told.value.line) == (Problem.CONTENT, 4)
    assert sorted(profiles.folder().iterdir()) == before
    assert list(restoring.staging().iterdir()) == []


def test_a_key_that_is_held_opens_the_backup_of_its_own_profile(session: Session) -> None:
    path = backups.back_up(session, backups.ready_folder(backups.folder()))
    staged = restoring.stage(path)
    key = session.key
    assert key is not None
    assert staged.open(HeldKey(key)).problems == ()
    staged.close()
